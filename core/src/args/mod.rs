//! Arguments of an operation: from what a caller passes to what is sent.
//!
//! Values stay the JSON text they came as: what the caller passes is what is sent, to the last digit of a number in
//! somebody's metadata. Only their kinds are looked at.

mod check;
mod encode;
mod suggest;

use std::fmt;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::catalogue::Operation;
use crate::error::ArgumentError;
use crate::file::File;
use crate::secret::names;

pub(crate) use encode::{Prepared, append_query};
pub(crate) use suggest::closest;

/// Named values, in the order they were given. A later value replaces an earlier one of the same name.
#[derive(Clone, Default)]
pub struct Arguments(Vec<(String, Box<RawValue>)>);

/// Shows their names; their values may be secret.
impl fmt::Debug for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Arguments").field(&names(&self.0)).finish()
    }
}

impl Arguments {
    /// Reads a JSON object.
    ///
    /// # Errors
    /// If the text is not a JSON object.
    pub fn from_json(text: &str) -> Result<Self, ArgumentError> {
        serde_json::from_str(text).map_err(|_| ArgumentError::new("arguments", "the arguments must be a JSON object"))
    }

    /// Sets a value.
    ///
    /// # Errors
    /// If the value cannot be written as JSON.
    pub fn set<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), ArgumentError> {
        let raw = serde_json::value::to_raw_value(value)
            .map_err(|error| ArgumentError::new(name, format!("`{name}` cannot be written as JSON: {error}")))?;
        self.put(name, raw);
        Ok(())
    }

    /// The JSON text of a value, if it was given.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.raw(name).map(RawValue::get)
    }

    fn raw(&self, name: &str) -> Option<&RawValue> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| &**value)
    }

    fn put(&mut self, name: &str, value: Box<RawValue>) {
        match self.0.iter_mut().find(|(key, _)| key == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    /// Names and JSON texts.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.get()))
    }

    /// The arguments as one JSON object.
    #[must_use]
    pub fn to_json(&self) -> String {
        encode::object(self.iter())
    }

    /// Whether the operation of this name takes them: names, kinds, bounds and rules, without a client and without I/O.
    ///
    /// # Errors
    /// What sending them would refuse, naming the argument; `operation` if there is none of this name.
    pub fn check(&self, operation: &str) -> Result<(), ArgumentError> {
        check::all(crate::client::find_operation(operation)?, self, &[])
    }

    /// Checks everything, then builds the request. No I/O.
    pub(crate) fn prepare(&self, operation: &Operation, files: &[(String, File)]) -> Result<Prepared, ArgumentError> {
        check::all(operation, self, files)?;
        encode::request(operation, self, files)
    }
}

/// Equal in names, values and order, as they are written.
impl PartialEq for Arguments {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<'de> Deserialize<'de> for Arguments {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Arguments;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Arguments, A::Error> {
                let mut all = Arguments::default();
                while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    if name.is_empty() {
                        return Err(A::Error::custom("an argument without a name"));
                    }
                    all.put(&name, value);
                }
                Ok(all)
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

#[cfg(test)]
mod tests;
