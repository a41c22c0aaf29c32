//! Sign-in tokens.

use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::form::Patch;
use crate::render;
use crate::store::sign_in_token::SignInToken;

pub(super) const ROUTES: &[Route] = &[
    Route::new("POST", "/v1/sign_in_tokens", create),
    Route::new("POST", "/v1/sign_in_tokens/{sign_in_token_id}/revoke", revoke),
];

const DEFAULT_LIFE: i64 = 2_592_000;

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut form = call.form()?;
    let user_id = form.required_text("user_id");
    let organization_id = form.text("org_id").value();
    let life = match form.integer("expires_in_seconds", 1, i64::MAX / 2_000) {
        Patch::Value(life) => life,
        _ => DEFAULT_LIFE,
    };
    form.finish_lenient()?;
    call.store.user(&user_id)?;
    if let Some(id) = &organization_id
        && call.store.membership_of(id, &user_id).is_none()
    {
        return Err(ErrorItem::missing_resource("org_id").into());
    }
    let token = call.store.ids.text(64);
    let sign_in_token = SignInToken {
        id: call.store.ids.id("sit_"),
        user_id,
        organization_id,
        url: format!("{}/v1/tickets/accept?ticket={token}", call.shared.url),
        token,
        status: "pending".into(),
        expires_at: call.now.saturating_add(life.saturating_mul(1000)),
        created_at: call.now,
        updated_at: call.now,
    };
    let body = render::sign_in_token(&sign_in_token);
    call.store.sign_in_tokens.insert(sign_in_token.id.clone(), sign_in_token);
    Ok(Reply::Json(body))
}

fn revoke(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("sign_in_token_id"), call.now);
    let token = call.store.sign_in_tokens.get_mut(&id).ok_or_else(|| ApiError::not_found("sign in token", &id))?;
    if token.status != "pending" {
        return Err(ApiError::new(
            400,
            "sign_in_token_cannot_be_revoked_code",
            "cannot revoke",
            format!(
                "Sign in token cannot be revoked because its status is {}. Only pending tokens can be revoked.",
                token.status
            ),
        ));
    }
    token.status = "revoked".into();
    token.updated_at = now;
    Ok(Reply::Json(render::sign_in_token(token)))
}
