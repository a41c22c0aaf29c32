//! JWT templates and the tokens made from them.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod common;

use aws_lc_rs::hmac;
use common::{Api, NOON, column, id, token_part};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde_json::{Value, json};

const IAT: i64 = NOON / 1000;

/// An HS256 signature of the token's first two parts.
fn is_signed_with(jwt: &Value, secret: &str) -> bool {
    let (signed, signature) = jwt.as_str().unwrap().rsplit_once('.').unwrap();
    let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap();
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), signed.as_bytes(), &signature).is_ok()
}

async fn session(api: &Api, user: &str) -> String {
    id(&api.post("/sessions", json!({ "user_id": user })).await)
}

#[tokio::test]
async fn templates_come_change_and_go() {
    let api = Api::start();
    let made = api.post("/jwt_templates", json!({"name": "hasura", "claims": {"aud": "x"}})).await;
    assert_eq!(
        made,
        json!({
            "object": "jwt_template", "id": made["id"], "name": "hasura", "claims": {"aud": "x"}, "lifetime": 60,
            "allowed_clock_skew": 5, "custom_signing_key": false, "signing_algorithm": "RS256",
            "created_at": NOON, "updated_at": NOON,
        })
    );
    api.emulator.clock().advance(1000);
    let other = api.post("/jwt_templates", json!({"name": "grafbase", "claims": {}, "lifetime": 300})).await;
    assert_eq!(column(&api.get("/jwt_templates").await, "name"), ["grafbase", "hasura"]);
    assert_eq!(api.get("/jwt_templates?paginated=true&limit=1").await["total_count"], 2);
    let path = format!("/jwt_templates/{}", id(&made));
    let changed = api.patch(&path, json!({"name": "hasura2", "claims": {"aud": "y"}, "lifetime": 90})).await;
    assert_eq!(
        (&changed["lifetime"], &changed["created_at"], &changed["updated_at"]),
        (&json!(90), &json!(NOON), &json!(NOON + 1000))
    );
    assert_eq!(api.get(&path).await, changed);
    let kept = api.patch(&path, json!({"name": "hasura2", "claims": {}})).await;
    assert_eq!(kept["lifetime"], 90, "what is left out stays");
    assert_eq!(api.delete(&path).await, json!({"object": "jwt_template", "id": made["id"], "deleted": true}));
    for (method, body) in [("GET", None), ("DELETE", None), ("PATCH", Some(json!({"name": "a", "claims": {}})))] {
        api.fails_with(method, &path, body, 404, "resource_not_found").await;
    }
    assert_eq!(column(&api.get("/jwt_templates").await, "id"), [other["id"].clone()]);
}

#[tokio::test]
async fn wrong_templates_are_refused() {
    let api = Api::start();
    api.post("/jwt_templates", json!({"name": "taken", "claims": {}})).await;
    for (body, status, told) in [
        (json!({"claims": {}}), 422, "form_param_missing:name"),
        (json!({"name": "a"}), 422, "form_param_missing:claims"),
        (json!({"name": "a", "claims": "{}"}), 422, "form_param_type_invalid:claims"),
        (json!({"name": "taken", "claims": {}}), 422, "form_identifier_exists:name"),
        (json!({"name": "a", "claims": {"sub": "me"}}), 400, "jwt_template_reserved_claim:claims"),
        (json!({"name": "a", "claims": {}, "lifetime": 29}), 422, "form_param_value_invalid:lifetime"),
        (json!({"name": "a", "claims": {}, "lifetime": 315_360_001}), 422, "form_param_value_too_large:lifetime"),
        (
            json!({"name": "a", "claims": {}, "allowed_clock_skew": 301}),
            422,
            "form_param_value_too_large:allowed_clock_skew",
        ),
        (
            json!({"name": "a", "claims": {}, "custom_signing_key": true, "signing_algorithm": "HS256"}),
            422,
            "form_conditional_param_missing:signing_key",
        ),
        (
            json!({"name": "a", "claims": {}, "custom_signing_key": true, "signing_algorithm": "RS256", "signing_key": "x"}),
            422,
            "form_param_format_invalid:signing_key",
        ),
        (
            json!({"name": "a", "claims": {}, "signing_algorithm": "none"}),
            422,
            "form_param_value_invalid:signing_algorithm",
        ),
    ] {
        api.fails_with("POST", "/jwt_templates", Some(body), status, told).await;
    }
    assert_eq!(api.get("/jwt_templates").await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn shortcodes_name_user_organization_membership_and_session() {
    let api = Api::start();
    let user = json!({
        "email_address": ["a@x.de"], "first_name": "Ann", "public_metadata": {"plan": {"tier": 3}},
        "private_metadata": {"secret": 1}, "unsafe_metadata": {"theme": "dark"},
    });
    let user = id(&api.post("/users", user).await);
    let claims = json!({
        "name": "{{user.first_name}} {{user.last_name}}", "full": "{{user.full_name || 'Nobody'}}",
        "nick": "{{user.public_metadata.nick || user.unsafe_metadata.theme}}", "tier": "{{user.public_metadata.plan.tier}}",
        "age": "{{user.public_metadata.age || 30}}", "verified": "{{user.phone_number_verified || user.email_verified}}",
        "private": "{{user.private_metadata.secret}}", "since": "{{user.created_at}}", "odd": "{{organization.id}}",
        "org": {"id": "{{org.id}}", "role": "{{org.role}}", "team": "{{org_membership.public_metadata.team}}"},
        "actor": "{{session.actor}}",
    });
    api.post("/jwt_templates", json!({"name": "all", "claims": claims, "lifetime": 120, "allowed_clock_skew": 7}))
        .await;
    let lonely = session(&api, &user).await;
    let told = token_part(&api.post(&format!("/sessions/{lonely}/tokens/all"), json!({})).await["jwt"], 1);
    assert_eq!(told["org"], json!({"id": null, "role": null, "team": null}));
    let organization = api.organization("Acme", Some(&user)).await;
    let metadata = json!({"public_metadata": {"team": "blue"}});
    api.patch(&format!("/organizations/{organization}/memberships/{user}/metadata"), metadata).await;
    let session = session(&api, &user).await;
    let mut told = token_part(&api.post(&format!("/sessions/{session}/tokens/all"), json!({})).await["jwt"], 1);
    assert!(told["jti"].take().is_string());
    assert_eq!(
        told,
        json!({
            "name": "Ann null", "full": "Ann", "nick": "dark", "tier": 3, "age": 30, "verified": true, "private": null,
            "since": IAT, "odd": "{{organization.id}}", "actor": null,
            "org": {"id": organization, "role": "org:admin", "team": "blue"},
            "iss": api.emulator.url(), "sub": user, "iat": IAT, "nbf": IAT - 7, "exp": IAT + 120, "jti": null,
        })
    );
}

#[tokio::test]
async fn a_template_may_bring_its_own_key() {
    let api = Api::start();
    let user = api.user("a@x.de").await;
    let session = session(&api, &user).await;
    let secret = "a secret that two sides share";
    let body = json!({"name": "db", "claims": {"role": "x"}, "custom_signing_key": true, "signing_algorithm": "HS256", "signing_key": secret});
    let made = api.post("/jwt_templates", body).await;
    assert_eq!((&made["custom_signing_key"], &made["signing_algorithm"]), (&json!(true), &json!("HS256")));
    assert!(!made.to_string().contains(secret));
    let path = format!("/sessions/{session}/tokens/db");
    let jwt = api.post(&path, json!({})).await["jwt"].clone();
    assert_eq!(token_part(&jwt, 0), json!({"alg": "HS256", "cat": "cl_B7d4PD222AAA", "typ": "JWT"}));
    assert!(is_signed_with(&jwt, secret) && !is_signed_with(&jwt, "another"));
    let template = format!("/jwt_templates/{}", id(&made));
    api.patch(&template, json!({"name": "db", "claims": {"role": "y"}, "custom_signing_key": true})).await;
    let jwt = api.post(&path, json!({})).await["jwt"].clone();
    assert!(is_signed_with(&jwt, secret), "the key stays until another comes");
    assert_eq!(token_part(&jwt, 1)["role"], "y");
    api.patch(&template, json!({"name": "db", "claims": {}, "custom_signing_key": false})).await;
    let jwt = api.post(&path, json!({})).await["jwt"].clone();
    assert_eq!(token_part(&jwt, 0)["kid"], api.emulator.instance_id());
}

#[tokio::test]
async fn keys_of_other_algorithms_sign_too() {
    let api = Api::start();
    let user = api.user("a@x.de").await;
    let session = session(&api, &user).await;
    let random = aws_lc_rs::rand::SystemRandom::new();
    let algorithm = &aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING;
    let der = aws_lc_rs::signature::EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----", BASE64.encode(der.as_ref()));
    let body = json!({"name": "ec", "claims": {}, "custom_signing_key": true, "signing_algorithm": "ES256", "signing_key": pem});
    api.post("/jwt_templates", body).await;
    let jwt = api.post(&format!("/sessions/{session}/tokens/ec"), json!({})).await["jwt"].clone();
    let (signed, signature) = jwt.as_str().unwrap().rsplit_once('.').unwrap();
    let pair = aws_lc_rs::signature::EcdsaKeyPair::from_pkcs8(algorithm, der.as_ref()).unwrap();
    let public = aws_lc_rs::signature::KeyPair::public_key(&pair);
    aws_lc_rs::signature::UnparsedPublicKey::new(&aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED, public.as_ref())
        .verify(signed.as_bytes(), &BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap())
        .unwrap();
}

#[tokio::test]
async fn the_control_door_sets_the_same_templates() {
    let api = Api::start();
    api.control("add_jwt_template", json!({"name": "a", "claims": {"x": 1}, "lifetime_seconds": 300}));
    let first = api.get("/jwt_templates").await[0].clone();
    assert_eq!((&first["name"], &first["lifetime"], &first["claims"]), (&json!("a"), &json!(300), &json!({"x": 1})));
    api.control("add_jwt_template", json!({"name": "a", "claims": {"x": 2}}));
    let list = api.get("/jwt_templates").await;
    assert_eq!((column(&list, "id"), &list[0]["claims"]), (vec![first["id"].clone()], &json!({"x": 2})));
}
