//! Publishable keys: which instance, and where its Frontend API is.

use super::KeyError;
use aws_lc_rs::digest;
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Whether an instance is for development or for production.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InstanceType {
    /// `pk_test_…`, `sk_test_…`.
    Development,
    /// `pk_live_…`, `sk_live_…`.
    Production,
}

impl InstanceType {
    /// `development` or `production`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Production => "production",
        }
    }

    /// What a publishable key's prefix says: `pk_test_`, `pk_live_`, or the older `test_`, `live_`. The rest of the
    /// key is not looked at.
    #[must_use]
    pub fn of_publishable_key(publishable_key: &str) -> Option<Self> {
        let starts = |prefixes: [&str; 2]| prefixes.iter().any(|prefix| publishable_key.starts_with(prefix));
        if starts(["pk_test_", "test_"]) {
            Some(Self::Development)
        } else if starts(["pk_live_", "live_"]) {
            Some(Self::Production)
        } else {
            None
        }
    }

    /// What a secret key's prefix says: `sk_test_`, `sk_live_`, or the older `test_`, `live_`.
    #[must_use]
    pub fn of_secret_key(secret_key: &str) -> Option<Self> {
        if secret_key.starts_with("sk_test_") || secret_key.starts_with("test_") {
            Some(Self::Development)
        } else if secret_key.starts_with("sk_live_") || secret_key.starts_with("live_") {
            Some(Self::Production)
        } else {
            None
        }
    }
}

/// A publishable key, taken apart. It is not a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishableKey {
    text: String,
    instance_type: InstanceType,
    frontend_api: String,
    cookie_suffix: String,
}

impl PublishableKey {
    /// Reads a key such as `pk_test_Y2xlcmsuZXhhbXBsZS5jb20k`.
    ///
    /// # Errors
    /// [`KeyError`] with option `publishable_key`, which never repeats what was given: it may be a secret key.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        if text.is_empty() {
            return Err(fail("it is empty"));
        }
        if text.starts_with("sk_") {
            return Err(fail("it is a secret key"));
        }
        let (instance_type, rest) = if let Some(rest) = text.strip_prefix("pk_test_") {
            (InstanceType::Development, rest)
        } else if let Some(rest) = text.strip_prefix("pk_live_") {
            (InstanceType::Production, rest)
        } else {
            return Err(fail("it starts with neither pk_test_ nor pk_live_"));
        };
        let frontend_api = decode_host(rest).ok_or_else(|| fail("its last part does not hold a host"))?;
        Ok(Self { text: text.to_owned(), instance_type, frontend_api, cookie_suffix: cookie_suffix(text) })
    }

    /// Whether this is a publishable key.
    #[must_use]
    pub fn is_valid(text: &str) -> bool {
        Self::parse(text).is_ok()
    }

    /// The key as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Development or production.
    #[must_use]
    pub fn instance_type(&self) -> InstanceType {
        self.instance_type
    }

    /// The host that the key holds, such as `clerk.example.com`, without proxy or satellite domain.
    #[must_use]
    pub fn frontend_api(&self) -> &str {
        &self.frontend_api
    }

    /// Where the Frontend API is for this application: its proxy, else a production satellite's `clerk.<domain>`, else the
    /// host that the key holds. Empty texts are none.
    #[must_use]
    pub fn frontend_api_for(&self, proxy_url: &str, domain: &str, is_satellite: bool) -> String {
        if !proxy_url.is_empty() {
            proxy_url.to_owned()
        } else if self.instance_type == InstanceType::Production && is_satellite && !domain.is_empty() {
            format!("clerk.{domain}")
        } else {
            self.frontend_api.clone()
        }
    }

    /// What the cookies of this instance end with: eight characters.
    #[must_use]
    pub fn cookie_suffix(&self) -> &str {
        &self.cookie_suffix
    }
}

fn fail(why: &str) -> KeyError {
    KeyError::new(
        "publishable_key",
        format!("The publishable key is not valid: {why}. Copy it from the API keys page of the Clerk Dashboard."),
    )
}

fn decode_host(part: &str) -> Option<String> {
    if part.is_empty() {
        return None;
    }
    // `_` is not of the alphabet, so a fourth part fails here.
    let text = String::from_utf8(BASE64.decode(part).ok()?).ok()?;
    let host = text.strip_suffix('$')?;
    (!host.contains('$') && host.contains('.')).then(|| host.to_owned())
}

fn cookie_suffix(key: &str) -> String {
    let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
    let mut suffix = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(hash.as_ref());
    suffix.truncate(8);
    suffix
}
