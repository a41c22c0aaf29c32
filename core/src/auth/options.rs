//! How to authenticate a request (§3.1).

use crate::key::PublishableKey;
use crate::secret::Secret;
use crate::token::{OptionError, OptionReader, TokenType, VerifyOptions};
use serde_json::Value;

/// Which kinds of token are accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AcceptsToken {
    /// This kind.
    One(TokenType),
    /// One of these kinds.
    List(Vec<TokenType>),
    /// Any kind.
    Any,
}

impl Default for AcceptsToken {
    /// Sessions only (D-13).
    fn default() -> Self {
        Self::One(TokenType::SessionToken)
    }
}

impl AcceptsToken {
    /// Reads one kind, a list of kinds, or `any`, as JSON.
    ///
    /// # Errors
    /// [`OptionError`] for anything else.
    pub fn from_json(json: &str) -> Result<Self, OptionError> {
        serde_json::from_str(json).ok().and_then(Self::read).ok_or_else(|| OptionError::new("accepts_token", KINDS))
    }

    fn read(value: Value) -> Option<Self> {
        let kind = |value: &Value| value.as_str().and_then(TokenType::from_name);
        match &value {
            Value::String(name) if name == "any" => Some(Self::Any),
            Value::String(_) => kind(&value).map(Self::One),
            Value::Array(names) => names.iter().map(kind).collect::<Option<_>>().map(Self::List),
            _ => None,
        }
    }

    /// Whether only machines of a kind that has no browser are accepted: cookies and publishable key mean nothing then.
    pub(crate) fn is_only_machine_without_browser(&self) -> bool {
        matches!(self, Self::One(TokenType::M2mToken | TokenType::ApiKey))
    }
}

const KINDS: &str = "must be \"any\", or one or a list of session_token, api_key, m2m_token, oauth_token";

/// How to authenticate a request. What is left empty is taken from the client's settings where §3.1 says so, else from the
/// defaults.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct AuthenticateOptions {
    /// How to verify the token.
    pub verify: VerifyOptions,
    /// Which kinds of token are accepted. Default: sessions only.
    pub accepts_token: Option<AcceptsToken>,
    /// The publishable key, instead of the client's.
    pub publishable_key: Option<PublishableKey>,
    /// The machine secret key, instead of the client's.
    pub machine_secret_key: Option<Secret>,
    /// The domain of this satellite, such as `satellite.com`.
    pub domain: String,
    /// Whether this is a satellite.
    pub is_satellite: bool,
    /// Where the Frontend API is proxied: a URL, or a path that starts with `/` on the request's own origin.
    pub proxy_url: String,
    /// The sign-in page; a satellite needs it.
    pub sign_in_url: String,
    /// The sign-up page.
    pub sign_up_url: String,
    /// Where to go after signing in.
    pub after_sign_in_url: String,
    /// Where to go after signing up.
    pub after_sign_up_url: String,
    /// Whether a satellite asks the primary domain on the first visit already. Default no.
    pub satellite_auto_sync: bool,
    /// Paths that name an organization, such as `/orgs/:slug/(.*)`: one whose `:id` or `:slug` is not the session's active
    /// organization is activated by a handshake (§3.15).
    pub organization_patterns: Vec<String>,
    /// Paths of the personal account: an organization that is active is left by a handshake (§3.15).
    pub personal_account_patterns: Vec<String>,
    /// Of a client only: whether the Frontend API is proxied on a production deployment's own origin without saying so
    ///
    pub auto_proxy: bool,
    /// Of a client only: for how many milliseconds the API's word on an opaque machine token is believed again. 0, the
    /// default, for not at all: within that time a revoked token still counts.
    pub machine_cache_ms: i64,
}

impl AuthenticateOptions {
    /// Whether it has a setting that a state repeats.
    pub(crate) fn changes_echo(&self) -> bool {
        let texts = [
            &self.domain,
            &self.proxy_url,
            &self.sign_in_url,
            &self.sign_up_url,
            &self.after_sign_in_url,
            &self.after_sign_up_url,
        ];
        self.publishable_key.is_some() || self.is_satellite || texts.into_iter().any(|text| !text.is_empty())
    }

    /// Reads options as bindings pass them: one JSON object with these names and those of [`VerifyOptions::from_json`].
    /// The empty text is no options.
    ///
    /// # Errors
    /// [`OptionError`] for an unknown name or a value of a wrong type.
    pub fn from_json(json: &str) -> Result<Self, OptionError> {
        let mut reader = OptionReader::new(json)?;
        let verify = VerifyOptions::read(&mut reader)?;
        let accepts_token = reader
            .take("accepts_token")
            .map(|value| AcceptsToken::read(value).ok_or_else(|| OptionError::new("accepts_token", KINDS)))
            .transpose()?;
        let publishable_key = reader.string("publishable_key")?.filter(|text| !text.is_empty());
        let text = |reader: &mut OptionReader, name: &str| reader.string(name).map(Option::unwrap_or_default);
        let options = Self {
            verify,
            accepts_token,
            publishable_key: publishable_key.map(|text| PublishableKey::parse(&text)).transpose()?,
            machine_secret_key: reader.secret("machine_secret_key")?,
            domain: text(&mut reader, "domain")?,
            is_satellite: reader.boolean("is_satellite")?,
            proxy_url: text(&mut reader, "proxy_url")?,
            sign_in_url: text(&mut reader, "sign_in_url")?,
            sign_up_url: text(&mut reader, "sign_up_url")?,
            after_sign_in_url: text(&mut reader, "after_sign_in_url")?,
            after_sign_up_url: text(&mut reader, "after_sign_up_url")?,
            satellite_auto_sync: reader.boolean("satellite_auto_sync")?,
            organization_patterns: reader.strings("organization_patterns")?.unwrap_or_default(),
            personal_account_patterns: reader.strings("personal_account_patterns")?.unwrap_or_default(),
            auto_proxy: false,
            machine_cache_ms: 0,
        };
        reader.finish()?;
        Ok(options)
    }
}
