//! Machines, their keys, and which may call which.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod common;

use common::{Api, NOON, column, id};
use serde_json::json;

#[tokio::test]
async fn a_machine_from_its_making_to_its_end() {
    let api = Api::start();
    let made = api.post("/machines", json!({"name": "billing"})).await;
    let machine = id(&made);
    assert!(machine.starts_with("mch_") && machine.len() == 31, "{machine}");
    assert_eq!(
        made,
        json!({
            "object": "machine", "id": machine, "name": "billing", "instance_id": api.emulator.instance_id(),
            "created_at": NOON, "updated_at": NOON, "default_token_ttl": 3600, "scoped_machines": [],
            "secret_key": made["secret_key"],
        })
    );
    let path = format!("/machines/{machine}");
    assert!(api.get(&path).await.get("secret_key").is_none());
    let secret = api.get(&format!("{path}/secret_key")).await;
    assert_eq!(secret, json!({"object": "machine_secret_key", "secret": made["secret_key"]}));
    api.emulator.clock().advance(5);
    let changed = api.patch(&path, json!({"name": "invoices", "default_token_ttl": 60})).await;
    assert_eq!(
        (&changed["name"], &changed["default_token_ttl"], &changed["updated_at"], &changed["created_at"]),
        (&json!("invoices"), &json!(60), &json!(NOON + 5), &json!(NOON))
    );
    assert_eq!(api.patch(&path, json!({})).await["name"], "invoices");
    assert_eq!(api.delete(&path).await, json!({"object": "machine", "id": machine, "deleted": true}));
    for (method, path) in [
        ("GET", path.clone()),
        ("PATCH", path.clone()),
        ("DELETE", path.clone()),
        ("GET", format!("{path}/secret_key")),
    ] {
        api.fails_with(method, &path, None, 404, "resource_not_found").await;
    }
}

#[tokio::test]
async fn bad_machines() {
    let api = Api::start();
    for (body, code) in [
        (json!({}), "form_param_missing:name"),
        (json!({"name": 7}), "form_param_type_invalid:name"),
        (json!({"name": "x".repeat(256)}), "form_param_max_length_exceeded:name"),
        (json!({"name": "x", "default_token_ttl": 0}), "form_param_value_invalid:default_token_ttl"),
        (json!({"name": "x", "default_token_ttl": 315_360_001}), "form_param_value_too_large:default_token_ttl"),
        (json!({"name": "x", "scoped_machines": ["mch_x"]}), "form_resource_not_found:scoped_machines"),
    ] {
        api.fails_with("POST", "/machines", Some(body), 422, code).await;
    }
    let machine = id(&api.post("/machines", json!({"name": "x"})).await);
    let path = format!("/machines/{machine}/secret_key/rotate");
    for (body, code) in [
        (json!({}), "form_param_missing:previous_token_ttl"),
        (json!({"previous_token_ttl": -1}), "form_param_value_invalid:previous_token_ttl"),
        (json!({"previous_token_ttl": 28_801}), "form_param_value_too_large:previous_token_ttl"),
    ] {
        api.fails_with("POST", &path, Some(body), 422, code).await;
    }
}

#[tokio::test]
async fn listings() {
    let api = Api::start();
    let first = id(&api.post("/machines", json!({"name": "b one"})).await);
    api.emulator.clock().advance(1);
    let second = id(&api.post("/machines", json!({"name": "a ONE"})).await);
    let own = api.emulator.machine_id().to_owned();
    assert_eq!(column(&api.get("/machines").await, "id"), [&*second, &*first, &*own], "newest first");
    assert_eq!(column(&api.get("/machines?query=one&order_by=name").await, "id"), [&*second, &*first]);
    assert_eq!(column(&api.get(&format!("/machines?query={first}")).await, "id"), [&*first]);
    let page = api.get("/machines?limit=1&offset=1").await;
    assert_eq!((column(&page, "id"), &page["total_count"]), (vec![json!(first)], &json!(3)));
    api.fails_with("GET", "/machines?order_by=age", None, 422, "form_param_value_invalid:order_by").await;
}

#[tokio::test]
async fn scopes() {
    let api = Api::start();
    let other = id(&api.post("/machines", json!({"name": "other"})).await);
    let third = id(&api.post("/machines", json!({"name": "third"})).await);
    let made = api.post("/machines", json!({"name": "x", "scoped_machines": [other, other]})).await;
    assert_eq!(column(&made["scoped_machines"], "id"), [&*other]);
    assert!(made["scoped_machines"][0].get("scoped_machines").is_none());
    let path = format!("/machines/{}/scopes", id(&made));
    let scope = api.post(&path, json!({"to_machine_id": third})).await;
    assert_eq!(
        scope,
        json!({"object": "machine_scope", "from_machine_id": id(&made), "to_machine_id": third, "created_at": NOON})
    );
    api.fails_with("POST", &path, Some(json!({"to_machine_id": third})), 409, "machine_scope_already_exists").await;
    let nobody = Some(json!({"to_machine_id": "mch_x"}));
    api.fails_with("POST", &path, nobody.clone(), 422, "form_resource_not_found:to_machine_id").await;
    api.fails_with("POST", "/machines/mch_x/scopes", nobody, 404, "resource_not_found").await;
    let gone = api.delete(&format!("{path}/{third}")).await;
    assert_eq!(
        gone,
        json!({"object": "machine_scope", "from_machine_id": id(&made), "to_machine_id": third, "deleted": true})
    );
    api.fails_with("DELETE", &format!("{path}/{third}"), None, 404, "resource_not_found").await;
    api.delete(&format!("/machines/{other}")).await;
    assert_eq!(api.get(&format!("/machines/{}", id(&made))).await["scoped_machines"], json!([]));
}

#[tokio::test]
async fn keys_open_nothing_but_machine_tokens_and_end_as_told() {
    let api = Api::start();
    let made = api.post("/machines", json!({"name": "x"})).await;
    let (machine, old) = (id(&made), made["secret_key"].as_str().unwrap().to_owned());
    let status = async |key: &str, path: &str| {
        let request = api.client.get(format!("{}/v1{path}", api.emulator.url())).bearer_auth(key);
        request.send().await.unwrap().status().as_u16()
    };
    let tokens = format!("/m2m_tokens?subject={machine}");
    assert_eq!((status(&old, &tokens).await, status(&old, "/machines").await), (200, 401));
    let path = format!("/machines/{machine}/secret_key/rotate");
    let new = api.post(&path, json!({"previous_token_ttl": 60})).await["secret"].as_str().unwrap().to_owned();
    assert_ne!(new, old);
    assert_eq!((status(&old, &tokens).await, status(&new, &tokens).await), (200, 200));
    api.emulator.clock().advance(60_000);
    assert_eq!((status(&old, &tokens).await, status(&new, &tokens).await), (401, 200));
    api.post(&path, json!({"previous_token_ttl": 0})).await;
    assert_eq!(status(&new, &tokens).await, 401);
    api.delete(&format!("/machines/{}", api.emulator.machine_id())).await;
    assert_eq!(status(api.emulator.machine_secret_key(), &tokens).await, 401);
    api.emulator.reset().expect("a reset");
    let own = format!("/m2m_tokens?subject={}", api.emulator.machine_id());
    assert_eq!(status(api.emulator.machine_secret_key(), &own).await, 200, "a reset brings it back");
}
