//! Reading a JSON object the way this floor wants it: top level only, once, the last of a name wins.
//!
//! Values stay where they are until someone asks for one, so no number is rounded, no depth recursed into, nothing copied.

use serde::Deserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// Where the values of some members of an object stand in its text: from here to there, and nowhere from 0 to 0.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Index<const N: usize>([(u32, u32); N]);

impl<const N: usize> Index<N> {
    /// Reads an object and notes the members whose names have a place. `None` for any other JSON, for what is not JSON, and
    /// for a lone surrogate anywhere (D-10, D-17).
    pub(crate) fn read(text: &str, place_of: impl Fn(&str) -> Option<usize>) -> Option<Self> {
        if has_lone_surrogate(text) {
            return None;
        }
        let mut reader = serde_json::Deserializer::from_str(text);
        let found = reader.deserialize_map(IndexVisitor { start: text.as_ptr().addr(), place_of }).ok()?;
        reader.end().ok()?;
        Some(found)
    }

    /// The JSON text of the member noted at this place. `text` is what was read.
    pub(crate) fn get<'a>(&self, place: usize, text: &'a str) -> Option<&'a str> {
        let (start, end) = *self.0.get(place)?;
        // No value is empty.
        text.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?).filter(|value| !value.is_empty())
    }
}

/// The JSON text of one member of an object.
pub(crate) fn member<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let [value] = members(text, [name]);
    value
}

/// The JSON texts of some members of an object.
pub(crate) fn members<'a, const N: usize>(text: &'a str, names: [&str; N]) -> [Option<&'a str>; N] {
    let index = Index::<N>::read(text, |name| names.iter().position(|known| *known == name));
    std::array::from_fn(|place| index.as_ref()?.get(place, text))
}

struct IndexVisitor<F, const N: usize> {
    start: usize,
    place_of: F,
}

impl<'de, F: Fn(&str) -> Option<usize>, const N: usize> Visitor<'de> for IndexVisitor<F, N> {
    type Value = Index<N>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut places = [(0, 0); N];
        while let Some(Key(name)) = map.next_key()? {
            let value = map.next_value::<&'de RawValue>()?.get();
            if let Some(place) = (self.place_of)(&name).and_then(|place| places.get_mut(place)) {
                // The value is a slice of the text, so this is where it stands. A later one of the same name replaces it.
                let start = value.as_ptr().addr().wrapping_sub(self.start);
                let at = |at| u32::try_from(at).map_err(|_| A::Error::custom("more than 4 GiB"));
                *place = (at(start)?, at(start + value.len())?);
            }
        }
        Ok(Index(places))
    }
}

struct Key<'a>(Cow<'a, str>);

impl<'de> serde::Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Borrowed(name)))
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
                Ok(Key(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

/// Whether a `\uD800`…`\uDFFF` escape stands alone. In JSON a backslash occurs only inside a string, and a text that is
/// not JSON is refused anyway.
fn has_lone_surrogate(text: &str) -> bool {
    // Most texts have no escape at all, which is found out faster than where each is.
    let bytes = text.as_bytes();
    if memchr::memchr(b'\\', bytes).is_none() {
        return false;
    }
    let unit_at = |at: usize| -> Option<u16> {
        let digits = bytes.get(at..at + 6)?;
        if !digits.starts_with(b"\\u") {
            return None;
        }
        u16::from_str_radix(std::str::from_utf8(&digits[2..]).ok()?, 16).ok()
    };
    let mut at = 0;
    while let Some(next) = bytes.get(at..).and_then(|rest| memchr::memchr(b'\\', rest)) {
        at += next;
        match unit_at(at) {
            None => at += 2,
            Some(0xDC00..=0xDFFF) => return true,
            Some(0xD800..=0xDBFF) => match unit_at(at + 6) {
                Some(0xDC00..=0xDFFF) => at += 12,
                _ => return true,
            },
            Some(_) => at += 6,
        }
    }
    false
}

/// The string that this JSON text is.
pub(crate) fn string(text: &str) -> Option<String> {
    self::text(text).map(Cow::into_owned)
}

/// The same, borrowed where nothing in it is escaped. `text` is JSON.
pub(crate) fn text(text: &str) -> Option<Cow<'_, str>> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') { serde_json::from_str(text).ok().map(Cow::Owned) } else { Some(Cow::Borrowed(inner)) }
}

/// 2 to the power of 53.
const LARGEST: f64 = 9_007_199_254_740_992.0;

/// The number that this JSON text is, its fraction cut off. `None` if it is no number, not finite, or outside ±2^53
/// (D-16, D-17).
pub(crate) fn integer(text: &str) -> Option<i64> {
    // As nearly all are: fewer digits than 2^53 has.
    if text.len() < 16 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    let number = float(text)?;
    #[allow(clippy::cast_possible_truncation)] // within ±2^53, and cutting the fraction off is what is wanted
    (number.abs() <= LARGEST).then_some(number as i64)
}

/// The finite number that this JSON text is.
pub(crate) fn float(text: &str) -> Option<f64> {
    if !text.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
        return None;
    }
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}

/// Whether a JSON text is what JavaScript calls falsy: null, false, zero, the empty string.
pub(crate) fn is_falsy(text: &str) -> bool {
    matches!(text, "null" | "false" | "\"\"") || float(text) == Some(0.0)
}

/// The items of the array that this JSON text is, as JSON text.
pub(crate) fn items(text: &str) -> Option<Vec<&str>> {
    if !text.starts_with('[') {
        return None;
    }
    let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
    Some(items.into_iter().map(RawValue::get).collect())
}
