//! The items of a listing in Node's names, written while nobody waits: so that JavaScript makes each object once, and not once
//! more to rename its fields. What is done here is what `Shaper.read` of `ts/shape.ts` does, or nothing: whatever is unusual is
//! left to it.

mod plain;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use napi::bindgen_prelude::*;
use napi_derive::napi;
use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// The members of a union: tag, model, and what each must have.
type Members<M> = Vec<(String, M, Vec<String>)>;

/// What is told of the shapes.
#[derive(Debug, Deserialize)]
struct Told {
    /// By model and field, what the field is called in Node, and the model or union that it holds.
    models: BTreeMap<String, BTreeMap<String, (String, Option<String>)>>,
    /// Tag and members.
    unions: BTreeMap<String, (Option<String>, Members<String>)>,
    kind: String,
    data: String,
}

/// A model or a union, by its place.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Model(usize),
    Union(usize),
}

#[derive(Debug)]
struct Field {
    wire: String,
    name: String,
    held: Option<Kind>,
    /// The field that came after this one the last time: objects of one kind come in one order.
    next: AtomicUsize,
}

#[derive(Debug)]
struct Model {
    fields: Vec<Field>,
    by_wire: HashMap<String, usize>,
    ours: HashSet<String>,
}

#[derive(Debug)]
struct Union {
    tag: Option<String>,
    members: Members<Option<usize>>,
}

#[derive(Debug)]
pub(crate) struct Names {
    models: Vec<Model>,
    unions: Vec<Union>,
    kind: Option<Kind>,
    data: String,
}

/// The items of a listing in Node's names.
#[derive(Debug)]
pub(crate) struct Named {
    /// JSON arrays, one after the other.
    pub(crate) items: Vec<String>,
    /// What came beside them, as a JSON object.
    pub(crate) beside: String,
    /// What has to be known of them before they are read; none where JavaScript has to look.
    pub(crate) ends: Option<Ends>,
}

/// What a walk through a listing goes on from.
#[derive(Debug)]
pub(crate) struct Ends {
    pub(crate) count: u32,
    /// The ids of the first item and the last.
    pub(crate) first: Option<String>,
    pub(crate) last: Option<String>,
}

impl Names {
    fn new(told: Told) -> Self {
        let Told { models, unions, kind, data } = told;
        let model = |name: &String| models.keys().position(|key| key == name);
        let union = |name: &String| unions.keys().position(|key| key == name);
        let find = |name: &String| model(name).map(Kind::Model).or_else(|| union(name).map(Kind::Union));
        let made = models.values().map(|fields| Model {
            fields: fields
                .iter()
                .map(|(wire, (name, held))| Field {
                    wire: wire.clone(),
                    name: name.clone(),
                    held: held.as_ref().and_then(find),
                    next: AtomicUsize::new(0),
                })
                .collect(),
            by_wire: fields.keys().cloned().zip(0..).collect(),
            ours: fields.values().map(|(name, _)| name.clone()).collect(),
        });
        let unions_made = unions.values().map(|(tag, members)| Union {
            tag: tag.clone(),
            members: members.iter().map(|(tag, name, required)| (tag.clone(), model(name), required.clone())).collect(),
        });
        Self { models: made.collect(), unions: unions_made.collect(), kind: find(&kind), data }
    }
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
        Ok(Self(Arc::new(Names::new(told))))
    }
}

impl NativeNames {
    pub(crate) fn names(&self) -> Arc<Names> {
        self.0.clone()
    }
}

impl Names {
    /// The items of an answer.
    pub(crate) fn of(&self, body: &[u8]) -> Option<Named> {
        let text = std::str::from_utf8(body).ok()?;
        if let Some(named) = self.of_plain(text) {
            return Some(named);
        }
        if text.trim_ascii_start().starts_with('[') {
            let mut reader = serde_json::Deserializer::from_str(text);
            let parts = reader.deserialize_seq(Items(self, Parts::of(text))).ok()?;
            reader.end().ok()?;
            return Some(Named { items: parts, beside: "{}".to_owned(), ends: None });
        }
        let listing = clerk_usher::json::listing(body, &self.data)?;
        let mut parts = Parts::of(text);
        for place in listing.items {
            self.write(self.kind, text.get(place)?, parts.next()).ok()?;
        }
        Some(Named { items: parts.end(), beside: listing.beside, ends: None })
    }

    fn seed<'a>(&'a self, kind: Option<Kind>, out: &'a mut String) -> Value<'a> {
        Value { names: self, kind, out }
    }

    fn write(&self, kind: Option<Kind>, text: &str, out: &mut String) -> serde_json::Result<()> {
        self.seed(kind, out).deserialize(&mut serde_json::Deserializer::from_str(text))
    }

    /// The model of an object that is of a union; none where the union does not tell.
    fn member(union: &Union, members: &[(&str, &str)]) -> serde_json::Result<Option<usize>> {
        let there = |name: &str| members.iter().rev().find(|(key, _)| *key == name).map(|(_, value)| *value);
        let tag = union.tag.as_deref().and_then(there).filter(|tag| *tag != "null");
        let found = match tag {
            Some(tag) if tag.starts_with('"') => {
                let tag: &str = serde_json::from_str(tag)?;
                union.members.iter().find(|(name, ..)| name == tag)
            }
            Some(_) => None,
            None => union.members.iter().find(|(.., required)| required.iter().all(|name| there(name).is_some())),
        };
        Ok(found.and_then(|(_, model, _)| *model))
    }
}

/// JSON arrays that are one together. None is much longer than [`LONG`]: V8 keeps what is longer apart, in memory that it gets
/// and gives back each time.
struct Parts {
    done: Vec<String>,
    open: String,
    /// What is made ready for one.
    room: usize,
}

const LONG: usize = 64 * 1024;

impl Parts {
    /// None yet, of what this text says.
    fn of(text: &str) -> Self {
        Self { done: Vec::new(), open: String::new(), room: text.len().min(LONG + LONG / 4) }
    }

    /// Where the next item goes.
    fn next(&mut self) -> &mut String {
        if self.open.len() > LONG {
            self.close();
        }
        if self.open.is_empty() {
            self.open.reserve(self.room);
            self.open.push('[');
        } else {
            self.open.push(',');
        }
        &mut self.open
    }

    fn close(&mut self) {
        if !self.open.is_empty() {
            self.open.push(']');
            self.done.push(std::mem::take(&mut self.open));
        }
    }

    fn end(mut self) -> Vec<String> {
        self.close();
        self.done
    }
}

/// The items of a listing that is an array.
struct Items<'a>(&'a Names, Parts);

impl<'de> Visitor<'de> for Items<'_> {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> std::result::Result<Vec<String>, A::Error> {
        let Self(names, mut parts) = self;
        while seq.next_element_seed(names.seed(names.kind, parts.next()))?.is_some() {}
        // There was none for the last bracket or comma.
        parts.open.pop();
        Ok(parts.end())
    }
}

/// Writes a value of some kind, in Node's names. It fails where these names are not certain.
struct Value<'a> {
    names: &'a Names,
    kind: Option<Kind>,
    out: &'a mut String,
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<(), D::Error> {
        if self.kind.is_some() {
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
        out.push('{');
        match kind {
            Some(Kind::Union(union)) => {
                let mut members: Vec<(&str, &str)> = Vec::new();
                while let Some((key, value)) = map.next_entry::<_, &RawValue>()? {
                    members.push((key, value.get()));
                }
                let union = names.unions.get(union).ok_or_else(|| A::Error::custom("no such union"))?;
                let mut keys = names.keys(Names::member(union, &members).map_err(A::Error::custom)?);
                for (key, value) in members {
                    let held = keys.write(key, out)?;
                    names.write(held, value, out).map_err(A::Error::custom)?;
                }
            }
            Some(Kind::Model(model)) => {
                let mut keys = names.keys(Some(model));
                while let Some(key) = map.next_key::<&str>()? {
                    let held = keys.write(key, out)?;
                    map.next_value_seed(names.seed(held, out))?;
                }
            }
            None => return Err(A::Error::custom("an object of no kind")),
        }
        out.push('}');
        Ok(())
    }
}

impl Names {
    fn keys(&self, model: Option<usize>) -> Keys<'_> {
        Keys { model: model.and_then(|model| self.models.get(model)), last: None, first: true }
    }
}

/// The names of one object's fields, one after the other.
struct Keys<'a> {
    model: Option<&'a Model>,
    last: Option<&'a Field>,
    first: bool,
}

impl Keys<'_> {
    /// Writes the name of a field, and tells what the field holds.
    fn write<E: de::Error>(&mut self, key: &str, out: &mut String) -> std::result::Result<Option<Kind>, E> {
        if !std::mem::take(&mut self.first) {
            out.push(',');
        }
        let (name, held) = self.named(key).ok_or_else(|| E::custom("two of one name"))?;
        // What was borrowed has nothing to escape.
        out.push('"');
        out.push_str(name);
        out.push_str("\":");
        Ok(held)
    }
}

impl<'a> Keys<'a> {
    /// What a field is called, and what it holds. None for an unknown one that has the name of one of ours.
    fn named<'k>(&mut self, key: &'k str) -> Option<(&'k str, Option<Kind>)>
    where
        'a: 'k,
    {
        match self.find(key) {
            Some(field) => {
                self.last = Some(field);
                Some((&field.name, field.held))
            }
            None if self.model.is_some_and(|model| model.ours.contains(key)) => None,
            None => Some((key, None)),
        }
    }

    /// Where the name ends that begins here, if it is the one that came next the last time.
    fn guessed(&self, text: &[u8], at: usize) -> Option<usize> {
        let wire = self.model?.fields.get(self.guess())?.wire.as_bytes();
        let end = at + wire.len();
        (text.get(at..end) == Some(wire) && text.get(end) == Some(&b'"')).then_some(end)
    }

    fn guess(&self) -> usize {
        self.last.map_or(0, |last| last.next.load(Ordering::Relaxed))
    }

    fn find(&self, key: &str) -> Option<&'a Field> {
        let model = self.model?;
        if let Some(field) = model.fields.get(self.guess()).filter(|field| field.wire == key) {
            return Some(field);
        }
        let place = *model.by_wire.get(key)?;
        if let Some(last) = self.last {
            last.next.store(place, Ordering::Relaxed);
        }
        model.fields.get(place)
    }
}
