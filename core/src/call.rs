//! One call of an operation: its arguments gathered by name, its options apart from them, awaited or not.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::time::Duration;

use http::header::{HeaderName, HeaderValue};
use serde::Serialize;

use crate::args::Arguments;
use crate::catalogue;
use crate::client::Clerk;
use crate::error::{ArgumentError, DecodeError, Error, Result};
use crate::file::File;
use crate::hooks::Recorder;
use crate::http::RawResponse;
use crate::model::FromBody;
use crate::options::milliseconds;

/// A REST operation as a type: what it is, and what it answers.
pub trait Operation: Send + Sync + 'static {
    /// What the client knows of it.
    const INFO: &'static catalogue::Operation;
    /// What an answer is read as.
    type Output: FromBody + Send + 'static;
}

/// Settings of one call. They never collide with an argument of the API.
#[derive(Clone, Default)]
pub struct CallOptions {
    pub(crate) timeout: Option<Duration>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) max_retries: Option<u32>,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) recorder: Option<Recorder>,
}

/// Shows the names of headers; their values may be secret.
impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("CallOptions")
            .field("timeout", &self.timeout)
            .field("attempt_timeout", &self.attempt_timeout)
            .field("max_retries", &self.max_retries)
            .field("headers", &headers)
            .finish()
    }
}

impl CallOptions {
    /// For the whole call: all attempts and all waiting. Default: the client's.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// For one attempt, its answer read whole. Default: the client's.
    #[must_use]
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// How often it is tried again. Default: the client's.
    #[must_use]
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = Some(retries);
        self
    }

    /// Keeps the steps of the call: for bindings.
    #[doc(hidden)]
    #[must_use]
    pub fn recorder(mut self, recorder: Recorder) -> Self {
        self.recorder = Some(recorder);
        self
    }

    /// A header to send besides, or instead of one of ours, such as `traceparent`.
    ///
    /// # Errors
    /// `Argument`, if it is no header, or one that belongs to the connection.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, ArgumentError> {
        let fail = |what: &str| ArgumentError::new("headers", format!("header {name:?} {what}"));
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| fail("is not a header's name"))?;
        if matches!(name.as_str(), "host" | "content-length" | "transfer-encoding" | "connection") {
            return Err(fail("belongs to the connection and cannot be set"));
        }
        let value = HeaderValue::from_str(value).map_err(|_| fail("has a value that a header cannot carry"))?;
        self.headers.push((name, value));
        Ok(self)
    }

    /// Reads options from a JSON object: `timeout_ms`, `attempt_timeout_ms`, `max_retries`, `headers` (an object of
    /// texts). Null is unset.
    ///
    /// # Errors
    /// `Argument`, naming the option that is unknown or of a wrong kind.
    pub fn from_json(text: &str) -> Result<Self, ArgumentError> {
        let fail = |name: &str, what: &str| ArgumentError::new(name, format!("call option `{name}` {what}"));
        let values: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(text).map_err(|_| fail("options", "must be a JSON object"))?;
        let mut options = Self::default();
        for (name, value) in values.iter().filter(|(_, value)| !value.is_null()) {
            let ms =
                || milliseconds(name, value).map_err(|_| fail(name, "must be a number of milliseconds of at least 0"));
            match name.as_str() {
                "timeout_ms" => options.timeout = Some(ms()?),
                "attempt_timeout_ms" => options.attempt_timeout = Some(ms()?),
                "max_retries" => {
                    let retries = value.as_u64().and_then(|retries| u32::try_from(retries).ok());
                    options.max_retries = Some(retries.ok_or_else(|| fail(name, "must be an integer of at least 0"))?);
                }
                "headers" => {
                    for (header, text) in value.as_object().ok_or_else(|| fail(name, "must be an object of texts"))? {
                        let text = text.as_str().ok_or_else(|| fail(name, "must be an object of texts"))?;
                        options = options.header(header, text)?;
                    }
                }
                _ => {
                    return Err(fail(
                        name,
                        "is not known; there are timeout_ms, attempt_timeout_ms, max_retries, headers",
                    ));
                }
            }
        }
        Ok(options)
    }
}

/// A call that has not been sent. Await it to send it.
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<O: Operation> {
    pub(crate) clerk: Clerk,
    pub(crate) arguments: Arguments,
    pub(crate) options: CallOptions,
    files: Vec<(String, File)>,
    wrong: Option<ArgumentError>,
    operation: PhantomData<O>,
}

impl<O: Operation> Call<O> {
    pub(crate) fn new(clerk: &Clerk) -> Self {
        Self {
            clerk: clerk.clone(),
            arguments: Arguments::default(),
            options: CallOptions::default(),
            files: Vec::new(),
            wrong: None,
            operation: PhantomData,
        }
    }

    /// An argument. One that cannot be written is told when the call is awaited.
    pub(crate) fn set<T: Serialize + ?Sized>(mut self, name: &'static str, value: &T) -> Self {
        if let Err(error) = self.arguments.set(name, value) {
            self.wrong.get_or_insert(error);
        }
        self
    }

    pub(crate) fn file(mut self, name: &'static str, file: File) -> Self {
        self.files.push((name.to_owned(), file));
        self
    }

    /// Sets all call options at once.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// For the whole call: all attempts and all waiting. Default: the client's.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    /// How often it is tried again. Default: the client's.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.options.max_retries = Some(retries);
        self
    }

    /// A header to send besides. One that cannot be sent is told when the call is awaited.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match self.options.clone().header(name, value) {
            Ok(options) => self.options = options,
            Err(error) => {
                self.wrong.get_or_insert(error);
            }
        }
        self
    }

    /// Sends the call and gives the answer as it came.
    ///
    /// # Errors
    /// As awaiting it, but for `Decode`.
    pub async fn raw(self) -> Result<RawResponse> {
        match self.wrong {
            Some(error) => Err(error.into()),
            None => self.clerk.prepare_operation(O::INFO, &self.arguments, &self.files, &self.options)?.send().await,
        }
    }

    pub(crate) fn check(&self) -> Result<(), ArgumentError> {
        match &self.wrong {
            Some(error) => Err(error.clone()),
            None => Ok(()),
        }
    }
}

/// Reads an answer.
pub(crate) fn read<T: FromBody>(operation: &catalogue::Operation, response: RawResponse) -> Result<T> {
    T::from_body(&response.body).map_err(|error| {
        Error::Decode(Box::new(DecodeError {
            message: format!("the answer to {} is not what it should be: {error}", operation.name),
            status: response.status,
            headers: response.headers,
            body: response.body,
        }))
    })
}

impl<O: Operation> IntoFuture for Call<O> {
    type Output = Result<O::Output>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { read(O::INFO, self.raw().await?) })
    }
}

impl<O: Operation> Clone for Call<O> {
    fn clone(&self) -> Self {
        Self {
            clerk: self.clerk.clone(),
            arguments: self.arguments.clone(),
            options: self.options.clone(),
            files: self.files.clone(),
            wrong: self.wrong.clone(),
            operation: PhantomData,
        }
    }
}

/// Shows the operation and the names of its arguments; their values may be secret.
impl<O: Operation> fmt::Debug for Call<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.arguments.iter().map(|(name, _)| name).collect();
        f.debug_struct("Call").field("operation", &O::INFO.name).field("arguments", &names).finish_non_exhaustive()
    }
}
