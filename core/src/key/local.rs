//! The key that a client is given, so that it needs no network: PEM or JWK (§2.5, D-12).

use super::jwk::read_jwk;
use super::{Algorithm, KeyError, VerifyingKey};
use arc_swap::ArcSwap;
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::sync::{Arc, LazyLock};

const OPTION: &str = "jwt_key";
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Keys by the texts they were read from: one that is given with each call is one key, so that what held with it counts at
/// the next. They are public, and there are few.
static PARSED: LazyLock<ArcSwap<Parsed>> = LazyLock::new(ArcSwap::default);
type Parsed = Vec<(Arc<str>, LocalKey)>;
const MAX_PARSED: usize = 32;

/// A public key to verify tokens with, whatever their `kid` says (R-241). It verifies RS256 only (R-242).
#[derive(Debug, Clone)]
pub struct LocalKey(Arc<VerifyingKey>);

impl LocalKey {
    /// Reads a key: an SPKI PEM with real line breaks, with `\n` written out, or with none at all; its bare base64; or a
    /// JWK as JSON text. White space anywhere is ignored (D-12, D-19). RSA of 2048 to 8192 bits.
    ///
    /// # Errors
    /// [`KeyError`] with option `jwt_key` for anything else: a private key, a certificate, another key type, a short key.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        if let Some((_, known)) = PARSED.load().iter().find(|(known, _)| **known == *text) {
            return Ok(known.clone());
        }
        let key = Self::read(text)?;
        PARSED.rcu(|parsed| {
            let from = (parsed.len() + 1).saturating_sub(MAX_PARSED);
            let kept = parsed.iter().skip(from).cloned();
            kept.chain([(Arc::from(text), key.clone())]).collect::<Vec<_>>()
        });
        Ok(key)
    }

    /// The same, read whoever read it before.
    pub(crate) fn read(text: &str) -> Result<Self, KeyError> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(fail("it is empty"));
        }
        let key = if trimmed.starts_with('{') { from_jwk(trimmed) } else { from_pem(trimmed) };
        key.map(|key| Self(Arc::new(key))).map_err(|why| fail(&why))
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &Arc<VerifyingKey> {
        &self.0
    }
}

fn fail(why: &str) -> KeyError {
    KeyError::new(
        OPTION,
        format!(
            "The JWT key cannot be used: {why}. Copy the \"JWKS public key\" (PEM) from the API keys page of the Clerk Dashboard."
        ),
    )
}

fn from_jwk(text: &str) -> Result<VerifyingKey, String> {
    let value: serde_json::Value =
        serde_json::from_str(text).map_err(|_| "it starts like a JWK but is not JSON".to_owned())?;
    let jwk = value.as_object().ok_or_else(|| "it is not a JSON object".to_owned())?;
    read_jwk(jwk, Some(Algorithm::Rs256))
}

fn from_pem(text: &str) -> Result<VerifyingKey, String> {
    // `\n` as two characters is what `.env` files and container settings make of a line break.
    let text = text.replace("\\r", "").replace("\\n", "");
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let base64 = match text.find("-----BEGIN") {
        None if text.contains("-----") => return Err("it has no BEGIN line".to_owned()),
        None => text.as_str(),
        Some(start) => between_lines(&text[start..])?,
    };
    if base64.starts_with("pk_") || base64.starts_with("sk_") {
        return Err("it is a publishable or secret key, not the JWKS public key".to_owned());
    }
    let der = BASE64.decode(base64).map_err(|_| "its body is not base64".to_owned())?;
    VerifyingKey::from_spki(&der, Algorithm::Rs256)
}

/// What stands between the BEGIN and the END line, in a text without white space.
fn between_lines(text: &str) -> Result<&str, String> {
    let after = text.strip_prefix("-----BEGIN").unwrap_or(text);
    let (label, rest) = after.split_once("-----").ok_or_else(|| "its BEGIN line is cut off".to_owned())?;
    match label {
        "PUBLICKEY" => {}
        "CERTIFICATE" => return Err("it is a certificate, not a public key".to_owned()),
        "RSAPUBLICKEY" => return Err("it is a PKCS#1 key; give the SPKI form (BEGIN PUBLIC KEY)".to_owned()),
        label if label.ends_with("PRIVATEKEY") => return Err("it is a private key; give the public one".to_owned()),
        _ => return Err("its BEGIN line does not say PUBLIC KEY".to_owned()),
    }
    let (body, end) = rest.split_once("-----END").ok_or_else(|| "it has no END line".to_owned())?;
    if end.starts_with("PUBLICKEY-----") {
        Ok(body)
    } else {
        Err("its END line does not match its BEGIN line".to_owned())
    }
}
