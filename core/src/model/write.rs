//! Writing: the same list of fields gives JSON and `Debug`.

use std::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::free::Other;
use super::read::Model;

/// Takes a model's fields one by one.
pub trait FieldWriter {
    /// How it fails.
    type Error;
    /// A field; `None` is absent.
    ///
    /// # Errors
    /// As the writer has it.
    fn field<T: Serialize + fmt::Debug>(&mut self, name: &'static str, value: &Option<T>) -> Result<(), Self::Error>;
    /// A field that holds a credential.
    ///
    /// # Errors
    /// As the writer has it.
    fn secret<T: Serialize>(&mut self, name: &'static str, value: &Option<T>) -> Result<(), Self::Error>;
}

struct Json<'a, S> {
    map: S,
    other: &'a Other,
    /// Fields that are set, though `other` has them too: what was set last holds.
    set: Vec<&'static str>,
}

impl<S: SerializeMap> FieldWriter for Json<'_, S> {
    type Error = S::Error;

    fn field<T: Serialize + fmt::Debug>(&mut self, name: &'static str, value: &Option<T>) -> Result<(), S::Error> {
        self.secret(name, value)
    }

    fn secret<T: Serialize>(&mut self, name: &'static str, value: &Option<T>) -> Result<(), S::Error> {
        let Some(value) = value else { return Ok(()) };
        if self.other.get(name).is_some() {
            self.set.push(name);
        }
        self.map.serialize_entry(name, value)
    }
}

/// A model as the JSON it came from.
pub(crate) fn serialize<M: Model, S: Serializer>(model: &M, serializer: S) -> Result<S::Ok, S::Error> {
    let other = model.other();
    if let Some(value) = &other.value {
        return value.serialize(serializer);
    }
    let mut json = Json { map: serializer.serialize_map(None)?, other, set: Vec::new() };
    model.write_fields(&mut json)?;
    rest(json.map, other, &json.set)
}

pub(crate) fn rest<S: SerializeMap>(mut map: S, other: &Other, set: &[&str]) -> Result<S::Ok, S::Error> {
    for (name, value) in other.iter() {
        if !set.contains(&name) {
            map.serialize_entry(name, value)?;
        }
    }
    map.end()
}

impl FieldWriter for fmt::DebugStruct<'_, '_> {
    type Error = fmt::Error;

    fn field<T: Serialize + fmt::Debug>(&mut self, name: &'static str, value: &Option<T>) -> fmt::Result {
        if let Some(value) = value {
            fmt::DebugStruct::field(self, name, value);
        }
        Ok(())
    }

    fn secret<T: Serialize>(&mut self, name: &'static str, value: &Option<T>) -> fmt::Result {
        if value.is_some() {
            fmt::DebugStruct::field(self, name, &format_args!("…"));
        }
        Ok(())
    }
}

/// Prints the fields that are there; credentials as `…`, and of what is unknown the names only.
pub(crate) fn debug<M: Model>(model: &M, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut out = f.debug_struct(M::NAME);
    model.write_fields(&mut out)?;
    if !model.other().is_empty() {
        fmt::DebugStruct::field(&mut out, "other", model.other());
    }
    out.finish()
}
