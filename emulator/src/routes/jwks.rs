//! The key set of the instance.

use crate::api::{Call, Reply, Route};
use crate::errors::ApiError;
use http::header;
use serde_json::{Value, json};

pub(super) const ROUTES: &[Route] =
    &[Route::new("GET", "/v1/jwks", get), Route::public("GET", "/.well-known/jwks.json", get_public)];

fn keys(call: &Call<'_>) -> Result<Value, ApiError> {
    let issuer = call.issuer()?;
    Ok(json!({ "keys": [issuer.key.jwk(issuer.kid)] }))
}

fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    keys(call).map(Reply::Json)
}

/// For everyone, also for apps in browsers.
fn get_public(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let headers = vec![
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*".to_owned()),
    ];
    Ok(Reply::Full { status: 200, headers, body: keys(call)?.to_string().into() })
}
