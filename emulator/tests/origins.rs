//! Pages of others: what a site that a developer happens to visit cannot do with an emulator on the loopback.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use clerk_usher_emulator::Emulator;
use common::visit::{Seen, Visitor};
use common::{Api, NOON};
use serde_json::{Value, json};

const EVIL: &str = "https://evil.example";
const EVIL_WAY: &str = "https%3A%2F%2Fevil.example%2Fx";
const FROM_EVIL: [(&str, &str); 2] = [("sec-fetch-site", "cross-site"), ("referer", "https://evil.example/")];

fn production() -> Api {
    Api::of(Emulator::builder().seed(7).clock_ms(NOON).production(true).start().unwrap())
}

/// A browser in which Ann is signed in.
async fn signed_in(api: &Api) -> Visitor<'_> {
    let user = api.user("ann@example.com").await;
    let mut visitor = Visitor::new(api);
    let told = api.emulator.browser_sign_in(&user, None, None).unwrap();
    visitor.cookies.insert("__client".to_owned(), told.browser);
    visitor
}

/// Whom the browser shows the answer to.
async fn shown_to(visitor: &mut Visitor<'_>, origin: &str) -> Option<String> {
    let token = visitor.token().to_owned();
    let path = format!("/v1/client?__clerk_db_jwt={token}");
    let seen = visitor.send("GET", &path, &[("origin", origin)], "").await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    let text = |name: &str| seen.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(text("access-control-allow-credentials").is_some(), text("access-control-allow-origin").is_some());
    text("access-control-allow-origin")
}

async fn allow(api: &Api, origin: &str) {
    api.expect_empty("PATCH", "/instance", json!({ "allowed_origins": [origin] })).await;
}

trait Empty {
    async fn expect_empty(&self, method: &str, path: &str, body: Value);
}

impl Empty for Api {
    async fn expect_empty(&self, method: &str, path: &str, body: Value) {
        assert_eq!(self.request(method, path).json(&body).send().await.unwrap().status(), 204);
    }
}

fn is_refused(seen: &Seen) {
    seen.is(400, "https://evil.example");
    assert!(seen.says("PATCH /v1/instance") && seen.location.is_empty(), "{}", seen.body);
    assert!(!seen.says("dvb_"), "no token: {}", seen.body);
}

#[tokio::test]
async fn a_foreign_script_reads_nothing() {
    let api = Api::start();
    let mut visitor = signed_in(&api).await;
    assert_eq!(shown_to(&mut visitor, EVIL).await, None);
}

#[tokio::test]
async fn a_foreign_script_gets_no_preflight() {
    let api = Api::start();
    let wanted = [("origin", EVIL), ("access-control-request-method", "PATCH")];
    let seen = Visitor::new(&api).send("OPTIONS", "/v1/client", &wanted, "").await;
    assert!(seen.headers.keys().all(|name| !name.as_str().starts_with("access-control-")), "{:?}", seen.headers);
}

#[tokio::test]
async fn scripts_of_this_machine_and_its_network_read() {
    let api = Api::start();
    let mut visitor = signed_in(&api).await;
    let own = api.emulator.url().to_owned();
    for near in ["http://localhost:5173", "http://app.localhost", "http://[::1]:3000", "http://192.168.1.4:3000", &own]
    {
        assert_eq!(shown_to(&mut visitor, near).await.as_deref(), Some(near));
    }
}

#[tokio::test]
async fn scripts_of_allowed_origins_read() {
    let api = Api::start();
    let mut visitor = signed_in(&api).await;
    for origin in ["https://app.example.com", "capacitor://localhost"] {
        assert_eq!(shown_to(&mut visitor, origin).await, None);
        allow(&api, origin).await;
        assert_eq!(shown_to(&mut visitor, origin).await.as_deref(), Some(origin));
    }
}

#[tokio::test]
async fn an_allowed_origin_has_its_scheme_and_port() {
    let api = Api::start();
    let mut visitor = signed_in(&api).await;
    allow(&api, "https://app.example.com:443").await;
    assert!(shown_to(&mut visitor, "https://app.example.com").await.is_some());
    for other in ["http://app.example.com", "https://app.example.com:8443", "https://x.app.example.com"] {
        assert_eq!(shown_to(&mut visitor, other).await, None, "{other}");
    }
}

#[tokio::test]
async fn scripts_of_a_redirect_url_s_origin_read() {
    let api = Api::start();
    let mut visitor = signed_in(&api).await;
    api.post("/redirect_urls", json!({ "url": "https://app.example.com/callback" })).await;
    assert!(shown_to(&mut visitor, "https://app.example.com").await.is_some());
}

#[tokio::test]
async fn scripts_of_the_instance_s_domain_read() {
    let api = production();
    let mut visitor = signed_in(&api).await;
    let change = json!({ "home_url": "https://example.com" });
    let changed = api.request("POST", "/instance/change_domain").json(&change).send().await.unwrap();
    assert_eq!(changed.status(), 202);
    for (origin, known) in
        [("https://example.com", true), ("https://app.example.com", true), ("https://notexample.com", false)]
    {
        assert_eq!(shown_to(&mut visitor, origin).await.is_some(), known, "{origin}");
    }
}

#[tokio::test]
async fn scripts_of_a_satellite_read() {
    let api = production();
    let mut visitor = signed_in(&api).await;
    api.post("/domains", json!({ "name": "sat.example.org", "is_satellite": true })).await;
    assert!(shown_to(&mut visitor, "https://sat.example.org").await.is_some());
}

#[tokio::test]
async fn redirect_uris_of_oauth_applications_open_nothing() {
    let api = Api::start();
    let mut visitor = signed_in(&api).await;
    let body = json!({ "name": "Other", "redirect_uris": ["https://app.example.com/callback"] });
    api.post("/oauth_applications", body).await;
    assert_eq!(shown_to(&mut visitor, "https://app.example.com").await, None);
}

#[tokio::test]
async fn no_page_leads_to_a_foreign_site() {
    let api = Api::start();
    let mut visitor = signed_in(&api).await;
    for page in ["/sign-in", "/sign-up", "/sign-in/create", "/sign-out", "/user", "/organizations"] {
        is_refused(&visitor.get(&format!("{page}?redirect_url={EVIL_WAY}")).await);
    }
}

#[tokio::test]
async fn every_name_of_a_way_back_is_looked_at() {
    let api = Api::start();
    let mut visitor = signed_in(&api).await;
    for name in
        ["sign_in_force_redirect_url", "sign_in_fallback_redirect_url", "after_sign_in_url", "after_sign_out_url"]
    {
        is_refused(&visitor.get(&format!("/sign-in?{name}={EVIL_WAY}")).await);
    }
}

#[tokio::test]
async fn no_form_leads_to_a_foreign_site() {
    let api = Api::start();
    let mut visitor = signed_in(&api).await;
    visitor.get("/sign-out").await;
    is_refused(&visitor.post(&format!("/sign-out?after_sign_out_url={EVIL_WAY}"), &[]).await);
}

#[tokio::test]
async fn no_handshake_leads_to_a_foreign_site() {
    for api in [Api::start(), production()] {
        let mut visitor = signed_in(&api).await;
        for more in ["", "&format=nonce"] {
            is_refused(&visitor.get(&format!("/v1/client/handshake?redirect_url={EVIL_WAY}{more}")).await);
        }
    }
}

#[tokio::test]
async fn no_invitation_leads_to_a_foreign_site() {
    let api = Api::start();
    let body = json!({ "email_address": "di@example.com", "redirect_url": "https://evil.example/in" });
    let url = api.post("/invitations", body).await["url"].as_str().unwrap().to_owned();
    let path = url.strip_prefix(api.emulator.url()).unwrap();
    is_refused(&Visitor::new(&api).get(path).await);
}

#[tokio::test]
async fn an_allowed_origin_is_a_way_back() {
    let api = Api::start();
    let mut visitor = signed_in(&api).await;
    allow(&api, EVIL).await;
    let back = format!("https://evil.example/x?__clerk_db_jwt={}", visitor.token());
    visitor.get(&format!("/sign-in?redirect_url={EVIL_WAY}")).await.leads_to(&back);
    assert_eq!(visitor.get(&format!("/v1/client/handshake?redirect_url={EVIL_WAY}")).await.status, 307);
}

#[tokio::test]
async fn fixtures_allow_an_origin() {
    let api = Api::start();
    let mut visitor = signed_in(&api).await;
    let yaml = r#"instance: {"allowed_origins":["https://evil.example"]}"#;
    api.emulator.load_fixtures(yaml).unwrap();
    assert!(shown_to(&mut visitor, EVIL).await.is_some());
}

#[tokio::test]
async fn an_address_with_two_readings_is_no_way_back() {
    let api = Api::start();
    let mut visitor = signed_in(&api).await;
    for odd in [
        "http://evil.example%5C@localhost/",
        "http://localhost%5C.evil.example/",
        "http://[::1]evil.example/",
        "http://localhost%252eevil.example/",
        "http://localhost.evil.example/",
    ] {
        let seen = visitor.get(&format!("/sign-in?redirect_url={odd}")).await;
        assert_eq!((seen.status, seen.location.as_str()), (400, ""), "{odd}");
    }
}

#[tokio::test]
async fn a_foreign_page_gets_no_dev_browser() {
    let api = Api::start();
    for origin in [EVIL, "null"] {
        let seen = Visitor::new(&api).send("POST", "/v1/dev_browser", &[("origin", origin)], "").await;
        seen.is(403, "origin_invalid");
        assert!(!seen.says("dvb_") && seen.headers.get("set-cookie").is_none(), "{}", seen.body);
    }
}

#[tokio::test]
async fn applications_and_programs_get_a_dev_browser() {
    let api = Api::start();
    let near = [("origin", "http://localhost:3000")];
    for headers in [near.as_slice(), &[]] {
        Visitor::new(&api).send("POST", "/v1/dev_browser", headers, "").await.is(200, "dvb_");
    }
}

#[tokio::test]
async fn a_proxy_with_the_secret_key_speaks_for_its_origin() {
    let api = Api::start();
    let key = api.emulator.secret_key().to_owned();
    let of = |key: &str, proxy: &str| {
        let headers = [("origin", EVIL), ("clerk-proxy-url", proxy), ("clerk-secret-key", key)];
        let headers = headers.map(|(name, value)| (name, value.to_owned()));
        let api = &api;
        async move {
            let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
            Visitor::new(api).send("POST", "/v1/dev_browser", &headers, "").await.status
        }
    };
    assert_eq!(of(&key, "https://evil.example/__clerk").await, 200);
    assert_eq!(of("sk_test_x", "https://evil.example/__clerk").await, 403);
    assert_eq!(of(&key, "https://app.example.com/__clerk").await, 403);
}

/// The browser's own token after it was sent to the sign-in page with another one.
async fn after(visitor: &mut Visitor<'_>, token: &str, headers: &[(&str, &str)]) -> String {
    visitor.send("GET", &format!("/sign-in?__clerk_db_jwt={token}"), headers, "").await;
    visitor.token().to_owned()
}

fn dev_browser(seen: &Seen) -> String {
    serde_json::from_str::<Value>(&seen.body).unwrap()["id"].as_str().unwrap().to_owned()
}

/// A dev browser that nobody is signed in on.
async fn another(api: &Api) -> String {
    dev_browser(&Visitor::new(api).send("POST", "/v1/dev_browser", &[], "").await)
}

#[tokio::test]
async fn a_foreign_page_replaces_no_browser_that_is_signed_in() {
    let api = Api::start();
    let mut visitor = signed_in(&api).await;
    let (own, other) = (visitor.token().to_owned(), another(&api).await);
    for headers in [FROM_EVIL.as_slice(), &[("sec-fetch-site", "cross-site")], &[("referer", "https://evil.example/")]]
    {
        assert_eq!(after(&mut visitor, &other, headers).await, own, "{headers:?}");
    }
}

#[tokio::test]
async fn a_foreign_page_replaces_no_browser_before_it_signs_in() {
    let api = Api::start();
    let mut visitor = Visitor::new(&api);
    visitor.get("/sign-in").await;
    let (own, other) = (visitor.token().to_owned(), another(&api).await);
    assert_eq!(after(&mut visitor, &other, &FROM_EVIL).await, own);
}

#[tokio::test]
async fn an_application_says_which_browser_it_is() {
    let api = Api::start();
    let app = [("sec-fetch-site", "cross-site"), ("referer", "http://localhost:3000/")];
    for headers in [app.as_slice(), &[("sec-fetch-site", "none")], &[]] {
        let mut visitor = Visitor::new(&api);
        visitor.get("/sign-in").await;
        let other = another(&api).await;
        assert_eq!(after(&mut visitor, &other, headers).await, other, "{headers:?}");
    }
}

#[tokio::test]
async fn a_link_from_elsewhere_signs_nobody_out() {
    let api = Api::start();
    let token = signed_in(&api).await.token().to_owned();
    let mut visitor = Visitor::new(&api);
    visitor.get("/sign-in").await;
    assert_eq!(after(&mut visitor, &token, &FROM_EVIL).await, token);
}

#[tokio::test]
async fn a_rebound_name_gets_nothing() {
    let api = Api::start();
    let mut visitor = signed_in(&api).await;
    for (method, path) in
        [("GET", "/v1/client"), ("POST", "/v1/dev_browser"), ("GET", "/v1/environment"), ("GET", "/v1/users")]
    {
        let seen = visitor.send(method, path, &[("host", "evil.example:4000")], "").await;
        seen.is(403, "host_invalid");
        assert!(seen.says("localhost"), "says what is right: {}", seen.body);
    }
}

#[tokio::test]
async fn names_of_this_machine_are_answered() {
    let api = Api::start();
    let mut visitor = signed_in(&api).await;
    for host in ["localhost:4000", "emulator.localhost", "127.0.0.1:1", "[::1]"] {
        assert_eq!(visitor.send("GET", "/v1/client", &[("host", host)], "").await.status, 200, "{host}");
    }
}

#[tokio::test]
async fn a_backend_may_call_this_machine_what_it_likes() {
    let api = Api::start();
    let request = api.request("GET", "/users").header("host", "host.docker.internal:4000");
    assert_eq!(request.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn an_emulator_for_other_machines_has_names_it_does_not_know() {
    let builder =
        Emulator::builder().seed(7).clock_ms(NOON).host("0.0.0.0".parse().unwrap()).listen_beyond_loopback(true);
    let api = Api::of(builder.start().unwrap());
    let seen = Visitor::new(&api).send("GET", "/v1/client", &[("host", "emulator:4000")], "").await;
    assert_eq!(seen.status, 200, "{}", seen.body);
}
