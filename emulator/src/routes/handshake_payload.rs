//! The cookies of a handshake, for its nonce.

use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use serde_json::json;

pub(super) const ROUTES: &[Route] = &[Route::new("GET", "/v1/clients/handshake_payload", get)];

fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let Some(nonce) = call.query.text("nonce") else {
        return Err(ErrorItem::missing("nonce").into());
    };
    let payload = call.store.handshake_payload(nonce, call.now).ok_or_else(ApiError::resource_not_found)?;
    Ok(Reply::Json(json!({ "directives": payload.directives })))
}
