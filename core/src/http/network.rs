//! One request over the network, and its answer.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_TYPE, HeaderValue, PROXY_AUTHORIZATION, USER_AGENT};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Incoming};
use hyper_util::client::legacy::{Client, Error as RequestError};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;

use super::connect::Connector;
use super::proxy::Proxy;
use super::timer::Timers;
use super::transport::{Answered, Outgoing, pair};
use super::uri::uri;
use crate::error::{ConnectionError, Error, Result};

/// How long a connection is kept that nothing is sent over.
const IDLE: Duration = Duration::from_secs(55);
/// How often a request is sent again that its server says it has not looked at.
const MOST_REFUSALS: u32 = 2;
/// How much room is made for a body because its length was announced: an announcement costs its sender nothing.
const MOST_AT_ONCE: usize = 4 * 1024 * 1024;

type Request = http::Request<Full<Bytes>>;

/// Connections, and the timers of what is sent over them.
pub(super) struct Network {
    client: Client<Connector, Full<Bytes>>,
    proxy: Option<Proxy>,
    user_agent: HeaderValue,
    pub(super) timers: Timers,
}

impl Network {
    pub(super) fn new(
        tls: ClientConfig,
        proxy: Option<Proxy>,
        user_agent: &HeaderValue,
        connect_timeout: Duration,
    ) -> Self {
        let connector = Connector::new(tls, proxy.clone(), user_agent.clone(), connect_timeout);
        let client = Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .build(connector);
        Self { client, proxy, user_agent: user_agent.clone(), timers: Timers::default() }
    }

    pub(super) async fn exchange(&self, outgoing: &Outgoing) -> Result<Answered> {
        let request = self.request(outgoing).map_err(|error| broken(&outgoing.route, &error, When::Before))?;
        let answer = self.send(request, outgoing).await.map_err(|error| {
            let when = if error.is_connect() { When::Before } else { When::Waiting };
            broken(&outgoing.route, &error, when)
        })?;
        let (head, body) = answer.into_parts();
        let headers = head.headers.iter().map(pair).collect();
        let body =
            read_body(body, outgoing.max_body).await.map_err(|error| broken(&outgoing.route, &error, When::Reading))?;
        Ok((head.status.as_u16(), headers, body))
    }

    fn request(&self, outgoing: &Outgoing) -> Result<Request, Unsendable> {
        let mut request = Request::default();
        *request.method_mut() = outgoing.method.clone();
        *request.uri_mut() = uri(&outgoing.url)?;
        let mut headers = outgoing.headers.clone();
        if let Some((body, content_type)) = &outgoing.body {
            let content_type = HeaderValue::from_str(content_type).map_err(|error| Unsendable(error.to_string()))?;
            headers.append(CONTENT_TYPE, content_type);
            *request.body_mut() = Full::new(body.clone());
        }
        headers.entry(USER_AGENT).or_insert_with(|| self.user_agent.clone());
        if let Some(proxy) = &self.proxy
            && !headers.contains_key(PROXY_AUTHORIZATION)
            && let Some(authorization) = proxy.authorization(request.uri())
        {
            headers.insert(PROXY_AUTHORIZATION, authorization);
        }
        *request.headers_mut() = headers;
        Ok(request)
    }

    async fn send(&self, mut request: Request, outgoing: &Outgoing) -> Result<http::Response<Incoming>, RequestError> {
        let mut refusals = 0;
        loop {
            match self.client.request(request).await {
                Err(error) if refusals < MOST_REFUSALS && was_refused(&error) => {
                    refusals += 1;
                    // It could be made once, so it can be made again.
                    request = match self.request(outgoing) {
                        Ok(again) => again,
                        Err(_) => return Err(error),
                    };
                }
                done => return done,
            }
        }
    }
}

/// Whether a server of HTTP/2 says that it has not looked at a request: it takes no more of them on this connection, or not
/// at present.
fn was_refused(error: &RequestError) -> bool {
    let cause = error.source().and_then(StdError::source).and_then(|cause| cause.downcast_ref::<h2::Error>());
    cause.is_some_and(|cause| {
        cause.is_remote()
            && ((cause.is_go_away() && cause.reason() == Some(h2::Reason::NO_ERROR))
                || (cause.is_reset() && cause.reason() == Some(h2::Reason::REFUSED_STREAM)))
    })
}

/// The body, or `None` as soon as it is known to be longer than this.
async fn read_body(mut from: Incoming, at_most: usize) -> Result<Option<Bytes>, hyper::Error> {
    let said = from.size_hint().exact().map_or(0, |said| usize::try_from(said).unwrap_or(usize::MAX));
    if said > at_most {
        return Ok(None);
    }
    let mut body = BytesMut::new();
    while let Some(frame) = from.frame().await {
        let Ok(piece) = frame?.into_data() else { continue };
        if piece.len() > at_most.saturating_sub(body.len()) {
            return Ok(None);
        }
        if piece.len() == said && said > 0 {
            return Ok(Some(piece)); // it came in one
        }
        if body.is_empty() {
            body.reserve(said.min(MOST_AT_ONCE));
        }
        body.extend_from_slice(&piece);
    }
    Ok(Some(body.freeze()))
}

/// What cannot be sent at all.
#[derive(Debug)]
pub(super) struct Unsendable(pub(super) String);

impl fmt::Display for Unsendable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Unsendable {}

/// When a request failed.
#[derive(Clone, Copy)]
enum When {
    /// Before anything of it was sent.
    Before,
    Waiting,
    Reading,
}

fn broken(route: &str, error: &(dyn StdError + 'static), when: When) -> Error {
    let what = match when {
        When::Before => "no connection could be made",
        When::Waiting => "the connection broke before an answer came",
        When::Reading => "the answer broke off",
    };
    let sent = !matches!(when, When::Before);
    Error::Connection(ConnectionError { message: format!("{route}: {what}: {}", chain(error)), sent })
}

/// An error and its causes in one line. None of them has the URL: ids stay where they are.
fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(cause) = next {
        let text = cause.to_string();
        if !texts.last().is_some_and(|last| last.contains(&text)) {
            texts.push(text);
        }
        next = cause.source();
    }
    texts.join(": ")
}
