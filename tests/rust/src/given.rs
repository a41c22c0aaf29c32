//! What a case gives, as the values that the typed API takes. `generated/typed.rs` is made of these.

use std::future::Future;
use std::pin::Pin;

use clerk_usher::call::{Call, Operation};
use clerk_usher::model::{Datetime, Decimal, Timestamp};
use clerk_usher::{CallOptions, Error, File, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The arguments of a case.
#[derive(Debug)]
pub struct Given<'a> {
    /// In the order of the path's template.
    pub path: &'a [String],
    /// By name; null is a value.
    pub arguments: &'a Map<String, Value>,
    /// By name.
    pub files: &'a [(String, File)],
}

fn no_way(what: impl std::fmt::Display) -> Error {
    Error::Internal(format!("the typed API has no way to say this: {what}"))
}

impl Given<'_> {
    /// So many path arguments, and no argument but these: the typed API has no setter for any other.
    ///
    /// # Errors
    /// `Internal`, naming what is too much.
    pub fn only(&self, path: usize, names: &[&str]) -> Result<()> {
        if self.path.len() != path {
            return Err(no_way(format_args!("{} path arguments", self.path.len())));
        }
        let given = self.arguments.keys().chain(self.files.iter().map(|(name, _)| name));
        match given.into_iter().find(|name| !names.contains(&name.as_str())) {
            Some(name) => Err(no_way(format_args!("an argument `{name}`"))),
            None => Ok(()),
        }
    }

    /// A path argument.
    ///
    /// # Errors
    /// `Internal`, if it is not given.
    pub fn path(&self, index: usize) -> Result<String> {
        self.path.get(index).cloned().ok_or_else(|| no_way("a path argument is missing"))
    }

    /// A file.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<File> {
        self.files.iter().find(|(given, _)| given == name).map(|(_, file)| file.clone())
    }

    /// An argument that is positional in the typed API.
    ///
    /// # Errors
    /// `Internal`, if it is not given.
    pub fn required<T>(&self, name: &str, value: impl Into<Optional<T>>) -> Result<T> {
        value.into().0?.ok_or_else(|| no_way(format_args!("a call without `{name}`")))
    }

    /// An argument of type `T`.
    ///
    /// # Errors
    /// `Internal`, if it is something else.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        let Some(value) = self.arguments.get(name) else { return Ok(None) };
        T::deserialize(value).map(Some).map_err(|error| no_way(format_args!("`{name}`: {error}")))
    }

    /// An argument that may be null: the inner option.
    ///
    /// # Errors
    /// `Internal`, if it is something else.
    pub fn nullable<T: DeserializeOwned>(&self, name: &str) -> Result<Option<Option<T>>> {
        self.get::<Option<T>>(name)
    }

    /// A time that travels as text.
    ///
    /// # Errors
    /// `Internal`, if it is neither text nor milliseconds.
    pub fn datetime(&self, name: &str) -> Result<Option<Datetime>> {
        Ok(match self.get::<Value>(name)? {
            None => None,
            Some(Value::String(text)) => Some(text.into()),
            Some(value) => Some(value.as_i64().ok_or_else(|| no_way(format_args!("`{name}`: {value}")))?.into()),
        })
    }

    /// The same, or null.
    ///
    /// # Errors
    /// As [`Given::datetime`].
    pub fn nullable_datetime(&self, name: &str) -> Result<Option<Option<Datetime>>> {
        match self.arguments.get(name) {
            Some(Value::Null) => Ok(Some(None)),
            _ => Ok(self.datetime(name)?.map(Some)),
        }
    }

    /// Milliseconds, or null.
    ///
    /// # Errors
    /// `Internal`, if it is something else.
    pub fn nullable_timestamp(&self, name: &str) -> Result<Option<Option<Timestamp>>> {
        Ok(self.nullable::<i64>(name)?.map(|value| value.map(Timestamp::from)))
    }

    /// A number, or null.
    ///
    /// # Errors
    /// `Internal`, if it is something else.
    pub fn nullable_decimal(&self, name: &str) -> Result<Option<Option<Decimal>>> {
        Ok(self.nullable::<f64>(name)?.map(|value| value.map(Decimal::from)))
    }
}

/// What [`Given::required`] takes: a value that may be missing, read or not.
pub struct Optional<T>(Result<Option<T>>);

impl<T> From<Option<T>> for Optional<T> {
    fn from(value: Option<T>) -> Self {
        Self(Ok(value))
    }
}

impl<T> From<Result<Option<T>>> for Optional<T> {
    fn from(value: Result<Option<T>>) -> Self {
        Self(value)
    }
}

/// A call on its way to the JSON of what it answers.
pub type Pending = Pin<Box<dyn Future<Output = Result<Value>> + Send>>;

/// Sends a call, with options, and writes down what it gives.
pub fn run<O>(call: Call<O>, options: CallOptions) -> Pending
where
    O: Operation,
    O::Output: Serialize,
{
    let pending = call.options(options).into_future();
    Box::pin(async move {
        let answer = pending.await?;
        serde_json::to_value(answer).map_err(|error| Error::Internal(error.to_string()))
    })
}
