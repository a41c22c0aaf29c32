//! Where things are in a JSON text, without making anything of it: for hosts that read parts of it with their own reader, and
//! late.
//!
//! A text is only taken apart where it is certain that every part can be read later, whatever reads JSON. All else is `None`:
//! the host then reads the whole at once, and meets whatever there is to meet.

use std::ops::Range;

use crate::scan::{self, DEPTH, trimmed};

/// How deep what is read late may be nested. Hosts read recursively, each to a depth of its own.
const DEEPEST: u8 = 64;
/// The depth that a value is taken to stand at, so that it is not nested deeper than that.
const OUTSIDE: u8 = DEPTH - 1 - DEEPEST;
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
    if let [b'[', rest @ ..] = trimmed(text.as_bytes()) {
        let mut items = Vec::new();
        let rest = places(text, rest, &mut items)?;
        return trimmed(rest).is_empty().then(|| Listing { items, beside: "{}".to_owned() });
    }
    let members = members(text, name)?;
    let array = |name: &str| members.iter().position(|member| member.name == name && member.items.is_some());
    let found = array(name).or_else(|| array("data"))?;
    let named = members.get(found)?.name;
    if members.iter().filter(|member| member.name == named).count() > 1 {
        return None;
    }
    let (mut items, mut beside) = (Vec::new(), Vec::new());
    for (index, member) in members.into_iter().enumerate() {
        match member.items {
            Some(places) if index == found => items = places,
            // An array that is read as a whole.
            Some(_) if scan::after_value(member.value.as_bytes(), OUTSIDE).is_none() => return None,
            // A name that is written without escapes has nothing to escape. Of two of one name the host takes the last.
            _ => beside.push(format!("\"{}\":{}", member.name, member.value)),
        }
    }
    Some(Listing { items, beside: format!("{{{}}}", beside.join(",")) })
}

/// The text of a body that is one object.
#[must_use]
pub fn object(body: &[u8]) -> Option<&str> {
    let text = text_of(body)?;
    let from = trimmed(text.as_bytes());
    let rest = scan::after_value(from, OUTSIDE)?;
    let object = from.first() == Some(&b'{') && trimmed(rest).is_empty();
    between(text, from, rest).filter(|_| object)
}

/// Where the value of this name stands in an object that is all of the text; the last of one name holds. `None` says nothing.
/// What is found here can be read whatever for, and late too unless [`has_long_number`].
pub(crate) fn member_of_object(text: &str, name: &str) -> Option<Option<Range<usize>>> {
    let mut found = None;
    scan::members(text, |here, from| {
        let rest = scan::after_value(from, OUTSIDE + 1)?;
        if here.is(name)? {
            found = Some(text.len() - from.len()..text.len() - rest.len());
        }
        Some(rest)
    })?;
    Some(found)
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
    let mut found = Field::Absent;
    let whole = scan::members(object, |here, from| {
        let rest = scan::after_value(from, 1)?;
        if here.is(name)? {
            found = scalar(between(object, from, rest)?);
        }
        Some(rest)
    });
    // Some reader knows what to make of it.
    whole.map_or(Field::Other, |()| found)
}

/// What stands in a text from here to there.
fn between<'t>(text: &'t str, from: &[u8], rest: &[u8]) -> Option<&'t str> {
    text.get(text.len() - from.len()..text.len() - rest.len())
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
pub(crate) fn has_long_number(body: &[u8]) -> bool {
    // So long a row has a digit at one of these places.
    (0..body.len()).step_by(MOST_DIGITS).any(|place| {
        let (before, after) = body.split_at(place);
        let count = |digits: &mut dyn Iterator<Item = &u8>| digits.take_while(|byte| byte.is_ascii_digit()).count();
        let here = count(&mut after.iter());
        here > 0 && here + count(&mut before.iter().rev()) >= MOST_DIGITS
    })
}

/// Notes where the items of an array are, whose opening bracket is taken. Gives what comes behind it.
fn places<'t>(text: &str, array: &'t [u8], items: &mut Vec<Range<usize>>) -> Option<&'t [u8]> {
    scan::items(array, OUTSIDE, |item, rest| items.push(text.len() - item.len()..text.len() - rest.len()))
}

/// A member of an object.
struct Member<'t> {
    name: &'t str,
    value: &'t str,
    /// Where its items are, if this can be the array that is looked for.
    items: Option<Vec<Range<usize>>>,
}

/// The members of an object, if their names are written without escapes.
fn members<'t>(text: &'t str, array: &str) -> Option<Vec<Member<'t>>> {
    let mut members: Vec<Member<'t>> = Vec::new();
    scan::members(text, |name, from| {
        if name.escaped {
            return None;
        }
        let mut items = None;
        let rest = match from {
            [b'[', rest @ ..] if name.raw == array || name.raw == "data" => {
                places(text, rest, items.insert(Vec::new()))?
            }
            _ => scan::after_value(from, OUTSIDE)?,
        };
        members.push(Member { name: name.raw, value: between(text, from, rest)?, items });
        Some(rest)
    })?;
    Some(members)
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
        assert_eq!(items(r#"{"data":[1],"other":1,"other":2}"#), Some(vec!["1"]));
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
        let not_last = r#"{"things":[1],"things":null,"data":[2]}"#;
        for body in [&deep, &long, twice, escaped, not_last] {
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
