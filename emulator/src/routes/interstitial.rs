//! The page that older SDKs serve where they cannot tell whether somebody is signed in.

use crate::api::{Call, Reply, Route};
use crate::errors::ApiError;
use bytes::Bytes;
use data_encoding::{BASE64, BASE64_NOPAD};
use serde_json::Value;

pub(super) const ROUTES: &[Route] = &[Route::public("GET", "/v1/public/interstitial", show)];

/// Whether the text is a publishable key: behind its prefix, a host and a dollar sign in base64.
fn is_publishable(key: &str) -> bool {
    let Some(rest) = key.strip_prefix("pk_test_").or_else(|| key.strip_prefix("pk_live_")) else { return false };
    let decoded = BASE64.decode(rest.as_bytes()).or_else(|_| BASE64_NOPAD.decode(rest.as_bytes()));
    decoded.is_ok_and(|bytes| bytes.len() > 1 && bytes.ends_with(b"$"))
}

/// The page stands at the application's address: it goes through a handshake, once, and comes back there.
fn show(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let key = call.query.text("publishable_key");
    let api = call.query.text("frontend_api").or_else(|| call.query.text("frontendApi"));
    if key.is_none() && api.is_none() {
        return Err(ApiError::new(
            400,
            "missing_query_parameter",
            "Missing query parameter",
            "Either of the following query parameters must be provided: publishable_key, frontend_api.",
        ));
    }
    if let Some(key) = key.filter(|key| !is_publishable(key)) {
        return Err(ApiError::new(
            400,
            "malformed_publishable_key",
            "Malformed publishable key",
            format!("{key} is not a publishable key."),
        ));
    }
    // As JSON the address is a JavaScript string too.
    let handshake = Value::from(format!("{}/v1/client/handshake?redirect_url=", call.shared.url));
    let page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Signing in</title>\n<script>\n\
         if (!/[?&]__clerk_(handshake|db_jwt)/.test(location.search))\n  \
         location.replace({handshake} + encodeURIComponent(location.href));\n\
         </script>\n</head>\n<body><noscript>Signing in needs JavaScript.</noscript></body>\n</html>\n"
    );
    Ok(Reply::Raw { content_type: "text/html; charset=utf-8".to_owned(), bytes: Bytes::from(page) })
}
