//! Enums that take any text, and ids.

use std::borrow::{Borrow, Cow};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::{self, Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use super::read::{Found, Read, Take, Taking, kind};
use super::text;

/// A set of texts that grows over time: the known ones have a variant, every other is kept as it is.
pub trait OpenEnum: Sized {
    /// The text.
    fn as_str(&self) -> &str;
    /// The variant of a known text.
    fn known(text: &str) -> Option<Self>;
    /// What keeps an unknown one.
    fn other(text: String) -> Self;
    /// From a text; an unknown one is kept.
    fn from_text<'t>(text: impl Into<Cow<'t, str>>) -> Self {
        let text = text.into();
        Self::known(&text).unwrap_or_else(|| Self::other(text.into_owned()))
    }
}

struct Text<E>(E);

impl<E: OpenEnum> Take for Text<E> {
    fn text(text: String) -> Result<Self, String> {
        Ok(Self(E::from_text(text)))
    }
}

/// `Read` for an open enum.
pub(crate) fn read_enum<'de, E: OpenEnum, D: Deserializer<'de>>(deserializer: D) -> Result<Found<E>, D::Error> {
    Ok(match deserializer.deserialize_any(Taking::<Text<E>>(PhantomData))? {
        Found::Fit(Text(value)) => Found::Fit(value),
        Found::Odd(value) => Found::Odd(value),
    })
}

/// `Deserialize` for an open enum.
pub(crate) fn deserialize_enum<'de, E: OpenEnum, D: Deserializer<'de>>(deserializer: D) -> Result<E, D::Error> {
    String::deserialize(deserializer).map(E::from_text)
}

/// The id of a `T`: text of its own type, so that a user's id is not taken for an organization's. It is a `str` to
/// read, and goes wherever a text goes.
pub struct Id<T> {
    text: String,
    of: PhantomData<fn() -> T>,
}

impl<T> Id<T> {
    /// An id from its text.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), of: PhantomData }
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl<T> Take for Id<T> {
    fn text(text: String) -> Result<Self, String> {
        Ok(Self::new(text))
    }
}

impl<T> Read for Id<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Found<Self>, D::Error> {
        deserializer.deserialize_any(Taking(PhantomData))
    }

    fn read_text(place: &mut Option<Self>, reader: &mut text::Text<'_>) -> text::Result<Option<Value>> {
        text::string(place, reader, Self::new)
    }
}

impl<'de, T> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Self::read(deserializer)? {
            Found::Fit(id) => Ok(id),
            Found::Odd(value) => Err(de::Error::custom(format_args!("an id is a string, not {}", Odd(&value)))),
        }
    }
}

struct Odd<'a>(&'a Value);

impl fmt::Display for Odd<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(kind(self.0))
    }
}

impl<T> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        Self::new(self.text.clone())
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<T> Eq for Id<T> {}

impl<T> PartialEq<str> for Id<T> {
    fn eq(&self, other: &str) -> bool {
        self.text == other
    }
}

impl<T> PartialEq<&str> for Id<T> {
    fn eq(&self, other: &&str) -> bool {
        self.text == *other
    }
}

impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl<T> Deref for Id<T> {
    type Target = str;
    fn deref(&self) -> &str {
        &self.text
    }
}

impl<T> AsRef<str> for Id<T> {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl<T> Borrow<str> for Id<T> {
    fn borrow(&self) -> &str {
        &self.text
    }
}

impl<T> From<&str> for Id<T> {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl<T> From<String> for Id<T> {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl<T> From<Id<T>> for String {
    fn from(id: Id<T>) -> Self {
        id.text
    }
}

impl<T> From<&Id<T>> for String {
    fn from(id: &Id<T>) -> Self {
        id.text.clone()
    }
}
