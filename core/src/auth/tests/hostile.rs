//! What an attacker, a misbehaving API or a mistaken setup tries: found by review, and refused since.

use super::*;

fn bare(token: &str) -> RequestParts<'_> {
    RequestParts::new("POST", "https://app.example.com/").with_header("authorization", format!("Bearer {token}"))
}

fn need(authenticator: &Authenticator, request: &RequestParts, with: &Value) -> ApiCall {
    match authenticator.try_authenticate(request, &options(with), NOW) {
        Decision::Need(Need::Call(call)) => *call,
        other => panic!("no call: {other:?}"),
    }
}

fn after(request: &RequestParts, with: &Value, key: &str, kind: ApiCallKind, said: ApiAnswer) -> RequestState {
    let answers = Answers::default().with_answer(kind, said);
    done(authenticator(json!({"publishable_key": key}), true).step(request, &options(with), NOW, &answers)).unwrap()
}

#[test]
fn many_headers_take_no_longer_than_they_are() {
    let expired = key_a().token_with(&json!({}), &json!({"exp": NOW_S - 100, "iat": NOW_S - 200, "nbf": NOW_S - 200}));
    let cookie = format!("__session={expired}; __client_uat=1; __refresh_{}=x", suffix(P));
    // Were the cost more than linear, this would not end.
    let request = (0..200_000)
        .fold(page(&[("cookie", &cookie)]), |request, n| request.with_header(if n % 2 == 0 { "a" } else { "b" }, "c"));
    let call = need(&authenticator(json!({"publishable_key": P}), true), &request, &json!({}));
    let body: Value = serde_json::from_str(&call.body.unwrap()).unwrap();
    assert_eq!(body["request_headers"]["a"][0].as_str().map(str::len), Some(3 * 100_000 - 2));
}

#[test]
fn a_tenants_secret_key_goes_before_the_clients_machine_key() {
    let client = authenticator(json!({"publishable_key": P, "machine_secret_key": "ak_tenant_a"}), false);
    let with = json!({"accepts_token": "m2m_token", "secret_key": "sk_live_tenant_b"});
    assert_eq!(need(&client, &bare("mt_1"), &with).secret_key.expose(), "sk_live_tenant_b");
}

#[test]
fn a_machines_jwt_is_no_handshake() {
    let victim = key_a().token();
    let line = [format!("__session={victim}"), "admin=1; Path=/; Domain=example.com".to_owned()];
    let machine = key_a().token_with(&json!({}), &json!({"sub": "mch_1", "handshake": line}));
    let state = ask(P, &page(&[("cookie", &format!("__clerk_handshake={machine}"))]), json!({}));
    assert_ne!(told(&state), "signed-in");
}

#[test]
fn nor_is_one_of_the_category_that_says_nothing() {
    let line = ["x=attacker; Path=/".to_owned()];
    let machine =
        key_a().token_with(&json!({"cat": "cl_I7d4PD111III"}), &json!({"sub": "mch_1", "exp": 1, "handshake": line}));
    let url = format!("https://app.example.com/p?__clerk_handshake={machine}");
    let request = RequestParts::new("GET", url).with_header("sec-fetch-dest", "document");
    let state = ask(P, &request, json!({}));
    assert!(!state.headers().iter().any(|(name, _)| name == "set-cookie"), "{:?}", state.headers());
}

#[test]
fn a_copy_for_another_secret_key_has_no_jwt_key_of_the_first() {
    let client =
        crate::Clerk::builder().environment([]).secret_key("sk_test_a").jwt_key(key_a().pem()).build().unwrap();
    let copy = client.with_options(|builder| Ok(builder.secret_key("sk_test_tenant_b"))).unwrap();
    let far = key_a().token_with(&json!({}), &json!({"exp": 9_000_000_000_i64, "iat": 1, "nbf": 1}));
    let step = copy.try_verify_token(&far, &VerifyOptions::default());
    assert!(!matches!(step, crate::token::Step::Done(Ok(_))), "tenant A's token, and the copy is tenant B's");
}

#[test]
fn no_control_characters_in_headers() {
    let said = |text: &str| answer(401, json!({"errors": [{"message": text, "code": text}]}).to_string());
    let state = after(
        &bare("ak_1"),
        &json!({"accepts_token": "api_key"}),
        P,
        ApiCallKind::VerifyMachine(crate::token::TokenType::ApiKey),
        said("a\u{1}\u{7f}\u{b}b"),
    );
    let legal = |value: &str| value.chars().all(|c| c == '\t' || (c >= ' ' && c != '\u{7f}'));
    for (name, value) in state.headers() {
        assert!(legal(value), "{name}: {value:?}");
    }
}

#[test]
fn no_control_characters_in_cookies_of_a_handshake() {
    let body = json!({"directives": [format!("__session={}; Path=/", key_a().token()), "a=\u{1}\u{7f}"]});
    let state = after(
        &page(&[("cookie", "__clerk_handshake_nonce=n")]),
        &json!({}),
        P,
        ApiCallKind::HandshakePayload,
        answer(200, body.to_string()),
    );
    assert!(!state.headers().iter().any(|(_, value)| value.contains(['\u{1}', '\u{7f}'])), "{:?}", state.headers());
}

#[test]
fn debug_of_answers_shows_no_token() {
    let token = "super-secret-session";
    let answers = Answers::default().with_answer(ApiCallKind::Refresh, answer(200, token));
    let shown = format!("{answers:?}");
    let bytes = format!("{:?}", token.as_bytes());
    assert!(!shown.contains(bytes.trim_matches(['[', ']'])), "{shown}");
}

#[test]
fn what_is_told_for_looking_at_holds_no_secret_of_nested_urls() {
    let secret = "very-secret-value";
    let nested = format!("https%3A%2F%2Fsat.com%2F%3F__clerk_db_jwt%3D{secret}");
    let request = RequestParts::new(
        "GET",
        format!("https://app.example.com/p?__clerk_redirect_url={nested}&redirect_url={nested}#__session={secret}"),
    )
    .with_header("referer", format!("https://user:{secret}@x.com/"));
    let debug = ask(P, &request, json!({})).debug_json();
    assert!(!debug.contains(secret), "{debug}");
}

#[test]
fn an_answer_that_names_nobody_is_not_kept() {
    let mut defaults = options(&json!({"publishable_key": P}));
    defaults.machine_cache_ms = 60_000;
    let secret = Secret::new("sk_live_a");
    let keys = KeyCaches::new("https://api.clerk.com", "v", Some(&secret), KeyCacheSettings::default());
    let client = Authenticator::new(
        Verifier::new(None, Arc::new(keys), Instance::default(), VerifyOptions::default()),
        Some(secret),
        defaults,
    );
    let with = options(&json!({"accepts_token": "api_key"}));
    let kind = ApiCallKind::VerifyMachine(crate::token::TokenType::ApiKey);
    let answers = Answers::default().with_answer(kind, answer(200, "{}"));
    let first = done(client.step(&bare("ak_1"), &with, NOW, &answers)).unwrap();
    assert_eq!(told(&first), "signed-out unexpected-error");
    assert!(
        matches!(client.try_authenticate(&bare("ak_1"), &with, NOW + 1), Decision::Need(_)),
        "only what vouches for a token is to be kept"
    );
}

#[test]
fn padding_makes_no_session_of_a_machine() {
    let machine = key_a().token_with(&json!({}), &json!({"sub": "mch_1"}));
    let oauth = key_a().token_with(&json!({"typ": "at+jwt"}), &json!({}));
    for token in [machine, oauth] {
        for padded in [format!("{token}="), token.replacen('.', "=.", 1), format!("{token}====")] {
            for with in [
                json!({}),
                json!({"accepts_token": "any"}),
                json!({"accepts_token": ["session_token"]}),
                json!({"header_type": ["JWT", "at+jwt"]}),
                json!({"accepts_token": "any", "header_type": ["JWT", "at+jwt"]}),
            ] {
                let state = bearer(&padded, with.clone());
                assert!(!told(&state).starts_with("signed-in"), "{with} {padded}");
                let mut with = with.clone();
                if with.get("accepts_token").is_some() {
                    continue;
                }
                with["clock_skew_ms"] = json!(5000);
                let state = ask(P, &page(&[("cookie", &format!("__session={padded}; __client_uat=1"))]), with);
                assert!(!told(&state).starts_with("signed-in"));
            }
        }
    }
}

#[test]
fn a_session_status_of_a_wrong_type_is_not_active() {
    for sts in [json!(["pending"]), json!(5), json!({"pending": true})] {
        let token = key_a().token_with(&json!({}), &json!({"sts": sts}));
        let auth = bearer(&token, json!({})).to_auth().unwrap();
        assert!(!auth.is_authenticated, "law 4: a claim of a wrong type is a failure, never absent: {sts}");
    }
}

#[tokio::test]
async fn a_colliding_handshake_cookie_in_an_outage_hides_no_session() {
    let secret = Secret::new("sk_live_a");
    let keys = KeyCaches::new("https://api.clerk.com", "v", Some(&secret), KeyCacheSettings::default());
    let client = Authenticator::new(
        Verifier::new(None, Arc::new(keys), Instance::default(), VerifyOptions::default()),
        Some(secret),
        options(&json!({"publishable_key": P})),
    );
    let source = FakeSource::with_keys(&[key_a().jwk()]);
    let clock = ManualClock::new(NOW);
    let good = format!("__session={}; __client_uat=1", key_a().token());
    let plain = page(&[("cookie", &good)]);
    let with = options(&json!({}));
    assert_eq!(told(&client.authenticate(&plain, &with, &clock, &source).await.unwrap()), "signed-in");
    source.now_always(no_answer());
    assert_eq!(told(&client.authenticate(&plain, &with, &clock, &source).await.unwrap()), "signed-in");
    let other = key_b().token_with(&json!({"kid": "ins_other"}), &json!({"handshake": []}));
    let both = page(&[("cookie", &format!("{good}; __clerk_handshake={other}"))]);
    let state = client.authenticate(&both, &with, &clock, &source).await.unwrap();
    assert_eq!(told(&state), "signed-in", "a key that may still be trusted decides the case (D-15, C1)");
}

#[test]
fn a_visitor_is_told_nothing_of_where_keys_are() {
    let secret = Secret::new("sk_live_a");
    let keys = KeyCaches::new("http://gateway.internal:8080/clerk", "v", Some(&secret), KeyCacheSettings::default());
    let client = Authenticator::new(
        Verifier::new(None, Arc::new(keys), Instance::default(), VerifyOptions::default()),
        Some(secret),
        options(&json!({"publishable_key": P})),
    );
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let request = RequestParts::new("GET", "https://app.example.com/").with_header("authorization", key_a().token());
    let state = runtime
        .block_on(client.authenticate(
            &request,
            &options(&json!({})),
            &ManualClock::new(NOW),
            &FakeSource::always(no_answer()),
        ))
        .unwrap();
    assert!(!state.headers().iter().any(|(_, value)| value.contains("gateway.internal")), "{:?}", state.headers());
}
