//! What a decision was made on, for looking at (R-411, D-8). Secrets are cut to a few characters, which tell their kind.

use super::context::Context;
use super::handshake::pairs_of;
use super::plain_url::PublicUrl;
use super::settings::Settings;
use crate::key::InstanceType;
use crate::secret::Secret;
use serde_json::{Map, Value};
use std::borrow::Cow;
use url::Url;

/// How many characters of a secret are left: enough for `sk_test` and `sk_live`.
const SHOWN: usize = 7;

/// The context of a decision, kept with its outcome: of secrets only what may be shown.
#[derive(Clone)]
pub(crate) struct DebugContext {
    url: PublicUrl,
    is_get: bool,
    referrer: Option<Box<str>>,
    fetch_dest: Option<Box<str>>,
    accept: Option<Box<str>>,
    secrets: [Option<Hint>; SECRETS.len()],
    loop_counter: i64,
    client_uat: i64,
    suffixed: bool,
    production: Option<bool>,
    jwt_key: bool,
}

/// The secrets of a decision, by the names that they are shown with.
const SECRETS: [&str; 8] = [
    "token_in_header",
    "session_token_in_cookie",
    "refresh_token_in_cookie",
    "dev_browser_token",
    "handshake_token",
    "handshake_nonce",
    "secret_key",
    "machine_secret_key",
];

impl DebugContext {
    pub(crate) fn new(context: &Context<'_>, settings: &Settings<'_>) -> Self {
        let own = |text: &Option<Cow<'_, str>>| text.as_deref().map(Box::from);
        let secrets = [
            context.token_in_header.as_deref(),
            context.session_in_cookie.as_deref(),
            context.refresh_in_cookie.as_deref(),
            context.dev_browser.as_deref(),
            context.handshake_token.as_deref(),
            context.handshake_nonce.as_deref(),
            settings.secret_key.map(Secret::expose),
            settings.machine_secret_key.map(Secret::expose),
        ];
        Self {
            secrets: secrets.map(|secret| secret.map(Hint::of)),
            url: context.url.clone(),
            is_get: context.method_is_get,
            referrer: own(&context.referrer),
            fetch_dest: own(&context.fetch_dest),
            accept: own(&context.accept),
            loop_counter: context.loop_counter,
            client_uat: context.client_uat,
            suffixed: context.suffixed,
            production: settings.publishable_key.map(|key| key.instance_type() == InstanceType::Production),
            jwt_key: settings.jwt_key_set,
        }
    }

    /// Its fields as a JSON object.
    pub(crate) fn to_json(&self) -> String {
        let mut out = Map::new();
        self.write(&mut out);
        Value::Object(out).to_string()
    }

    /// Adds its fields to what an outcome tells of itself.
    pub(crate) fn write(&self, out: &mut Map<String, Value>) {
        let mut put = |name: &str, value: Value| out.insert(name.to_owned(), value);
        let text = |text: &Option<Box<str>>| text.as_deref().map_or(Value::Null, Value::from);
        put("url", redacted_text(self.url.as_str()).into());
        put("is_get", self.is_get.into());
        put("referrer", self.referrer.as_deref().map_or(Value::Null, |url| redacted_text(url).into()));
        put("sec_fetch_dest", text(&self.fetch_dest));
        put("accept", text(&self.accept));
        for (name, hint) in SECRETS.into_iter().zip(&self.secrets) {
            put(name, hint.as_ref().map_or(Value::Null, |hint| hint.text().into()));
        }
        put("handshake_redirect_loop_counter", self.loop_counter.into());
        put("client_uat", self.client_uat.into());
        put("suffixed_cookies", self.suffixed.into());
        put("jwt_key", if self.jwt_key { "…".into() } else { Value::Null });
        let kind = |production| if production { "production" } else { "development" };
        put("instance_type", self.production.map(kind).into());
    }
}

/// The beginning of a secret, never more than half of it: its characters, padded with nothing.
#[derive(Clone, Copy)]
struct Hint([char; SHOWN]);

impl Hint {
    fn of(text: &str) -> Self {
        let mut shown = ['\0'; SHOWN];
        // More of it need not be counted.
        let half = match text.as_bytes().get(..2 * SHOWN) {
            Some(beginning) if beginning.is_ascii() => SHOWN,
            _ => text.chars().take(2 * SHOWN).count() / 2,
        };
        shown.iter_mut().zip(text.chars().take(half)).for_each(|(place, c)| *place = c);
        Self(shown)
    }

    fn text(self) -> String {
        self.0.into_iter().filter(|c| *c != '\0').chain(['…']).collect()
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
