//! Sessions, their tokens, and the tokens of the control door.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod common;

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use common::{Api, NOON, column, id, token_part};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Whether a token is signed by the key in the key set that its `kid` names.
async fn verifies(api: &Api, jwt: &Value) -> bool {
    let keys = api.get("/jwks").await;
    let (signed, signature) = jwt.as_str().unwrap().rsplit_once('.').unwrap();
    let key = &keys["keys"][0];
    assert_eq!((&key["kty"], &key["alg"], &key["use"]), (&json!("RSA"), &json!("RS256"), &json!("sig")));
    assert_eq!(key["kid"], token_part(jwt, 0)["kid"]);
    let bytes = |name: &str| BASE64URL_NOPAD.decode(key[name].as_str().unwrap().as_bytes()).unwrap();
    let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap();
    RsaPublicKeyComponents { n: bytes("n"), e: bytes("e") }
        .verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature)
        .is_ok()
}

#[tokio::test]
async fn sessions_open_list_and_end() {
    let api = Api::start();
    let user = api.user("a@x.de").await;
    let session = api.post("/sessions", json!({"user_id": user})).await;
    let path = format!("/sessions/{}", id(&session));
    assert!(id(&session).starts_with("sess_"));
    assert!(session["client_id"].as_str().unwrap().starts_with("client_"));
    assert_eq!(
        (&session["status"], &session["expire_at"], &session["abandon_at"]),
        (&json!("active"), &json!(NOON + 7 * DAY), &json!(NOON + 30 * DAY))
    );
    assert_eq!(api.get(&path).await, session);
    assert_eq!(api.get(&format!("/users/{user}")).await["last_sign_in_at"], NOON);
    let second = api.post("/sessions", json!({"user_id": user})).await;
    assert_eq!(
        column(&api.get(&format!("/sessions?user_id={user}")).await, "id"),
        [second["id"].clone(), session["id"].clone()]
    );
    let client = session["client_id"].as_str().unwrap();
    assert_eq!(column(&api.get(&format!("/sessions?client_id={client}")).await, "id"), [session["id"].clone()]);
    assert_eq!(api.ok("POST", &format!("{path}/revoke"), None).await["status"], "revoked");
    let page = api.get("/sessions?status=active&paginated=true&limit=1").await;
    assert_eq!((&page["total_count"], column(&page, "id")), (&json!(1), vec![second["id"].clone()]));
    api.emulator.clock().advance(7 * DAY);
    assert_eq!(column(&api.get("/sessions?status=expired").await, "id"), [second["id"].clone()]);
    api.fails_with("GET", "/sessions?status=asleep", None, 422, "form_param_value_invalid:status").await;
    api.fails_with("GET", "/sessions/sess_x", None, 404, "resource_not_found").await;
    api.fails_with("POST", "/sessions/sess_x/revoke", None, 404, "resource_not_found").await;
    api.fails_with("POST", "/sessions", Some(json!({})), 422, "form_param_missing:user_id").await;
    api.fails_with("POST", "/sessions", Some(json!({"user_id": "user_x"})), 404, "resource_not_found").await;
}

#[tokio::test]
async fn tokens_carry_the_session_and_the_organization() {
    let api = Api::start();
    let user = api.user("a@x.de").await;
    api.control("add_role", json!({"key": "org:billing", "name": "Billing", "permissions": ["org:invoices:read", "org:invoices:pay", "org:reports:read", "org:sys_profile:manage"]}));
    let organization = api.organization("Acme", None).await;
    let plain = api.post("/sessions", json!({"user_id": user})).await;
    assert_eq!(plain["last_active_organization_id"], Value::Null);
    api.post(&format!("/organizations/{organization}/memberships"), json!({"user_id": user, "role": "org:billing"}))
        .await;
    let session = api.post("/sessions", json!({"user_id": user})).await;
    assert_eq!(session["last_active_organization_id"], organization, "the one joined last is active next");
    let path = format!("/sessions/{}/tokens", id(&session));
    let token = api.ok("POST", &path, None).await;
    assert_eq!(token["object"], "token");
    let jwt = &token["jwt"];
    assert!(verifies(&api, jwt).await);
    assert_eq!(
        token_part(jwt, 0),
        json!({"alg": "RS256", "cat": "cl_B7d4PD111AAA", "kid": api.emulator.instance_id(), "typ": "JWT"})
    );
    let mut claims = token_part(jwt, 1);
    assert_eq!(claims["jti"].take().as_str().unwrap().len(), 20);
    let iat = NOON / 1000;
    assert_eq!(
        claims,
        json!({
            "v": 2, "jti": null, "sub": user, "sid": id(&session), "iss": api.emulator.url(), "sts": "active", "fva": [0, -1],
            "iat": iat, "nbf": iat - 10, "exp": iat + 60, "fea": "o:invoices,o:reports",
            "o": {"id": organization, "slg": "acme", "rol": "billing", "per": "read,pay", "fpm": "3,1"},
        })
    );
    let longer = api.post(&path, json!({"expires_in_seconds": 600})).await;
    assert_eq!(token_part(&longer["jwt"], 1)["exp"], iat + 600);
    api.fails_with(
        "POST",
        &path,
        Some(json!({"expires_in_seconds": 29})),
        422,
        "form_param_value_invalid:expires_in_seconds",
    )
    .await;
    api.ok("POST", &format!("/sessions/{}/revoke", id(&session)), None).await;
    api.fails_with("POST", &path, None, 401, "authentication_invalid").await;
    api.fails_with("POST", "/sessions/sess_x/tokens", None, 404, "resource_not_found").await;
    let chosen = api.post("/sessions", json!({"user_id": user, "active_organization_id": organization})).await;
    assert_eq!(chosen["last_active_organization_id"], organization);
    api.fails_with(
        "POST",
        "/sessions",
        Some(json!({"user_id": user, "active_organization_id": "org_x"})),
        422,
        "form_resource_not_found:active_organization_id",
    )
    .await;
}

#[tokio::test]
async fn template_tokens() {
    let api = Api::start();
    let user = id(&api
        .post("/users", json!({"email_address": ["a@x.de"], "first_name": "Ann", "public_metadata": {"plan": 3}}))
        .await);
    let session = id(&api.post("/sessions", json!({"user_id": user})).await);
    let path = format!("/sessions/{session}/tokens/hasura");
    api.fails_with("POST", &path, None, 404, "resource_not_found").await;
    api.control("add_jwt_template", json!({"name": "hasura", "claims": {"aud": "x", "mail": "{{user.primary_email_address}}", "plan": "{{user.public_metadata.plan}}", "sub": "other"}, "lifetime_seconds": 300}));
    let jwt = api.post(&path, json!({})).await["jwt"].clone();
    assert!(verifies(&api, &jwt).await);
    assert_eq!(token_part(&jwt, 0)["cat"], "cl_B7d4PD222AAA");
    let claims = token_part(&jwt, 1);
    assert_eq!(
        (&claims["aud"], &claims["mail"], &claims["plan"], &claims["sub"]),
        (&json!("x"), &json!("a@x.de"), &json!(3), &json!(user))
    );
    assert_eq!(claims["exp"], NOON / 1000 + 300);
}

#[tokio::test]
async fn refreshing_gives_a_token_or_cookies() {
    let api = Api::start();
    let user = api.user("a@x.de").await;
    let session = id(&api.post("/sessions", json!({"user_id": user})).await);
    let expired = api.post(&format!("/sessions/{session}/tokens"), json!({})).await["jwt"].clone();
    let refresh_token = api.control("refresh_token", json!({"session_id": session}))["refresh_token"].clone();
    api.emulator.clock().advance(120_000);
    let path = format!("/sessions/{session}/refresh");
    let body = json!({"expired_token": expired, "refresh_token": refresh_token, "request_origin": "https://app.x.de", "request_headers": {"a": ["b"]}});
    let with = |name: &str, value: Value| {
        let mut body = body.clone();
        body[name] = value;
        Some(body)
    };
    let token = api.post(&path, body.clone()).await;
    assert!(verifies(&api, &token["jwt"]).await);
    assert_eq!((&token["object"], &token_part(&token["jwt"], 1)["azp"]), (&json!("token"), &json!("https://app.x.de")));
    let cookies = api.ok("POST", &format!("{path}?suffixed_cookies=true"), with("format", json!("cookie"))).await;
    let list = cookies["cookies"].as_array().unwrap();
    assert_eq!((&cookies["object"], list.len()), (&json!("cookies"), 2));
    assert!(list[0].as_str().unwrap().starts_with("__session=ey"));
    assert!(list[1].as_str().unwrap().starts_with("__session_"));
    api.fails_with("POST", &path, with("expired_token", json!("x.y.z")), 401, "expired_session_token_invalid").await;
    api.fails_with("POST", &path, with("refresh_token", json!("x")), 401, "refresh_token_not_found").await;
    api.fails_with("POST", &path, with("request_origin", json!("x")), 401, "refresh_request_origin_invalid").await;
    api.fails_with("POST", &path, with("format", json!("carrier pigeon")), 422, "form_param_value_invalid:format")
        .await;
    let other = api.emulator.control("mint_session_token", r#"{"session_id": "sess_other"}"#).unwrap();
    let other: Value = serde_json::from_str(&other).unwrap();
    api.fails_with("POST", &path, with("expired_token", other["jwt"].clone()), 401, "refresh_sid_mismatch").await;
    api.ok("POST", &format!("/sessions/{session}/revoke"), None).await;
    api.fails_with("POST", &path, with("format", Value::Null), 401, "session_refresh_inactive_session").await;
}

#[tokio::test]
async fn the_older_verification() {
    let api = Api::start();
    let user = api.user("a@x.de").await;
    let session = id(&api.post("/sessions", json!({"user_id": user})).await);
    let path = format!("/sessions/{session}/verify");
    let token = api.post(&format!("/sessions/{session}/tokens"), json!({})).await["jwt"].clone();
    assert_eq!(id(&api.post(&path, json!({"token": token})).await), session);
    api.fails_with("POST", &path, Some(json!({})), 422, "form_param_missing:token").await;
    api.fails_with("POST", &path, Some(json!({"token": "a.b.c"})), 400, "invalid_session_token").await;
    api.emulator.clock().advance(60_000);
    api.fails_with("POST", &path, Some(json!({"token": token})), 400, "invalid_session_token").await;
}

#[tokio::test]
async fn minted_tokens_need_nobody() {
    let api = Api::start();
    let mint = |options: Value| api.control("mint_session_token", options)["jwt"].clone();
    let claims = |jwt: &Value| token_part(jwt, 1);
    let plain = mint(json!({}));
    assert!(verifies(&api, &plain).await);
    assert!(claims(&plain)["sub"].as_str().unwrap().starts_with("user_"));
    let odd = mint(
        json!({"user_id": "user_1", "session_id": "sess_1", "azp": "https://a.b", "issued_at": 1000, "expires_in_seconds": -5, "claims": {"iat": "soon", "sts": null, "x": {"y": 1}}, "header": {"typ": null, "kid": "ins_x"}}),
    );
    let told = claims(&odd);
    assert_eq!(
        (&told["sub"], &told["sid"], &told["azp"], &told["x"]),
        (&json!("user_1"), &json!("sess_1"), &json!("https://a.b"), &json!({"y": 1}))
    );
    assert_eq!(
        (&told["iat"], &told["exp"], &told["nbf"], told.get("sts")),
        (&json!("soon"), &json!(995), &json!(990), None)
    );
    assert_eq!(token_part(&odd, 0), json!({"alg": "RS256", "cat": "cl_B7d4PD111AAA", "kid": "ins_x"}));
    let one = mint(
        json!({"version": 1, "org": {"id": "org_1", "slug": "acme", "role": "org:admin", "permissions": ["org:a:read"]}}),
    );
    assert_eq!(claims(&one)["org_permissions"], json!(["org:a:read"]));
    assert!(!verifies(&api, &mint(json!({"tampered": true}))).await);
    assert!(!verifies(&api, &mint(json!({"key": "other"}))).await);
    for bad in [json!({"version": 3}), json!({"key": "third"}), json!({"user": "x"})] {
        assert!(api.emulator.control("mint_session_token", &bad.to_string()).is_err(), "{bad}");
    }
    let user = api.user("a@x.de").await;
    let organization = api.organization("Acme", Some(&user)).await;
    let session = id(&api.post("/sessions", json!({"user_id": user})).await);
    let stored = claims(&mint(json!({"session_id": session})));
    assert_eq!(
        (&stored["sub"], &stored["o"]["id"], &stored["o"]["rol"]),
        (&json!(user), &json!(organization), &json!("admin"))
    );
    assert!(stored["o"].get("per").is_none(), "system permissions are not told");
}

#[tokio::test]
async fn sign_in_and_testing_tokens() {
    let api = Api::start();
    let user = api.user("a@x.de").await;
    let token = api.post("/sign_in_tokens", json!({"user_id": user})).await;
    assert!(id(&token).starts_with("sit_"));
    assert_eq!((&token["status"], &token["user_id"]), (&json!("pending"), &json!(user)));
    assert!(token["url"].as_str().unwrap().ends_with(token["token"].as_str().unwrap()));
    let opened = api.control("accept_sign_in_token", json!({"token": token["token"]}));
    assert_eq!(api.get(&format!("/sessions/{}", opened["session_id"].as_str().unwrap())).await["user_id"], user);
    api.fails_with(
        "POST",
        &format!("/sign_in_tokens/{}/revoke", id(&token)),
        None,
        400,
        "sign_in_token_cannot_be_revoked_code",
    )
    .await;
    let second = api.post("/sign_in_tokens", json!({"user_id": user, "expires_in_seconds": 1})).await;
    assert_eq!(api.ok("POST", &format!("/sign_in_tokens/{}/revoke", id(&second)), None).await["status"], "revoked");
    assert!(api.emulator.control("accept_sign_in_token", &json!({"token": second["token"]}).to_string()).is_err());
    api.fails_with(
        "POST",
        "/sign_in_tokens",
        Some(json!({"user_id": user, "expires_in_seconds": 0})),
        422,
        "form_param_value_invalid:expires_in_seconds",
    )
    .await;
    api.fails_with(
        "POST",
        "/sign_in_tokens",
        Some(json!({"user_id": user, "org_id": "org_x"})),
        422,
        "form_resource_not_found:org_id",
    )
    .await;
    api.fails_with("POST", "/sign_in_tokens", Some(json!({"user_id": "user_x"})), 404, "resource_not_found").await;
    api.fails_with("POST", "/sign_in_tokens/sit_x/revoke", None, 404, "resource_not_found").await;
    let testing = api.ok("POST", "/testing_tokens", None).await;
    assert_eq!((&testing["object"], &testing["expires_at"]), (&json!("testing_token"), &json!(NOON / 1000 + 3600)));
    assert!(testing["token"].as_str().unwrap().len() > 40);
}
