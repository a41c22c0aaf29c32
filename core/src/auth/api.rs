//! What a decision may need from the API (§2.11, §1.7), as data: the decision names the call, somebody else makes it, and
//! the decision is made again with the answer.

use crate::key::{Around, KeyResponse, KeySource, NoAnswer, Progress};
use crate::secret::Secret;
use crate::token::{Missing, TokenType};
use std::fmt;
use std::future::Future;

/// What a decision lacks.
#[derive(Debug, Clone)]
pub enum Need {
    /// The key endpoint has to be asked, and of which cache: see [`Missing::load`].
    Keys(Missing),
    /// The API has to be asked this.
    Call(Box<ApiCall>),
}

/// Which call of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ApiCallKind {
    /// A session token that has expired is to be refreshed (§3.13).
    Refresh,
    /// A nonce is to be exchanged for what a handshake came to (§1.8).
    HandshakePayload,
    /// A machine's opaque token is to be verified (§1.7).
    VerifyMachine(TokenType),
}

/// A call of the API. `Debug` shows neither key nor query nor body, which hold tokens.
#[derive(Clone)]
#[non_exhaustive]
pub struct ApiCall {
    /// Which one.
    pub kind: ApiCallKind,
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Below the API's URL, percent-encoded, with the path version where there is one (R-130: machine tokens have none).
    pub path: String,
    /// The path with a placeholder for what is different in each request: for logs and measurements.
    pub route: &'static str,
    /// Names and values, not encoded.
    pub query: Vec<(&'static str, String)>,
    /// JSON.
    pub body: Option<String>,
    /// Sent as the bearer token.
    pub secret_key: Secret,
    /// Whether it may be repeated when its answer is lost.
    pub idempotent: bool,
}

impl fmt::Debug for ApiCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiCall").field("kind", &self.kind).field("route", &self.route).finish_non_exhaustive()
    }
}

/// What came of a call: an answer of whatever status, or none in time.
pub type ApiAnswer = Result<KeyResponse, NoAnswer>;

/// Asks the API, keys included. Implemented over HTTP by the client, and by whatever a test likes.
pub trait AuthApi: KeySource {
    /// Makes this call, with deadlines and repetitions of its own.
    fn call(&self, call: &ApiCall) -> impl Future<Output = ApiAnswer> + Send;
}

/// What has been asked for one decision so far, and answered.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    pub(crate) keys: Progress,
    refresh: Option<ApiAnswer>,
    handshake: Option<ApiAnswer>,
    machine: Option<ApiAnswer>,
}

impl Answers {
    /// None yet.
    pub(crate) fn none() -> &'static Self {
        static NONE: Answers = Answers { keys: Progress::Start, refresh: None, handshake: None, machine: None };
        &NONE
    }

    /// None, with this around each signature.
    #[must_use]
    pub fn around(around: Around) -> Self {
        Self::default().with_keys(Progress::Around(around))
    }

    /// What keys were asked for.
    #[must_use]
    pub fn with_keys(mut self, progress: Progress) -> Self {
        self.keys = progress;
        self
    }

    /// The answer to a call.
    #[must_use]
    pub fn with_answer(mut self, kind: ApiCallKind, answer: ApiAnswer) -> Self {
        match kind {
            ApiCallKind::Refresh => self.refresh = Some(answer),
            ApiCallKind::HandshakePayload => self.handshake = Some(answer),
            ApiCallKind::VerifyMachine(_) => self.machine = Some(answer),
        }
        self
    }

    pub(crate) fn get(&self, kind: ApiCallKind) -> Option<&ApiAnswer> {
        match kind {
            ApiCallKind::Refresh => self.refresh.as_ref(),
            ApiCallKind::HandshakePayload => self.handshake.as_ref(),
            ApiCallKind::VerifyMachine(_) => self.machine.as_ref(),
        }
    }

    /// Gets what is needed, and adds it.
    pub(crate) async fn load<S: AuthApi>(self, need: &Need, clock: &dyn crate::clock::Clock, api: &S) -> Self {
        match need {
            Need::Keys(missing) => {
                let progress = missing.load(clock, api).await;
                self.with_keys(progress)
            }
            Need::Call(call) => {
                let answer = api.call(call).await;
                self.with_answer(call.kind, answer)
            }
        }
    }
}

/// Whether an answer is an outage (D-15): none at all, 429, 5xx, or a success that is not the API's JSON.
pub(crate) fn is_outage(answer: &ApiAnswer) -> bool {
    match answer {
        Err(_) => true,
        Ok(answer) if (200..300).contains(&answer.status) => object(&answer.body).is_none(),
        Ok(answer) => answer.status == 429 || answer.status >= 500,
    }
}

/// When to try again, in milliseconds, where the answer says it.
pub(crate) fn retry_after_ms(answer: &ApiAnswer) -> Option<i64> {
    let after = answer.as_ref().ok()?.retry_after?;
    Some(i64::try_from(after.as_millis()).unwrap_or(i64::MAX))
}

/// The object that a body is.
pub(crate) fn object(body: &[u8]) -> Option<serde_json::Map<String, serde_json::Value>> {
    serde_json::from_slice(body).ok()
}

/// The body of a success; `None` for any other answer.
pub(crate) fn success(answer: &ApiAnswer) -> Option<serde_json::Map<String, serde_json::Value>> {
    let answer = answer.as_ref().ok().filter(|answer| (200..300).contains(&answer.status))?;
    object(&answer.body)
}

/// A text of the first error that an answer tells, such as its `code` or `message`.
pub(crate) fn first_error(answer: &KeyResponse, field: &str) -> Option<String> {
    let body = object(&answer.body)?;
    let text = body.get("errors")?.as_array()?.first()?.get(field)?.as_str()?;
    (!text.is_empty()).then(|| text.chars().take(300).collect())
}
