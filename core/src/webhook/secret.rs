//! Signing secrets: read once, kept as keys.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::error::{WebhookError, WebhookErrorReason};
use crate::secret::Secret;

/// Padding may be left out: secrets are copied by hand.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// One signing secret, or several while they are rotated.
#[derive(Debug, Clone, Default)]
pub struct WebhookSecrets {
    secrets: Vec<Secret>,
    /// Whether they were given as a list, so that a message says which of them.
    listed: bool,
}

impl WebhookSecrets {
    /// The keys. `name` is what messages call the argument; they never repeat a secret.
    pub(crate) fn keys(&self, name: &str) -> Result<Vec<hmac::Key>, WebhookError> {
        if self.secrets.is_empty() {
            return Err(missing(name));
        }
        let key = |(index, secret): (usize, &Secret)| {
            if self.listed { key(&format!("{name}[{index}]"), secret) } else { key(name, secret) }
        };
        self.secrets.iter().enumerate().map(key).collect()
    }
}

fn key(name: &str, secret: &Secret) -> Result<hmac::Key, WebhookError> {
    let text = secret.expose().trim();
    if text.is_empty() {
        return Err(missing(name));
    }
    let invalid = |what: &str| {
        let message =
            format!("`{name}` {what}: a signing secret is `whsec_` and base64, as the Clerk Dashboard shows it");
        WebhookError::new(WebhookErrorReason::SecretInvalid, message)
    };
    let key = BASE64.decode(text.strip_prefix("whsec_").unwrap_or(text)).map_err(|_| invalid("is not base64"))?;
    if key.is_empty() {
        return Err(invalid("has nothing after `whsec_`"));
    }
    Ok(hmac::Key::new(hmac::HMAC_SHA256, &key))
}

pub(super) fn missing(name: &str) -> WebhookError {
    let message = format!(
        "there is no signing secret: set `{name}`, or the variable CLERK_WEBHOOK_SIGNING_SECRET for a client, to the one \
         that the Clerk Dashboard shows for this endpoint"
    );
    WebhookError::new(WebhookErrorReason::SecretMissing, message)
}

impl From<&str> for WebhookSecrets {
    fn from(secret: &str) -> Self {
        Self { secrets: vec![secret.into()], listed: false }
    }
}

impl From<String> for WebhookSecrets {
    fn from(secret: String) -> Self {
        Self { secrets: vec![secret.into()], listed: false }
    }
}

impl From<Secret> for WebhookSecrets {
    fn from(secret: Secret) -> Self {
        Self { secrets: vec![secret], listed: false }
    }
}

impl<T: Into<Secret>> From<Vec<T>> for WebhookSecrets {
    fn from(secrets: Vec<T>) -> Self {
        Self { secrets: secrets.into_iter().map(Into::into).collect(), listed: true }
    }
}

impl<T: Into<Secret>, const N: usize> From<[T; N]> for WebhookSecrets {
    fn from(secrets: [T; N]) -> Self {
        Self { secrets: secrets.into_iter().map(Into::into).collect(), listed: true }
    }
}

impl WebhookSecrets {
    /// A text, or a list of texts.
    pub(crate) fn from_value(value: serde_json::Value) -> Option<Self> {
        match value {
            serde_json::Value::String(secret) => Some(secret.into()),
            serde_json::Value::Array(secrets) => {
                let texts = secrets.into_iter().map(|secret| match secret {
                    serde_json::Value::String(secret) => Some(secret),
                    _ => None,
                });
                texts.collect::<Option<Vec<String>>>().map(Into::into)
            }
            _ => None,
        }
    }
}
