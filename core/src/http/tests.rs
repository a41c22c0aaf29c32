#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use http::header::{HeaderMap, HeaderValue};

use super::{Backoff, Limits, MAX_KEYS_BODY_BYTES, Outgoing, Pool, PoolOptions, RawResponse};
use crate::clock::{SharedClock, SystemClock};
use crate::error::{DecodeError, Error, Result};

fn transport() -> Pool {
    Pool::new(PoolOptions {
        connect_timeout: Duration::MAX,
        proxy: None,
        certificates: Vec::new(),
        plain: true,
        loopback: true,
        user_agent: HeaderValue::from_static("test"),
        transport: None,
    })
}

fn limits(total: Duration) -> Limits {
    Limits { total, attempt: None, max_retries: 3, backoff: Backoff::FullJitter(Duration::from_millis(1)) }
}

/// Asks a server that says `head`, and then `body` as often as it is let, up to `times`. And how often that was.
async fn ask(head: &str, body: Vec<u8>, times: usize, limits: &Limits) -> (Result<RawResponse>, usize) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/jwks", listener.local_addr().unwrap());
    let head = head.to_owned();
    let server: JoinHandle<usize> = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        (0..times).take_while(|_| stream.write_all(&body).is_ok()).count()
    });
    let outgoing = Outgoing {
        method: http::Method::GET,
        url,
        headers: HeaderMap::new(),
        body: None,
        idempotent: true,
        route: "GET /jwks".to_owned(),
        max_body: MAX_KEYS_BODY_BYTES,
    };
    let clock: SharedClock = Arc::new(SystemClock);
    let answer = transport().send(&outgoing, limits, &clock, &crate::hooks::Hooks::default()).await;
    // Not on this thread, on which the connection is still to be closed.
    let sent = tokio::task::spawn_blocking(|| server.join().unwrap()).await.unwrap();
    (answer, sent)
}

#[tokio::test]
async fn an_answer_is_read_up_to_its_limit_and_no_further() {
    let usual = limits(Duration::from_secs(30));
    let piece = vec![b' '; 64 * 1024];
    let fits = format!("HTTP/1.1 200 OK\r\ncontent-length: {MAX_KEYS_BODY_BYTES}\r\n\r\n");
    let (answer, _) = ask(&fits, piece.clone(), MAX_KEYS_BODY_BYTES / piece.len(), &usual).await;
    assert_eq!(answer.unwrap().body.len(), MAX_KEYS_BODY_BYTES);
    // One that goes on and on, and one that says beforehand how long it is.
    let said = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", MAX_KEYS_BODY_BYTES + 1);
    for head in ["HTTP/1.1 200 OK\r\n\r\n", &said] {
        let (answer, sent) = ask(head, piece.clone(), 10_000, &usual).await;
        let Err(Error::Decode(error)) = answer else { panic!("{answer:?}") };
        assert!(error.message.contains("1048576 bytes") && error.body.is_empty(), "{}", error.message);
        assert_eq!(error.status, 200);
        assert!(sent < 5_000, "it was let say {sent} pieces");
    }
    // A status that is not a success is told as such, however long the answer.
    let (answer, _) = ask("HTTP/1.1 404 Not Found\r\n\r\n", piece, 10_000, &usual).await;
    let error = answer.unwrap_err();
    assert_eq!((error.status(), error.as_api().unwrap().body.len()), (Some(404), 0));
}

#[tokio::test]
async fn no_time_is_too_long_to_be_reckoned_with() {
    let huge = "HTTP/1.1 429 Too Many Requests\r\nretry-after: 10000000000000000000\r\ncontent-length: 0\r\n\r\n";
    for total in [Duration::from_secs(10), Duration::MAX] {
        let (answer, _) = ask(huge, Vec::new(), 1, &limits(total)).await;
        assert_eq!(answer.unwrap_err().as_api().unwrap().retry_after, Some(1e19));
    }
    let patient = Limits { attempt: Some(Duration::MAX), ..limits(Duration::MAX) };
    let (answer, _) = ask("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n", b"{}".to_vec(), 1, &patient).await;
    assert_eq!(answer.unwrap().body, "{}");
}

#[test]
fn bodies_never_print() {
    let body = Bytes::from_static(b"{\"jwt\":\"hidden\"}");
    let headers = vec![("set-cookie".to_owned(), "hidden".to_owned())];
    let answer = RawResponse { status: 200, headers: headers.clone(), body: body.clone() };
    let unread = DecodeError { message: "odd".to_owned(), status: 200, headers, body: body.clone() };
    let mut outgoing = Outgoing {
        method: http::Method::POST,
        url: "http://127.0.0.1/v1/users".to_owned(),
        headers: HeaderMap::new(),
        body: Some((body, "application/json".to_owned())),
        idempotent: false,
        route: "POST /users".to_owned(),
        max_body: MAX_KEYS_BODY_BYTES,
    };
    outgoing.headers.insert("x-token", HeaderValue::from_static("hidden"));
    for shown in [format!("{answer:?}"), format!("{unread:?}"), format!("{outgoing:?}")] {
        assert!(!shown.contains("hidden") && shown.contains("16 bytes"), "{shown}");
    }
}
