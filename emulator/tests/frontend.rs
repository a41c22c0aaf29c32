//! What scripts of applications ask of the Frontend API.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use clerk_usher_emulator::Emulator;
use common::visit::{Seen, Visitor};
use common::{Api, NOON, token_part};
use reqwest::Client;
use serde_json::{Value, json};

const ORIGIN: (&str, &str) = ("origin", "http://localhost:3000");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

fn json_of(seen: &Seen) -> Value {
    serde_json::from_str(&seen.body).unwrap_or_else(|_| panic!("no JSON: {}", seen.body))
}

/// A browser that is signed in, its user and its session.
async fn signed_in(api: &Api) -> (Visitor<'_>, String, String) {
    let user = api.user("ann@example.com").await;
    let told = api.emulator.browser_sign_in(&user, None, None).unwrap();
    let mut visitor = Visitor::new(api);
    visitor.cookies.insert("__client".to_owned(), told.browser);
    (visitor, user, told.session_id)
}

#[tokio::test]
async fn a_client_begins_empty_and_is_known_again() {
    let api = Api::start();
    let mut visitor = Visitor::new(&api);
    let nobody = visitor.get("/v1/client").await;
    assert_eq!(json_of(&nobody), json!({ "response": null, "client": null }));
    assert!(visitor.cookies.is_empty());
    let made = json_of(&visitor.send("POST", "/v1/client?__clerk_api_version=2025-11-10", &[ORIGIN], "").await);
    assert_eq!((&made["response"]["sessions"], &made["response"]["created_at"]), (&json!([]), &json!(NOON)));
    let again = json_of(&visitor.get("/v1/client").await);
    assert_eq!(again["response"]["id"], made["response"]["id"]);
}

#[tokio::test]
async fn a_client_tells_its_session_and_no_secrets() {
    let api = Api::start();
    let (mut visitor, user, session) = signed_in(&api).await;
    let organization = api.organization("Acme", Some(&user)).await;
    api.patch(
        &format!("/users/{user}/metadata"),
        json!({ "private_metadata": { "a": 1 }, "public_metadata": { "private_metadata": 2 } }),
    )
    .await;
    let seen = visitor.send("GET", "/v1/client", &[ORIGIN], "").await;
    let client = json_of(&seen)["response"].clone();
    assert_eq!((&client["last_active_session_id"], &client["sessions"][0]["id"]), (&json!(session), &json!(session)));
    let told = &client["sessions"][0];
    assert_eq!(told["user"]["id"], json!(user));
    assert_eq!(told["user"]["organization_memberships"][0]["organization"]["id"], json!(organization));
    assert_eq!(told["user"]["public_metadata"], json!({ "private_metadata": 2 }));
    assert!(told["user"].get("private_metadata").is_none() && !seen.says("\"private_metadata\":{"), "{}", seen.body);
    let claims = token_part(&told["last_active_token"]["jwt"], 1);
    assert_eq!((&claims["sid"], &claims["azp"]), (&json!(session), &json!("http://localhost:3000")));
    assert_eq!(api.get(&format!("/sessions/{session}")).await["client_id"], client["id"]);
}

#[tokio::test]
async fn a_browser_is_known_by_its_token_too() {
    let api = Api::start();
    let (visitor, _, session) = signed_in(&api).await;
    let token = visitor.token().to_owned();
    let mut script = Visitor::new(&api);
    let client = json_of(&script.get(&format!("/v1/client?__clerk_db_jwt={token}")).await);
    assert_eq!(client["response"]["last_active_session_id"], json!(session));
    let mut native = Visitor::new(&api);
    let seen = native.send("GET", "/v1/client?_is_native=1", &[("authorization", &token)], "").await;
    assert_eq!(json_of(&seen)["response"]["last_active_session_id"], json!(session));
    assert_eq!(seen.headers["authorization"], token.as_str());
    let stranger = Visitor::new(&api).get("/v1/client?__clerk_db_jwt=dvb_x").await;
    assert_eq!(
        (stranger.status, &json_of(&stranger)["errors"][0]["code"]),
        (401, &json!("dev_browser_unauthenticated"))
    );
    let made = json_of(&Visitor::new(&api).send("POST", "/v1/dev_browser", &[ORIGIN], "").await);
    let path = format!("/v1/client?__clerk_db_jwt={}", made["id"].as_str().unwrap());
    assert_eq!(json_of(&Visitor::new(&api).get(&path).await)["response"]["id"], made["client_id"]);
}

#[tokio::test]
async fn tokens_are_for_the_script_s_origin() {
    let api = Api::start();
    let (mut visitor, user, session) = signed_in(&api).await;
    let organization = api.organization("Acme", Some(&user)).await;
    let path = format!("/v1/client/sessions/{session}/tokens");
    let plain = json_of(&visitor.send("POST", &path, &[ORIGIN], "").await);
    let claims = token_part(&plain["jwt"], 1);
    assert_eq!((&claims["azp"], &claims["o"]), (&json!("http://localhost:3000"), &Value::Null));
    let body = format!("organization_id={organization}");
    let other = json_of(&visitor.send("POST", &path, &[FORM], &body).await);
    assert_eq!(token_part(&other["jwt"], 1)["o"]["id"], json!(organization));
    assert_eq!(api.get(&format!("/sessions/{session}")).await["last_active_organization_id"], Value::Null);
    assert_eq!(visitor.send("POST", &path, &[FORM], "organization_id=org_x").await.status, 422);
    let claims = json!({ "who": "{{user.primary_email_address}}" });
    api.control("add_jwt_template", json!({ "name": "hasura", "claims": claims }));
    let template = json_of(&visitor.send("POST", &format!("{path}/hasura"), &[ORIGIN], "").await);
    assert_eq!(token_part(&template["jwt"], 1)["who"], "ann@example.com");
    assert_eq!(visitor.send("POST", &format!("{path}/nothing"), &[ORIGIN], "").await.status, 404);
}

#[tokio::test]
async fn touching_switches_the_organization() {
    let api = Api::start();
    let (mut visitor, user, session) = signed_in(&api).await;
    let organization = api.organization("Acme", Some(&user)).await;
    let path = format!("/v1/client/sessions/{session}/touch?_is_native=&_clerk_session_id={session}");
    let active = async || api.get(&format!("/sessions/{session}")).await["last_active_organization_id"].clone();
    api.emulator.clock().advance(1_000);
    let seen = json_of(&visitor.send("POST", &path, &[FORM], "active_organization_id=acme").await);
    assert_eq!(seen["response"]["last_active_organization_id"], json!(organization));
    assert_eq!(seen["response"]["last_active_at"], json!(NOON + 1_000));
    assert_eq!(
        token_part(&seen["client"]["sessions"][0]["last_active_token"]["jwt"], 1)["o"]["id"],
        json!(organization)
    );
    visitor.send("POST", &path, &[FORM], "").await;
    assert_eq!(active().await, json!(organization), "nothing said, nothing changed");
    assert_eq!(visitor.send("POST", &path, &[FORM], "active_organization_id=org_x").await.status, 404);
    let json = ("content-type", "application/json");
    visitor.send("POST", &path, &[json], r#"{"active_organization_id": ""}"#).await;
    assert_eq!(active().await, Value::Null, "the personal account");
}

#[tokio::test]
async fn sessions_end() {
    let api = Api::start();
    for (method, path, status) in [
        ("POST", "/v1/client/sessions/{id}/end", "ended"),
        ("POST", "/v1/client/sessions/{id}/remove", "removed"),
        ("DELETE", "/v1/client/sessions", "removed"),
        ("POST", "/v1/client/sessions?_method=DELETE", "removed"),
        ("DELETE", "/v1/client", "removed"),
    ] {
        api.emulator.reset().expect("a reset");
        let (mut visitor, _, session) = signed_in(&api).await;
        let seen = visitor.send(method, &path.replace("{id}", &session), &[ORIGIN], "").await;
        assert_eq!(seen.status, 200, "{method} {path}: {}", seen.body);
        assert_eq!(api.get(&format!("/sessions/{session}")).await["status"], status, "{method} {path}");
        assert_eq!(json_of(&visitor.get("/v1/client").await)["response"]["sessions"], json!([]));
        let tokens = format!("/v1/client/sessions/{session}/tokens");
        assert_eq!(visitor.send("POST", &tokens, &[ORIGIN], "").await.status, 401, "{method} {path}");
    }
}

#[tokio::test]
async fn a_session_belongs_to_its_browser() {
    let api = Api::start();
    let (_, _, session) = signed_in(&api).await;
    let mut other = Visitor::new(&api);
    let path = format!("/v1/client/sessions/{session}");
    assert_eq!(other.send("POST", &format!("{path}/tokens"), &[ORIGIN], "").await.status, 401);
    other.send("POST", "/v1/client", &[ORIGIN], "").await;
    for end in ["/tokens", "/touch", "/end", "/remove"] {
        assert_eq!(other.send("POST", &format!("{path}{end}"), &[ORIGIN], "").await.status, 404, "{end}");
    }
    assert_eq!(other.get(&path).await.status, 404);
    assert_eq!(api.get(&format!("/sessions/{session}")).await["status"], "active");
}

#[tokio::test]
async fn banned_users_get_no_tokens() {
    let api = Api::start();
    let (mut visitor, user, session) = signed_in(&api).await;
    api.ok("POST", &format!("/users/{user}/ban"), None).await;
    let path = format!("/v1/client/sessions/{session}/tokens");
    assert_eq!(visitor.send("POST", &path, &[ORIGIN], "").await.status, 401);
}

#[tokio::test]
async fn scripts_of_applications_may_ask() {
    let api = Api::start();
    let mut visitor = Visitor::new(&api);
    let wanted =
        [ORIGIN, ("access-control-request-method", "POST"), ("access-control-request-headers", "content-type")];
    let seen = visitor.send("OPTIONS", "/v1/client/sessions/sess_1/touch", &wanted, "").await;
    assert_eq!(seen.status, 204);
    let header = |seen: &Seen, name: &str| seen.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(header(&seen, "access-control-allow-origin").as_deref(), Some("http://localhost:3000"));
    assert_eq!(header(&seen, "access-control-allow-credentials").as_deref(), Some("true"));
    assert_eq!(header(&seen, "access-control-allow-headers").as_deref(), Some("content-type"));
    let refused = visitor.send("POST", "/v1/client/sessions/sess_1/touch", &[ORIGIN], "").await;
    assert_eq!(refused.status, 401);
    assert_eq!(header(&refused, "access-control-allow-origin").as_deref(), Some("http://localhost:3000"), "errors too");
    let file = visitor.send("GET", "/v1/client", &[("origin", "null")], "").await;
    assert_eq!(header(&file, "access-control-allow-origin"), None);
    let backend = visitor.send("GET", "/v1/users", &[ORIGIN], "").await;
    assert_eq!((backend.status, header(&backend, "access-control-allow-origin")), (401, None), "not the Backend API");
}

#[tokio::test]
async fn the_environment_says_what_the_pages_do() {
    let api = Api::start();
    let environment = json_of(&Visitor::new(&api).get("/v1/environment").await);
    let sign_in = environment["display_config"]["sign_in_url"].as_str().unwrap();
    assert_eq!(sign_in, format!("{}/sign-in", api.emulator.url()));
    assert_eq!(environment["auth_config"]["single_session_mode"], true);
    assert_eq!(environment["display_config"]["instance_environment_type"], "development");
    assert_eq!(environment["user_settings"]["attributes"]["email_address"]["verifications"], json!(["email_code"]));
}

#[tokio::test]
async fn production_tells_by_a_cookie_and_has_no_dev_browsers() {
    let emulator = Emulator::builder().production(true).clock_ms(NOON).start().unwrap();
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let api = Api { emulator, client: Client::builder().no_proxy().build().unwrap() };
    let (mut visitor, _, session) = signed_in(&api).await;
    visitor.get("/v1/client").await;
    assert_eq!(visitor.cookies["__client_uat"], (NOON / 1000).to_string());
    visitor.send("POST", &format!("/v1/client/sessions/{session}/end"), &[ORIGIN], "").await;
    assert_eq!(visitor.cookies["__client_uat"], "0");
    assert_eq!(visitor.send("POST", "/v1/dev_browser", &[ORIGIN], "").await.status, 400);
}
