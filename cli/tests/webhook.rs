//! `usher webhook`.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, clippy::print_stdout)]

mod common;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use clerk_usher::Webhook;
use clerk_usher::model::Union;
use clerk_usher::models::WebhookEvent;
use common::{Folder, Ran, run, run_with, text, usher};
use serde_json::{Value, json};

const SECRET: &str = "whsec_YW4gZW5kcG9pbnQgaGFzIGEgc2VjcmV0";
const OTHER: &str = "whsec_YW5vdGhlciBlbmRwb2ludCBoYXMgb25lIHRvbw==";

fn with_secret<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = usher(arguments);
    command.env("CLERK_WEBHOOK_SIGNING_SECRET", SECRET);
    command
}

/// A running `listen`, which goes with the test.
struct Listening {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
    url: String,
}

impl Listening {
    fn start(more: &[&str]) -> Self {
        let mut command =
            with_secret(["webhook", "listen", "--port", "0", "--json"].into_iter().chain(more.iter().copied()));
        let mut child = command.stdout(Stdio::piped()).spawn().expect("a start");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let first: Value = serde_json::from_str(&lines.next().expect("a line").expect("text")).expect("JSON");
        let url = first["listening"].as_str().expect("a URL").to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "{url}");
        Self { child, lines, url }
    }

    fn next(&mut self) -> Value {
        serde_json::from_str(&self.lines.next().expect("a line").expect("text")).expect("JSON")
    }

    fn end(&mut self) -> Option<i32> {
        self.child.wait().expect("an end").code()
    }

    fn send(&self, more: &[&str]) -> Ran {
        run(with_secret(["webhook", "send"]).args(more).arg(format!("{}/hooks", self.url)))
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn what_is_signed_verifies() {
    let folder = Folder::new();
    let file = folder.write("body.json", "{ \"type\": \"user.created\" , \"data\": {} }\n");
    let body = std::fs::read(&file).expect("the file");
    let webhook = Webhook::new(SECRET).expect("a secret");
    let headers = |ran: Ran| -> Vec<(String, String)> {
        let headers = ran.json().as_object().expect("an object").clone();
        headers.into_iter().map(|(name, value)| (name, value.as_str().expect("text").to_owned())).collect()
    };
    let ran = run(&mut with_secret(["webhook", "sign", text(&file), "--json"])).with_code(0);
    assert!(webhook.verify(&headers(ran), &body).is_ok());
    let secret = folder.write("secret", &format!("{OTHER}\n"));
    let ran = run(&mut with_secret(["webhook", "sign", text(&file), "--json", "--secret-file", text(&secret)]));
    assert!(webhook.verify(&headers(ran.with_code(0)), &body).is_err(), "the file's secret goes before");
    let arguments = ["webhook", "sign", "-", "--id", "msg_1", "--timestamp", "1700000000"];
    let ran = run_with(&mut with_secret(arguments), "{}").with_code(0);
    let expected = webhook.sign("msg_1", 1_700_000_000, b"{}").expect("headers");
    let expected: String = expected.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    assert_eq!(ran.stdout, expected);
}

#[test]
fn without_a_secret_nothing_is_signed() {
    for arguments in [&["sign", "-"][..], &["send", "user.created", "http://127.0.0.1:9"], &["listen"]] {
        let ran = run(usher(["webhook"]).args(arguments)).with_code(2);
        assert!(ran.says("CLERK_WEBHOOK_SIGNING_SECRET"), "{ran:?}");
        let mut odd = usher(["webhook"]);
        let ran = run(odd.args(arguments).env("CLERK_WEBHOOK_SIGNING_SECRET", "whsec_not!base64!at!all")).with_code(2);
        assert!(!ran.says("not!base64"), "{ran:?}");
    }
}

#[test]
fn an_event_is_sent_received_and_verified() {
    let mut listening = Listening::start(&["--count", "2"]);
    let sent = listening.send(&["user.created", "--json", "--id", "msg_1"]).with_code(0).json();
    assert_eq!(sent["status"], 204);
    let came = listening.next();
    assert_eq!((&came["verified"], &came["id"], &came["path"]), (&json!(true), &json!("msg_1"), &json!("/hooks")));
    assert_eq!(came["event"], sent["event"]);
    assert_eq!(came["event"]["data"]["email_addresses"][0]["email_address"], "ann@example.com");
    let folder = Folder::new();
    let data = folder.write("data.json", "{\"id\": \"x\", \"n\": 123456789012345678901234567890}");
    let ran = listening.send(&["thing.happened", "--data", text(&data)]).with_code(0);
    assert!(ran.stdout.contains("204"), "{ran:?}");
    let line = listening.lines.next().expect("a line").expect("text");
    assert!(line.contains("\"n\":123456789012345678901234567890"), "{line}");
    assert_eq!(listening.end(), Some(0));
}

#[test]
fn a_delivery_that_does_not_hold_is_refused() {
    let mut listening = Listening::start(&["--count", "1"]);
    let mut command = usher(["webhook", "send", "user.deleted"]);
    let ran = run(command.arg(&listening.url).env("CLERK_WEBHOOK_SIGNING_SECRET", OTHER)).with_code(1);
    assert!(ran.stdout.contains("400"), "{ran:?}");
    let came = listening.next();
    assert_eq!((&came["verified"], &came["reason"]), (&json!(false), &json!("webhook-signature-invalid")));
    assert!(came.get("event").is_none());
    assert_eq!(listening.end(), Some(1));
}

#[test]
fn every_type_has_something_to_tell() {
    let types = run(&mut usher(["webhook", "send", "--list"])).with_code(0).stdout;
    let types: Vec<&str> = types.lines().collect();
    assert_eq!(types.len(), <WebhookEvent as Union>::MEMBERS.len());
    let mut listening = Listening::start(&[]);
    for kind in types {
        listening.send(&[kind]).with_code(0);
        let came = listening.next();
        assert_eq!(came["event"]["type"], kind);
        let text = came["event"].to_string();
        // What the model of the event has no room for would be in `other`.
        let event: WebhookEvent = serde_json::from_str(&text).expect("an event");
        assert_eq!(event.event_type(), Some(kind));
        assert_eq!(serde_json::to_value(&event).expect("JSON"), came["event"], "{kind}");
        assert!(came["event"]["data"]["id"].is_string(), "{kind}: {text}");
    }
}

#[test]
fn what_cannot_be_sent_is_told() {
    let send = |arguments: &[&str]| run(with_secret(["webhook", "send"]).args(arguments));
    let ran = send(&["user.greeted", "http://127.0.0.1:9"]).with_code(2);
    assert!(ran.says("user.created"), "{ran:?}");
    send(&["user.created", "localhost:3000"]).with_code(2);
    send(&["user.created"]).with_code(2);
    let folder = Folder::new();
    let data = folder.write("data.json", "[]");
    assert!(send(&["user.created", "http://127.0.0.1:9", "--data", text(&data)]).with_code(2).says("--data"));
    let gone = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let ran = send(&["user.deleted", &format!("http://user:hunter2secret@{gone}/?token=hunter2secret")]).with_code(3);
    assert!(ran.says("could not be reached") && !ran.says("hunter2secret"), "{ran:?}");
    let ran = send(&["user.deleted", &format!("http://{gone}"), "--json"]).with_code(3);
    assert_eq!(ran.json()["error"]["kind"], "connection");
}
