//! The pool of connections, and one call over it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use rustls::pki_types::CertificateDer;
use tokio::time::Instant;

use super::network::Network;
use super::proxy::Proxy;
use super::retry::{may_retry, retry_after};
use super::{Limits, RawResponse, tls};
use crate::clock::SharedClock;
use crate::error::{ApiError, ConnectionError, DecodeError, Error, Result, TimeoutError};
use crate::hooks::{Attempt, Hooks};
use crate::host;
use crate::secret::Length;
use crate::transport::{SharedTransport, TransportRequest};

/// What the pool is made from.
pub(crate) struct PoolOptions {
    pub(crate) connect_timeout: Duration,
    pub(crate) proxy: Option<Proxy>,
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
    slot: ArcSwapOption<(u64, Network)>,
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

    fn network(&self) -> Result<Arc<(u64, Network)>> {
        let generation = host::generation();
        if let Some(entry) = self.slot.load_full()
            && entry.0 == generation
        {
            return Ok(entry);
        }
        let entry = Arc::new((generation, self.build()?));
        let old = self.slot.swap(Some(entry.clone()));
        // A pool from before the fork is left as it is: closing it would say goodbye on the parent's connections.
        if old.as_deref().is_some_and(|entry| entry.0 != generation) {
            std::mem::forget(old);
        }
        Ok(entry)
    }

    fn build(&self) -> Result<Network> {
        let options = &self.options;
        let tls = tls::config(&options.certificates, options.plain && options.proxy.is_none())?;
        // A proxy that the environment names for everything is not meant for this machine itself.
        let proxy = match &options.proxy {
            Some(proxy) => Some(proxy.clone()),
            None if options.loopback => None,
            None => Some(Proxy::system()),
        };
        Ok(Network::new(tls, proxy, &options.user_agent, options.connect_timeout))
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
            None => Way::Network(self.network()?),
        };
        let deadline = from_now(limits.total);
        let mut retries: u32 = 0;
        loop {
            let number = retries.saturating_add(1);
            let told = Attempt { hooks, method: &outgoing.method, route: &outgoing.route, number };
            let began = Instant::now();
            told.begins(clock);
            let error = match self.attempt(&way, outgoing, limits, deadline, clock).await {
                Ok(response) => {
                    told.answered(clock, began, &response);
                    return Ok(response);
                }
                Err(error) => error,
            };
            told.failed(clock, began, &error);
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
        let going = exchange(way, outgoing, clock);
        let ended = match way {
            Way::Network(network) => network.1.timers.until(until, going).await,
            Way::Transport(..) => tokio::time::timeout_at(until, going).await.ok(),
        };
        ended.unwrap_or_else(|| {
            Err(Error::Timeout(TimeoutError {
                message: format!("{} got no answer within {} ms", outgoing.route, allowed.as_millis()),
            }))
        })
    }
}

/// What a request goes through.
enum Way<'a> {
    Network(Arc<(u64, Network)>),
    Transport(&'a SharedTransport, &'a HeaderValue),
}

/// Status, headers, and the body unless it is longer than what is read.
pub(super) type Answered = (u16, Vec<(String, String)>, Option<Bytes>);

async fn exchange(way: &Way<'_>, outgoing: &Outgoing, clock: &SharedClock) -> Result<RawResponse> {
    let (status, headers, body) = match way {
        Way::Network(network) => network.1.exchange(outgoing).await?,
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

pub(super) fn pair((name, value): (&HeaderName, &HeaderValue)) -> (String, String) {
    (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
}
