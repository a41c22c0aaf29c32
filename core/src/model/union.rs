//! One of several models: by a tag, or, where it is missing, by shape.

use serde::de::{self, Deserialize, Deserializer};
use serde_json::Value;

use super::read::{Found, Read, kind};

/// What the generated unions say of themselves.
pub trait Union: Sized {
    /// Its name.
    const NAME: &'static str;
    /// The property that tells.
    const TAG: Option<&'static str>;
    /// Tag value and required fields of each member, in the catalogue's order.
    const MEMBERS: &'static [(&'static str, &'static [&'static str])];
    /// Reads the member with this index.
    ///
    /// # Errors
    /// Never for an object of any content.
    fn member<'de, D: Deserializer<'de>>(index: usize, deserializer: D) -> Result<Self, D::Error>;
    /// Keeps what is no member.
    fn unknown(value: Value) -> Self;
    /// The id of the member, where it has one.
    fn id(&self) -> Option<&str>;
}

/// `Read` for a union. Any object is one, of an unknown member if need be.
pub(crate) fn union_of<'de, U: Union, D: Deserializer<'de>>(deserializer: D) -> Result<Found<U>, D::Error> {
    let fields = match Value::deserialize(deserializer)? {
        Value::Object(fields) => fields,
        value => return Ok(Found::Odd(value)),
    };
    let there = |name: &str| fields.get(name).filter(|value| !value.is_null());
    let index = match U::TAG.and_then(there) {
        Some(tag) => U::MEMBERS.iter().position(|(name, _)| tag.as_str() == Some(*name)),
        None => U::MEMBERS.iter().position(|(_, required)| required.iter().all(|name| fields.contains_key(*name))),
    };
    let union = match index {
        Some(index) => U::member(index, Value::Object(fields)).map_err(de::Error::custom)?,
        None => U::unknown(Value::Object(fields)),
    };
    Ok(Found::Fit(union))
}

/// `Deserialize` for a union.
pub(crate) fn deserialize_union<'de, U: Union + Read, D: Deserializer<'de>>(deserializer: D) -> Result<U, D::Error> {
    match U::read(deserializer)? {
        Found::Fit(union) => Ok(union),
        Found::Odd(value) => Err(de::Error::custom(format_args!("{} is an object, not {}", U::NAME, kind(&value)))),
    }
}

/// `FromBody` for a union.
pub(crate) fn union_from_body<U: Union + Read>(body: &[u8]) -> Result<U, String> {
    let value: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    deserialize_union(value).map_err(|error| error.to_string())
}

/// The id in an object that no member was found for.
pub(crate) fn union_id(value: &Value) -> Option<&str> {
    value.get("id").and_then(Value::as_str)
}
