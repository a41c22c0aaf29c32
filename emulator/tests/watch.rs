//! Watching the emulator, and where it listens.

mod common;

use clerk_usher_emulator::{Emulator, EmulatorError, Fault};
use common::Api;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};

#[tokio::test]
async fn every_request_is_told_when_it_is_over() {
    let api = Api::start();
    let told = Arc::new(Mutex::new(Vec::new()));
    let here = Arc::clone(&told);
    api.emulator.on_answer(move |answered| {
        here.lock().expect("no panic").push((answered.method.clone(), answered.path.clone(), answered.status));
    });
    api.get("/users/count?query=ann").await;
    api.send("DELETE", "/users/user_none", None).await;
    api.emulator.add_fault(Fault { drop: true, ..Fault::default() }).expect("a fault");
    assert!(api.request("GET", "/users").send().await.is_err());
    let expected = [
        ("GET".to_owned(), "/v1/users/count".to_owned(), Some(200)),
        ("DELETE".to_owned(), "/v1/users/user_none".to_owned(), Some(404)),
        ("GET".to_owned(), "/v1/users".to_owned(), None),
    ];
    assert_eq!(told.lock().expect("no panic")[..3], expected);
}

#[test]
fn beyond_the_loopback_it_listens_only_when_allowed() {
    let everywhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    let refused = Emulator::builder().host(everywhere).start();
    assert!(matches!(refused, Err(EmulatorError::Argument(text)) if text.contains("listen_beyond_loopback")));
    let emulator = Emulator::builder().host(everywhere).listen_beyond_loopback(true).start().expect("a start");
    assert!(emulator.url().starts_with("http://127.0.0.1:"), "{}", emulator.url());
}
