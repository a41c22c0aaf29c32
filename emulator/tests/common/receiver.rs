//! An endpoint for webhooks: it keeps what it gets and answers as it is told. It runs on a thread of its own, so that a
//! test can block until all is delivered.

#![allow(dead_code, unreachable_pub, clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use aws_lc_rs::hmac;
use bytes::Bytes;
use data_encoding::BASE64;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use tokio::sync::{Semaphore, oneshot};

/// One delivery as it arrived.
#[derive(Clone, Debug)]
pub struct Delivered {
    pub headers: http::HeaderMap,
    pub body: String,
}

impl Delivered {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// Whether the signature is one of this secret: worked out here, from the words of the specification alone.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let key = BASE64.decode(secret.strip_prefix("whsec_").expect("a prefix").as_bytes()).expect("base64");
        let signed = [self.header("svix-id"), self.header("svix-timestamp"), &self.body].join(".");
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), signed.as_bytes());
        self.header("svix-signature") == format!("v1,{}", BASE64.encode(tag.as_ref()))
    }
}

/// What to answer: a status and a header.
pub type Answer = (u16, Option<(&'static str, &'static str)>);

#[derive(Default)]
struct Shared {
    delivered: Mutex<Vec<Delivered>>,
    answers: Mutex<VecDeque<Answer>>,
    /// If set, each answer takes a permit.
    gate: Option<Semaphore>,
}

/// A running endpoint; it stops when dropped.
pub struct Receiver {
    pub url: String,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
}

impl Receiver {
    /// One that answers 200.
    pub fn start() -> Receiver {
        Self::launch(None)
    }

    /// One that answers nothing until [`release`](Receiver::release).
    pub fn held() -> Receiver {
        Self::launch(Some(Semaphore::new(0)))
    }

    fn launch(gate: Option<Semaphore>) -> Receiver {
        let shared = Arc::new(Shared { gate, ..Shared::default() });
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("non-blocking");
        let url = format!("http://{}/hooks", listener.local_addr().expect("an address"));
        let (stop, stopped) = oneshot::channel();
        let served = Arc::clone(&shared);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                tokio::spawn(accept(listener, served));
                let _ = stopped.await;
            });
        });
        Receiver { url, shared, stop: Some(stop) }
    }

    /// What the next answers are; after them 200.
    pub fn answer(&self, answers: &[Answer]) {
        self.shared.answers.lock().unwrap().extend(answers);
    }

    /// Lets as many answers go as ever come.
    pub fn release(&self) {
        self.shared.gate.as_ref().expect("a gate").add_permits(1_000);
    }

    pub fn delivered(&self) -> Vec<Delivered> {
        self.shared.delivered.lock().unwrap().clone()
    }

    /// The types of events that arrived, in order.
    pub fn types(&self) -> Vec<String> {
        self.delivered().iter().map(|delivered| delivered.json()["type"].as_str().unwrap().to_owned()).collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

async fn accept(listener: std::net::TcpListener, shared: Arc<Shared>) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
    while let Ok((stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let service = service_fn(|request| answer(Arc::clone(&shared), request));
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    assert_eq!((head.method.as_str(), head.uri.path()), ("POST", "/hooks"));
    let bytes = body.collect().await.expect("a body").to_bytes();
    let body = String::from_utf8(bytes.to_vec()).expect("UTF-8");
    shared.delivered.lock().unwrap().push(Delivered { headers: head.headers, body });
    if let Some(gate) = &shared.gate {
        gate.acquire().await.expect("an open gate").forget();
    }
    let (status, header) = shared.answers.lock().unwrap().pop_front().unwrap_or((200, None));
    let mut response = Response::builder().status(status);
    if let Some((name, value)) = header {
        response = response.header(name, value);
    }
    Ok(response.body(Full::new(Bytes::from(format!("answer {status}")))).expect("an answer"))
}
