//! The handshake: where the browser is sent, what it comes back with, and what is behind the nonce.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod common;

use clerk_usher_emulator::{Emulator, HandshakeOptions, MintKey};
use common::{Api, NOON, id, token_part};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use serde_json::{Value, json};

const APP: &str = "https://app.localhost/p?q=1";

/// Where the browser was sent, and with what.
struct Sent {
    location: Url,
    cookies: Vec<String>,
}

/// An emulator with a client that follows nothing.
struct Web {
    api: Api,
    suffix: String,
}

impl Web {
    fn start(production: bool) -> Web {
        let emulator = Emulator::builder().seed(7).clock_ms(NOON).production(production).start().unwrap();
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        let key = emulator.publishable_key().as_bytes();
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, key);
        let suffix = data_encoding::BASE64URL_NOPAD.encode(hash.as_ref())[..8].to_owned();
        Web { api: Api { emulator, client }, suffix }
    }

    /// Sends a browser to the handshake.
    async fn go(&self, query: &[(&str, &str)], cookie: &str) -> Sent {
        let url = format!("{}/v1/client/handshake", self.api.emulator.url());
        let url = Url::parse_with_params(&url, query).unwrap();
        let response = self.api.client.get(url).header(COOKIE, cookie).send().await.unwrap();
        assert_eq!(response.status(), 307);
        let text = |value: &reqwest::header::HeaderValue| value.to_str().unwrap().to_owned();
        Sent {
            location: response.headers()[LOCATION].to_str().unwrap().parse().unwrap(),
            cookies: response.headers().get_all(SET_COOKIE).iter().map(text).collect(),
        }
    }

    /// What is behind the nonce of a development instance's answer.
    async fn directives(&self, sent: &Sent) -> Vec<String> {
        let (_, nonce) = sent.location.query_pairs().find(|(name, _)| name == "__clerk_handshake_nonce").unwrap();
        self.payload(&nonce).await
    }

    async fn payload(&self, nonce: &str) -> Vec<String> {
        let answer = self.api.get(&format!("/clients/handshake_payload?nonce={nonce}")).await;
        serde_json::from_value(answer["directives"].clone()).unwrap()
    }

    fn sign_in(&self, user: &str, org: Option<&str>) -> (String, String) {
        let browser = self.api.emulator.browser_sign_in(user, org, None).unwrap();
        (browser.browser, browser.session_id)
    }
}

/// The value a directive gives to a cookie; none if no directive names it.
fn value(directives: &[String], name: &str) -> Option<String> {
    let found = directives.iter().filter_map(|directive| directive.split(';').next()?.split_once('='));
    let all: Vec<&str> = found.filter(|(known, _)| *known == name).map(|(_, value)| value).collect();
    assert!(all.len() < 2, "{name} twice: {directives:?}");
    all.first().map(|value| (*value).to_owned())
}

fn claims(directives: &[String], name: &str) -> Value {
    token_part(&json!(value(directives, name).unwrap()), 1)
}

#[tokio::test]
async fn a_signed_in_browser_comes_back_with_its_session() {
    let web = Web::start(false);
    let user = web.api.user("a@x.de").await;
    let (browser, session) = web.sign_in(&user, None);
    web.api.emulator.clock().advance(5_000);
    let query = [("redirect_url", APP), ("format", "nonce"), ("__clerk_db_jwt", &*browser)];
    let sent = web.go(&query, "").await;
    assert_eq!(sent.location.as_str().split("&__clerk_handshake_nonce=").next(), Some(APP));
    let directives = web.directives(&sent).await;
    let suffixed = |name: &str| format!("{name}_{}", web.suffix);
    let mut names: Vec<&str> = directives.iter().map(|directive| directive.split('=').next().unwrap()).collect();
    names.sort_unstable();
    let mut expected = vec![suffixed("__refresh")];
    for name in ["__session", "__client_uat", "__clerk_db_jwt"] {
        expected.extend([name.to_owned(), suffixed(name)]);
    }
    expected.sort_unstable();
    assert_eq!(names, expected);
    for name in ["__session".to_owned(), suffixed("__session")] {
        let claims = claims(&directives, &name);
        assert_eq!((&claims["sub"], &claims["sid"]), (&json!(user), &json!(session)));
        assert_eq!((&claims["azp"], &claims["iat"]), (&json!("https://app.localhost"), &json!(NOON / 1000 + 5)));
    }
    assert_eq!(value(&directives, "__client_uat"), Some((NOON / 1000).to_string()));
    assert_eq!(value(&directives, &suffixed("__client_uat")), Some((NOON / 1000).to_string()));
    assert_eq!(value(&directives, &suffixed("__clerk_db_jwt")), Some(browser.clone()));
    assert!(directives.iter().all(|directive| directive.contains("Path=/;") && directive.contains("; Secure")));
    let refresh = web.api.control("refresh_token", json!({"session_id": session}));
    assert_eq!(json!(value(&directives, &suffixed("__refresh"))), refresh["refresh_token"]);
    let by_cookie = web.go(&[("redirect_url", APP), ("format", "nonce")], &format!("a=b; __client={browser}")).await;
    assert_eq!(claims(&web.directives(&by_cookie).await, "__session")["sid"], json!(session));
}

#[tokio::test]
async fn the_refresh_cookie_refreshes() {
    let web = Web::start(false);
    let user = web.api.user("a@x.de").await;
    let (browser, session) = web.sign_in(&user, None);
    let query = [("redirect_url", "http://localhost:3000/"), ("format", "nonce"), ("__clerk_db_jwt", &*browser)];
    let directives = web.directives(&web.go(&query, "").await).await;
    assert!(directives.iter().all(|directive| !directive.contains("Secure")), "plain http");
    web.api.emulator.clock().advance(120_000);
    let body = json!({
        "expired_token": value(&directives, "__session"), "request_origin": "http://localhost:3000",
        "refresh_token": value(&directives, &format!("__refresh_{}", web.suffix)), "format": "cookie",
        "request_headers": {"host": ["localhost:3000"]},
    });
    let path = format!("/sessions/{session}/refresh?suffixed_cookies=true");
    let answer = web.api.post(&path, body).await;
    let cookies: Vec<String> = serde_json::from_value(answer["cookies"].clone()).unwrap();
    let fresh = claims(&cookies, &format!("__session_{}", web.suffix));
    assert_eq!((&fresh["sid"], &fresh["iat"]), (&json!(session), &json!(NOON / 1000 + 120)));
}

#[tokio::test]
async fn a_signed_out_browser_comes_back_without_one() {
    let web = Web::start(false);
    let user = web.api.user("a@x.de").await;
    let unknown = web.go(&[("redirect_url", APP), ("format", "nonce"), ("__clerk_db_jwt", "dvb_x")], "").await;
    let directives = web.directives(&unknown).await;
    let gone = |name: &str| {
        let directive = directives.iter().find(|directive| directive.starts_with(&format!("{name}=;")));
        assert!(directive.is_some_and(|directive| directive.contains("Max-Age=0")), "{name}: {directives:?}");
    };
    for name in ["__session", &format!("__session_{}", web.suffix), &format!("__refresh_{}", web.suffix)] {
        gone(name);
    }
    assert_eq!(value(&directives, "__client_uat").as_deref(), Some("0"));
    assert_eq!(value(&directives, &format!("__client_uat_{}", web.suffix)).as_deref(), Some("0"));
    let browser = value(&directives, "__clerk_db_jwt").unwrap();
    assert_ne!(browser, "dvb_x");
    // The browser that it made can sign in later.
    let again = web.api.emulator.browser_sign_in(&user, None, Some(&browser)).unwrap();
    assert_eq!(again.browser, browser);
    let uat = async || {
        let query = [("redirect_url", APP), ("format", "nonce"), ("__clerk_db_jwt", &*browser)];
        value(&web.directives(&web.go(&query, "").await).await, "__client_uat").unwrap()
    };
    assert_eq!(uat().await, (NOON / 1000).to_string());
    web.api.ok("POST", &format!("/sessions/{}/revoke", again.session_id), None).await;
    assert_eq!(uat().await, "0", "revoked");
    web.api.emulator.browser_sign_in(&user, None, Some(&browser)).unwrap();
    web.api.ok("POST", &format!("/users/{user}/ban"), None).await;
    assert_eq!(uat().await, "0", "banned");
    web.api.ok("POST", &format!("/users/{user}/unban"), None).await;
    web.api.emulator.clock().advance(3_600_000);
    let again = web.api.emulator.browser_sign_in(&user, None, Some(&browser)).unwrap();
    assert_eq!(uat().await, (NOON / 1000 + 3_600).to_string(), "of its last sign-in");
    web.api.control("browser_sign_out", json!({"browser": browser}));
    assert_eq!(uat().await, "0", "signed out");
    assert_eq!(web.api.get(&format!("/sessions/{}", again.session_id)).await["status"], "removed");
    web.api.emulator.browser_sign_in(&user, None, Some(&browser)).unwrap();
    web.api.delete(&format!("/users/{user}")).await;
    assert_eq!(uat().await, "0", "deleted");
}

#[tokio::test]
async fn the_other_form_is_a_signed_token() {
    let web = Web::start(false);
    let user = web.api.user("a@x.de").await;
    let (browser, _) = web.sign_in(&user, None);
    let query = [("redirect_url", "http://localhost/#top"), ("__clerk_db_jwt", &*browser)];
    let sent = web.go(&query, "").await;
    assert_eq!(sent.location.fragment(), Some("top"));
    let (_, token) = sent.location.query_pairs().find(|(name, _)| name == "__clerk_handshake").unwrap();
    let token = json!(token);
    assert_eq!(token_part(&token, 0)["cat"], "cl_B7d4PD111AAA");
    let directives: Vec<String> = serde_json::from_value(token_part(&token, 1)["handshake"].clone()).unwrap();
    assert_eq!(claims(&directives, "__session")["sub"], json!(user));
}

#[tokio::test]
async fn production_uses_cookies() {
    let web = Web::start(true);
    assert!(web.api.emulator.publishable_key().starts_with("pk_live_"));
    assert!(web.api.emulator.secret_key().starts_with("sk_live_"));
    let user = web.api.user("a@x.de").await;
    let (browser, session) = web.sign_in(&user, None);
    let query = [("redirect_url", APP), ("format", "nonce")];
    let sent = web.go(&query, &format!("__client={browser}")).await;
    assert_eq!(sent.location.as_str(), APP);
    let own = sent.cookies.iter().all(|cookie| cookie.contains("; HttpOnly") && !cookie.contains("; Secure"));
    assert!(own, "the emulator speaks plain HTTP: {:?}", sent.cookies);
    let directives = web.payload(&value(&sent.cookies, "__clerk_handshake_nonce").unwrap()).await;
    assert_eq!(claims(&directives, "__session")["sid"], json!(session));
    assert_eq!(value(&directives, "__clerk_handshake_nonce").as_deref(), Some(""), "it takes itself away");
    assert_eq!(value(&directives, "__clerk_db_jwt"), None);
    let sent = web.go(&[("redirect_url", APP), ("__clerk_db_jwt", &*browser)], "").await;
    let token = json!(value(&sent.cookies, "__clerk_handshake").unwrap());
    let directives: Vec<String> = serde_json::from_value(token_part(&token, 1)["handshake"].clone()).unwrap();
    assert_eq!(value(&directives, "__client_uat").as_deref(), Some("0"), "no dev browsers in production");
}

#[tokio::test]
async fn organizations_are_activated() {
    let web = Web::start(false);
    let user = web.api.user("a@x.de").await;
    let organization = web.api.organization("Acme", Some(&user)).await;
    let foreign = web.api.organization("Foreign", None).await;
    assert!(web.api.emulator.browser_sign_in(&user, Some(&foreign), None).is_err());
    let (browser, _) = web.sign_in(&user, Some("acme"));
    let active = async |wanted: Option<&str>| {
        let mut query = vec![("redirect_url", APP), ("format", "nonce"), ("__clerk_db_jwt", &*browser)];
        query.extend(wanted.map(|wanted| ("organization_id", wanted)));
        claims(&web.directives(&web.go(&query, "").await).await, "__session")["o"]["id"].clone()
    };
    assert_eq!(active(None).await, json!(organization));
    assert_eq!(active(Some("")).await, Value::Null, "the personal account");
    assert_eq!(active(None).await, Value::Null);
    assert_eq!(active(Some("acme")).await, json!(organization), "by slug");
    assert_eq!(active(Some(&foreign)).await, json!(organization), "not a member");
    active(Some("")).await;
    assert_eq!(active(Some(&organization)).await, json!(organization), "by id");
}

#[tokio::test]
async fn bad_requests() {
    let web = Web::start(false);
    let status = async |query: &str| {
        let url = format!("{}/v1/client/handshake{query}", web.api.emulator.url());
        web.api.client.get(url).send().await.unwrap().status().as_u16()
    };
    assert_eq!(status("").await, 422);
    assert_eq!(status("?redirect_url=%2Fhere").await, 422);
    assert_eq!(status("?redirect_url=javascript%3Aalert(1)").await, 422);
    assert_eq!(status("?redirect_url=https%3A%2F%2Fa.localhost%2F%0D%0Ax").await, 307, "escaped");
    let api = &web.api;
    api.fails_with("GET", "/clients/handshake_payload", None, 422, "form_param_missing:nonce").await;
    api.fails_with("GET", "/clients/handshake_payload?nonce=x", None, 404, "resource_not_found").await;
    for (command, arguments) in [
        ("browser_sign_in", json!({"user_id": "user_x"})),
        ("browser_sign_in", json!({})),
        ("browser_sign_out", json!({"browser": "dvb_x"})),
        ("create_handshake_nonce", json!({})),
    ] {
        assert!(api.emulator.control(command, &arguments.to_string()).is_err(), "{command} {arguments}");
    }
    let user = api.user("a@x.de").await;
    assert!(api.emulator.browser_sign_in(&user, None, Some("dvb_x")).is_err());
    api.ok("POST", &format!("/users/{user}/ban"), None).await;
    assert!(api.emulator.browser_sign_in(&user, None, None).is_err(), "banned");
}

#[tokio::test]
async fn nonces_and_tokens_can_be_made() {
    let web = Web::start(false);
    let made = web.api.control("create_handshake_nonce", json!({"directives": ["a=b", "c=d; Path=/"]}));
    let nonce = made["nonce"].as_str().unwrap();
    assert_eq!(web.payload(nonce).await, ["a=b", "c=d; Path=/"]);
    assert_eq!(web.payload(nonce).await.len(), 2, "more than once");
    web.api.emulator.clock().advance(60_000);
    let path = format!("/clients/handshake_payload?nonce={nonce}");
    web.api.fails_with("GET", &path, None, 404, "resource_not_found").await;
    let options = json!({"directives": ["a=b"], "header": {"cat": "cl_x"}, "claims": {"more": 1}});
    let token = web.api.control("mint_handshake_token", options)["jwt"].clone();
    assert_eq!(token_part(&token, 0)["cat"], "cl_x");
    assert_eq!(token_part(&token, 1), json!({"handshake": ["a=b"], "more": 1}));
    let plain = HandshakeOptions { directives: vec!["a=b".to_owned()], ..HandshakeOptions::default() };
    let mint = |options: &HandshakeOptions| web.api.emulator.mint_handshake_token(options).unwrap();
    let whole = mint(&plain);
    let tampered = mint(&HandshakeOptions { tampered: true, ..plain.clone() });
    let other = mint(&HandshakeOptions { key: MintKey::Other, ..plain });
    let signature = |token: &str| token.rsplit('.').next().unwrap().to_owned();
    assert_eq!(signature(&tampered), signature(&whole));
    assert_ne!(tampered, whole);
    assert_ne!(signature(&other), signature(&whole));
    let user = web.api.user("a@x.de").await;
    let told = web.api.control("browser_sign_in", json!({"user_id": user}));
    assert_eq!(
        id(&web.api.get(&format!("/sessions/{}", told["session_id"].as_str().unwrap())).await),
        told["session_id"]
    );
}
