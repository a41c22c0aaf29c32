//! Reading a JSON object the way this floor wants it: top level only, once, the last of a name wins.
//!
//! Values stay where they are until someone asks for one, so no number is rounded, no depth recursed into, nothing copied.

use super::compact;
use serde::Deserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// Where something stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    start: u32,
    end: u32,
}

/// Where the values of some members of an object stand in its text.
pub(crate) type Places<const N: usize> = [Place; N];

impl Place {
    /// Nowhere.
    pub(crate) const NONE: Self = Self { start: 1, end: 0 };

    /// From here to there. `None` beyond 4 GiB.
    pub(crate) fn new(start: usize, end: usize) -> Option<Self> {
        Some(Self { start: u32::try_from(start).ok()?, end: u32::try_from(end).ok()? })
    }

    /// The text within the quotes that stand there.
    pub(crate) fn within_quotes(self) -> Self {
        Self { start: self.start.saturating_add(1), end: self.end.saturating_sub(1) }
    }

    /// The same place in fewer bytes, if it fits.
    pub(crate) fn small(self) -> Option<(u16, u16)> {
        u16::try_from(self.start).ok().zip(u16::try_from(self.end).ok())
    }

    /// What stands there. `None` if it is nowhere.
    pub(crate) fn of(self, text: &str) -> Option<&str> {
        text.get(usize::try_from(self.start).ok()?..usize::try_from(self.end).ok()?)
    }
}

/// Reads an object and notes the members whose names have a place. `None` for any other JSON, for what is not JSON, and for
/// a lone surrogate anywhere (D-10, D-17).
pub(crate) fn places<const N: usize>(text: &str, place_of: impl Fn(&str) -> Option<usize>) -> Option<Places<N>> {
    compact::read(text, &place_of).or_else(|| places_of_any(text, place_of))
}

/// The same for any JSON there is.
fn places_of_any<const N: usize>(text: &str, place_of: impl Fn(&str) -> Option<usize>) -> Option<Places<N>> {
    if has_lone_surrogate(text) {
        return None;
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let found = reader.deserialize_map(PlacesVisitor { start: text.as_ptr().addr(), place_of }).ok()?;
    reader.end().ok()?;
    Some(found)
}

/// The JSON text of one member of an object.
pub(crate) fn member<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let [value] = members(text, [name]);
    value
}

/// The JSON texts of some members of an object.
pub(crate) fn members<'a, const N: usize>(text: &'a str, names: [&str; N]) -> [Option<&'a str>; N] {
    let places = places::<N>(text, |name| names.iter().position(|known| *known == name));
    std::array::from_fn(|place| places.as_ref()?.get(place)?.of(text))
}

struct PlacesVisitor<F, const N: usize> {
    start: usize,
    place_of: F,
}

impl<'de, F: Fn(&str) -> Option<usize>, const N: usize> Visitor<'de> for PlacesVisitor<F, N> {
    type Value = Places<N>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut places = [Place::NONE; N];
        while let Some(Key(name)) = map.next_key()? {
            let value = map.next_value::<&'de RawValue>()?.get();
            if let Some(place) = (self.place_of)(&name).and_then(|place| places.get_mut(place)) {
                // The value is a slice of the text, so this is where it stands. A later one of the same name replaces it.
                let start = value.as_ptr().addr().wrapping_sub(self.start);
                *place = Place::new(start, start + value.len()).ok_or_else(|| A::Error::custom("more than 4 GiB"))?;
            }
        }
        Ok(places)
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
    if memchr::memchr(b'\\', inner.as_bytes()).is_some() {
        serde_json::from_str(text).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(inner))
    }
}

/// 2 to the power of 53.
const LARGEST: f64 = 9_007_199_254_740_992.0;

/// The number that this JSON text is, its fraction cut off. `None` if it is no number, not finite, or outside ±2^53
/// (D-16, D-17).
pub(crate) fn integer(text: &str) -> Option<i64> {
    // As nearly all are: fewer digits than 2^53 has.
    if (1..16).contains(&text.len()) {
        let (mut value, mut digits) = (0, true);
        for byte in text.bytes() {
            digits &= byte.is_ascii_digit();
            value = value * 10 + i64::from(byte & 0xf);
        }
        if digits {
            return Some(value);
        }
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

/// Whether what is read in one go is what the reader of all JSON reads. Whatever is left to it may be anything.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn readers_agree(text: &str) -> bool {
    let found = compact::read::<4>(text, place_of);
    found.is_none() || found == places_of_any(text, place_of)
}

#[cfg(any(test, feature = "fuzzing"))]
fn place_of(name: &str) -> Option<usize> {
    ["sub", "o", "", "\u{e9}"].iter().position(|known| *known == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn agrees(text: &str) -> Option<Places<4>> {
        assert!(readers_agree(text), "{text}");
        compact::read::<4>(text, place_of)
    }

    #[test]
    fn compact_objects_are_read_in_one_go() {
        for text in [
            "{}",
            r#"{"sub":"user_1"}"#,
            r#"{"sub":"","o":{"id":"org_1","slg":"a"},"n":0,"exp":1700000000}"#,
            r#"{"a":true,"b":false,"c":null,"o":[1,-2,-0,[],{},[{"x":[0]}]]}"#,
            r#"{"sub":"a","sub":"b"}"#,
            r#"{"":"x","é":"y"}"#,
        ] {
            assert!(agrees(text).is_some(), "{text}");
        }
    }

    #[test]
    fn anything_else_is_left_to_the_other() {
        for text in [
            "",
            "{",
            "}",
            "[]",
            "null",
            "{} ",
            " {}",
            "{}}",
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            r#"{,"a":1}"#,
            r#"{"a":01}"#,
            r#"{"a":1.5}"#,
            r#"{"a":-}"#,
            r#"{"a":-01}"#,
            r#"{"a":[1.5]}"#,
            r#"{"a":[1}"#,
            r#"{"a":{"b"}}"#,
            r#"{"a":[[[[[[[[[]]]]]]]]]}"#,
            r#"{"a":1e3}"#,
            r#"{"a":1"#,
            r#"{"a":"b}"#,
            r#"{"a":tru}"#,
            r#"{"a":truex}"#,
            r#"{"a":[1,]}"#,
            r#"{"a":[}"#,
            r#"{"a":{"b":1}"#,
            r#"{"a":"\n"}"#,
            "{\"a\":\"\n\"}",
            "{\"a\":\t1}",
            r#"{"a" :1}"#,
            r#"{"a":1}x"#,
            r#"{"a":+1}"#,
            r#"{"a":NaN}"#,
            r#"{a:1}"#,
            r#"{"a":1 }"#,
        ] {
            assert!(agrees(text).is_none(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn whole_numbers_are_what_they_are(text in "[0-9]{0,17}|[0-9]{0,8}[ -~\u{b2}][0-9]{0,8}") {
            let all_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            let plainly = match text.parse::<i64>() {
                Ok(number) if all_digits && number < 1 << 53 => Some(number),
                _ => float(&text).filter(|number| number.abs() <= LARGEST).map(|number| number as i64),
            };
            prop_assert_eq!(integer(&text), plainly);
        }
    }

    proptest! {
        #[test]
        fn both_readers_agree(parts in proptest::collection::vec(
            prop_oneof![
                Just("{"), Just("}"), Just("["), Just("]"), Just(","), Just(":"), Just("\""), Just("\"sub\""), Just("\"o\":"),
                Just("\"sub\":\"a\","), Just("1"), Just("0"), Just("-"), Just("."), Just("e"), Just("true"), Just("null"),
                Just("false"), Just(" "), Just("\\"), Just("\n"), Just("\u{e9}"), Just("{\"o\":{}}"), Just("[1,2]"),
            ],
            0..16,
        )) {
            agrees(&parts.concat());
            agrees(&format!("{{{}}}", parts.concat()));
        }

        #[test]
        fn both_readers_agree_on_what_was_cut_or_changed(at in 0_usize..80, byte in 0x20_u8..0x7f, cut in any::<bool>()) {
            let text = r#"{"azp":"https://a.b","exp":1700000060,"fva":[0,-1],"o":{"id":"org_1"},"sub":"user_1"}"#;
            let mut bytes = text.as_bytes().to_vec();
            if cut { bytes.truncate(at) } else { bytes[at] = byte }
            agrees(&String::from_utf8(bytes).unwrap_or_default());
        }
    }
}
