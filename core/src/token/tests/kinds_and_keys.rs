//! Categories and kinds, messages, remote keys, options, and anything at all.

use super::*;

#[test]
fn categories_of_section_1_3() {
    for (cat, expected) in [
        (json!("cl_B7d4PD111AAA"), "ok"),
        (json!("cl_B7d4PD222AAA"), "ok"),
        (json!("cl_B7d4PD333AAA"), "token-invalid"),
        (json!("cl_I7d4PD111III"), "ok"),
        (json!("cl_future"), "ok"),
        (Value::Null, "ok"),
        (json!(5), "ok"),
    ] {
        assert_eq!(changed(json!({"cat": cat}), json!({}), json!({})), expected, "{cat}");
    }
    // A machine's is refused before any key is looked for.
    let token = key_a().token_with(&json!({"cat": "cl_B7d4PD333AAA"}), &json!({}));
    let error = done(verifier(None, Some("sk_test_a")).try_verify(&token, &VerifyOptions::default(), NOW)).unwrap_err();
    assert_eq!(
        (error.reason.as_str(), error.action),
        ("token-invalid", Some("Make sure that this is a valid Clerk-generated JWT."))
    );
}

#[test]
fn kinds_r101_to_r107() {
    let key = key_a();
    let machine = key.token_with(&json!({}), &json!({"sub": "mch_1"}));
    let oauth = key.token_with(&json!({"typ": "at+jwt"}), &json!({}));
    let long = key.token_with(&json!({"typ": "application/at+jwt"}), &json!({}));
    let both = key.token_with(&json!({"typ": "at+jwt"}), &json!({"sub": "mch_1"}));
    for (token, kind) in [
        ("mt_x".to_owned(), Some(TokenType::M2mToken)),
        ("oat_x".to_owned(), Some(TokenType::OauthToken)),
        ("ak_x".to_owned(), Some(TokenType::ApiKey)),
        ("MT_x".to_owned(), None),
        ("m2m_x".to_owned(), None),
        ("mt".to_owned(), None),
        (machine.clone(), Some(TokenType::M2mToken)),
        (oauth.clone(), Some(TokenType::OauthToken)),
        (long, Some(TokenType::OauthToken)),
        (both, Some(TokenType::M2mToken)),
        (key.token(), None),
        (key.token_with(&json!({"typ": "AT+JWT"}), &json!({})), None),
        (key.token_with(&json!({}), &json!({"sub": ["mch_1"]})), None),
        (key.token_with(&json!({}), &json!({"sub": Value::Null})), None),
        (format!("{machine}="), None),
        (format!("{machine}."), None),
        ("a.b.c".to_owned(), None),
        (String::new(), None),
    ] {
        assert_eq!(machine_token_type(&token), kind, "{token}");
        assert_eq!(is_machine_token(&token), kind.is_some());
    }
    assert!(is_machine_jwt(&machine) && is_machine_jwt(&oauth));
    assert!(!is_machine_jwt("mt_x") && !is_machine_jwt(&key.token()));
}

#[test]
fn messages_of_section_2_6() {
    let error = done(verifier(Some(key_a()), None).try_verify("x", &VerifyOptions::default(), NOW)).unwrap_err();
    assert_eq!(error.full_message(), format!("{} (reason=token-invalid, token-carrier=undefined)", error.message));
    let token = key_a().token_with(&json!({"typ": "x"}), &json!({}));
    let mut error = done(verifier(Some(key_a()), None).try_verify(&token, &VerifyOptions::default(), NOW)).unwrap_err();
    error.carrier = Some(Carrier::Cookie);
    assert_eq!(
        error.full_message(),
        format!(
            "{} Make sure that this is a valid Clerk-generated JWT. (reason=token-invalid, token-carrier=cookie)",
            error.message
        )
    );
    let error = done(verifier(None, None).try_verify(&key_a().token(), &VerifyOptions::default(), NOW)).unwrap_err();
    assert_eq!(
        (error.reason.as_str(), error.action),
        ("jwk-failed-to-resolve", Some("Set the CLERK_JWT_KEY environment variable."))
    );
}

#[tokio::test]
async fn an_unknown_key_is_told_with_what_helps_and_no_more() {
    let clock = ManualClock::new(NOW);
    let source = FakeSource::with_keys(&[key_a().jwk_as("ins_of_ours", "RS256")]);
    let verifier = verifier(None, Some("sk_live_a"));
    let token = key_b().token_with(&json!({}), &json!({"iss": "https://foo-bar-13.clerk.accounts.dev"}));
    let error = verifier.verify(&token, &VerifyOptions::default(), &clock, &source).await.unwrap_err();
    assert_eq!(error.reason.as_str(), "jwk-kid-mismatch");
    assert!(error.action.unwrap().contains("Dashboard"));
    for part in
        ["\"ins_b\"", "\"https://foo-bar-13.clerk.accounts.dev\"", "clerk.example.com (live)", "another instance"]
    {
        assert!(error.message.contains(part), "{part} in {}", error.message);
    }
    assert!(!error.message.contains("ins_of_ours"));
    let odd = key_b()
        .token_with(&json!({"kid": "x\r\nSet-Cookie: a\u{202e}\"".to_owned() + &"y".repeat(500)}), &json!({"iss": 5}));
    let error = verifier.verify(&odd, &VerifyOptions::default(), &clock, &source).await.unwrap_err();
    assert!(error.message.is_ascii() || error.message.contains('…'));
    assert!(!error.message.contains(['\r', '\n', '\u{202e}']) && error.message.len() < 300, "{}", error.message);
    for kid in [json!("constructor"), json!("__proto__"), json!(5), Value::Null] {
        let token = key_a().token_with(&json!({"kid": kid}), &json!({}));
        assert_eq!(
            verifier.verify(&token, &VerifyOptions::default(), &clock, &source).await.unwrap_err().reason.as_str(),
            "jwk-kid-mismatch"
        );
    }
}

#[tokio::test]
async fn keys_of_two_instances_never_verify_each_others_tokens() {
    let clock = ManualClock::new(NOW);
    let of = |key: &TestKey| FakeSource::with_keys(&[key.jwk_as("same_kid", "RS256")]);
    let (source_a, source_b) = (of(key_a()), of(key_b()));
    let (a, b) = (verifier(None, Some("sk_test_a")), verifier(None, Some("sk_test_b")));
    let same = json!({"kid": "same_kid"});
    let (token_a, token_b) = (key_a().token_with(&same, &json!({})), key_b().token_with(&same, &json!({})));
    let usual = VerifyOptions::default();
    for _ in 0..2 {
        assert!(a.verify(&token_a, &usual, &clock, &source_a).await.is_ok());
        assert!(b.verify(&token_b, &usual, &clock, &source_b).await.is_ok());
        for crossed in
            [a.verify(&token_b, &usual, &clock, &source_a).await, b.verify(&token_a, &usual, &clock, &source_b).await]
        {
            assert_eq!(crossed.unwrap_err().reason.as_str(), "token-invalid-signature");
        }
    }
    assert_eq!((source_a.fetches(), source_b.fetches()), (1, 1), "a bad signature fetches nothing");
    // The same with a secret key per call.
    let with_b = options(json!({"secret_key": "sk_test_b"}));
    assert!(a.verify(&token_b, &with_b, &clock, &source_b).await.is_ok());
    assert!(a.verify(&token_a, &usual, &clock, &source_a).await.is_ok());
    assert_eq!(
        a.verify(&token_a, &with_b, &clock, &source_b).await.unwrap_err().reason.as_str(),
        "token-invalid-signature"
    );
    // And a JWT key goes before a secret key.
    let local = options(json!({"jwt_key": key_b().pem()}));
    assert!(a.verify(&token_b, &local, &clock, &source_a).await.is_ok());
    let both = options(json!({"jwt_key": key_b().pem(), "secret_key": "sk_test_a"}));
    assert!(a.verify(&token_b, &both, &clock, &source_a).await.is_ok());
}

#[tokio::test]
async fn a_key_of_the_call_goes_before_every_key_of_the_client() {
    let clock = ManualClock::new(NOW);
    let source_b = FakeSource::with_keys(&[key_b().jwk()]);
    // A client with the JWT key of one tenant, asked about another's.
    let client = verifier(Some(key_a()), Some("sk_test_a"));
    let with_b = options(json!({"secret_key": "sk_test_b"}));
    let verdict = client.verify(&key_a().token(), &with_b, &clock, &source_b).await;
    assert_eq!(verdict.map_or_else(|error| error.reason.as_str(), |_| "ok"), "jwk-kid-mismatch");
    assert!(client.verify(&key_b().token(), &with_b, &clock, &source_b).await.is_ok());
    assert_eq!(*source_b.secrets.lock().unwrap(), ["sk_test_b"]);
    // Without a key of the call the client's JWT key decides, and nothing is fetched.
    assert!(client.verify(&key_a().token(), &VerifyOptions::default(), &clock, &source_b).await.is_ok());
    assert_eq!(source_b.fetches(), 1);
}

/// One decision with a secret key of the call, told in a word.
async fn of_tenant(verifier: &Verifier, tenant: &str, clock: &ManualClock, source: &FakeSource) -> String {
    let with = options(json!({"secret_key": tenant}));
    // Issued just now, whatever the clock says.
    let now_s = crate::clock::Clock::now_ms(clock) / 1000;
    let token = key_a().token_with(&json!({}), &json!({"iat": now_s, "nbf": now_s, "exp": now_s + 60}));
    match verifier.verify(&token, &with, clock, source).await {
        Ok(_) => "ok".to_owned(),
        Err(error) => format!("{} unavailable={}", error.reason, error.unavailable),
    }
}

#[tokio::test(start_paused = true)]
async fn one_tenants_first_request_leaves_another_tenants_decision_alone() {
    let clock = Arc::new(ManualClock::new(NOW));
    let verifier = verifier(None, None);
    let mut source = FakeSource::with_keys(&[key_a().jwk()]);
    source.takes = std::time::Duration::from_millis(100);
    let source = Arc::new(source);
    let start = |tenant: &'static str| {
        let (verifier, clock, source) = (verifier.clone(), Arc::clone(&clock), Arc::clone(&source));
        tokio::spawn(async move { of_tenant(&verifier, tenant, &clock, &source).await })
    };
    let moment = std::time::Duration::from_millis(50);
    // Two that are new at once.
    let (first, second) = (start("sk_test_1"), start("sk_test_2"));
    assert_eq!((first.await.unwrap().as_str(), second.await.unwrap().as_str()), ("ok", "ok"));
    assert_eq!(source.fetches(), 2);
    // One whose keys are being fetched again, while a third one comes.
    clock.advance(301_000);
    let first = start("sk_test_1");
    tokio::time::sleep(moment).await;
    let third = start("sk_test_3");
    assert_eq!((first.await.unwrap().as_str(), third.await.unwrap().as_str()), ("ok", "ok"));
    assert_eq!(source.fetches(), 4);
}

#[tokio::test]
async fn a_tenants_old_keys_and_cooldowns_outlive_another_tenants_first_request() {
    let clock = ManualClock::new(NOW);
    let verifier = verifier(None, None);
    let source = FakeSource::with_keys(&[key_a().jwk()]);
    assert_eq!(of_tenant(&verifier, "sk_test_1", &clock, &source).await, "ok");
    source.now_always(answer(503, "{}"));
    clock.advance(301_000);
    assert_eq!(of_tenant(&verifier, "sk_test_1", &clock, &source).await, "ok", "served on while the endpoint is out");
    let cold = of_tenant(&verifier, "sk_test_2", &clock, &source).await;
    assert_eq!(cold, "jwk-remote-failed-to-load unavailable=true");
    let asked = source.fetches();
    assert_eq!(of_tenant(&verifier, "sk_test_1", &clock, &source).await, "ok");
    assert_eq!(of_tenant(&verifier, "sk_test_2", &clock, &source).await, cold);
    assert_eq!(source.fetches(), asked, "and both failures stand");
}

#[tokio::test]
async fn an_outage_is_never_told_as_a_bad_token_d15() {
    let clock = ManualClock::new(NOW);
    for (said, reason, unavailable) in [
        (no_answer(), "unexpected-error", true),
        (answer(500, "{}"), "jwk-remote-failed-to-load", true),
        (answer(502, "<html>"), "unexpected-error", true),
        (answer(429, "{\"errors\":[]}"), "jwk-remote-failed-to-load", true),
        (answer(200, "<html>"), "unexpected-error", true),
        (answer(404, "{}"), "jwk-remote-failed-to-load", false),
        (answer(404, "nothing"), "unexpected-error", false),
        (answer(200, "{\"keys\":[]}"), "jwk-remote-failed-to-load", false),
        (
            answer(401, "{\"errors\":[{\"code\":\"clerk_key_invalid\",\"message\":\"no such key\"}]}"),
            "secret-key-invalid",
            false,
        ),
    ] {
        let verifier = verifier(None, Some("sk_test_a"));
        let source = FakeSource::always(said.clone());
        let error = verifier.verify(&key_a().token(), &VerifyOptions::default(), &clock, &source).await.unwrap_err();
        assert_eq!((error.reason.as_str(), error.unavailable), (reason, unavailable), "{said:?}");
        assert!(!error.full_message().contains("sk_test"));
        // A host that steps by itself comes to an end too.
        assert_eq!(
            done(verifier.try_verify(&key_a().token(), &VerifyOptions::default(), NOW)).unwrap_err().reason.as_str(),
            reason
        );
        assert_eq!(source.fetches(), 1);
        assert_eq!(verifier.warm_up(&clock, &source).await.unwrap_err().reason.as_str(), reason);
    }
}

#[tokio::test]
async fn junk_causes_two_fetches_at_most_and_a_warm_cache_needs_none() {
    let clock = ManualClock::new(NOW);
    let source = FakeSource::with_keys(&[key_a().jwk()]);
    let verifier = verifier(None, Some("sk_test_a"));
    for at in 0..1000 {
        let junk = match at % 3 {
            0 => format!("junk{at}"),
            1 => format!(
                "{}.{}.{}",
                b64(format!("{{\"alg\":\"RS256\",\"kid\":\"ins_{at}\"}}")),
                b64("{}"),
                b64([at as u8; 256])
            ),
            _ => format!("{}.{}.{}", b64("{\"alg\":\"RS256\",\"kid\":\"ins_a\"}"), b64("{}"), b64([at as u8; 256])),
        };
        assert!(verifier.verify(&junk, &VerifyOptions::default(), &clock, &source).await.is_err());
    }
    assert_eq!(source.fetches(), 2);
    assert!(done(verifier.try_verify(&key_a().token(), &VerifyOptions::default(), NOW)).is_ok());
    let cold = self::verifier(None, Some("sk_test_a"));
    assert!(matches!(cold.try_verify(&key_a().token(), &VerifyOptions::default(), NOW), Step::NeedKeys(_)));
    cold.warm_up(&clock, &source).await.unwrap();
    cold.warm_up(&clock, &source).await.unwrap();
    assert_eq!(source.fetches(), 3);
    assert!(done(cold.try_verify(&key_a().token(), &VerifyOptions::default(), NOW)).is_ok());
    self::verifier(Some(key_a()), None).warm_up(&clock, &source).await.unwrap();
    assert_eq!(source.fetches(), 3);
    assert_eq!(
        self::verifier(None, None).warm_up(&clock, &source).await.unwrap_err().reason.as_str(),
        "jwk-failed-to-resolve"
    );
}

#[test]
fn options_are_read_strictly() {
    for (bad, name) in [
        (json!({"audiences": "a"}), "audiences"),
        (json!({"audience": 5}), "audience"),
        (json!({"authorized_parties": [5]}), "authorized_parties"),
        // A null entry is a value that went missing on its way, not a wish to have nothing checked.
        (json!({"authorized_parties": [null]}), "authorized_parties"),
        (json!({"authorized_parties": ["https://app.example.com", null]}), "authorized_parties"),
        (json!({"audience": [null]}), "audience"),
        (json!({"issuer": [null]}), "issuer"),
        (json!({"header_type": [null]}), "header_type"),
        (json!({"skip_jwks_cache": "yes"}), "skip_jwks_cache"),
        (json!({"jwt_key": "x"}), "jwt_key"),
        (json!({"secret_key": "pk_test_x"}), "secret_key"),
        (json!({"issuer": {}}), "issuer"),
        (json!([]), "options"),
        (json!("x"), "options"),
    ] {
        assert_eq!(VerifyOptions::from_json(&bad.to_string()).unwrap_err().argument, name);
    }
    assert!(VerifyOptions::from_json("").is_ok() && VerifyOptions::from_json("null").is_ok());
    assert!(VerifyOptions::from_json("{").is_err());
    let secret = options(json!({"secret_key": "sk_test_hush"}));
    assert!(!format!("{secret:?}").contains("hush"));
    assert!(
        VerifyOptions::from_json(&json!({"secret_key": "sk test hush"}).to_string())
            .is_err_and(|error| !error.to_string().contains("hush"))
    );
}

#[test]
fn defaults_hold_where_a_call_says_nothing() {
    let keys = KeyCaches::new("https://api.clerk.com", "v", None, KeyCacheSettings::default());
    let defaults = options(json!({"audience": "a", "clock_skew_ms": 0, "issuer": "i"}));
    let verifier =
        Verifier::new(Some(LocalKey::parse(&key_a().pem()).unwrap()), Arc::new(keys), Instance::default(), defaults);
    let verdict = |claims: Value, with: Value| {
        let token = key_a().token_with(&json!({}), &claims);
        done(verifier.try_verify(&token, &options(with), NOW)).map_or_else(|error| error.reason.as_str(), |_| "ok")
    };
    assert_eq!(verdict(json!({"aud": "a", "iss": "i"}), json!({})), "ok");
    assert_eq!(verdict(json!({"aud": "b", "iss": "i"}), json!({})), "token-verification-failed");
    assert_eq!(
        verdict(json!({"aud": "b", "iss": "i"}), json!({"audience": []})),
        "token-verification-failed",
        "nothing is nothing"
    );
    for nothing in [json!(""), json!([""]), json!(["", ""])] {
        assert_eq!(
            verdict(json!({"aud": "b", "iss": "i"}), json!({"audience": nothing})),
            "token-verification-failed",
            "{nothing} is no audience, so the client's holds"
        );
        assert_eq!(
            verdict(json!({"aud": "a", "iss": "x"}), json!({"issuer": nothing})),
            "token-invalid-issuer",
            "{nothing} is no issuer, so the client's holds"
        );
        assert_eq!(
            verdict(json!({"aud": "a", "iss": "i"}), json!({"authorized_parties": nothing})),
            "token-invalid-authorized-parties",
            "an empty party is a list that nobody is on"
        );
    }
    assert_eq!(verdict(json!({"aud": "b", "iss": "i"}), json!({"audience": "b"})), "ok");
    assert_eq!(verdict(json!({"iss": "i", "exp": NOW_S}), json!({})), "token-expired");
    assert_eq!(verdict(json!({"iss": "i", "exp": NOW_S}), json!({"clock_skew_ms": 1000})), "ok");
    assert_eq!(verdict(json!({"iss": "i", "exp": NOW_S}), json!({"clock_skew_ms": 0})), "token-expired");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_end_in_claims_or_a_reason(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let text = String::from_utf8_lossy(&bytes);
        let verdict = verdict(&text, json!({"audience": "a", "authorized_parties": "p", "issuer": "i"}));
        prop_assert!(verdict != "ok");
        let _ = machine_token_type(&text);
    }

    #[test]
    fn any_signed_payload_ends_in_claims_or_a_reason(payload in prop::collection::vec(any::<u8>(), 0..200), header in ".{0,60}") {
        verdict(&key_a().token_of_texts(&header, &payload), json!({"audience": "a"}));
        verdict(&key_a().token_of_texts(r#"{"alg":"RS256"}"#, &payload), json!({"audience": "a"}));
    }

    #[test]
    fn any_claims_end_in_claims_or_a_reason(
        exp in "(null|true|\"x\"|-?[0-9]{1,25}(\\.[0-9]{1,5})?([eE][+-]?[0-9]{1,4})?|\\[\\]|\\{\\})",
        aud in "(null|\"a\"|\\[\"a\",?\\]|\\[1,\"a\"\\]|\\{\\}|[0-9])",
        fea in "[ou:, a-c]{0,20}", fpm in "[0-9,x]{0,30}",
    ) {
        let payload = format!("{{\"sub\":\"u\",\"exp\":{exp},\"aud\":{aud},\"v\":2,\"fea\":\"{fea}\",\"o\":{{\"id\":\"o\",\"per\":\"a,b\",\"fpm\":\"{fpm}\"}}}}");
        let token = key_a().token_of_texts(r#"{"alg":"RS256"}"#, payload.as_bytes());
        if let Ok(claims) = done(verifier(Some(key_a()), None).try_verify(&token, &options(json!({"audience": "a"})), NOW)) {
            let _ = Organization::of(&claims);
        }
    }

    #[test]
    fn a_tampered_token_never_holds(at in 0_usize..2000, to in any::<u8>()) {
        let good = key_a().token();
        let at = at % good.len();
        let mut bytes = good.clone().into_bytes();
        let to = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.="[usize::from(to) % 66];
        prop_assume!(bytes[at] != to);
        bytes[at] = to;
        let tampered = String::from_utf8(bytes).unwrap();
        // All that may differ and still hold is padding.
        let bare = |token: &str| token.trim_end_matches('=').to_owned();
        let verdict = verdict(&tampered, json!({}));
        prop_assert!(verdict != "ok" || bare(&tampered) == bare(&good), "{}", tampered);
    }
}
