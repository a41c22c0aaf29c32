//! What can go wrong, told apart by what a caller would do about it.

use std::error::Error as StdError;
use std::fmt;

use serde_json::{Map, Value, json};

use crate::auth::AuthenticateError;
use crate::key::KeyError;
use crate::secret::{Length, names};
use crate::token::{OptionError, TokenError};
use crate::webhook::WebhookError;

/// The result of anything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Any error of this crate. [`Error::kind`] has one name for each in every language.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The API answered with a status that is not a success.
    Api(Box<ApiError>),
    /// An argument is missing, unknown, or of a wrong kind. Nothing was sent.
    Argument(ArgumentError),
    /// An option of the client is missing or wrong. Nothing was sent.
    Config(ConfigError),
    /// No answer within the time allowed.
    Timeout(TimeoutError),
    /// No connection, or one that broke.
    Connection(ConnectionError),
    /// An answer that cannot be read; it keeps the body.
    Decode(Box<DecodeError>),
    /// A token that does not hold.
    Token(Box<TokenError>),
    /// The keys that decide about a token could not be had: nothing is known of the token (D-15).
    Unavailable(Box<TokenError>),
    /// A webhook that does not hold.
    Webhook(WebhookError),
    /// The caller gave up on it.
    Cancelled,
    /// A mistake of ours. Please report it.
    Internal(String),
}

/// The kind of an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// 401
    Authentication,
    /// 402
    PaymentRequired,
    /// 403
    PermissionDenied,
    /// 404
    NotFound,
    /// 409
    Conflict,
    /// 410
    Gone,
    /// 400 and 422
    Validation,
    /// 429
    RateLimit,
    /// 500 and above
    Server,
    /// Any other status that is not a success
    Api,
    /// See [`Error::Timeout`]
    Timeout,
    /// See [`Error::Connection`]
    Connection,
    /// See [`Error::Decode`]
    Decode,
    /// See [`Error::Config`]
    Config,
    /// See [`Error::Argument`]
    Argument,
    /// See [`Error::Token`]
    Token,
    /// See [`Error::Unavailable`]
    Unavailable,
    /// See [`Error::Webhook`]
    Webhook,
    /// See [`Error::Cancelled`]
    Cancelled,
    /// See [`Error::Internal`]
    Internal,
}

impl ErrorKind {
    /// The kind for an HTTP status.
    #[must_use]
    pub fn of_status(status: u16) -> Self {
        match status {
            400 | 422 => Self::Validation,
            401 => Self::Authentication,
            402 => Self::PaymentRequired,
            403 => Self::PermissionDenied,
            404 => Self::NotFound,
            409 => Self::Conflict,
            410 => Self::Gone,
            429 => Self::RateLimit,
            500.. => Self::Server,
            _ => Self::Api,
        }
    }

    /// Its name, the same in every language.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authentication => "authentication",
            Self::PaymentRequired => "payment_required",
            Self::PermissionDenied => "permission_denied",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::Gone => "gone",
            Self::Validation => "validation",
            Self::RateLimit => "rate_limit",
            Self::Server => "server",
            Self::Api => "api",
            Self::Timeout => "timeout",
            Self::Connection => "connection",
            Self::Decode => "decode",
            Self::Config => "config",
            Self::Argument => "argument",
            Self::Token => "token",
            Self::Unavailable => "unavailable",
            Self::Webhook => "webhook",
            Self::Cancelled => "cancelled",
            Self::Internal => "internal",
        }
    }
}

/// An answer of the API that is not a success. `Debug` shows the names of its headers and the length of its body.
#[derive(Clone)]
pub struct ApiError {
    /// HTTP status.
    pub status: u16,
    /// What the API says is wrong; empty where the body does not say.
    pub errors: Vec<ApiErrorItem>,
    /// The API's id for this request, to name to its support: `clerk_trace_id` of the body, else the header
    /// `cf-ray`.
    pub trace_id: Option<String>,
    /// How many seconds to wait before another try, from `Retry-After`.
    pub retry_after: Option<f64>,
    /// Response headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as it came.
    pub body: bytes::Bytes,
    /// Operation and method and path template, for the message.
    pub(crate) route: String,
}

/// One entry of an API error's list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ApiErrorItem {
    /// A code to program against, such as `resource_not_found`.
    pub code: String,
    /// A sentence for developers.
    pub message: String,
    /// A longer sentence, for users.
    pub long_message: Option<String>,
    /// More, such as `param_name`.
    pub meta: Option<Map<String, Value>>,
}

impl ApiError {
    /// Its kind, by status.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::of_status(self.status)
    }

    /// Whether the API gave this code.
    #[must_use]
    pub fn has_code(&self, code: &str) -> bool {
        self.errors.iter().any(|item| item.code == code)
    }

    pub(crate) fn new(
        route: &str,
        status: u16,
        headers: Vec<(String, String)>,
        body: bytes::Bytes,
        retry_after: Option<f64>,
    ) -> Self {
        let parsed: Option<Value> = serde_json::from_slice(&body).ok();
        let find = |name: &str| headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let trace_id = parsed
            .as_ref()
            .and_then(|value| value.get("clerk_trace_id"))
            .and_then(Value::as_str)
            .map(str::to_owned)
            .or_else(|| find("cf-ray"));
        let errors = parsed
            .as_ref()
            .and_then(|value| value.get("errors"))
            .and_then(Value::as_array)
            .map(|items| items.iter().filter_map(ApiErrorItem::read).collect())
            .unwrap_or_default();
        Self { status, errors, trace_id, retry_after, headers, body, route: route.to_owned() }
    }
}

impl ApiErrorItem {
    fn read(value: &Value) -> Option<Self> {
        let object = value.as_object()?;
        let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            code: text("code").unwrap_or_default(),
            message: text("message").unwrap_or_default(),
            long_message: text("long_message"),
            meta: object.get("meta").and_then(Value::as_object).cloned(),
        })
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError")
            .field("route", &self.route)
            .field("status", &self.status)
            .field("errors", &self.errors)
            .field("trace_id", &self.trace_id)
            .field("retry_after", &self.retry_after)
            .field("headers", &names(&self.headers))
            .field("body", &Length(self.body.len()))
            .finish()
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} answered {}", self.route, self.status)?;
        for (index, item) in self.errors.iter().enumerate() {
            f.write_str(if index == 0 { ": " } else { "; " })?;
            let text = item.long_message.as_deref().unwrap_or(&item.message);
            if !text.is_empty() {
                write!(f, "{text} ")?;
            }
            write!(f, "[{}", item.code)?;
            if let Some(name) = item.meta.as_ref().and_then(|meta| meta.get("param_name")).and_then(Value::as_str) {
                write!(f, ", {name}")?;
            }
            f.write_str("]")?;
        }
        if let Some(trace) = &self.trace_id {
            write!(f, " (trace id {trace})")?;
        }
        Ok(())
    }
}

/// An argument that cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArgumentError {
    /// Its name, snake_case; a path into it for nested values, such as `invitations[2].role`.
    pub argument: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl ArgumentError {
    pub(crate) fn new(argument: impl Into<String>, message: impl Into<String>) -> Self {
        Self { argument: argument.into(), message: message.into() }
    }
}

impl fmt::Display for ArgumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// An option of the client that is missing or wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The option's name, snake_case.
    pub option: String,
    /// What is wrong, and what would be right. Never the value of a secret.
    pub message: String,
}

impl ConfigError {
    pub(crate) fn new(option: impl Into<String>, message: impl Into<String>) -> Self {
        Self { option: option.into(), message: message.into() }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// No answer in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeoutError {
    /// What was waited for, and how long.
    pub message: String,
}

/// No connection, or one that broke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionError {
    /// What happened.
    pub message: String,
    /// Whether the request may have reached the API.
    pub sent: bool,
}

/// An answer that cannot be read. `Debug` shows the names of its headers and the length of its body: it may be a token.
#[derive(Clone)]
pub struct DecodeError {
    /// What was expected, and what came.
    pub message: String,
    /// HTTP status.
    pub status: u16,
    /// Response headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body as it came; empty if it was longer than [`crate::MAX_BODY_BYTES`].
    pub body: bytes::Bytes,
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecodeError")
            .field("message", &self.message)
            .field("status", &self.status)
            .field("headers", &names(&self.headers))
            .field("body", &Length(self.body.len()))
            .finish()
    }
}

impl Error {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Api(error) => error.kind(),
            Self::Argument(_) => ErrorKind::Argument,
            Self::Config(_) => ErrorKind::Config,
            Self::Timeout(_) => ErrorKind::Timeout,
            Self::Connection(_) => ErrorKind::Connection,
            Self::Decode(_) => ErrorKind::Decode,
            Self::Token(_) => ErrorKind::Token,
            Self::Unavailable(_) => ErrorKind::Unavailable,
            Self::Webhook(_) => ErrorKind::Webhook,
            Self::Cancelled => ErrorKind::Cancelled,
            Self::Internal(_) => ErrorKind::Internal,
        }
    }

    /// HTTP status, where there was an answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Api(error) => Some(error.status),
            Self::Decode(error) => Some(error.status),
            _ => None,
        }
    }

    /// The API's error, if it is one.
    #[must_use]
    pub fn as_api(&self) -> Option<&ApiError> {
        match self {
            Self::Api(error) => Some(error),
            _ => None,
        }
    }

    /// The envelope in which a binding gets it: `kind`, `message`, and what else there is.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = json!({ "kind": self.kind().as_str(), "message": self.to_string() });
        match self {
            Self::Api(error) => {
                out["status"] = error.status.into();
                out["errors"] = error.errors.iter().map(item_json).collect();
                out["trace_id"] = error.trace_id.clone().into();
                out["retry_after"] = error.retry_after.into();
                answer_json(&mut out, &error.headers, &error.body);
            }
            Self::Decode(error) => {
                out["status"] = error.status.into();
                answer_json(&mut out, &error.headers, &error.body);
            }
            Self::Argument(error) => out["argument"] = error.argument.clone().into(),
            Self::Config(error) => out["option"] = error.option.clone().into(),
            Self::Token(error) | Self::Unavailable(error) => {
                out["reason"] = error.reason.as_str().into();
                out["action"] = error.action.into();
                out["retry_after"] = error.retry_after_ms.map(|ms| ms as f64 / 1_000.0).into();
            }
            Self::Webhook(error) => out["reason"] = error.reason.as_str().into(),
            Self::Timeout(_) | Self::Connection(_) | Self::Cancelled | Self::Internal(_) => {}
        }
        out.to_string()
    }
}

fn item_json(item: &ApiErrorItem) -> Value {
    json!({ "code": item.code, "message": item.message, "long_message": item.long_message, "meta": item.meta })
}

fn answer_json(out: &mut Value, headers: &[(String, String)], body: &[u8]) {
    out["headers"] = headers.iter().map(|(name, value)| json!([name, value])).collect();
    out["body"] = String::from_utf8_lossy(body).into();
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api(error) => error.fmt(f),
            Self::Argument(error) => error.fmt(f),
            Self::Config(error) => error.fmt(f),
            Self::Timeout(error) => f.write_str(&error.message),
            Self::Connection(error) => f.write_str(&error.message),
            Self::Decode(error) => f.write_str(&error.message),
            Self::Token(error) | Self::Unavailable(error) => error.fmt(f),
            Self::Webhook(error) => error.fmt(f),
            Self::Cancelled => f.write_str("the call was cancelled"),
            Self::Internal(message) => write!(f, "internal error of clerk-usher, please report it: {message}"),
        }
    }
}

impl StdError for Error {}
impl StdError for ApiError {}
impl StdError for ArgumentError {}
impl StdError for ConfigError {}

impl From<ArgumentError> for Error {
    fn from(error: ArgumentError) -> Self {
        Self::Argument(error)
    }
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

impl From<KeyError> for Error {
    fn from(error: KeyError) -> Self {
        Self::Config(ConfigError::new(error.option, error.message))
    }
}

impl From<OptionError> for Error {
    fn from(error: OptionError) -> Self {
        let message = error.sentence();
        Self::Argument(ArgumentError::new(error.argument, message))
    }
}

impl From<AuthenticateError> for Error {
    fn from(error: AuthenticateError) -> Self {
        match error {
            AuthenticateError::Config { option, message } => Self::Config(ConfigError { option, message }),
            AuthenticateError::Argument { argument, message } => Self::Argument(ArgumentError { argument, message }),
            AuthenticateError::Handshake(error) => error.into(),
        }
    }
}

impl From<WebhookError> for Error {
    fn from(error: WebhookError) -> Self {
        Self::Webhook(error)
    }
}

impl From<TokenError> for Error {
    fn from(error: TokenError) -> Self {
        if error.unavailable { Self::Unavailable(Box::new(error)) } else { Self::Token(Box::new(error)) }
    }
}
