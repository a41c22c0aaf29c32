//! Machine tokens.

use super::{Issuer, M2M_CATEGORY, MintKey, Over, TokenFormat, base_claims, header, sign_over};
use crate::errors::EmulatorError;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// What to put into a machine token. Everything has a default; no machine needs to be stored.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct M2mTokenOptions {
    /// Opaque (default) or a JWT.
    pub format: TokenFormat,
    /// `sub`: the machine that calls. Default: a fresh id.
    pub machine_id: Option<String>,
    /// The machines that may be called. Default: those of the stored machine; for one that is not stored, the machine
    /// of the emulator's own key.
    pub scopes: Option<Vec<String>>,
    /// Custom claims. In a JWT they are laid over the others last, and a null takes a claim away.
    pub claims: Map<String, Value>,
    /// Its life. Default: that of the stored machine's tokens, else 3600. Zero and below: past its end from the start.
    pub expires_in_seconds: Option<i64>,
    /// Only in a JWT: laid over the header; a null takes a field away.
    pub header: Map<String, Value>,
    /// Only in a JWT: `iat` in Unix seconds. Default: the emulator's clock.
    pub issued_at: Option<i64>,
    /// Only in a JWT: changes the payload after it was signed.
    pub tampered: bool,
    /// Only in a JWT: which key signs.
    pub key: MintKey,
}

/// A machine's JWT with what must be known by now: its id, its subject, its scopes and its life.
pub(crate) fn m2m_jwt(
    issuer: &Issuer<'_>,
    id: &str,
    subject: &str,
    scopes: &[String],
    life: i64,
    options: &M2mTokenOptions,
) -> Result<String, EmulatorError> {
    let mut claims = base_claims(issuer, options.issued_at, life);
    claims.insert("sub".into(), subject.into());
    claims.insert("jti".into(), id.into());
    claims.insert("aud".into(), json!(scopes));
    claims.insert("scopes".into(), scopes.join(" ").into());
    let over = Over { claims: &options.claims, header: &options.header, tampered: options.tampered };
    sign_over(issuer.key, header(issuer.kid, M2M_CATEGORY), claims, &over)
}
