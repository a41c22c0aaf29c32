//! One of several models: by a tag, or, where it is missing, by shape.

use std::cell::Cell;
use std::marker::PhantomData;

use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer};
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess};
use serde_json::{Map, Value};

use super::read::{Found, Key, OfObject, Read, kind, object_of, utf8};
use super::text::{self, Text};

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
    /// If the text ends or is no JSON, and never for an object of any content.
    fn member<'de, D: Deserializer<'de>>(index: usize, fields: D) -> Result<Self, D::Error>;
    /// The same from a text.
    ///
    /// # Errors
    /// If serde_json has to read it.
    #[doc(hidden)]
    fn text_member(index: usize, reader: &mut Text<'_>) -> text::Result<Self>;
    /// Keeps what is no member.
    fn unknown(value: Value) -> Self;
    /// The id of the member, where it has one.
    fn id(&self) -> Option<&str>;
}

/// `Read` for a union. Any object is one, of an unknown member if need be.
pub(crate) fn union_of<'de, U: Union + Read, D: Deserializer<'de>>(deserializer: D) -> Result<Found<U>, D::Error> {
    object_of::<AsUnion<U>, D>(deserializer)
}

struct AsUnion<U>(PhantomData<U>);

impl<U: Union + Read> OfObject for AsUnion<U> {
    type Made = U;
    const NAME: &'static str = U::NAME;

    /// Mostly the tag comes first, and then the member is read as it comes.
    fn of_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<U, A::Error> {
        let Some(key) = map.next_key::<Key<'de>>()? else { return choose(Map::new()).map_err(de::Error::custom) };
        let tag: Value = map.next_value()?;
        let first = Some((key, tag));
        let again = Cell::new(false);
        let index =
            first.as_ref().filter(|(key, _)| U::TAG == Some(key.as_str())).and_then(|(_, tag)| tagged::<U>(tag));
        let rest = Rest { first, value: None, map, tag: U::TAG, again: &again };
        let deserializer = MapAccessDeserializer::new(rest);
        let Some(index) = index else {
            return choose(Map::deserialize(deserializer)?).map_err(de::Error::custom);
        };
        let member = U::member(index, deserializer)?;
        if !again.get() {
            return Ok(member);
        }
        // The last of two tags holds.
        match serde_json::to_value(&member) {
            Ok(Value::Object(fields)) => choose(fields).map_err(de::Error::custom),
            Ok(value) => Ok(U::unknown(value)),
            Err(error) => Err(de::Error::custom(error)),
        }
    }
}

fn tagged<U: Union>(tag: &Value) -> Option<usize> {
    U::MEMBERS.iter().position(|(name, _)| tag.as_str() == Some(*name))
}

/// A union from all its fields.
fn choose<U: Union>(fields: Map<String, Value>) -> Result<U, serde_json::Error> {
    let there = |name: &str| fields.get(name).filter(|value| !value.is_null());
    let index = match U::TAG.and_then(there) {
        Some(tag) => tagged::<U>(tag),
        None => U::MEMBERS.iter().position(|(_, required)| required.iter().all(|name| fields.contains_key(*name))),
    };
    match index {
        Some(index) => U::member(index, Value::Object(fields)),
        None => Ok(U::unknown(Value::Object(fields))),
    }
}

/// A map whose first field has been read already. It tells when the tag comes again.
struct Rest<'a, 'de, A> {
    first: Option<(Key<'de>, Value)>,
    value: Option<Value>,
    map: A,
    tag: Option<&'static str>,
    again: &'a Cell<bool>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Rest<'_, 'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        let key = match self.first.take() {
            Some((key, value)) => {
                self.value = Some(value);
                key
            }
            None => {
                let Some(key) = self.map.next_key::<Key<'de>>()? else { return Ok(None) };
                if self.tag == Some(key.as_str()) {
                    self.again.set(true);
                }
                key
            }
        };
        match key {
            Key::Borrowed(key) => seed.deserialize(BorrowedStrDeserializer::new(key)).map(Some),
            Key::Owned(key) => seed.deserialize(key.into_deserializer()).map(Some),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        match self.value.take() {
            Some(value) => seed.deserialize(value).map_err(de::Error::custom),
            None => self.map.next_value_seed(seed),
        }
    }
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
    let value: Value = serde_json::from_str(utf8(body)?).map_err(|error| error.to_string())?;
    deserialize_union(value).map_err(|error| error.to_string())
}

/// The id in an object that no member was found for.
pub(crate) fn union_id(value: &Value) -> Option<&str> {
    value.get("id").and_then(Value::as_str)
}
