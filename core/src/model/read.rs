//! Reading that tells what does not fit instead of failing on it.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer,
};
use serde::ser::Serialize;
use serde_json::{Map, Number, Value};

use super::free::{Known, Other};
use super::items::ReadLate;
use super::text::{self, Text, read_all};
use super::write::FieldWriter;

/// An object of the API: `Option` fields, and `other`. Implemented by the generated models only.
pub trait Model: Default + Serialize {
    /// Its name.
    const NAME: &'static str;
    /// Reads the value of a field, known or not, from where `map` stands.
    ///
    /// # Errors
    /// If the text ends or is no JSON, and never for what the JSON says.
    fn read_field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error>;
    /// The names of its fields on the wire, in the catalogue's order.
    const NAMES: &'static [&'static str];
    /// Reads the value of the field at this place among `NAMES`, and nothing beyond them.
    ///
    /// # Errors
    /// If serde_json has to read it.
    #[doc(hidden)]
    fn read_text_field(&mut self, index: usize, reader: &mut Text<'_>) -> text::Result<()>;
    /// Hands every field to `out`, in the catalogue's order.
    ///
    /// # Errors
    /// As `out` has it.
    fn write_fields<W: FieldWriter>(&self, out: &mut W) -> Result<(), W::Error>;
    /// What no field had room for.
    fn other(&self) -> &Other;
    /// The same, to change.
    fn other_mut(&mut self) -> &mut Other;
}

/// A value, or what stood in its place.
#[derive(Debug, Clone, PartialEq)]
pub enum Found<T> {
    /// It fits.
    Fit(T),
    /// It is something else; null too.
    Odd(Value),
}

/// What a field can hold.
pub trait Read: Sized + Serialize {
    /// Reads one.
    ///
    /// # Errors
    /// If the text ends or is no JSON.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Found<Self>, D::Error>;

    /// Reads one into its place, or gives back what stood there instead: a large one is not moved about.
    ///
    /// # Errors
    /// If the text ends or is no JSON.
    fn read_into<'de, D: Deserializer<'de>>(
        place: &mut Option<Self>,
        deserializer: D,
    ) -> Result<Option<Value>, D::Error> {
        Ok(match Self::read(deserializer)? {
            Found::Fit(value) => {
                *place = Some(value);
                None
            }
            Found::Odd(value) => {
                *place = None;
                Some(value)
            }
        })
    }

    /// The same behind other items.
    ///
    /// # Errors
    /// If the text ends or is no JSON.
    fn read_item<'de, D: Deserializer<'de>>(items: &mut Vec<Self>, deserializer: D) -> Result<Option<Value>, D::Error> {
        Ok(match Self::read(deserializer)? {
            Found::Fit(value) => {
                items.push(value);
                None
            }
            Found::Odd(value) => Some(value),
        })
    }

    /// [`Read::read_into`] from a text.
    ///
    /// # Errors
    /// If serde_json has to read it.
    #[doc(hidden)]
    fn read_text(place: &mut Option<Self>, reader: &mut Text<'_>) -> text::Result<Option<Value>> {
        Self::read_into(place, reader)
    }

    /// [`Read::read_item`] from a text.
    ///
    /// # Errors
    /// If serde_json has to read it.
    #[doc(hidden)]
    fn read_text_item(items: &mut Vec<Self>, reader: &mut Text<'_>) -> text::Result<Option<Value>> {
        let mut place = None;
        let odd = Self::read_text(&mut place, reader)?;
        items.extend(place);
        Ok(odd)
    }

    /// Reads one later, where that can be.
    #[doc(hidden)]
    const LATE: Option<ReadLate<Self>> = None;

    /// One that holds `value` as it came, so that an array with an odd item is still an array.
    ///
    /// # Errors
    /// The value back, if this type has no room for it.
    fn of_odd(value: Value) -> Result<Self, Value> {
        Err(value)
    }
}

/// Reads a body.
pub trait FromBody: Sized {
    /// Reads one.
    ///
    /// # Errors
    /// With what is wrong with it: it is no JSON, or of a wrong kind at the top.
    fn from_body(body: &Bytes) -> Result<Self, String>;
}

/// Whatever comes is not looked at.
impl FromBody for () {
    fn from_body(_body: &Bytes) -> Result<Self, String> {
        Ok(())
    }
}

impl FromBody for String {
    fn from_body(body: &Bytes) -> Result<Self, String> {
        utf8(body).map(str::to_owned)
    }
}

impl<M: Model + de::DeserializeOwned> FromBody for M {
    fn from_body(body: &Bytes) -> Result<Self, String> {
        let body = utf8(body)?;
        read_all(body, |reader| text::model(reader)).map_or_else(|| judged(body), Ok)
    }
}

/// What serde_json makes of a text.
pub(crate) fn judged<T: de::DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// A body as text. Looked at once as a whole, its texts need not be looked at one by one.
pub(crate) fn utf8(body: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(body).map_err(|error| error.to_string())
}

/// A Unix time in milliseconds as a [`SystemTime`]; none where the system cannot hold it.
#[must_use]
pub fn system_time(ms: i64) -> Option<SystemTime> {
    let span = Duration::from_millis(ms.unsigned_abs());
    if ms < 0 { SystemTime::UNIX_EPOCH.checked_sub(span) } else { SystemTime::UNIX_EPOCH.checked_add(span) }
}

/// Reads a known field into its slot, or into `other` if it does not fit. The last of two of one name holds.
pub(crate) fn field<'de, T: Read, A: MapAccess<'de>>(
    slot: &mut Option<T>,
    other: &mut Other,
    name: &'static Known,
    map: &mut A,
) -> Result<(), A::Error> {
    match map.next_value_seed(Slot(slot))? {
        None => other.drop_known(name),
        Some(odd) => other.keep(name, odd),
    }
    Ok(())
}

/// Keeps a field that the model does not know.
pub(crate) fn other_field<'de, A: MapAccess<'de>>(other: &mut Other, key: &str, map: &mut A) -> Result<(), A::Error> {
    let value = map.next_value()?;
    other.fields.insert(key, value);
    Ok(())
}

/// A model, strictly an object: for `Deserialize` and for the top of a body.
pub(crate) fn deserialize<'de, M: Model, D: Deserializer<'de>>(deserializer: D) -> Result<M, D::Error> {
    match M::read(deserializer)? {
        Found::Fit(model) => Ok(model),
        Found::Odd(value) => Err(de::Error::custom(format_args!("{} is an object, not {}", M::NAME, kind(&value)))),
    }
}

/// What a value is, without saying what is in it.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// A key, borrowed from the text where it has no escapes.
pub(crate) enum Key<'de> {
    Borrowed(&'de str),
    Owned(String),
}

impl Key<'_> {
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Owned(text) => text,
        }
    }
}

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Key<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }
            fn visit_borrowed_str<E>(self, v: &'de str) -> Result<Key<'de>, E> {
                Ok(Key::Borrowed(v))
            }
            fn visit_str<E>(self, v: &str) -> Result<Key<'de>, E> {
                Ok(Key::Owned(v.to_owned()))
            }
            fn visit_string<E>(self, v: String) -> Result<Key<'de>, E> {
                Ok(Key::Owned(v))
            }
        }
        deserializer.deserialize_str(V)
    }
}

/// [`Read::read_into`] where serde wants a seed.
struct Slot<'a, T>(&'a mut Option<T>);

impl<'de, T: Read> DeserializeSeed<'de> for Slot<'_, T> {
    type Value = Option<Value>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Value>, D::Error> {
        T::read_into(self.0, deserializer)
    }
}

/// [`Read::read_item`] where serde wants a seed.
struct Behind<'a, T>(&'a mut Vec<T>);

impl<'de, T: Read> DeserializeSeed<'de> for Behind<'_, T> {
    type Value = Option<Value>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Value>, D::Error> {
        T::read_item(self.0, deserializer)
    }
}

/// What one kind of value takes; everything else is odd.
pub(crate) trait Take: Sized {
    fn bool(_: bool) -> Option<Self> {
        None
    }
    fn i64(_: i64) -> Option<Self> {
        None
    }
    fn number(_: Number) -> Option<Self> {
        None
    }
    fn text(text: String) -> Result<Self, String> {
        Err(text)
    }
    fn object(map: Map<String, Value>) -> Result<Self, Map<String, Value>> {
        Err(map)
    }
}

/// Reads by [`Take`].
pub(crate) struct Taking<T>(pub(crate) PhantomData<T>);

fn taken<T, E>(found: Option<T>, value: impl Into<Value>) -> Result<Found<T>, E> {
    Ok(found.map_or_else(|| Found::Odd(value.into()), Found::Fit))
}

impl<'de, T: Take> Visitor<'de> for Taking<T> {
    type Value = Found<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }
    fn visit_unit<E>(self) -> Result<Found<T>, E> {
        Ok(Found::Odd(Value::Null))
    }
    fn visit_bool<E>(self, v: bool) -> Result<Found<T>, E> {
        taken(T::bool(v), v)
    }
    fn visit_i64<E>(self, v: i64) -> Result<Found<T>, E> {
        taken(T::i64(v).or_else(|| T::number(v.into())), v)
    }
    fn visit_u64<E>(self, v: u64) -> Result<Found<T>, E> {
        taken(i64::try_from(v).ok().and_then(T::i64).or_else(|| T::number(v.into())), v)
    }
    fn visit_f64<E>(self, v: f64) -> Result<Found<T>, E> {
        taken(Number::from_f64(v).and_then(T::number), v)
    }
    fn visit_str<E: de::Error>(self, v: &str) -> Result<Found<T>, E> {
        self.visit_string(v.to_owned())
    }
    fn visit_string<E>(self, v: String) -> Result<Found<T>, E> {
        Ok(match T::text(v) {
            Ok(value) => Found::Fit(value),
            Err(text) => Found::Odd(Value::String(text)),
        })
    }
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Found<T>, A::Error> {
        Value::deserialize(de::value::SeqAccessDeserializer::new(seq)).map(Found::Odd)
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Found<T>, A::Error> {
        let map = Map::deserialize(MapAccessDeserializer::new(map))?;
        Ok(match T::object(map) {
            Ok(value) => Found::Fit(value),
            Err(map) => Found::Odd(Value::Object(map)),
        })
    }
}

impl Take for bool {
    fn bool(v: bool) -> Option<Self> {
        Some(v)
    }
}

impl Take for i64 {
    fn i64(v: i64) -> Option<Self> {
        Some(v)
    }
}

impl Take for Number {
    fn number(v: Number) -> Option<Self> {
        Some(v)
    }
}

impl Take for String {
    fn text(text: String) -> Result<Self, String> {
        Ok(text)
    }
}

impl Take for Map<String, Value> {
    fn object(map: Map<String, Value>) -> Result<Self, Map<String, Value>> {
        Ok(map)
    }
}

impl Read for bool {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Found<Self>, D::Error> {
        deserializer.deserialize_any(Taking(PhantomData))
    }

    fn read_text(place: &mut Option<Self>, reader: &mut Text<'_>) -> text::Result<Option<Value>> {
        match reader.bool() {
            None => Self::read_into(place, reader),
            found => {
                *place = found;
                Ok(None)
            }
        }
    }
}

impl Read for i64 {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Found<Self>, D::Error> {
        deserializer.deserialize_any(Taking(PhantomData))
    }

    fn read_text(place: &mut Option<Self>, reader: &mut Text<'_>) -> text::Result<Option<Value>> {
        match reader.integer() {
            None => Self::read_into(place, reader),
            found => {
                *place = found;
                Ok(None)
            }
        }
    }
}

impl Read for Number {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Found<Self>, D::Error> {
        deserializer.deserialize_any(Taking(PhantomData))
    }
}

impl Read for String {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Found<Self>, D::Error> {
        deserializer.deserialize_any(Taking(PhantomData))
    }

    fn read_text(place: &mut Option<Self>, reader: &mut Text<'_>) -> text::Result<Option<Value>> {
        text::string(place, reader, Cow::into_owned)
    }
}

impl Read for Map<String, Value> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Found<Self>, D::Error> {
        deserializer.deserialize_any(Taking(PhantomData))
    }

    fn read_text(place: &mut Option<Self>, reader: &mut Text<'_>) -> text::Result<Option<Value>> {
        match reader.empty_object() {
            false => Self::read_into(place, reader),
            true => {
                *place = Some(Self::new());
                Ok(None)
            }
        }
    }
}

/// Anything fits, but for null, which is told apart from absent in `other` like every null.
impl Read for Value {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Found<Self>, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
            Value::Null => Found::Odd(Value::Null),
            value => Found::Fit(value),
        })
    }

    fn of_odd(value: Value) -> Result<Self, Value> {
        Ok(value)
    }
}

/// A model that holds itself, at whatever depth, is held in a box.
impl<M: Model> Model for Box<M> {
    const NAME: &'static str = M::NAME;
    fn read_field<'de, A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<(), A::Error> {
        M::read_field(self, key, map)
    }
    const NAMES: &'static [&'static str] = M::NAMES;
    fn read_text_field(&mut self, index: usize, reader: &mut Text<'_>) -> text::Result<()> {
        M::read_text_field(self, index, reader)
    }
    fn write_fields<W: FieldWriter>(&self, out: &mut W) -> Result<(), W::Error> {
        M::write_fields(self, out)
    }
    fn other(&self) -> &Other {
        M::other(self)
    }
    fn other_mut(&mut self) -> &mut Other {
        M::other_mut(self)
    }
}

impl<M: Model> Read for M {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Found<Self>, D::Error> {
        let mut model = Self::default();
        Ok(fill(&mut model, deserializer)?.map_or(Found::Fit(model), Found::Odd))
    }

    fn read_into<'de, D: Deserializer<'de>>(
        place: &mut Option<Self>,
        deserializer: D,
    ) -> Result<Option<Value>, D::Error> {
        let odd = fill(place.insert(Self::default()), deserializer)?;
        if odd.is_some() {
            *place = None;
        }
        Ok(odd)
    }

    fn read_item<'de, D: Deserializer<'de>>(items: &mut Vec<Self>, deserializer: D) -> Result<Option<Value>, D::Error> {
        items.push(Self::default());
        let Some(model) = items.last_mut() else { return Ok(None) };
        let odd = fill(model, deserializer)?;
        if odd.is_some() {
            items.pop();
        }
        Ok(odd)
    }

    fn read_text(place: &mut Option<Self>, reader: &mut Text<'_>) -> text::Result<Option<Value>> {
        let odd = text::fill(place.insert(Self::default()), reader)?;
        if odd.is_some() {
            *place = None;
        }
        Ok(odd)
    }

    fn read_text_item(items: &mut Vec<Self>, reader: &mut Text<'_>) -> text::Result<Option<Value>> {
        items.push(Self::default());
        let Some(model) = items.last_mut() else { return Ok(None) };
        let odd = text::fill(model, reader)?;
        if odd.is_some() {
            items.pop();
        }
        Ok(odd)
    }

    const LATE: Option<ReadLate<Self>> = Some(text::late_model);

    fn of_odd(value: Value) -> Result<Self, Value> {
        Ok(text::odd_model(value))
    }
}

struct Nothing;
impl Take for Nothing {}

fn odd(found: Found<Nothing>) -> Value {
    match found {
        Found::Odd(value) => value,
        Found::Fit(Nothing) => Value::Null,
    }
}

fn no_object<M, E>(found: Found<Nothing>) -> Result<Found<M>, E> {
    Ok(Found::Odd(odd(found)))
}

/// Reads the fields of a model, or gives back what is no object.
fn fill<'de, M: Model, D: Deserializer<'de>>(model: &mut M, deserializer: D) -> Result<Option<Value>, D::Error> {
    deserializer.deserialize_any(Fields(model))
}

struct Fields<'a, M>(&'a mut M);

impl<'de, M: Model> Visitor<'de> for Fields<'_, M> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(M::NAME)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<Value>, A::Error> {
        while let Some(key) = map.next_key::<Key<'de>>()? {
            self.0.read_field(key.as_str(), &mut map)?;
        }
        Ok(None)
    }
    fn visit_unit<E>(self) -> Result<Option<Value>, E> {
        Ok(Some(Value::Null))
    }
    fn visit_bool<E: de::Error>(self, v: bool) -> Result<Option<Value>, E> {
        Taking(PhantomData).visit_bool(v).map(odd).map(Some)
    }
    fn visit_i64<E: de::Error>(self, v: i64) -> Result<Option<Value>, E> {
        Taking(PhantomData).visit_i64(v).map(odd).map(Some)
    }
    fn visit_u64<E: de::Error>(self, v: u64) -> Result<Option<Value>, E> {
        Taking(PhantomData).visit_u64(v).map(odd).map(Some)
    }
    fn visit_f64<E: de::Error>(self, v: f64) -> Result<Option<Value>, E> {
        Taking(PhantomData).visit_f64(v).map(odd).map(Some)
    }
    fn visit_str<E: de::Error>(self, v: &str) -> Result<Option<Value>, E> {
        Taking(PhantomData).visit_str(v).map(odd).map(Some)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Option<Value>, A::Error> {
        Taking(PhantomData).visit_seq(seq).map(odd).map(Some)
    }
}

/// What is made of an object.
pub(crate) trait OfObject {
    type Made;
    const NAME: &'static str;
    fn of_map<'de, A: MapAccess<'de>>(map: A) -> Result<Self::Made, A::Error>;
}

/// Reads by [`OfObject`]; what is no object is odd.
pub(crate) fn object_of<'de, O: OfObject, D: Deserializer<'de>>(deserializer: D) -> Result<Found<O::Made>, D::Error> {
    deserializer.deserialize_any(ObjectVisitor::<O>(PhantomData))
}

struct ObjectVisitor<O>(PhantomData<O>);

impl<'de, O: OfObject> Visitor<'de> for ObjectVisitor<O> {
    type Value = Found<O::Made>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(O::NAME)
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        O::of_map(map).map(Found::Fit)
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Found::Odd(Value::Null))
    }
    fn visit_bool<E: de::Error>(self, v: bool) -> Result<Self::Value, E> {
        no_object(Taking(PhantomData).visit_bool(v)?)
    }
    fn visit_i64<E: de::Error>(self, v: i64) -> Result<Self::Value, E> {
        no_object(Taking(PhantomData).visit_i64(v)?)
    }
    fn visit_u64<E: de::Error>(self, v: u64) -> Result<Self::Value, E> {
        no_object(Taking(PhantomData).visit_u64(v)?)
    }
    fn visit_f64<E: de::Error>(self, v: f64) -> Result<Self::Value, E> {
        no_object(Taking(PhantomData).visit_f64(v)?)
    }
    fn visit_str<E: de::Error>(self, v: &str) -> Result<Self::Value, E> {
        no_object(Taking(PhantomData).visit_str(v)?)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        no_object(Taking(PhantomData).visit_seq(seq)?)
    }
}

impl<T: Read> Read for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Found<Self>, D::Error> {
        deserializer.deserialize_any(ArrayVisitor(PhantomData))
    }

    fn read_text(place: &mut Option<Self>, reader: &mut Text<'_>) -> text::Result<Option<Value>> {
        if !reader.begins_with(b'[') {
            return Self::read_into(place, reader);
        }
        *place = Some(text::items(reader)?);
        Ok(None)
    }
}

struct ArrayVisitor<T>(PhantomData<T>);

impl<'de, T: Read> Visitor<'de> for ArrayVisitor<T> {
    type Value = Found<Vec<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Found<Vec<T>>, A::Error> {
        items(seq)
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Found<Vec<T>>, A::Error> {
        no_object(Taking(PhantomData).visit_map(map)?)
    }
    fn visit_unit<E>(self) -> Result<Found<Vec<T>>, E> {
        Ok(Found::Odd(Value::Null))
    }
    fn visit_bool<E: de::Error>(self, v: bool) -> Result<Found<Vec<T>>, E> {
        no_object(Taking(PhantomData).visit_bool(v)?)
    }
    fn visit_i64<E: de::Error>(self, v: i64) -> Result<Found<Vec<T>>, E> {
        no_object(Taking(PhantomData).visit_i64(v)?)
    }
    fn visit_u64<E: de::Error>(self, v: u64) -> Result<Found<Vec<T>>, E> {
        no_object(Taking(PhantomData).visit_u64(v)?)
    }
    fn visit_f64<E: de::Error>(self, v: f64) -> Result<Found<Vec<T>>, E> {
        no_object(Taking(PhantomData).visit_f64(v)?)
    }
    fn visit_str<E: de::Error>(self, v: &str) -> Result<Found<Vec<T>>, E> {
        no_object(Taking(PhantomData).visit_str(v)?)
    }
}

/// An array. An item that is odd is kept by the item's own type, or else makes the whole array odd.
pub(crate) fn items<'de, T: Read, A: SeqAccess<'de>>(mut seq: A) -> Result<Found<Vec<T>>, A::Error> {
    let mut items = Vec::new();
    while let Some(odd) = seq.next_element_seed(Behind(&mut items))? {
        let Some(odd) = odd else { continue };
        let odd = match T::of_odd(odd) {
            Ok(item) => {
                items.push(item);
                continue;
            }
            Err(odd) => odd,
        };
        let mut values = Vec::with_capacity(items.len() + 1);
        for item in &items {
            values.push(serde_json::to_value(item).map_err(de::Error::custom)?);
        }
        values.push(odd);
        while let Some(value) = seq.next_element()? {
            values.push(value);
        }
        return Ok(Found::Odd(Value::Array(values)));
    }
    Ok(Found::Fit(items))
}
