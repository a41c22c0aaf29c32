//! The way of the browser: sign-in, consent, and back.

use super::*;

#[tokio::test]
async fn an_application_is_led_by_what_discovery_says() {
    let world = World::new(json!({})).await;
    let url = world.api.emulator.url();
    for path in ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"] {
        let response = world.client.get(world.url(path)).send().await.unwrap();
        assert_eq!(header(response.headers(), "access-control-allow-origin"), "*");
        let told: Value = response.json().await.unwrap();
        assert_eq!(told["issuer"], url);
        let application = world.api.get(&format!("/oauth_applications/{}", world.application)).await;
        for (name, of_application) in [
            ("authorization_endpoint", "authorize_url"),
            ("token_endpoint", "token_fetch_url"),
            ("userinfo_endpoint", "user_info_url"),
            ("introspection_endpoint", "token_introspection_url"),
        ] {
            assert_eq!(told[name], application[of_application], "{name}");
        }
        assert_eq!(application["discovery_url"], format!("{url}/.well-known/openid-configuration"));
        assert_eq!(told["code_challenge_methods_supported"], json!(["S256"]));
        let keys: Value =
            world.client.get(told["jwks_uri"].as_str().unwrap()).send().await.unwrap().json().await.unwrap();
        assert_eq!(keys["keys"][0]["kid"], world.api.emulator.instance_id());
    }
}

#[tokio::test]
async fn a_confidential_client_from_request_to_claims() {
    let world = World::new(json!({})).await;
    let scope = "openid profile email public_metadata private_metadata";
    let response = world.authorize(&[("scope", scope), ("nonce", "n1")]).await;
    assert_eq!(response.status(), 200);
    let page = response.text().await.unwrap();
    assert!(page.contains("App &lt;1&gt;") && !page.contains("App <1>"), "escaped");
    assert!(page.contains("ann@x.de"));
    for scope in scope.split(' ') {
        assert!(page.contains(&format!("data-scope=\"{scope}\"")), "{scope}");
    }
    let told = world.told(&world.decide(&page, "allow").await);
    assert_eq!(told["state"], "s 1&");
    let (status, tokens) = world.exchange(&told["code"], &[]).await;
    assert_eq!(status, 200, "{tokens}");
    assert_eq!(
        (&tokens["token_type"], &tokens["expires_in"], &tokens["scope"]),
        (&json!("Bearer"), &json!(86_400), &json!(scope))
    );
    assert!(tokens["access_token"].as_str().unwrap().starts_with("oat_"));

    let header = common::token_part(&tokens["id_token"], 0);
    assert_eq!(header, json!({"alg": "RS256", "kid": world.api.emulator.instance_id(), "typ": "JWT"}));
    let claims = common::token_part(&tokens["id_token"], 1);
    let second = NOON / 1000;
    let picture = claims["picture"].clone();
    assert!(picture.as_str().unwrap().starts_with("https://"));
    let user = json!({
        "name": "Ann Lee", "given_name": "Ann", "family_name": "Lee", "preferred_username": "annlee", "picture": picture,
        "email": "ann@x.de", "email_verified": true, "public_metadata": {"plan": "pro"}, "unsafe_metadata": {},
        "private_metadata": {"note": 1}, "sub": world.user,
    });
    let mut expected = user.clone();
    for (name, value) in [
        ("iss", json!(world.api.emulator.url())),
        ("aud", json!(world.client_id)),
        ("nonce", json!("n1")),
        ("iat", json!(second)),
        ("exp", json!(second + 86_400)),
        ("auth_time", json!(second)),
        ("at_hash", json!(at_hash(&tokens["access_token"]))),
        ("jti", claims["jti"].clone()),
    ] {
        expected[name] = value;
    }
    assert_eq!(claims, expected, "and no sid: it is no session token");

    let mut expected = user;
    expected["object"] = json!("oauth_user_info");
    expected["instance_id"] = json!(world.api.emulator.instance_id());
    expected["user_id"] = json!(world.user);
    expected["username"] = json!("annlee");
    assert_eq!(world.userinfo(&tokens["access_token"]).await, (200, expected));
}

#[tokio::test]
async fn a_public_client_proves_itself_with_its_verifier() {
    let world = World::new(json!({"public": true})).await;
    assert_eq!(world.secret, "");
    let code = world.code(&[("code_challenge", CHALLENGE), ("code_challenge_method", "S256")]).await;
    let client = ("client_id", world.client_id.as_str());
    let (status, told) = world.exchange(&code, &[client, ("code_verifier", &VERIFIER.replace('d', "e"))]).await;
    assert_eq!((status, &told["error"]), (400, &json!("invalid_grant")));
    let (status, tokens) = world.exchange(&code, &[client, ("code_verifier", VERIFIER)]).await;
    assert_eq!(status, 200, "{tokens}");
    let (status, told) = world.refresh(&tokens["refresh_token"], &[client]).await;
    assert_eq!(status, 200, "{told}");
    assert_eq!(world.userinfo(&told["access_token"]).await.1["email"], "ann@x.de");
}

#[tokio::test]
async fn who_is_not_signed_in_signs_in_first() {
    let mut world = World::new(json!({"consent_screen_enabled": false})).await;
    let browser = std::mem::take(&mut world.browser);
    let response = world.authorize(&[]).await;
    assert_eq!(response.status(), 303);
    let sign_in = location(&response);
    assert_eq!((sign_in.host_str(), sign_in.path()), (Some("page.test"), "/sign-in"), "on the same origin");
    let (name, back) = sign_in.query_pairs().next().unwrap();
    assert_eq!(name, "redirect_url");
    assert!(back.starts_with(&world.url("/oauth/authorize?")), "{back}");
    let back = world.client.get(back.as_ref()).header(COOKIE, format!("__client={browser}"));
    let told = world.told(&back.send().await.unwrap());
    assert_eq!(told["state"], "s 1&");
    assert_eq!(world.exchange(&told["code"], &[]).await.0, 200);
}

#[tokio::test]
async fn prompt_login_takes_another_session() {
    let world = World::new(json!({"consent_screen_enabled": false})).await;
    let response = world.authorize(&[("prompt", "login")]).await;
    let sign_in = location(&response);
    assert_eq!(sign_in.path(), "/sign-in");
    let page = world.visit(&world.url(&format!("/sign-in?{}", sign_in.query().unwrap()))).await;
    assert_eq!(page.status(), 200, "it does not lead back at once");
    let back = sign_in.query_pairs().next().unwrap().1.into_owned();
    let come_back = async || world.visit(&back).await;
    assert_eq!(location(&come_back().await).path(), "/sign-in", "the same session is not enough");
    world.api.control("browser_sign_in", json!({"user_id": world.user, "browser": world.browser}));
    assert!(world.told(&come_back().await).contains_key("code"));
}

#[tokio::test]
async fn a_max_age_of_nothing_takes_another_session_too() {
    let world = World::new(json!({"consent_screen_enabled": false})).await;
    let sign_in = location(&world.authorize(&[("max_age", "0")]).await);
    assert_eq!(sign_in.path(), "/sign-in", "also while the clock stands");
    let back = sign_in.query_pairs().next().unwrap().1.into_owned();
    let come_back = async || world.visit(&back).await;
    assert_eq!(location(&come_back().await).path(), "/sign-in", "the same session is not enough");
    world.api.control("browser_sign_in", json!({"user_id": world.user, "browser": world.browser}));
    world.api.emulator.clock().advance(1);
    assert!(world.told(&come_back().await).contains_key("code"), "it ends, though time passes");
    let silent = world.told(&world.authorize(&[("max_age", "0"), ("prompt", "none")]).await);
    assert_eq!(silent["error"], "login_required");
}

#[tokio::test]
async fn no_parameter_takes_the_place_of_signing_in_anew() {
    let world = World::new(json!({"consent_screen_enabled": false})).await;
    for prior in ["x", "none", &world.session] {
        let response = world.authorize(&[("prompt", "login"), ("prior_session", prior)]).await;
        assert_eq!(location(&response).path(), "/sign-in", "{prior}");
    }
}

#[tokio::test]
async fn signing_in_anew_is_for_one_request_and_once() {
    let world = World::new(json!({})).await;
    let login = ("prompt", "login");
    let ask = async |state: &str| world.authorize(&[login, ("state", state)]).await;
    assert_eq!(location(&ask("1").await).path(), "/sign-in");
    world.api.control("browser_sign_in", json!({"user_id": world.user, "browser": world.browser}));
    assert_eq!(location(&ask("2").await).path(), "/sign-in", "another request");
    world.api.control("browser_sign_in", json!({"user_id": world.user, "browser": world.browser}));
    for decision in ["deny", "allow"] {
        assert_eq!(ask("2").await.status(), 200);
        let page = ask("2").await;
        assert_eq!(page.status(), 200, "the page can be loaded again");
        world.decide(&page.text().await.unwrap(), decision).await;
        assert_eq!(location(&ask("2").await).path(), "/sign-in", "{decision} ended it");
        world.api.control("browser_sign_in", json!({"user_id": world.user, "browser": world.browser}));
    }
    assert!(world.told(&ask("2").await).contains_key("code"), "agreed before");
    assert_eq!(location(&ask("2").await).path(), "/sign-in");
}

#[tokio::test]
async fn who_was_locked_since_stays_signed_in() {
    let world = World::new(json!({})).await;
    world.api.ok("POST", &format!("/users/{}/lock", world.user), None).await;
    let code = world.code(&[]).await;
    assert_eq!(world.exchange(&code, &[]).await.0, 200);
}

#[tokio::test]
async fn max_age_and_hints_are_about_the_session() {
    let world = World::new(json!({"consent_screen_enabled": false})).await;
    world.api.emulator.clock().advance(60_000);
    let place = async |changes: &[(&str, &str)]| location(&world.authorize(changes).await).path().to_owned();
    assert_eq!(place(&[("max_age", "60")]).await, "/back");
    assert_eq!(place(&[("max_age", "59")]).await, "/sign-in");
    let hint = world.tokens("openid").await["id_token"].as_str().unwrap().to_owned();
    assert_eq!(place(&[("id_token_hint", &hint)]).await, "/back");
    let other = world.api.user("bob@x.de").await;
    world.api.control("browser_sign_in", json!({"user_id": other, "browser": world.browser}));
    assert_eq!(place(&[("id_token_hint", &hint)]).await, "/sign-in");
    let none = world.told(&world.authorize(&[("id_token_hint", &hint), ("prompt", "none")]).await);
    assert_eq!(none["error"], "login_required");
}

#[tokio::test]
async fn consent_is_asked_once_for_each_scope() {
    let world = World::new(json!({})).await;
    let silent = world.told(&world.authorize(&[("prompt", "none")]).await);
    assert_eq!(silent["error"], "consent_required");
    world.code(&[]).await;
    assert!(world.told(&world.authorize(&[("prompt", "none")]).await).contains_key("code"), "agreed before");
    assert!(world.told(&world.authorize(&[("scope", "email")]).await).contains_key("code"), "less than before");
    assert_eq!(world.authorize(&[("scope", "openid profile")]).await.status(), 200, "more than before");
    assert_eq!(world.authorize(&[("prompt", "consent")]).await.status(), 200, "asked for");
}

#[tokio::test]
async fn whoever_denies_is_believed() {
    let world = World::new(json!({})).await;
    let page = world.authorize(&[]).await.text().await.unwrap();
    let told = world.told(&world.decide(&page, "deny").await);
    assert_eq!((told["error"].as_str(), told["state"].as_str()), ("access_denied", "s 1&"));
    assert_eq!(world.authorize(&[]).await.status(), 200, "nothing was agreed");
}

#[tokio::test]
async fn the_consent_page_cannot_be_framed_or_forged() {
    let world = World::new(json!({})).await;
    let response = world.authorize(&[]).await;
    let headers = response.headers().clone();
    let policy = header(&headers, "content-security-policy");
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("default-src 'none'"), "{policy}");
    assert_eq!(header(&headers, "x-frame-options"), "DENY");
    assert_eq!(header(&headers, "cache-control"), "no-store");
    let page = response.text().await.unwrap();
    let url = world.api.emulator.url().to_owned();
    let other = world.api.control("browser_sign_in", json!({"user_id": world.user}));
    let other = other["browser"].as_str().unwrap();
    assert_eq!(world.decide_as(&page, "allow", other, &url).await.status(), 403, "another browser");
    assert_eq!(world.decide_as(&page, "allow", &world.browser, "http://evil.test").await.status(), 403);
    assert_eq!(world.decide_as(&page, "allow", &world.browser, "null").await.status(), 403);
    let forged = page.replace(&field(&page, "form_token"), "AAAA");
    assert_eq!(world.decide(&forged, "allow").await.status(), 403, "another token");
    world.api.control("browser_sign_in", json!({"user_id": world.user, "browser": world.browser}));
    assert_eq!(world.decide(&page, "allow").await.status(), 403, "another session");
}

#[tokio::test]
async fn requests_and_answers_can_go_by_form() {
    let world = World::new(json!({"consent_screen_enabled": false})).await;
    let request = world.client.post(world.url("/oauth/authorize"));
    let request = request.form(&world.request(&[("response_mode", "form_post")]));
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 303, "with GET it comes with its cookie");
    let again = world.url(header(response.headers(), "location"));
    let again = world.client.get(again).header(COOKIE, format!("__client={}", world.browser));
    let response = again.send().await.unwrap();
    assert_eq!(response.status(), 200);
    let policy = header(response.headers(), "content-security-policy").to_owned();
    assert!(policy.contains("script-src 'sha256-"), "{policy}");
    let page = response.text().await.unwrap();
    assert!(page.contains(&format!("action=\"{BACK}\"")), "{page}");
    assert_eq!(field(&page, "state"), "s 1&");
    assert_eq!(world.exchange(&field(&page, "code"), &[]).await.0, 200);
}

#[tokio::test]
async fn whoever_names_no_scope_gets_the_default_ones() {
    let world = World::new(json!({"scopes": "openid email profile"})).await;
    let scope = async || {
        let code = world.code(&[("scope", "")]).await;
        world.exchange(&code, &[]).await.1["scope"].clone()
    };
    assert_eq!(scope().await, "openid email profile", "all of the application's");
    let settings = json!({"default_scopes": ["email", "private_metadata"]});
    let told = world.api.patch("/instance/oauth_application_settings", settings).await;
    assert_eq!(told["default_scopes"], json!(["email", "private_metadata"]));
    assert_eq!(scope().await, "email", "those of the instance, as far as they are the application's");
}

#[tokio::test]
async fn an_only_address_need_not_be_named() {
    let world = World::new(json!({"consent_screen_enabled": false})).await;
    let told = world.told(&world.authorize(&[("redirect_uri", "")]).await);
    let form = [("grant_type", "authorization_code"), ("code", told["code"].as_str())];
    assert_eq!(world.post("/oauth/token", &form).await.0, 200);
}

#[tokio::test]
async fn apps_have_schemes_of_their_own() {
    let world = World::new(json!({"redirect_uris": ["myapp://back?x=1"], "consent_screen_enabled": false})).await;
    let response = world.authorize(&[("redirect_uri", "myapp://back?x=1"), ("response_mode", "form_post")]).await;
    assert_eq!(response.status(), 303, "no form can go there");
    let location = header(response.headers(), "location").to_owned();
    assert!(location.starts_with("myapp://back?x=1&code="), "{location}");
}
