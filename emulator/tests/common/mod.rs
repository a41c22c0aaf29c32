//! A small client for the tests: paths under `/v1`, JSON in and out.

#![allow(dead_code, unreachable_pub, clippy::expect_used, clippy::panic, clippy::unwrap_used)]

pub mod visit;

use clerk_usher_emulator::Emulator;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

/// An emulator and a client with its secret key.
pub struct Api {
    pub emulator: Emulator,
    pub client: Client,
}

/// Noon of a day in 2026, in Unix milliseconds.
pub const NOON: i64 = 1_780_000_000_000;

impl Api {
    /// A seeded emulator whose clock stands at [`NOON`].
    pub fn start() -> Api {
        Api::of(Emulator::builder().seed(7).clock_ms(NOON).start().expect("a start"))
    }

    /// A client of this emulator.
    pub fn of(emulator: Emulator) -> Api {
        // Built beside a crate that takes reqwest without a TLS provider, it has none of its own.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        Api { emulator, client: Client::builder().no_proxy().build().expect("a client") }
    }

    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        self.client
            .request(method, format!("{}/v1{path}", self.emulator.url()))
            .bearer_auth(self.emulator.secret_key())
            .header("Clerk-API-Version", "2026-05-12")
    }

    /// Sends and reads status and JSON.
    pub async fn send(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        (status, response.json().await.expect("JSON"))
    }

    /// Sends what must succeed.
    pub async fn ok(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let (status, answer) = self.send(method, path, body).await;
        assert_eq!(status, 200, "{method} {path}: {answer}");
        answer
    }

    /// Sends what must be answered with a status of its own.
    pub async fn expect(&self, wanted: u16, method: &str, path: &str, body: Option<Value>) -> Value {
        let (status, answer) = self.send(method, path, body).await;
        assert_eq!(status, wanted, "{method} {path}: {answer}");
        answer
    }

    pub async fn get(&self, path: &str) -> Value {
        self.ok("GET", path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        self.ok("POST", path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Value {
        self.ok("PATCH", path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Value {
        self.ok("PUT", path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Value {
        self.ok("DELETE", path, None).await
    }

    /// Sends what must fail; the status, and `code:param` of each error.
    pub async fn fails(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Vec<String>) {
        let (status, answer) = self.send(method, path, body).await;
        assert!(answer["clerk_trace_id"].is_string(), "{method} {path}: {answer}");
        let errors = answer["errors"].as_array().unwrap_or_else(|| panic!("{method} {path} has no errors: {answer}"));
        let told = errors
            .iter()
            .map(|error| {
                assert!(error["message"].is_string() && error["long_message"].is_string(), "{error}");
                let code = error["code"].as_str().expect("a code");
                match error["meta"]["param_name"].as_str() {
                    Some(param) => format!("{code}:{param}"),
                    None => code.to_owned(),
                }
            })
            .collect();
        (status, told)
    }

    /// The one error of what must fail.
    pub async fn fails_with(&self, method: &str, path: &str, body: Option<Value>, status: u16, code: &str) {
        assert_eq!(self.fails(method, path, body).await, (status, vec![code.to_owned()]), "{method} {path}");
    }

    /// A user with this address; the id.
    pub async fn user(&self, email: &str) -> String {
        id(&self.post("/users", json!({ "email_address": [email] })).await)
    }

    /// So many new users without an address; their ids.
    pub async fn users(&self, count: usize) -> Vec<String> {
        let mut ids = Vec::new();
        for _ in 0..count {
            ids.push(id(&self.post("/users", json!({ "skip_user_requirement": true })).await));
        }
        ids
    }

    /// An organization without a member limit; the id.
    pub async fn organization(&self, name: &str, created_by: Option<&str>) -> String {
        let body = json!({ "name": name, "created_by": created_by, "max_allowed_memberships": 0 });
        id(&self.post("/organizations", body).await)
    }

    pub fn control(&self, command: &str, arguments: Value) -> Value {
        let answer = self.emulator.control(command, &arguments.to_string()).expect("a command that works");
        serde_json::from_str(&answer).expect("JSON")
    }
}

/// The `id` of an answer.
pub fn id(body: &Value) -> String {
    body["id"].as_str().unwrap_or_else(|| panic!("no id in {body}")).to_owned()
}

/// A field of each item of a list, bare or under `data`.
pub fn column(body: &Value, field: &str) -> Vec<Value> {
    let items = body.as_array().or_else(|| body["data"].as_array()).unwrap_or_else(|| panic!("no list: {body}"));
    items.iter().map(|item| item[field].clone()).collect()
}

/// The decoded part of a token: 0 is the header, 1 the claims.
pub fn token_part(jwt: &Value, part: usize) -> Value {
    let text = jwt.as_str().expect("a token").split('.').nth(part).expect("a part");
    let bytes = data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).expect("base64");
    serde_json::from_slice(&bytes).expect("JSON")
}
