#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::api::obstacle;
use super::report::Findings;
use super::{Status, keys, token};
use crate::clock::ManualClock;
use crate::error::{ConnectionError, Error, TimeoutError};
use crate::options::{ClerkBuilder, Values};

fn connection(message: &str) -> Error {
    Error::Connection(ConnectionError { message: message.to_owned(), sent: false })
}

#[test]
fn obstacles_are_told_apart() {
    let told = |error: &Error| obstacle(error).0;
    assert_eq!(told(&Error::Timeout(TimeoutError { message: String::new() })), "no answer in time");
    assert_eq!(
        told(&connection("GET /jwks: client error: dns error: failed to lookup address")),
        "its name is not known"
    );
    assert_eq!(
        told(&connection("GET /jwks: invalid peer certificate: UnknownIssuer")),
        "no secure connection can be made"
    );
    assert_eq!(told(&connection("tcp connect error: Connection refused")), "the connection is refused");
    assert_eq!(told(&connection("tcp connect error: operation timed out")), "no connection in time");
    assert_eq!(told(&connection("Network is unreachable")), "there is no way there");
    assert_eq!(told(&connection("the connection broke")), "the connection broke");
}

/// What is met on real machines, in the words of the parts that meet it.
#[tokio::test]
async fn real_obstacles_are_recognized() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let silent = listener.try_clone().unwrap();
    std::thread::spawn(move || {
        for stream in silent.incoming().flatten().take(2) {
            // Answers no TLS with something that is none.
            use std::io::Write as _;
            let _ = (&stream).write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
        }
    });
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    // A proxy would be asked for the name instead.
    let proxied =
        ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"].iter().any(|name| std::env::var_os(name).is_some());
    for (url, wanted) in [
        (format!("https://127.0.0.1:{port}"), "no secure connection can be made"),
        (format!("http://127.0.0.1:{free}"), "the connection is refused"),
        ("http://no-such-host.invalid".to_owned(), "its name is not known"),
    ] {
        if proxied && url.contains(".invalid") {
            continue;
        }
        let builder = ClerkBuilder::default().secret_key("sk_test_abc").api_url(&url).environment([]);
        let report = builder.diagnose(None).await;
        let api = report.findings.iter().find(|finding| finding.check == "api").unwrap();
        assert_eq!(api.status, Status::Problem);
        assert!(api.message.contains(wanted), "{url}: {}", api.message);
    }
}

#[tokio::test]
async fn a_doctor_tells_no_secret() {
    let secrets = ["sk_live_verysecret", "ak_othersecret", "whsec_third"];
    let variables = [
        ("CLERK_PUBLISHABLE_KEY", secrets[0]),
        ("CLERK_SECRET_KEY", secrets[2]),
        ("CLERK_MACHINE_SECRET_KEY", secrets[1]),
        ("VITE_CLERK_SECRET_KEY", secrets[0]),
        ("CLERK_JWT_KEY", "sk_live_verysecret"),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let token = format!("e30.e30.{}", secrets[0]);
    let builder = ClerkBuilder::default().environment(variables).clock(ManualClock::new(0));
    let report = builder.diagnose(Some(&token)).await;
    let told = format!("{report:?}{report}{}", report.to_json());
    for secret in secrets {
        assert!(!told.contains(secret), "{told}");
    }
    assert!(!report.is_ok());
}

proptest! {
    #[test]
    fn any_token_is_examined(text in "(\\PC|\\.){0,60}", claims in "\\PC{0,20}") {
        use base64::Engine as _;
        let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(format!("{{\"exp\":{claims}}}"));
        for token in [text, format!("e30.{payload}.AA")] {
            let mut findings = Findings::default();
            token::check(&token, &Values::default(), 0, &keys::Keys::default(), None, &mut findings);
            prop_assert!(findings.has("token"));
        }
    }
}
