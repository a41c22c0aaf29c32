//! A token that was seen before is decided as if it were new: attacks on what is remembered of it.

use super::*;
use crate::key::Progress;

/// Whether both came of one reading: then the signature was not verified again.
fn is_one(one: &Claims, other: &Claims) -> bool {
    one.is(other)
}

fn local() -> Verifier {
    verifier(Some(key_a()), None)
}

fn ask(verifier: &Verifier, token: &str, with: Value, now_ms: i64) -> Result<Claims, &'static str> {
    match verifier.try_verify(token, &options(with), now_ms) {
        Step::Done(done) => done.map_err(|error| error.reason.as_str()),
        Step::NeedKeys(_) => Err("keys"),
    }
}

fn good(verifier: &Verifier, token: &str) -> Claims {
    ask(verifier, token, json!({}), NOW).unwrap()
}

/// The verdict with keys that may be fetched.
async fn fetched(verifier: &Verifier, token: &str, source: &FakeSource, now_ms: i64) -> &'static str {
    let clock = ManualClock::new(now_ms);
    match verifier.verify(token, &VerifyOptions::default(), &clock, source).await {
        Ok(_) => "ok",
        Err(error) => error.reason.as_str(),
    }
}

#[test]
fn what_held_is_not_verified_again() {
    let (verifier, token) = (local(), key_a().token());
    let first = good(&verifier, &token);
    assert!(is_one(&first, &good(&verifier, &token)));
    assert!(is_one(&first, &good(&verifier.clone(), &token)), "clones share it");
    assert!(!is_one(&first, &good(&local(), &token)), "clients do not");
    let off = local().with_token_cache(0);
    assert!(!is_one(&good(&off, &token), &good(&off, &token)));
}

#[test]
fn what_was_refused_is_not_kept() {
    let verifier = local();
    let token = key_a().token();
    for (with, now_ms) in [
        (json!({}), NOW + 70_000),
        (json!({}), NOW - 70_000),
        (json!({"issuer": "https://other.example.com"}), NOW),
        (json!({"authorized_parties": ["https://other.example.com"]}), NOW),
        (json!({"header_type": "other"}), NOW),
        (json!({"jwt_key": key_b().pem()}), NOW),
        (json!({"skip_jwks_cache": true, "issuer": "https://other.example.com"}), NOW),
    ] {
        assert!(ask(&verifier, &token, with.clone(), now_ms).is_err(), "{with}");
        assert_eq!(verifier.seen.held().0, 0, "{with}");
    }
    good(&verifier, &token);
    assert_eq!(verifier.seen.held().0, 1);
}

#[test]
fn a_change_anywhere_makes_another_token() {
    let (verifier, token) = (local(), key_a().token());
    let first = good(&verifier, &token);
    for at in (0..token.len()).step_by(7).chain([token.len() - 1]) {
        let mut bytes = token.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        assert!(ask(&verifier, &changed, json!({}), NOW).is_err(), "{at}");
    }
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let other = key_a().token_with(&json!({}), &json!({"sub": "user_2"}));
    let (other_signed, other_signature) = other.rsplit_once('.').unwrap();
    for mixed in [
        format!("{signed}.{other_signature}"),
        format!("{other_signed}.{signature}"),
        format!("{token}A"),
        format!(" {token}"),
        token[..token.len() - 2].to_owned(),
        format!("{signed}."),
    ] {
        assert!(ask(&verifier, &mixed, json!({}), NOW).is_err(), "{mixed}");
    }
    // Padding is fine, and yet another text, which is verified for itself.
    let padded = good(&verifier, &format!("{token}="));
    assert!(padded == first && !is_one(&padded, &first));
    assert_eq!(verifier.seen.held().0, 2);
}

#[test]
fn keys_of_a_call_are_keys_of_that_call() {
    let verifier = verifier(Some(key_a()), Some("sk_test_own"));
    let token = key_a().token();
    let first = good(&verifier, &token);
    assert_eq!(ask(&verifier, &token, json!({"jwt_key": key_b().pem()}), NOW), Err("token-invalid-signature"));
    assert_eq!(ask(&verifier, &token, json!({"secret_key": "sk_test_tenant"}), NOW), Err("keys"));
    assert_eq!(ask(&verifier, &token, json!({"secret_key": "sk_test_own"}), NOW), Err("keys"));
    assert!(is_one(&first, &good(&verifier, &token)));
    // The same key given as it was is one; as another text it is another, and what it holds with is found out again.
    let same = ask(&verifier, &token, json!({"jwt_key": key_a().pem()}), NOW).unwrap();
    assert!(is_one(&same, &first));
    let again = ask(&verifier, &token, json!({"jwt_key": key_a().pem() + "\n"}), NOW).unwrap();
    assert!(again == first && !is_one(&again, &first));
    assert_eq!(verifier.seen.held().0, 1);
}

#[test]
fn a_shared_memory_crosses_no_keys() {
    let (one, token) = (local(), key_a().token());
    let first = good(&one, &token);
    let copy = local().sharing_tokens(&one);
    assert!(is_one(&first, &good(&copy, &token)), "a copy with the same key has it");
    let other = super::verifier(Some(key_b()), None).sharing_tokens(&one);
    assert_eq!(ask(&other, &token, json!({}), NOW), Err("token-invalid-signature"));
    let remote = super::verifier(None, Some("sk_test_a")).sharing_tokens(&one);
    assert_eq!(ask(&remote, &token, json!({}), NOW), Err("keys"));
    let keyless = super::verifier(None, None).sharing_tokens(&one);
    assert_eq!(ask(&keyless, &token, json!({}), NOW), Err("jwk-failed-to-resolve"));
    let off = local().with_token_cache(0).sharing_tokens(&one);
    assert!(!is_one(&first, &good(&off, &token)), "off stays off");
}

#[tokio::test]
async fn a_key_that_is_gone_takes_its_tokens_along() {
    let verifier = verifier(None, Some("sk_test_a"));
    let token = key_a().token_with(&json!({}), &json!({"exp": NOW_S + 7_200}));
    let source = FakeSource::with_keys(&[key_a().jwk()]);
    assert_eq!(fetched(&verifier, &token, &source, NOW).await, "ok");
    assert!(is_one(&good(&verifier, &token), &good(&verifier, &token)));
    source.now_always(answer(200, jwks(&[key_b().jwk()])));
    // Not at hand: it is too old, so it is asked for again. A key's time is what it is, used or not.
    assert_eq!(ask(&verifier, &token, json!({}), NOW + 299_999).map(drop), Ok(()));
    assert_eq!(ask(&verifier, &token, json!({}), NOW + 300_000), Err("keys"));
    assert_eq!(ask(&verifier, &token, json!({}), NOW - 300_000), Err("keys"));
    assert_eq!(fetched(&verifier, &token, &source, NOW + 300_000).await, "jwk-kid-mismatch");
    assert_eq!(ask(&verifier, &token, json!({}), NOW + 300_000), Err("keys"), "an id that is not there");
    assert_eq!(fetched(&verifier, &token, &source, NOW + 300_000).await, "jwk-kid-mismatch");
    assert_eq!(ask(&verifier, &token, json!({}), NOW + 300_000), Err("jwk-kid-mismatch"));
    // The message is that of a new token.
    let message =
        |verifier: &Verifier| done(verifier.try_verify(&token, &options(json!({})), NOW + 300_000)).unwrap_err();
    let cold = verifier.clone().with_token_cache(0);
    assert_eq!(message(&verifier), message(&cold));
}

#[tokio::test]
async fn a_key_replaced_under_its_id_takes_its_tokens_along() {
    let verifier = verifier(None, Some("sk_test_a"));
    let token = key_a().token_with(&json!({}), &json!({"exp": NOW_S + 7_200}));
    let theirs = key_b().token_with(&json!({"kid": "ins_a"}), &json!({"exp": NOW_S + 7_200}));
    let source = FakeSource::with_keys(&[key_a().jwk()]);
    assert_eq!(fetched(&verifier, &token, &source, NOW).await, "ok");
    source.now_always(answer(200, jwks(&[key_b().jwk_as("ins_a", "RS256")])));
    assert_eq!(fetched(&verifier, &token, &source, NOW + 300_000).await, "token-invalid-signature");
    assert_eq!(fetched(&verifier, &theirs, &source, NOW + 300_000).await, "ok");
    // And back again.
    source.now_always(answer(200, jwks(&[key_a().jwk()])));
    assert_eq!(fetched(&verifier, &token, &source, NOW + 600_000).await, "ok");
    assert_eq!(fetched(&verifier, &theirs, &source, NOW + 600_000).await, "token-invalid-signature");
    // Now for another algorithm: the token cannot be this key's.
    source.now_always(answer(200, jwks(&[key_a().jwk_as("ins_a", "RS512")])));
    assert_eq!(fetched(&verifier, &token, &source, NOW + 900_000).await, "token-verification-failed");
    // Now unusable, now refused, now out: what is remembered excuses nothing.
    source.now_always(answer(
        200,
        jwks(&[json!({"kty": "RSA", "kid": "ins_a", "alg": "RS256", "n": "AQAB", "e": "AQAB"})]),
    ));
    assert_ne!(fetched(&verifier, &token, &source, NOW + 1_200_000).await, "ok");
    source.now_always(answer(401, "{}"));
    assert_ne!(fetched(&verifier, &token, &source, NOW + 1_500_000).await, "ok");
}

#[tokio::test]
async fn an_outage_is_lived_through_as_long_as_by_a_new_token() {
    let verifier = verifier(None, Some("sk_test_a"));
    let token = key_a().token_with(&json!({}), &json!({"exp": NOW_S + 7_200}));
    let source = FakeSource::with_keys(&[key_a().jwk()]);
    assert_eq!(fetched(&verifier, &token, &source, NOW).await, "ok");
    source.now_always(no_answer());
    assert_eq!(fetched(&verifier, &token, &source, NOW + 300_000).await, "ok");
    assert_eq!(fetched(&verifier, &token, &source, NOW + 599_999).await, "ok");
    assert_eq!(fetched(&verifier, &token, &source, NOW + 600_000).await, "unexpected-error");
}

#[tokio::test]
async fn whoever_wants_keys_of_this_moment_gets_no_memory() {
    let verifier = verifier(None, Some("sk_test_a"));
    let token = key_a().token();
    let source = FakeSource::with_keys(&[key_a().jwk()]);
    assert_eq!(fetched(&verifier, &token, &source, NOW).await, "ok");
    let skip = json!({"skip_jwks_cache": true});
    assert_eq!(ask(&verifier, &token, skip.clone(), NOW), Err("keys"));
    source.now_always(answer(200, jwks(&[key_b().jwk()])));
    let clock = ManualClock::new(NOW);
    let held = verifier.seen.held();
    let asked = verifier.verify(&token, &options(skip), &clock, &source).await;
    // The key is gone from the endpoint, and serves only those who may have it from the cache.
    assert_eq!(asked.map(drop).map_err(|error| error.reason.as_str()), Err("jwk-kid-mismatch"));
    assert_eq!(verifier.seen.held(), held);
}

#[tokio::test]
async fn tenants_are_not_crossed() {
    let verifier = verifier(None, Some("sk_test_a"));
    let (ours, theirs) = (key_a().token(), key_b().token());
    let (a, b) = (FakeSource::with_keys(&[key_a().jwk()]), FakeSource::with_keys(&[key_b().jwk()]));
    let clock = ManualClock::new(NOW);
    let tenant = options(json!({"secret_key": "sk_test_b"}));
    let own = VerifyOptions::default();
    for _ in 0..3 {
        assert!(verifier.verify(&ours, &own, &clock, &a).await.is_ok());
        assert!(verifier.verify(&theirs, &tenant, &clock, &b).await.is_ok());
        let crossed = verifier.verify(&ours, &tenant, &clock, &b).await.map_err(|error| error.reason.as_str());
        assert_eq!(crossed, Err("jwk-kid-mismatch"));
        let crossed = verifier.verify(&theirs, &own, &clock, &a).await.map_err(|error| error.reason.as_str());
        assert_eq!(crossed, Err("jwk-kid-mismatch"));
    }
}

#[test]
fn machines_and_handshakes_are_not_remembered() {
    let verifier = local();
    let start = Progress::Start;
    let plain = VerifyOptions::default();
    let machine = key_a().token_with(&json!({"cat": "cl_B7d4PD333AAA"}), &json!({"sub": "mch_1"}));
    assert!(verifier.machine_jwt(&machine, TokenType::M2mToken, &plain, NOW, &start).unwrap().is_ok());
    assert!(verifier.handshake(&key_a().token(), &plain, NOW, &start).unwrap().is_ok());
    assert_eq!(verifier.seen.held().0, 0);
    // Nor does what a session's token left there help a machine's.
    let token = key_a().token();
    good(&verifier, &token);
    assert!(verifier.machine_jwt(&token, TokenType::OauthToken, &plain, NOW, &start).unwrap().is_err());
}

/// Options that may be given, as the cold and the warm get them.
fn any_options() -> impl Strategy<Value = Value> {
    let of = |values: Vec<Value>| prop::sample::select(values);
    (
        of(vec![Value::Null, json!("a"), json!(["b", "c"]), json!("")]),
        of(vec![Value::Null, json!(["https://app.example.com"]), json!(["https://other.example.com"]), json!([""])]),
        of(vec![json!(false), json!(true)]),
        of(vec![Value::Null, json!("https://clerk.example.com"), json!("https://other.example.com")]),
        of(vec![Value::Null, json!("JWT"), json!(["at+jwt", "x"])]),
        of(vec![Value::Null, json!(0), json!(60_000), json!(-1_000), json!(1e300)]),
    )
        .prop_map(|(audience, parties, missing, issuer, typ, skew)| {
            json!({"audience": audience, "authorized_parties": parties, "allow_missing_azp": missing, "issuer": issuer,
                "header_type": typ, "clock_skew_ms": skew})
        })
}

fn any_token() -> impl Strategy<Value = (Value, Value)> {
    let of = |values: Vec<Value>| prop::sample::select(values);
    (
        of(vec![json!({}), json!({"typ": "at+jwt"}), json!({"typ": null}), json!({"cat": null}), json!({"kid": 5})]),
        of(vec![
            json!({}),
            json!({"aud": "a"}),
            json!({"aud": ["b", "x"]}),
            json!({"aud": {"a": 1}}),
            json!({"aud": "(null)"}),
        ]),
        of(vec![
            json!({}),
            json!({"azp": null}),
            json!({"azp": 5}),
            json!({"azp": ""}),
            json!({"iss": null}),
            json!({"iss": 1}),
        ]),
        of(vec![json!({}), json!({"nbf": null, "iat": null}), json!({"nbf": NOW_S + 20}), json!({"iat": NOW_S + 20})]),
    )
        .prop_map(|(header, audience, who, time)| {
            let mut claims = audience;
            for more in [who, time] {
                claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            }
            (header, claims)
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever was asked about a token before, in whatever order, each answer is that of a client that remembers nothing, to
    /// the letter of its message.
    #[test]
    fn no_answer_shows_what_is_remembered(
        (header, claims) in any_token(),
        calls in prop::collection::vec((any_options(), -90_000_i64..90_000), 1..12),
    ) {
        let token = key_a().token_with(&header, &claims);
        let warm = local();
        let cold = local().with_token_cache(0);
        // Accepted by someone, if by anyone at all.
        let _ = ask(&warm, &token, json!({"header_type": ["JWT", "at+jwt"], "clock_skew_ms": 60_000}), NOW);
        let _ = ask(&warm, &token, json!({"clock_skew_ms": 60_000}), NOW);
        for (with, later) in calls {
            let with = options(with);
            let (warm, cold) = (warm.try_verify(&token, &with, NOW + later), cold.try_verify(&token, &with, NOW + later));
            prop_assert_eq!(done(warm), done(cold));
        }
    }
}

#[test]
fn what_a_short_text_stands_for_counts_among_the_bytes() {
    let list = |what: &str, count: usize| (0..count).map(|at| format!("{what}{at}")).collect::<Vec<_>>().join(",");
    let (features, permissions) = (60, 60);
    let masks = vec![((1_u64 << permissions) - 1).to_string(); features].join(",");
    let organization = json!({"id": "org_1", "per": list("p", permissions), "fpm": masks});
    let claims = |fea: &str| json!({"v": 2, "fea": fea, "o": organization});
    let verifier = local();
    let many = good(&verifier, &key_a().token_with(&json!({}), &claims(&list("o:f", features))));
    let granted: usize =
        crate::token::Organization::of(&many).permissions.unwrap_or_default().iter().map(String::len).sum();
    assert!(granted > 3_600 * 5 && many.size() > granted + 3_600 * size_of::<String>(), "{granted} {}", many.size());
    assert_eq!(verifier.seen.held().0, 1);
    let few = good(&verifier, &key_a().token_with(&json!({}), &claims("o:f0")));
    assert!(few.size() < 20_000, "{}", few.size());
}
