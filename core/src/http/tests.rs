#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use http::header::{HeaderMap, HeaderValue};

use super::{Backoff, Limits, MAX_KEYS_BODY_BYTES, Outgoing, Pool, PoolOptions, Proxy, RawResponse};
use crate::clock::{SharedClock, SystemClock};
use crate::error::{DecodeError, Error, Result};

fn transport() -> Pool {
    through(None)
}

fn through(proxy: Option<Proxy>) -> Pool {
    Pool::new(PoolOptions {
        connect_timeout: Duration::MAX,
        proxy,
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
    let clock: SharedClock = Arc::new(SystemClock);
    let answer = transport().send(&get(url), limits, &clock, &crate::hooks::Hooks::default()).await;
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

fn get(url: String) -> Outgoing {
    Outgoing {
        method: http::Method::GET,
        url,
        headers: HeaderMap::new(),
        body: None,
        idempotent: true,
        route: "GET /jwks".to_owned(),
        max_body: MAX_KEYS_BODY_BYTES,
    }
}

/// What a server is sent, and what is made of its answer. The text has `{proxy}` where its address goes.
async fn by_way_of(proxy: &str, url: &str, answer: &'static str) -> (String, Result<RawResponse>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = proxy.replace("{proxy}", &listener.local_addr().unwrap().to_string());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = [0; 4096];
        let length = stream.read(&mut head).unwrap();
        stream.write_all(answer.as_bytes()).unwrap();
        String::from_utf8_lossy(head.get(..length).unwrap()).into_owned()
    });
    let pool = through(Some(Proxy::all(&proxy).unwrap()));
    let limits = Limits { max_retries: 0, ..limits(Duration::from_secs(5)) };
    let clock: SharedClock = Arc::new(SystemClock);
    let answer = pool.send(&get(url.to_owned()), &limits, &clock, &crate::hooks::Hooks::default()).await;
    (server.join().unwrap(), answer)
}

const BASIC: &str = "Basic bWU6c2VjcmV0"; // me:secret

#[tokio::test]
async fn a_proxy_is_asked_for_the_whole_url_or_for_a_tunnel() {
    let ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
    for proxy in ["http://me:secret@{proxy}", "me:secret@{proxy}"] {
        let (asked, answer) = by_way_of(proxy, "http://api.invalid/v1/jwks?a=b", ok).await;
        assert!(asked.starts_with("GET http://api.invalid/v1/jwks?a=b HTTP/1.1\r\n"), "{asked}");
        assert!(asked.contains("host: api.invalid\r\n") && asked.contains(BASIC), "{asked}");
        assert_eq!(answer.unwrap().body, "{}");

        let refused = "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n";
        let (asked, answer) = by_way_of(proxy, "https://api.invalid/v1/jwks", refused).await;
        assert!(asked.starts_with("CONNECT api.invalid:443 HTTP/1.1\r\n"), "{asked}");
        assert!(asked.contains(BASIC) && asked.contains("user-agent: test\r\n"), "{asked}");
        assert_eq!(
            answer.unwrap_err().to_string(),
            "GET /jwks: no connection could be made: client error (Connect): tunnel error: proxy authorization required"
        );
    }
    let (asked, _) = by_way_of("http://{proxy}", "http://api.invalid/v1/jwks", ok).await;
    assert!(!asked.contains("authorization"), "{asked}");
}

#[tokio::test]
async fn a_name_that_is_nobodys_is_told_as_such() {
    let (pool, clock): (_, SharedClock) = (transport(), Arc::new(SystemClock));
    let limits = Limits { max_retries: 0, ..limits(Duration::from_secs(5)) };
    // None that could be asked for: its label is too long.
    let outgoing = get(format!("http://{}.invalid/jwks", "a".repeat(64)));
    let error = pool.send(&outgoing, &limits, &clock, &crate::hooks::Hooks::default()).await.unwrap_err().to_string();
    assert!(error.starts_with("GET /jwks: no connection could be made: client error (Connect): "), "{error}");
    assert!(error.contains("dns error: error resolving DNS: "), "{error}");
}

#[test]
fn what_is_no_url_of_a_proxy_is_refused() {
    for text in ["proxy.example.com:3128", "localhost:3128", "http://me@proxy", "https://proxy:1/path"] {
        assert!(Proxy::all(text).is_some(), "{text}");
    }
    for text in ["", "::", "http://", "ht tp://proxy", "http://[::1", "http://proxy:99999"] {
        assert!(Proxy::all(text).is_none(), "{text}");
    }
}

#[tokio::test]
async fn a_connection_that_was_closed_while_idle_is_not_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/jwks", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        for _ in 0..3 {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 4096]).unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").unwrap();
        }
    });
    let (pool, clock): (_, SharedClock) = (transport(), Arc::new(SystemClock));
    let limits = Limits { max_retries: 0, ..limits(Duration::from_secs(5)) };
    for _ in 0..3 {
        let answer = pool.send(&get(url.clone()), &limits, &clock, &crate::hooks::Hooks::default()).await;
        assert_eq!(answer.unwrap().body, "{}");
        // Until the end of it is seen.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    server.join().unwrap();
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
