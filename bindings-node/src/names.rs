//! The items of a listing in Node's names, written while nobody waits: so that JavaScript makes each object once, and not once
//! more to rename its fields. What is done here is what `Shaper.read` of `ts/shape.ts` does, or nothing: whatever is unusual is
//! left to it.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use napi::bindgen_prelude::*;
use napi_derive::napi;
use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// A model: what a field is called in Node, and the model or union that it holds.
type Fields = HashMap<String, (String, Option<String>)>;

#[derive(Debug, Deserialize)]
struct Union {
    tag: Option<String>,
    /// Tag, model, and what each must have.
    members: Vec<(String, String, Vec<String>)>,
}

#[derive(Debug, Deserialize)]
struct Told {
    models: HashMap<String, Fields>,
    unions: HashMap<String, Union>,
    kind: String,
    data: String,
}

#[derive(Debug)]
pub(crate) struct Names {
    told: Told,
    /// By model, what its fields are called in Node.
    ours: HashMap<String, HashSet<String>>,
}

/// The names of what one listing lists.
#[napi]
#[derive(Debug)]
pub struct NativeNames(Arc<Names>);

#[napi]
impl NativeNames {
    /// From the shapes that the items may have, as JSON text.
    #[napi(constructor, catch_unwind)]
    pub fn new(shapes_json: String) -> Result<Self> {
        let told: Told =
            serde_json::from_str(&shapes_json).map_err(|error| napi::Error::from_reason(error.to_string()))?;
        let names = |fields: &Fields| fields.values().map(|(name, _)| name.clone()).collect();
        let ours = told.models.iter().map(|(model, fields)| (model.clone(), names(fields))).collect();
        Ok(Self(Arc::new(Names { told, ours })))
    }
}

impl NativeNames {
    pub(crate) fn names(&self) -> Arc<Names> {
        self.0.clone()
    }
}

impl Names {
    /// The items of an answer as a JSON array, and what came beside them as an object.
    pub(crate) fn of(&self, body: &[u8]) -> Option<(String, String)> {
        let text = std::str::from_utf8(body).ok()?;
        let mut out = String::with_capacity(text.len());
        if text.trim_ascii_start().starts_with('[') {
            let mut reader = serde_json::Deserializer::from_str(text);
            self.seed(Some(&self.told.kind), &mut out).deserialize(&mut reader).ok()?;
            reader.end().ok()?;
            return Some((out, "{}".to_owned()));
        }
        let listing = clerk_usher::json::listing(body, &self.told.data)?;
        out.push('[');
        for (index, place) in listing.items.into_iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            self.write(Some(&self.told.kind), text.get(place)?, &mut out).ok()?;
        }
        out.push(']');
        Some((out, listing.beside))
    }

    fn seed<'a>(&'a self, kind: Option<&'a str>, out: &'a mut String) -> Value<'a> {
        Value { names: self, kind, out }
    }

    fn write(&self, kind: Option<&str>, text: &str, out: &mut String) -> serde_json::Result<()> {
        self.seed(kind, out).deserialize(&mut serde_json::Deserializer::from_str(text))
    }

    /// The model of an object that is of a union; none where the union does not tell.
    fn member<'a>(&'a self, union: &'a Union, members: &[(&str, &RawValue)]) -> serde_json::Result<Option<&'a str>> {
        let there = |name: &str| members.iter().rev().find(|(key, _)| *key == name).map(|(_, value)| value.get());
        let tag = union.tag.as_deref().and_then(there).filter(|tag| *tag != "null");
        let found = match tag {
            Some(tag) if tag.starts_with('"') => {
                let tag: &str = serde_json::from_str(tag)?;
                union.members.iter().find(|(name, ..)| name == tag)
            }
            Some(_) => None,
            None => union.members.iter().find(|(.., required)| required.iter().all(|name| there(name).is_some())),
        };
        Ok(found.map(|(_, model, _)| model.as_str()))
    }
}

/// Writes a value of some kind, in Node's names. It fails where these names are not certain.
struct Value<'a> {
    names: &'a Names,
    kind: Option<&'a str>,
    out: &'a mut String,
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<(), D::Error> {
        let told = &self.names.told;
        let known = self.kind.is_some_and(|kind| told.models.contains_key(kind) || told.unions.contains_key(kind));
        if known {
            return deserializer.deserialize_any(self);
        }
        self.out.push_str(<&RawValue>::deserialize(deserializer)?.get());
        Ok(())
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("objects, or null")
    }

    fn visit_unit<E>(self) -> std::result::Result<(), E> {
        self.out.push_str("null");
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> std::result::Result<(), A::Error> {
        self.out.push('[');
        let start = self.out.len();
        loop {
            let end = self.out.len();
            if end > start {
                self.out.push(',');
            }
            if seq.next_element_seed(self.names.seed(self.kind, self.out))?.is_none() {
                self.out.truncate(end);
                break;
            }
        }
        self.out.push(']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<(), A::Error> {
        let Self { names, kind, out } = self;
        let kind = kind.unwrap_or_default();
        out.push('{');
        if let Some(union) = names.told.unions.get(kind) {
            let mut members: Vec<(&str, &RawValue)> = Vec::new();
            while let Some(member) = map.next_entry()? {
                members.push(member);
            }
            let model = names.member(union, &members).map_err(A::Error::custom)?;
            for (index, (key, value)) in members.into_iter().enumerate() {
                let held = names.key(model, key, index, out)?;
                names.write(held, value.get(), out).map_err(A::Error::custom)?;
            }
        } else {
            let mut index = 0_usize;
            while let Some(key) = map.next_key::<&str>()? {
                let held = names.key(Some(kind), key, index, out)?;
                map.next_value_seed(names.seed(held, out))?;
                index += 1;
            }
        }
        out.push('}');
        Ok(())
    }
}

impl Names {
    /// Writes the name of a field, and tells what the field holds.
    fn key<E: de::Error>(
        &self,
        model: Option<&str>,
        key: &str,
        index: usize,
        out: &mut String,
    ) -> std::result::Result<Option<&str>, E> {
        let fields = model.and_then(|model| Some((self.told.models.get(model)?, self.ours.get(model)?)));
        let (name, held) = match fields.and_then(|(fields, _)| fields.get(key)) {
            Some((name, held)) => (name.as_str(), held.as_deref()),
            // An unknown field that has the name of one of ours.
            None if fields.is_some_and(|(_, ours)| ours.contains(key)) => return Err(E::custom("two of one name")),
            None => (key, None),
        };
        if index > 0 {
            out.push(',');
        }
        // What was borrowed has nothing to escape.
        out.push('"');
        out.push_str(name);
        out.push_str("\":");
        Ok(held)
    }
}
