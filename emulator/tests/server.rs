//! The server itself: keys, errors, connections, faults, the log, start and stop.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod common;

use clerk_usher_emulator::{Emulator, Fault};
use common::{Api, NOON, column};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

#[tokio::test]
async fn only_its_own_secret_key_is_let_in() {
    let (api, other) = (Api::start(), Api::start());
    let url = format!("{}/v1/users", api.emulator.url());
    let code = |response: Value| response["errors"][0]["code"].clone();
    for (header, wanted) in [
        (None, "authorization_header_missing"),
        (Some("Basic abc".to_owned()), "authorization_header_format_invalid"),
        (Some("Bearer ".to_owned()), "authorization_header_format_invalid"),
        (Some(format!("Bearer {}", other.emulator.secret_key())), "clerk_key_invalid"),
        (Some(format!("Bearer {}", api.emulator.machine_secret_key())), "clerk_key_invalid"),
    ] {
        let mut request = api.client.get(&url);
        if let Some(header) = header {
            request = request.header("Authorization", header);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 401);
        let trace = response.headers()["clerk-trace-id"].to_str().unwrap().to_owned();
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["clerk_trace_id"], trace);
        assert_eq!(code(body), wanted);
    }
    assert_ne!(api.emulator.secret_key(), other.emulator.secret_key(), "the seed does not make secrets");
    assert_ne!(api.emulator.instance_id(), other.emulator.instance_id());
}

#[tokio::test]
async fn unknown_paths_methods_and_bodies() {
    let api = Api::start();
    api.fails_with("GET", "/nowhere", None, 404, "resource_not_found").await;
    api.fails_with("PUT", "/users", None, 405, "method_not_allowed").await;
    let send = |body: &'static str, kind: &'static str| {
        api.request("POST", "/users").header("Content-Type", kind).body(body).send()
    };
    let malformed = send("{\"first_name\":", "application/json").await.unwrap();
    assert_eq!(malformed.status(), 400);
    assert_eq!(malformed.json::<Value>().await.unwrap()["errors"][0]["code"], "request_body_invalid");
    assert_eq!(send("[1]", "application/json; charset=utf-8").await.unwrap().status(), 400);
    assert_eq!(send("a=b", "application/x-www-form-urlencoded").await.unwrap().status(), 415);
}

#[tokio::test]
async fn keys_and_info() {
    let api = Api::start();
    let info = api.control("info", json!({}));
    assert_eq!(info["url"], api.emulator.url());
    assert!(info["secret_key"].as_str().unwrap().starts_with("sk_test_"));
    assert!(info["machine_secret_key"].as_str().unwrap().starts_with("ak_"));
    assert!(info["instance_id"].as_str().unwrap().starts_with("ins_"));
    assert!(info["jwt_key"].as_str().unwrap().starts_with("-----BEGIN PUBLIC KEY-----\n"));
    let key = info["publishable_key"].as_str().unwrap().strip_prefix("pk_test_").unwrap().to_owned();
    let host = String::from_utf8(data_encoding::BASE64_NOPAD.decode(key.as_bytes()).unwrap()).unwrap();
    assert_eq!(format!("http://{host}"), format!("{}$", api.emulator.url()));
}

#[tokio::test]
async fn key_set_with_and_without_authorization() {
    let api = Api::start();
    let keys = api.get("/jwks").await;
    assert_eq!(column(&json!({ "data": keys["keys"] }), "kid"), [json!(api.emulator.instance_id())]);
    let open = api.client.get(format!("{}/.well-known/jwks.json", api.emulator.url())).send().await.unwrap();
    assert_eq!(open.json::<Value>().await.unwrap(), keys);
    let shut = api.client.get(format!("{}/v1/jwks", api.emulator.url())).send().await.unwrap();
    assert_eq!(shut.status(), 401);
}

#[tokio::test]
async fn calls_in_a_row_use_one_connection() {
    let api = Api::start();
    for _ in 0..20 {
        api.get("/users").await;
    }
    let connections: Vec<u64> = api.emulator.requests().iter().map(|request| request.connection).collect();
    assert_eq!(connections, vec![1; 20]);
}

#[tokio::test]
async fn the_log_tells_what_was_sent() {
    let api = Api::start();
    api.get("/users?query=a%2Bb&user_id=%2Buser_1&user_id=-user_2").await;
    api.post("/users", json!({ "username": "annlee" })).await;
    api.fails("GET", "/nowhere/x%20y", None).await;
    let log = api.control("requests", json!({}));
    assert_eq!(log[0]["query"], json!([["query", "a+b"], ["user_id", "+user_1"], ["user_id", "-user_2"]]));
    assert_eq!((&log[0]["body"], &log[0]["body_base64"]), (&Value::Null, &json!("")));
    assert_eq!(
        (&log[0]["method"], &log[0]["path"], &log[0]["route"]),
        (&json!("GET"), &json!("/v1/users"), &json!("/v1/users"))
    );
    assert_eq!((&log[0]["status"], &log[0]["time_ms"]), (&json!(200), &json!(NOON)));
    assert_eq!(log[1]["body"], r#"{"username":"annlee"}"#);
    assert!(log[1]["headers"].as_array().unwrap().contains(&json!(["clerk-api-version", "2026-05-12"])));
    assert_eq!(
        (&log[2]["route"], &log[2]["path"], &log[2]["status"]),
        (&Value::Null, &json!("/v1/nowhere/x%20y"), &json!(404))
    );
    api.control("clear_requests", json!({}));
    assert_eq!(api.control("requests", json!({})), json!([]));
}

#[tokio::test]
async fn faults_answer_in_the_place_of_the_api() {
    let api = Api::start();
    api.control(
        "add_fault",
        json!({"route": "/v1/users", "count": 1, "status": 503, "retry_after": 2, "headers": {"cf-ray": "abc"}}),
    );
    api.control("add_fault", json!({"method": "GET", "count": 1, "status": 418, "body": {"short": "stout"}}));
    api.control(
        "add_fault",
        json!({"count": 1, "status": 502, "body": "<html>", "headers": {"content-type": "text/html"}}),
    );
    api.control("add_fault", json!({"count": 1, "malformed": true}));
    // Before authentication: the key is not looked at.
    let first = api.client.get(format!("{}/v1/users", api.emulator.url())).send().await.unwrap();
    assert_eq!(
        (first.status().as_u16(), &first.headers()["retry-after"], &first.headers()["cf-ray"]),
        (503, &"2".parse().unwrap(), &"abc".parse().unwrap())
    );
    assert_eq!(first.json::<Value>().await.unwrap()["errors"][0]["code"], "maintenance_mode");
    assert_eq!(api.send("GET", "/users", None).await, (418, json!({"short": "stout"})));
    let third = api.request("POST", "/users").send().await.unwrap();
    assert_eq!((third.status().as_u16(), &third.headers()["content-type"]), (502, &"text/html".parse().unwrap()));
    let fourth = api.request("GET", "/users").send().await.unwrap();
    assert_eq!(fourth.status(), 200);
    assert!(fourth.json::<Value>().await.is_err());
    api.get("/users").await;
}

#[tokio::test]
async fn faults_delay_drop_and_truncate() {
    let api = Api::start();
    api.emulator.add_fault(Fault { latency_ms: Some(120), count: Some(1), ..Fault::default() }).unwrap();
    api.emulator.add_fault(Fault { drop: true, count: Some(1), ..Fault::default() }).unwrap();
    api.emulator.add_fault(Fault { truncate: true, count: Some(1), ..Fault::default() }).unwrap();
    let began = Instant::now();
    api.get("/users").await;
    assert!(began.elapsed() >= Duration::from_millis(120));
    assert!(api.request("POST", "/users").send().await.is_err(), "no answer at all");
    let cut = api.request("GET", "/jwks").send().await.expect("head and half a body");
    assert_eq!(cut.status(), 200);
    let length: usize = cut.headers()["content-length"].to_str().unwrap().parse().unwrap();
    assert!(length > 300, "{length}");
    assert!(cut.bytes().await.is_err(), "the rest never comes");
    api.get("/jwks").await;
    let statuses: Vec<Option<u16>> = api.emulator.requests().iter().map(|request| request.status).collect();
    assert_eq!(statuses, [Some(200), None, Some(200), Some(200)]);
}

#[test]
fn half_of_a_truncated_body_is_really_sent() {
    let emulator = Emulator::start().unwrap();
    emulator.add_fault(Fault { truncate: true, ..Fault::default() }).unwrap();
    let mut stream = TcpStream::connect(emulator.url().trim_start_matches("http://")).unwrap();
    let head = format!("GET /v1/users HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\n\r\n", "wrong");
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let text = String::from_utf8(answer).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
    assert_eq!(body.len(), length.parse::<usize>().unwrap() / 2);
}

#[tokio::test]
async fn clearing_faults_and_refusing_bad_ones() {
    let api = Api::start();
    api.control("add_fault", json!({"status": 500}));
    api.control("clear_faults", json!({}));
    api.get("/users").await;
    for bad in [
        json!({"status": 99}),
        json!({"route": "users"}),
        json!({"headers": {"a b": "c"}}),
        json!({"latency": 1}),
        json!({"count": -1}),
    ] {
        assert!(api.emulator.control("add_fault", &bad.to_string()).is_err(), "{bad}");
    }
    assert!(api.emulator.control("fly", "{}").is_err());
    assert!(api.emulator.control("info", "not JSON").is_err());
    assert!(api.emulator.control("info", r#"{"x": 1}"#).is_err());
    assert!(api.emulator.control("clock_get", "").is_ok(), "no arguments are none");
}

#[tokio::test]
async fn clock_can_be_frozen_moved_and_let_go() {
    let api = Api::start();
    assert_eq!(api.control("clock_get", json!({})), json!({"now_ms": NOON, "frozen": true}));
    assert_eq!(api.control("clock_advance", json!({"by_ms": 5000}))["now_ms"], NOON + 5000);
    assert_eq!(api.post("/users", json!({"username": "annlee"})).await["created_at"], NOON + 5000);
    assert_eq!(api.control("clock_set", json!({"now_ms": 1000}))["now_ms"], 1000);
    assert_eq!(api.control("clock_set", json!({"now_ms": null}))["frozen"], false);
}

#[tokio::test]
async fn reset_begins_again_with_the_same_ids() {
    let api = Api::start();
    let first = api.user("ann@example.com").await;
    api.control("add_fault", json!({"route": "/v1/jwks", "status": 500}));
    api.control("reset", json!({}));
    assert_eq!(api.get("/users").await, json!([]));
    api.get("/jwks").await;
    assert_eq!(api.user("ann@example.com").await, first);
}

#[tokio::test]
async fn stopping_is_prompt_and_closes_the_port() {
    let api = Api::start();
    api.get("/users").await;
    api.emulator.add_fault(Fault { latency_ms: Some(60_000), ..Fault::default() }).unwrap();
    let hanging = tokio::spawn(api.request("GET", "/users").send());
    while api.emulator.requests().len() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let began = Instant::now();
    api.emulator.stop();
    api.emulator.stop();
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert!(hanging.await.unwrap().is_err());
    assert!(TcpStream::connect(api.emulator.url().trim_start_matches("http://")).is_err());
}

#[test]
fn the_last_handle_stops_it() {
    let emulator = Emulator::start().unwrap();
    let address = emulator.url().trim_start_matches("http://").to_owned();
    let clone = emulator.clone();
    drop(emulator);
    assert!(TcpStream::connect(&address).is_ok());
    drop(clone);
    assert!(TcpStream::connect(&address).is_err());
}

#[test]
fn starting_is_quick_and_several_run_side_by_side() {
    let began = Instant::now();
    let all: Vec<Emulator> = (0..5).map(|_| Emulator::builder().seed(1).start().unwrap()).collect();
    assert!(began.elapsed() < Duration::from_millis(300), "{:?}", began.elapsed());
    let mut keys: Vec<String> = all.iter().map(|emulator| emulator.jwt_key().unwrap()).collect();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 5, "each has a key of its own");
}

#[test]
fn options_are_checked() {
    use clerk_usher_emulator::EmulatorBuilder;
    let emulator =
        EmulatorBuilder::from_json(r#"{"secret_key": "sk_test_mine", "instance_id": "ins_mine", "seed": 3}"#)
            .unwrap()
            .start()
            .unwrap();
    assert_eq!((emulator.secret_key(), emulator.instance_id()), ("sk_test_mine", "ins_mine"));
    assert!(EmulatorBuilder::from_json(r#"{"prot": 1}"#).is_err());
    assert!(Emulator::builder().secret_key("").start().is_err());
    assert!(Emulator::builder().secret_key("two words").start().is_err());
    let port: u16 = emulator.url().rsplit(':').next().unwrap().parse().unwrap();
    assert!(Emulator::builder().port(port).start().is_err(), "the port is taken");
    assert!(!format!("{emulator:?}").contains("sk_test_mine"));
}

#[test]
fn options_print_without_their_keys() {
    let builder = Emulator::builder()
        .port(4321)
        .secret_key("sk_test_mine")
        .publishable_key("pk_test_bG9jYWxob3N0JA")
        .machine_secret_key("ak_mine")
        .instance_id("ins_mine");
    let shown = format!("{builder:?} {builder:#?}");
    for secret in ["sk_test_mine", "ak_mine"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    for told in ["4321", "pk_test_bG9jYWxob3N0JA", "ins_mine"] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
}
