//! What is thrown at every parser: the entry points that the fuzz targets and the property tests share. Each takes any bytes,
//! and panics only where something that must always hold does not.

use crate::auth::{
    Answers, AuthStatus, AuthenticateOptions, Authenticator, Decision, HasParams, Need, RequestParts, RequestState,
    fuzz,
};
use crate::clock::ManualClock;
use crate::json::{self, Field};
use crate::key::{
    JwkSet, KeyCacheSettings, KeyCaches, KeyResponse, LocalKey, NoAnswer, PublishableKey, check_secret_key,
};
use crate::model;
use crate::secret::Secret;
use crate::token::{
    DecodedToken, Instance, Verifier, VerifyOptions, claims_of, is_machine_jwt, is_machine_token, machine_token_type,
    readers_agree,
};
use crate::webhook::{Webhook, checks_agree};
use serde_json::Value;
use std::sync::{Arc, OnceLock};

/// A time in the middle of most tokens' lives, in Unix milliseconds.
const NOW_MS: i64 = 1_700_000_000_000;

/// A key whose other half nobody has, so nothing that is thrown is signed by it.
const KEY: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAsq8/wav5IewtxVOpKjnhAOd/Xa4/+bQbK7XBACn+wx5eO6fNgQzAqpKUwtqANe/PN1Qp5TAOcd9irhRYSsM2V4Xrb9Y+0qohGuZ6RkOCQIWDSNp2/pOus8fuX+Vy8pdAc0T6Mx/JBTwcmogoPPfEo/dbopziD6xvHwynLCXJZK5b6FQX12k4zhumvMVlxg/Y2PPu2ZoEGbeBUJH/qDwVxh1tDmlwcOHiNV5qJJ4P48n8rIozBv7mqGzV/pD5/UtJiPU/rI92P4OP2UVi3a+1uWDrXaZfS6xhYe69SbpSCfe8xrVABQ6YRKeK5JNwUCqQHxrWaru6+QOuk1vlm0gWcwIDAQAB";

fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}

/// A token: it is read or it is not, and what is not signed is never accepted.
pub fn token(data: &[u8]) {
    let token = text(data);
    let _ = DecodedToken::read(&token);
    assert!(!is_machine_jwt(&token) || is_machine_token(&token));
    assert_eq!(is_machine_token(&token), machine_token_type(&token).is_some());
    let verifier = authenticator().verifier();
    match verifier.try_verify(&token, &VerifyOptions::default(), NOW_MS) {
        crate::token::Step::Done(verdict) => assert!(verdict.is_err(), "nobody signed this"),
        crate::token::Step::NeedKeys(_) => unreachable!("there is a local key"),
    }
}

/// A payload that was signed: whatever is in it, an object comes of it that can be asked and written.
pub fn claims(data: &[u8]) {
    let (payload, question) = split(data);
    assert!(readers_agree(&text(payload)), "the two readers of payloads differ");
    let Some(claims) = claims_of(&text(payload)) else { return };
    let auth = fuzz::auth(&claims);
    let _ = auth.has(&HasParams::from_json(&text(question)));
    let _ = (auth.actor(), auth.factor_verification_age());
    assert!(is_json(&auth.to_json()), "{}", auth.to_json());
}

/// A `cookie` header, and the choice between cookies with and without suffix.
pub fn cookies(data: &[u8]) {
    fuzz::cookies(authenticator(), &text(data));
}

/// Keys of every kind.
pub fn keys(data: &[u8]) {
    let _ = JwkSet::read(data);
    let text = text(data);
    if let Ok(key) = PublishableKey::parse(&text) {
        assert!(!key.frontend_api().contains('$') && key.cookie_suffix().len() == 8);
    }
    let _ = LocalKey::parse(&text);
    if let Err(error) = check_secret_key("secret_key", &text) {
        assert!(text.len() < 12 || !error.message.contains(&text), "an error repeats a key");
    }
}

/// A path pattern, and a path.
pub fn pattern(data: &[u8]) {
    let (pattern, path) = split(data);
    fuzz::pattern(&text(pattern), &text(path));
}

/// A whole request, with the API's answers to whatever its decision asks for: there is always a state or an error of the
/// setup, and only the API's word on an opaque machine token signs anybody in.
pub fn request(data: &[u8]) {
    let (head, rest) = split(data);
    let (options, answer) = split(rest);
    let head = text(head);
    let mut lines = head.split('\n');
    let method = lines.next().unwrap_or_default();
    let target = lines.next().unwrap_or_default();
    let mut parts = RequestParts::received(method, target);
    for line in lines {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        parts = parts.with_header(name, value);
    }
    let Ok(options) = AuthenticateOptions::from_json(&text(options)).or_else(|_| AuthenticateOptions::from_json(""))
    else {
        return;
    };
    if options.verify.jwt_key.is_some() || options.verify.secret_key.is_some() {
        return; // Somebody's own key, whose signatures may well hold.
    }
    let mut answers = Answers::default();
    for _ in 0..6 {
        match authenticator().step(&parts, &options, NOW_MS, &answers) {
            Decision::Done(Ok(state)) => return check(&state),
            Decision::Done(Err(_)) => return,
            Decision::Need(Need::Keys(_)) => unreachable!("there is a local key"),
            Decision::Need(Need::Call(call)) => {
                assert!(is_json(call.body.as_deref().unwrap_or("null")) && call.path.starts_with('/'));
                let status = answer.first().map_or(0, |first| u16::from(*first) * 4);
                let body = answer.get(1..).unwrap_or_default().to_vec();
                let said = match status {
                    0 => Err(NoAnswer { message: String::new() }),
                    _ => Ok(KeyResponse { status, body, retry_after: None }),
                };
                answers = answers.with_answer(call.kind, said);
            }
        }
    }
    unreachable!("a decision ends");
}

fn check(state: &RequestState) {
    assert!(is_json(&state.to_json()) && is_json(&state.debug_json()));
    assert!(!state.is_authenticated() || state.machine_token().is_some(), "nobody signed this");
    assert_eq!(state.is_authenticated(), state.reason().is_none());
    for (name, value) in state.headers() {
        assert!(value.chars().all(|c| u32::from(c) <= 0xFF && !matches!(c, '\r' | '\n' | '\0')), "{name}");
        if name == "location" {
            assert!(url::Url::parse(value).is_ok(), "{value}");
        }
    }
    let location = state.headers().iter().any(|(name, _)| name == "location");
    assert!(location || state.status() != AuthStatus::Handshake);
}

/// A webhook's headers and body: what nobody signed is never accepted.
pub fn webhook(data: &[u8]) {
    static WEBHOOK: OnceLock<Option<Webhook>> = OnceLock::new();
    let made = || Webhook::new("whsec_YW4gZW5kcG9pbnQgaGFzIGEgc2VjcmV0").ok();
    let Some(webhook) = WEBHOOK.get_or_init(made) else { unreachable!("the secret is one") };
    let (head, body) = split(data);
    let head = text(head);
    let headers: Vec<(&str, &str)> = head.split('\n').filter_map(|line| line.split_once(':')).collect();
    let webhook = webhook.clone().clock(ManualClock::new(NOW_MS));
    assert!(webhook.verify(&headers, body).is_err(), "nobody signed this");
    let _ = Webhook::new(text(body));
    assert!(checks_agree(&text(body)), "the two checks of bodies differ");
    // What is signed is read, whatever it is.
    if let Ok(signed) = webhook.sign("msg_1", NOW_MS / 1_000, body)
        && let Ok(delivery) = webhook.verify_raw(&signed, body)
    {
        assert_eq!(delivery.body().as_bytes(), body);
        assert!(is_json(delivery.body()) && delivery.event().is_ok());
    }
}

/// A body that is read late, and the name of a field: what is found in it is what reading it whole gives, and what is no JSON is
/// not taken apart.
pub fn json(data: &[u8]) {
    let (name, body) = split(data);
    assert!(model::readers_agree(&text(body)), "the two readers of answers differ");
    let name = text(name);
    let whole: Option<Value> = serde_json::from_slice(body).ok();
    if let Some(text) = json::object(body) {
        assert!(is_json(text));
        check_field(text, &name);
    }
    let Some(listing) = json::listing(body, &name) else { return };
    let body = std::str::from_utf8(body).unwrap_or_default();
    assert!(is_json(body) && is_json(&listing.beside));
    let texts: Vec<&str> = listing.items.into_iter().filter_map(|place| body.get(place)).collect();
    for text in texts.iter().filter(|text| text.starts_with('{')) {
        check_field(text, &name);
    }
    // A lone surrogate is no Rust text, and 1e999 no number.
    let Some(whole) = whole else { return };
    let items: Vec<Value> = texts.iter().filter_map(|text| serde_json::from_str(text).ok()).collect();
    let named = |name: &str| whole.get(name).and_then(Value::as_array);
    assert_eq!(Some(&items), whole.as_array().or_else(|| named(&name)).or_else(|| named("data")));
    let mut beside = whole;
    if let (Some(fields), Ok(Value::Object(left))) = (beside.as_object_mut(), serde_json::from_str(&listing.beside)) {
        fields.retain(|name, _| left.contains_key(name));
        assert_eq!(*fields, left);
    }
}

fn check_field(object: &str, name: &str) {
    let Ok(whole) = serde_json::from_str::<Value>(object) else { return };
    let alone = match json::field(object, name) {
        Field::Absent => None,
        Field::Null => Some(Value::Null),
        Field::Bool(value) => Some(value.into()),
        Field::Integer(value) => Some(value.into()),
        Field::Text(value) => Some(value.into()),
        Field::Other => return,
    };
    let same = alone.as_ref() == whole.get(name);
    // Minus nothing is a fraction to serde_json, and an integer to others.
    assert!(same || whole.get(name).and_then(Value::as_f64) == Some(0.0), "{alone:?} in {object}");
}

/// Up to the first NUL, and after it.
fn split(data: &[u8]) -> (&[u8], &[u8]) {
    match data.iter().position(|byte| *byte == 0) {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (data, &[]),
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<&serde_json::value::RawValue>(text).is_ok()
}

fn authenticator() -> &'static Authenticator {
    static AUTHENTICATOR: OnceLock<Authenticator> = OnceLock::new();
    AUTHENTICATOR.get_or_init(|| {
        let secret = Secret::new("sk_live_a");
        let keys = KeyCaches::new("https://api.clerk.com", "v", Some(&secret), KeyCacheSettings::default());
        let local = LocalKey::parse(KEY).ok();
        assert!(local.is_some(), "the key is one");
        let defaults = AuthenticateOptions {
            publishable_key: PublishableKey::parse("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k").ok(),
            ..AuthenticateOptions::default()
        };
        let verifier = Verifier::new(local, Arc::new(keys), Instance::default(), VerifyOptions::default());
        Authenticator::new(verifier, Some(secret), defaults)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    /// Bytes of which many are those that the parsers look for.
    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let pieces = prop_oneof![
            4 => proptest::collection::vec(any::<u8>(), 0..6),
            6 => prop::sample::select(PIECES).prop_map(|piece| piece.as_bytes().to_vec()),
        ];
        proptest::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat())
    }

    const PIECES: &[&str] = &[
        "\0",
        "\n",
        ".",
        "=",
        ";",
        ":",
        "/",
        "%",
        "(",
        ")",
        "{",
        "}",
        "?",
        "*",
        "+",
        "\\",
        "\"",
        ",",
        " ",
        "e30",
        "eyJ",
        "eyJhbGciOiJSUzI1NiJ9",
        "{\"sub\":\"user_1\"",
        "\"o\":{\"id\":",
        "\"fea\":\"o:a,u:b\"",
        "\"fpm\":\"3,1\"",
        "GET\n",
        "/orgs/:id",
        "https://a.example/",
        "host: a.example\n",
        "cookie: __session=",
        "__client_uat=1; ",
        "__clerk_handshake=",
        "authorization: Bearer ",
        "sec-fetch-dest: document\n",
        "x-forwarded-host: ",
        "referer: https://b.example/\n",
        "ak_",
        "mt_",
        "oat_",
        "pk_test_",
        "pk_live_",
        "sk_",
        "svix-id: msg_1\n",
        "svix-timestamp: 1700000000\n",
        "svix-signature: v1,",
        "webhook-id: m\n",
        "whsec_",
        "{\"type\":\"user.created\",\"data\":{\"id\":\"user_1\"}}",
        "-----BEGIN PUBLIC KEY-----",
        "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"",
        "{\"accepts_token\":\"any\"}",
        "{\"is_satellite\":true,\"domain\":\"s.example\"}",
        "{\"cookies\":[\"__session=x\"]}",
        "{\"subject\":\"user_1\"}",
        "2",
        "null",
        "-1",
        "1e999",
        "data\0{\"data\":[{\"id\":1},",
        "id\0[{\"id\":\"a\"},",
        "id\0{\"id\":",
        "\"\\ud800\":",
        "[",
        "]",
        "{",
        "}",
        "-0",
    ];

    macro_rules! properties {
        ($($name:ident)*) => {
            proptest! {
                #![proptest_config(ProptestConfig::with_cases(2_000))]
                $(#[test] fn $name(data in bytes()) { super::$name(&data); })*
            }
        };
    }

    properties! { token claims cookies json keys pattern request webhook }
}
