//! The dashboard: what it shows, and whom it shows it to.

#![allow(clippy::expect_used)]

mod common;

use common::{Api, NOON};
use serde_json::json;

async fn page(api: &Api, path: &str) -> String {
    let response = api.client.get(format!("{}{path}", api.emulator.url())).send().await.expect("an answer");
    assert_eq!(response.status(), 200, "{path}");
    response.text().await.expect("text")
}

#[tokio::test]
async fn it_shows_what_is_there() {
    let api = Api::start();
    let user = api.post("/users", json!({"email_address": ["ann@example.com"], "first_name": "<b>Ann</b>"})).await;
    let id = common::id(&user);
    let organization = api.organization("Acme", Some(&id)).await;
    let session = common::id(&api.post("/sessions", json!({"user_id": id})).await);
    let overview = page(&api, "/").await;
    assert!(overview.contains(api.emulator.secret_key()) && overview.contains("not for production"));
    let users = page(&api, "/_usher/users").await;
    assert!(users.contains("ann@example.com") && users.contains("&lt;b&gt;Ann&lt;/b&gt;") && !users.contains("<b>Ann"));
    assert!(page(&api, &format!("/_usher/users/{id}")).await.contains("create_organization_enabled"));
    assert!(page(&api, "/_usher/organizations").await.contains("Acme"));
    assert!(page(&api, &format!("/_usher/organizations/{organization}")).await.contains("ann@example.com"));
    assert!(page(&api, "/_usher/sessions").await.contains(&session));
    assert!(page(&api, "/_usher/requests").await.contains("/v1/organizations"));
}

#[tokio::test]
async fn it_shows_events_and_their_deliveries() {
    let api = Api::start();
    assert!(page(&api, "/_usher/webhooks").await.contains("No endpoint yet"));
    // Nobody listens there.
    api.control("add_webhook_endpoint", json!({"url": "http://127.0.0.1:1/hooks", "disabled": true}));
    api.user("ann@example.com").await;
    let shown = page(&api, "/_usher/webhooks").await;
    assert!(shown.contains("user.created") && shown.contains("http://127.0.0.1:1/hooks"), "{shown}");
    assert!(page(&api, "/_usher/webhooks?q=zebra").await.contains("No events fit."));
}

#[tokio::test]
async fn a_search_narrows_what_is_shown() {
    let api = Api::start();
    api.user("ann@example.com").await;
    api.user("bob@example.com").await;
    let found = page(&api, "/_usher/users?q=BOB").await;
    assert!(found.contains("bob@example.com") && !found.contains("ann@example.com"));
    assert!(page(&api, "/_usher/users?q=nobody").await.contains("No users fit."));
}

#[tokio::test]
async fn its_own_requests_are_not_logged() {
    let api = Api::start();
    api.get("/users").await;
    page(&api, "/").await;
    page(&api, "/_usher/requests").await;
    let paths: Vec<String> = api.emulator.requests().into_iter().map(|record| record.path).collect();
    assert_eq!(paths, ["/v1/users"]);
}

#[tokio::test]
async fn keys_are_cut_in_the_list_of_requests() {
    let api = Api::start();
    api.get("/users").await;
    assert!(!page(&api, "/_usher/requests").await.contains(api.emulator.secret_key()));
}

#[tokio::test]
async fn another_name_for_this_machine_is_refused() {
    let api = Api::start();
    for path in ["/", "/_usher/users", "/_usher/requests"] {
        let request = api.client.get(format!("{}{path}", api.emulator.url())).header("host", "evil.example");
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), 403, "{path}");
        assert!(!response.text().await.expect("text").contains(api.emulator.secret_key()));
    }
}

#[tokio::test]
async fn a_form_of_somebody_else_moves_no_clock_and_ends_no_session() {
    let api = Api::start();
    let user = api.user("ann@example.com").await;
    let session = common::id(&api.post("/sessions", json!({"user_id": user})).await);
    for (path, form) in
        [("/_usher/clock", "by_ms=60000".to_owned()), ("/_usher/sessions/end", format!("session_id={session}"))]
    {
        for origin in [api.emulator.url(), "http://evil.example"] {
            let request = api
                .client
                .post(format!("{}{path}", api.emulator.url()))
                .header("origin", origin)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form.clone());
            assert_eq!(request.send().await.expect("an answer").status(), 403, "{path} from {origin}");
        }
    }
    assert_eq!(api.emulator.clock().now_ms(), NOON);
    assert_eq!(api.get(&format!("/sessions/{session}")).await["status"], "active");
}

/// The cookies of an answer, and the token in its first form.
async fn form(api: &Api, path: &str) -> (String, String) {
    let response = api.client.get(format!("{}{path}", api.emulator.url())).send().await.expect("an answer");
    let cookies: Vec<String> = response
        .headers()
        .get_all("set-cookie")
        .iter()
        .filter_map(|value| value.to_str().ok()?.split(';').next().map(str::to_owned))
        .collect();
    let text = response.text().await.expect("text");
    let (_, rest) = text.split_once(r#"name="form_token" value=""#).expect("a form");
    (cookies.join("; "), rest.split('"').next().expect("a token").to_owned())
}

/// Submits a form of a page, as the page would: the status of the answer.
async fn submit(api: &Api, page: &str, path: &str, field: &str) -> u16 {
    let (cookies, token) = form(api, page).await;
    let request = api
        .client
        .post(format!("{}{path}", api.emulator.url()))
        .header("origin", api.emulator.url())
        .header("cookie", cookies)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("form_token={token}&{field}"));
    request.send().await.expect("an answer").status().as_u16()
}

#[tokio::test]
async fn what_time_brings_comes_with_its_button_too() {
    let api = Api::start();
    let user = api.user("ann@example.com").await;
    api.control("add_plan", json!({"slug": "pro", "amount": 1000}));
    api.control("subscribe", json!({"payer": user, "plan_slug": "pro"}));
    assert_eq!(submit(&api, "/", "/_usher/clock", "by_ms=2678400000").await, 200);
    let renewed = api.control("webhook_events", json!({"type": "subscriptionItem.updated"}));
    assert_eq!(renewed.as_array().map(Vec::len), Some(1), "{renewed}");
}

#[tokio::test]
async fn its_own_forms_move_the_clock_and_end_a_session() {
    let api = Api::start();
    let user = api.user("ann@example.com").await;
    let session = common::id(&api.post("/sessions", json!({"user_id": user})).await);
    for (page, path, field) in [
        ("/", "/_usher/clock", "by_ms=60000".to_owned()),
        ("/_usher/sessions", "/_usher/sessions/end", format!("session_id={session}")),
    ] {
        assert_eq!(submit(&api, page, path, &field).await, 200, "{path}");
    }
    assert_eq!(api.emulator.clock().now_ms(), NOON + 60_000);
    assert_eq!(api.get(&format!("/sessions/{session}")).await["status"], "revoked");
}
