//! Handshake tokens: cookies for the browser, signed by the instance.

use super::{Issuer, MintKey, Over, SESSION_CATEGORY, header, sign_over};
use crate::errors::EmulatorError;
use serde::Deserialize;
use serde_json::{Map, json};

/// What to put into a handshake token.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HandshakeOptions {
    /// `handshake`: whole `Set-Cookie` values.
    pub directives: Vec<String>,
    /// Laid over the claims last; a null takes a claim away.
    pub claims: Map<String, serde_json::Value>,
    /// Laid over the header; a null takes a field away. Its `cat` is that of session tokens unless this says otherwise.
    pub header: Map<String, serde_json::Value>,
    /// Changes the payload after it was signed.
    pub tampered: bool,
    /// Which key signs.
    pub key: MintKey,
}

/// A handshake token as `options` say. It has no claim but the directives: nobody checks others.
pub(crate) fn handshake_token(issuer: &Issuer<'_>, options: &HandshakeOptions) -> Result<String, EmulatorError> {
    let mut claims = Map::new();
    claims.insert("handshake".into(), json!(options.directives));
    let over = Over { claims: &options.claims, header: &options.header, tampered: options.tampered };
    sign_over(issuer.key, header(issuer.kid, SESSION_CATEGORY), claims, &over)
}
