//! What a decision was made on, for looking at (R-411, D-8). Secrets are cut to a few characters, which tell their kind.

use super::context::Context;
use super::handshake::pairs_of;
use super::settings::Settings;
use crate::key::InstanceType;
use crate::secret::Secret;
use serde_json::{Map, Value};
use url::Url;

/// How many characters of a secret are left: enough for `sk_test` and `sk_live`.
const SHOWN: usize = 7;

/// The context of a decision, kept with its outcome: of secrets only what may be shown.
#[derive(Clone)]
pub(crate) struct DebugContext {
    /// Its texts, one after the other.
    texts: String,
    /// Where each of them ends, and whether it is there.
    ends: [(u32, bool); TEXTS.len()],
    is_get: bool,
    secrets: [Option<Hint>; SECRETS.len()],
    loop_counter: i64,
    client_uat: i64,
    suffixed: bool,
    production: Option<bool>,
    jwt_key: bool,
}

/// The texts of a decision that are no secrets, by the names that they are shown with. The first two are URLs.
const TEXTS: [&str; 4] = ["url", "referrer", "sec_fetch_dest", "accept"];

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
    pub(crate) fn new(context: Context<'_>, settings: &Settings<'_>) -> Self {
        // The text of the URL has room for the others.
        let mut texts = context.url.into_string();
        let given = [Some(""), context.referrer.as_deref(), context.fetch_dest.as_deref(), context.accept.as_deref()];
        let ends = given.map(|text| {
            texts.push_str(text.unwrap_or_default());
            (u32::try_from(texts.len()).unwrap_or(u32::MAX), text.is_some())
        });
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
            texts,
            ends,
            is_get: context.method_is_get,
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
        let mut from = 0;
        for (place, (name, (end, is_there))) in TEXTS.into_iter().zip(self.ends).enumerate() {
            let end = usize::try_from(end).unwrap_or(usize::MAX);
            let text = self.texts.get(from..end).filter(|_| is_there);
            put(
                name,
                text.map_or(Value::Null, |text| if place < 2 { redacted_text(text).into() } else { text.into() }),
            );
            from = end;
        }
        put("is_get", self.is_get.into());
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

/// The beginning of a secret, never more than half of it.
#[derive(Clone, Copy)]
struct Hint {
    bytes: [u8; SHOWN],
    len: u8,
}

impl Hint {
    #[allow(clippy::cast_possible_truncation)] // a few
    fn of(text: &str) -> Self {
        let shown = text.as_bytes().get(..(text.len() / 2).min(SHOWN)).unwrap_or_default();
        let mut bytes = [0; SHOWN];
        bytes.iter_mut().zip(shown).for_each(|(place, byte)| *place = *byte);
        Self { bytes, len: shown.len() as u8 }
    }

    /// Each byte that is no letter of ASCII is shown as `?`.
    fn text(self) -> String {
        let plain = |byte: u8| if byte.is_ascii_graphic() { char::from(byte) } else { '?' };
        self.bytes.into_iter().take(self.len.into()).map(plain).chain(['…']).collect()
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
