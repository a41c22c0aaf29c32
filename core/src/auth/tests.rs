#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::clock::ManualClock;
use crate::key::test_keys::*;
use crate::key::{KeyCacheSettings, KeyCaches, KeySource as _, LocalKey, PublishableKey};
use crate::secret::Secret;
use crate::token::{Instance, Verifier, VerifyOptions};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;

mod hostile;
mod setup_and_objects;
mod steps;

/// `pk_live` for `clerk.example.com`, as P of §6.7, and its cookie suffix.
const P: &str = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k";
/// `pk_test` for `foo-bar-13.clerk.accounts.dev`, as D of §6.7.
const D: &str = "pk_test_Zm9vLWJhci0xMy5jbGVyay5hY2NvdW50cy5kZXYk";

fn authenticator(defaults: Value, local: bool) -> Authenticator {
    let secret = Secret::new("sk_live_a");
    let keys = KeyCaches::new("https://api.clerk.com", "v", Some(&secret), KeyCacheSettings::default());
    let local = local.then(|| LocalKey::parse(&key_a().pem()).unwrap());
    let defaults = options(&defaults);
    let instance = Instance::of(defaults.publishable_key.as_ref(), None);
    Authenticator::new(Verifier::new(local, Arc::new(keys), instance, VerifyOptions::default()), Some(secret), defaults)
}

fn options(value: &Value) -> AuthenticateOptions {
    AuthenticateOptions::from_json(&value.to_string()).unwrap()
}

fn done(decision: Decision) -> Result<RequestState, AuthenticateError> {
    match decision {
        Decision::Done(done) => done,
        Decision::Need(need) => panic!("a JWT key needs no other, and this asks for {need:?}"),
    }
}

/// Calls of the API are answered as key requests are.
impl AuthApi for FakeSource {
    async fn call(&self, call: &ApiCall) -> ApiAnswer {
        self.fetch(&call.secret_key).await
    }
}

/// A document request of <https://app.example.com/p> with these headers.
fn page(headers: &[(&str, &str)]) -> RequestParts<'static> {
    RequestParts::new("GET", "https://app.example.com/p")
        .with_headers(headers.iter().copied())
        .with_header("Sec-Fetch-Dest", "document")
        .into_owned()
}

fn ask(key: &str, request: &RequestParts, with: Value) -> RequestState {
    done(authenticator(json!({"publishable_key": key}), true).try_authenticate(request, &options(&with), NOW)).unwrap()
}

/// `signed-in`, or status and reason.
fn told(state: &RequestState) -> String {
    match state.reason() {
        None => state.status().as_str().to_owned(),
        Some(reason) => format!("{} {reason}", state.status().as_str()),
    }
}

fn cookies(key: &str, cookies: &str) -> String {
    told(&ask(key, &page(&[("Cookie", cookies)]), json!({})))
}

fn bearer(token: &str, with: Value) -> RequestState {
    ask(
        P,
        &RequestParts::new("POST", "https://app.example.com/api")
            .with_header("AUTHORIZATION", format!("Bearer {token}")),
        with,
    )
}

fn suffix(key: &str) -> String {
    PublishableKey::parse(key).unwrap().cookie_suffix().to_owned()
}

#[test]
fn header_forms_r306() {
    let token = key_a().token();
    for (value, expected) in [
        (format!("Bearer {token}"), "signed-in"),
        (token.clone(), "signed-in"),
        (format!("{token} "), "signed-in"),
        (format!("Bearer {token} more"), "signed-in"),
        (format!("bearer {token}"), "signed-out session-token-and-uat-missing"),
        (format!("Basic {token}"), "signed-out session-token-and-uat-missing"),
        ("Bearer".to_owned(), "signed-out token-invalid"),
        (format!("Bearer  {token}"), "signed-out token-invalid"),
        (String::new(), "signed-out session-token-and-uat-missing"),
    ] {
        let request = page(&[("authorization", &value)]);
        assert_eq!(told(&ask(P, &request, json!({}))), expected, "{value}");
    }
}

#[test]
fn a_header_token_goes_before_cookies_and_names_have_no_case() {
    let bad = format!("__session={}; __client_uat=1", key_b().token());
    let request = page(&[("aUTHORIZATION", &format!("Bearer {}", key_a().token())), ("COOKIE", &bad)]);
    let state = ask(P, &request, json!({}));
    assert_eq!(told(&state), "signed-in");
    assert!(state.headers().is_empty() && state.notes().is_empty());
    assert_eq!(
        (state.token(), state.message()),
        (Some(key_a().token()).as_deref().map(|_| state.token().unwrap()), "")
    );
    // Several cookie headers are one.
    let token = format!("__session={}", key_a().token());
    let request = page(&[("cookie", "a=b"), ("Cookie", &token), ("cookie", "__client_uat=1")]);
    assert_eq!(told(&ask(P, &request, json!({}))), "signed-in");
}

#[test]
fn header_tokens_of_section_3_7() {
    let key = key_a();
    let with = |header: Value, claims: Value| told(&bearer(&key.token_with(&header, &claims), json!({})));
    assert_eq!(with(json!({}), json!({})), "signed-in");
    assert_eq!(with(json!({"cat": "cl_B7d4PD222AAA"}), json!({})), "signed-out token-type-mismatch");
    assert_eq!(with(json!({"cat": "cl_B7d4PD333AAA"}), json!({})), "signed-out token-type-mismatch");
    assert_eq!(with(json!({"cat": "cl_future"}), json!({})), "signed-out token-type-mismatch");
    assert_eq!(with(json!({"cat": 5}), json!({})), "signed-out token-type-mismatch");
    assert_eq!(with(json!({"cat": "cl_I7d4PD111III"}), json!({})), "signed-in");
    assert_eq!(with(json!({"cat": Value::Null}), json!({})), "signed-in");
    assert_eq!(with(json!({"typ": "at+jwt"}), json!({})), "signed-out token-type-mismatch");
    assert_eq!(with(json!({}), json!({"sub": "mch_1"})), "signed-out token-type-mismatch");
    assert_eq!(with(json!({"alg": "none"}), json!({})), "signed-out token-invalid-algorithm");
    for sid in [Value::Null, json!(""), json!("(null)"), json!(5), json!(["sess_1"])] {
        assert_eq!(with(json!({}), json!({"sid": sid})), "signed-out token-type-mismatch", "D-16: {sid}");
    }
    assert_eq!(
        told(&bearer(&key_b().token_with(&json!({}), &json!({"sid": ""})), json!({}))),
        "signed-out token-invalid-signature"
    );
    // Padding takes a token out of the format that machines' are told by (R-102), but not what it says of itself.
    let ignored = json!({"cat": "cl_I7d4PD111III"});
    let machine = key.token_with(&ignored, &json!({"sub": "mch_1"}));
    let oauth = key.token_with(&json!({"cat": "cl_I7d4PD111III", "typ": "at+jwt"}), &json!({}));
    for padded in [machine.clone() + "=", machine + "==", oauth + "="] {
        for accepts in [json!("session_token"), json!("any"), json!(["session_token"])] {
            let with = json!({"accepts_token": accepts, "header_type": ["JWT", "at+jwt"]});
            assert_eq!(told(&bearer(&padded, with)), "signed-out token-type-mismatch", "{accepts}");
        }
        let request = page(&[("Cookie", &format!("__session={padded}; __client_uat=1"))]);
        let with = json!({"header_type": ["JWT", "at+jwt"]});
        assert_eq!(told(&ask(P, &request, with)), "signed-out token-type-mismatch");
    }
    let session = key.token() + "=";
    assert_eq!(told(&bearer(&session, json!({}))), "signed-in");
    for opaque in ["ak_abc", "mt_abc", "oat_abc"] {
        assert_eq!(told(&bearer(opaque, json!({}))), "signed-out token-invalid", "D-11");
    }
    let state = bearer("nonsense", json!({}));
    assert!(state.message().ends_with("(reason=token-invalid, token-carrier=header)"), "{}", state.message());
    assert_eq!(
        state.headers(),
        [
            ("x-clerk-auth-message".to_owned(), state.message().to_owned()),
            ("x-clerk-auth-reason".to_owned(), "token-invalid".to_owned()),
            ("x-clerk-auth-status".to_owned(), "signed-out".to_owned()),
        ]
    );
    let state = bearer(&key.token_with(&json!({"cat": "cl_B7d4PD222AAA"}), &json!({})), json!({}));
    assert_eq!(state.headers().len(), 2, "no message, no header for it");
}

#[test]
fn times_would_start_a_handshake_section_3_11() {
    let token = |claims: Value| key_a().token_with(&json!({}), &claims);
    let expired = token(json!({"exp": NOW_S - 100}));
    let early = token(json!({"nbf": NOW_S + 100}));
    let future = token(json!({"iat": NOW_S + 100}));
    let get = |token: &str, cookie: &str| {
        told(&ask(P, &page(&[("authorization", &format!("Bearer {token}")), ("cookie", cookie)]), json!({})))
    };
    assert_eq!(get(&expired, ""), "handshake session-token-expired-refresh-non-eligible-no-refresh-cookie");
    assert_eq!(get(&expired, "__refresh=r"), "handshake session-token-expired-refresh-non-eligible-no-refresh-cookie");
    assert_eq!(get(&early, ""), "handshake session-token-nbf");
    assert_eq!(get(&future, ""), "handshake session-token-iat-in-the-future");
    assert_eq!(told(&bearer(&expired, json!({}))), "signed-out session-token-expired-refresh-non-eligible-non-get");
    assert!(bearer(&expired, json!({})).message().contains("reason=token-expired, token-carrier=header"));
    assert_eq!(told(&bearer(&token(json!({"exp": "x"})), json!({}))), "signed-out token-verification-failed");
    assert_eq!(
        told(&bearer(&token(json!({})), json!({"authorized_parties": ["https://x"]}))),
        "signed-out token-invalid-authorized-parties"
    );
    assert_eq!(told(&bearer(&token(json!({})), json!({"issuer": ["https://x"]}))), "signed-out token-invalid-issuer");
}

#[test]
fn rows_of_a_production_instance() {
    let key = key_a();
    let token = key.token();
    let session = |token: &str, uat: i64| format!("__session={token}; __client_uat={uat}");
    // C7, C8, C9
    assert_eq!(cookies(P, ""), "signed-out session-token-and-uat-missing");
    assert_eq!(cookies(P, "__session=; __client_uat=0"), "signed-out session-token-and-uat-missing");
    assert_eq!(cookies(P, "__client_uat=1"), "handshake client-uat-but-no-session-token");
    assert_eq!(cookies(P, &format!("__session={token}")), "handshake session-token-but-no-client-uat");
    for uat in ["x", "-1", "1.5", "1x", " ", "0x1", "1e3", "%31x"] {
        assert_eq!(
            cookies(P, &format!("__session={token}; __client_uat={uat}")),
            "handshake session-token-but-no-client-uat",
            "{uat} is 0 (D-17)"
        );
    }
    // C10, before anything else about the token
    assert_eq!(cookies(P, "__session=junk; __client_uat=1"), "signed-out token-invalid");
    let state = ask(P, &page(&[("cookie", "__session=junk; __client_uat=1")]), json!({}));
    assert!(state.message().ends_with("token-carrier=cookie)"));
    // C11, before C12 and C13
    let template = key_b().token_with(&json!({"cat": "cl_B7d4PD222AAA"}), &json!({}));
    assert_eq!(cookies(P, &session(&template, NOW_S)), "signed-out token-type-mismatch");
    let machine = key_b().token_with(&json!({}), &json!({"sub": "mch_1"}));
    assert_eq!(cookies(P, &session(&machine, NOW_S)), "signed-out token-type-mismatch");
    // C12, before C13
    assert_eq!(cookies(P, &session(&key_b().token(), NOW_S)), "handshake session-token-iat-before-client-uat");
    assert_eq!(cookies(P, &session(&token, NOW_S - 4)), "handshake session-token-iat-before-client-uat");
    assert_eq!(cookies(P, &session(&token, NOW_S - 5)), "signed-in", "the same second is not before");
    assert_eq!(cookies(P, "__session=junk; __client_uat=99999999999999999999999"), "signed-out token-invalid");
    assert_eq!(
        cookies(P, &format!("__session={token}; __client_uat=99999999999999999999999")),
        "handshake session-token-iat-before-client-uat"
    );
    let no_iat = key.token_with(&json!({}), &json!({"iat": "x"}));
    assert_eq!(
        cookies(P, &session(&no_iat, NOW_S)),
        "signed-out token-verification-failed",
        "no number is no time, and then fails (D-17)"
    );
    // C13
    assert_eq!(cookies(P, &session(&key_b().token(), 1)), "signed-out token-invalid-signature");
    let expired = key.token_with(&json!({}), &json!({"exp": NOW_S - 100}));
    assert_eq!(
        cookies(P, &session(&expired, 1)),
        "handshake session-token-expired-refresh-non-eligible-no-refresh-cookie"
    );
    // C17, and D-16
    assert_eq!(cookies(P, &session(&token, 1)), "signed-in");
    assert_eq!(
        cookies(P, &session(&key.token_with(&json!({}), &json!({"sid": Value::Null})), 1)),
        "signed-out token-type-mismatch"
    );
}

#[test]
fn rows_of_a_development_instance() {
    let token = key_a().token_with(&json!({}), &json!({"iss": "https://foo-bar-13.clerk.accounts.dev"}));
    let good = format!("__session={token}; __client_uat=1");
    assert_eq!(cookies(D, ""), "handshake dev-browser-missing");
    assert_eq!(cookies(D, &good), "handshake dev-browser-missing", "C6 goes before any session");
    assert_eq!(cookies(D, &format!("{good}; __clerk_db_jwt=db")), "signed-in");
    assert_eq!(cookies(D, "__clerk_db_jwt=db"), "signed-out session-token-and-uat-missing");
    assert_eq!(
        cookies(P, &good.replace("__client_uat=1", "")),
        "signed-out session-token-and-uat-missing",
        "the token is of another instance, so only suffixed cookies count"
    );
    let with_query = |query: &str| {
        let request = RequestParts::new("GET", format!("https://app.example.com/p?{query}"))
            .with_header("accept", "text/html,*/*")
            .with_header("cookie", format!("{good}; __clerk_db_jwt=db"));
        told(&ask(D, &request, json!({})))
    };
    assert_eq!(with_query("__clerk_db_jwt=x"), "handshake dev-browser-sync");
    assert_eq!(with_query("__clerk_db_jwt="), "handshake dev-browser-sync");
    assert_eq!(
        with_query("__clerk_redirect_url=https%3A%2F%2Fsat.com%2F&__clerk_db_jwt=x"),
        "handshake primary-responds-to-syncing"
    );
    assert_eq!(with_query("__clerk_redirect_url=nonsense"), "signed-in", "D-9");
    assert_eq!(with_query("a=__clerk_db_jwt"), "signed-in");
    // A production instance cares for none of it.
    let production = format!("__session={}; __client_uat=1", key_a().token());
    let request =
        RequestParts::new("GET", "https://app.example.com/p?__clerk_db_jwt=x&__clerk_redirect_url=https://sat.com")
            .with_header("cookie", production);
    assert_eq!(told(&ask(P, &request, json!({}))), "signed-in");
}

#[test]
fn satellites_c2_c3() {
    let satellite = |more: Value| {
        let mut with = json!({"is_satellite": true, "domain": "sat.com", "sign_in_url": "https://primary.com/sign-in"});
        for (name, value) in more.as_object().unwrap() {
            with[name] = value.clone();
        }
        with
    };
    let ask_page = |key: &str, query: &str, cookie: &str, with: Value| {
        let request = RequestParts::new("GET", format!("https://app.example.com/p{query}"))
            .with_header("sec-fetch-dest", "document")
            .with_header("cookie", cookie);
        told(&ask(key, &request, with))
    };
    for key in [P, D] {
        assert_eq!(ask_page(key, "", "", satellite(json!({}))), "signed-out session-token-and-uat-missing");
        assert_eq!(
            ask_page(key, "", "", satellite(json!({"satellite_auto_sync": true}))),
            "handshake satellite-needs-syncing"
        );
        assert_eq!(
            ask_page(key, "?__clerk_synced=false", "", satellite(json!({}))),
            "handshake satellite-needs-syncing"
        );
        assert_eq!(
            ask_page(key, "?__clerk_synced=false", "__client_uat=1; __session=x", satellite(json!({}))),
            "handshake satellite-needs-syncing"
        );
    }
    let synced = satellite(json!({"satellite_auto_sync": true}));
    assert_eq!(ask_page(P, "?__clerk_synced=true", "", synced.clone()), "signed-out session-token-and-uat-missing");
    assert_eq!(ask_page(D, "?__clerk_synced=true", "", synced.clone()), "handshake dev-browser-missing");
    let iss = |iss: &str| format!("__session={}; __client_uat=1", key_a().token_with(&json!({}), &json!({"iss": iss})));
    assert_eq!(
        ask_page(P, "", &iss("https://clerk.sat.com"), synced.clone()),
        "signed-in",
        "a satellite's own Frontend API is that of its domain"
    );
    let request = RequestParts::new("POST", "https://app.example.com/p").with_header("sec-fetch-dest", "document");
    assert_eq!(told(&ask(P, &request, synced)), "signed-out session-token-and-uat-missing", "only on a GET");
    // C3 without a sign-in URL, where the secret key does not say that it is of a development instance.
    let request = page(&[]);
    let error = done(authenticator(json!({"publishable_key": D}), true).try_authenticate(
        &request,
        &options(&json!({"is_satellite": true, "domain": "sat.com", "satellite_auto_sync": true})),
        NOW,
    ));
    assert!(matches!(error, Err(AuthenticateError::Config { option, .. }) if option == "sign_in_url"));
}

#[test]
fn visitors_from_elsewhere_c15() {
    let cookie = format!("__session={}; __client_uat=1", key_a().token());
    let from = |referrer: &str, more: (&str, &str)| {
        told(&ask(P, &page(&[("cookie", &cookie), ("referer", referrer), more]), json!({})))
    };
    let nothing = ("x-nothing", "");
    assert_eq!(from("https://sat.com/x", nothing), "handshake primary-domain-cross-origin-sync");
    assert_eq!(from("https://app.example.com/x", nothing), "signed-in");
    assert_eq!(from("nonsense", nothing), "signed-in");
    assert_eq!(from("https://accounts.example.com/sign-in", nothing), "signed-in");
    assert_eq!(from("https://clerk.example.com/v1", nothing), "signed-in");
    assert_eq!(from("https://sat.com/x", ("cookie", "__clerk_redirect_count=1")), "signed-in");
    assert_eq!(
        from("https://sat.com/x", ("cookie", "__clerk_redirect_count=x")),
        "handshake primary-domain-cross-origin-sync"
    );
    assert_eq!(
        from("https://app.example.com/x", ("x-forwarded-host", "other.example.com")),
        "handshake primary-domain-cross-origin-sync"
    );
    let request = RequestParts::new("GET", "https://app.example.com/p")
        .with_header("cookie", &cookie)
        .with_header("referer", "https://sat.com");
    assert_eq!(told(&ask(P, &request, json!({}))), "signed-in", "no page, no matter");
    assert_eq!(
        told(&ask(
            P,
            &page(&[
                ("cookie", &format!("__session={}", key_b().token())),
                ("cookie", "__client_uat=1"),
                ("referer", "https://sat.com")
            ]),
            json!({})
        )),
        "signed-out token-invalid-signature"
    );
}

/// §3.4, each rule in its place. `S`, `Ss`, `U`, `Us` as there; the tokens have their subject for a name.
#[test]
fn which_cookies_count_section_3_4() {
    let token = |key: &str, name: &str, claims: Value| {
        let iss = if key == P { "https://clerk.example.com" } else { "https://foo-bar-13.clerk.accounts.dev" };
        let mut all = json!({"sub": name, "iss": iss});
        for (name, value) in claims.as_object().unwrap() {
            all[name] = value.clone();
        }
        key_a().token_with(&json!({}), &all)
    };
    let who = |key: &str, s: Option<&str>, ss: Option<&str>, u: Option<&str>, us: Option<&str>| -> String {
        let suffix = suffix(key);
        let mut cookie = "__clerk_db_jwt=d; ".to_owned() + &format!("__clerk_db_jwt_{suffix}=d");
        for (name, value) in [
            ("__session".to_owned(), s),
            (format!("__session_{suffix}"), ss),
            ("__client_uat".to_owned(), u),
            (format!("__client_uat_{suffix}"), us),
        ] {
            if let Some(value) = value {
                cookie.push_str(&format!("; {name}={value}"));
            }
        }
        let state = ask(key, &page(&[("cookie", &cookie)]), json!({}));
        match state.to_auth().and_then(|auth| auth.user_id.clone()) {
            Some(user) => user,
            None => told(&state),
        }
    };
    let (s, ss) = (token(P, "plain", json!({})), token(P, "suffixed", json!({})));
    let (s, ss) = (Some(s.as_str()), Some(ss.as_str()));
    let one = Some("1");
    let zero = Some("0");
    // 1: S is no token with an issuer.
    assert_eq!(who(P, Some("junk"), ss, one, one), "signed-out token-invalid");
    for iss in [Value::Null, json!(""), json!(0), json!("(null)")] {
        let none = token(P, "plain", json!({"iss": iss}));
        assert_eq!(who(P, Some(&none), ss, one, one), "plain", "{iss}");
    }
    // 2: S is of another instance; schemes do not matter.
    let foreign = token(P, "plain", json!({"iss": "https://clerk.other.com"}));
    assert_eq!(who(P, Some(&foreign), ss, one, one), "suffixed");
    let nobody = token(P, "plain", json!({"iss": 5}));
    assert_eq!(who(P, Some(&nobody), ss, one, one), "suffixed", "an issuer, and not this one");
    assert_eq!(who(P, Some(&foreign), None, one, None), "signed-out session-token-and-uat-missing");
    let odd = token(P, "plain", json!({"iss": "HTTP://https://clerk.example.com", "iat": NOW_S}));
    assert_eq!(who(P, Some(&odd), ss, one, one), "plain", "by rule 4");
    // 3: nothing suffixed.
    assert_eq!(who(P, s, None, one, None), "plain");
    // 4: S is newer, and neither side says signed out.
    let newer = token(P, "plain", json!({"iat": NOW_S - 1}));
    assert_eq!(who(P, Some(&newer), ss, one, one), "plain");
    assert_eq!(who(P, Some(&newer), Some("junk"), one, one), "plain");
    assert_eq!(who(P, Some(&newer), ss, None, None), "handshake session-token-but-no-client-uat", "absent is not 0");
    assert_eq!(who(P, Some(&newer), ss, zero, one), "suffixed");
    let timeless = token(P, "plain", json!({"iat": "9999999999"}));
    assert_eq!(who(P, Some(&timeless), ss, one, one), "suffixed", "no number is no time (D-17)");
    // 5: the suffixed side says signed out, the plain side does not.
    assert_eq!(who(P, s, ss, one, zero), "plain");
    assert_eq!(who(P, s, ss, None, zero), "handshake session-token-but-no-client-uat");
    assert_eq!(who(P, s, ss, zero, zero), "handshake session-token-but-no-client-uat");
    // 6: in development, the suffixed session is over and the plain side says signed out.
    let (dev, over) = (token(D, "plain", json!({})), token(D, "suffixed", json!({"exp": NOW_S})));
    assert_eq!(who(D, Some(&dev), Some(&over), zero, one), "handshake session-token-but-no-client-uat");
    let (live, over) = (s, token(P, "suffixed", json!({"exp": NOW_S})));
    assert_eq!(who(P, live, Some(&over), zero, one), "suffixed", "not in production, and the skew lets it pass");
    let timeless = token(D, "suffixed", json!({"exp": "x"}));
    assert_eq!(who(D, Some(&dev), Some(&timeless), zero, one), "signed-out token-verification-failed");
    // 7: a suffixed session without its time.
    assert_eq!(who(P, s, ss, one, None), "plain");
    // 8: else suffixed.
    assert_eq!(who(P, s, ss, one, one), "suffixed");
    assert_eq!(who(P, None, ss, None, one), "suffixed");
    assert_eq!(who(P, None, None, one, one), "handshake client-uat-but-no-session-token");
    // The time goes with the session.
    let late = (NOW_S).to_string();
    assert_eq!(who(P, s, ss, Some(&late), one), "suffixed");
    assert_eq!(who(P, s, ss, one, Some(&late)), "handshake session-token-iat-before-client-uat");
}

#[test]
fn a_neighbours_cookies_hide_nothing() {
    let good = format!("__session={}; __client_uat=1", key_a().token());
    for neighbour in [
        "=",
        ";;;",
        "x",
        "a=%ZZ%",
        "__session_other=junk",
        "__sessionx=1",
        "\u{1}=\u{2}",
        "a=\"b; c\"",
        "%5F%5Fsession=junk",
    ] {
        assert_eq!(cookies(P, &format!("{neighbour}; {good}")), "signed-in", "{neighbour}");
    }
}
