//! The key set of the instance.

use crate::api::{Call, Reply, Route};
use crate::errors::ApiError;
use serde_json::json;

pub(super) const ROUTES: &[Route] =
    &[Route::new("GET", "/v1/jwks", get), Route::public("GET", "/.well-known/jwks.json", get)];

fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let issuer = call.issuer()?;
    Ok(Reply::Json(json!({ "keys": [issuer.key.jwk(issuer.kid)] })))
}
