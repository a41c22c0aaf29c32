//! What can go wrong, and the exit code that tells it.

use std::io;

use clerk_usher::{Error, ErrorKind};
use serde_json::{Map, Value, json};

use crate::{output, redact};

/// What was asked about is not so, or failed.
pub(crate) const NOT_SO: u8 = 1;
/// The command was not understood.
pub(crate) const USAGE: u8 = 2;
/// The API refused, or could not be reached.
pub(crate) const API: u8 = 3;
/// Whoever read the output went away: as if `SIGPIPE` had ended the process.
const PIPE: u8 = 141;

/// How a command ends.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

/// Why a command ends otherwise than well.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The arguments, or a file they name, cannot be used.
    Usage(String),
    /// What was asked about is not so.
    NotSo(String),
    /// The same, and all there is to say has been said.
    Told(u8),
    /// The API or its client.
    Clerk(Box<Error>),
    /// Something else than the API could not be reached.
    Network(String),
    /// Nobody reads the output any longer.
    Pipe,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Clerk(Box::new(error))
    }
}

impl From<clerk_usher::error::ArgumentError> for Failure {
    fn from(error: clerk_usher::error::ArgumentError) -> Self {
        Error::from(error).into()
    }
}

impl Failure {
    /// A file or stream that cannot be read or written; what it is goes before the reason.
    pub(crate) fn io(what: &str, error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::Pipe;
        }
        Self::NotSo(format!("{what}: {error}"))
    }

    /// The exit code.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => USAGE,
            Self::NotSo(_) => NOT_SO,
            Self::Told(code) => *code,
            Self::Network(_) => API,
            Self::Pipe => PIPE,
            Self::Clerk(error) => match error.kind() {
                ErrorKind::Argument | ErrorKind::Config => USAGE,
                ErrorKind::Token | ErrorKind::Webhook | ErrorKind::Internal => NOT_SO,
                _ => API,
            },
        }
    }

    /// In a sentence; empty if it has been told.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Usage(message) | Self::NotSo(message) | Self::Network(message) => message.clone(),
            Self::Told(_) | Self::Pipe => String::new(),
            Self::Clerk(error) => error.to_string(),
        }
    }

    /// As an object: `kind`, `message` and what else is known; the answer's body and headers are not in it.
    pub(crate) fn to_json(&self) -> Value {
        let kind = match self {
            Self::Clerk(error) => {
                let mut fields: Map<String, Value> = serde_json::from_str(&error.to_json()).unwrap_or_default();
                for name in ["body", "body_base64", "headers"] {
                    fields.remove(name);
                }
                fields.retain(|_, value| !value.is_null());
                return Value::Object(fields);
            }
            Self::Usage(_) => "usage",
            Self::Network(_) => "connection",
            _ => "failed",
        };
        json!({ "kind": kind, "message": self.message() })
    }
}

/// Says what went wrong: to people on standard error, to programs as `{"error": …}` on standard output.
pub(crate) fn report(outcome: Outcome, as_json: bool) -> u8 {
    let outcome = outcome.and_then(|()| output::flush());
    let Err(failure) = outcome else { return 0 };
    let message = failure.message();
    if message.is_empty() {
        return failure.code();
    }
    if as_json {
        let line = json!({ "error": failure.to_json() }).to_string();
        if output::line(&redact::redact(&line)).and_then(|()| output::flush()).is_err() {
            return PIPE;
        }
    } else {
        output::note(&format!("usher: {message}"));
    }
    failure.code()
}
