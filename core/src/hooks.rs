//! What a call tells of itself on its way: for logs, metrics and traces. No secrets are in it, and no ids but those in the
//! path of a request that no operation describes.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value};
use tokio::time::Instant;

use crate::clock::SharedClock;
use crate::error::Error;
use crate::http::RawResponse;

/// A step of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallStep {
    /// An attempt is about to be sent.
    Request,
    /// An attempt has ended: answered, or failed.
    Response,
    /// Another attempt follows, after a wait.
    Retry,
}

impl CallStep {
    /// `request`, `response` or `retry`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
            Self::Retry => "retry",
        }
    }
}

/// A step of a call, and what is known at it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CallEvent {
    /// Which step.
    pub step: CallStep,
    /// The HTTP method.
    pub method: String,
    /// The path as a template, such as `/users/{user_id}`: no ids. Of a request that no operation describes, the path.
    pub route: String,
    /// Which attempt: 1 for the first.
    pub attempt: u32,
    /// When it happened, in Unix milliseconds of the client's clock.
    pub at_ms: i64,
    /// HTTP status of the answer, if there was one.
    pub status: Option<u16>,
    /// The kind of the error that the attempt ended with, such as `timeout` or `rate_limit`.
    pub error: Option<&'static str>,
    /// How long the attempt took.
    pub duration: Option<Duration>,
    /// How long is waited before the next attempt.
    pub wait: Option<Duration>,
    /// The API's id of the request, for its support.
    pub trace_id: Option<String>,
}

impl CallEvent {
    /// As JSON, for bindings: durations in milliseconds.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let ms = |time: Duration| Value::from(time.as_secs_f64() * 1000.0);
        let mut out = Map::new();
        out.insert("step".to_owned(), self.step.as_str().into());
        out.insert("method".to_owned(), self.method.as_str().into());
        out.insert("route".to_owned(), self.route.as_str().into());
        out.insert("attempt".to_owned(), self.attempt.into());
        out.insert("at".to_owned(), self.at_ms.into());
        out.insert("status".to_owned(), self.status.into());
        out.insert("error".to_owned(), self.error.into());
        out.insert("duration_ms".to_owned(), self.duration.map_or(Value::Null, ms));
        out.insert("wait_ms".to_owned(), self.wait.map_or(Value::Null, ms));
        out.insert("trace_id".to_owned(), self.trace_id.as_deref().into());
        Value::Object(out)
    }
}

type Told = Arc<dyn Fn(&CallEvent) + Send + Sync>;

/// Who is told.
#[derive(Clone, Default)]
pub(crate) struct Hooks {
    hooks: Vec<(CallStep, Told)>,
    recorder: Option<Recorder>,
}

impl Hooks {
    pub(crate) fn add(&mut self, step: CallStep, hook: impl Fn(&CallEvent) + Send + Sync + 'static) {
        self.hooks.push((step, Arc::new(hook)));
    }

    /// These, and a recorder of one call.
    pub(crate) fn with(&self, recorder: Option<Recorder>) -> Self {
        Self { recorder, ..self.clone() }
    }

    fn is_empty(&self) -> bool {
        self.hooks.is_empty() && self.recorder.is_none()
    }

    fn tell(&self, event: &CallEvent) {
        for (_, hook) in self.hooks.iter().filter(|(step, _)| *step == event.step) {
            hook(event);
        }
        if let Some(recorder) = &self.recorder {
            recorder.keep(event);
        }
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hooks({})", self.hooks.len())
    }
}

/// The steps of one call, kept until they are taken: for bindings, whose hooks run on the caller's own thread.
#[derive(Debug, Clone, Default)]
pub struct Recorder(Arc<Mutex<Vec<CallEvent>>>);

impl Recorder {
    fn keep(&self, event: &CallEvent) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(event.clone());
    }

    /// What was kept, in order, as a JSON array; nothing of it is kept any more.
    #[must_use]
    pub fn take_json(&self) -> String {
        let events = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        Value::Array(events.iter().map(CallEvent::to_json).collect()).to_string()
    }
}

/// One attempt, told of as it goes.
pub(crate) struct Attempt<'a> {
    pub(crate) hooks: &'a Hooks,
    pub(crate) method: &'a http::Method,
    /// Method and path template.
    pub(crate) route: &'a str,
    pub(crate) number: u32,
}

impl Attempt<'_> {
    fn event(&self, step: CallStep, at_ms: i64) -> CallEvent {
        CallEvent {
            step,
            method: self.method.as_str().to_owned(),
            route: self.route.split_once(' ').map_or(self.route, |(_, path)| path).to_owned(),
            attempt: self.number,
            at_ms,
            status: None,
            error: None,
            duration: None,
            wait: None,
            trace_id: None,
        }
    }

    /// Whether nobody listens. Then no clock is read either.
    fn quiet(&self) -> bool {
        self.hooks.is_empty() && !tracing::enabled!(target: "clerk_usher", tracing::Level::DEBUG)
    }

    pub(crate) fn begins(&self, clock: &SharedClock) {
        if self.quiet() {
            return;
        }
        let event = self.event(CallStep::Request, clock.now_ms());
        tracing::debug!(
            target: "clerk_usher", method = %event.method, route = %event.route, attempt = event.attempt, "request"
        );
        self.hooks.tell(&event);
    }

    pub(crate) fn answered(&self, clock: &SharedClock, began: Instant, response: &RawResponse) {
        if self.quiet() {
            return;
        }
        let trace_id = response.header("cf-ray").map(str::to_owned);
        self.ended(clock.now_ms(), began.elapsed(), Some(response.status), None, trace_id);
    }

    pub(crate) fn failed(&self, clock: &SharedClock, began: Instant, error: &Error) {
        if self.quiet() {
            return;
        }
        let api = error.as_api();
        let trace_id = api.and_then(|api| api.trace_id.clone());
        self.ended(clock.now_ms(), began.elapsed(), api.map(|api| api.status), Some(error.kind().as_str()), trace_id);
    }

    fn ended(
        &self,
        at_ms: i64,
        duration: Duration,
        status: Option<u16>,
        error: Option<&'static str>,
        trace_id: Option<String>,
    ) {
        let event =
            CallEvent { status, error, duration: Some(duration), trace_id, ..self.event(CallStep::Response, at_ms) };
        tracing::debug!(
            target: "clerk_usher", method = %event.method, route = %event.route, attempt = event.attempt,
            status, error, duration_ms = duration.as_secs_f64() * 1000.0, trace_id = event.trace_id.as_deref(),
            "response"
        );
        self.hooks.tell(&event);
    }

    pub(crate) fn retries(&self, at_ms: i64, wait: Duration, error: &Error) {
        let status = error.as_api().map(|api| api.status);
        let event = CallEvent {
            status,
            error: Some(error.kind().as_str()),
            wait: Some(wait),
            ..self.event(CallStep::Retry, at_ms)
        };
        tracing::info!(
            target: "clerk_usher", method = %event.method, route = %event.route, attempt = event.attempt,
            status, error = event.error, wait_ms = wait.as_secs_f64() * 1000.0, "retry"
        );
        self.hooks.tell(&event);
    }
}
