//! The kinds of values that arguments of the typed API take.

use std::time::SystemTime;

use serde::ser::{Serialize, Serializer};

use super::open::{Id, OpenEnum};

/// A value or null, which is something else than not giving the argument: null takes away what is set.
///
/// Made from a plain value (`"Ann"`, `5`, `true`) or from an `Option`, of which `None` is null.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Nullable<T> {
    /// Null.
    Null,
    /// A value.
    Value(T),
}

impl<T: Serialize> Serialize for Nullable<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Value(value) => value.serialize(serializer),
        }
    }
}

impl<T> From<T> for Nullable<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

// The only one from an `Option`, so that a bare `None` needs no type.
impl<T> From<Option<T>> for Nullable<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Value)
    }
}

impl From<&str> for Nullable<String> {
    fn from(text: &str) -> Self {
        Self::Value(text.to_owned())
    }
}

impl From<&String> for Nullable<String> {
    fn from(text: &String) -> Self {
        Self::Value(text.clone())
    }
}

impl<T> From<Id<T>> for Nullable<String> {
    fn from(id: Id<T>) -> Self {
        Self::Value(id.into())
    }
}

impl<T> From<&Id<T>> for Nullable<String> {
    fn from(id: &Id<T>) -> Self {
        Self::Value(id.into())
    }
}

impl<E: OpenEnum> From<&str> for Nullable<E> {
    fn from(text: &str) -> Self {
        Self::Value(E::from_text(text))
    }
}

impl<const N: usize> From<[&str; N]> for Nullable<Vec<String>> {
    fn from(texts: [&str; N]) -> Self {
        Self::Value(texts.into_iter().map(str::to_owned).collect())
    }
}

impl From<Vec<&str>> for Nullable<Vec<String>> {
    fn from(texts: Vec<&str>) -> Self {
        Self::Value(texts.into_iter().map(str::to_owned).collect())
    }
}

/// A Unix time in milliseconds, from such an integer or a [`SystemTime`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub i64);

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl From<i64> for Timestamp {
    fn from(ms: i64) -> Self {
        Self(ms)
    }
}

/// Cut to the millisecond; a time that 64 bits cannot hold is the last they can.
impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let ms = match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_millis()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
        };
        Self(ms)
    }
}

impl From<i64> for Nullable<Timestamp> {
    fn from(ms: i64) -> Self {
        Self::Value(ms.into())
    }
}

impl From<SystemTime> for Nullable<Timestamp> {
    fn from(time: SystemTime) -> Self {
        Self::Value(time.into())
    }
}

/// A time that travels as RFC 3339 text: from such a text, a [`SystemTime`], or Unix milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Datetime {
    /// As it was given.
    Text(String),
    /// Written as RFC 3339 when it is sent.
    Time(Timestamp),
}

impl Serialize for Datetime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Time(time) => time.serialize(serializer),
        }
    }
}

impl From<&str> for Datetime {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Datetime {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Datetime {
    fn from(ms: i64) -> Self {
        Self::Time(ms.into())
    }
}

impl From<SystemTime> for Datetime {
    fn from(time: SystemTime) -> Self {
        Self::Time(time.into())
    }
}

impl From<&str> for Nullable<Datetime> {
    fn from(text: &str) -> Self {
        Self::Value(text.into())
    }
}

impl From<String> for Nullable<Datetime> {
    fn from(text: String) -> Self {
        Self::Value(text.into())
    }
}

impl From<i64> for Nullable<Datetime> {
    fn from(ms: i64) -> Self {
        Self::Value(ms.into())
    }
}

impl From<SystemTime> for Nullable<Datetime> {
    fn from(time: SystemTime) -> Self {
        Self::Value(time.into())
    }
}

/// A number. One without a fraction is sent as an integer: `44`, never `44.0`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decimal(f64);

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // 2^53: below it every integer has its own f64.
        if self.0.fract() == 0.0 && self.0.abs() < 9_007_199_254_740_992.0 {
            #[allow(clippy::cast_possible_truncation)]
            return serializer.serialize_i64(self.0 as i64);
        }
        serializer.serialize_f64(self.0)
    }
}

impl From<f64> for Decimal {
    fn from(value: f64) -> Self {
        Self(value)
    }
}

impl From<i32> for Decimal {
    fn from(value: i32) -> Self {
        Self(value.into())
    }
}

impl From<u32> for Decimal {
    fn from(value: u32) -> Self {
        Self(value.into())
    }
}

impl From<f64> for Nullable<Decimal> {
    fn from(value: f64) -> Self {
        Self::Value(value.into())
    }
}

impl From<i32> for Nullable<Decimal> {
    fn from(value: i32) -> Self {
        Self::Value(value.into())
    }
}
