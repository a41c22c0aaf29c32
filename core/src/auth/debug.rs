//! What a decision was made on, for looking at (R-411, D-8). Secrets are cut to a few characters, which tell their kind.

use super::context::Context;
use super::handshake::pairs_of;
use super::settings::Settings;
use crate::key::InstanceType;
use serde_json::{Map, Value};
use url::Url;

/// How many characters of a secret are left: enough for `sk_test` and `sk_live`.
const SHOWN: usize = 7;

/// The context of a decision, kept with its outcome.
#[derive(Clone)]
pub(crate) struct DebugContext {
    context: Context,
    production: Option<bool>,
    keys: [Option<Hint>; 2],
    jwt_key: bool,
}

impl DebugContext {
    pub(crate) fn new(context: Context, settings: &Settings<'_>) -> Self {
        Self {
            context,
            production: settings.publishable_key.map(|key| key.instance_type() == InstanceType::Production),
            keys: [settings.secret_key, settings.machine_secret_key].map(|key| key.map(|key| Hint::of(key.expose()))),
            jwt_key: settings.jwt_key_set,
        }
    }

    /// Adds its fields to what an outcome tells of itself.
    pub(crate) fn write(&self, out: &mut Map<String, Value>) {
        let context = &self.context;
        let mut put = |name: &str, value: Value| out.insert(name.to_owned(), value);
        let text = |text: &Option<String>| text.as_deref().map_or(Value::Null, Value::from);
        let secret = |text: &Option<String>| text.as_deref().map_or(Value::Null, |text| Hint::of(text).text().into());
        put("url", redacted_url(&context.url).into());
        put("is_get", context.method_is_get.into());
        put("referrer", context.referrer.as_deref().map_or(Value::Null, |url| redacted_text(url).into()));
        put("sec_fetch_dest", text(&context.fetch_dest));
        put("accept", text(&context.accept));
        put("token_in_header", secret(&context.token_in_header));
        put("session_token_in_cookie", secret(&context.session_in_cookie));
        put("refresh_token_in_cookie", secret(&context.refresh_in_cookie));
        put("dev_browser_token", secret(&context.dev_browser));
        put("handshake_token", secret(&context.handshake_token));
        put("handshake_nonce", secret(&context.handshake_nonce));
        put("handshake_redirect_loop_counter", context.loop_counter.into());
        put("client_uat", context.client_uat.into());
        put("suffixed_cookies", context.suffixed.into());
        let [secret_key, machine_secret_key] = &self.keys;
        let hint = |hint: &Option<Hint>| hint.as_ref().map_or(Value::Null, |hint| hint.text().into());
        put("secret_key", hint(secret_key));
        put("machine_secret_key", hint(machine_secret_key));
        put("jwt_key", if self.jwt_key { "…".into() } else { Value::Null });
        let kind = |production| if production { "production" } else { "development" };
        put("instance_type", self.production.map(kind).into());
    }
}

/// The beginning of a secret, never more than half of it.
#[derive(Clone)]
struct Hint(String);

impl Hint {
    fn of(text: &str) -> Self {
        let half = text.chars().count() / 2;
        Self(text.chars().take(SHOWN.min(half)).collect())
    }

    fn text(&self) -> String {
        format!("{}…", self.0)
    }
}

/// The query parameters that are secrets.
const SECRET_PARAMETERS: [&str; 5] =
    ["__clerk_handshake", "__clerk_handshake_nonce", "__clerk_db_jwt", "__dev_session", "__session"];

/// A URL without what it may carry for nobody's eyes: user and password, the fragment, secret parameters, and the same in the
/// URLs among its parameters.
fn redacted_url(url: &Url) -> String {
    redacted_to(url, 2)
}

fn redacted_to(url: &Url, depth: u8) -> String {
    let is_secret = |name: &str| SECRET_PARAMETERS.contains(&name) || name.starts_with("__clerk_ticket");
    let mut shown = url.clone();
    // These fail for URLs without a host only.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown.set_fragment(None);
    if url.query().is_none() {
        return shown.to_string();
    }
    let pairs = pairs_of(url).into_iter().map(|(name, value)| {
        let value = match Url::parse(&value) {
            _ if is_secret(&name) => Hint::of(&value).text(),
            Ok(inner) if depth > 0 => redacted_to(&inner, depth - 1),
            Ok(_) => Hint::of(&value).text(),
            Err(_) => value,
        };
        (name, value)
    });
    let pairs: Vec<_> = pairs.collect();
    shown.query_pairs_mut().clear().extend_pairs(pairs);
    shown.to_string()
}

fn redacted_text(text: &str) -> String {
    Url::parse(text).map_or_else(|_| Hint::of(text).text(), |url| redacted_url(&url))
}
