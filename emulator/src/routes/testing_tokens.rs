//! Testing tokens.

use crate::api::{Call, Reply, Route};
use crate::errors::ApiError;
use serde_json::json;

pub(super) const ROUTES: &[Route] = &[Route::new("POST", "/v1/testing_tokens", create)];

/// How long a testing token lives, in seconds. Alone among the times, its end is told in seconds.
const LIFE: i64 = 60 * 60;

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let expires_at = call.now.div_euclid(1000) + LIFE;
    let token = format!("{expires_at}-{}", call.store.ids.text(43));
    Ok(Reply::Json(json!({ "object": "testing_token", "token": token, "expires_at": expires_at })))
}
