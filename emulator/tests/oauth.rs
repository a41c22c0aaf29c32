//! OAuth applications and the access tokens that users gave them.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod common;

use common::{Api, NOON, column, id, token_part};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

async fn verify(api: &Api, version: &str, body: Value) -> (u16, Value) {
    let url = format!("{}{version}/oauth_applications/access_tokens/verify", api.emulator.url());
    let response = api.client.post(url).bearer_auth(api.emulator.secret_key()).json(&body).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

#[tokio::test]
async fn an_application_from_its_making_to_its_end() {
    let api = Api::start();
    let body = json!({"name": "App", "redirect_uris": ["myapp://back"], "callback_url": "https://a.b/c"});
    let made = api.post("/oauth_applications", body).await;
    let url = api.emulator.url();
    assert_eq!(
        made,
        json!({
            "object": "oauth_application", "id": made["id"], "instance_id": api.emulator.instance_id(), "name": "App",
            "client_id": made["client_id"], "client_secret": made["client_secret"], "client_uri": null,
            "client_image_url": null, "dynamically_registered": false, "consent_screen_enabled": true,
            "pkce_required": false, "public": false, "scopes": "profile email",
            "redirect_uris": ["https://a.b/c", "myapp://back"], "callback_url": "https://a.b/c",
            "authorize_url": format!("{url}/oauth/authorize"), "token_fetch_url": format!("{url}/oauth/token"),
            "user_info_url": format!("{url}/oauth/userinfo"),
            "discovery_url": format!("{url}/.well-known/openid-configuration"),
            "token_introspection_url": format!("{url}/oauth/token_info"), "created_at": NOON, "updated_at": NOON,
        })
    );
    assert_eq!(made["client_secret"].as_str().map(str::len), Some(32));
    let path = format!("/oauth_applications/{}", id(&made));
    assert!(api.get(&path).await.get("client_secret").is_none());
    api.emulator.clock().advance(5);
    let change = json!({"name": "Other", "scopes": "email  openid", "public": null, "pkce_required": true});
    let changed = api.patch(&path, change).await;
    assert_eq!(
        (&changed["name"], &changed["scopes"], &changed["public"], &changed["pkce_required"], &changed["updated_at"]),
        (&json!("Other"), &json!("email openid"), &json!(false), &json!(true), &json!(NOON + 5))
    );
    let rotated = api.ok("POST", &format!("{path}/rotate_secret"), None).await;
    assert!(rotated["client_secret"].is_string() && rotated["client_secret"] != made["client_secret"]);
    let public = api.post("/oauth_applications", json!({"name": "Public", "public": true})).await;
    assert_eq!(public["client_secret"], "");
    assert_eq!(api.delete(&path).await, json!({"object": "oauth_application", "id": made["id"], "deleted": true}));
    for (method, path) in [
        ("GET", path.clone()),
        ("PATCH", path.clone()),
        ("DELETE", path.clone()),
        ("POST", format!("{path}/rotate_secret")),
    ] {
        api.fails_with(method, &path, None, 404, "resource_not_found").await;
    }
}

#[tokio::test]
async fn bad_applications() {
    let api = Api::start();
    for (body, code) in [
        (json!({}), "form_param_missing:name"),
        (json!({"name": "x".repeat(257)}), "form_param_max_length_exceeded:name"),
        (json!({"name": "x", "redirect_uris": ["nowhere"]}), "form_param_format_invalid:redirect_uris"),
        (json!({"name": "x", "scopes": "email everything"}), "form_param_value_invalid:scopes"),
        (json!({"name": "x", "public": "yes"}), "form_param_type_invalid:public"),
    ] {
        api.fails_with("POST", "/oauth_applications", Some(body), 422, code).await;
    }
    let path = format!("/oauth_applications/{}", id(&api.post("/oauth_applications", json!({"name": "x"})).await));
    api.fails_with("PATCH", &path, Some(json!({"colour": "red"})), 422, "form_param_unknown:colour").await;
}

#[tokio::test]
async fn listings_and_logos() {
    let api = Api::start();
    let first = api.post("/oauth_applications", json!({"name": "b app"})).await;
    let second = id(&api.post("/oauth_applications", json!({"name": "A APP"})).await);
    let ids = async |query: &str| column(&api.get(&format!("/oauth_applications{query}")).await, "id");
    assert_eq!(ids("").await, [&*id(&first), &*second], "oldest first");
    assert_eq!(ids("?order_by=-created_at&limit=1").await, [&*second]);
    assert_eq!(ids("?order_by=name&name_query=app").await, [&*second, &*id(&first)]);
    assert_eq!(ids(&format!("?name_query={}", first["client_id"].as_str().unwrap())).await, [&*id(&first)]);
    let path = format!("/oauth_applications/{}/logo", id(&first));
    let file = |bytes: &'static [u8]| Form::new().part("file", Part::bytes(bytes).file_name("a.png"));
    let request = api.request("PUT", &path).multipart(file(b"\x89PNG1234"));
    let told: Value = request.send().await.unwrap().json().await.unwrap();
    let image = api.client.get(told["client_image_url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(image.bytes().await.unwrap().as_ref(), b"\x89PNG1234");
    let bad = api.request("PUT", &path).multipart(file(b"text")).send().await.unwrap();
    assert_eq!(bad.status(), 400);
    let nobody = api.request("PUT", "/oauth_applications/x/logo").multipart(file(b"\x89PNG1234")).send().await.unwrap();
    assert_eq!(nobody.status(), 404);
}

#[tokio::test]
async fn opaque_tokens() {
    let api = Api::start();
    let user = api.user("a@x.de").await;
    let application = api.post("/oauth_applications", json!({"name": "App", "scopes": "email"})).await;
    let options = json!({"application_id": application["id"], "user_id": user, "expires_in_seconds": 60});
    let made = api.control("mint_oauth_token", options.clone());
    assert!(made["token"].as_str().unwrap().starts_with("oat_") && id(&made).len() == 36, "{made}");
    for (version, name) in [("", "access_token"), ("/v1", "access_token"), ("/v1", "secret")] {
        let (status, told) = verify(&api, version, json!({name: made["token"]})).await;
        assert_eq!(status, 200);
        assert_eq!(
            told,
            json!({
                "object": "clerk_idp_oauth_access_token", "id": made["id"], "client_id": application["client_id"],
                "subject": user, "scopes": ["email"], "revoked": false, "revocation_reason": null, "expired": false,
                "expiration": NOON + 60_000, "created_at": NOON, "updated_at": NOON,
            })
        );
    }
    let revoke = format!("/oauth_applications/{}/revoke_token", id(&application));
    let body = json!({"token": made["token"]});
    let response = api.request("POST", &revoke).json(&body).send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.bytes().await.unwrap().len()), (204, 0));
    assert_eq!(verify(&api, "", json!({"access_token": made["token"]})).await.0, 404, "revoked");
    let second = api.control("mint_oauth_token", options);
    api.emulator.clock().advance(60_000);
    assert_eq!(verify(&api, "", json!({"access_token": second["token"]})).await.0, 404, "expired");
    api.fails_with("POST", &revoke, Some(json!({"token": "oat_x"})), 404, "resource_not_found").await;
    api.fails_with("POST", &revoke, Some(json!({})), 422, "form_param_missing:token").await;
    assert_eq!(verify(&api, "", json!({})).await.0, 400);
    assert_eq!(verify(&api, "", json!({"access_token": "oat_x"})).await.0, 404);
}

#[tokio::test]
async fn tokens_end_with_their_application() {
    let api = Api::start();
    let application = id(&api.post("/oauth_applications", json!({"name": "App"})).await);
    let made = api.control("mint_oauth_token", json!({"application_id": application}));
    api.delete(&format!("/oauth_applications/{application}")).await;
    assert_eq!(verify(&api, "", json!({"access_token": made["token"]})).await.0, 404);
    assert!(api.emulator.control("mint_oauth_token", &json!({"application_id": application}).to_string()).is_err());
}

#[tokio::test]
async fn jwts() {
    let api = Api::start();
    let made = api.control(
        "mint_oauth_token",
        json!({"format": "jwt", "client_id": "c1", "user_id": "user_1", "scopes": ["a", "b"], "claims": {"aud": "x"}}),
    );
    let (second, kid) = (NOON / 1000, api.emulator.instance_id());
    assert_eq!(token_part(&made["token"], 0), json!({"alg": "RS256", "typ": "at+jwt", "kid": kid}));
    assert_eq!(
        token_part(&made["token"], 1),
        json!({
            "iss": api.emulator.url(), "sub": "user_1", "client_id": "c1", "jti": made["id"], "scp": ["a", "b"],
            "scope": "a b", "aud": "x", "iat": second, "nbf": second - 10, "exp": second + 86_400,
        })
    );
    let (status, told) = verify(&api, "", json!({"access_token": made["token"]})).await;
    assert_eq!((status, &told["id"], &told["scopes"]), (200, &made["id"], &json!(["a", "b"])));
    let tampered = api.control("mint_oauth_token", json!({"format": "jwt", "tampered": true}));
    assert_eq!(verify(&api, "", json!({"access_token": tampered["token"]})).await.0, 404);
    let session = api.control("mint_session_token", json!({"claims": {"client_id": "c", "scope": "a"}}));
    assert_eq!(verify(&api, "", json!({"access_token": session["jwt"]})).await.0, 404, "another kind of token");
    api.emulator.clock().advance(86_400_000);
    assert_eq!(verify(&api, "", json!({"access_token": made["token"]})).await, (200, json!({"active": false})));
    for bad in [json!({"claims": {"a": 1}}), json!({"tampered": true}), json!({"x": 1})] {
        assert!(api.emulator.control("mint_oauth_token", &bad.to_string()).is_err(), "{bad}");
    }
}
