//! A page of a listing, whichever shape it came in.

use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use super::free::{Known, Other};
use super::items::{IntoIter, Items};
use super::read::{Found, FromBody, Key, Read, field, items, judged, other_field, utf8};
use super::text::{self, Text, read_all, text_field};
use super::write::rest;

/// What a listing lists.
pub trait Item: Read + Send + 'static {
    /// Its id, where it has one: a walk through a listing goes on after it.
    fn item_id(&self) -> Option<&str>;
}

/// One page of a listing. The API answers some listings as a bare array and others as an object with `data` and
/// `total_count`; this is both.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The items, read when they are looked at.
    pub data: Items<T>,
    /// How many there are in all, where the answer says.
    pub total_count: Option<i64>,
    /// What else the answer had.
    pub other: Other,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self { data: Items::default(), total_count: None, other: Other::default() }
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;
    fn into_iter(self) -> IntoIter<T> {
        self.data.into_iter()
    }
}

impl<T: Item> FromBody for Page<T> {
    fn from_body(body: &Bytes) -> Result<Self, String> {
        let text = utf8(body)?;
        read_all(text, |reader| of_text(reader, body)).map_or_else(|| judged(text), Ok)
    }
}

impl<'de, T: Read> Deserialize<'de> for Page<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PageVisitor(PhantomData))
    }
}

/// Always as an object with `data`; `total_count` where it is known.
impl<T: Serialize> Serialize for Page<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("data", &self.data)?;
        if let Some(total) = self.total_count {
            map.serialize_entry("total_count", &total)?;
            return rest(map, &self.other, &["data", "total_count"]);
        }
        rest(map, &self.other, &["data"])
    }
}

const NAMES: &[&str] = &["data", "total_count"];

struct PageVisitor<T>(PhantomData<T>);

impl<'de, T: Read> Visitor<'de> for PageVisitor<T> {
    type Value = Page<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a listing: an array, or an object with one")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Page<T>, A::Error> {
        let mut page = Page::default();
        match items(seq)? {
            Found::Fit(data) => page.data = data.into(),
            Found::Odd(value) => page.other.value = Some(value),
        }
        Ok(page)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Page<T>, A::Error> {
        let mut page = Page::default();
        let mut data = None;
        while let Some(key) = map.next_key::<Key<'de>>()? {
            match key.as_str() {
                "data" => field(&mut data, &mut page.other, const { &Known::of(NAMES, "data") }, &mut map)?,
                "total_count" => {
                    field(
                        &mut page.total_count,
                        &mut page.other,
                        const { &Known::of(NAMES, "total_count") },
                        &mut map,
                    )?;
                }
                key => other_field(&mut page.other, key, &mut map)?,
            }
        }
        page.data = match data {
            Some(data) => Vec::into(data),
            None => elsewhere(&mut page.other).map_err(de::Error::custom)?.into(),
        };
        Ok(page)
    }
}

/// From the text of a body.
pub(super) fn of_text<T: Read>(reader: &mut Text<'_>, body: &Bytes) -> text::Result<Page<T>> {
    let array = |reader: &mut Text<'_>| match T::LATE {
        Some(read) => Ok(Items::late(body.clone(), reader.places()?, read)),
        None => text::items(reader).map(Items::from),
    };
    let mut page = Page::default();
    if reader.begins_with(b'[') {
        page.data = array(reader)?;
        return Ok(page);
    }
    let mut data = None;
    reader.members(|reader, name| match name {
        "data" => {
            let known = const { &Known::of(NAMES, "data") };
            data = match reader.begins_with(b'[') {
                true => {
                    page.other.drop_known(known);
                    Some(array(reader)?)
                }
                false => {
                    page.other.keep(known, Value::deserialize(reader)?);
                    None
                }
            };
            Ok(())
        }
        "total_count" => {
            text_field(&mut page.total_count, &mut page.other, const { &Known::of(NAMES, "total_count") }, reader)
        }
        name => {
            page.other.fields.insert(name, Value::deserialize(reader)?);
            Ok(())
        }
    })?;
    page.data = match data {
        Some(data) => data,
        None => elsewhere(&mut page.other).map_err(de::Error::custom)?.into(),
    };
    Ok(page)
}

/// The items where the array is not named `data` (machine tokens are under `m2m_tokens`): the one array there is.
fn elsewhere<T: Read>(other: &mut Other) -> Result<Vec<T>, serde_json::Error> {
    let arrays: Vec<&str> = other.fields.iter().filter(|(_, value)| value.is_array()).map(|(name, _)| name).collect();
    let [name] = arrays.as_slice() else { return Ok(Vec::new()) };
    let name = (*name).to_owned();
    let Some(value) = other.fields.remove(&name) else { return Ok(Vec::new()) };
    match Vec::<T>::read(value)? {
        Found::Fit(data) => Ok(data),
        Found::Odd(value) => {
            other.fields.insert(&name, value);
            Ok(Vec::new())
        }
    }
}

impl<T> Page<T> {
    /// The value that stood where the items should, if it was none of them.
    #[must_use]
    pub fn odd(&self) -> Option<&Value> {
        self.other.value()
    }
}
