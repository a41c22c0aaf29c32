//! The options of a client: what can be set, where it comes from if it is not, and what is refused.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::HeaderValue;
use serde::Deserialize;

use crate::args::closest;
use crate::client::Clerk;
use crate::clock::{Clock, SharedClock, SystemClock};
use crate::doctor::{self, Report};
use crate::error::{ConfigError, Result};
use crate::hooks::{CallEvent, CallStep, Hooks};
use crate::secret::Secret;
use crate::transport::{SharedTransport, Transport};
use crate::webhook::WebhookSecrets;

/// The API version that is asked for unless another is set.
pub const DEFAULT_API_VERSION: &str = "2026-05-12";
/// Where the API is unless told otherwise.
pub const DEFAULT_API_URL: &str = "https://api.clerk.com";

/// Builds a [`Clerk`]. What is not set comes from the environment: `CLERK_SECRET_KEY`, `CLERK_PUBLISHABLE_KEY`,
/// `CLERK_MACHINE_SECRET_KEY`, `CLERK_JWT_KEY`, `CLERK_API_URL`, `CLERK_API_VERSION`, `CLERK_DOMAIN`,
/// `CLERK_PROXY_URL`, `CLERK_SIGN_IN_URL`, `CLERK_IS_SATELLITE`,
/// `CLERK_WEBHOOK_SIGNING_SECRET`.
#[derive(Debug, Clone, Default)]
pub struct ClerkBuilder {
    pub(crate) values: Values,
    clock: Option<SharedClock>,
    hooks: Hooks,
    environment: Environment,
    is_copy: bool,
}

/// Where unset options come from.
#[derive(Clone, Default)]
pub(crate) enum Environment {
    /// The process's own variables.
    #[default]
    Process,
    /// These, and no others.
    Given(BTreeMap<String, String>),
}

impl Environment {
    /// The variables that were given instead of the process's.
    pub(crate) fn given(&self) -> Option<&BTreeMap<String, String>> {
        match self {
            Self::Process => None,
            Self::Given(variables) => Some(variables),
        }
    }

    /// All variables that are text.
    pub(crate) fn all(&self) -> BTreeMap<String, String> {
        match self {
            Self::Process => std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
                .collect(),
            Self::Given(variables) => variables.clone(),
        }
    }
}

/// Variables by their names: among their values are keys.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Process => f.write_str("Process"),
            Self::Given(variables) => f.debug_tuple("Given").field(&variables.keys()).finish(),
        }
    }
}

/// One or several texts.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl From<OneOrMany> for Vec<String> {
    fn from(value: OneOrMany) -> Self {
        match value {
            OneOrMany::One(text) => vec![text],
            OneOrMany::Many(texts) => texts,
        }
    }
}

/// Every option that is data. Names are those of the bindings, times with their unit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Values {
    pub(crate) secret_key: Option<Secret>,
    pub(crate) publishable_key: Option<String>,
    pub(crate) machine_secret_key: Option<Secret>,
    pub(crate) jwt_key: Option<Secret>,
    pub(crate) api_url: Option<String>,
    pub(crate) api_version: Option<String>,
    pub(crate) connect_timeout: Option<Duration>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) keys_timeout: Option<Duration>,
    pub(crate) max_retries: Option<u32>,
    pub(crate) retry_delay: Option<Duration>,
    pub(crate) ca_certificates: Option<String>,
    pub(crate) proxy: Option<Secret>,
    pub(crate) user_agent_suffix: Option<String>,
    pub(crate) platform: Option<String>,
    pub(crate) audience: Option<Vec<String>>,
    pub(crate) authorized_parties: Option<Vec<String>>,
    pub(crate) issuer: Option<Vec<String>>,
    pub(crate) header_type: Option<Vec<String>>,
    pub(crate) clock_skew: Option<Duration>,
    pub(crate) keys_cooldown: Option<Duration>,
    pub(crate) domain: Option<String>,
    pub(crate) proxy_url: Option<String>,
    pub(crate) sign_in_url: Option<String>,
    pub(crate) is_satellite: Option<bool>,
    pub(crate) organization_patterns: Option<Vec<String>>,
    pub(crate) personal_account_patterns: Option<Vec<String>>,
    pub(crate) machine_cache: Option<Duration>,
    pub(crate) token_cache_entries: Option<u32>,
    /// Whether the deployment's environment says that the Frontend API is proxied on its own origin. No option.
    pub(crate) auto_proxy: Option<bool>,
    /// Where what was not set came from.
    pub(crate) variables: Environment,
    pub(crate) webhook_signing_secret: Option<WebhookSecrets>,
    /// What sends in the place of the network. No data, but whatever takes the options needs it too.
    pub(crate) transport: Option<SharedTransport>,
}

const NAMES: &[&str] = &[
    "secret_key",
    "publishable_key",
    "machine_secret_key",
    "jwt_key",
    "api_url",
    "api_version",
    "connect_timeout_ms",
    "attempt_timeout_ms",
    "timeout_ms",
    "keys_timeout_ms",
    "max_retries",
    "retry_delay_ms",
    "ca_certificates",
    "proxy",
    "user_agent_suffix",
    "platform",
    "audience",
    "authorized_parties",
    "issuer",
    "header_type",
    "clock_skew_ms",
    "keys_cooldown_ms",
    "domain",
    "proxy_url",
    "sign_in_url",
    "is_satellite",
    "organization_patterns",
    "personal_account_patterns",
    "machine_cache_ms",
    "token_cache_entries",
    "webhook_signing_secret",
    "environment",
];

macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident: $kind:ty;)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(mut self, $name: impl Into<$kind>) -> Self {
            self.values.$name = Some($name.into());
            self
        }
    )*};
}

impl ClerkBuilder {
    pub(crate) fn of(values: Values, hooks: Hooks) -> Self {
        Self { values, hooks, is_copy: true, ..Self::default() }
    }

    setters! {
        /// The instance's secret key (`sk_…`): authorizes calls and fetches the keys that verify tokens.
        secret_key: Secret;
        /// The instance's publishable key (`pk_…`): tells its kind, its Frontend API and its cookies' names.
        publishable_key: String;
        /// A machine's secret key (`ak_…`): authorizes its M2M tokens.
        machine_secret_key: Secret;
        /// The instance's public key, as PEM (with or without its lines and breaks) or JWK: tokens are then verified
        /// without any request. A key given for a call goes before it.
        jwt_key: Secret;
        /// Where the API is; a path is kept. Default [`DEFAULT_API_URL`].
        api_url: String;
        /// The API version, a date. Default [`DEFAULT_API_VERSION`].
        api_version: String;
        /// For a connection to be made. Default 5 s.
        connect_timeout: Duration;
        /// For one attempt, its answer read whole. Default: what is left of [`ClerkBuilder::timeout`].
        attempt_timeout: Duration;
        /// For a whole call: all attempts and all waiting. Default 10 s.
        timeout: Duration;
        /// For what authentication asks the API while a request waits: the keys that verify tokens, a refresh, what a
        /// handshake came to, an opaque machine token. Each with all its attempts. Default 3 s.
        keys_timeout: Duration;
        /// How often a call is tried again. Default 2.
        max_retries: u32;
        /// The wait before the first retry, at most; it doubles from there, with full jitter, to 8 s. Default 500 ms.
        /// What the API asks for in `Retry-After` goes before it.
        retry_delay: Duration;
        /// More root certificates, as PEM, beside the system's.
        ca_certificates: String;
        /// The proxy to use, as a URL. Default: `HTTPS_PROXY` and friends, as usual, but never for this machine.
        proxy: Secret;
        /// Added to the `User-Agent`.
        user_agent_suffix: String;
        /// How far the clocks may differ when tokens are verified. Default 5 s; zero is honoured.
        clock_skew: Duration;
        /// How long an unknown key id is not asked for again. Default 30 s (D-6).
        keys_cooldown: Duration;
        /// How long the API's word on an opaque machine token (`ak_…`, `mt_…`, `oat_…`) is believed again. Within that time a
        /// token that was revoked still counts, so seconds at most. Default: not at all.
        machine_cache: Duration;
        /// How many session tokens whose signature held are remembered, so that only the first use of each costs one.
        /// Which key is the right one, the times and all rules are checked at each use. 3.3 KB each at most, on average.
        /// 0: none. Default 10 000.
        token_cache_entries: u32;
        /// The satellite's domain.
        domain: String;
        /// Where the Frontend API is proxied.
        proxy_url: String;
        /// Where users sign in.
        sign_in_url: String;
        /// Whether this application is a satellite of another domain.
        is_satellite: bool;
        /// What webhooks are verified with (`whsec_…`): one secret, or several while they are rotated.
        webhook_signing_secret: WebhookSecrets;
    }

    /// The audiences a token may be for: where a token names any, one of these.
    #[must_use]
    pub fn audience<T: Into<String>>(mut self, audience: impl IntoIterator<Item = T>) -> Self {
        self.values.audience = Some(audience.into_iter().map(Into::into).collect());
        self
    }

    /// The origins a token may have been requested from. Set this for every application with cookies.
    #[must_use]
    pub fn authorized_parties<T: Into<String>>(mut self, parties: impl IntoIterator<Item = T>) -> Self {
        self.values.authorized_parties = Some(parties.into_iter().map(Into::into).collect());
        self
    }

    /// The issuers a token may come from.
    #[must_use]
    pub fn issuer<T: Into<String>>(mut self, issuer: impl IntoIterator<Item = T>) -> Self {
        self.values.issuer = Some(issuer.into_iter().map(Into::into).collect());
        self
    }

    /// Paths that name an organization, such as `/orgs/:slug/(.*)`: where a path's `:id` or `:slug` is not the session's
    /// active organization, a handshake activates it (§3.15).
    #[must_use]
    pub fn organization_patterns<T: Into<String>>(mut self, patterns: impl IntoIterator<Item = T>) -> Self {
        self.values.organization_patterns = Some(patterns.into_iter().map(Into::into).collect());
        self
    }

    /// Paths of the personal account, such as `/me/(.*)`: a handshake leaves the active organization there (§3.15).
    #[must_use]
    pub fn personal_account_patterns<T: Into<String>>(mut self, patterns: impl IntoIterator<Item = T>) -> Self {
        self.values.personal_account_patterns = Some(patterns.into_iter().map(Into::into).collect());
        self
    }

    /// Where the time comes from. Default: this machine's clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Where the time comes from, shared with others.
    #[must_use]
    pub fn shared_clock(mut self, clock: SharedClock) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Is told of every attempt that is about to be sent, key sets included. Hooks run on the task of the call: they
    /// should be quick, and must not block. What `tracing` is told under the target `clerk_usher` is the same.
    #[must_use]
    pub fn on_request(mut self, hook: impl Fn(&CallEvent) + Send + Sync + 'static) -> Self {
        self.hooks.add(CallStep::Request, hook);
        self
    }

    /// Is told of every attempt that has ended, answered or failed. See [`ClerkBuilder::on_request`].
    #[must_use]
    pub fn on_response(mut self, hook: impl Fn(&CallEvent) + Send + Sync + 'static) -> Self {
        self.hooks.add(CallStep::Response, hook);
        self
    }

    /// Is told when another attempt follows, before the wait for it. See [`ClerkBuilder::on_request`].
    #[must_use]
    pub fn on_retry(mut self, hook: impl Fn(&CallEvent) + Send + Sync + 'static) -> Self {
        self.hooks.add(CallStep::Retry, hook);
        self
    }

    /// Sends by this instead of the network; see [`crate::transport`]. Default: the network. Options of connections, such
    /// as `proxy` and `connect_timeout`, are then without effect.
    #[must_use]
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.values.transport = Some(SharedTransport(Arc::new(transport)));
        self
    }

    /// Takes unset options from these variables instead of the process's. Empty: from nowhere.
    #[must_use]
    pub fn environment(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        self.environment = Environment::Given(variables.into_iter().collect());
        self
    }

    /// Reads options from a JSON object, as the bindings pass them: snake_case names, times as `…_ms` in milliseconds,
    /// null for unset, and `environment`: an object of variables to use instead of the process's.
    ///
    /// # Errors
    /// `Config`, naming the option that is unknown or of a wrong kind.
    pub fn from_json(text: &str) -> Result<Self> {
        Self::default().merge_json(text)
    }

    /// Like [`ClerkBuilder::from_json`], over what is set already.
    ///
    /// # Errors
    /// As there.
    pub fn merge_json(mut self, text: &str) -> Result<Self> {
        let options: BTreeMap<String, serde_json::Value> = serde_json::from_str(text)
            // Without what the parser says, which may repeat a key that was given by itself.
            .map_err(|_| ConfigError::new("options", "the options must be a JSON object"))?;
        for (name, value) in options {
            if !value.is_null() {
                self.set_json(&name, value)?;
            }
        }
        Ok(self)
    }

    fn set_json(&mut self, name: &str, value: serde_json::Value) -> Result<()> {
        let v = &mut self.values;
        match name {
            "secret_key" => v.secret_key = Some(text(name, value)?.into()),
            "publishable_key" => v.publishable_key = Some(text(name, value)?),
            "machine_secret_key" => v.machine_secret_key = Some(text(name, value)?.into()),
            "jwt_key" => v.jwt_key = Some(key_text(name, value)?.into()),
            "api_url" => v.api_url = Some(text(name, value)?),
            "api_version" => v.api_version = Some(text(name, value)?),
            "connect_timeout_ms" => v.connect_timeout = Some(milliseconds(name, &value)?),
            "attempt_timeout_ms" => v.attempt_timeout = Some(milliseconds(name, &value)?),
            "timeout_ms" => v.timeout = Some(milliseconds(name, &value)?),
            "keys_timeout_ms" => v.keys_timeout = Some(milliseconds(name, &value)?),
            "max_retries" => v.max_retries = Some(parse(name, value, "an integer of at least 0")?),
            "retry_delay_ms" => v.retry_delay = Some(milliseconds(name, &value)?),
            "ca_certificates" => v.ca_certificates = Some(text(name, value)?),
            "proxy" => v.proxy = Some(text(name, value)?.into()),
            "user_agent_suffix" => v.user_agent_suffix = Some(text(name, value)?),
            "platform" => v.platform = Some(text(name, value)?),
            "audience" => v.audience = Some(texts(name, value)?),
            "authorized_parties" => v.authorized_parties = Some(texts(name, value)?),
            "issuer" => v.issuer = Some(texts(name, value)?),
            "header_type" => v.header_type = Some(texts(name, value)?),
            "clock_skew_ms" => v.clock_skew = Some(milliseconds(name, &value)?),
            "keys_cooldown_ms" => v.keys_cooldown = Some(milliseconds(name, &value)?),
            "domain" => v.domain = Some(text(name, value)?),
            "proxy_url" => v.proxy_url = Some(text(name, value)?),
            "sign_in_url" => v.sign_in_url = Some(text(name, value)?),
            "organization_patterns" => v.organization_patterns = Some(texts(name, value)?),
            "personal_account_patterns" => v.personal_account_patterns = Some(texts(name, value)?),
            "machine_cache_ms" => v.machine_cache = Some(milliseconds(name, &value)?),
            "token_cache_entries" => v.token_cache_entries = Some(parse(name, value, "an integer of at least 0")?),
            "is_satellite" => v.is_satellite = Some(parse(name, value, "true or false")?),
            "webhook_signing_secret" => {
                let secrets = WebhookSecrets::from_value(value);
                v.webhook_signing_secret = Some(secrets.ok_or_else(|| wrong(name, "a string or a list of strings"))?);
            }
            "environment" => self.environment = Environment::Given(parse(name, value, "an object of texts")?),
            _ => {
                let meant = closest(name, NAMES.iter().copied());
                let hint = meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
                return Err(ConfigError::new(name, format!("`{name}` is not an option of the client{hint}")).into());
            }
        }
        Ok(())
    }

    /// Makes the client. Nothing is opened and nothing is sent until the first call that needs it.
    ///
    /// # Errors
    /// `Config`, naming the option that is missing or wrong: a publishable key where a secret key belongs, a JWT key
    /// that is none, a URL that cannot be, …
    pub fn build(mut self) -> Result<Clerk> {
        self.fill_from_environment();
        let clock = self.clock.clone().unwrap_or_else(|| Arc::new(SystemClock));
        Clerk::from_values(self.values.clone(), self.hooks.clone(), clock)
    }

    /// Looks for what could be wrong with these options, with the API behind them, and, if there is one, with a token that
    /// should hold here. Unlike [`ClerkBuilder::build`] it takes keys that are none: it tells of them. It sends up to three
    /// requests, and verifies nothing.
    pub async fn diagnose(mut self, token: Option<&str>) -> Report {
        self.fill_from_environment();
        let clock = self.clock.clone().unwrap_or_else(|| Arc::new(SystemClock));
        doctor::examine(&self.values, &clock, token).await
    }

    fn fill_from_environment(&mut self) {
        // A copy of a client takes nothing from anywhere, and its options still came from where those of the first did.
        let from_nowhere = self.environment.given().is_some_and(BTreeMap::is_empty);
        if !(self.is_copy && from_nowhere) {
            self.values.variables = self.environment.clone();
        }
        let variable = |name: &str| -> Option<String> {
            let value = match &self.environment {
                Environment::Process => std::env::var(name).ok()?,
                Environment::Given(variables) => variables.get(name)?.clone(),
            };
            let value = value.trim();
            (!value.is_empty()).then(|| value.to_owned())
        };
        let v = &mut self.values;
        // Keys of the environment belong to its secret key: beside another one they would vouch for another instance.
        let ambient = variable("CLERK_SECRET_KEY").map(Secret::from);
        let of_another = v.secret_key.is_some() && ambient.is_some() && v.secret_key != ambient;
        let key = |name: &str| variable(name).filter(|_| !of_another).map(Secret::from);
        v.machine_secret_key = v.machine_secret_key.take().or_else(|| key("CLERK_MACHINE_SECRET_KEY"));
        v.jwt_key = v.jwt_key.take().or_else(|| key("CLERK_JWT_KEY"));
        v.secret_key = v.secret_key.take().or(ambient);
        v.publishable_key = v.publishable_key.take().or_else(|| variable("CLERK_PUBLISHABLE_KEY"));
        v.api_url = v.api_url.take().or_else(|| variable("CLERK_API_URL"));
        v.api_version = v.api_version.take().or_else(|| variable("CLERK_API_VERSION"));
        v.domain = v.domain.take().or_else(|| variable("CLERK_DOMAIN"));
        v.proxy_url = v.proxy_url.take().or_else(|| variable("CLERK_PROXY_URL"));
        v.sign_in_url = v.sign_in_url.take().or_else(|| variable("CLERK_SIGN_IN_URL"));
        v.is_satellite = v.is_satellite.or_else(|| variable("CLERK_IS_SATELLITE").map(|text| truthy(&text)));
        v.auto_proxy = v.auto_proxy.or_else(|| {
            let disabled = variable("CLERK_DISABLE_AUTO_PROXY").is_some_and(|text| truthy(&text));
            let production = variable("VERCEL_TARGET_ENV").as_deref() == Some("production");
            let host = variable("VERCEL_PROJECT_PRODUCTION_URL").and_then(|url| host_of(&url));
            Some(!disabled && production && host.is_some_and(|host| host.ends_with(".vercel.app")))
        });
        v.webhook_signing_secret = v
            .webhook_signing_secret
            .take()
            .or_else(|| variable("CLERK_WEBHOOK_SIGNING_SECRET").map(WebhookSecrets::from));
    }
}

/// The host of a URL that may have no scheme.
fn host_of(text: &str) -> Option<String> {
    let absolute = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    url::Url::parse(&absolute).ok()?.host_str().map(str::to_owned)
}

/// `true` in any case, or an integer above 0.
fn truthy(text: &str) -> bool {
    text.eq_ignore_ascii_case("true") || text.parse::<i64>().is_ok_and(|number| number > 0)
}

fn wrong(name: &str, what: &str) -> ConfigError {
    ConfigError::new(name, format!("`{name}` must be {what}"))
}

fn parse<T: serde::de::DeserializeOwned>(name: &str, value: serde_json::Value, what: &str) -> Result<T, ConfigError> {
    serde_json::from_value(value).map_err(|_| wrong(name, what))
}

fn text(name: &str, value: serde_json::Value) -> Result<String, ConfigError> {
    parse(name, value, "a string")
}

fn texts(name: &str, value: serde_json::Value) -> Result<Vec<String>, ConfigError> {
    parse::<OneOrMany>(name, value, "a string or a list of strings").map(Into::into)
}

/// A key may be text (PEM, or a JWK as JSON), or a JWK as an object.
fn key_text(name: &str, value: serde_json::Value) -> Result<String, ConfigError> {
    match value {
        serde_json::Value::Object(_) => Ok(value.to_string()),
        _ => parse(name, value, "a PEM text or a JWK"),
    }
}

/// Milliseconds, fractions allowed.
pub(crate) fn milliseconds(name: &str, value: &serde_json::Value) -> Result<Duration, ConfigError> {
    let ms = value.as_f64().filter(|ms| ms.is_finite() && *ms >= 0.0);
    ms.and_then(|ms| Duration::try_from_secs_f64(ms / 1_000.0).ok())
        .ok_or_else(|| wrong(name, "a number of milliseconds of at least 0"))
}

/// `clerk-usher/<version> <platform> <suffix>`.
pub(crate) fn user_agent(values: &Values) -> Result<HeaderValue, ConfigError> {
    let mut text = concat!("clerk-usher/", env!("CARGO_PKG_VERSION")).to_owned();
    for part in [values.platform.as_deref().unwrap_or("rust"), values.user_agent_suffix.as_deref().unwrap_or("")] {
        if !part.is_empty() {
            text.push(' ');
            text.push_str(part);
        }
    }
    HeaderValue::from_str(&text).map_err(|_| wrong("user_agent_suffix", "a text that a header can carry"))
}

/// The API's date-like version. `v1` names the path in other SDKs and is taken for the default.
pub(crate) fn api_version(values: &Values) -> Result<String, ConfigError> {
    let text = values.api_version.as_deref().unwrap_or(DEFAULT_API_VERSION);
    if text == "v1" {
        return Ok(DEFAULT_API_VERSION.to_owned());
    }
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    if shape == "0000-00-00" {
        Ok(text.to_owned())
    } else {
        Err(wrong("api_version", &format!("a date such as {DEFAULT_API_VERSION}")))
    }
}

/// Where the API is, without a slash at its end.
pub(crate) fn api_url(values: &Values) -> Result<url::Url, ConfigError> {
    let text = values.api_url.as_deref().unwrap_or(DEFAULT_API_URL);
    let fail = |what: &str| ConfigError::new("api_url", format!("`api_url` {what}; it must be like {DEFAULT_API_URL}"));
    let raw_path = text.split_once("://").map_or(text, |(_, rest)| rest).to_ascii_lowercase().replace("%2e", ".");
    if raw_path.split(['/', '\\', '?', '#']).any(|segment| segment == "." || segment == "..") {
        return Err(fail("has a dot segment in its path"));
    }
    let mut url = url::Url::parse(text).map_err(|error| fail(&format!("is not a URL ({error})")))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(fail("is not an http or https URL"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(fail("must not carry credentials"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(fail("must not have a query or fragment"));
    }
    let path: Vec<&str> = url.path().split('/').filter(|segment| !segment.is_empty()).collect();
    let path = format!("/{}", path.join("/"));
    url.set_path(&path);
    Ok(url)
}
