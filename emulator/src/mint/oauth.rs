//! Access tokens of OAuth applications.

use super::{Issuer, MintKey, Over, TokenFormat, base_claims, sign_over};
use crate::errors::EmulatorError;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// What to put into an access token. Everything has a default; no application or user needs to be stored.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OAuthTokenOptions {
    /// Opaque (default) or a JWT (`at+jwt`).
    pub format: TokenFormat,
    /// The stored application that asks, which gives client id and scopes. Default: none.
    pub application_id: Option<String>,
    /// Default: the application's, else a fresh one.
    pub client_id: Option<String>,
    /// `sub`: the user who agreed. Default: a fresh id.
    pub user_id: Option<String>,
    /// Default: the application's, else `profile` and `email`.
    pub scopes: Option<Vec<String>>,
    /// Its life. Default: one day. Zero and below: past its end from the start.
    pub expires_in_seconds: Option<i64>,
    /// Only in a JWT: laid over the claims last; a null takes a claim away.
    pub claims: Map<String, Value>,
    /// Only in a JWT: laid over the header; a null takes a field away.
    pub header: Map<String, Value>,
    /// Only in a JWT: `iat` in Unix seconds. Default: the emulator's clock.
    pub issued_at: Option<i64>,
    /// Only in a JWT: changes the payload after it was signed.
    pub tampered: bool,
    /// Only in a JWT: which key signs.
    pub key: MintKey,
}

/// A JWT access token (RFC 9068) with what must be known by now: its id, client, user, scopes and life.
pub(crate) fn oauth_jwt(
    issuer: &Issuer<'_>,
    id: &str,
    client_id: &str,
    user_id: &str,
    scopes: &[String],
    life: i64,
    options: &OAuthTokenOptions,
) -> Result<String, EmulatorError> {
    let mut claims = base_claims(issuer, options.issued_at, life);
    claims.insert("sub".into(), user_id.into());
    claims.insert("jti".into(), id.into());
    claims.insert("client_id".into(), client_id.into());
    claims.insert("scp".into(), json!(scopes));
    claims.insert("scope".into(), scopes.join(" ").into());
    let mut header = Map::new();
    header.insert("alg".into(), "RS256".into());
    header.insert("kid".into(), issuer.kid.into());
    header.insert("typ".into(), "at+jwt".into());
    let over = Over { claims: &options.claims, header: &options.header, tampered: options.tampered };
    sign_over(issuer.key, header, claims, &over)
}
