//! Tokens that open the admin portal. Their service tells bad arguments as 400.

use crate::api::{Call, Reply, Route};
use crate::errors::ApiError;
use crate::store::credential::Credential;
use crate::store::portal::AdminPortalLinkToken;
use serde_json::{Value, json};

pub(super) const ROUTES: &[Route] = &[
    Route::new("POST", "/v1/admin_portal_link_tokens", create),
    Route::new("POST", "/v1/admin_portal_link_tokens/{admin_portal_link_token_id}/revoke", revoke),
];

const LONGEST_LIFE: i64 = 86_400;
const DEFAULT_LIFE: i64 = 3600;

fn render(call: &Call<'_>, token: &AdminPortalLinkToken, with_token: bool) -> Value {
    let mut body = json!({
        "object": "admin_portal_link_token",
        "id": token.id,
        "admin_portal_link_id": token.link_id,
        "instance_id": call.shared.instance_id,
        "organization_id": token.organization_id,
        "it_contact_id": token.it_contact_id,
        "scopes": token.scopes,
    });
    token.credential.tell(&mut body, call.now);
    if with_token {
        body["token"] = json!(token.credential.secret);
    }
    body
}

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let organization_id = form.text("organization_id").value();
    let it_contact_id = form.new_text("it_contact_id");
    let scopes = form.texts("scopes");
    let life = form.integer("seconds_until_expiration", 0, LONGEST_LIFE).value().unwrap_or(DEFAULT_LIFE);
    form.finish().map_err(|error| error.into_bad_request("body"))?;
    if scopes.iter().flatten().any(String::is_empty) {
        return Err(ApiError::bad_request("body", "scopes", "must not have empty texts."));
    }
    if organization_id.as_ref().is_some_and(|id| !call.store.organizations.contains_key(id)) {
        return Err(ApiError::bad_request("body", "organization_id", "must be the id of an organization."));
    }
    // One link for whom it is for, however many tokens open it.
    let known = call
        .store
        .admin_portal_link_tokens
        .values()
        .find(|token| token.organization_id == organization_id && token.it_contact_id == it_contact_id)
        .map(|token| token.link_id.clone());
    let secret = format!("aplt_{}", call.store.ids.text(43));
    let token = AdminPortalLinkToken {
        id: format!("aplt_{}", call.store.ids.hex(32)),
        link_id: known.unwrap_or_else(|| call.store.ids.id("apl_")),
        organization_id,
        it_contact_id,
        scopes,
        credential: Credential::new(secret, Some(now.saturating_add(life.saturating_mul(1000))), now),
    };
    call.store.admin_portal_link_tokens.insert(token.id.clone(), token.clone());
    Ok(Reply::Created(render(call, &token, true)))
}

fn revoke(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("admin_portal_link_token_id"), call.now);
    let mut form = call.form()?;
    let reason = form.text("revocation_reason").value();
    form.finish().map_err(|error| error.into_bad_request("body"))?;
    let token = call
        .store
        .admin_portal_link_tokens
        .get_mut(&id)
        .ok_or_else(|| ApiError::not_found("admin portal link token", &id))?;
    token.credential.revoke(reason, now);
    let token = token.clone();
    Ok(Reply::Json(render(call, &token, false)))
}
