//! Verification of access tokens. Unlike most of the API this service tells bad parameters with a 400.

use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::routes::sessions::{read_header, read_token};
use crate::store::credential::Credential;
use crate::store::oauth::AccessToken;
use serde_json::{Value, json};

pub(super) const ROUTES: &[Route] = &[
    Route::new("POST", "/v1/oauth_applications/access_tokens/verify", verify),
    Route::new("POST", "/oauth_applications/access_tokens/verify", verify),
];

fn verify(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut form = call.form()?;
    let (token, older) = (form.text("access_token").value(), form.text("secret").value());
    let text = token.or(older).unwrap_or_default();
    if text.is_empty() {
        form.fail(ErrorItem::missing("access_token"));
    }
    form.finish_lenient().map_err(|error| error.into_bad_request("body"))?;
    let found = find(call, &text);
    // A JWT is not stored: there is nothing more to say of one that has ended.
    if found.as_ref().is_some_and(|token| token.grant_id.is_empty() && token.credential.is_expired(call.now)) {
        return Ok(Reply::Json(json!({ "active": false })));
    }
    let token = found
        .filter(|token| token.credential.is_valid(call.now))
        .ok_or_else(|| ApiError::new(404, "resource_not_found", "OAuth token not found", "OAuth token not found"))?;
    Ok(Reply::Json(call.render().access_token(&token)))
}

/// The access token that a text is: one that is stored, or a JWT of this instance. It may have ended.
pub(super) fn find(call: &Call<'_>, text: &str) -> Option<AccessToken> {
    match read_token(call, text).filter(|_| is_access_token(text)) {
        Some(claims) => of_claims(&claims),
        None => call.store.access_tokens.values().find(|token| token.credential.secret == text).cloned(),
    }
}

fn is_access_token(text: &str) -> bool {
    read_header(text).is_some_and(|header| matches!(header["typ"].as_str(), Some("at+jwt" | "application/at+jwt")))
}

/// An access token as its claims tell it.
fn of_claims(claims: &Value) -> Option<AccessToken> {
    let text = |name: &str| claims[name].as_str().map(str::to_owned);
    let (issued, end) = (claims["iat"].as_i64()?.checked_mul(1000)?, claims["exp"].as_i64()?.checked_mul(1000)?);
    Some(AccessToken {
        id: text("jti")?,
        client_id: text("client_id")?,
        subject: text("sub")?,
        scopes: text("scope")?.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect(),
        grant_id: String::new(),
        credential: Credential::new(String::new(), Some(end), issued),
    })
}
