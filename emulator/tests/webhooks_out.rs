//! Webhooks: how events are delivered, retried, looked at and replayed.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod common;
#[path = "common/receiver.rs"]
mod receiver;

use common::{Api, NOON, column};
use receiver::Receiver;
use serde_json::{Value, json};
use std::time::Duration;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// Adds an endpoint; its id and secret.
fn add(api: &Api, receiver: &Receiver, mut options: Value) -> (String, String) {
    options["url"] = json!(receiver.url);
    let answer = api.control("add_webhook_endpoint", options);
    (answer["id"].as_str().unwrap().to_owned(), answer["secret"].as_str().unwrap().to_owned())
}

/// Blocks until everything that is due is delivered.
fn settle(api: &Api) {
    assert_eq!(api.control("wait_for_webhooks", json!({})), json!({"idle": true}));
}

fn refused(api: &Api, command: &str, arguments: Value) -> String {
    api.emulator.control(command, &arguments.to_string()).expect_err("a refusal").to_string()
}

#[tokio::test]
async fn an_event_is_delivered_once_and_signed() {
    let (api, receiver) = (Api::start(), Receiver::start());
    let (endpoint, secret) = add(&api, &receiver, json!({}));
    assert!(endpoint.starts_with("ep_") && secret.starts_with("whsec_"));
    let user = api.user("a@x.de").await;
    settle(&api);
    let [delivered] = &receiver.delivered()[..] else { panic!("{:?}", receiver.types()) };
    assert!(delivered.is_signed_with(&secret));
    assert!(!delivered.is_signed_with("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
    assert_eq!(delivered.header("content-type"), "application/json");
    assert_eq!(delivered.header("svix-timestamp"), (NOON / 1000).to_string());
    let body = delivered.json();
    assert_eq!(
        (&body["object"], &body["type"], &body["timestamp"], &body["instance_id"]),
        (&json!("event"), &json!("user.created"), &json!(NOON), &json!(api.emulator.instance_id()))
    );
    assert_eq!(body["data"]["id"], user);
    assert_eq!(body["event_attributes"]["http_request"]["client_ip"], "127.0.0.1");
    let [event] = &api.emulator.webhook_events(&Default::default())[..] else { panic!("not one event") };
    assert_eq!((event.id.as_str(), event.payload.as_str()), (delivered.header("svix-id"), delivered.body.as_str()));
    let deliveries = api.control("webhook_deliveries", json!({"event_id": event.id, "endpoint_id": endpoint}));
    assert_eq!((&deliveries[0]["state"], &deliveries[0]["next_attempt_at"]), (&json!("succeeded"), &Value::Null));
    let attempt = &deliveries[0]["attempts"][0];
    assert_eq!(
        (&attempt["at"], &attempt["status"], &attempt["response"]),
        (&json!(NOON), &json!(200), &json!("answer 200"))
    );
}

#[tokio::test]
async fn a_failure_is_retried_when_the_clock_gets_there() {
    let (api, receiver) = (Api::start(), Receiver::start());
    let (_, secret) = add(&api, &receiver, json!({}));
    receiver.answer(&[(500, None), (302, Some(("location", "/elsewhere")))]);
    api.user("a@x.de").await;
    settle(&api);
    api.emulator.clock().advance(4_999);
    settle(&api);
    assert_eq!(receiver.delivered().len(), 1);
    api.emulator.clock().advance(1);
    settle(&api);
    assert_eq!(receiver.delivered().len(), 2);
    let pending = api.control("webhook_deliveries", json!({"state": "pending"}));
    assert_eq!(column(&pending, "next_attempt_at"), [json!(NOON + 5_000 + 5 * MINUTE)], "a redirect is a failure");
    api.emulator.clock().advance(5 * MINUTE);
    settle(&api);
    let [first, second, third] = &receiver.delivered()[..] else { panic!("{:?}", receiver.types()) };
    assert_eq!(first.header("svix-id"), third.header("svix-id"));
    assert_eq!(first.body, third.body);
    assert_eq!(second.header("svix-timestamp"), (NOON / 1000 + 5).to_string());
    assert!(third.is_signed_with(&secret));
    let done = api.control("webhook_deliveries", json!({"state": "succeeded"}));
    assert_eq!(column(&done[0]["attempts"], "status"), [500, 302, 200]);
}

#[tokio::test]
async fn after_the_last_retry_it_has_failed() {
    let (api, receiver) = (Api::start(), Receiver::start());
    add(&api, &receiver, json!({}));
    receiver.answer(&[(503, None); 9]);
    api.user("a@x.de").await;
    settle(&api);
    let waits = [5_000, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR];
    for (failed, wait) in waits.into_iter().enumerate() {
        assert_eq!(receiver.delivered().len(), failed + 1);
        api.emulator.clock().advance(wait);
        settle(&api);
    }
    assert_eq!(receiver.delivered().len(), 8);
    api.emulator.clock().advance(1_000 * HOUR);
    settle(&api);
    assert_eq!(receiver.delivered().len(), 8);
    let failed = api.control("webhook_deliveries", json!({"state": "failed"}));
    assert_eq!((&failed[0]["failures"], &failed[0]["next_attempt_at"]), (&json!(8), &Value::Null));
}

#[tokio::test]
async fn without_an_answer_the_reason_is_told() {
    let (api, receiver) = (Api::start(), Receiver::start());
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    api.control("add_webhook_endpoint", json!({"url": format!("http://{free}/")}));
    add(&api, &receiver, json!({}));
    api.user("a@x.de").await;
    settle(&api);
    assert_eq!(receiver.types(), ["user.created"], "one that is away holds back no other");
    let pending = api.control("webhook_deliveries", json!({"state": "pending"}));
    let attempt = &pending[0]["attempts"][0];
    assert_eq!(attempt["status"], Value::Null);
    assert!(attempt["error"].as_str().unwrap().contains("onnect"), "{attempt}");
}

#[tokio::test]
async fn a_disabled_endpoint_gets_nothing() {
    let (api, receiver) = (Api::start(), Receiver::start());
    let (endpoint, _) = add(&api, &receiver, json!({"disabled": true}));
    api.user("a@x.de").await;
    settle(&api);
    assert!(receiver.delivered().is_empty());
    let enabled = api.control("update_webhook_endpoint", json!({"endpoint_id": endpoint, "disabled": false}));
    assert_eq!(enabled["disabled"], false);
    receiver.answer(&[(500, None)]);
    api.user("b@x.de").await;
    settle(&api);
    assert_eq!(receiver.types(), ["user.created"], "what happened meanwhile is not made up for");
    api.control("update_webhook_endpoint", json!({"endpoint_id": endpoint, "disabled": true}));
    api.emulator.clock().advance(HOUR);
    settle(&api);
    assert_eq!(receiver.delivered().len(), 1, "retries end with it");
    assert_eq!(column(&api.control("webhook_deliveries", json!({})), "state"), ["failed"]);
}

#[tokio::test]
async fn an_endpoint_may_ask_for_less() {
    let (api, receiver) = (Api::start(), Receiver::start());
    let (endpoint, _) = add(&api, &receiver, json!({}));
    let wish = |value| Some(("webhook-delivery", value));
    receiver.answer(&[(400, wish("abort-message")), (200, None), (200, wish("disable"))]);
    api.user("a@x.de").await;
    settle(&api);
    assert_eq!(column(&api.control("webhook_deliveries", json!({})), "state"), ["failed"]);
    api.user("b@x.de").await;
    api.user("c@x.de").await;
    settle(&api);
    api.user("d@x.de").await;
    settle(&api);
    assert_eq!(receiver.delivered().len(), 3);
    let endpoints = api.control("webhook_endpoints", json!({}));
    assert_eq!((&endpoints[0]["id"], &endpoints[0]["disabled"]), (&json!(endpoint), &json!(true)));
}

#[tokio::test]
async fn an_endpoint_gets_the_types_it_asks_for() {
    let (api, receiver) = (Api::start(), Receiver::start());
    add(&api, &receiver, json!({"events": ["user.deleted", "session.created"]}));
    let user = api.user("a@x.de").await;
    api.post("/sessions", json!({"user_id": user})).await;
    api.delete(&format!("/users/{user}")).await;
    settle(&api);
    assert_eq!(receiver.types(), ["session.created", "user.deleted"]);
    let logged = api.control("webhook_events", json!({}));
    assert_eq!(column(&logged, "type"), ["user.created", "session.created", "user.deleted"]);
    assert_eq!(column(&api.control("webhook_events", json!({"limit": 1})), "type"), ["user.deleted"]);
    assert_eq!(column(&api.control("webhook_events", json!({"type": "user.created"})), "type"), ["user.created"]);
}

#[tokio::test]
async fn a_replay_has_the_same_id_and_a_fresh_time() {
    let (api, receiver) = (Api::start(), Receiver::start());
    api.user("a@x.de").await;
    let event = api.control("webhook_events", json!({}))[0]["id"].clone();
    let (endpoint, secret) = add(&api, &receiver, json!({"events": ["user.created"]}));
    assert_eq!(api.control("replay_webhook", json!({"event_id": event})), json!({"deliveries": 1}));
    settle(&api);
    api.emulator.clock().advance(HOUR);
    api.control("replay_webhook", json!({"event_id": event, "endpoint_id": endpoint}));
    settle(&api);
    let [first, second] = &receiver.delivered()[..] else { panic!("{:?}", receiver.types()) };
    assert_eq!((first.header("svix-id"), &first.body), (second.header("svix-id"), &second.body));
    assert_eq!(second.header("svix-timestamp"), ((NOON + HOUR) / 1000).to_string());
    assert!(second.is_signed_with(&secret));
    let deliveries = api.control("webhook_deliveries", json!({"event_id": event}));
    assert_eq!(column(&deliveries[0]["attempts"], "at"), [NOON, NOON + HOUR]);
}

#[tokio::test]
async fn a_burst_arrives_whole_and_in_order() {
    let (api, receiver) = (Api::start(), Receiver::start());
    add(&api, &receiver, json!({}));
    let user = api.user("a@x.de").await;
    for number in 0..200 {
        api.patch(&format!("/users/{user}"), json!({"first_name": format!("Ann {number}")})).await;
    }
    settle(&api);
    let names: Vec<_> =
        receiver.delivered().iter().skip(1).map(|one| one.json()["data"]["first_name"].clone()).collect();
    assert_eq!(names, (0..200).map(|number| json!(format!("Ann {number}"))).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_slow_endpoint_holds_back_nobody() {
    let (api, slow, quick) = (Api::start(), Receiver::held(), Receiver::start());
    let (held, _) = add(&api, &slow, json!({}));
    let (free, _) = add(&api, &quick, json!({}));
    for name in ["a", "b", "c"] {
        api.user(&format!("{name}@x.de")).await;
    }
    let done = |endpoint: &str| {
        let rows = api.control("webhook_deliveries", json!({"endpoint_id": endpoint, "state": "succeeded"}));
        rows.as_array().unwrap().len()
    };
    while done(&free) < 3 {
        tokio::task::yield_now().await;
    }
    assert_eq!(done(&held), 0);
    assert!(!api.emulator.wait_for_webhooks(Duration::ZERO));
    slow.release();
    settle(&api);
    assert_eq!(slow.types(), ["user.created"; 3]);
}

#[tokio::test]
async fn a_removed_endpoint_is_forgotten() {
    let (api, slow) = (Api::start(), Receiver::held());
    let (endpoint, _) = add(&api, &slow, json!({}));
    api.user("a@x.de").await;
    api.user("b@x.de").await;
    api.control("remove_webhook_endpoint", json!({"endpoint_id": endpoint}));
    slow.release();
    settle(&api);
    assert!(slow.delivered().len() <= 1, "the one that was under way");
    assert_eq!(api.control("webhook_deliveries", json!({})), json!([]));
    assert_eq!(api.control("webhook_endpoints", json!({})), json!([]));
    assert!(refused(&api, "remove_webhook_endpoint", json!({"endpoint_id": endpoint})).contains("endpoint_id"));
}

#[tokio::test]
async fn the_log_is_bounded() {
    let api = Api::start();
    let user = api.user("a@x.de").await;
    for number in 0..2_005 {
        api.patch(&format!("/users/{user}"), json!({"first_name": number.to_string()})).await;
    }
    let events = api.control("webhook_events", json!({}));
    assert_eq!(events.as_array().unwrap().len(), 2_000);
    assert_eq!(events[1_999]["payload"]["data"]["first_name"], "2004");
}

#[tokio::test]
async fn a_reset_tells_nobody() {
    let (api, receiver) = (Api::start(), Receiver::start());
    add(&api, &receiver, json!({}));
    api.user("a@x.de").await;
    settle(&api);
    api.control("reset", json!({}));
    assert_eq!(api.control("webhook_events", json!({})), json!([]));
    assert_eq!(api.control("webhook_endpoints", json!({})), json!([]));
    api.user("b@x.de").await;
    settle(&api);
    assert_eq!(receiver.delivered().len(), 1);
}

#[tokio::test]
async fn what_was_under_way_at_a_reset_does_not_count() {
    let (api, slow, quick) = (Api::start(), Receiver::held(), Receiver::start());
    add(&api, &slow, json!({}));
    api.user("a@x.de").await;
    while slow.delivered().is_empty() {
        tokio::task::yield_now().await;
    }
    api.control("reset", json!({}));
    add(&api, &quick, json!({}));
    api.user("a@x.de").await;
    settle(&api);
    slow.release();
    assert_eq!(quick.types(), ["user.created"]);
    let id = |receiver: &Receiver| receiver.delivered()[0].header("svix-id").to_owned();
    assert_eq!(id(&slow), id(&quick), "the seed gives the same ids again");
}

#[tokio::test]
async fn a_clock_that_runs_again_makes_retries_due() {
    let (api, receiver) = (Api::start(), Receiver::start());
    add(&api, &receiver, json!({}));
    receiver.answer(&[(500, None)]);
    api.emulator.clock().set(1_000);
    api.user("a@x.de").await;
    settle(&api);
    assert_eq!(receiver.delivered().len(), 1);
    api.emulator.clock().resume();
    settle(&api);
    assert_eq!(receiver.delivered().len(), 2);
}

#[tokio::test]
async fn bad_arguments_are_named() {
    let api = Api::start();
    for (arguments, named) in [
        (json!({}), "url"),
        (json!({"url": "/hooks"}), "url"),
        (json!({"url": "ftp://x.de"}), "url"),
        (json!({"url": "http://x.de", "events": ["user.renamed"]}), "events: user.renamed"),
        (json!({"url": "http://x.de", "secret": "whsec_short"}), "secret"),
        (json!({"url": "http://x.de", "color": "red"}), "color"),
    ] {
        let told = refused(&api, "add_webhook_endpoint", arguments.clone());
        assert!(told.contains(named), "{arguments}: {told}");
    }
    assert!(refused(&api, "replay_webhook", json!({"event_id": "msg_x"})).contains("event_id"));
    assert!(refused(&api, "webhook_deliveries", json!({"state": "lost"})).contains("pending, succeeded, failed"));
    assert!(refused(&api, "update_webhook_endpoint", json!({"endpoint_id": "ep_x"})).contains("endpoint_id"));
}

#[tokio::test]
async fn a_given_secret_signs() {
    let (api, receiver) = (Api::start(), Receiver::start());
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let answer = add(&api, &receiver, json!({"secret": secret}));
    assert_eq!(answer.1, secret);
    api.user("a@x.de").await;
    settle(&api);
    assert!(receiver.delivered().iter().all(|delivered| delivered.is_signed_with(secret)));
    let shown = format!("{:?}", api.emulator.webhook_endpoints());
    assert!(shown.contains("ep_") && !shown.contains("whsec_"), "{shown}");
}
