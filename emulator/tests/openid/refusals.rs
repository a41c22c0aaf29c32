//! Requests that are refused: to the user while nobody else is known, to the application after that.

use super::*;

#[tokio::test]
async fn without_client_and_address_the_user_is_told() {
    let world = World::new(json!({"redirect_uris": [BACK, "https://a.b/c"]})).await;
    for (changes, status, code) in [
        (("client_id", ""), 400, "invalid_request"),
        (("client_id", "nobody"), 401, "invalid_client"),
        (("redirect_uri", ""), 400, "invalid_request"),
        (("redirect_uri", "http://localhost:3000/back/"), 400, "invalid_request"),
        (("redirect_uri", "http://localhost:3000/back?x"), 400, "invalid_request"),
        (("redirect_uri", "http://evil.test/"), 400, "invalid_request"),
    ] {
        let response = world.authorize(&[changes]).await;
        assert_eq!(response.status(), status, "{changes:?}");
        assert!(header(response.headers(), "content-type").starts_with("text/html"));
        assert_eq!(header(response.headers(), "location"), "", "never sent on");
        assert!(response.text().await.unwrap().contains(code), "{changes:?}");
    }
    let twice = [("client_id", world.client_id.as_str()), ("client_id", "x"), ("redirect_uri", BACK)];
    let response = world.client.get(world.url("/oauth/authorize")).query(&twice).send().await.unwrap();
    assert_eq!(response.status(), 400);
    let json = world.client.post(world.url("/oauth/authorize")).json(&json!({})).send().await.unwrap();
    assert_eq!(json.status(), 400);
}

#[tokio::test]
async fn an_address_with_a_fragment_is_no_address() {
    let world = World::new(json!({"redirect_uris": ["http://a.b/#c"]})).await;
    assert_eq!(world.authorize(&[("redirect_uri", "http://a.b/#c")]).await.status(), 400);
}

#[tokio::test]
async fn everything_else_the_application_is_told() {
    let world = World::new(json!({"consent_screen_enabled": false})).await;
    let plain: &[(&str, &str)] = &[("code_challenge", VERIFIER), ("code_challenge_method", "plain")];
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[("response_type", "")], "invalid_request"),
        (&[("response_type", "token")], "unsupported_response_type"),
        (&[("response_type", "code id_token")], "unsupported_response_type"),
        (&[("response_mode", "fragment")], "invalid_request"),
        (&[("scope", "openid offline_access")], "invalid_scope"),
        (&[("prompt", "none login")], "invalid_request"),
        (&[("prompt", "create")], "invalid_request"),
        (&[("max_age", "-1")], "invalid_request"),
        (&[("max_age", "soon")], "invalid_request"),
        (&[("id_token_hint", "a.b.c")], "invalid_request"),
        (&[("request", "x")], "request_not_supported"),
        (&[("request_uri", "https://a.b")], "request_uri_not_supported"),
        (&[("registration", "{}")], "registration_not_supported"),
        (plain, "invalid_request"),
        (&[("code_challenge", CHALLENGE)], "invalid_request"),
        (&[("code_challenge_method", "S256")], "invalid_request"),
        (&[("code_challenge", "short"), ("code_challenge_method", "S256")], "invalid_request"),
    ];
    for (changes, code) in cases {
        let told = world.told(&world.authorize(changes).await);
        assert_eq!((told["error"].as_str(), told["state"].as_str()), (*code, "s 1&"), "{changes:?}");
        assert!(!told["error_description"].is_empty() && !told.contains_key("code"), "{changes:?}");
    }
}

#[tokio::test]
async fn without_pkce_some_clients_are_refused() {
    for application in [json!({"public": true}), json!({"pkce_required": true})] {
        let world = World::new(application).await;
        assert_eq!(world.told(&world.authorize(&[]).await)["error"], "invalid_request");
    }
}

#[tokio::test]
async fn nobody_signs_in_silently_who_is_not_signed_in() {
    let mut world = World::new(json!({"consent_screen_enabled": false})).await;
    let browser = std::mem::replace(&mut world.browser, "dvb_unknown".to_owned());
    assert_eq!(world.told(&world.authorize(&[("prompt", "none")]).await)["error"], "login_required");
    world.browser = browser;
    world.api.ok("POST", &format!("/sessions/{}/revoke", world.session), None).await;
    assert_eq!(world.told(&world.authorize(&[("prompt", "none")]).await)["error"], "login_required", "revoked");
}

#[tokio::test]
async fn a_code_is_for_one_client_one_address_and_ten_minutes() {
    let world = World::new(json!({"consent_screen_enabled": false})).await;
    let refused = async |code: &str, form: &[(&str, &str)]| {
        let mut all = vec![("grant_type", "authorization_code"), ("code", code)];
        all.extend_from_slice(form);
        let (status, told) = world.post("/oauth/token", &all).await;
        assert_eq!((status, &told["error"]), (400, &json!("invalid_grant")), "{told}");
    };
    let code = world.code(&[]).await;
    refused("nothing", &[("redirect_uri", BACK)]).await;
    refused(&code, &[("redirect_uri", "http://localhost:3000/other")]).await;
    refused(&code, &[]).await;
    refused(&code, &[("redirect_uri", BACK), ("code_verifier", VERIFIER)]).await;
    let other = world.api.post("/oauth_applications", json!({"name": "Other", "public": true})).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", BACK),
        ("client_id", other["client_id"].as_str().unwrap()),
    ];
    let response = world.client.post(world.url("/oauth/token")).form(&form).send().await.unwrap();
    assert_eq!(answer(response).await.1["error"], "invalid_grant", "another client's");
    world.api.emulator.clock().advance(10 * 60 * 1000 - 1);
    assert_eq!(world.exchange(&code, &[]).await.0, 200, "none of that used it up");
    let late = world.code(&[]).await;
    world.api.emulator.clock().advance(10 * 60 * 1000);
    refused(&late, &[("redirect_uri", BACK)]).await;
}

#[tokio::test]
async fn a_code_that_comes_twice_ends_what_it_gave() {
    let world = World::new(json!({"consent_screen_enabled": false})).await;
    let code = world.code(&[]).await;
    let (_, tokens) = world.exchange(&code, &[]).await;
    assert_eq!(world.userinfo(&tokens["access_token"]).await.0, 200);
    let (status, told) = world.exchange(&code, &[]).await;
    assert_eq!((status, &told["error"]), (400, &json!("invalid_grant")));
    assert_eq!(world.userinfo(&tokens["access_token"]).await.0, 401);
    assert_eq!(world.refresh(&tokens["refresh_token"], &[]).await.1["error"], "invalid_grant");
}

#[tokio::test]
async fn clients_must_show_their_secret_in_one_way() {
    let world = World::new(json!({"consent_screen_enabled": false})).await;
    let code = world.code(&[]).await;
    let form = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", BACK)];
    let url = world.url("/oauth/token");
    let with = |more: &[(&'static str, &str)]| {
        let mut all: Vec<(&str, String)> = form.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        all.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        world.client.post(&url).form(&all)
    };
    let client_id = world.client_id.as_str();
    for (request, status, code) in [
        (with(&[]), 401, "invalid_client"),
        (with(&[("client_id", client_id)]), 401, "invalid_client"),
        (with(&[("client_id", client_id), ("client_secret", "wrong")]), 401, "invalid_client"),
        (with(&[("client_id", "x"), ("client_secret", &world.secret)]), 401, "invalid_client"),
        (with(&[]).basic_auth(client_id, Some("wrong")), 401, "invalid_client"),
        (with(&[]).bearer_auth(&world.secret), 401, "invalid_client"),
        (with(&[("client_secret", &world.secret)]).basic_auth(client_id, Some(&world.secret)), 400, "invalid_request"),
        (with(&[("client_id", "x")]).basic_auth(client_id, Some(&world.secret)), 400, "invalid_request"),
        (with(&[("code", "twice")]).basic_auth(client_id, Some(&world.secret)), 400, "invalid_request"),
    ] {
        let response = request.send().await.unwrap();
        assert_eq!(header(response.headers(), "www-authenticate").starts_with("Basic"), status == 401);
        assert_eq!(header(response.headers(), "cache-control"), "no-store");
        let (told, body) = answer(response).await;
        assert_eq!((told, body["error"].as_str().unwrap()), (status, code), "{body}");
    }
    let right = with(&[("client_id", client_id), ("client_secret", &world.secret)]).send().await.unwrap();
    assert_eq!(right.status(), 200, "in the body");
}

#[tokio::test]
async fn the_token_endpoint_takes_forms_of_two_kinds() {
    let world = World::new(json!({})).await;
    for (form, code) in [
        (vec![], "invalid_request"),
        (vec![("grant_type", "password")], "unsupported_grant_type"),
        (vec![("grant_type", "authorization_code")], "invalid_request"),
        (vec![("grant_type", "refresh_token")], "invalid_request"),
        (vec![("grant_type", "refresh_token"), ("refresh_token", "x")], "invalid_grant"),
    ] {
        let (status, told) = world.post("/oauth/token", &form).await;
        assert_eq!((status, told["error"].as_str().unwrap()), (400, code), "{form:?}");
    }
    let json = world.client.post(world.url("/oauth/token")).json(&json!({"grant_type": "x"})).send().await.unwrap();
    assert_eq!(json.status(), 400);
    let get = world.client.get(world.url("/oauth/token")).send().await.unwrap();
    assert_eq!(get.status(), 405);
}

#[tokio::test]
async fn userinfo_needs_a_token_that_holds() {
    let world = World::new(json!({"consent_screen_enabled": false})).await;
    let none = world.client.get(world.url("/oauth/userinfo")).send().await.unwrap();
    assert_eq!((none.status().as_u16(), header(none.headers(), "www-authenticate")), (401, "Bearer"));
    let wrong = world.client.get(world.url("/oauth/userinfo")).bearer_auth("oat_x").send().await.unwrap();
    assert_eq!(wrong.status(), 401);
    assert!(header(wrong.headers(), "www-authenticate").contains("error=\"invalid_token\""));
    let tokens = world.tokens("openid").await;
    let text = tokens["access_token"].as_str().unwrap();
    let post = world.client.post(world.url("/oauth/userinfo"));
    let by_form = post.try_clone().unwrap().form(&[("access_token", text)]).send().await.unwrap();
    assert_eq!(answer(by_form).await.1["sub"], world.user.as_str());
    let bare = post.try_clone().unwrap().bearer_auth(text).send().await.unwrap();
    assert_eq!(bare.status(), 200);
    let both = post.form(&[("access_token", text)]).bearer_auth(text).send().await.unwrap();
    assert_eq!(both.status(), 400);
    assert_eq!(world.userinfo(&tokens["id_token"]).await.0, 401, "another kind of token");
    world.api.emulator.clock().advance(86_400_000);
    assert_eq!(world.userinfo(&tokens["access_token"]).await.0, 401, "expired");
}
