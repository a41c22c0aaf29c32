//! API keys.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod common;

use common::{Api, NOON, column, id};
use serde_json::{Value, json};

/// Status and id of a verification, below `/v1` or not.
async fn verify(api: &Api, version: &str, secret: &Value) -> (u16, Value) {
    let url = format!("{}{version}/api_keys/verify", api.emulator.url());
    let request = api.client.post(url).bearer_auth(api.emulator.secret_key()).json(&json!({"secret": secret}));
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    (status, response.json::<Value>().await.unwrap()["id"].clone())
}

#[tokio::test]
async fn a_key_from_its_making_to_its_end() {
    let api = Api::start();
    let user = api.user("a@x.de").await;
    let made = api.post("/api_keys", json!({"name": "mine", "subject": user, "scopes": ["read"]})).await;
    assert!(id(&made).starts_with("ak_") && id(&made).len() == 35);
    assert_eq!(
        made,
        json!({
            "object": "api_key", "id": made["id"], "type": "api_key", "subject": user, "name": "mine",
            "description": null, "claims": null, "scopes": ["read"], "secret": made["secret"], "revoked": false,
            "revocation_reason": null, "expired": false, "expiration": null, "created_by": null,
            "last_used_at": null, "created_at": NOON, "updated_at": NOON,
        })
    );
    assert_eq!(verify(&api, "/v1", &made["secret"]).await, (200, made["id"].clone()));
    api.emulator.clock().advance(5);
    assert_eq!(verify(&api, "", &made["secret"]).await, (200, made["id"].clone()));
    let path = format!("/api_keys/{}", id(&made));
    let read = api.get(&path).await;
    assert_eq!((&read["last_used_at"], read.get("secret")), (&json!(NOON + 5), None));
    assert_eq!(api.get(&path.replace("ak_", "api_key_")).await, read, "the older prefix");
    assert_eq!(api.get(&format!("{path}/secret")).await, json!({"secret": made["secret"]}));
    let change = json!({"claims": {"a": 1}, "scopes": [], "description": "d", "seconds_until_expiration": 60});
    let changed = api.patch(&path, change).await;
    assert_eq!(
        (&changed["claims"], &changed["scopes"], &changed["description"], &changed["expiration"]),
        (&json!({"a": 1}), &json!([]), &json!("d"), &json!(NOON + 5 + 60_000))
    );
    let cleared = api.patch(&path, json!({"claims": null, "seconds_until_expiration": null})).await;
    assert_eq!(
        (&cleared["claims"], &cleared["expiration"], &cleared["description"]),
        (&json!(null), &json!(null), &json!("d"))
    );
    let revoked = api.post(&format!("{path}/revoke"), json!({"revocation_reason": "lost"})).await;
    assert_eq!((&revoked["revoked"], &revoked["revocation_reason"]), (&json!(true), &json!("lost")));
    assert_eq!(verify(&api, "/v1", &made["secret"]).await.0, 404);
    assert_eq!(api.delete(&path).await, json!({"object": "api_key", "id": made["id"], "deleted": true}));
    for (method, path) in
        [("GET", path.clone()), ("PATCH", path.clone()), ("DELETE", path.clone()), ("GET", format!("{path}/secret"))]
    {
        api.fails_with(method, &path, None, 404, "resource_not_found").await;
    }
}

#[tokio::test]
async fn keys_expire() {
    let api = Api::start();
    let user = api.user("a@x.de").await;
    let body = json!({"name": "short", "subject": user, "seconds_until_expiration": 10});
    let made = api.post("/api_keys", body).await;
    assert_eq!(made["expiration"], NOON + 10_000);
    api.emulator.clock().advance(9_999);
    assert_eq!(verify(&api, "", &made["secret"]).await.0, 200);
    api.emulator.clock().advance(1);
    assert_eq!(verify(&api, "", &made["secret"]).await.0, 404);
    assert_eq!(api.get(&format!("/api_keys/{}", id(&made))).await["expired"], true);
}

#[tokio::test]
async fn listings() {
    let api = Api::start();
    let (user, other) = (api.user("a@x.de").await, api.user("b@x.de").await);
    let mut ids = Vec::new();
    for name in ["one", "two", "three"] {
        ids.push(id(&api.post("/api_keys", json!({"name": name, "subject": user})).await));
    }
    api.post("/api_keys", json!({"name": "of another", "subject": other})).await;
    api.post("/api_keys", json!({"name": "of another kind", "subject": user, "type": "other"})).await;
    api.post(&format!("/api_keys/{}/revoke", ids[1]), json!({})).await;
    let path = format!("/api_keys?subject={user}");
    assert_eq!(column(&api.get(&path).await, "id"), [&*ids[2], &*ids[0]]);
    assert_eq!(column(&api.get(&format!("{path}&query=TWO&include_invalid=true")).await, "id"), [&*ids[1]]);
    let page = api.get(&format!("{path}&include_invalid=true&limit=1&offset=2")).await;
    assert_eq!((column(&page, "id"), &page["total_count"]), (vec![json!(ids[0])], &json!(3)));
    assert_eq!(api.get(&format!("{path}&type=other")).await["total_count"], 1);
    for bad in ["/api_keys", "/api_keys?subject=user_1", &format!("{path}&limit=101")] {
        assert_eq!(api.fails("GET", bad, None).await, (400, vec!["bad_request".to_owned()]), "{bad}");
    }
}

#[tokio::test]
async fn bad_keys() {
    let api = Api::start();
    let user = api.user("a@x.de").await;
    for (change, text) in [
        (json!({"name": null}), "body.name"),
        (json!({"name": "ab"}), "body.name"),
        (json!({"subject": "somebody"}), "body.subject"),
        (json!({"created_by": "org_1"}), "body.created_by"),
        (json!({"seconds_until_expiration": -1}), "body.seconds_until_expiration"),
        (json!({"description": "x".repeat(256)}), "body.description"),
        (json!({"type": "x"}), "body.type"),
        (json!({"colour": "red"}), "body.colour"),
    ] {
        let mut body = json!({"name": "mine", "subject": user});
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let (status, answer) = api.send("POST", "/api_keys", Some(body)).await;
        assert_eq!((status, &answer["errors"][0]["code"]), (400, &json!("bad_request")), "{change}");
        assert!(answer["errors"][0]["long_message"].as_str().unwrap().contains(text), "{answer}");
    }
    assert_eq!(api.fails("POST", "/api_keys/verify", Some(json!({}))).await.0, 400);
    assert_eq!(verify(&api, "", &json!("ak_x")).await.0, 404);
}

#[tokio::test]
async fn minted_keys() {
    let api = Api::start();
    let plain = api.control("mint_api_key", json!({}));
    assert_eq!(verify(&api, "", &plain["token"]).await, (200, plain["id"].clone()));
    let options = json!({"subject": "org_1", "name": "n", "scopes": ["a"], "claims": [1], "expires_in_seconds": 5});
    let odd = api.control("mint_api_key", options);
    let told = api.get(&format!("/api_keys/{}", id(&odd))).await;
    assert_eq!(
        (&told["subject"], &told["name"], &told["scopes"], &told["claims"], &told["expiration"]),
        (&json!("org_1"), &json!("n"), &json!(["a"]), &json!([1]), &json!(NOON + 5_000))
    );
    let expired = api.control("mint_api_key", json!({"expires_in_seconds": 0}));
    assert_eq!(verify(&api, "", &expired["token"]).await.0, 404);
}
