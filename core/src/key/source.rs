//! The key endpoint, as this floor sees it: something that answers, or does not; and what each answer means (§2.4, D-15).

use super::JwkSet;
use crate::secret::{Length, Secret};
use serde_json::Value;
use std::fmt;
use std::future::Future;
use std::time::Duration;

/// Asks the key endpoint. Implemented over HTTP by the client, and by whatever a test likes.
///
/// An implementation does `GET {api_url}/v1/jwks` with the secret key as bearer token, repeats what
/// R-235 says may be repeated (never a 401, D-6), and ends within its own deadline: the waiting of others depends on it.
pub trait KeySource: Send + Sync {
    /// The last answer, whatever its status.
    ///
    /// # Errors
    /// [`NoAnswer`] if there was none in time.
    fn fetch(&self, secret_key: &Secret) -> impl Future<Output = Result<KeyResponse, NoAnswer>> + Send;
}

/// An answer of the key endpoint, or of the API to what a decision asks. `Debug` shows the body's length only.
#[derive(Clone)]
pub struct KeyResponse {
    /// HTTP status.
    pub status: u16,
    /// The body, as received.
    pub body: Vec<u8>,
    /// The `Retry-After` header, if there was one.
    pub retry_after: Option<Duration>,
}

impl fmt::Debug for KeyResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyResponse").field("status", &self.status).field("body", &Length(self.body.len())).finish()
    }
}

/// No answer came: no connection, an answer cut off, or the deadline ran out.
#[derive(Debug, Clone)]
pub struct NoAnswer {
    /// What happened.
    pub message: String,
}

/// What kind of failure kept the keys away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyFailureReason {
    /// The API does not know the secret key.
    SecretKeyInvalid,
    /// The endpoint answered with an error, or with no keys.
    FailedToLoad,
    /// No answer, or one that is not JSON.
    Unexpected,
}

/// The key endpoint did not give keys.
#[derive(Debug, Clone)]
pub struct KeyFailure {
    /// What kind of failure.
    pub reason: KeyFailureReason,
    /// What happened; for [`KeyFailureReason::SecretKeyInvalid`] in the API's words.
    pub message: String,
    /// Whether this is an outage (D-15): it says nothing on the token, and keys in hand may serve on. Else asking again
    /// with the same settings would end the same way.
    pub outage: bool,
    /// When to try again, in milliseconds from now, where known.
    pub retry_after_ms: Option<i64>,
}

/// What an answer (or none) of the endpoint at `url` means.
///
/// 429, 5xx and no answer at all are an outage. So is a 2xx that is not JSON: whoever wrote it, it was not the key
/// endpoint. JSON without keys is none: the endpoint itself says that it has no keys.
pub(crate) fn interpret(url: &str, answer: Result<KeyResponse, NoAnswer>) -> Result<JwkSet, KeyFailure> {
    let answer = answer.map_err(|none| KeyFailure {
        reason: KeyFailureReason::Unexpected,
        message: format!("The key endpoint {url} did not answer: {}", none.message),
        outage: true,
        retry_after_ms: None,
    })?;
    let KeyResponse { status, body, retry_after } = answer;
    let retry_after_ms = retry_after.map(|after| i64::try_from(after.as_millis()).unwrap_or(i64::MAX));
    if (200..300).contains(&status) {
        return match JwkSet::read(&body) {
            None => Err(KeyFailure {
                reason: KeyFailureReason::Unexpected,
                message: format!("The key endpoint {url} answered {status} with something that is not JSON"),
                outage: true,
                retry_after_ms,
            }),
            Some(set) if set.keys.is_empty() => Err(KeyFailure {
                reason: KeyFailureReason::FailedToLoad,
                message: format!("The key endpoint {url} answered {status} without any keys"),
                outage: false,
                retry_after_ms: None,
            }),
            Some(set) => Ok(set),
        };
    }
    let outage = status == 429 || status >= 500;
    let json: Option<Value> = serde_json::from_slice(&body).ok();
    let (reason, message) = match (&json, json.as_ref().and_then(invalid_key_message)) {
        (_, Some(said)) => (KeyFailureReason::SecretKeyInvalid, said),
        (Some(_), None) => (KeyFailureReason::FailedToLoad, format!("The key endpoint {url} answered {status}")),
        (None, None) => {
            (KeyFailureReason::Unexpected, format!("The key endpoint {url} answered {status}, and not with JSON"))
        }
    };
    Err(KeyFailure { reason, message, outage, retry_after_ms: retry_after_ms.filter(|_| outage) })
}

/// The API's own words about a secret key that it does not know, cut to a sane length.
fn invalid_key_message(body: &Value) -> Option<String> {
    let error = body
        .get("errors")?
        .as_array()?
        .iter()
        .find(|error| error.get("code").and_then(Value::as_str) == Some("clerk_key_invalid"))?;
    let said = ["long_message", "message"]
        .iter()
        .find_map(|name| error.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()));
    Some(said.unwrap_or("The provided Clerk secret key is invalid").chars().take(300).collect())
}
