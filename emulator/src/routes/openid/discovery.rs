//! Where everything is, and what it can do.

use crate::api::{Call, Reply};
use crate::errors::ApiError;
use crate::store::oauth::SCOPES;
use http::header;
use serde_json::json;

pub(super) fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let url = &call.shared.url;
    let client_auth = json!(["client_secret_basic", "client_secret_post", "none"]);
    let body = json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/oauth/authorize"),
        "token_endpoint": format!("{url}/oauth/token"),
        "userinfo_endpoint": format!("{url}/oauth/userinfo"),
        "jwks_uri": format!("{url}/.well-known/jwks.json"),
        "introspection_endpoint": format!("{url}/oauth/token_info"),
        "revocation_endpoint": format!("{url}/oauth/token/revoke"),
        "scopes_supported": SCOPES,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": client_auth,
        "revocation_endpoint_auth_methods_supported": client_auth,
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "claims_supported": [
            "sub", "iss", "aud", "exp", "iat", "jti", "nonce", "auth_time", "at_hash", "name", "given_name",
            "family_name", "preferred_username", "picture", "email", "email_verified", "public_metadata",
            "private_metadata", "unsafe_metadata",
        ],
        "authorization_response_iss_parameter_supported": true,
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
    });
    let headers = vec![
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*".to_owned()),
    ];
    Ok(Reply::Full { status: 200, headers, body: body.to_string().into() })
}
