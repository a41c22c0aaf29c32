//! Emails and the templates of messages, applications without an account, the Svix app and the interstitial page.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod common;

use common::{Api, column};
use serde_json::{Value, json};

/// The data of the last event of a type.
fn last(api: &Api, kind: &str) -> Value {
    api.control("webhook_events", json!({"type": kind, "limit": 1}))[0]["payload"]["data"].clone()
}

#[tokio::test]
async fn templates_are_changed_and_reverted() {
    let api = Api::start();
    let path = "/templates/email/verification_code";
    let first = api.get(path).await;
    assert_eq!(
        (&first["resource_type"], &first["can_revert"], &first["required_variables"], &first["instance_id"]),
        (&json!("system"), &json!(false), &json!(["otp_code"]), &Value::Null)
    );
    let body = json!({"subject": "Code {{otp_code}}", "body": "<p>{{ otp_code }}</p>", "from_email_name": "hello"});
    let own = api.put(path, body).await;
    assert_eq!(
        (&own["resource_type"], &own["can_revert"], &own["subject"], &own["from_email_name"], &own["id"]),
        (&json!("user"), &json!(true), &json!("Code {{otp_code}}"), &json!("hello"), &first["id"])
    );
    assert_eq!(api.get(path).await, own);
    assert_eq!(api.get("/templates/email").await[0], own);
    assert_eq!(api.ok("POST", &format!("{path}/revert"), None).await, first);
    assert_eq!(api.get(path).await, first);
    let page = api.get("/templates/sms?paginated=true&limit=2").await;
    assert_eq!(
        (column(&page, "slug"), &page["total_count"]),
        (vec![json!("verification_code"), json!("reset_password_code")], &json!(4))
    );
    assert_eq!(column(&page, "subject"), [Value::Null, Value::Null]);
    for (body, told) in [
        (json!({"body": "no code"}), "required_variable_missing:body"),
        (json!({"body": "{{otp_code"}), "invalid_template_body:body"),
        (json!({"from_email_name": "a@b.de"}), "form_param_format_invalid:from_email_name"),
        (json!({"colour": "red"}), "form_param_unknown:colour"),
    ] {
        api.fails_with("PUT", path, Some(body), 422, told).await;
    }
    api.fails_with("GET", "/templates/pigeon", None, 422, "form_param_value_invalid:template_type").await;
    for (method, rest) in [("GET", ""), ("POST", "/revert"), ("POST", "/preview"), ("POST", "/toggle_delivery")] {
        api.fails_with(method, &format!("/templates/sms/none{rest}"), None, 404, "resource_not_found").await;
    }
}

#[tokio::test]
async fn previews_are_filled_in_and_change_nothing() {
    let api = Api::start();
    let path = "/templates/email/verification_code";
    let before = api.get(path).await;
    let shown = api
        .post(&format!("{path}/preview"), json!({"body": "<b>{{app.name}}</b>: {{otp_code}}", "from_email_name": "hi"}))
        .await;
    assert_eq!(
        shown,
        json!({
            "subject": "123456 is your verification code", "body": "<b>Usher</b>: 123456",
            "from_email_address": "hi@example.com", "reply_to_email_address": null,
        })
    );
    assert_eq!(api.get(path).await, before);
    let bad = Some(json!({"body": "{{"}));
    api.fails_with("POST", &format!("{path}/preview"), bad, 422, "invalid_template_body:body").await;
}

#[tokio::test]
async fn delivery_is_toggled() {
    let api = Api::start();
    let path = "/templates/sms/invitation/toggle_delivery";
    assert_eq!(api.post(path, json!({"delivered_by_clerk": false})).await["delivered_by_clerk"], false);
    let told = api.get("/templates/sms/invitation").await;
    assert_eq!((&told["delivered_by_clerk"], &told["resource_type"]), (&json!(false), &json!("system")));
    api.post("/allowlist_identifiers", json!({"identifier": "+15550100000", "notify": true})).await;
    assert_eq!(last(&api, "sms.created")["delivered_by_clerk"], false, "the event says who is to deliver");
    assert_eq!(api.post(path, json!({})).await["delivered_by_clerk"], true);
    api.fails_with(
        "POST",
        path,
        Some(json!({"delivered_by_clerk": 1})),
        422,
        "form_param_type_invalid:delivered_by_clerk",
    )
    .await;
}

#[tokio::test]
async fn emails_go_to_addresses_and_users() {
    let api = Api::start();
    let user = api.user("a@x.de").await;
    let body = json!({"to": {"user_id": user}, "from": {"address": "hello@app.de", "name": "App"}, "subject": "Hi", "text": "Hello"});
    let with = |name: &str, value: Value| {
        let mut body = body.clone();
        body[name] = value;
        Some(body)
    };
    let sent = api.post("/email", body.clone()).await;
    assert_eq!(
        (&sent["to_email_address"], &sent["user_id"], &sent["from_email_name"], &sent["body_plain"]),
        (&json!("a@x.de"), &json!(user), &json!("hello"), &json!("Hello"))
    );
    let told = last(&api, "email.created");
    assert_eq!((&told["id"], &told["subject"], &told["body_plain"]), (&sent["id"], &json!("Hi"), &json!("Hello")));
    api.ok("POST", "/email", with("to", json!({"address": "b@x.de", "name": "Ben"}))).await;
    let messages = api.emulator.messages();
    let told: Vec<_> = messages.iter().map(|message| (message.kind.as_ref(), message.to.as_str())).collect();
    assert_eq!(told, [("custom", "a@x.de"), ("custom", "b@x.de")]);
    for (body, told) in [
        (with("to", Value::Null), "form_param_missing:to"),
        (with("to", json!({})), "form_param_missing:to.address"),
        (with("to", json!({"address": "b@x.de", "user_id": user})), "form_conditional_param_disallowed:to.user_id"),
        (with("to", json!({"user_id": "user_x"})), "form_resource_not_found:user_id"),
        (with("from", json!({"address": "hello"})), "form_param_format_invalid:from.address"),
        (with("text", Value::Null), "form_param_missing:html"),
        (with("subject", Value::Null), "form_param_nil:subject"),
    ] {
        api.fails_with("POST", "/email", body, 422, told).await;
    }
    assert_eq!(api.emulator.messages().len(), 2);
}

#[tokio::test]
async fn an_application_without_an_account_works_at_once() {
    let api = Api::start();
    let url = format!("{}/v1/accountless_applications", api.emulator.url());
    let made: Value = api.client.post(&url).send().await.unwrap().json().await.unwrap();
    assert_eq!(made["publishable_key"], api.emulator.publishable_key());
    let key = made["secret_key"].as_str().unwrap();
    assert!(key.starts_with("sk_test_") && key != api.emulator.secret_key());
    let with_key = |method: &str, path: &str| {
        let url = format!("{}/v1{path}", api.emulator.url());
        api.client.request(method.parse().unwrap(), url).bearer_auth(key).send()
    };
    assert_eq!(with_key("GET", "/users").await.unwrap().status(), 200);
    let done: Value =
        with_key("POST", "/accountless_applications/complete?source=x").await.unwrap().json().await.unwrap();
    assert_eq!(done, made);
    let own = api.ok("POST", "/accountless_applications/complete", None).await;
    assert!(own["secret_key"].is_null());
    let refused = api.client.post(format!("{url}/complete")).send().await.unwrap();
    assert_eq!(refused.status(), 401);
    api.control("reset", json!({}));
    assert_eq!(with_key("GET", "/users").await.unwrap().status(), 401);
}

#[tokio::test]
async fn the_svix_app_is_made_once() {
    let api = Api::start();
    api.fails_with("POST", "/webhooks/svix_url", None, 400, "svix_app_missing").await;
    let url = json!({"svix_url": format!("{}/_usher/webhooks", api.emulator.url())});
    assert_eq!(api.ok("POST", "/webhooks/svix", None).await, url);
    assert_eq!(api.ok("POST", "/webhooks/svix_url", None).await, url);
    api.fails_with("POST", "/webhooks/svix", None, 400, "svix_app_exists").await;
    assert_eq!(api.request("DELETE", "/webhooks/svix").send().await.unwrap().status(), 204);
    api.fails_with("DELETE", "/webhooks/svix", None, 400, "svix_app_missing").await;
}

#[tokio::test]
async fn the_interstitial_leads_to_a_handshake() {
    let api = Api::start();
    let url = format!("{}/v1/public/interstitial", api.emulator.url());
    let page =
        api.client.get(format!("{url}?publishable_key={}", api.emulator.publishable_key())).send().await.unwrap();
    assert_eq!(
        (page.status().as_u16(), page.headers()["content-type"].to_str().unwrap()),
        (200, "text/html; charset=utf-8")
    );
    let text = page.text().await.unwrap();
    assert!(text.contains(&format!("\"{}/v1/client/handshake?redirect_url=\"", api.emulator.url())), "{text}");
    for (query, told) in [("", "missing_query_parameter"), ("?publishable_key=pk_x", "malformed_publishable_key")] {
        let answer: Value = api.client.get(format!("{url}{query}")).send().await.unwrap().json().await.unwrap();
        assert_eq!(answer["errors"][0]["code"], told);
    }
}
