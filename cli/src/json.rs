//! JSON as text: laid out or made narrow without touching a value. A number with thirty digits stays what it is, and
//! members stay in their order.

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::failure::{Failure, Outcome};

/// One value on one line. What is no JSON comes back as it is.
pub(crate) fn compact(text: &str) -> String {
    write(text, None)
}

/// One value for people, two spaces a level. What is no JSON comes back as it is.
pub(crate) fn pretty(text: &str) -> String {
    write(text, Some(0))
}

/// Writes a value; with a depth, over several lines.
fn write(text: &str, depth: Option<usize>) -> String {
    if serde_json::from_str::<&RawValue>(text).is_err() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() * 5 / 4);
    let mut depth = depth;
    let mut characters = text.chars().peekable();
    let mut in_string = false;
    let mut escaped = false;
    let line = |out: &mut String, depth: Option<usize>| {
        if let Some(depth) = depth {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", depth));
        }
    };
    while let Some(c) = characters.next() {
        if in_string {
            out.push(c);
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        match c {
            c if c.is_ascii_whitespace() => {}
            '"' => {
                in_string = true;
                out.push(c);
            }
            '{' | '[' => {
                out.push(c);
                while characters.next_if(char::is_ascii_whitespace).is_some() {}
                if let Some(close) = characters.next_if(|c| matches!(c, '}' | ']')) {
                    out.push(close);
                } else {
                    depth = depth.map(|depth| depth + 1);
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.map(|depth| depth.saturating_sub(1));
                line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(if depth.is_some() { ": " } else { ":" }),
            c => out.push(c),
        }
    }
    out
}

/// The items of a listing, and how many there are in all if the answer says so.
#[derive(Debug)]
pub(crate) struct Listing<'a> {
    pub(crate) items: Vec<&'a RawValue>,
    pub(crate) total: Option<i64>,
}

#[derive(Deserialize)]
struct Id {
    id: Option<String>,
}

impl Listing<'_> {
    /// The id of an item, where it has one.
    pub(crate) fn id(item: Option<&&RawValue>) -> Option<String> {
        serde_json::from_str::<Id>(item?.get()).ok()?.id
    }
}

/// Members of an object, in order.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut all = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    all.push(pair);
                }
                Ok(Members(all))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

/// The members of an object in their order, values as they are written.
pub(crate) fn members(text: &str) -> Option<Vec<(String, &RawValue)>> {
    serde_json::from_str::<Members<'_>>(text).ok().map(|members| members.0)
}

/// Takes a listing apart: an array, or an object with an array in it, `data` if there is one of that name.
pub(crate) fn listing(body: &[u8]) -> Outcome<Listing<'_>> {
    let fail = || Failure::NotSo("the answer is not a listing".to_owned());
    let text = std::str::from_utf8(body).map_err(|_| fail())?;
    if let Ok(items) = serde_json::from_str(text) {
        return Ok(Listing { items, total: None });
    }
    let members = members(text).ok_or_else(fail)?;
    let named = |name: &str| members.iter().find(|(key, _)| key == name).map(|(_, value)| *value);
    let array = |value: &&RawValue| value.get().starts_with('[');
    let items = named("data").filter(array).or_else(|| members.iter().map(|(_, value)| *value).find(array));
    let items = items.and_then(|items| serde_json::from_str(items.get()).ok()).ok_or_else(fail)?;
    Ok(Listing { items, total: named("total_count").and_then(|total| total.get().parse().ok()) })
}

#[cfg(test)]
mod tests {
    use super::{compact, listing, pretty};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    #[test]
    fn values_are_not_touched() {
        let text = r#" { "b" : 123456789012345678901234567890 , "a":[ ] , "c" : [1.0, "x: {,\" y"], "d": { } } "#;
        assert_eq!(compact(text), r#"{"b":123456789012345678901234567890,"a":[],"c":[1.0,"x: {,\" y"],"d":{}}"#);
        assert_eq!(
            pretty(text),
            "{\n  \"b\": 123456789012345678901234567890,\n  \"a\": [],\n  \"c\": [\n    1.0,\n    \"x: {,\\\" y\"\n  ],\n  \"d\": {}\n}"
        );
        assert_eq!(pretty("no JSON {"), "no JSON {");
    }

    #[test]
    fn listings_have_many_shapes() {
        let count = |text: &str| listing(text.as_bytes()).map(|listing| (listing.items.len(), listing.total)).ok();
        assert_eq!(count("[1,2]"), Some((2, None)));
        assert_eq!(count(r#"{"total_count":7,"data":[1]}"#), Some((1, Some(7))));
        assert_eq!(count(r#"{"errors":1,"keys":[1,2,3]}"#), Some((3, None)));
        assert_eq!(count(r#"{"id":"user_1"}"#), None);
        assert_eq!(count("7"), None);
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "\\PC{0,8}".prop_map(Value::from)
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map("[a-z\"\\\\ ]{0,4}", inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn layout_keeps_the_value(value in any_json()) {
            let text = value.to_string();
            prop_assert_eq!(compact(&pretty(&text)), compact(&text));
            prop_assert_eq!(serde_json::from_str::<Value>(&pretty(&text)).ok(), Some(value));
            prop_assert!(!compact(&json!(text).to_string()).contains('\n'));
        }
    }
}
