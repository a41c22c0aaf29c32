//! The pool of connections, and one call over it.

use std::error::Error as _;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use rustls::pki_types::CertificateDer;
use tokio::time::Instant;

use super::retry::{may_retry, retry_after};
use super::{Limits, RawResponse, tls};
use crate::clock::SharedClock;
use crate::error::{ApiError, ConfigError, ConnectionError, DecodeError, Error, Result, TimeoutError};
use crate::hooks::{Attempt, Hooks};
use crate::host;
use crate::secret::Length;
use crate::transport::{SharedTransport, TransportRequest};

/// What the pool is made from.
pub(crate) struct PoolOptions {
    pub(crate) connect_timeout: Duration,
    pub(crate) proxy: Option<reqwest::Proxy>,
    pub(crate) certificates: Vec<CertificateDer<'static>>,
    /// Whether the API is spoken to without TLS, and whether it is on this machine.
    pub(crate) plain: bool,
    pub(crate) loopback: bool,
    pub(crate) user_agent: HeaderValue,
    /// What sends in the place of the network.
    pub(crate) transport: Option<SharedTransport>,
}

/// Without the proxy, whose URL may carry a password.
impl fmt::Debug for PoolOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PoolOptions").field("connect_timeout", &self.connect_timeout).finish_non_exhaustive()
    }
}

/// One pool. Made at the first call; made anew in a forked child, which must not share its parent's sockets.
pub(crate) struct Pool {
    options: PoolOptions,
    slot: ArcSwapOption<(u64, reqwest::Client)>,
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("options", &self.options).finish_non_exhaustive()
    }
}

/// One request to send.
pub(crate) struct Outgoing {
    pub(crate) method: http::Method,
    pub(crate) url: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<(Bytes, String)>,
    /// Whether it may be repeated after a lost answer.
    pub(crate) idempotent: bool,
    /// Method and path template, for messages: no ids, no secrets.
    pub(crate) route: String,
    /// The longest answer that is read, in bytes.
    pub(crate) max_body: usize,
}

/// Without headers and body, which may hold keys and passwords.
impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = self.body.as_ref().map(|(body, _)| Length(body.len()));
        f.debug_struct("Outgoing").field("route", &self.route).field("body", &body).finish_non_exhaustive()
    }
}

/// The longest time that is reckoned with. To a caller it is as good as none at all.
const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

fn from_now(time: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(time.min(LONGEST)).unwrap_or(now)
}

impl Pool {
    pub(crate) fn new(options: PoolOptions) -> Self {
        Self { options, slot: ArcSwapOption::empty() }
    }

    fn client(&self) -> Result<reqwest::Client> {
        let generation = host::generation();
        if let Some(entry) = self.slot.load().as_deref()
            && entry.0 == generation
        {
            return Ok(entry.1.clone());
        }
        let client = self.build()?;
        let old = self.slot.swap(Some(Arc::new((generation, client.clone()))));
        // A pool from before the fork is left as it is: closing it would say goodbye on the parent's connections.
        if old.as_deref().is_some_and(|entry| entry.0 != generation) {
            std::mem::forget(old);
        }
        Ok(client)
    }

    fn build(&self) -> Result<reqwest::Client> {
        let options = &self.options;
        let tls = tls::config(&options.certificates, options.plain && options.proxy.is_none())?;
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .user_agent(options.user_agent.clone())
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(options.connect_timeout)
            .pool_idle_timeout(Duration::from_secs(55))
            .tcp_nodelay(true);
        // A proxy that the environment names for everything is not meant for this machine itself.
        builder = match &options.proxy {
            Some(proxy) => builder.proxy(proxy.clone()),
            None if options.loopback => builder.no_proxy(),
            None => builder,
        };
        builder.build().map_err(|error| {
            ConfigError::new("api_url", format!("the HTTP client cannot be set up: {}", chain(&error))).into()
        })
    }

    /// Sends, and tries again what may be tried again, all within the limits.
    pub(crate) async fn send(
        &self,
        outgoing: &Outgoing,
        limits: &Limits,
        clock: &SharedClock,
        hooks: &Hooks,
    ) -> Result<RawResponse> {
        let way = match &self.options.transport {
            Some(transport) => Way::Transport(transport, &self.options.user_agent),
            None => Way::Network(self.client()?),
        };
        let deadline = from_now(limits.total);
        let mut retries: u32 = 0;
        loop {
            let number = retries.saturating_add(1);
            let told = Attempt { hooks, method: &outgoing.method, route: &outgoing.route, number };
            let began = Instant::now();
            told.begins(clock.now_ms());
            let error = match self.attempt(&way, outgoing, limits, deadline, clock).await {
                Ok(response) => {
                    told.answered(clock.now_ms(), began.elapsed(), &response);
                    return Ok(response);
                }
                Err(error) => error,
            };
            told.failed(clock.now_ms(), began.elapsed(), &error);
            if retries >= limits.max_retries || !may_retry(&error, outgoing.idempotent) {
                return Err(error);
            }
            let asked = error.as_api().and_then(|error| error.retry_after).map(Duration::try_from_secs_f64);
            let wait = match asked {
                Some(Ok(wait)) => wait,
                Some(Err(_)) => return Err(error),
                None => limits.backoff.wait(retries),
            };
            // What could not be answered in time is told as it failed, not as a timeout.
            if wait >= deadline.saturating_duration_since(Instant::now()) {
                return Err(error);
            }
            told.retries(clock.now_ms(), wait, &error);
            tokio::time::sleep(wait).await;
            retries += 1;
        }
    }

    async fn attempt(
        &self,
        way: &Way<'_>,
        outgoing: &Outgoing,
        limits: &Limits,
        deadline: Instant,
        clock: &SharedClock,
    ) -> Result<RawResponse> {
        let until = limits.attempt.map_or(deadline, |attempt| deadline.min(from_now(attempt)));
        let allowed = until.saturating_duration_since(Instant::now());
        match tokio::time::timeout_at(until, exchange(way, outgoing, clock)).await {
            Ok(result) => result,
            Err(_) => Err(Error::Timeout(TimeoutError {
                message: format!("{} got no answer within {} ms", outgoing.route, allowed.as_millis()),
            })),
        }
    }
}

/// What a request goes through.
enum Way<'a> {
    Network(reqwest::Client),
    Transport(&'a SharedTransport, &'a HeaderValue),
}

/// Status, headers, and the body unless it is longer than what is read.
type Answered = (u16, Vec<(String, String)>, Option<Bytes>);

async fn exchange(way: &Way<'_>, outgoing: &Outgoing, clock: &SharedClock) -> Result<RawResponse> {
    let (status, headers, body) = match way {
        Way::Network(client) => over_network(client, outgoing).await?,
        Way::Transport(transport, user_agent) => over_transport(transport, user_agent, outgoing).await?,
    };
    if (200..300).contains(&status) {
        return match body {
            Some(body) => Ok(RawResponse { status, headers, body }),
            None => {
                let message = format!("{}: the answer is longer than {} bytes", outgoing.route, outgoing.max_body);
                Err(Error::Decode(Box::new(DecodeError { message, status, headers, body: Bytes::new() })))
            }
        };
    }
    // What failed has failed, however much is said of it.
    let body = body.unwrap_or_default();
    let after = headers.iter().find(|(name, _)| name == "retry-after").map(|(_, value)| value);
    let after = after.and_then(|value| retry_after(value, clock.now_ms()));
    Err(Error::Api(Box::new(ApiError::new(&outgoing.route, status, headers, body, after))))
}

async fn over_network(client: &reqwest::Client, outgoing: &Outgoing) -> Result<Answered> {
    let mut request = client.request(outgoing.method.clone(), &outgoing.url).headers(outgoing.headers.clone());
    if let Some((body, content_type)) = &outgoing.body {
        request = request.header(CONTENT_TYPE, content_type).body(body.clone());
    }
    let mut response = request.send().await.map_err(|error| broken(&outgoing.route, &error, false))?;
    let status = response.status().as_u16();
    let headers = response.headers().iter().map(pair).collect();
    let body =
        read_body(&mut response, outgoing.max_body).await.map_err(|error| broken(&outgoing.route, &error, true))?;
    Ok((status, headers, body))
}

async fn over_transport(
    transport: &SharedTransport,
    user_agent: &HeaderValue,
    outgoing: &Outgoing,
) -> Result<Answered> {
    let mut headers: Vec<(String, String)> = outgoing.headers.iter().map(pair).collect();
    // What the network's client adds by itself.
    if !outgoing.headers.contains_key(USER_AGENT) {
        headers.push(pair((&USER_AGENT, user_agent)));
    }
    if let Some((_, content_type)) = &outgoing.body {
        headers.push((CONTENT_TYPE.as_str().to_owned(), content_type.clone()));
    }
    let request = TransportRequest {
        method: outgoing.method.to_string(),
        url: outgoing.url.clone(),
        headers,
        body: outgoing.body.as_ref().map(|(body, _)| body.clone()).unwrap_or_default(),
    };
    let answer = transport.0.send(request).await.map_err(|error| {
        let message = format!("{}: {}", outgoing.route, error.message);
        Error::Connection(ConnectionError { message, sent: error.sent })
    })?;
    let headers = answer.headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
    Ok((answer.status, headers, Some(answer.body).filter(|body| body.len() <= outgoing.max_body)))
}

fn pair((name, value): (&HeaderName, &HeaderValue)) -> (String, String) {
    (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// How much room is made for a body because its length was announced: an announcement costs its sender nothing.
const MOST_AT_ONCE: usize = 4 * 1024 * 1024;

/// The body, or `None` as soon as it is known to be longer than this.
async fn read_body(response: &mut reqwest::Response, at_most: usize) -> reqwest::Result<Option<Bytes>> {
    let said = response.content_length().map_or(0, |said| usize::try_from(said).unwrap_or(usize::MAX));
    if said > at_most {
        return Ok(None);
    }
    let mut body = BytesMut::new();
    while let Some(piece) = response.chunk().await? {
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

fn broken(route: &str, error: &reqwest::Error, answered: bool) -> Error {
    let sent = answered || !(error.is_connect() || error.is_builder());
    let what = match (answered, sent) {
        (true, _) => "the answer broke off",
        (_, true) => "the connection broke before an answer came",
        (_, false) => "no connection could be made",
    };
    Error::Connection(ConnectionError { message: format!("{route}: {what}: {}", chain(error)), sent })
}

/// An error and its causes in one line. The URL is left out: the message has the route, and ids stay where they are.
fn chain(error: &reqwest::Error) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if !texts.last().is_some_and(|last| last.contains(&text)) {
            texts.push(text);
        }
        next = cause.source();
    }
    if texts.is_empty() { "request error".to_owned() } else { texts.join(": ") }
}
