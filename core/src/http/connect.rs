//! Connecting: over TCP and TLS, directly or by way of a proxy, within the time that it may take.

use std::error::Error as StdError;
use std::fmt;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::header::{HeaderMap, HeaderValue, USER_AGENT};
use http::uri::{Scheme, Uri};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::client::proxy::matcher::Intercept;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tower_service::Service;

use super::names::Names;
use super::proxy::Proxy;

pub(super) type BoxError = Box<dyn StdError + Send + Sync>;

/// How often a connection without traffic is looked after, and how often in vain before it is given up.
const KEEPALIVE: Duration = Duration::from_secs(15);
const KEEPALIVE_RETRIES: u32 = 3;
/// How long what was sent may stay unacknowledged.
#[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);

/// Makes connections. Cheap to clone, as the pool does for each request.
#[derive(Clone)]
pub(super) struct Connector(Arc<Ways>);

struct Ways {
    tcp: HttpConnector<Names>,
    tls: Arc<ClientConfig>,
    /// To a proxy itself, ahead of a tunnel.
    tls_of_tunnels: Arc<ClientConfig>,
    proxy: Option<Proxy>,
    user_agent: HeaderValue,
    timeout: Duration,
}

impl Connector {
    pub(super) fn new(tls: ClientConfig, proxy: Option<Proxy>, user_agent: HeaderValue, timeout: Duration) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(Names::new());
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(timeout));
        tcp.set_keepalive(Some(KEEPALIVE));
        tcp.set_keepalive_interval(Some(KEEPALIVE));
        tcp.set_keepalive_retries(Some(KEEPALIVE_RETRIES));
        #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
        tcp.set_tcp_user_timeout(Some(UNACKNOWLEDGED));
        let mut tls_of_tunnels = tls.clone();
        tls_of_tunnels.alpn_protocols.clear();
        let (tls, tls_of_tunnels) = (Arc::new(tls), Arc::new(tls_of_tunnels));
        Self(Arc::new(Ways { tcp, tls, tls_of_tunnels, proxy, user_agent, timeout }))
    }
}

impl Ways {
    async fn connect(&self, to: Uri) -> Result<Conn, BoxError> {
        match self.proxy.as_ref().and_then(|proxy| proxy.intercept(&to)) {
            None => self.direct(to, false).await,
            Some(proxy) if to.scheme() == Some(&Scheme::HTTPS) => self.through(&proxy, to).await,
            // It is asked for the whole URL, and asks itself.
            Some(proxy) => self.direct(proxy.uri().clone(), true).await,
        }
    }

    async fn direct(&self, to: Uri, proxied: bool) -> Result<Conn, BoxError> {
        let stream = HttpsConnector::from((self.tcp.clone(), self.tls.clone())).call(to).await?;
        Ok(Conn { stream: Box::pin(stream), proxied })
    }

    /// A tunnel, whose other end the TLS is with.
    async fn through(&self, proxy: &Intercept, to: Uri) -> Result<Conn, BoxError> {
        let inner = HttpsConnector::from((self.tcp.clone(), self.tls_of_tunnels.clone()));
        let mut tunnel = Tunnel::new(proxy.uri().clone(), inner);
        if let Some(auth) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(auth.clone());
        }
        tunnel = tunnel.with_headers(HeaderMap::from_iter([(USER_AGENT, self.user_agent.clone())]));
        let stream = tunnel.call(to.clone()).await?;
        let host = to.host().ok_or("no host in url")?.to_owned();
        let name = ServerName::try_from(host).map_err(|_| "Invalid Server Name")?;
        let stream = TlsConnector::from(self.tls.clone()).connect(name, TokioIo::new(stream)).await?;
        Ok(Conn { stream: Box::pin(TokioIo::new(stream)), proxied: false })
    }
}

impl Service<Uri> for Connector {
    type Response = Conn;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Conn, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let ways = self.0.clone();
        Box::pin(async move {
            match tokio::time::timeout(ways.timeout, ways.connect(to)).await {
                Ok(connected) => connected,
                Err(_) => Err(TimedOut.into()),
            }
        })
    }
}

#[derive(Debug)]
struct TimedOut;

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("operation timed out")
    }
}

impl StdError for TimedOut {}

/// What a connection reads from and writes to.
trait Stream: Read + Write + Send {
    /// What it is told to be.
    fn connected(&self) -> Connected;
}

/// To the API or to a proxy.
type Direct = MaybeHttpsStream<TokioIo<TcpStream>>;

impl Stream for Direct {
    fn connected(&self) -> Connected {
        Connection::connected(self)
    }
}

/// TLS within a tunnel.
impl Stream for TokioIo<TlsStream<TokioIo<Direct>>> {
    fn connected(&self) -> Connected {
        let (stream, tls) = self.inner().get_ref();
        let connected = Connection::connected(stream.inner());
        if tls.alpn_protocol() == Some(b"h2") { connected.negotiated_h2() } else { connected }
    }
}

/// A connection, whatever it goes through.
pub(super) struct Conn {
    stream: Pin<Box<dyn Stream>>,
    /// Whether the other end is a proxy that is to send a request on.
    proxied: bool,
}

impl Connection for Conn {
    fn connected(&self) -> Connected {
        self.stream.connected().proxy(self.proxied)
    }
}

impl Read for Conn {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_read(cx, buf)
    }
}

impl Write for Conn {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.stream.as_mut().poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream.as_mut().poll_write_vectored(cx, bufs)
    }
}
