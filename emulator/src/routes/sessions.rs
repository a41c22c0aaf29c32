//! Sessions: open, read, list, verify, revoke.

use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::query::Order;
use crate::store::session::STATUSES;
use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/sessions", list),
    Route::new("POST", "/v1/sessions", create),
    Route::new("GET", "/v1/sessions/{session_id}", get),
    Route::new("POST", "/v1/sessions/{session_id}/revoke", revoke),
    Route::new("POST", "/v1/sessions/{session_id}/verify", verify),
];

fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let page = call.query.page();
    let paginated = call.query.boolean("paginated").unwrap_or(false);
    let status = call.query.choice("status", STATUSES);
    call.query.finish()?;
    let user_id = call.query.text("user_id");
    let client_id = call.query.text("client_id");
    let mut found: Vec<_> = call
        .store
        .sessions
        .values()
        .filter(|session| {
            user_id.is_none_or(|id| session.user_id == id)
                && client_id.is_none_or(|id| session.client_id == id)
                && status.is_none_or(|status| session.status(call.now) == status)
        })
        .collect();
    Order::NEWEST.sort(&mut found, |session| session.created_at, |session| session.age);
    let render = call.render();
    let items = found.into_iter().map(|session| render.session(session)).collect();
    Ok(Reply::page(items, page, paginated))
}

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut form = call.form()?;
    let user_id = form.required_text("user_id");
    let active = form.text("active_organization_id").value();
    form.finish_lenient()?;
    let user = call.store.user(&user_id)?;
    if user.banned {
        return Err(ApiError::user_banned());
    }
    if user.is_locked(call.now) {
        return Err(ApiError::user_locked());
    }
    let organization_id = match active {
        Some(id) => {
            let organization = call
                .store
                .organizations
                .get(&id)
                .ok_or_else(|| ErrorItem::missing_resource("active_organization_id"))?;
            if call.store.membership_of(&organization.id, &user_id).is_none() {
                return Err(ErrorItem::missing_resource("active_organization_id").into());
            }
            Some(id)
        }
        None => user.next_organization_id.clone(),
    };
    let session = call.store.open_session(&user_id, organization_id, call.now);
    Ok(Reply::Json(call.render().session(&session)))
}

fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let session = call.store.session(&call.param("session_id"))?;
    Ok(Reply::Json(call.render().session(session)))
}

fn revoke(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("session_id"), call.now);
    call.store.session_mut(&id)?.end("revoked", now);
    get(call)
}

/// The older way to check a token: it has to be this session's, whole, and in its time.
fn verify(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut form = call.form()?;
    let token = form.required_text("token");
    form.finish()?;
    let session = call.store.session(&call.param("session_id"))?;
    let invalid = || {
        ApiError::new(
            400,
            "invalid_session_token",
            "Invalid session token",
            "The token provided could not be successfully verified",
        )
    };
    let claims = read_token(call, &token).ok_or_else(invalid)?;
    let fresh = claims["exp"].as_i64().is_some_and(|exp| exp > call.now.div_euclid(1000));
    if claims["sid"] != session.id.as_str() || !fresh {
        return Err(invalid());
    }
    if !session.is_active(call.now) {
        return Err(ApiError::inactive_session());
    }
    Ok(Reply::Json(call.render().session(session)))
}

/// The claims of a token that this instance signed; none for any other text.
pub(super) fn read_token(call: &Call<'_>, token: &str) -> Option<Value> {
    let (signed, signature) = token.rsplit_once('.')?;
    let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).ok()?;
    if !call.shared.key.get().ok()?.verify(signed.as_bytes(), &signature) {
        return None;
    }
    let (_, payload) = signed.split_once('.')?;
    serde_json::from_slice(&BASE64URL_NOPAD.decode(payload.as_bytes()).ok()?).ok()
}

/// The header of anything that looks like a token.
pub(super) fn read_header(token: &str) -> Option<Value> {
    serde_json::from_slice(&BASE64URL_NOPAD.decode(token.split('.').next()?.as_bytes()).ok()?).ok()
}
