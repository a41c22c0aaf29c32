//! Decisions that have to ask: each step as data, from what is needed to what an answer makes of it.

use super::*;

/// The call that a decision needs next.
fn needed(request: &RequestParts, with: &Value, key: &str) -> ApiCall {
    match authenticator(json!({"publishable_key": key}), true).try_authenticate(request, &options(with), NOW) {
        Decision::Need(Need::Call(call)) => *call,
        other => panic!("no call: {other:?}"),
    }
}

/// What an answer to it makes of the request.
fn after(request: &RequestParts, with: &Value, key: &str, said: ApiAnswer) -> Result<RequestState, AuthenticateError> {
    let kind = needed(request, with, key).kind;
    let answers = Answers::default().with_answer(kind, said);
    done(authenticator(json!({"publishable_key": key}), true).step(request, &options(with), NOW, &answers))
}

fn set_cookies(state: &RequestState) -> Vec<&str> {
    state.headers().iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value.as_str()).collect()
}

fn expired_page() -> RequestParts<'static> {
    let expired = key_a().token_with(&json!({}), &json!({"exp": NOW_S - 100, "iat": NOW_S - 200, "nbf": NOW_S - 200}));
    let cookie = format!("__session={expired}; __client_uat=1; __refresh_{}=secret-r", suffix(P));
    page(&[("cookie", &cookie), ("User-Agent", "browser")])
}

#[test]
fn a_refresh_is_asked_for_as_the_api_wants_it() {
    let call = needed(&expired_page(), &json!({}), P);
    assert_eq!(call.kind, ApiCallKind::Refresh);
    assert_eq!((call.method, call.path.as_str()), ("POST", "/v1/sessions/sess_1/refresh"));
    assert!(call.query.is_empty() && !call.idempotent);
    let body: Value = serde_json::from_str(&call.body.clone().unwrap()).unwrap();
    assert_eq!(body["format"], "cookie");
    assert_eq!(body["refresh_token"], "secret-r");
    assert_eq!(body["request_origin"], "https://app.example.com");
    assert_eq!(body["request_headers"]["user-agent"], json!(["browser"]));
    assert_eq!(body["request_headers"]["sec-fetch-dest"], json!(["document"]));
    assert!(!format!("{call:?}").contains("secret-r"));
}

#[test]
fn what_a_refresh_comes_to() {
    let fresh = key_a().token_with(&json!({}), &json!({"exp": NOW_S + 60}));
    let cookies = |lines: Value| answer(200, json!({"object": "cookies", "cookies": lines}).to_string());
    let lines = json!([format!("__session={fresh}; Path=/"), "__client_uat=5"]);
    let state = after(&expired_page(), &json!({}), P, cookies(lines)).unwrap();
    assert_eq!(told(&state), "signed-in");
    assert_eq!((state.token(), set_cookies(&state).len()), (Some(&*fresh), 2));
    let error = |status, code: &str| answer(status, json!({"errors": [{"code": code}]}).to_string());
    for (said, tail) in [
        (cookies(json!([])), "handshake …unexpected-sdk-error"),
        (cookies(json!("text")), "handshake …unexpected-sdk-error"),
        (cookies(json!([7])), "handshake …unexpected-sdk-error"),
        (cookies(json!(["__session=junk"])), "handshake …invalid-session-token"),
        (cookies(json!(["x=y"])), "handshake …invalid-session-token"),
        (error(422, "session_gone"), "handshake …session_gone"),
        (error(400, "unexpected_error"), "handshake …fetch-error"),
        (answer(404, "not json"), "handshake …unexpected-bapi-error"),
        (answer(500, "{}"), "unavailable …unexpected-bapi-error"),
        (error(429, "slow_down"), "unavailable …slow_down"),
        (answer(200, "<html>"), "unavailable …unexpected-sdk-error"),
        (no_answer(), "unavailable …fetch-error"),
    ] {
        let state = after(&expired_page(), &json!({}), P, said.clone()).unwrap();
        let told = told(&state).replace("session-token-expired-refresh-", "…");
        assert_eq!(told, tail, "{said:?}");
    }
    let no_session = key_a().token_with(&json!({}), &json!({"sid": null}));
    let state = after(&expired_page(), &json!({}), P, cookies(json!([format!("__session={no_session}")]))).unwrap();
    assert_eq!((told(&state), set_cookies(&state).len()), ("signed-out token-type-mismatch".to_owned(), 0), "D-19");
}

#[test]
fn what_a_nonce_comes_to() {
    let request = page(&[("cookie", "__clerk_handshake_nonce=n1")]);
    let call = needed(&request, &json!({}), P);
    assert_eq!((call.kind, call.method), (ApiCallKind::HandshakePayload, "GET"));
    assert_eq!(call.query, [("nonce", "n1".to_owned())]);
    let directives = |lines: Value| answer(200, json!({"directives": lines}).to_string());
    let (first, last) = (key_a().token(), key_a().token_with(&json!({}), &json!({"sid": "sess_2"})));
    let lines = json!([format!("__session={first}"), format!("__session_x={last}; Path=/")]);
    let state = after(&request, &json!({}), P, directives(lines)).unwrap();
    assert_eq!((told(&state), state.token()), ("signed-in".to_owned(), Some(&*last)));
    assert!(state.headers().contains(&("access-control-allow-origin".to_owned(), "null".to_owned())));
    assert!(!state.headers().iter().any(|(name, _)| name == "location"), "a production instance does not move on");
    for (said, verdict) in [
        (directives(json!(["a=b"])), "signed-out session-token-missing"),
        (answer(404, "{}"), "signed-out session-token-missing"),
        (answer(503, "{}"), "unavailable session-token-missing"),
        (no_answer(), "unavailable session-token-missing"),
        (directives(json!(["__session=junk"])), "signed-out session-token-and-uat-missing"),
        (directives(json!(["__session=x\r\nx: y"])), "signed-out session-token-and-uat-missing"),
    ] {
        assert_eq!(told(&after(&request, &json!({}), P, said.clone()).unwrap()), verdict, "{said:?}");
    }
}

#[test]
fn handshake_tokens_of_development_and_production() {
    let handshake =
        |session: &str| key_a().token_with(&json!({}), &json!({"handshake": [format!("__session={session}")]}));
    let good = key_a().token();
    let on = |key: &str, token: &str| {
        let url = format!("https://app.example.com/p?a=%20b&__clerk_handshake={token}&__clerk_db_jwt=db");
        let request = RequestParts::new("GET", url).with_header("sec-fetch-dest", "document");
        done(authenticator(json!({"publishable_key": key}), true).try_authenticate(&request, &options(&json!({})), NOW))
    };
    let state = on(D, &handshake(&good)).unwrap();
    assert_eq!(told(&state), "signed-in");
    let header = |name: &str| state.headers().iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    assert_eq!(header("location"), Some("https://app.example.com/p?a=+b"));
    assert_eq!(header("cache-control"), Some("no-store"));
    let hours =
        key_a().token_with(&json!({}), &json!({"iat": NOW_S + 36_000, "nbf": NOW_S + 36_000, "exp": NOW_S + 36_060}));
    let state = on(D, &handshake(&hours)).unwrap();
    assert_eq!((told(&state), state.notes()), ("signed-in".to_owned(), &[Note::ClockSkew][..]));
    assert_eq!(told(&on(P, &handshake(&hours)).unwrap()), "signed-out session-token-and-uat-missing");
    let foreign = key_b().token_with(&json!({}), &json!({"handshake": [format!("__session={good}")]}));
    match on(D, &foreign) {
        Err(AuthenticateError::Handshake(error)) => assert!(error.message.contains("clear the cookies"), "{error}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(told(&on(P, &foreign).unwrap()), "signed-out session-token-and-uat-missing");
    let template =
        key_a().token_with(&json!({"cat": "cl_B7d4PD222AAA"}), &json!({"handshake": [format!("__session={good}")]}));
    assert!(
        matches!(on(D, &template), Err(AuthenticateError::Handshake(error)) if error.reason.as_str() == "token-invalid")
    );
}

#[test]
fn what_the_api_says_of_a_machine() {
    let request = |token: &str| {
        RequestParts::new("POST", "https://app.example.com/").with_header("authorization", format!("Bearer {token}"))
    };
    let with = |kind: &str| json!({"accepts_token": kind, "machine_secret_key": "ak_machine"});
    for (token, kind, path, field, key) in [
        ("mt_1", "m2m_token", "/m2m_tokens/verify", "token", "ak_machine"),
        ("oat_1", "oauth_token", "/oauth_applications/access_tokens/verify", "access_token", "sk_live_a"),
        ("ak_1", "api_key", "/api_keys/verify", "secret", "sk_live_a"),
    ] {
        let call = needed(&request(token), &with(kind), P);
        assert_eq!((call.path.as_str(), call.secret_key.expose()), (path, key));
        assert_eq!(call.body.as_deref(), Some(&*json!({field: token}).to_string()));
        let body =
            json!({"id": "i", "subject": "user_1", "scopes": ["a"], "name": "n", "client_id": "c", "claims": {"x": 1}});
        let state = after(&request(token), &with(kind), P, answer(200, body.to_string())).unwrap();
        let auth = state.to_auth().unwrap();
        assert_eq!((told(&state), state.token()), ("signed-in".to_owned(), Some(token)));
        assert!(auth.is_authenticated && !auth.has(&HasParams::from_json(r#"{"role":"x"}"#)));
        assert_eq!(auth.subject.as_deref(), Some("user_1"));
        let json: Value = serde_json::from_str(&auth.to_json()).unwrap();
        assert_eq!(json["user_id"].is_null(), kind == "m2m_token", "{json}");
        for (said, verdict) in [
            (answer(401, r#"{"errors":[{"message":"who?"}]}"#), "signed-out secret-key-invalid"),
            (answer(404, "{}"), "signed-out token-invalid"),
            (answer(400, "{}"), "signed-out unexpected-error"),
            (answer(200, r#"{"active":false}"#), "signed-out token-invalid"),
            (answer(200, "{}"), "signed-out unexpected-error"),
            (answer(200, "[]"), "unavailable unexpected-error"),
            (answer(500, "{}"), "unavailable unexpected-error"),
            (answer(429, "{}"), "unavailable unexpected-error"),
            (no_answer(), "unavailable unexpected-error"),
        ] {
            let state = after(&request(token), &with(kind), P, said.clone()).unwrap();
            assert_eq!(told(&state), verdict, "{said:?}");
        }
    }
    let strict = json!({"accepts_token": "oauth_token", "audience": "me"});
    let said = |aud: Value| answer(200, json!({"subject": "user_1", "aud": aud}).to_string());
    let verdict = |aud: Value| told(&after(&request("oat_1"), &strict, P, said(aud)).unwrap());
    assert_eq!(verdict(json!(["you", "me"])), "signed-in");
    assert_eq!(verdict(json!("you")), "signed-out token-verification-failed", "R-261");
    assert_eq!(verdict(Value::Null), "signed-out token-verification-failed");
}

#[test]
fn the_loop_ends_d7() {
    let at = |count: &str| {
        let cookie = format!("__client_uat=1; __clerk_redirect_count={count}");
        ask(P, &page(&[("cookie", &cookie)]), json!({}))
    };
    assert_eq!(set_cookies(&at("2")), ["__clerk_redirect_count=3; SameSite=Lax; HttpOnly; Max-Age=2"]);
    for count in ["3", "4", "99999999999999999999"] {
        let state = at(count);
        assert_eq!(told(&state), "signed-out client-uat-but-no-session-token", "{count}");
        assert_eq!((set_cookies(&state).len(), state.notes()), (0, &[Note::RedirectLoop][..]));
    }
    assert_eq!(told(&at("-1")), "handshake client-uat-but-no-session-token");
}

#[test]
fn what_is_told_for_looking_at_holds_no_secret_r411() {
    let secret = "very-secret-value";
    let request = RequestParts::new("GET", format!("https://app.example.com/p?__clerk_handshake_nonce={secret}"))
        .with_header("authorization", format!("Bearer {secret}"))
        .with_header(
            "cookie",
            format!("__session={secret}; __refresh_{}={secret}; __clerk_db_jwt={secret}", suffix(P)),
        );
    let debug = ask(P, &request, json!({"machine_secret_key": "ak_very-secret-value"})).debug_json();
    assert!(!debug.contains(secret), "{debug}");
    let debug: Value = serde_json::from_str(&debug).unwrap();
    assert_eq!(debug["token_in_header"], "very-se…");
    assert_eq!(debug["secret_key"], "sk_l…", "never more than half");
}
