//! What becomes of tokens: refreshed, looked at, revoked, gone with their user.

use super::*;

async fn verify(world: &World, token: &Value) -> u16 {
    let body = json!({"access_token": token});
    world.api.send("POST", "/oauth_applications/access_tokens/verify", Some(body)).await.0
}

#[tokio::test]
async fn claims_go_by_scope() {
    let world = World::new(json!({"consent_screen_enabled": false})).await;
    let tokens = world.tokens("email").await;
    assert!(tokens.get("id_token").is_none(), "openid was not asked for");
    let (_, told) = world.userinfo(&tokens["access_token"]).await;
    assert_eq!(
        told,
        json!({
            "object": "oauth_user_info", "instance_id": world.api.emulator.instance_id(), "user_id": world.user,
            "sub": world.user, "email": "ann@x.de", "email_verified": true,
        })
    );
}

#[tokio::test]
async fn access_tokens_are_those_that_the_api_verifies() {
    let world = World::new(json!({"consent_screen_enabled": false})).await;
    let tokens = world.tokens("email").await;
    let body = json!({"access_token": tokens["access_token"]});
    let told = world.api.post("/oauth_applications/access_tokens/verify", body).await;
    assert_eq!((&told["subject"], &told["scopes"]), (&json!(world.user), &json!(["email"])));
    let path = format!("/oauth_applications/{}/revoke_token", world.application);
    let revoke = world.api.request("POST", &path).json(&json!({"token": tokens["refresh_token"]}));
    assert_eq!(revoke.send().await.unwrap().status(), 204, "either token of the grant");
    assert_eq!(verify(&world, &tokens["access_token"]).await, 404);
    assert_eq!(world.refresh(&tokens["refresh_token"], &[]).await.0, 400);
}

#[tokio::test]
async fn a_refresh_token_gives_a_new_one_and_ends() {
    let world = World::new(json!({"consent_screen_enabled": false})).await;
    let first = world.tokens("openid email").await;
    world.api.emulator.clock().advance(400 * 86_400_000);
    let (status, second) = world.refresh(&first["refresh_token"], &[]).await;
    assert_eq!(status, 200, "it never expires: {second}");
    assert!(second["refresh_token"] != first["refresh_token"] && second["access_token"] != first["access_token"]);
    let (before, after) = (common::token_part(&first["id_token"], 1), common::token_part(&second["id_token"], 1));
    assert_eq!((&before["sub"], &before["auth_time"]), (&after["sub"], &after["auth_time"]));
    let (status, less) = world.refresh(&second["refresh_token"], &[("scope", "email")]).await;
    assert_eq!((status, &less["scope"], less.get("id_token")), (200, &json!("email"), None));
    let more = world.refresh(&less["refresh_token"], &[("scope", "email profile")]).await;
    assert_eq!((more.0, &more.1["error"]), (400, &json!("invalid_scope")));
    assert_eq!(world.refresh(&less["refresh_token"], &[]).await.1["scope"], "openid email", "all that was granted");
}

#[tokio::test]
async fn a_refresh_token_that_comes_twice_ends_the_grant() {
    let world = World::new(json!({"consent_screen_enabled": false})).await;
    let first = world.tokens("openid email").await;
    let (_, second) = world.refresh(&first["refresh_token"], &[]).await;
    assert_eq!(world.refresh(&first["refresh_token"], &[]).await.1["error"], "invalid_grant");
    assert_eq!(world.refresh(&second["refresh_token"], &[]).await.1["error"], "invalid_grant");
    assert_eq!(world.userinfo(&second["access_token"]).await.0, 401);
}

#[tokio::test]
async fn introspection_tells_a_client_of_its_own_tokens() {
    let world = World::new(json!({"consent_screen_enabled": false})).await;
    let tokens = world.tokens("openid email").await;
    let second = NOON / 1000;
    let told = world.introspect(&tokens["access_token"]).await;
    assert_eq!(
        told,
        json!({
            "active": true, "client_id": world.client_id, "sub": world.user, "scope": "openid email", "iat": second,
            "token_type": "Bearer", "iss": world.api.emulator.url(), "jti": told["jti"], "exp": second + 86_400,
        })
    );
    let told = world.introspect(&tokens["refresh_token"]).await;
    assert_eq!((&told["active"], &told["sub"]), (&json!(true), &json!(world.user)));
    let inactive = json!({"active": false});
    assert_eq!(world.introspect(&json!("oat_x")).await, inactive);
    let other = world.api.post("/oauth_applications", json!({"name": "Other"})).await;
    let foreign = world.api.control("mint_oauth_token", json!({"application_id": other["id"], "user_id": world.user}));
    assert_eq!(world.introspect(&foreign["token"]).await, inactive, "another client's");
    let form = [("token", tokens["refresh_token"].as_str().unwrap())];
    let post = || world.client.post(world.url("/oauth/token_info")).form(&form);
    let by_token = post().bearer_auth(tokens["access_token"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(answer(by_token).await.1["active"], true, "by an access token of the same client");
    assert_eq!(answer(post().send().await.unwrap()).await.0, 401, "by nobody");
    let (_, new) = world.refresh(&tokens["refresh_token"], &[]).await;
    assert_eq!(world.introspect(&tokens["refresh_token"]).await, inactive, "used");
    world.api.emulator.clock().advance(86_400_000);
    assert_eq!(world.introspect(&new["access_token"]).await, inactive, "expired");
}

#[tokio::test]
async fn revocation_ends_both_tokens_of_a_grant() {
    for kind in ["access_token", "refresh_token"] {
        let world = World::new(json!({"consent_screen_enabled": false})).await;
        let tokens = world.tokens("openid email").await;
        let other = world.tokens("email").await;
        let (status, _) = world.post("/oauth/token/revoke", &[("token", tokens[kind].as_str().unwrap())]).await;
        assert_eq!(status, 200);
        assert_eq!(world.introspect(&tokens["access_token"]).await["active"], false, "{kind}");
        assert_eq!(world.introspect(&tokens["refresh_token"]).await["active"], false, "{kind}");
        assert_eq!(verify(&world, &tokens["access_token"]).await, 404);
        assert_eq!(world.introspect(&other["access_token"]).await["active"], true, "another grant");
    }
}

#[tokio::test]
async fn revocation_of_what_is_not_there_or_not_ones_own() {
    let world = World::new(json!({})).await;
    assert_eq!(world.post("/oauth/token/revoke", &[("token", "x")]).await.0, 200);
    assert_eq!(world.post("/oauth/token/revoke", &[]).await.1["error"], "invalid_request");
    let other = world.api.post("/oauth_applications", json!({"name": "Other"})).await;
    let foreign = world.api.control("mint_oauth_token", json!({"application_id": other["id"]}));
    let form = [("token", foreign["token"].as_str().unwrap())];
    assert_eq!(world.post("/oauth/token/revoke", &form).await.1["error"], "unauthorized_client");
    assert_eq!(verify(&world, &foreign["token"]).await, 200);
    let nobody = world.client.post(world.url("/oauth/token/revoke")).form(&form).send().await.unwrap();
    assert_eq!(nobody.status(), 401);
}

#[tokio::test]
async fn an_instance_can_have_jwts_as_access_tokens() {
    let world = World::new(json!({"consent_screen_enabled": false})).await;
    let settings = world.api.get("/instance/oauth_application_settings").await;
    assert_eq!(settings["oauth_jwt_access_tokens"], false);
    world.api.patch("/instance/oauth_application_settings", json!({"oauth_jwt_access_tokens": true})).await;
    let tokens = world.tokens("openid email").await;
    assert_eq!(common::token_part(&tokens["access_token"], 0)["typ"], "at+jwt");
    let claims = common::token_part(&tokens["access_token"], 1);
    assert_eq!((&claims["sub"], &claims["client_id"]), (&json!(world.user), &json!(world.client_id)));
    assert_eq!(common::token_part(&tokens["id_token"], 1)["at_hash"], at_hash(&tokens["access_token"]));
    assert_eq!(verify(&world, &tokens["access_token"]).await, 200);
    assert_eq!(world.userinfo(&tokens["access_token"]).await.1["email"], "ann@x.de");
    assert_eq!(world.introspect(&tokens["access_token"]).await["active"], true);
    let form = [("token", tokens["access_token"].as_str().unwrap())];
    assert_eq!(world.post("/oauth/token/revoke", &form).await.1["error"], "unsupported_token_type");
    assert_eq!(world.refresh(&tokens["refresh_token"], &[]).await.0, 200);
}

/// A world whose access tokens are JWTs, the tokens of one grant, and the code that led to them.
async fn with_jwts() -> (World, Value, String) {
    let world = World::new(json!({"consent_screen_enabled": false})).await;
    world.api.patch("/instance/oauth_application_settings", json!({"oauth_jwt_access_tokens": true})).await;
    let code = world.code(&[("scope", "openid email")]).await;
    let (status, tokens) = world.exchange(&code, &[]).await;
    assert_eq!(status, 200, "{tokens}");
    assert_eq!(common::token_part(&tokens["access_token"], 0)["typ"], "at+jwt");
    (world, tokens, code)
}

/// Whether a token opens doors, as userinfo and introspection say alike.
async fn opens(world: &World, token: &Value) -> bool {
    let (status, _) = world.userinfo(token).await;
    let active = world.introspect(token).await["active"] == true;
    assert_eq!(active, status == 200, "{status}");
    active
}

#[tokio::test]
async fn jwts_end_with_their_grant() {
    for way in ["revoked", "revoked by the API", "code used twice", "refresh token used twice"] {
        let (world, first, code) = with_jwts().await;
        let (_, second) = world.refresh(&first["refresh_token"], &[]).await;
        let other = world.tokens("email").await;
        assert!(opens(&world, &first["access_token"]).await && opens(&world, &second["access_token"]).await);
        match way {
            "revoked" => {
                let form = [("token", second["refresh_token"].as_str().unwrap())];
                assert_eq!(world.post("/oauth/token/revoke", &form).await.0, 200);
            }
            "revoked by the API" => {
                let path = format!("/oauth_applications/{}/revoke_token", world.application);
                let revoke = world.api.request("POST", &path).json(&json!({"token": second["refresh_token"]}));
                assert_eq!(revoke.send().await.unwrap().status(), 204);
            }
            "code used twice" => assert_eq!(world.exchange(&code, &[]).await.1["error"], "invalid_grant"),
            _ => assert_eq!(world.refresh(&first["refresh_token"], &[]).await.1["error"], "invalid_grant"),
        }
        assert!(!opens(&world, &first["access_token"]).await, "{way}");
        assert!(!opens(&world, &second["access_token"]).await, "{way}");
        assert!(opens(&world, &other["access_token"]).await, "{way}: another grant");
    }
}

#[tokio::test]
async fn jwts_end_with_their_user() {
    for (method, end) in [("DELETE", ""), ("POST", "/ban")] {
        let (world, tokens, _) = with_jwts().await;
        world.api.ok(method, &format!("/users/{}{end}", world.user), None).await;
        assert!(!opens(&world, &tokens["access_token"]).await, "{method} {end}");
        let other = world.client.post(world.url("/oauth/token_info")).form(&[("token", "x")]);
        let other = other.bearer_auth(tokens["access_token"].as_str().unwrap()).send().await.unwrap();
        assert_eq!(other.status(), 401, "nor does it tell of others");
        if end == "/ban" {
            world.api.ok("POST", &format!("/users/{}/unban", world.user), None).await;
            assert!(!opens(&world, &tokens["access_token"]).await, "the grant stays revoked");
        }
    }
}

#[tokio::test]
async fn a_minted_jwt_ends_with_its_user() {
    let (world, _, _) = with_jwts().await;
    let options = json!({"application_id": world.application, "user_id": world.user, "format": "jwt"});
    let token = world.api.control("mint_oauth_token", options)["token"].clone();
    assert!(opens(&world, &token).await);
    world.api.ok("POST", &format!("/users/{}/ban", world.user), None).await;
    assert!(!opens(&world, &token).await);
}

#[tokio::test]
async fn settings_that_make_no_sense() {
    let world = World::new(json!({})).await;
    let path = "/instance/oauth_application_settings";
    for (body, code) in [
        (json!({"oauth_jwt_access_tokens": "yes"}), "form_param_type_invalid:oauth_jwt_access_tokens"),
        (json!({"default_scopes": "email"}), "form_param_type_invalid:default_scopes"),
        (json!({"default_scopes": ["all"]}), "form_param_value_invalid:default_scopes"),
        (json!({"colour": 1}), "form_param_unknown:colour"),
    ] {
        world.api.fails_with("PATCH", path, Some(body), 422, code).await;
    }
    world.api.patch(path, json!({"default_scopes": ["email"], "oauth_jwt_access_tokens": true})).await;
    let told = world.api.patch(path, json!({"default_scopes": null, "oauth_jwt_access_tokens": null})).await;
    assert_eq!((&told["default_scopes"], &told["oauth_jwt_access_tokens"]), (&Value::Null, &json!(true)));
}

#[tokio::test]
async fn tokens_end_with_their_user_and_their_application() {
    type Path = fn(&World) -> String;
    let ends: [(&str, Path); 3] = [
        ("DELETE", |world| format!("/users/{}", world.user)),
        ("POST", |world| format!("/users/{}/ban", world.user)),
        ("DELETE", |world| format!("/oauth_applications/{}", world.application)),
    ];
    for (method, path) in ends {
        let world = World::new(json!({"consent_screen_enabled": false})).await;
        let tokens = world.tokens("openid email").await;
        let code = world.code(&[]).await;
        world.api.ok(method, &path(&world), None).await;
        assert_eq!(world.userinfo(&tokens["access_token"]).await.0, 401, "{method} {}", path(&world));
        assert_eq!(verify(&world, &tokens["access_token"]).await, 404);
        assert!(world.refresh(&tokens["refresh_token"], &[]).await.1["error"].is_string());
        assert!(world.exchange(&code, &[]).await.1["error"].is_string());
    }
}

#[tokio::test]
async fn apps_in_a_browser_may_call() {
    let world = World::new(json!({"consent_screen_enabled": false})).await;
    for path in ["/oauth/token", "/oauth/userinfo", "/oauth/token/revoke", "/.well-known/openid-configuration"] {
        let options = world.client.request(reqwest::Method::OPTIONS, world.url(path)).send().await.unwrap();
        assert_eq!(options.status(), 204, "{path}");
        assert_eq!(header(options.headers(), "access-control-allow-origin"), "*");
        assert!(header(options.headers(), "access-control-allow-headers").contains("Authorization"));
    }
    let keys = world.client.get(world.url("/.well-known/jwks.json")).send().await.unwrap();
    assert_eq!(header(keys.headers(), "access-control-allow-origin"), "*");
}
