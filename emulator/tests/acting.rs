//! Sessions of one who acts as another, the clients that sessions are on, and sign-ups on their way.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod common;

use common::{Api, NOON, column, id, token_part};
use serde_json::{Value, json};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Why a command is refused.
fn refusal(api: &Api, command: &str, arguments: Value) -> String {
    api.emulator.control(command, &arguments.to_string()).expect_err("a refusal").to_string()
}

#[tokio::test]
async fn an_actor_token_opens_a_session_with_an_actor() {
    let api = Api::start();
    let user = api.user("a@x.de").await;
    let body = json!({
        "user_id": user, "actor": {"sub": "user_support", "ticket": 7}, "expires_in_seconds": 600,
        "session_max_duration_in_seconds": 60,
    });
    let token = api.post("/actor_tokens", body).await;
    assert_eq!(
        (&token["object"], &token["status"], &token["actor"]),
        (&json!("actor_token"), &json!("pending"), &json!({"sub": "user_support", "ticket": 7}))
    );
    assert!(token["url"].as_str().unwrap().starts_with(api.emulator.url()));
    let session = api.control("accept_actor_token", json!({"token": token["token"]}))["session_id"].clone();
    let session = session.as_str().unwrap();
    let told = api.get(&format!("/sessions/{session}")).await;
    assert_eq!((&told["actor"], &told["expire_at"]), (&token["actor"], &json!(NOON + 60_000)));
    assert_eq!(api.get(&format!("/users/{user}")).await["last_sign_in_at"], Value::Null, "it was not the user");
    let jwt = api.post(&format!("/sessions/{session}/tokens"), json!({})).await["jwt"].clone();
    assert_eq!(token_part(&jwt, 1)["act"], token["actor"]);
    let minted = api.control("mint_session_token", json!({"session_id": session}))["jwt"].clone();
    assert_eq!(token_part(&minted, 1)["act"], token["actor"]);
    let again = refusal(&api, "accept_actor_token", json!({"token": token["token"]}));
    assert!(again.contains("it is accepted"), "{again}");
    let path = format!("/actor_tokens/{}/revoke", id(&token));
    api.fails_with("POST", &path, None, 400, "actor_token_cannot_be_revoked_code").await;
}

#[tokio::test]
async fn actor_tokens_end_and_are_revoked() {
    let api = Api::start();
    let user = api.user("a@x.de").await;
    let body = json!({"user_id": user, "actor": {"sub": "user_support"}});
    let revoked = api.post("/actor_tokens", body.clone()).await;
    assert_eq!(api.ok("POST", &format!("/actor_tokens/{}/revoke", id(&revoked)), None).await["status"], "revoked");
    assert!(refusal(&api, "accept_actor_token", json!({"token": revoked["token"]})).contains("it is revoked"));
    let old = api.post("/actor_tokens", body).await;
    api.emulator.clock().advance(3600 * 1000);
    assert!(refusal(&api, "accept_actor_token", json!({"token": old["token"]})).contains("it has expired"));
    assert!(refusal(&api, "accept_actor_token", json!({"token": "x"})).contains("nobody has heard"));
    api.fails_with("POST", "/actor_tokens/act_x/revoke", None, 404, "resource_not_found").await;
    for (body, told) in [
        (json!({"actor": {"sub": "a"}}), "form_param_missing:user_id"),
        (json!({"user_id": user}), "form_param_missing:actor"),
        (json!({"user_id": user, "actor": {}}), "form_param_missing:actor.sub"),
        (json!({"user_id": user, "actor": {"sub": 1}}), "form_param_type_invalid:actor.sub"),
        (json!({"user_id": "user_x", "actor": {"sub": "a"}}), "form_resource_not_found:user_id"),
        (
            json!({"user_id": user, "actor": {"sub": "a"}, "expires_in_seconds": 0}),
            "form_param_value_invalid:expires_in_seconds",
        ),
    ] {
        api.fails_with("POST", "/actor_tokens", Some(body), 422, told).await;
    }
}

#[tokio::test]
async fn agents_have_an_id_a_name_and_a_session_a_task() {
    let api = Api::start();
    let user = api.user("a@x.de").await;
    let body = json!({
        "on_behalf_of": {"identifier": "A@x.de"}, "permissions": "*", "agent_name": "Scout",
        "task_description": "Look around", "redirect_url": "http://localhost:3000/done",
    });
    let with = |name: &str, value: Value| {
        let mut body = body.clone();
        body[name] = value;
        Some(body)
    };
    let task = api.post("/agents/tasks", body.clone()).await;
    let other = api.ok("POST", "/agents/tasks", with("on_behalf_of", json!({"user_id": user}))).await;
    assert_eq!((&task["object"], &task["agent_id"]), (&json!("agent_task"), &other["agent_id"]));
    assert_ne!(task["agent_task_id"], other["agent_task_id"]);
    let third = api.ok("POST", "/agents/tasks", with("agent_name", json!("Hound"))).await;
    assert_ne!(third["agent_id"], task["agent_id"]);
    let ticket = task["url"].as_str().unwrap().split_once("ticket=").unwrap().1;
    let session = api.control("accept_agent_task", json!({ "token": ticket }))["session_id"].clone();
    let path = format!("/sessions/{}/tokens", session.as_str().unwrap());
    let act = token_part(&api.post(&path, json!({})).await["jwt"], 1)["act"].clone();
    assert_eq!((&act["sub"], &act["type"]), (&task["agent_id"], &json!("agent")));
    let revoke = |task: &Value| format!("/agents/tasks/{}/revoke", task["agent_task_id"].as_str().unwrap());
    api.fails_with("POST", &revoke(&task), None, 400, "agent_task_cannot_be_revoked_code").await;
    let told = api.ok("POST", &revoke(&other), None).await;
    assert!(told["url"].is_null(), "the url is told once");
    let ticket = other["url"].as_str().unwrap().split_once("ticket=").unwrap().1;
    assert!(refusal(&api, "accept_agent_task", json!({ "token": ticket })).contains("it is revoked"));
    api.fails_with("POST", "/agents/tasks/x/revoke", None, 404, "resource_not_found").await;
    for (body, status, told) in [
        (with("on_behalf_of", Value::Null), 422, "form_param_missing:on_behalf_of"),
        (with("on_behalf_of", json!({})), 422, "form_param_missing:on_behalf_of.user_id"),
        (
            with("on_behalf_of", json!({"user_id": user, "identifier": "a@x.de"})),
            422,
            "form_conditional_param_disallowed:on_behalf_of.identifier",
        ),
        (with("on_behalf_of", json!({"user_id": "user_x"})), 404, "resource_not_found"),
        (with("permissions", json!("some")), 422, "form_param_value_invalid:permissions"),
        (with("redirect_url", json!("done")), 422, "form_param_format_invalid:redirect_url"),
        (with("agent_name", json!("")), 422, "form_param_missing:agent_name"),
    ] {
        api.fails_with("POST", "/agents/tasks", body, status, told).await;
    }
}

#[tokio::test]
async fn clients_have_the_sessions_of_a_browser() {
    let api = Api::start();
    let user = api.user("a@x.de").await;
    let lone = api.post("/sessions", json!({ "user_id": user })).await;
    api.emulator.clock().advance(1000);
    let browser = api.emulator.browser_sign_in(&user, None, None).unwrap();
    let session = api.get(&format!("/sessions/{}", browser.session_id)).await;
    let path = format!("/clients/{}", session["client_id"].as_str().unwrap());
    let client = api.get(&path).await;
    assert_eq!(
        (&client["session_ids"], &client["last_active_session_id"], &client["created_at"]),
        (&json!([browser.session_id]), &session["id"], &json!(NOON + 1000))
    );
    assert_eq!(client["sessions"], json!([session]));
    assert_eq!(column(&api.get("/clients").await, "id"), [session["client_id"].clone(), lone["client_id"].clone()]);
    assert_eq!(api.get("/clients?paginated=true&limit=1").await["total_count"], 2);
    let other = api.user("b@x.de").await;
    let next = api.emulator.browser_sign_in(&other, None, Some(&browser.browser)).unwrap();
    assert_eq!(api.get(&path).await["session_ids"], json!([next.session_id]), "one browser is one client");
    assert_eq!(api.post("/clients/verify", json!({"token": browser.browser})).await["id"], client["id"]);
    let jwt = api.control("client_token", json!({"client_id": client["id"]}))["jwt"].clone();
    assert_eq!(api.post("/clients/verify", json!({ "token": jwt })).await["id"], client["id"]);
    api.emulator.browser_sign_out(&browser.browser).unwrap();
    let after = api.get(&path).await;
    assert_eq!((&after["session_ids"], &after["last_active_session_id"]), (&json!([]), &Value::Null));
    let token = api.post(&format!("/sessions/{}/tokens", id(&lone)), json!({})).await["jwt"].clone();
    for (body, status, told) in [
        (json!({}), 422, "form_param_missing:token"),
        (json!({"token": "x.y.z"}), 400, "cookie_invalid"),
        (json!({ "token": token }), 400, "cookie_invalid"),
    ] {
        api.fails_with("POST", "/clients/verify", Some(body), status, told).await;
    }
    api.fails_with("GET", "/clients/client_x", None, 404, "resource_not_found").await;
}

#[tokio::test]
async fn a_sign_up_becomes_a_user() {
    let api = Api::start();
    let made = api.control(
        "create_sign_up",
        json!({"email_address": "Ann@x.de", "first_name": "Ann", "password": "correct horse 7"}),
    );
    let path = format!("/sign_ups/{}", id(&made));
    let told = api.get(&path).await;
    assert_eq!(
        (&told["object"], &told["status"], &told["unverified_fields"], &told["missing_fields"]),
        (&json!("sign_up_attempt"), &json!("missing_requirements"), &json!(["email_address"]), &json!([]))
    );
    assert_eq!((&told["email_address"], &told["password_enabled"]), (&json!("ann@x.de"), &json!(true)));
    assert_eq!(told["verifications"]["email_address"]["next_action"], "needs_prepare");
    assert_eq!(told["abandon_at"], NOON + DAY);
    let set = api.patch(&path, json!({"external_id": "ext_1", "custom_action": true})).await;
    assert_eq!((&set["external_id"], &set["custom_action"]), (&json!("ext_1"), &json!(true)));
    let done = api.control("complete_sign_up", json!({"sign_up_id": told["id"]}));
    let user = api.get(&format!("/users/{}", done["user_id"].as_str().unwrap())).await;
    assert_eq!(
        (&user["external_id"], &user["first_name"], &user["email_addresses"][0]["verification"]["status"]),
        (&json!("ext_1"), &json!("Ann"), &json!("verified"))
    );
    let path_of_user = format!("/users/{}/verify_password", done["user_id"].as_str().unwrap());
    assert_eq!(api.post(&path_of_user, json!({"password": "correct horse 7"})).await["verified"], true);
    let told = api.get(&path).await;
    assert_eq!(
        (&told["status"], &told["created_user_id"], &told["created_session_id"]),
        (&json!("complete"), &done["user_id"], &done["session_id"])
    );
    assert_eq!(api.get(&format!("/sessions/{}", done["session_id"].as_str().unwrap())).await["status"], "active");
    api.fails_with("PATCH", &path, Some(json!({"external_id": "x"})), 403, "sign_up_cannot_be_updated").await;
    api.fails_with("GET", "/sign_ups/sua_x", None, 404, "resource_not_found").await;
}

#[tokio::test]
async fn sign_ups_are_abandoned_after_a_day() {
    let api = Api::start();
    let path = format!("/sign_ups/{}", id(&api.control("create_sign_up", json!({"username": "ann_lee"}))));
    assert_eq!(api.get(&path).await["missing_fields"], json!(["email_address"]));
    api.fails_with("PATCH", &path, Some(json!({"custom_action": "yes"})), 422, "form_param_type_invalid:custom_action")
        .await;
    api.emulator.clock().advance(DAY);
    assert_eq!(api.get(&path).await["status"], "abandoned");
    api.fails_with("PATCH", &path, Some(json!({})), 403, "sign_up_cannot_be_updated").await;
}

#[tokio::test]
async fn lists_keep_people_from_signing_up() {
    let api = Api::start();
    let blocked = api.post("/blocklist_identifiers", json!({"identifier": "*@spam.de"})).await;
    assert!(refusal(&api, "create_sign_up", json!({"email_address": "a@spam.de"})).contains("not allowed"));
    assert_eq!(api.user("a@spam.de").await.get(..5), Some("user_"), "a backend may create whom it likes");
    api.delete(&format!("/blocklist_identifiers/{}", id(&blocked))).await;
    api.control("create_sign_up", json!({"email_address": "b@spam.de"}));
    api.patch("/instance/restrictions", json!({"allowlist": true})).await;
    assert!(refusal(&api, "create_sign_up", json!({"email_address": "c@x.de"})).contains("not allowed"));
    api.post("/allowlist_identifiers", json!({"identifier": "*@x.de"})).await;
    api.control("create_sign_up", json!({"email_address": "c@x.de"}));
    api.user("d@x.de").await;
    assert!(refusal(&api, "create_sign_up", json!({"email_address": "d@x.de"})).contains("taken"));
}

#[tokio::test]
async fn who_may_sign_up_is_asked_again_at_the_end() {
    let api = Api::start();
    let made = api.control("create_sign_up", json!({"email_address": "ann@x.de"}));
    api.patch("/instance/restrictions", json!({"allowlist": true})).await;
    let arguments = json!({"sign_up_id": made["id"]});
    assert!(refusal(&api, "complete_sign_up", arguments.clone()).contains("not allowed"));
    assert_eq!(api.get("/users/count").await["total_count"], 0);
    api.patch("/instance/restrictions", json!({"allowlist": false})).await;
    api.control("complete_sign_up", arguments);
}
