//! What only the Rust client has, and what a case cannot say: options, environment, connections, pages, cancellation.

// Helpers of a test say what they expect by failing.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use clerk_usher::args::Arguments;
use clerk_usher::auth::{AuthStatus, AuthenticateOptions, RequestParts};
use clerk_usher::token::{Step, VerifyOptions};
use clerk_usher::{CallOptions, Clerk, ClerkBuilder, Error};
use clerk_usher_emulator::{Emulator, Fault, MintOptions};
use serde_json::{Value, json};

fn emulator() -> Emulator {
    Emulator::builder().seed(3).start().unwrap()
}

fn emulator_of_another_seed() -> Emulator {
    Emulator::builder().seed(4).start().unwrap()
}

fn builder(emulator: &Emulator) -> ClerkBuilder {
    Clerk::builder()
        .secret_key(emulator.secret_key())
        .publishable_key(emulator.publishable_key())
        .api_url(emulator.url())
        .retry_delay(Duration::from_millis(1))
        .environment([])
}

fn client(emulator: &Emulator) -> Clerk {
    builder(emulator).build().unwrap()
}

async fn some_users(clerk: &Clerk, count: usize) {
    for number in 0..count {
        clerk.users().create().email_address([format!("user{number}@example.com")]).await.unwrap();
    }
}

fn option_of(error: Error) -> String {
    match error {
        Error::Config(error) => error.option,
        other => panic!("not a configuration error: {other:?}"),
    }
}

#[test]
fn options_come_from_the_environment_unless_set() {
    let emulator = emulator();
    let variables = [
        ("CLERK_SECRET_KEY", " sk_test_environment "),
        ("CLERK_API_URL", emulator.url()),
        ("CLERK_API_VERSION", "v1"),
        ("CLERK_PUBLISHABLE_KEY", ""),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let asked_with = |clerk: &Clerk| {
        emulator.clear_requests();
        let _ = runtime.block_on(async { clerk.users().count().await });
        let request = emulator.requests().remove(0);
        let header = |name: &str| request.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        (header("authorization").unwrap(), header("clerk-api-version").unwrap())
    };
    let clerk = Clerk::builder().environment(variables.clone()).build().unwrap();
    assert_eq!(asked_with(&clerk), ("Bearer sk_test_environment".to_owned(), "2026-05-12".to_owned()));
    let clerk =
        Clerk::builder().secret_key("sk_test_set").api_version("2025-04-10").environment(variables).build().unwrap();
    assert_eq!(asked_with(&clerk), ("Bearer sk_test_set".to_owned(), "2025-04-10".to_owned()));
}

#[test]
fn bad_options_are_named() {
    let plain = || Clerk::builder().environment([]);
    let good = || plain().secret_key("sk_test_1");
    for (builder, option) in [
        (plain(), "secret_key"),
        (plain().secret_key(""), "secret_key"),
        (plain().secret_key("pk_test_abc"), "secret_key"),
        (plain().secret_key("sk_test_1\n"), "secret_key"),
        (good().publishable_key("sk_test_1"), "publishable_key"),
        (good().publishable_key("pk_test_!"), "publishable_key"),
        (good().jwt_key("-----BEGIN PUBLIC KEY-----\nno\n-----END PUBLIC KEY-----"), "jwt_key"),
        (good().api_url("api.clerk.com"), "api_url"),
        (good().api_url("ftp://api.clerk.com"), "api_url"),
        (good().api_url("https://me:secret@api.clerk.com"), "api_url"),
        (good().api_url("https://api.clerk.com/a/%2e%2E/b"), "api_url"),
        (good().api_url("https://api.clerk.com?x=1"), "api_url"),
        (good().api_version("latest"), "api_version"),
        (good().ca_certificates("not PEM"), "ca_certificates"),
        (good().proxy("::"), "proxy"),
        (good().user_agent_suffix("a\nb"), "user_agent_suffix"),
    ] {
        assert_eq!(option_of(builder.build().unwrap_err()), option);
    }
    for (json, option) in [
        (r#"{"secret_kye":"x"}"#, "secret_kye"),
        (r#"{"timeout_ms":"1"}"#, "timeout_ms"),
        (r#"{"timeout_ms":-1}"#, "timeout_ms"),
        (r#"{"max_retries":1.5}"#, "max_retries"),
        (r#"{"audience":[1]}"#, "audience"),
        ("[]", "options"),
    ] {
        assert_eq!(option_of(ClerkBuilder::from_json(json).unwrap_err()), option);
    }
    let error = ClerkBuilder::from_json(r#"{"secret_kye":"sk_test_hidden"}"#).unwrap_err().to_string();
    assert!(error.contains("did you mean `secret_key`") && !error.contains("hidden"), "{error}");
}

#[test]
fn secrets_never_print() {
    let emulator = emulator();
    let clerk = builder(&emulator)
        .machine_secret_key("ak_hidden_machine")
        .jwt_key(emulator.jwt_key().unwrap())
        .proxy("http://me:hidden_password@127.0.0.1:9")
        .build()
        .unwrap();
    let call = clerk.users().create().password("hidden_password");
    let mut arguments = Arguments::default();
    arguments.set("password", "hidden_password").unwrap();
    let variables = [("CLERK_SECRET_KEY", "sk_test_hidden"), ("CLERK_JWT_KEY", "MIIBhidden")];
    let builder = Clerk::builder().environment(variables.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let options = CallOptions::default().header("x-token", "hidden").unwrap();
    let prepared = clerk.prepare("users.create", &arguments, &[], &options).unwrap();
    let shown = [
        format!("{clerk:?}"),
        format!("{clerk:#?}"),
        format!("{call:?}"),
        format!("{arguments:?}"),
        format!("{builder:?}"),
        format!("{options:?}"),
        format!("{prepared:?}"),
        // What is no object at all is not repeated either.
        format!("{:?}", ClerkBuilder::from_json(r#""sk_live_hidden""#).unwrap_err()),
        format!("{:?}", Arguments::from_json(r#""hidden""#).unwrap_err()),
    ];
    for shown in shown {
        for secret in [emulator.secret_key(), "hidden", "MIIB"] {
            assert!(!shown.contains(secret), "{secret} is in {shown}");
        }
    }
}

#[tokio::test]
async fn fifty_calls_use_one_connection() {
    let emulator = emulator();
    let clerk = client(&emulator);
    for _ in 0..50 {
        clerk.users().count().await.unwrap();
    }
    let mut connections: Vec<u64> = emulator.requests().iter().map(|request| request.connection).collect();
    connections.dedup();
    assert_eq!((connections.len(), emulator.requests().len()), (1, 50));
}

#[tokio::test]
async fn a_copy_with_options_shares_connections_and_keys() {
    let emulator = emulator();
    let clerk = client(&emulator);
    clerk.warm_up().await.unwrap();
    let copy =
        clerk.with_options(|builder| Ok(builder.max_retries(0_u32).audience(["https://api.example.com"]))).unwrap();
    copy.users().count().await.unwrap();
    let token = emulator.mint_session_token(&MintOptions::default()).unwrap();
    assert!(matches!(copy.try_verify_token(&token, &VerifyOptions::default()), Step::Done(Ok(_))));
    assert!(emulator.requests().iter().all(|request| request.connection == 1));
    // What is said of the keys themselves holds for the copy, which then has its own.
    let hasty = clerk.with_options(|builder| Ok(builder.keys_cooldown(Duration::ZERO))).unwrap();
    emulator.clear_requests();
    let unknown = emulator_of_another_seed().mint_session_token(&MintOptions::default()).unwrap();
    for _ in 0..3 {
        let verdict = hasty.verify_token(&unknown, &VerifyOptions::default()).await;
        assert!(matches!(&verdict, Err(Error::Token(error)) if error.reason.as_str() == "jwk-kid-mismatch"));
    }
    assert_eq!(emulator.requests().len(), 3, "without a cooldown it asks each time");
    // Another secret key is another instance: nothing is shared.
    let other = clerk.with_options(|builder| Ok(builder.secret_key("sk_test_other"))).unwrap();
    assert!(matches!(other.try_verify_token(&token, &VerifyOptions::default()), Step::NeedKeys(_)));
}

#[tokio::test]
async fn a_key_set_beyond_all_measure_is_no_key_set() {
    let emulator = emulator();
    let clerk = builder(&emulator).build().unwrap();
    let body = json!({ "keys": [], "padding": " ".repeat(2 * 1024 * 1024) });
    emulator.add_fault(Fault { body: Some(body), count: Some(1), ..Fault::default() }).unwrap();
    let token = emulator.mint_session_token(&MintOptions::default()).unwrap();
    let verdict = clerk.verify_token(&token, &VerifyOptions::default()).await;
    assert!(matches!(verdict, Err(Error::Unavailable(_))), "{verdict:?}");
    // Other answers may be that long.
    let body = json!({ "total_count": 1, "padding": " ".repeat(2 * 1024 * 1024) });
    emulator.add_fault(Fault { body: Some(body), count: Some(1), ..Fault::default() }).unwrap();
    clerk.users().count().await.unwrap();
}

#[tokio::test]
async fn the_longest_times_are_times_too() {
    let emulator = emulator();
    let long = r#"{"timeout_ms":1e22,"attempt_timeout_ms":1e22,"keys_timeout_ms":1e22,"connect_timeout_ms":1e22}"#;
    let clerk = builder(&emulator).merge_json(long).unwrap().build().unwrap();
    clerk.users().count().await.unwrap();
    let token = emulator.mint_session_token(&MintOptions::default()).unwrap();
    clerk.verify_token(&token, &VerifyOptions::default()).await.unwrap();
    clerk.users().count().timeout(Duration::MAX).await.unwrap();
}

#[tokio::test]
async fn a_call_that_is_dropped_is_cancelled() {
    let emulator = emulator();
    let clerk = client(&emulator);
    emulator.add_fault(Fault { latency_ms: Some(60_000), count: Some(1), ..Fault::default() }).unwrap();
    let call = clerk.users().count().into_future();
    let late = tokio::time::timeout(Duration::from_millis(50), call).await;
    assert!(late.is_err());
    // The connection was given up with the call; the next one is served at once.
    clerk.users().count().await.unwrap();
    assert_eq!(emulator.requests().last().unwrap().connection, 2);
}

#[tokio::test]
async fn items_walk_every_page_and_no_more() {
    let emulator = emulator();
    let clerk = client(&emulator);
    some_users(&clerk, 7).await;
    emulator.clear_requests();
    let users = clerk.users().list().limit(3).order_by("created_at").items().collect().await.unwrap();
    let mut ids: Vec<_> = users.iter().map(|user| user.id.clone().unwrap()).collect();
    ids.dedup();
    assert_eq!((ids.len(), emulator.requests().len()), (7, 3));

    emulator.clear_requests();
    let page = clerk.users().list().limit(3).await.unwrap();
    assert_eq!((page.data.len(), emulator.requests().len()), (3, 1), "one page is one request");

    emulator.clear_requests();
    let first = page.data[0].id.clone().unwrap();
    let after = clerk.users().list().limit(3).starting_after(first).items().collect().await.unwrap();
    assert_eq!(after.len(), 6, "a walk that began behind an item goes on behind the last one");
    assert!(emulator.requests().iter().all(|request| request.query.iter().all(|(name, _)| name != "offset")));
}

#[tokio::test]
async fn a_listing_that_does_not_advance_ends_with_an_error() {
    let emulator = emulator();
    let clerk = client(&emulator);
    let body = json!([{ "object": "user", "id": "user_1" }, { "object": "user", "id": "user_2" }]);
    emulator.add_fault(Fault { body: Some(body), ..Fault::default() }).unwrap();
    let mut items = clerk.users().list().limit(2).items();
    let mut seen = 0;
    let error = loop {
        match items.next().await {
            Some(Ok(_)) => seen += 1,
            Some(Err(error)) => break error,
            None => panic!("it ended as if that were all, after {seen}"),
        }
    };
    assert!(error.to_string().contains("does not advance"), "{error}");
    assert!(items.next().await.is_none(), "and stays ended");
    assert!(seen <= 4 && emulator.requests().len() <= 3);
}

#[tokio::test]
async fn the_raw_answer_can_be_had() {
    let emulator = emulator();
    let clerk = client(&emulator);
    let raw = clerk.users().count().raw().await.unwrap();
    assert_eq!(raw.status, 200);
    assert_eq!(raw.header("Content-Type"), Some("application/json"));
    assert_eq!(serde_json::from_slice::<Value>(&raw.body).unwrap()["total_count"], 0);
}

#[tokio::test]
async fn any_request_can_be_made() {
    let emulator = emulator();
    let clerk = client(&emulator);
    let none = CallOptions::default();
    let body = r#"{"email_address":["a@example.com"],"public_metadata":{"n":12345678901234567890123}}"#;
    let made = clerk.request("post", "/users", &[], Some(body), &none).await.unwrap();
    let id = serde_json::from_slice::<Value>(&made.body).unwrap()["id"].as_str().unwrap().to_owned();
    assert_eq!(emulator.requests()[0].body.as_deref(), Some(body));
    let query = [("limit".to_owned(), "1".to_owned()), ("query".to_owned(), "a+b &c".to_owned())];
    clerk.request("GET", "/users", &query, None, &none).await.unwrap();
    assert_eq!(emulator.requests()[1].query, query);
    let missing = clerk.request("GET", &format!("/users/{id}x"), &[], None, &none).await.unwrap_err();
    assert_eq!(missing.status(), Some(404));
    emulator.clear_requests();
    for (method, path, body, argument) in [
        ("TRACE", "/users", None, "method"),
        ("GET", "users", None, "path"),
        ("GET", "/users/../instance", None, "path"),
        ("GET", "/users/%2e%2E/instance", None, "path"),
        ("GET", "//evil.example.com/users", None, "path"),
        ("GET", "/users#x", None, "path"),
        ("POST", "/users", Some("{"), "body"),
    ] {
        match clerk.request(method, path, &[], body, &none).await {
            Err(Error::Argument(error)) => assert_eq!(error.argument, argument, "{method} {path}"),
            other => panic!("{method} {path}: {other:?}"),
        }
    }
    assert!(emulator.requests().is_empty(), "nothing of it was sent");
}

#[tokio::test]
async fn without_a_secret_key_calls_are_refused_and_tokens_still_verified() {
    let emulator = emulator();
    let pem = emulator.jwt_key().unwrap();
    let clerk = Clerk::builder().jwt_key(pem).api_url(emulator.url()).environment([]).build().unwrap();
    assert_eq!(option_of(clerk.users().count().await.unwrap_err()), "secret_key");
    let token = emulator.mint_session_token(&MintOptions::default()).unwrap();
    clerk.verify_token(&token, &VerifyOptions::default()).await.unwrap();
    assert!(emulator.requests().is_empty(), "networkless verification asked the network");
}

#[tokio::test]
async fn one_instances_key_never_verifies_anothers_token() {
    // The same key id makes the test sharper.
    let start = || Emulator::builder().instance_id("ins_same").start().unwrap();
    let (one, two) = (start(), start());
    assert_eq!(one.instance_id(), two.instance_id());
    let (first, second) = (client(&one), client(&two));
    let (mine, theirs) = (MintOptions::default(), MintOptions::default());
    let (mine, theirs) = (one.mint_session_token(&mine).unwrap(), two.mint_session_token(&theirs).unwrap());
    let options = VerifyOptions::default();
    for _ in 0..2 {
        first.verify_token(&mine, &options).await.unwrap();
        second.verify_token(&theirs, &options).await.unwrap();
        for (clerk, token) in [(&first, &theirs), (&second, &mine)] {
            match clerk.verify_token(token, &options).await {
                Err(Error::Token(error)) => assert_eq!(error.reason.as_str(), "token-invalid-signature"),
                other => panic!("a token of another instance: {other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn an_outage_is_unavailable_and_bounded() {
    let emulator = emulator();
    let token = emulator.mint_session_token(&MintOptions::default()).unwrap();
    let request =
        RequestParts::new("GET", "https://app.example.com/").with_header("Authorization", format!("Bearer {token}"));
    for fault in [
        Fault { status: Some(500), ..Fault::default() },
        Fault { status: Some(429), retry_after: Some(json!(7)), ..Fault::default() },
        Fault { drop: true, ..Fault::default() },
        Fault { latency_ms: Some(60_000), ..Fault::default() },
        Fault { malformed: true, ..Fault::default() },
    ] {
        emulator.clear_faults();
        emulator.add_fault(fault.clone()).unwrap();
        let clerk = builder(&emulator).keys_timeout(Duration::from_millis(150)).build().unwrap();
        let state = clerk.authenticate_request(&request, &AuthenticateOptions::default()).await.unwrap();
        assert_eq!(state.status(), AuthStatus::Unavailable, "{fault:?}");
        assert!(state.to_auth().is_none());
        let error = clerk.verify_token(&token, &VerifyOptions::default()).await.unwrap_err();
        assert!(matches!(error, Error::Unavailable(_)), "{fault:?}: {error:?}");
        if fault.retry_after.is_some() {
            assert!(state.retry_after_ms().is_some_and(|ms| (6_000..=7_000).contains(&ms)), "{state:?}");
        }
    }
}

#[tokio::test]
async fn many_at_once_fetch_the_keys_once() {
    let emulator = emulator();
    let clerk = client(&emulator);
    let token = emulator.mint_session_token(&MintOptions::default()).unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (clerk, token) = (clerk.clone(), token.clone());
        tasks.spawn(async move { clerk.verify_token(&token, &VerifyOptions::default()).await.map(drop) });
    }
    while let Some(verdict) = tasks.join_next().await {
        verdict.unwrap().unwrap();
    }
    assert_eq!(emulator.requests().len(), 1);
}
