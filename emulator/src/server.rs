//! The server: connections, the log, faults, authentication, and the way to the routes and back.

use crate::api::{Access, Call, Caller, Found, Part, Reply};
use crate::cors;
use crate::delivery;
use crate::errors::ApiError;
use crate::event::Cause;
use crate::faults::Fault;
use crate::origin;
use crate::query::Query;
use crate::remote;
use crate::state::Shared;
use crate::store::Store;
use crate::watch::Answered;
use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::Value;
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::time::Sleep;

/// The headers that carry the trace id: the API's own, and the name some clients look for.
const TRACE_HEADERS: [&str; 2] = ["x-clerk-trace-id", "clerk-trace-id"];
/// The most bytes a body can have; above it the answer is 413.
const MOST_BYTES: usize = 16 * 1024 * 1024;
/// How long the first half of a truncated body has to get out before the connection is cut.
const TRUNCATION_PAUSE: Duration = Duration::from_millis(30);
/// How often is looked at a running clock.
const CLOCK_PAUSE: Duration = Duration::from_secs(30);

/// A runtime for this thread, with the listener in it.
pub(crate) fn runtime(listener: std::net::TcpListener) -> io::Result<(Runtime, TcpListener)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let listener = {
        let _context = runtime.enter();
        TcpListener::from_std(listener)?
    };
    Ok((runtime, listener))
}

/// Serves until told to stop. Connections that are open then are cut.
pub(crate) async fn serve(listener: TcpListener, shared: Arc<Shared>, mut stop: oneshot::Receiver<()>) {
    tokio::spawn(delivery::run(Arc::clone(&shared)));
    tokio::spawn(follow_clock(Arc::clone(&shared)));
    loop {
        tokio::select! {
            _ = &mut stop => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    // Small answers would otherwise wait for the peer's delayed acknowledgement.
                    let _ = stream.set_nodelay(true);
                    let shared = Arc::clone(&shared);
                    let connection = shared.connections.fetch_add(1, Ordering::Relaxed) + 1;
                    tokio::spawn(async move {
                        let service = service_fn(|request| watched(Arc::clone(&shared), connection, peer, request));
                        // An error here is a client that went away, or a fault that was asked for.
                        let _ = http1::Builder::new()
                            .timer(TokioTimer::new())
                            .serve_connection(TokioIo::new(stream), service)
                            .await;
                    });
                }
                // Out of file descriptors, most likely: give others time to close theirs.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            },
        }
    }
}

/// Lets time that passes by itself do its work. Whoever moves the clock sees to that.
async fn follow_clock(shared: Arc<Shared>) {
    loop {
        tokio::time::sleep(CLOCK_PAUSE).await;
        shared.follow_clock();
    }
}

/// Why a connection is cut without an answer.
#[derive(Debug)]
struct Dropped;

impl std::fmt::Display for Dropped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("dropped on request")
    }
}

impl std::error::Error for Dropped {}

/// Answers, and tells those who watch.
async fn watched(
    shared: Arc<Shared>,
    connection: u64,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Result<Response<Answer>, Dropped> {
    let began = Instant::now();
    let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
    let answered = answer(Arc::clone(&shared), connection, peer, request).await;
    shared.watchers.tell(|| Answered {
        method,
        path,
        status: answered.as_ref().ok().map(|response| response.status().as_u16()),
        duration_us: u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
    });
    answered
}

async fn answer(
    shared: Arc<Shared>,
    connection: u64,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Result<Response<Answer>, Dropped> {
    let now = shared.clock.now_ms();
    let (head, body) = request.into_parts();
    let body = http_body_util::Limited::new(body, MOST_BYTES).collect().await;
    let (body, too_large) = match body {
        Ok(collected) => (collected.to_bytes(), false),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => (Bytes::new(), true),
        // The client went away in the middle of its own request.
        Err(_) => return Err(Dropped),
    };
    let path = head.uri.path().to_owned();
    if path.starts_with(remote::PREFIX) {
        let (status, body) = match too_large {
            true => (413, r#"{"error":"the body is too large: name a file by its path"}"#.to_owned()),
            false => remote::answer(&shared, &head, body).await,
        };
        return Ok(respond(status, "application/json", body.into()));
    }
    let found = shared.router.find(&path);
    let template = found.as_ref().map(|found| found.template);
    let for_scripts = found.as_ref().is_some_and(Found::is_for_scripts);
    let query = Query::decode(head.uri.query().unwrap_or_default());
    // What the dashboard asks for itself is not what an application sent.
    let number = (!is_own(&path)).then(|| shared.log().add(&head, &body, template, now, connection));
    let fault = shared.faults().take(head.method.as_str(), &path, template, &query).unwrap_or_default();
    if let Some(ms) = fault.latency_ms {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
    if fault.drop {
        return Err(Dropped);
    }
    let trace_id = trace_id(&shared);
    let response = if let Some(canned) = fault.canned(&trace_id) {
        respond(canned.status, canned.content_type, canned.body.into())
    } else if too_large {
        let error =
            ApiError::new(413, "request_entity_too_large", "Request too large", "The request body is too large.");
        refuse(&error, &trace_id)
    } else if let Err(error) = origin::check_host(&shared, &head) {
        refuse(&error, &trace_id)
    } else if let Some(seconds) = too_many(&shared, &head, template, now) {
        let mut response = refuse(&ApiError::too_many_requests(), &trace_id);
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        response
    } else {
        let parts = parse_multipart(&head.headers, &body).await;
        match route(&shared, &head, peer, found, query, body, parts) {
            Ok(reply) => send(reply),
            Err(error) => refuse(&error, &trace_id),
        }
    };
    let mut response = finish(response, &fault, &trace_id);
    if for_scripts {
        cors::allow(&shared, &head.headers, response.headers_mut());
    }
    if let Some(number) = number {
        shared.log().set_status(number, response.status().as_u16());
    }
    Ok(response)
}

/// Whether a path is of the dashboard or of what pages are made of.
fn is_own(path: &str) -> bool {
    path == "/" || path.starts_with("/_usher/") || path.starts_with("/_page/")
}

/// Counts a request with the secret key; if it is one too many, the seconds to wait.
fn too_many(shared: &Shared, head: &http::request::Parts, template: Option<&'static str>, now: i64) -> Option<i64> {
    let key = head.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.split_once(' '));
    key.filter(|(_, key)| key.trim() == shared.secret_key)?;
    shared.rates().take(head.method.as_str(), template?, shared.is_production(), now)
}

fn trace_id(shared: &Shared) -> String {
    let number = shared.requests.fetch_add(1, Ordering::Relaxed) + 1;
    let instance: u64 =
        shared.instance_id.bytes().fold(5381, |hash: u64, byte| hash.wrapping_mul(33) ^ u64::from(byte));
    format!("{instance:016x}{number:016x}")
}

/// Authenticates, checks the method, and runs the route.
fn route(
    shared: &Shared,
    head: &http::request::Parts,
    peer: SocketAddr,
    found: Option<Found>,
    query: Vec<(String, String)>,
    body: Bytes,
    parts: Result<Vec<Part>, ApiError>,
) -> Result<Reply, ApiError> {
    let found = found.ok_or_else(ApiError::unknown_route)?;
    let method = head.method.as_str();
    if method == "OPTIONS" && found.is_for_scripts() {
        return Ok(Reply::Empty);
    }
    let Some(route) = found.routes.iter().find(|route| route.method == method) else {
        return Err(ApiError::wrong_method(method));
    };
    let now = shared.clock.now_ms();
    let user_agent = head.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let cause = Cause { client_ip: Some(peer.ip()), user_agent };
    shared.change_for(cause, |store| {
        let caller = authenticate(shared, store, route.access, head, now)?;
        store.check_feature(found.template)?;
        let mut call =
            Call { shared, store, head, path: found.path, query: Query::new(query), body, caller, parts: parts?, now };
        route.answer(&mut call)
    })
}

/// Runs a route for the emulator itself, as for the instance's secret key; the answer.
pub(crate) fn run_inside(
    shared: &Shared,
    store: &mut Store,
    method: &str,
    path: &str,
    body: &Value,
) -> Result<Value, ApiError> {
    let found = shared.router.find(path).ok_or_else(ApiError::unknown_route)?;
    let route = found.routes.iter().find(|route| route.method == method);
    let route = route.ok_or_else(|| ApiError::wrong_method(method))?;
    let request = Request::builder().method(method).uri(path).body(()).map_err(|_| ApiError::unknown_route())?;
    let (head, ()) = request.into_parts();
    let mut call = Call {
        shared,
        store,
        head: &head,
        path: found.path,
        query: Query::new(Vec::new()),
        body: body.to_string().into(),
        caller: Caller::Instance,
        parts: Vec::new(),
        now: shared.clock.now_ms(),
    };
    match route.answer(&mut call)? {
        Reply::Json(answer) | Reply::Created(answer) => Ok(answer),
        _ => Ok(Value::Null),
    }
}

/// Whose key the request has, if it is one that the route takes.
fn authenticate(
    shared: &Shared,
    store: &Store,
    access: Access,
    head: &http::request::Parts,
    now: i64,
) -> Result<Caller, ApiError> {
    if matches!(access, Access::Public | Access::Browser) {
        return Ok(Caller::Anyone);
    }
    let value = head.headers.get(header::AUTHORIZATION).ok_or_else(ApiError::no_authorization)?;
    let text = value.to_str().map_err(|_| ApiError::bad_authorization())?;
    let key = match text.split_once(' ') {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") && !key.trim().is_empty() => key.trim(),
        _ => return Err(ApiError::bad_authorization()),
    };
    if key == shared.secret_key || store.is_accountless_key(key) {
        return Ok(Caller::Instance);
    }
    match store.machine_by_key(key, now) {
        Some(machine) if access == Access::SecretOrMachine => Ok(Caller::Machine(machine.id.clone())),
        _ => Err(ApiError::wrong_key()),
    }
}

/// The parts of a multipart body; nothing for bodies of other types.
async fn parse_multipart(headers: &http::HeaderMap, body: &Bytes) -> Result<Vec<Part>, ApiError> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !content_type.to_ascii_lowercase().starts_with("multipart/form-data") {
        return Ok(Vec::new());
    }
    let boundary = multer::parse_boundary(content_type).map_err(|_| ApiError::invalid_body())?;
    let mut multipart = multer::Multipart::new(Once(Some(body.clone())), boundary);
    let mut parts = Vec::new();
    while let Some(field) = multipart.next_field().await.map_err(|_| ApiError::invalid_body())? {
        parts.push(Part {
            name: field.name().unwrap_or_default().to_owned(),
            content_type: field.content_type().map(ToString::to_string),
            is_file: field.file_name().is_some(),
            bytes: field.bytes().await.map_err(|_| ApiError::invalid_body())?,
        });
    }
    Ok(parts)
}

/// A stream of one piece.
struct Once(Option<Bytes>);

impl Stream for Once {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().map(Ok))
    }
}

fn send(reply: Reply) -> Response<Answer> {
    match reply {
        Reply::Json(value) => respond(200, "application/json", value.to_string().into()),
        Reply::Created(value) => respond(201, "application/json", value.to_string().into()),
        Reply::Empty => {
            let mut response = Response::new(Answer::whole(Bytes::new()));
            *response.status_mut() = StatusCode::NO_CONTENT;
            response
        }
        Reply::Raw { content_type, bytes } => respond(200, &content_type, bytes),
        Reply::Redirect { status, location, cookies } => {
            let pairs = std::iter::once((header::LOCATION, location))
                .chain(std::iter::once((header::CACHE_CONTROL, "no-store".to_owned())))
                .chain(cookies.into_iter().map(|cookie| (header::SET_COOKIE, cookie)));
            full(status, pairs, Bytes::new())
        }
        Reply::Full { status, headers, body } => full(status, headers, body),
    }
}

/// An answer with headers of its own; a value that cannot stand in a header is left out.
fn full(status: u16, headers: impl IntoIterator<Item = (HeaderName, String)>, body: Bytes) -> Response<Answer> {
    let mut response = Response::new(Answer::whole(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

fn respond(status: u16, content_type: &str, body: Bytes) -> Response<Answer> {
    let mut response = Response::new(Answer::whole(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Ok(value) = HeaderValue::from_str(content_type) {
        response.headers_mut().insert(header::CONTENT_TYPE, value);
    }
    response
}

fn refuse(error: &ApiError, trace_id: &str) -> Response<Answer> {
    respond(error.status, "application/json", error.body(trace_id).to_string().into())
}

/// Adds what every answer has, and what the fault wants.
fn finish(mut response: Response<Answer>, fault: &Fault, trace_id: &str) -> Response<Answer> {
    if let Ok(value) = HeaderValue::from_str(trace_id) {
        for name in TRACE_HEADERS {
            response.headers_mut().insert(HeaderName::from_static(name), value.clone());
        }
    }
    let mut seen: Vec<HeaderName> = Vec::new();
    for (name, value) in fault.header_pairs() {
        let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) else { continue };
        if seen.contains(&name) {
            response.headers_mut().append(name, value);
        } else {
            seen.push(name.clone());
            response.headers_mut().insert(name, value);
        }
    }
    if fault.truncate {
        let whole = response.body_mut().data.take().unwrap_or_default();
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len().max(2)));
        *response.body_mut() = Answer::half(&whole);
    }
    response
}

/// A body: all of it at once, or half of it and then an end of the connection.
struct Answer {
    data: Option<Bytes>,
    cut: bool,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Answer {
    fn whole(data: Bytes) -> Self {
        Answer { data: Some(data).filter(|data| !data.is_empty()), cut: false, pause: None }
    }

    fn half(whole: &Bytes) -> Self {
        let data = whole.slice(..whole.len() / 2);
        Answer { data: Some(data).filter(|data| !data.is_empty()), cut: true, pause: None }
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(data) = self.data.take() {
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        if !self.cut {
            return Poll::Ready(None);
        }
        // While this waits, the connection flushes what it has: head and first half.
        let pause = self.pause.get_or_insert_with(|| Box::pin(tokio::time::sleep(TRUNCATION_PAUSE)));
        match pause.as_mut().poll(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(()) => Poll::Ready(Some(Err(io::Error::other("cut on request")))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_none() && !self.cut
    }

    fn size_hint(&self) -> SizeHint {
        match &self.data {
            Some(data) if !self.cut => SizeHint::with_exact(data.len() as u64),
            None if !self.cut => SizeHint::with_exact(0),
            _ => SizeHint::default(),
        }
    }
}
