//! Control over HTTP.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use clerk_usher_emulator::Emulator;
use common::Api;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

fn command(api: &Api, name: &str, body: &str) -> RequestBuilder {
    let url = format!("{}/_usher/control/{name}", api.emulator.url());
    api.client.post(url).bearer_auth(api.emulator.secret_key()).body(body.to_owned())
}

async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.expect("an answer");
    (response.status().as_u16(), response.json().await.expect("JSON"))
}

#[tokio::test]
async fn commands_answer_as_the_handle_does() {
    let api = Api::start();
    let (status, info) = answer(command(&api, "info", "")).await;
    assert_eq!((status, &info), (200, &api.control("info", json!({}))));
    let (status, clock) = answer(command(&api, "clock_advance", r#"{"by_ms": 1000}"#)).await;
    assert_eq!((status, &clock["now_ms"]), (200, &json!(common::NOON + 1000)));
}

#[tokio::test]
async fn errors_are_told() {
    let api = Api::start();
    let (status, body) = answer(command(&api, "clock_advance", r#"{"by": 1}"#)).await;
    assert_eq!(status, 400);
    assert!(body["error"].as_str().unwrap().contains("unknown field `by`"), "{body}");
    assert_eq!(answer(command(&api, "clock_advance", "{")).await.0, 400);
    let (status, body) = answer(command(&api, "clock", "")).await;
    assert_eq!(status, 404);
    assert!(body["commands"].as_array().unwrap().contains(&json!("clock_get")), "{body}");
}

#[tokio::test]
async fn only_the_secret_key_opens_it() {
    let api = Api::start();
    let url = format!("{}/_usher/control/info", api.emulator.url());
    for request in [
        api.client.post(&url),
        api.client.post(&url).bearer_auth("sk_test_other"),
        api.client.post(&url).bearer_auth(api.emulator.machine_secret_key()),
        api.client.post(&url).header("authorization", api.emulator.secret_key()),
    ] {
        let (status, body) = answer(request).await;
        assert_eq!(status, 401, "{body}");
        assert!(body["error"].is_string());
    }
    let (status, _) = answer(api.client.request(Method::GET, &url).bearer_auth(api.emulator.secret_key())).await;
    assert_eq!(status, 405);
}

#[tokio::test]
async fn pages_and_names_of_others_are_refused() {
    let api = Api::start();
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "http://localhost:1"),
        ("host", "evil.example"),
        ("host", "rebound.example:80"),
    ] {
        let (status, body) = answer(command(&api, "reset", "").header(name, value)).await;
        assert_eq!(status, 403, "{name}: {value}: {body}");
    }
    let own = api.emulator.url().to_owned();
    assert_eq!(answer(command(&api, "info", "").header("origin", own)).await.0, 200);
}

#[tokio::test]
async fn control_leaves_no_trace_in_the_log_and_meets_no_fault() {
    let api = Api::start();
    answer(command(&api, "add_fault", r#"{"status": 503}"#)).await;
    assert_eq!(answer(command(&api, "info", "")).await.0, 200);
    assert!(api.emulator.requests().is_empty());
}

#[tokio::test]
async fn an_emulator_can_be_stopped() {
    let api = Api::start();
    assert_eq!(answer(command(&api, "stop", "{}")).await, (200, json!({})));
    // It ends in its own time; then nobody listens.
    let address = api.emulator.url().trim_start_matches("http://").to_owned();
    while std::net::TcpStream::connect(&address).is_ok() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_log_is_read_on_from_an_id() {
    let api = Api::start();
    for _ in 0..3 {
        api.get("/users/count").await;
    }
    let (_, all) = answer(command(&api, "requests", "")).await;
    assert_eq!(common::column(&all, "id"), [1, 2, 3]);
    assert_eq!(common::column(&all, "status"), [200, 200, 200]);
    let (_, later) = answer(command(&api, "requests", r#"{"since": 1, "limit": 1}"#)).await;
    assert_eq!(common::column(&later, "id"), [2]);
}

#[tokio::test]
async fn limits_are_those_of_the_clock() {
    let api = Api::start();
    api.control("set_rate_limit", json!({ "limit": { "requests": 2, "per_seconds": 10 } }));
    api.get("/users/count").await;
    api.get("/users/count").await;
    let response = api.request("GET", "/users/count").send().await.expect("an answer");
    assert_eq!((response.status().as_u16(), response.headers()["retry-after"].to_str().unwrap()), (429, "10"));
    let body: Value = response.json().await.expect("JSON");
    assert_eq!(body["errors"][0]["code"], "too_many_requests");
    api.emulator.clock().advance(9_001);
    let response = api.request("GET", "/users/count").send().await.expect("an answer");
    assert_eq!(response.headers()["retry-after"], "1");
    api.emulator.clock().advance(999);
    api.get("/users/count").await;
    api.control("set_rate_limit", json!({ "limit": false }));
    for _ in 0..5 {
        api.get("/users/count").await;
    }
    let error = api.emulator.control("set_rate_limit", r#"{"limit": {"requests": 0, "per_seconds": 1}}"#);
    assert!(error.expect_err("a refusal").to_string().contains("at least 1"));
}

#[tokio::test]
async fn limits_of_an_instance_by_its_kind() {
    let options = r#"{"rate_limits": true, "clock_ms": 1780000000000}"#;
    let emulator = clerk_usher_emulator::EmulatorBuilder::from_json(options).and_then(|builder| builder.start());
    let api = Api::of(emulator.expect("a start"));
    for _ in 0..100 {
        api.get("/users/count").await;
    }
    assert_eq!(api.send("GET", "/users/count", None).await.0, 429);
    assert_eq!(api.send("GET", "/jwks", None).await.0, 200);
}

#[test]
fn a_host_beyond_the_loopback_has_to_be_allowed() {
    let error = Emulator::builder().host("0.0.0.0".parse().unwrap()).start().expect_err("a refusal");
    assert!(error.to_string().contains("allow it with listen_beyond_loopback"), "{error}");
    let open =
        Emulator::builder().host("0.0.0.0".parse().unwrap()).listen_beyond_loopback(true).start().expect("a start");
    assert!(open.url().starts_with("http://127.0.0.1:"), "{}", open.url());
}

#[tokio::test]
async fn the_loopback_of_ipv6() {
    let Ok(emulator) = Emulator::builder().host("::1".parse().unwrap()).start() else { return };
    let api = Api::of(emulator);
    assert!(api.emulator.url().starts_with("http://[::1]:"));
    api.get("/users/count").await;
    assert_eq!(answer(command(&api, "info", "")).await.0, 200);
}

#[test]
fn emulators_of_one_process_share_no_keys() {
    let emulators: Vec<_> = [Some(7), Some(7), None, None]
        .into_iter()
        .map(|seed| {
            let builder = Emulator::builder();
            seed.map_or(builder.clone(), |seed| builder.seed(seed)).start().expect("a start")
        })
        .collect();
    let mut keys: Vec<String> = Vec::new();
    for emulator in &emulators {
        keys.extend(
            [emulator.secret_key(), emulator.publishable_key(), emulator.machine_secret_key()].map(str::to_owned),
        );
        keys.extend([emulator.instance_id().to_owned(), emulator.jwt_key().expect("a key")]);
    }
    let all = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), all);
}
