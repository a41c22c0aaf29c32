//! Machine tokens: made with a machine's key, verified with either key, listed, revoked, expired.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod common;

use common::{Api, NOON, column, id, token_part};
use serde_json::{Value, json};

/// Two machines: the first may call the second.
struct Pair {
    api: Api,
    from: String,
    from_key: String,
    to: String,
    to_key: String,
}

impl Pair {
    async fn start() -> Pair {
        let api = Api::start();
        let to = api.post("/machines", json!({"name": "to"})).await;
        let from = api.post("/machines", json!({"name": "from", "scoped_machines": [id(&to)]})).await;
        let key = |machine: &Value| machine["secret_key"].as_str().unwrap().to_owned();
        Pair { from: id(&from), from_key: key(&from), to: id(&to), to_key: key(&to), api }
    }

    /// Status and answer of a request with this key, on a path with its version.
    async fn send(&self, key: &str, path: &str, body: Value) -> (u16, Value) {
        let request = self.api.client.post(format!("{}{path}", self.api.emulator.url())).bearer_auth(key).json(&body);
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    async fn create(&self, body: Value) -> Value {
        let (status, token) = self.send(&self.from_key, "/v1/m2m_tokens", body).await;
        assert_eq!(status, 201, "{token}");
        token
    }

    /// Status and id of a verification.
    async fn verify(&self, key: &str, token: &Value) -> (u16, Value) {
        let (status, answer) = self.send(key, "/m2m_tokens/verify", json!({"token": token})).await;
        (status, answer["id"].clone())
    }
}

#[tokio::test]
async fn opaque_tokens() {
    let pair = Pair::start().await;
    let made = pair.create(json!({"claims": {"a": [1]}, "seconds_until_expiration": 90})).await;
    assert!(id(&made).starts_with("mt_") && id(&made).len() == 35);
    assert!(made["token"].as_str().unwrap().starts_with("mt_"));
    assert_eq!(
        made,
        json!({
            "object": "machine_to_machine_token", "id": made["id"], "subject": pair.from, "claims": {"a": [1]},
            "scopes": [pair.to], "token": made["token"], "revoked": false, "revocation_reason": null,
            "expired": false, "expiration": NOON + 90_000, "last_used_at": null, "created_at": NOON,
            "updated_at": NOON,
        })
    );
    let secret = pair.api.emulator.secret_key().to_owned();
    for path in ["/v1/m2m_tokens/verify", "/m2m_tokens/verify"] {
        for key in [&secret, &pair.to_key] {
            let (status, told) = pair.send(key, path, json!({"token": made["token"]})).await;
            assert_eq!((status, &told["id"], &told["last_used_at"]), (200, &made["id"], &json!(NOON)));
            assert!(told.get("token").is_none());
        }
    }
    assert_eq!(pair.verify(&pair.from_key, &made["token"]).await.0, 404, "it does not open its own machine");
    assert_eq!(pair.verify(&secret, &json!("mt_x")).await.0, 404);
    assert_eq!(pair.verify("ak_x", &made["token"]).await.0, 401);
    pair.api.emulator.clock().advance(90_000);
    assert_eq!(pair.verify(&secret, &made["token"]).await.0, 404, "expired");
}

#[tokio::test]
async fn no_life_is_too_long() {
    let pair = Pair::start().await;
    for life in [i64::MAX, i64::MAX / 1_000, i64::MAX / 1_000 + 1] {
        for format in ["jwt", "opaque"] {
            let made = pair.create(json!({"token_format": format, "seconds_until_expiration": life})).await;
            assert!(made["expiration"].as_i64().unwrap() > NOON, "{made}");
        }
    }
}

#[tokio::test]
async fn only_a_machine_makes_tokens() {
    let pair = Pair::start().await;
    let made = Some(json!({}));
    pair.api.fails_with("POST", "/m2m_tokens", made, 401, "machine_secret_key_required").await;
    for (body, text) in [
        (json!({"token_format": "paper"}), "body.token_format"),
        (json!({"seconds_until_expiration": 0}), "body.seconds_until_expiration"),
        (json!({"scopes": []}), "body.scopes"),
        (json!({"min_remaining_ttl_seconds": 3600}), "body.min_remaining_ttl_seconds"),
        (json!({"token_format": "jwt", "claims": [1]}), "body.claims"),
        (json!({"token_format": "jwt", "claims": {"sub": "user_1"}}), "body.claims"),
    ] {
        let (status, answer) = pair.send(&pair.from_key, "/v1/m2m_tokens", body).await;
        assert_eq!((status, &answer["errors"][0]["code"]), (400, &json!("bad_request")));
        assert!(answer["errors"][0]["long_message"].as_str().unwrap().contains(text), "{answer}");
    }
    assert_eq!(pair.send(&pair.from_key, "/v1/m2m_tokens/verify", json!({})).await.0, 400);
}

#[tokio::test]
async fn jwts_are_not_stored() {
    let pair = Pair::start().await;
    let made = pair.create(json!({"token_format": "jwt", "claims": {"tier": 2}})).await;
    assert_eq!(
        token_part(&made["token"], 0),
        json!({"alg": "RS256", "typ": "JWT", "cat": "cl_B7d4PD333AAA", "kid": pair.api.emulator.instance_id()})
    );
    let second = NOON / 1000;
    assert_eq!(
        token_part(&made["token"], 1),
        json!({
            "iss": pair.api.emulator.url(), "sub": pair.from, "aud": [pair.to], "scopes": pair.to, "jti": made["id"],
            "iat": second, "nbf": second - 10, "exp": second + 3600, "tier": 2,
        })
    );
    let (status, told) = pair.send(&pair.to_key, "/m2m_tokens/verify", json!({"token": made["token"]})).await;
    assert_eq!((status, &told["claims"], &told["scopes"]), (200, &json!({"tier": 2}), &json!([pair.to])));
    let listed = pair.api.get(&format!("/m2m_tokens?subject={}", pair.from)).await;
    assert_eq!(listed, json!({"m2m_tokens": [], "total_count": 0}));
    let path = format!("/m2m_tokens/{}/revoke", id(&made));
    pair.api.fails_with("POST", &path, Some(json!({})), 404, "resource_not_found").await;
    let session = pair.api.control("mint_session_token", json!({}))["jwt"].clone();
    assert_eq!(pair.verify(pair.api.emulator.secret_key(), &session).await.0, 404, "another kind of token");
    pair.api.emulator.clock().advance(3_600_000);
    assert_eq!(pair.verify(&pair.to_key, &made["token"]).await.0, 404, "expired");
}

#[tokio::test]
async fn a_token_can_be_used_again() {
    let pair = Pair::start().await;
    let with = |least: i64, claims: Value| json!({"min_remaining_ttl_seconds": least, "claims": claims});
    let first = pair.create(with(600, json!({"a": 1}))).await;
    pair.api.emulator.clock().advance(3_000_000);
    assert_eq!(pair.create(with(600, json!({"a": 1}))).await["token"], first["token"]);
    assert_ne!(pair.create(with(600, json!({"a": 2}))).await["id"], first["id"]);
    assert_ne!(pair.create(json!({"claims": {"a": 1}})).await["id"], first["id"]);
    let longer = pair.create(with(601, json!({"a": 3}))).await;
    pair.api.emulator.clock().advance(1);
    assert_eq!(pair.create(with(601, json!({"a": 3}))).await["id"], longer["id"]);
    pair.api.emulator.clock().advance(2_999_000);
    assert_ne!(pair.create(with(601, json!({"a": 3}))).await["id"], longer["id"]);
}

#[tokio::test]
async fn listings_and_revocation() {
    let pair = Pair::start().await;
    let short = id(&pair.create(json!({"seconds_until_expiration": 1.5})).await);
    let made = pair.create(json!({})).await;
    let path = format!("/m2m_tokens?subject={}", pair.from);
    let ids = async |query: &str| column(&pair.api.get(&format!("{path}{query}")).await["m2m_tokens"], "id");
    assert_eq!(ids("").await, [&*id(&made), &*short]);
    pair.api.emulator.clock().advance(1_500);
    assert_eq!(ids("").await, [&*id(&made)]);
    let revoke = format!("/v1/m2m_tokens/{}/revoke", id(&made));
    assert_eq!(pair.send(&pair.to_key, &revoke, json!({})).await.0, 404, "not its own");
    let (status, told) = pair.send(&pair.from_key, &revoke, json!({"revocation_reason": "lost"})).await;
    assert_eq!(
        (status, &told["revoked"], &told["revocation_reason"], told.get("token")),
        (200, &json!(true), &json!("lost"), None)
    );
    assert_eq!(pair.verify(&pair.to_key, &made["token"]).await.0, 404);
    assert_eq!(ids("").await, Vec::<Value>::new());
    assert_eq!(ids("&revoked=true").await, [&*id(&made)]);
    assert_eq!(ids("&revoked=true&expired=true&limit=1").await, [&*id(&made)]);
    assert_eq!(pair.api.fails("GET", "/m2m_tokens", None).await.0, 400);
    assert_eq!(pair.api.fails("GET", &format!("{path}&limit=101"), None).await.0, 400);
    pair.api.fails_with("GET", "/m2m_tokens?subject=mch_x", None, 404, "resource_not_found").await;
    let url = format!("{}/v1{path}", pair.api.emulator.url());
    let response = pair.api.client.get(url).bearer_auth(&pair.to_key).send().await.unwrap();
    assert_eq!(response.status(), 403, "of another machine");
}

#[tokio::test]
async fn tokens_follow_their_machine() {
    let pair = Pair::start().await;
    let secret = pair.api.emulator.secret_key().to_owned();
    let body = json!({"min_remaining_ttl_seconds": 0});
    let first = pair.create(body.clone()).await;
    assert_eq!(pair.create(body.clone()).await["id"], first["id"]);
    let own = pair.api.emulator.machine_id();
    pair.api.post(&format!("/machines/{}/scopes", pair.from), json!({"to_machine_id": own})).await;
    let wider = pair.create(body).await;
    assert_eq!(wider["scopes"], json!([pair.to, own]), "a token with fewer scopes is not used again");
    assert_eq!(pair.verify(&secret, &wider["token"]).await.0, 200);
    pair.api.delete(&format!("/machines/{}", pair.from)).await;
    assert_eq!(pair.verify(&secret, &wider["token"]).await.0, 404, "gone with its machine");
    assert_eq!(pair.verify(&pair.from_key, &wider["token"]).await.0, 401);
}

#[tokio::test]
async fn minted_tokens() {
    let pair = Pair::start().await;
    let own = pair.api.emulator.machine_secret_key().to_owned();
    let plain = pair.api.control("mint_m2m_token", json!({}));
    assert_eq!(pair.verify(&own, &plain["token"]).await, (200, plain["id"].clone()), "it opens the emulator's machine");
    let jwt = pair.api.control("mint_m2m_token", json!({"format": "jwt", "machine_id": pair.from}));
    assert_eq!(pair.verify(&pair.to_key, &jwt["token"]).await, (200, jwt["id"].clone()));
    for twist in [json!({"tampered": true}), json!({"key": "other"}), json!({"expires_in_seconds": 0})] {
        let mut options = json!({"format": "jwt", "scopes": [pair.to]});
        options.as_object_mut().unwrap().extend(twist.as_object().unwrap().clone());
        let token = pair.api.control("mint_m2m_token", options);
        assert_eq!(pair.verify(&pair.to_key, &token["token"]).await.0, 404, "{twist}");
    }
    let odd = json!({"format": "jwt", "issued_at": 50, "claims": {"nbf": null, "x": 1}, "header": {"cat": null}});
    let odd = pair.api.control("mint_m2m_token", odd);
    let claims = token_part(&odd["token"], 1);
    assert_eq!((&claims["iat"], &claims["x"], claims.get("nbf")), (&json!(50), &json!(1), None));
    assert!(token_part(&odd["token"], 0).get("cat").is_none());
    let expired = pair.api.control("mint_m2m_token", json!({"expires_in_seconds": 0, "scopes": [pair.to]}));
    assert_eq!(pair.verify(&pair.to_key, &expired["token"]).await.0, 404);
    for bad in [json!({"tampered": true}), json!({"header": {"a": 1}}), json!({"key": "other"}), json!({"x": 1})] {
        assert!(pair.api.emulator.control("mint_m2m_token", &bad.to_string()).is_err(), "{bad}");
    }
}
