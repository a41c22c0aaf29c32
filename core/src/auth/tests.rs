#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::clock::ManualClock;
use crate::key::test_keys::*;
use crate::key::{KeyCacheSettings, KeyCaches, LocalKey, PublishableKey};
use crate::secret::Secret;
use crate::token::{Instance, Step, Verifier, VerifyOptions};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;

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

fn done<T>(step: Step<T>) -> T {
    match step {
        Step::Done(done) => done,
        Step::NeedKeys(_) => panic!("a JWT key needs no other"),
    }
}

/// A document request of <https://app.example.com/p> with these headers.
fn page(headers: &[(&str, &str)]) -> RequestParts {
    headers
        .iter()
        .fold(RequestParts::new("GET", "https://app.example.com/p"), |request, (name, value)| {
            request.with_header(*name, *value)
        })
        .with_header("Sec-Fetch-Dest", "document")
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
    assert_eq!(get(&expired, ""), "signed-out session-token-expired-refresh-non-eligible-no-refresh-cookie");
    assert_eq!(get(&expired, "__refresh=r"), "signed-out session-token-expired-refresh-non-eligible-no-refresh-cookie");
    let refresh = format!("__refresh_{}=r", suffix(P));
    assert_eq!(get(&expired, &refresh), "signed-out session-token-expired-refresh-missing-api-client");
    assert_eq!(get(&early, ""), "signed-out session-token-nbf");
    assert_eq!(get(&future, ""), "signed-out session-token-iat-in-the-future");
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
    assert_eq!(cookies(P, "__client_uat=1"), "signed-out client-uat-but-no-session-token");
    assert_eq!(cookies(P, &format!("__session={token}")), "signed-out session-token-but-no-client-uat");
    for uat in ["x", "-1", "1.5", "1x", " ", "0x1", "1e3", "%31x"] {
        assert_eq!(
            cookies(P, &format!("__session={token}; __client_uat={uat}")),
            "signed-out session-token-but-no-client-uat",
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
    assert_eq!(cookies(P, &session(&key_b().token(), NOW_S)), "signed-out session-token-iat-before-client-uat");
    assert_eq!(cookies(P, &session(&token, NOW_S - 4)), "signed-out session-token-iat-before-client-uat");
    assert_eq!(cookies(P, &session(&token, NOW_S - 5)), "signed-in", "the same second is not before");
    assert_eq!(cookies(P, "__session=junk; __client_uat=99999999999999999999999"), "signed-out token-invalid");
    assert_eq!(
        cookies(P, &format!("__session={token}; __client_uat=99999999999999999999999")),
        "signed-out session-token-iat-before-client-uat"
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
        "signed-out session-token-expired-refresh-non-eligible-no-refresh-cookie"
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
    assert_eq!(cookies(D, ""), "signed-out dev-browser-missing");
    assert_eq!(cookies(D, &good), "signed-out dev-browser-missing", "C6 goes before any session");
    assert_eq!(cookies(D, &format!("{good}; __clerk_db_jwt=db")), "signed-in");
    assert_eq!(cookies(D, "__clerk_db_jwt=db"), "signed-out session-token-and-uat-missing");
    assert_eq!(
        cookies(P, &good.replace("__client_uat=1", "")),
        "signed-out session-token-and-uat-missing",
        "the token is of another instance, so only suffixed cookies count"
    );
    let with_query = |query: &str| {
        let request = RequestParts::new("GET", format!("https://app.example.com/p?{query}"))
            .with_header("cookie", format!("{good}; __clerk_db_jwt=db"));
        told(&ask(D, &request, json!({})))
    };
    assert_eq!(with_query("__clerk_db_jwt=x"), "signed-out dev-browser-sync");
    assert_eq!(with_query("__clerk_db_jwt="), "signed-out dev-browser-sync");
    assert_eq!(
        with_query("__clerk_redirect_url=https%3A%2F%2Fsat.com%2F&__clerk_db_jwt=x"),
        "signed-out primary-responds-to-syncing"
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
            "signed-out satellite-needs-syncing"
        );
        assert_eq!(
            ask_page(key, "?__clerk_synced=false", "", satellite(json!({}))),
            "signed-out satellite-needs-syncing"
        );
        assert_eq!(
            ask_page(key, "?__clerk_synced=false", "__client_uat=1; __session=x", satellite(json!({}))),
            "signed-out satellite-needs-syncing"
        );
    }
    let synced = satellite(json!({"satellite_auto_sync": true}));
    assert_eq!(ask_page(P, "?__clerk_synced=true", "", synced.clone()), "signed-out session-token-and-uat-missing");
    assert_eq!(ask_page(D, "?__clerk_synced=true", "", synced.clone()), "signed-out dev-browser-missing");
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
    assert_eq!(from("https://sat.com/x", nothing), "signed-out primary-domain-cross-origin-sync");
    assert_eq!(from("https://app.example.com/x", nothing), "signed-in");
    assert_eq!(from("nonsense", nothing), "signed-in");
    assert_eq!(from("https://accounts.example.com/sign-in", nothing), "signed-in");
    assert_eq!(from("https://clerk.example.com/v1", nothing), "signed-in");
    assert_eq!(from("https://sat.com/x", ("cookie", "__clerk_redirect_count=1")), "signed-in");
    assert_eq!(
        from("https://sat.com/x", ("cookie", "__clerk_redirect_count=x")),
        "signed-out primary-domain-cross-origin-sync"
    );
    assert_eq!(
        from("https://app.example.com/x", ("x-forwarded-host", "other.example.com")),
        "signed-out primary-domain-cross-origin-sync"
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
        match state.to_auth().and_then(|auth| auth.user_id) {
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
    for iss in [Value::Null, json!(""), json!(5), json!("(null)")] {
        let none = token(P, "plain", json!({"iss": iss}));
        assert_eq!(who(P, Some(&none), ss, one, one), "plain", "{iss}");
    }
    // 2: S is of another instance; schemes do not matter.
    let foreign = token(P, "plain", json!({"iss": "https://clerk.other.com"}));
    assert_eq!(who(P, Some(&foreign), ss, one, one), "suffixed");
    assert_eq!(who(P, Some(&foreign), None, one, None), "signed-out session-token-and-uat-missing");
    let odd = token(P, "plain", json!({"iss": "HTTP://https://clerk.example.com", "iat": NOW_S}));
    assert_eq!(who(P, Some(&odd), ss, one, one), "plain", "by rule 4");
    // 3: nothing suffixed.
    assert_eq!(who(P, s, None, one, None), "plain");
    // 4: S is newer, and neither side says signed out.
    let newer = token(P, "plain", json!({"iat": NOW_S - 1}));
    assert_eq!(who(P, Some(&newer), ss, one, one), "plain");
    assert_eq!(who(P, Some(&newer), Some("junk"), one, one), "plain");
    assert_eq!(who(P, Some(&newer), ss, None, None), "signed-out session-token-but-no-client-uat", "absent is not 0");
    assert_eq!(who(P, Some(&newer), ss, zero, one), "suffixed");
    let timeless = token(P, "plain", json!({"iat": "9999999999"}));
    assert_eq!(who(P, Some(&timeless), ss, one, one), "suffixed", "no number is no time (D-17)");
    // 5: the suffixed side says signed out, the plain side does not.
    assert_eq!(who(P, s, ss, one, zero), "plain");
    assert_eq!(who(P, s, ss, None, zero), "signed-out session-token-but-no-client-uat");
    assert_eq!(who(P, s, ss, zero, zero), "signed-out session-token-but-no-client-uat");
    // 6: in development, the suffixed session is over and the plain side says signed out.
    let (dev, over) = (token(D, "plain", json!({})), token(D, "suffixed", json!({"exp": NOW_S})));
    assert_eq!(who(D, Some(&dev), Some(&over), zero, one), "signed-out session-token-but-no-client-uat");
    let (live, over) = (s, token(P, "suffixed", json!({"exp": NOW_S})));
    assert_eq!(who(P, live, Some(&over), zero, one), "suffixed", "not in production, and the skew lets it pass");
    let timeless = token(D, "suffixed", json!({"exp": "x"}));
    assert_eq!(who(D, Some(&dev), Some(&timeless), zero, one), "signed-out token-verification-failed");
    // 7: a suffixed session without its time.
    assert_eq!(who(P, s, ss, one, None), "plain");
    // 8: else suffixed.
    assert_eq!(who(P, s, ss, one, one), "suffixed");
    assert_eq!(who(P, None, ss, None, one), "suffixed");
    assert_eq!(who(P, None, None, one, one), "signed-out client-uat-but-no-session-token");
    // The time goes with the session.
    let late = (NOW_S).to_string();
    assert_eq!(who(P, s, ss, Some(&late), one), "suffixed");
    assert_eq!(who(P, s, ss, one, Some(&late)), "signed-out session-token-iat-before-client-uat");
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

#[test]
fn kinds_that_are_accepted_section_3_6_to_3_9() {
    let key = key_a();
    let session = key.token();
    let template = key.token_with(&json!({"cat": "cl_B7d4PD222AAA"}), &json!({}));
    let machine = key.token_with(&json!({"cat": "cl_B7d4PD333AAA"}), &json!({"sub": "mch_1"}));
    let oauth = key.token_with(&json!({"typ": "at+jwt"}), &json!({}));
    let verdict = |token: &str, accepts: Value| {
        let state = bearer(token, json!({"accepts_token": accepts}));
        format!("{} as {}", told(&state), state.token_type().map_or("none", |kind| kind.as_str()))
    };
    let mismatch = "signed-out token-type-mismatch as";
    let cannot = "signed-out token-verification-failed as";
    for (token, accepts, expected) in [
        (&*session, json!("session_token"), "signed-in as session_token".to_owned()),
        (&session, json!("any"), "signed-in as session_token".to_owned()),
        (&session, json!(["session_token", "api_key"]), "signed-in as session_token".to_owned()),
        (&session, json!(["api_key"]), format!("{mismatch} none")),
        (&session, json!("api_key"), format!("{mismatch} api_key")),
        (&session, json!("m2m_token"), format!("{mismatch} m2m_token")),
        (&session, json!("oauth_token"), format!("{mismatch} oauth_token")),
        (&template, json!("any"), format!("{mismatch} session_token")),
        (&template, json!(["session_token"]), format!("{mismatch} session_token")),
        (&machine, json!("session_token"), format!("{mismatch} session_token")),
        (&machine, json!(["session_token"]), format!("{mismatch} none")),
        (&machine, json!("oauth_token"), format!("{mismatch} oauth_token")),
        (&machine, json!("m2m_token"), format!("{cannot} m2m_token")),
        (&machine, json!("any"), format!("{cannot} m2m_token")),
        (&oauth, json!(["oauth_token", "session_token"]), format!("{cannot} oauth_token")),
        ("ak_x", json!("session_token"), "signed-out token-invalid as session_token".to_owned()),
        ("ak_x", json!(["session_token"]), format!("{mismatch} none")),
        ("ak_x", json!([]), format!("{mismatch} none")),
        ("ak_x", json!("any"), format!("{cannot} api_key")),
        ("mt_x", json!("api_key"), format!("{mismatch} api_key")),
        ("junk", json!("any"), "signed-out token-invalid as session_token".to_owned()),
    ] {
        assert_eq!(verdict(token, accepts.clone()), expected, "{accepts}");
    }
    let none = |accepts: Value| ask(P, &page(&[]), json!({"accepts_token": accepts}));
    for kind in ["api_key", "m2m_token", "oauth_token"] {
        let state = none(json!(kind));
        assert_eq!(
            (told(&state), state.token_type().unwrap().as_str()),
            ("signed-out No token in header".to_owned(), kind)
        );
    }
    assert_eq!(told(&none(json!("any"))), "signed-out session-token-and-uat-missing");
    assert_eq!(told(&none(json!(["api_key", "session_token"]))), "signed-out session-token-and-uat-missing");
    let state = none(json!(["api_key", "m2m_token"]));
    assert_eq!(
        (told(&state), state.token_type(), state.echo()),
        ("signed-out token-type-mismatch".to_owned(), None, &Echo::default())
    );
    let good = format!("__session={}; __client_uat=1", key_a().token());
    assert_eq!(
        told(&ask(P, &page(&[("cookie", &good)]), json!({"accepts_token": "api_key"}))),
        "signed-out No token in header"
    );
}

#[test]
fn preconditions_of_section_3_2() {
    let request = page(&[]);
    let with_secret = |secret: Option<&str>, with: Value, request: &RequestParts| -> String {
        let keys = KeyCaches::new("https://api.clerk.com", "v", None, KeyCacheSettings::default());
        let verifier = Verifier::new(None, Arc::new(keys), Instance::default(), VerifyOptions::default());
        let authenticator = Authenticator::new(verifier, secret.map(Secret::new), AuthenticateOptions::default());
        match done(authenticator.try_authenticate(request, &options(&with), NOW)) {
            Ok(state) => told(&state),
            Err(AuthenticateError::Config { option, .. }) => option,
            Err(AuthenticateError::Argument { argument, .. }) => format!("argument {argument}"),
        }
    };
    let ok = "signed-out session-token-and-uat-missing";
    let no_token = "signed-out No token in header";
    let check = |secret: Option<&str>, with: Value, expected: &str| {
        assert_eq!(with_secret(secret, with.clone(), &request), expected, "{with}")
    };
    check(Some("sk_live_a"), json!({}), "publishable_key");
    check(None, json!({}), "publishable_key");
    check(None, json!({"publishable_key": P}), "secret_key");
    check(Some("sk_live_a"), json!({"publishable_key": P}), ok);
    check(None, json!({"publishable_key": P, "secret_key": "sk_live_b"}), ok);
    check(None, json!({"publishable_key": P, "jwt_key": key_a().pem()}), "secret_key");
    check(Some("sk_live_a"), json!({"accepts_token": "oauth_token"}), "publishable_key");
    check(Some("sk_live_a"), json!({"accepts_token": "any"}), "publishable_key");
    check(Some("sk_live_a"), json!({"accepts_token": ["api_key"]}), "publishable_key");
    check(Some("sk_live_a"), json!({"accepts_token": "api_key"}), no_token);
    check(None, json!({"accepts_token": "api_key"}), "secret_key");
    check(None, json!({"accepts_token": "m2m_token"}), "machine_secret_key");
    check(None, json!({"accepts_token": "m2m_token", "machine_secret_key": "ak_m"}), no_token);
    check(Some("sk_live_a"), json!({"accepts_token": "m2m_token"}), no_token);
    // Satellites
    let satellite = |more: Value| {
        let mut with = json!({"publishable_key": P, "is_satellite": true});
        for (name, value) in more.as_object().unwrap() {
            with[name] = value.clone();
        }
        with
    };
    check(Some("sk_test_a"), satellite(json!({"domain": "sat.com"})), "sign_in_url");
    check(Some("test_a"), satellite(json!({"domain": "sat.com"})), "sign_in_url");
    check(Some("sk_live_a"), satellite(json!({"domain": "sat.com"})), ok);
    check(Some("sk_live_a"), satellite(json!({"proxy_url": "/__clerk"})), ok);
    check(Some("sk_live_a"), satellite(json!({})), "domain");
    let origin = page(&[("Origin", "https://sat.com")]);
    for (sign_in, expected) in
        [("/sign-in", "sign_in_url"), ("https://sat.com/sign-in", "sign_in_url"), ("https://primary.com/sign-in", ok)]
    {
        let with = satellite(json!({"domain": "sat.com", "sign_in_url": sign_in}));
        assert_eq!(with_secret(Some("sk_live_a"), with.clone(), &origin), expected, "{sign_in}");
        check(Some("sk_live_a"), with, ok);
    }
    assert_eq!(
        with_secret(Some("sk_live_a"), json!({"publishable_key": P}), &RequestParts::new("GET", "nonsense")),
        "argument request.url"
    );
}

#[test]
fn notes_for_the_developer_c14() {
    let notes = |claims: Value, with: Value| -> Vec<&'static str> {
        let cookie = format!("__session={}; __client_uat=1", key_a().token_with(&json!({}), &claims));
        ask(P, &page(&[("cookie", &cookie)]), with).notes().iter().map(|note| note.as_str()).collect()
    };
    assert_eq!(
        notes(json!({"azp": Value::Null}), json!({})),
        ["authorized-party-missing", "authorized-parties-not-set"]
    );
    assert_eq!(notes(json!({}), json!({})), ["authorized-parties-not-set"]);
    assert_eq!(notes(json!({}), json!({"authorized_parties": ["https://app.example.com"]})), [""; 0]);
}

#[tokio::test]
async fn an_outage_is_unavailable_d15() {
    let clock = ManualClock::new(NOW);
    let limited = Ok(crate::key::KeyResponse {
        status: 429,
        body: b"{}".to_vec(),
        retry_after: Some(std::time::Duration::from_secs(7)),
    });
    let request = RequestParts::new("GET", "https://app.example.com/p")
        .with_header("authorization", format!("Bearer {}", key_a().token()));
    for (said, expected) in [
        (no_answer(), "unavailable unexpected-error"),
        (answer(503, "{}"), "unavailable jwk-remote-failed-to-load"),
        (limited, "unavailable jwk-remote-failed-to-load"),
        (answer(404, "{}"), "signed-out jwk-remote-failed-to-load"),
        (answer(404, ""), "signed-out unexpected-error"),
        (answer(401, r#"{"errors":[{"code":"clerk_key_invalid"}]}"#), "signed-out secret-key-invalid"),
    ] {
        let authenticator = authenticator(json!({"publishable_key": P}), false);
        let source = FakeSource::always(said);
        let state =
            authenticator.authenticate(&request, &AuthenticateOptions::default(), &clock, &source).await.unwrap();
        assert_eq!(told(&state), expected);
        assert_eq!(state.to_auth().is_none(), state.status() == AuthStatus::Unavailable);
        assert!(!state.is_authenticated() && state.token().is_none());
        if expected.ends_with("unexpected-error") && state.status() == AuthStatus::SignedOut {
            assert_eq!(state.message(), "");
        }
    }
    let authenticator = authenticator(json!({"publishable_key": P}), false);
    assert!(matches!(
        authenticator.try_authenticate(&request, &AuthenticateOptions::default(), NOW),
        Step::NeedKeys(_)
    ));
    let source = FakeSource::with_keys(&[key_a().jwk()]);
    assert_eq!(
        told(&authenticator.authenticate(&request, &AuthenticateOptions::default(), &clock, &source).await.unwrap()),
        "signed-in"
    );
    source.now_always(answer(500, "{}"));
    clock.advance(400_000);
    let fresh = key_a().token_with(&json!({}), &json!({"exp": NOW_S + 1000}));
    let request = RequestParts::new("GET", "https://app.example.com/p").with_header("authorization", fresh);
    assert_eq!(
        told(&authenticator.authenticate(&request, &AuthenticateOptions::default(), &clock, &source).await.unwrap()),
        "signed-in",
        "old keys serve on"
    );
    clock.advance(300_000);
    let state = authenticator.authenticate(&request, &AuthenticateOptions::default(), &clock, &source).await.unwrap();
    assert_eq!(told(&state), "unavailable jwk-remote-failed-to-load");
    assert!(state.to_json().contains("\"auth\":null"));
}

fn auth_of(claims: Value) -> Auth {
    bearer(&key_a().token_with(&json!({}), &claims), json!({})).to_auth().unwrap()
}

#[test]
fn the_object_of_both_versions_section_1_6() {
    let auth = auth_of(json!({
        "v": Value::Null, "org_id": "org_1", "org_slug": "acme", "org_role": "org:admin", "org_permissions": ["org:a:read", 5],
        "act": {"sub": "user_2", "type": "agent"}, "fva": [1, -1], "custom": {"deep": [1]},
    }));
    assert_eq!(
        (auth.user_id.as_deref(), auth.session_id.as_deref(), auth.session_status.as_deref()),
        (Some("user_1"), Some("sess_1"), Some("active"))
    );
    assert_eq!(
        (auth.org_id.as_deref(), auth.org_slug.as_deref(), auth.org_role.as_deref()),
        (Some("org_1"), Some("acme"), Some("org:admin"))
    );
    assert_eq!(auth.org_permissions.as_deref(), Some(&["org:a:read".to_owned()][..]));
    assert_eq!(auth.actor(), Some(json!({"sub": "user_2", "type": "agent"})));
    assert_eq!(auth.factor_verification_age(), Some([1.0, -1.0]));
    let text: Value = serde_json::from_str(&auth.to_json()).unwrap();
    assert_eq!(text["session_claims"]["custom"], json!({"deep": [1]}));
    assert_eq!(text["actor"]["sub"], "user_2");
    assert_eq!(text["factor_verification_age"], json!([1, -1]));
    assert_eq!(
        (&text["token_type"], &text["is_authenticated"], &text["org_role"]),
        (&json!("session_token"), &json!(true), &json!("org:admin"))
    );
    assert_eq!(text.as_object().unwrap().len(), 12);

    let version_2 = json!({"fea": "o:a,u:b", "o": {"id": "org_1", "slg": "acme", "rol": "admin", "per": "read,manage", "fpm": "3"}});
    let auth = auth_of(version_2.clone());
    assert_eq!(
        (auth.org_id.as_deref(), auth.org_slug.as_deref(), auth.org_role.as_deref()),
        (Some("org_1"), Some("acme"), Some("org:admin"))
    );
    assert_eq!(auth.org_permissions.as_deref(), Some(&["org:a:read".to_owned(), "org:a:manage".to_owned()][..]));
    let nothing = auth_of(json!({}));
    assert_eq!((nothing.org_id, nothing.org_role, nothing.org_permissions), (None, None, None));
    // Only the number 2 is version 2, however it is written.
    for (v, org) in [
        (json!(2.0), Some("org_1")),
        (json!("2"), None),
        (json!(3), None),
        (json!("(null)"), None),
        (Value::Null, None),
    ] {
        let mut claims = version_2.clone();
        claims["v"] = v.clone();
        assert_eq!(auth_of(claims).org_id.as_deref(), org, "{v}");
    }
    // D-4, and wrong types: nothing is granted, and nothing breaks.
    for (name, value) in [("fea", json!("nocolon")), ("fea", json!(5)), ("fea", json!("(null)"))] {
        let mut claims = version_2.clone();
        claims[name] = value;
        let auth = auth_of(claims);
        assert_eq!((auth.org_id.as_deref(), auth.org_permissions.as_deref()), (Some("org_1"), Some(&[][..])));
    }
    for organization in [json!("org_1"), json!("(null)"), json!([]), json!(1)] {
        assert_eq!(auth_of(json!({"o": organization})).org_id, None);
    }
    let odd = auth_of(json!({"o": {"id": 5, "rol": "", "per": 1, "fpm": []}}));
    assert_eq!((odd.org_id, odd.org_role, odd.org_permissions), (None, None, Some(Vec::new())));
    assert_eq!(auth_of(json!({"o": {"id": "o", "rol": "org:admin"}})).org_role.as_deref(), Some("org:org:admin"));
}

#[test]
fn pending_sessions_r383_r390() {
    let state = bearer(&key_a().token_with(&json!({}), &json!({"sts": "pending"})), json!({}));
    assert_eq!(told(&state), "signed-in");
    let auth = state.to_auth().unwrap();
    assert_eq!(
        (auth.is_authenticated, auth.user_id.as_deref(), auth.session_status.as_deref()),
        (false, None, Some("pending"))
    );
    assert!(auth.claims.is_none());
    assert_eq!(state.to_auth_with(false).unwrap().user_id.as_deref(), Some("user_1"));
    let text: Value = serde_json::from_str(&state.to_json()).unwrap();
    assert_eq!(text["auth"]["user_id"], Value::Null);
    assert_eq!(text["auth"]["session_status"], "pending");
    assert_eq!(text["auth_with_pending"]["user_id"], "user_1");
}

#[test]
fn states_as_json() {
    let payload = br#"{"sub":"user_1","sid":"sess_1","exp":1700000060,"big":12345678901234567890123,"a":1,"a":2}"#;
    let token = key_a().token_of_texts(r#"{"alg":"RS256"}"#, payload);
    let state = bearer(&token, json!({"domain": "d", "proxy_url": "/__clerk"}));
    let text = state.to_json();
    assert!(text.contains(std::str::from_utf8(payload).unwrap()), "claims are verbatim");
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&value["status"], &value["reason"], &value["token"]),
        (&json!("signed-in"), &Value::Null, &json!(token))
    );
    assert_eq!(
        (&value["domain"], &value["proxy_url"], &value["publishable_key"]),
        (&json!("d"), &json!("https://app.example.com/__clerk"), &json!(P))
    );
    assert!(value.get("auth_with_pending").is_none());
    assert!(!format!("{state:?} {:?}", state.to_auth()).contains(&token));
    for (kind, keys) in [("api_key", 9), ("m2m_token", 7), ("oauth_token", 7)] {
        let auth: Value =
            serde_json::from_str(&bearer("x", json!({"accepts_token": kind})).to_auth().unwrap().to_json()).unwrap();
        assert_eq!((&auth["token_type"], auth.as_object().unwrap().len()), (&json!(kind), keys));
        assert!(
            auth.as_object()
                .unwrap()
                .iter()
                .all(|(name, value)| name == "token_type" || name == "is_authenticated" || value.is_null())
        );
    }
    let auth: Value =
        serde_json::from_str(&bearer("x", json!({"accepts_token": []})).to_auth().unwrap().to_json()).unwrap();
    assert_eq!(auth, json!({"token_type": null, "is_authenticated": false}));
}

#[test]
fn has_section_3_19() {
    let org = json!({"o": {"id": "org_1", "rol": "admin", "per": "read,manage", "fpm": "1"}, "fea": "o:a,u:mine,ou:shared", "pla": "u:pro,o:team"});
    let has = |claims: &Value, asked: Value| auth_of(claims.clone()).has(&HasParams::from_json(&asked.to_string()));
    for (asked, expected) in [
        (json!({}), false),
        (json!({"role": "org:admin"}), true),
        (json!({"role": "admin"}), true),
        (json!({"role": "org:org:admin"}), true),
        (json!({"role": "org:member"}), false),
        (json!({"role": ""}), false),
        (json!({"role": null}), false),
        (json!({"role": 5}), false),
        (json!({"role": ["org:admin"]}), false),
        (json!({"permission": "org:a:read"}), true),
        (json!({"permission": "a:read"}), true),
        (json!({"permission": "org:a:manage"}), false),
        (json!({"permission": ""}), false),
        (json!({"permission": {}}), false),
        (json!({"role": "org:admin", "permission": "org:a:read"}), true),
        (json!({"role": "org:admin", "permission": "org:a:manage"}), false),
        (json!({"role": "org:member", "permission": "org:a:read"}), false),
        (json!({"feature": "a"}), true),
        (json!({"feature": "mine"}), true),
        (json!({"feature": "o:mine"}), false),
        (json!({"feature": "user:mine"}), true),
        (json!({"feature": "u:shared"}), true),
        (json!({"feature": "org:shared"}), true),
        (json!({"feature": "organization:a"}), true),
        (json!({"feature": "uo:shared"}), false),
        (json!({"feature": "x:a"}), false),
        (json!({"feature": "o:a:more"}), true),
        (json!({"feature": "o:"}), false),
        (json!({"feature": ""}), false),
        (json!({"feature": true}), false),
        (json!({"plan": "pro"}), true),
        (json!({"plan": "org:pro"}), false),
        (json!({"plan": "org:team"}), true),
        (json!({"plan": "none"}), false),
        (json!({"plan": "pro", "role": "org:admin", "feature": "a"}), true),
        (json!({"plan": "pro", "role": "org:admin", "feature": "b"}), false),
        (json!({"role": "org:admin", "permision": "org:a:read"}), false),
        (json!({"toString": 1}), false),
        (json!([]), false),
        (json!("role"), false),
        (json!(null), false),
    ] {
        assert_eq!(has(&org, asked.clone()), expected, "{asked}");
    }
    assert!(!auth_of(org.clone()).has(&HasParams::from_json("{")));
    assert!(!has(&json!({"fea": "org"}), json!({"feature": "org"})), "a list without scopes is none");
    assert!(has(&json!({"fea": "o:org"}), json!({"feature": "org:"})), "upstream's edge");
    assert!(!has(&json!({"fea": 5}), json!({"feature": "a"})));
    assert!(!has(&json!({}), json!({"feature": "a"})));
    assert!(!has(&json!({}), json!({"role": "admin"})), "no organization");
    assert!(!has(&json!({"sub": ""}), json!({"reverification": "lax"})), "no user");
    let version_1 = json!({"v": Value::Null, "org_id": "org_1", "org_role": "admin", "org_permissions": ["org:a:read", "org:org:b"], "fea": "u:a"});
    assert!(has(&version_1, json!({"role": "org:admin"})), "an old role without its prefix");
    assert!(has(&version_1, json!({"permission": "org:a:read", "feature": "a"})));
    assert!(!has(&version_1, json!({"permission": "org:b"})), "the claim's side is not normalized");
    assert!(!has(
        &json!({"v": Value::Null, "org_id": "org_1", "org_role": "admin", "org_permissions": "org:a:read"}),
        json!({"permission": "org:a:read"})
    ));
    assert!(!has(&json!({"v": Value::Null, "org_id": "", "org_role": "admin"}), json!({"role": "admin"})));
    let typed = HasParams::new().role("admin").permission("a:read").feature("a").plan("pro");
    assert!(auth_of(org.clone()).has(&typed));
    assert!(!auth_of(org).has(&typed.reverification(Reverification::STRICT)));
    let state = bearer("x", json!({}));
    assert!(!state.to_auth().unwrap().has(&HasParams::new().role("admin")));
}

#[test]
fn reverification_r402() {
    let has = |fva: Value, asked: Value| {
        auth_of(json!({"fva": fva})).has(&HasParams::from_json(&json!({"reverification": asked}).to_string()))
    };
    for (fva, asked, expected) in [
        (json!([10, -1]), json!("strict"), false),
        (json!([10, -1]), json!("strict_mfa"), false),
        (json!([10, -1]), json!("moderate"), true),
        (json!([10, -1]), json!("lax"), true),
        (json!([10, 60]), json!("moderate"), false),
        (json!([10, 59]), json!("moderate"), true),
        (json!([-1, 5]), json!("strict"), true),
        (json!([-1, 5]), json!("strict_mfa"), false),
        (json!([5, 5]), json!("strict_mfa"), true),
        (json!([5, -1]), json!("strict_mfa"), true),
        (json!([10, 5]), json!("strict_mfa"), false),
        (json!([-1, -1]), json!("lax"), false),
        (json!([0, 0]), json!("strict"), true),
        (json!([9.5, -1]), json!("strict"), true),
        (Value::Null, json!("lax"), false),
        (json!("(null)"), json!("lax"), false),
        (json!([1]), json!("lax"), false),
        (json!([1, 2, 3]), json!("lax"), false),
        (json!(["1", 2]), json!("lax"), false),
        (json!([-2, 1]), json!("lax"), false),
        (json!([-0.5, 1]), json!("lax"), false),
        (json!([null, 1]), json!("lax"), false),
        (json!({"0": 1, "1": 1}), json!("lax"), false),
        (json!([5, 5]), json!({"level": "first_factor", "after_minutes": 6}), true),
        (json!([5, 5]), json!({"level": "first_factor", "afterMinutes": 5.5}), true),
        (json!([5, 5]), json!({"level": "first_factor", "after_minutes": 5}), false),
        (json!([-1, 5]), json!({"level": "first_factor", "after_minutes": 6}), false),
        (json!([5, 5]), json!({"level": "first_factor", "after_minutes": 0}), false),
        (json!([5, 5]), json!({"level": "first_factor", "after_minutes": -1}), false),
        (json!([5, 5]), json!({"level": "first_factor", "after_minutes": "6"}), false),
        (json!([5, 5]), json!({"level": "third_factor", "after_minutes": 6}), false),
        (json!([5, 5]), json!({"after_minutes": 6}), false),
        (json!([5, 5]), json!({"level": "first_factor"}), false),
        (json!([5, 5]), json!(null), false),
        (json!([5, 5]), json!("Strict"), false),
        (json!([5, 5]), json!("constructor"), false),
        (json!([5, 5]), json!(5), false),
    ] {
        assert_eq!(has(fva.clone(), asked.clone()), expected, "{fva} {asked}");
    }
    let nan = Reverification { level: Level::FirstFactor, after_minutes: f64::NAN };
    let endless = Reverification { level: Level::FirstFactor, after_minutes: f64::INFINITY };
    let auth = auth_of(json!({"fva": [1, 1]}));
    assert!(!auth.has(&HasParams::new().reverification(nan)) && !auth.has(&HasParams::new().reverification(endless)));
}

#[test]
fn options_and_requests_from_json() {
    for (bad, name) in [
        (json!({"accepts_tokens": "any"}), "accepts_tokens"),
        (json!({"accepts_token": "sessions"}), "accepts_token"),
        (json!({"accepts_token": ["any"]}), "accepts_token"),
        (json!({"accepts_token": 5}), "accepts_token"),
        (json!({"is_satellite": "true"}), "is_satellite"),
        (json!({"domain": 5}), "domain"),
        (json!({"publishable_key": "sk_test_x"}), "publishable_key"),
        (json!({"audience": 5}), "audience"),
    ] {
        assert_eq!(AuthenticateOptions::from_json(&bad.to_string()).unwrap_err().argument, name);
    }
    let read = |value: Value| RequestParts::from_json(&value.to_string());
    for bad in [
        json!({}),
        json!({"url": 5}),
        json!({"url": "x", "method": 5}),
        json!({"url": "x", "headers": 5}),
        json!({"url": "x", "headers": [["a"]]}),
        json!({"url": "x", "headers": [["a", 5]]}),
        json!({"url": "x", "headers": {"a": 5}}),
        json!({"url": "x", "headers": {"a": [5]}}),
        json!({"url": "x", "body": "x"}),
        json!([]),
    ] {
        assert!(matches!(read(bad.clone()), Err(AuthenticateError::Argument { .. })), "{bad}");
    }
    let request =
        read(json!({"url": "/p", "headers": {"A": ["1", "2"], "b": "3", "c": null, "Cookie": ["x=1", "y=2"]}}))
            .unwrap();
    assert_eq!(
        (request.method(), request.header("a").as_deref(), request.header("B").as_deref()),
        ("GET", Some("1, 2"), Some("3"))
    );
    assert_eq!((request.header("c"), request.header("cookie").as_deref()), (None, Some("x=1; y=2")));
    assert!(!format!("{request:?}").contains("x=1"));
    let request =
        http::Request::builder().uri("https://app.example.com/p").header("Authorization", "x").body(()).unwrap();
    assert_eq!(RequestParts::of(&request).header("authorization").as_deref(), Some("x"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_request_ends_in_a_state(
        url in "(/|https://app.example.com/)?.{0,30}", cookie in ".{0,60}", authorization in ".{0,40}", host in ".{0,20}", proto in ".{0,8}",
        development in any::<bool>(),
    ) {
        let token = format!("__session={}; __client_uat=1; {cookie}", key_a().token());
        for cookie in [cookie.as_str(), &token] {
            for (name, value) in [("authorization", authorization.as_str()), ("x-forwarded-host", &host)] {
                let request = page(&[("cookie", cookie), (name, value), ("host", &host), ("x-forwarded-proto", &proto), ("referer", &host)]);
                let state = ask(if development { D } else { P }, &request, json!({}));
                prop_assert!(serde_json::from_str::<Value>(&state.to_json()).is_ok());
            }
        }
        let request = RequestParts::new("GET", url).with_header("host", host);
        let _ = done(authenticator(json!({"publishable_key": P}), true).try_authenticate(&request, &AuthenticateOptions::default(), NOW));
    }
}
