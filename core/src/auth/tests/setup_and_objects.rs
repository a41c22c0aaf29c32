//! Accepted kinds, preconditions, outages, the objects and `has()`.

use super::*;

#[test]
fn kinds_that_are_accepted_section_3_6_to_3_9() {
    let key = key_a();
    let session = key.token();
    let template = key.token_with(&json!({"cat": "cl_B7d4PD222AAA"}), &json!({}));
    let machine = key.token_with(&json!({"cat": "cl_B7d4PD333AAA"}), &json!({"sub": "mch_1"}));
    let oauth = key.token_with(&json!({"typ": "at+jwt"}), &json!({}));
    let verdict = |token: &str, accepts: Value| {
        let state = bearer(token, json!({"accepts_token": accepts}));
        format!("{} as {}", told(&state), state.token_type().map_or("none", |kind| kind.as_str()))
    };
    let mismatch = "signed-out token-type-mismatch as";
    for (token, accepts, expected) in [
        (&*session, json!("session_token"), "signed-in as session_token".to_owned()),
        (&session, json!("any"), "signed-in as session_token".to_owned()),
        (&session, json!(["session_token", "api_key"]), "signed-in as session_token".to_owned()),
        (&session, json!(["api_key"]), format!("{mismatch} none")),
        (&session, json!("api_key"), format!("{mismatch} api_key")),
        (&session, json!("m2m_token"), format!("{mismatch} m2m_token")),
        (&session, json!("oauth_token"), format!("{mismatch} oauth_token")),
        (&template, json!("any"), format!("{mismatch} session_token")),
        (&template, json!(["session_token"]), format!("{mismatch} session_token")),
        (&machine, json!("session_token"), format!("{mismatch} session_token")),
        (&machine, json!(["session_token"]), format!("{mismatch} none")),
        (&machine, json!("oauth_token"), format!("{mismatch} oauth_token")),
        (&machine, json!("m2m_token"), "signed-in as m2m_token".to_owned()),
        (&machine, json!("any"), "signed-in as m2m_token".to_owned()),
        (&oauth, json!(["oauth_token", "session_token"]), "signed-in as oauth_token".to_owned()),
        ("ak_x", json!("session_token"), "signed-out token-invalid as session_token".to_owned()),
        ("ak_x", json!(["session_token"]), format!("{mismatch} none")),
        ("ak_x", json!([]), format!("{mismatch} none")),
        ("mt_x", json!("api_key"), format!("{mismatch} api_key")),
        ("junk", json!("any"), "signed-out token-invalid as session_token".to_owned()),
    ] {
        assert_eq!(verdict(token, accepts.clone()), expected, "{accepts}");
    }
    let none = |accepts: Value| ask(P, &page(&[]), json!({"accepts_token": accepts}));
    for kind in ["api_key", "m2m_token", "oauth_token"] {
        let state = none(json!(kind));
        assert_eq!(
            (told(&state), state.token_type().unwrap().as_str()),
            ("signed-out No token in header".to_owned(), kind)
        );
    }
    assert_eq!(told(&none(json!("any"))), "signed-out session-token-and-uat-missing");
    assert_eq!(told(&none(json!(["api_key", "session_token"]))), "signed-out session-token-and-uat-missing");
    let state = none(json!(["api_key", "m2m_token"]));
    assert_eq!(
        (told(&state), state.token_type(), state.echo()),
        ("signed-out token-type-mismatch".to_owned(), None, &Echo::default())
    );
    let good = format!("__session={}; __client_uat=1", key_a().token());
    assert_eq!(
        told(&ask(P, &page(&[("cookie", &good)]), json!({"accepts_token": "api_key"}))),
        "signed-out No token in header"
    );
}

#[test]
fn preconditions_of_section_3_2() {
    let request = page(&[]);
    let with_secret = |secret: Option<&str>, with: Value, request: &RequestParts| -> String {
        let keys = KeyCaches::new("https://api.clerk.com", "v", None, KeyCacheSettings::default());
        let verifier = Verifier::new(None, Arc::new(keys), Instance::default(), VerifyOptions::default());
        let authenticator = Authenticator::new(verifier, secret.map(Secret::new), AuthenticateOptions::default());
        match done(authenticator.try_authenticate(request, &options(&with), NOW)) {
            Ok(state) => told(&state),
            Err(AuthenticateError::Config { option, .. }) => option,
            Err(AuthenticateError::Argument { argument, .. }) => format!("argument {argument}"),
            Err(AuthenticateError::Handshake(error)) => error.reason.to_string(),
        }
    };
    let ok = "signed-out session-token-and-uat-missing";
    let no_token = "signed-out No token in header";
    let check = |secret: Option<&str>, with: Value, expected: &str| {
        assert_eq!(with_secret(secret, with.clone(), &request), expected, "{with}")
    };
    check(Some("sk_live_a"), json!({}), "publishable_key");
    check(None, json!({}), "publishable_key");
    check(None, json!({"publishable_key": P}), "secret_key");
    check(Some("sk_live_a"), json!({"publishable_key": P}), ok);
    check(None, json!({"publishable_key": P, "secret_key": "sk_live_b"}), ok);
    check(None, json!({"publishable_key": P, "jwt_key": key_a().pem()}), "secret_key");
    check(Some("sk_live_a"), json!({"accepts_token": "oauth_token"}), "publishable_key");
    check(Some("sk_live_a"), json!({"accepts_token": "any"}), "publishable_key");
    check(Some("sk_live_a"), json!({"accepts_token": ["api_key"]}), "publishable_key");
    check(Some("sk_live_a"), json!({"accepts_token": "api_key"}), no_token);
    check(None, json!({"accepts_token": "api_key"}), "secret_key");
    check(None, json!({"accepts_token": "m2m_token"}), "machine_secret_key");
    check(None, json!({"accepts_token": "m2m_token", "machine_secret_key": "ak_m"}), no_token);
    check(Some("sk_live_a"), json!({"accepts_token": "m2m_token"}), no_token);
    // Satellites
    let satellite = |more: Value| {
        let mut with = json!({"publishable_key": P, "is_satellite": true});
        for (name, value) in more.as_object().unwrap() {
            with[name] = value.clone();
        }
        with
    };
    check(Some("sk_test_a"), satellite(json!({"domain": "sat.com"})), "sign_in_url");
    check(Some("test_a"), satellite(json!({"domain": "sat.com"})), "sign_in_url");
    check(Some("sk_live_a"), satellite(json!({"domain": "sat.com"})), ok);
    check(Some("sk_live_a"), satellite(json!({"proxy_url": "/__clerk"})), ok);
    check(Some("sk_live_a"), satellite(json!({})), "domain");
    let origin = page(&[("Origin", "https://sat.com")]);
    for (sign_in, expected) in
        [("/sign-in", "sign_in_url"), ("https://sat.com/sign-in", "sign_in_url"), ("https://primary.com/sign-in", ok)]
    {
        let with = satellite(json!({"domain": "sat.com", "sign_in_url": sign_in}));
        assert_eq!(with_secret(Some("sk_live_a"), with.clone(), &origin), expected, "{sign_in}");
        check(Some("sk_live_a"), with, ok);
    }
    assert_eq!(
        with_secret(Some("sk_live_a"), json!({"publishable_key": P}), &RequestParts::new("GET", "nonsense")),
        "argument request.url"
    );
}

#[test]
fn notes_for_the_developer_c14() {
    let notes = |claims: Value, with: Value| -> Vec<&'static str> {
        let cookie = format!("__session={}; __client_uat=1", key_a().token_with(&json!({}), &claims));
        ask(P, &page(&[("cookie", &cookie)]), with).notes().iter().map(|note| note.as_str()).collect()
    };
    assert_eq!(
        notes(json!({"azp": Value::Null}), json!({})),
        ["authorized-party-missing", "authorized-parties-not-set"]
    );
    assert_eq!(notes(json!({}), json!({})), ["authorized-parties-not-set"]);
    assert_eq!(notes(json!({}), json!({"authorized_parties": ["https://app.example.com"]})), [""; 0]);
}

#[tokio::test]
async fn an_outage_is_unavailable_d15() {
    let clock = ManualClock::new(NOW);
    let limited = Ok(crate::key::KeyResponse {
        status: 429,
        body: b"{}".to_vec(),
        retry_after: Some(std::time::Duration::from_secs(7)),
    });
    let request = RequestParts::new("GET", "https://app.example.com/p")
        .with_header("authorization", format!("Bearer {}", key_a().token()));
    for (said, expected) in [
        (no_answer(), "unavailable unexpected-error"),
        (answer(503, "{}"), "unavailable jwk-remote-failed-to-load"),
        (limited, "unavailable jwk-remote-failed-to-load"),
        (answer(404, "{}"), "signed-out jwk-remote-failed-to-load"),
        (answer(404, ""), "signed-out unexpected-error"),
        (answer(401, r#"{"errors":[{"code":"clerk_key_invalid"}]}"#), "signed-out secret-key-invalid"),
    ] {
        let authenticator = authenticator(json!({"publishable_key": P}), false);
        let source = FakeSource::always(said);
        let state =
            authenticator.authenticate(&request, &AuthenticateOptions::default(), &clock, &source).await.unwrap();
        assert_eq!(told(&state), expected);
        assert_eq!(state.to_auth().is_none(), state.status() == AuthStatus::Unavailable);
        assert!(!state.is_authenticated() && state.token().is_none());
        if expected.ends_with("unexpected-error") && state.status() == AuthStatus::SignedOut {
            assert_eq!(state.message(), "");
        }
    }
    let authenticator = authenticator(json!({"publishable_key": P}), false);
    assert!(matches!(
        authenticator.try_authenticate(&request, &AuthenticateOptions::default(), NOW),
        Decision::Need(Need::Keys(_))
    ));
    let source = FakeSource::with_keys(&[key_a().jwk()]);
    assert_eq!(
        told(&authenticator.authenticate(&request, &AuthenticateOptions::default(), &clock, &source).await.unwrap()),
        "signed-in"
    );
    source.now_always(answer(500, "{}"));
    clock.advance(400_000);
    let fresh = key_a().token_with(&json!({}), &json!({"exp": NOW_S + 1000}));
    let request = RequestParts::new("GET", "https://app.example.com/p").with_header("authorization", fresh);
    assert_eq!(
        told(&authenticator.authenticate(&request, &AuthenticateOptions::default(), &clock, &source).await.unwrap()),
        "signed-in",
        "old keys serve on"
    );
    clock.advance(300_000);
    let state = authenticator.authenticate(&request, &AuthenticateOptions::default(), &clock, &source).await.unwrap();
    assert_eq!(told(&state), "unavailable jwk-remote-failed-to-load");
    assert!(state.to_json().contains("\"auth\":null"));
}

fn auth_of(claims: Value) -> Auth {
    bearer(&key_a().token_with(&json!({}), &claims), json!({})).to_auth().unwrap()
}

#[test]
fn the_object_of_both_versions_section_1_6() {
    let auth = auth_of(json!({
        "v": Value::Null, "org_id": "org_1", "org_slug": "acme", "org_role": "org:admin", "org_permissions": ["org:a:read", 5],
        "act": {"sub": "user_2", "type": "agent"}, "fva": [1, -1], "custom": {"deep": [1]},
    }));
    assert_eq!(
        (auth.user_id.as_deref(), auth.session_id.as_deref(), auth.session_status.as_deref()),
        (Some("user_1"), Some("sess_1"), Some("active"))
    );
    assert_eq!(
        (auth.org_id.as_deref(), auth.org_slug.as_deref(), auth.org_role.as_deref()),
        (Some("org_1"), Some("acme"), Some("org:admin"))
    );
    assert_eq!(auth.org_permissions(), Some(&["org:a:read".to_owned()][..]));
    assert_eq!(auth.actor(), Some(json!({"sub": "user_2", "type": "agent"})));
    assert_eq!(auth.factor_verification_age(), Some([1.0, -1.0]));
    let text: Value = serde_json::from_str(&auth.to_json()).unwrap();
    assert_eq!(text["session_claims"]["custom"], json!({"deep": [1]}));
    assert_eq!(text["actor"]["sub"], "user_2");
    assert_eq!(text["factor_verification_age"], json!([1, -1]));
    assert_eq!(
        (&text["token_type"], &text["is_authenticated"], &text["org_role"]),
        (&json!("session_token"), &json!(true), &json!("org:admin"))
    );
    assert_eq!(text.as_object().unwrap().len(), 12);

    let version_2 = json!({"fea": "o:a,u:b", "o": {"id": "org_1", "slg": "acme", "rol": "admin", "per": "read,manage", "fpm": "3"}});
    let auth = auth_of(version_2.clone());
    assert_eq!(
        (auth.org_id.as_deref(), auth.org_slug.as_deref(), auth.org_role.as_deref()),
        (Some("org_1"), Some("acme"), Some("org:admin"))
    );
    assert_eq!(auth.org_permissions(), Some(&["org:a:read".to_owned(), "org:a:manage".to_owned()][..]));
    let nothing = auth_of(json!({}));
    assert_eq!((&nothing.org_id, &nothing.org_role, nothing.org_permissions()), (&None, &None, None));
    // Only the number 2 is version 2, however it is written.
    for (v, org) in [
        (json!(2.0), Some("org_1")),
        (json!("2"), None),
        (json!(3), None),
        (json!("(null)"), None),
        (Value::Null, None),
    ] {
        let mut claims = version_2.clone();
        claims["v"] = v.clone();
        assert_eq!(auth_of(claims).org_id.as_deref(), org, "{v}");
    }
    // D-4, and wrong types: nothing is granted, and nothing breaks.
    for (name, value) in [("fea", json!("nocolon")), ("fea", json!(5)), ("fea", json!("(null)"))] {
        let mut claims = version_2.clone();
        claims[name] = value;
        let auth = auth_of(claims);
        assert_eq!((auth.org_id.as_deref(), auth.org_permissions()), (Some("org_1"), Some(&[][..])));
    }
    for organization in [json!("org_1"), json!("(null)"), json!([]), json!(1)] {
        assert_eq!(auth_of(json!({"o": organization})).org_id, None);
    }
    let odd = auth_of(json!({"o": {"id": 5, "rol": "", "per": 1, "fpm": []}}));
    assert_eq!((&odd.org_id, &odd.org_role, odd.org_permissions()), (&None, &None, Some(&[][..])));
    assert_eq!(auth_of(json!({"o": {"id": "o", "rol": "org:admin"}})).org_role.as_deref(), Some("org:org:admin"));
}

#[test]
fn pending_sessions_r383_r390() {
    let state = bearer(&key_a().token_with(&json!({}), &json!({"sts": "pending"})), json!({}));
    assert_eq!(told(&state), "signed-in");
    let auth = state.to_auth().unwrap();
    assert_eq!(
        (auth.is_authenticated, auth.user_id.as_deref(), auth.session_status.as_deref()),
        (false, None, Some("pending"))
    );
    assert!(auth.session_claims().is_none() && auth.claims().is_none());
    assert_eq!(state.to_auth_with(false).unwrap().user_id.as_deref(), Some("user_1"));
    let text: Value = serde_json::from_str(&state.to_json()).unwrap();
    assert_eq!(text["auth"]["user_id"], Value::Null);
    assert_eq!(text["auth"]["session_status"], "pending");
    assert_eq!(text["auth_with_pending"]["user_id"], "user_1");
}

#[test]
fn states_as_json() {
    let payload = br#"{"sub":"user_1","sid":"sess_1","exp":1700000060,"big":12345678901234567890123,"a":1,"a":2}"#;
    let token = key_a().token_of_texts(r#"{"alg":"RS256"}"#, payload);
    let state = bearer(&token, json!({"domain": "d", "proxy_url": "/__clerk"}));
    let text = state.to_json();
    assert!(text.contains(std::str::from_utf8(payload).unwrap()), "claims are verbatim");
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&value["status"], &value["reason"], &value["token"]),
        (&json!("signed-in"), &Value::Null, &json!(token))
    );
    assert_eq!(
        (&value["domain"], &value["proxy_url"], &value["publishable_key"]),
        (&json!("d"), &json!("https://app.example.com/__clerk"), &json!(P))
    );
    assert!(value.get("auth_with_pending").is_none());
    assert!(!format!("{state:?} {:?}", state.to_auth()).contains(&token));
    for (kind, keys) in [("api_key", 9), ("m2m_token", 7), ("oauth_token", 7)] {
        let auth: Value =
            serde_json::from_str(&bearer("x", json!({"accepts_token": kind})).to_auth().unwrap().to_json()).unwrap();
        assert_eq!((&auth["token_type"], auth.as_object().unwrap().len()), (&json!(kind), keys));
        assert!(
            auth.as_object()
                .unwrap()
                .iter()
                .all(|(name, value)| name == "token_type" || name == "is_authenticated" || value.is_null())
        );
    }
    let auth: Value =
        serde_json::from_str(&bearer("x", json!({"accepts_token": []})).to_auth().unwrap().to_json()).unwrap();
    assert_eq!(auth, json!({"token_type": null, "is_authenticated": false}));
}

#[test]
fn has_section_3_19() {
    let org = json!({"o": {"id": "org_1", "rol": "admin", "per": "read,manage", "fpm": "1"}, "fea": "o:a,u:mine,ou:shared", "pla": "u:pro,o:team"});
    let has = |claims: &Value, asked: Value| auth_of(claims.clone()).has(&HasParams::from_json(&asked.to_string()));
    for (asked, expected) in [
        (json!({}), false),
        (json!({"role": "org:admin"}), true),
        (json!({"role": "admin"}), true),
        (json!({"role": "org:org:admin"}), true),
        (json!({"role": "org:member"}), false),
        (json!({"role": ""}), false),
        (json!({"role": null}), false),
        (json!({"role": 5}), false),
        (json!({"role": ["org:admin"]}), false),
        (json!({"permission": "org:a:read"}), true),
        (json!({"permission": "a:read"}), true),
        (json!({"permission": "org:a:manage"}), false),
        (json!({"permission": ""}), false),
        (json!({"permission": {}}), false),
        (json!({"role": "org:admin", "permission": "org:a:read"}), true),
        (json!({"role": "org:admin", "permission": "org:a:manage"}), false),
        (json!({"role": "org:member", "permission": "org:a:read"}), false),
        (json!({"feature": "a"}), true),
        (json!({"feature": "mine"}), true),
        (json!({"feature": "o:mine"}), false),
        (json!({"feature": "user:mine"}), true),
        (json!({"feature": "u:shared"}), true),
        (json!({"feature": "org:shared"}), true),
        (json!({"feature": "organization:a"}), true),
        (json!({"feature": "uo:shared"}), false),
        (json!({"feature": "x:a"}), false),
        (json!({"feature": "o:a:more"}), true),
        (json!({"feature": "o:"}), false),
        (json!({"feature": ""}), false),
        (json!({"feature": true}), false),
        (json!({"plan": "pro"}), true),
        (json!({"plan": "org:pro"}), false),
        (json!({"plan": "org:team"}), true),
        (json!({"plan": "none"}), false),
        (json!({"plan": "pro", "role": "org:admin", "feature": "a"}), true),
        (json!({"plan": "pro", "role": "org:admin", "feature": "b"}), false),
        (json!({"role": "org:admin", "permision": "org:a:read"}), false),
        (json!({"toString": 1}), false),
        (json!([]), false),
        (json!("role"), false),
        (json!(null), false),
    ] {
        assert_eq!(has(&org, asked.clone()), expected, "{asked}");
    }
    assert!(!auth_of(org.clone()).has(&HasParams::from_json("{")));
    assert!(!has(&json!({"fea": "org"}), json!({"feature": "org"})), "a list without scopes is none");
    assert!(has(&json!({"fea": "o:org"}), json!({"feature": "org:"})), "upstream's edge");
    assert!(!has(&json!({"fea": 5}), json!({"feature": "a"})));
    assert!(!has(&json!({}), json!({"feature": "a"})));
    assert!(!has(&json!({}), json!({"role": "admin"})), "no organization");
    assert!(!has(&json!({"sub": ""}), json!({"reverification": "lax"})), "no user");
    let version_1 = json!({"v": Value::Null, "org_id": "org_1", "org_role": "admin", "org_permissions": ["org:a:read", "org:org:b"], "fea": "u:a"});
    assert!(has(&version_1, json!({"role": "org:admin"})), "an old role without its prefix");
    assert!(has(&version_1, json!({"permission": "org:a:read", "feature": "a"})));
    assert!(!has(&version_1, json!({"permission": "org:b"})), "the claim's side is not normalized");
    assert!(!has(
        &json!({"v": Value::Null, "org_id": "org_1", "org_role": "admin", "org_permissions": "org:a:read"}),
        json!({"permission": "org:a:read"})
    ));
    assert!(!has(&json!({"v": Value::Null, "org_id": "", "org_role": "admin"}), json!({"role": "admin"})));
    let typed = HasParams::new().role("admin").permission("a:read").feature("a").plan("pro");
    assert!(auth_of(org.clone()).has(&typed));
    assert!(!auth_of(org).has(&typed.reverification(Reverification::STRICT)));
    let state = bearer("x", json!({}));
    assert!(!state.to_auth().unwrap().has(&HasParams::new().role("admin")));
}

#[test]
fn reverification_r402() {
    let has = |fva: Value, asked: Value| {
        auth_of(json!({"fva": fva})).has(&HasParams::from_json(&json!({"reverification": asked}).to_string()))
    };
    for (fva, asked, expected) in [
        (json!([10, -1]), json!("strict"), false),
        (json!([10, -1]), json!("strict_mfa"), false),
        (json!([10, -1]), json!("moderate"), true),
        (json!([10, -1]), json!("lax"), true),
        (json!([10, 60]), json!("moderate"), false),
        (json!([10, 59]), json!("moderate"), true),
        (json!([-1, 5]), json!("strict"), true),
        (json!([-1, 5]), json!("strict_mfa"), false),
        (json!([5, 5]), json!("strict_mfa"), true),
        (json!([5, -1]), json!("strict_mfa"), true),
        (json!([10, 5]), json!("strict_mfa"), false),
        (json!([-1, -1]), json!("lax"), false),
        (json!([0, 0]), json!("strict"), true),
        (json!([9.5, -1]), json!("strict"), true),
        (Value::Null, json!("lax"), false),
        (json!("(null)"), json!("lax"), false),
        (json!([1]), json!("lax"), false),
        (json!([1, 2, 3]), json!("lax"), false),
        (json!(["1", 2]), json!("lax"), false),
        (json!([-2, 1]), json!("lax"), false),
        (json!([-0.5, 1]), json!("lax"), false),
        (json!([null, 1]), json!("lax"), false),
        (json!({"0": 1, "1": 1}), json!("lax"), false),
        (json!([5, 5]), json!({"level": "first_factor", "after_minutes": 6}), true),
        (json!([5, 5]), json!({"level": "first_factor", "afterMinutes": 5.5}), true),
        (json!([5, 5]), json!({"level": "first_factor", "after_minutes": 5}), false),
        (json!([-1, 5]), json!({"level": "first_factor", "after_minutes": 6}), false),
        (json!([5, 5]), json!({"level": "first_factor", "after_minutes": 0}), false),
        (json!([5, 5]), json!({"level": "first_factor", "after_minutes": -1}), false),
        (json!([5, 5]), json!({"level": "first_factor", "after_minutes": "6"}), false),
        (json!([5, 5]), json!({"level": "third_factor", "after_minutes": 6}), false),
        (json!([5, 5]), json!({"after_minutes": 6}), false),
        (json!([5, 5]), json!({"level": "first_factor"}), false),
        (json!([5, 5]), json!(null), false),
        (json!([5, 5]), json!("Strict"), false),
        (json!([5, 5]), json!("constructor"), false),
        (json!([5, 5]), json!(5), false),
    ] {
        assert_eq!(has(fva.clone(), asked.clone()), expected, "{fva} {asked}");
    }
    let nan = Reverification { level: Level::FirstFactor, after_minutes: f64::NAN };
    let endless = Reverification { level: Level::FirstFactor, after_minutes: f64::INFINITY };
    let auth = auth_of(json!({"fva": [1, 1]}));
    assert!(!auth.has(&HasParams::new().reverification(nan)) && !auth.has(&HasParams::new().reverification(endless)));
}

#[test]
fn options_and_requests_from_json() {
    for (bad, name) in [
        (json!({"accepts_tokens": "any"}), "accepts_tokens"),
        (json!({"accepts_token": "sessions"}), "accepts_token"),
        (json!({"accepts_token": ["any"]}), "accepts_token"),
        (json!({"accepts_token": 5}), "accepts_token"),
        (json!({"is_satellite": "true"}), "is_satellite"),
        (json!({"domain": 5}), "domain"),
        (json!({"publishable_key": "sk_test_x"}), "publishable_key"),
        (json!({"audience": 5}), "audience"),
    ] {
        assert_eq!(AuthenticateOptions::from_json(&bad.to_string()).unwrap_err().argument, name);
    }
    let read = |value: Value| RequestParts::from_json(&value.to_string());
    for bad in [
        json!({}),
        json!({"url": 5}),
        json!({"url": "x", "method": 5}),
        json!({"url": "x", "headers": 5}),
        json!({"url": "x", "headers": [["a"]]}),
        json!({"url": "x", "headers": [["a", 5]]}),
        json!({"url": "x", "headers": {"a": 5}}),
        json!({"url": "x", "headers": {"a": [5]}}),
        json!({"url": "x", "body": "x"}),
        json!([]),
    ] {
        assert!(matches!(read(bad.clone()), Err(AuthenticateError::Argument { .. })), "{bad}");
    }
    let request =
        read(json!({"url": "/p", "headers": {"A": ["1", "2"], "b": "3", "c": null, "Cookie": ["x=1", "y=2"]}}))
            .unwrap();
    assert_eq!(
        (request.is_get(), request.any_header("a").as_deref(), request.any_header("B").as_deref()),
        (true, Some("1, 2"), Some("3"))
    );
    assert_eq!((request.any_header("c"), request.any_header("cookie").as_deref()), (None, Some("x=1; y=2")));
    assert!(!format!("{request:?}").contains("x=1"));
    let request =
        http::Request::builder().uri("https://app.example.com/p").header("Authorization", "x").body(()).unwrap();
    assert_eq!(RequestParts::of(&request).any_header("authorization").as_deref(), Some("x"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_request_ends_in_a_state(
        url in "(/|https://app.example.com/)?.{0,30}", cookie in ".{0,60}", authorization in ".{0,40}", host in ".{0,20}", proto in ".{0,8}",
        development in any::<bool>(),
    ) {
        let token = format!("__session={}; __client_uat=1; {cookie}", key_a().token());
        for cookie in [cookie.as_str(), &token] {
            for (name, value) in [("authorization", authorization.as_str()), ("x-forwarded-host", &host)] {
                let request = page(&[("cookie", cookie), (name, value), ("host", &host), ("x-forwarded-proto", &proto), ("referer", &host)]);
                let state = ask(if development { D } else { P }, &request, json!({}));
                prop_assert!(serde_json::from_str::<Value>(&state.to_json()).is_ok());
            }
        }
        let request = RequestParts::new("GET", url).with_header("host", host);
        let _ = done(authenticator(json!({"publishable_key": P}), true).try_authenticate(&request, &AuthenticateOptions::default(), NOW));
    }
}
