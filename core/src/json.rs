//! Where things are in a JSON text, without making anything of it: for hosts that read parts of it with their own reader, and
//! late.
//!
//! A text is only taken apart where it is certain that every part can be read later, whatever reads JSON. All else is `None`:
//! the host then reads the whole at once, and meets whatever there is to meet.

use std::fmt;
use std::ops::Range;

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::model::Key;
use crate::scan;

/// How deep what is read late may be nested. Hosts read recursively, each to a depth of its own.
const DEEPEST: usize = 64;
/// How many digits in a row what is read late may have: no host can be told to refuse fewer.
const MOST_DIGITS: usize = 640;

/// A listing: where its items are in the body, and what came beside them.
#[derive(Debug, PartialEq, Eq)]
pub struct Listing {
    /// The place of each item.
    pub items: Vec<Range<usize>>,
    /// The body without the items, as a JSON object; `{}` for an array.
    pub beside: String,
}

/// Takes a listing apart: a bare array, or an object with an array of this name, else of the name `data`.
#[must_use]
pub fn listing(body: &[u8], name: &str) -> Option<Listing> {
    let text = text_of(body)?;
    if text.trim_ascii_start().starts_with('[') {
        return Some(Listing { items: places(text, text)?, beside: "{}".to_owned() });
    }
    let Members(members) = serde_json::from_str(text).ok()?;
    let array = |name: &str| members.iter().position(|(key, value)| *key == name && value.get().starts_with('['));
    let found = array(name).or_else(|| array("data"))?;
    let items = places(text, members.get(found)?.1.get())?;
    let mut beside = Vec::new();
    for (index, (key, value)) in members.iter().enumerate() {
        if index == found {
            continue;
        }
        if is_deep(value.get()) {
            return None;
        }
        // A key that was borrowed has nothing to escape.
        beside.push(format!("\"{key}\":{value}"));
    }
    Some(Listing { items, beside: format!("{{{}}}", beside.join(",")) })
}

/// The text of a body that is one object.
#[must_use]
pub fn object(body: &[u8]) -> Option<&str> {
    let text = serde_json::from_str::<&RawValue>(text_of(body)?).ok()?.get();
    (text.starts_with('{') && !is_deep(text)).then_some(text)
}

/// The same of a text that is known to be one object.
pub(crate) fn known_object(text: &str) -> Option<&str> {
    (!has_long_number(text.as_bytes()) && !is_deep(text)).then(|| text.trim_ascii())
}

/// Where the value ends that begins here, and stands so deep within others. `None` unless it is plain to see that it is JSON: of
/// what is not accepted nothing is said.
#[must_use]
pub fn end_of_value(text: &str, at: usize, depth: u8) -> Option<usize> {
    let rest = scan::after_value(text.as_bytes().get(at..)?, depth)?;
    text.len().checked_sub(rest.len())
}

/// A field of an object, read alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field<'a> {
    /// There is none of this name.
    Absent,
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// An integer.
    Integer(i64),
    /// Text that is written without escapes.
    Text(&'a str),
    /// Anything else: the object has to be read whole.
    Other,
}

/// Reads one field of the text of an object; the last of one name holds.
#[must_use]
pub fn field<'a>(object: &'a str, name: &str) -> Field<'a> {
    match serde_json::Deserializer::from_str(object).deserialize_map(Named(name)) {
        Ok(None) => Field::Absent,
        Ok(Some(value)) => scalar(value.get()),
        // Some reader knows what to make of it.
        Err(_) => Field::Other,
    }
}

fn scalar(text: &str) -> Field<'_> {
    match text {
        "null" => Field::Null,
        "true" => Field::Bool(true),
        "false" => Field::Bool(false),
        _ => match text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(inner) if !inner.contains('\\') => Field::Text(inner),
            Some(_) => Field::Other,
            None => text.parse().map_or(Field::Other, Field::Integer),
        },
    }
}

/// A body as text, if it has no number that is too long for a host.
fn text_of(body: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(body).ok()?;
    (!has_long_number(body)).then_some(text)
}

/// Whether there are that many digits in a row, be it in a text.
fn has_long_number(body: &[u8]) -> bool {
    // So long a row has a digit at one of these places.
    (0..body.len()).step_by(MOST_DIGITS).any(|place| {
        let (before, after) = body.split_at(place);
        let count = |digits: &mut dyn Iterator<Item = &u8>| digits.take_while(|byte| byte.is_ascii_digit()).count();
        let here = count(&mut after.iter());
        here > 0 && here + count(&mut before.iter().rev()) >= MOST_DIGITS
    })
}

/// Whether brackets are nested deeper in this JSON than a host can be sure to read.
fn is_deep(json: &str) -> bool {
    let opening = |byte: &u8| matches!(byte, b'[' | b'{');
    // So few brackets cannot be deep, and to count them is cheap.
    if json.bytes().filter(opening).count() <= DEEPEST {
        return false;
    }
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => depth += 1,
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return true;
        }
    }
    false
}

/// Where the items of an array are in the text that the array is of.
fn places(text: &str, array: &str) -> Option<Vec<Range<usize>>> {
    let items: Vec<&RawValue> = serde_json::from_str(array).ok()?;
    items
        .into_iter()
        .map(|item| {
            let item = item.get();
            let start = (item.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
            (!is_deep(item)).then(|| start..start + item.len())
        })
        .collect()
}

/// The members of an object, whose keys are all different and written without escapes.
struct Members<'a>(Vec<(&'a str, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members: Vec<(&'de str, &'de RawValue)> = Vec::new();
                while let Some((key, value)) = map.next_entry::<&'de str, &'de RawValue>()? {
                    if members.iter().any(|(known, _)| *known == key) {
                        return Err(de::Error::custom("a key comes twice"));
                    }
                    members.push((key, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(All)
    }
}

/// Finds the last value of one name.
struct Named<'a>(&'a str);

impl<'de> Visitor<'de> for Named<'_> {
    type Value = Option<&'de RawValue>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<Key<'de>>()? {
            if key.as_str() == self.0 {
                found = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::{Field, Listing, field, listing, object};

    fn items(body: &str) -> Option<Vec<&str>> {
        Some(listing(body.as_bytes(), "things")?.items.into_iter().filter_map(|place| body.get(place)).collect())
    }

    #[test]
    fn items_are_found_in_both_shapes() {
        assert_eq!(items(r#" [ {"a":[1]} ,null, "é]" ] "#), Some(vec![r#"{"a":[1]}"#, "null", "\"é]\""]));
        assert_eq!(items(r#"{"data":[1],"things":[2, 3],"total_count":2}"#), Some(vec!["2", "3"]));
        assert_eq!(items(r#"{"data":[1],"things":null}"#), Some(vec!["1"]));
        assert_eq!(items("[]"), Some(Vec::new()));
    }

    #[test]
    fn what_comes_beside_the_items_is_kept() {
        let found = listing(br#"{"total_count": 2, "data": [7], "x": {"y": "\n"}}"#, "data");
        let beside = r#"{"total_count":2,"x":{"y": "\n"}}"#.to_owned();
        let place = 28..29;
        assert_eq!(found, Some(Listing { items: vec![place], beside }));
    }

    #[test]
    fn what_is_not_certain_is_left_to_the_host() {
        let deep = format!("[{}{}]", "[".repeat(65), "]".repeat(65));
        let long = format!("[{}]", "1".repeat(640));
        let twice = r#"{"data":[1],"data":[2]}"#;
        let escaped = r#"{"d\u0061ta":[1]}"#;
        for body in
            ["", "7", "null", "{}", r#"{"data":{}}"#, "[1", "[1]]", "[NaN]", "\u{feff}[]", "\x0c[]", "[\"\n\"]", "[01]"]
        {
            assert_eq!(items(body), None, "{body}");
        }
        for body in [&deep, &long, twice, escaped] {
            assert_eq!(items(body), None, "{body}");
        }
        assert_eq!(listing(b"[\"\xff\"]", "data"), None);
        assert_eq!(object(format!(r#"{{"a":{deep}}}"#).as_bytes()), None);
    }

    #[test]
    fn brackets_in_texts_are_not_deep() {
        let body = format!(r#"[{{"a":"{}\"","b":[{}]}}]"#, "[".repeat(100), vec!["[]"; 100].join(","));
        assert_eq!(items(&body).map(|items| items.len()), Some(1));
    }

    #[test]
    fn an_object_is_its_text() {
        assert_eq!(object(b" {\"a\":1}\n"), Some("{\"a\":1}"));
        for body in ["[]", "7", "", "{", "{}{}", "\x0c{}"] {
            assert_eq!(object(body.as_bytes()), None, "{body}");
        }
    }

    #[test]
    fn a_field_is_read_alone() {
        let text = r#"{"a":1,"n":null,"t":true,"s":"é","e":"\n","f":1.0,"big":9223372036854775808,"o":{"a":2},"a":-0,"\u0078":5}"#;
        for (name, value) in [
            ("a", Field::Integer(0)),
            ("n", Field::Null),
            ("t", Field::Bool(true)),
            ("s", Field::Text("é")),
            ("e", Field::Other),
            ("f", Field::Other),
            ("big", Field::Other),
            ("o", Field::Other),
            ("x", Field::Integer(5)),
            ("none", Field::Absent),
        ] {
            assert_eq!(field(text, name), value, "{name}");
        }
        assert_eq!(field(r#"{"\ud800":1,"a":1}"#, "a"), Field::Other);
    }
}
