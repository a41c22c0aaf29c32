//! A transport of one's own, in the place of the network: for tests that script the API, and for hosts that send by their
//! own means.
//!
//! Everything else stays as it is: what is sent is what would be, with its keys; answers are read, told as errors, tried
//! again and walked page by page as usual, within the same limits of time.
//!
//! ```
//! use clerk_usher::Clerk;
//! use clerk_usher::transport::{TransportRequest, TransportResponse};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let clerk = Clerk::builder()
//!     .secret_key("sk_test_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
//!     .transport(|request: TransportRequest| async move {
//!         assert_eq!((request.method.as_str(), request.path()), ("GET", "/v1/users/user_ada"));
//!         Ok(TransportResponse::json(200, r#"{"object": "user", "id": "user_ada", "first_name": "Ada"}"#))
//!     })
//!     .build()?;
//! assert_eq!(clerk.users().get("user_ada").await?.first_name.as_deref(), Some("Ada"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })
//! # }
//! ```

mod asking;

pub use asking::{AskingTransport, Question, asking};

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;

use crate::secret::{Length, names};

/// A request as it would go to the network. Its headers have the secret key: `Debug` shows their names alone.
#[derive(Clone)]
#[non_exhaustive]
pub struct TransportRequest {
    /// Such as `GET`.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body; empty where there is none.
    pub body: Bytes,
}

impl TransportRequest {
    /// The path of the URL, without its query, such as `/v1/users/user_2abc`.
    #[must_use]
    pub fn path(&self) -> &str {
        let after = self.url.split_once("://").map_or(self.url.as_str(), |(_, after)| after);
        let path = after.find('/').and_then(|at| after.get(at..)).unwrap_or("/");
        path.split(['?', '#']).next().unwrap_or(path)
    }

    /// The first header of this name, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for TransportRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportRequest")
            .field("method", &self.method)
            .field("path", &self.path())
            .field("headers", &names(&self.headers))
            .field("body", &Length(self.body.len()))
            .finish()
    }
}

/// An answer, as it would come from the network.
#[derive(Clone)]
#[non_exhaustive]
pub struct TransportResponse {
    /// HTTP status.
    pub status: u16,
    /// Headers, whatever the case of their names.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

impl TransportResponse {
    /// An answer without headers.
    pub fn new(status: u16, body: impl Into<Bytes>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    /// An answer of JSON text.
    pub fn json(status: u16, text: impl Into<String>) -> Self {
        Self::new(status, text.into()).header("content-type", "application/json")
    }

    /// With one more header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

impl fmt::Debug for TransportResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportResponse")
            .field("status", &self.status)
            .field("headers", &names(&self.headers))
            .field("body", &Length(self.body.len()))
            .finish()
    }
}

/// No answer: told to the caller as a `Connection` error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransportError {
    /// Why.
    pub message: String,
    /// Whether the request may have reached the API. A write that may have is not sent again.
    pub sent: bool,
}

impl TransportError {
    /// Nobody was reached: any request may be sent again.
    pub fn unreachable(message: impl Into<String>) -> Self {
        Self { message: message.into(), sent: false }
    }

    /// The answer was lost: only what changes nothing is sent again.
    pub fn lost(message: impl Into<String>) -> Self {
        Self { message: message.into(), sent: true }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TransportError {}

/// An answer on its way. Dropping it gives the request up: the caller has, or its time is over.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Result<TransportResponse, TransportError>> + Send + 'a>>;

/// What sends one request, once: trying again is not its business. Functions from a request to a future are transports.
pub trait Transport: Send + Sync + 'static {
    /// Sends a request.
    fn send(&self, request: TransportRequest) -> Answering<'_>;
}

impl<F, R> Transport for F
where
    F: Fn(TransportRequest) -> R + Send + Sync + 'static,
    R: Future<Output = Result<TransportResponse, TransportError>> + Send + 'static,
{
    fn send(&self, request: TransportRequest) -> Answering<'_> {
        Box::pin(self(request))
    }
}

/// A transport that clients share.
#[derive(Clone)]
pub(crate) struct SharedTransport(pub(crate) Arc<dyn Transport>);

impl SharedTransport {
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for SharedTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transport")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::{TransportError, TransportRequest, TransportResponse};
    use crate::error::{Error, ErrorKind};
    use crate::{CallOptions, Clerk, MAX_BODY_BYTES};
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    const SECRET: &str = "sk_test_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    type Script = Vec<Result<TransportResponse, TransportError>>;

    /// A client that gets these answers, one after the other, and what it asked.
    fn scripted(mut script: Script) -> (Clerk, Arc<Mutex<Vec<TransportRequest>>>) {
        script.reverse();
        let (script, asked) = (Mutex::new(script), Arc::new(Mutex::new(Vec::new())));
        let told = asked.clone();
        let clerk = Clerk::builder()
            .secret_key(SECRET)
            .environment([])
            .retry_delay(Duration::from_millis(1))
            .transport(move |request: TransportRequest| {
                told.lock().unwrap().push(request);
                let answer = script.lock().unwrap().pop().expect("an answer for every request");
                async move { answer }
            })
            .build()
            .unwrap();
        (clerk, asked)
    }

    fn user(id: &str) -> String {
        format!(r#"{{"object": "user", "id": "{id}"}}"#)
    }

    #[tokio::test]
    async fn what_it_gets_is_what_would_be_sent() {
        let (clerk, asked) = scripted(vec![Ok(TransportResponse::json(200, user("user_1")))]);
        clerk.users().create().first_name("Ada").await.unwrap();
        let asked = asked.lock().unwrap();
        let request = asked.first().unwrap();
        assert_eq!((request.method.as_str(), request.url.as_str()), ("POST", "https://api.clerk.com/v1/users"));
        assert_eq!(request.path(), "/v1/users");
        assert_eq!(request.header("Authorization"), Some(&*format!("Bearer {SECRET}")));
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert!(request.header("user-agent").is_some_and(|agent| agent.contains("clerk-usher")));
        assert_eq!(request.body, r#"{"first_name":"Ada"}"#);
        assert!(!format!("{request:?}").contains(SECRET));
    }

    #[tokio::test]
    async fn retries_are_as_usual() {
        let (clerk, asked) = scripted(vec![
            Err(TransportError::lost("the answer broke off")),
            Ok(TransportResponse::json(503, "{}")),
            Ok(TransportResponse::json(200, user("user_1"))),
        ]);
        assert_eq!(clerk.users().get("user_1").await.unwrap().id.as_deref(), Some("user_1"));
        assert_eq!(asked.lock().unwrap().len(), 3);
        let (clerk, asked) = scripted(vec![Err(TransportError::lost("the answer broke off"))]);
        let error = clerk.users().create().await.unwrap_err();
        assert!(error.to_string().contains("the answer broke off"), "{error}");
        assert_eq!((error.kind(), asked.lock().unwrap().len()), (ErrorKind::Connection, 1), "a write is not repeated");
        let (clerk, asked) = scripted(vec![
            Err(TransportError::unreachable("nobody there")),
            Ok(TransportResponse::json(429, "{}").header("Retry-After", "0")),
            Ok(TransportResponse::json(200, user("user_1"))),
        ]);
        clerk.users().create().await.unwrap();
        assert_eq!(asked.lock().unwrap().len(), 3, "but where it cannot have been acted on");
    }

    #[tokio::test]
    async fn errors_are_as_usual() {
        let body = r#"{"errors": [{"code": "resource_not_found", "message": "not found"}], "clerk_trace_id": "t1"}"#;
        let (clerk, _) = scripted(vec![Ok(TransportResponse::json(404, body))]);
        let error = clerk.users().get("user_1").await.unwrap_err();
        assert_eq!(
            (error.kind(), error.as_api().and_then(|error| error.trace_id.as_deref())),
            (ErrorKind::NotFound, Some("t1"))
        );
        let (clerk, _) = scripted(vec![Ok(TransportResponse::new(200, "<html>"))]);
        assert_eq!(clerk.users().get("user_1").await.unwrap_err().kind(), ErrorKind::Decode);
        let long = vec![b' '; MAX_BODY_BYTES + 1];
        let (clerk, _) = scripted(vec![Ok(TransportResponse::new(200, long))]);
        assert!(matches!(clerk.users().get("user_1").await, Err(Error::Decode(error)) if error.body.is_empty()));
        let (clerk, _) = scripted(vec![Ok(TransportResponse::new(99, ""))]);
        assert_eq!(clerk.users().get("user_1").await.unwrap_err().kind(), ErrorKind::Api, "no status");
    }

    #[tokio::test]
    async fn a_transport_that_hangs_is_given_up() {
        let clerk = Clerk::builder()
            .secret_key(SECRET)
            .environment([])
            .timeout(Duration::from_millis(20))
            .transport(|_: TransportRequest| std::future::pending())
            .build()
            .unwrap();
        assert_eq!(clerk.users().get("user_1").await.unwrap_err().kind(), ErrorKind::Timeout);
    }

    #[tokio::test]
    async fn copies_have_it_too_unless_they_have_another() {
        let (clerk, asked) = scripted(vec![Ok(TransportResponse::json(200, user("user_1")))]);
        let copy = clerk.with_options(|builder| Ok(builder.max_retries(0_u32))).unwrap();
        copy.request("GET", "/users/user_1", &[], None, &CallOptions::default()).await.unwrap();
        let other = clerk.with_options(|builder| {
            let answer = |_: TransportRequest| async { Ok(TransportResponse::json(200, user("user_2"))) };
            Ok(builder.transport(answer))
        });
        assert_eq!(other.unwrap().users().get("user_2").await.unwrap().id.as_deref(), Some("user_2"));
        assert_eq!(asked.lock().unwrap().len(), 1);
    }
}
