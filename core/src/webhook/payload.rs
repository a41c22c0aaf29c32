//! The body, once it is known to be genuine: a JSON object, or nothing that can be read.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::error::{WebhookError, WebhookErrorReason};
use crate::json::member_of_object;
use crate::token::member;

/// The body as text, and where its data was seen. Every language can read what is accepted here: UTF-8, JSON without odd numbers
/// or lone surrogates, not nested deeper than 128, an object. Nothing is built of it.
pub(super) fn text(body: &[u8]) -> Result<(&str, Data), WebhookError> {
    let text = std::str::from_utf8(body).map_err(|_| invalid("is not UTF-8"))?;
    match member_of_object(text, DATA) {
        Some(data) => Ok((text, Data::Seen(data))),
        // Whatever is not plain to see is for the reader of all JSON to say.
        None => check(text).map(|()| (text, Data::Unseen)),
    }
}

/// Where the data of an event stands in its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Data {
    /// Here, if it has any: the body is plain, and not nested deeper than hosts can read late.
    Seen(Option<Range<usize>>),
    /// It has to be looked for.
    Unseen,
}

impl Data {
    pub(super) fn of(&self, body: &str) -> Option<Range<usize>> {
        match self {
            Self::Seen(place) => place.clone(),
            Self::Unseen => {
                let data = member(body, DATA)?;
                // It is a part of the body, so this is where it stands.
                let start = data.as_ptr().addr().checked_sub(body.as_ptr().addr())?;
                Some(start..start + data.len())
            }
        }
    }
}

const DATA: &str = "data";

fn check(text: &str) -> Result<(), WebhookError> {
    let Err(error) = serde_json::from_str::<Object>(text) else { return Ok(()) };
    if error.is_data() {
        return Err(invalid("is not a JSON object"));
    }
    // Where, but not what: bodies are nothing for logs.
    Err(invalid(&format!("is not JSON (line {}, column {})", error.line(), error.column())))
}

fn invalid(what: &str) -> WebhookError {
    let message = format!("the webhook is genuine, but its body {what}");
    WebhookError::new(WebhookErrorReason::PayloadInvalid, message)
}

/// Whether what is accepted at a glance is what the reader of all JSON accepts.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn checks_agree(text: &str) -> bool {
    let Some(place) = member_of_object(text, DATA) else { return true };
    check(text).is_ok() && place == Data::Unseen.of(text)
}

/// An object of whatever content.
struct Object;

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        while map.next_entry::<Checked, Checked>()?.is_some() {}
        Ok(Object)
    }
}

/// A value that was read and thrown away. Unlike what is skipped, its numbers and texts were looked at.
struct Checked;

impl<'de> Deserialize<'de> for Checked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CheckedVisitor)
    }
}

struct CheckedVisitor;

impl<'de> Visitor<'de> for CheckedVisitor {
    type Value = Checked;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Checked, E> {
        Ok(Checked)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Checked, A::Error> {
        while items.next_element::<Checked>()?.is_some() {}
        Ok(Checked)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Checked, A::Error> {
        while map.next_entry::<Checked, Checked>()?.is_some() {}
        Ok(Checked)
    }
}

#[cfg(test)]
mod tests {
    use super::{checks_agree, text};
    use crate::json::member_of_object;
    use proptest::prelude::*;
    use serde_json::Value;

    fn is_plain(text: &str) -> bool {
        assert!(checks_agree(text), "{text}");
        member_of_object(text, super::DATA).is_some()
    }

    #[test]
    fn bodies_are_accepted_at_a_glance() {
        for text in [
            "{}",
            " { \"a\" : [ 1 , -2.5e-3,0,-0, true,\nfalse,\tnull,\r{} , [] ] } ",
            r#"{"a":"\u0026 \u003C\u003e \n\r\t\b\f\\\/\" \ud83d\uDE00 é","":"","long \" key of more than thirty-two bytes":"…"}"#,
            r#"{"a":123456789012345678901234567890,"b":1e308,"c":18446744073709551615}"#,
        ] {
            assert!(is_plain(text), "{text}");
        }
        assert!(is_plain(&format!("{}1{}", r#"{"a":"#.repeat(64), "}".repeat(64))));
        // Nested deeper, it is for the reader of all JSON, and hosts read it at once.
        assert!(!is_plain(&format!("{}1{}", r#"{"a":"#.repeat(65), "}".repeat(65))));
    }

    #[test]
    fn what_is_odd_is_not_accepted() {
        for text in [
            "",
            "{",
            "}",
            "[]",
            "null",
            "\"{}\"",
            "{}{}",
            "{}x",
            "\u{feff}{}",
            "\u{b}{}",
            "{\"a\":1\u{c}}",
            "{\"a\":\"\n\"}",
            "{\"a\":\"\u{1f}\"}",
            "{\"a\n\":1}",
            "{'a':1}",
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            r#"{,"a":1}"#,
            r#"{"a":01}"#,
            r#"{"a":-}"#,
            r#"{"a":1.}"#,
            r#"{"a":.5}"#,
            r#"{"a":1e}"#,
            r#"{"a":+1}"#,
            r#"{"a":1e999}"#,
            r#"{"a":NaN}"#,
            r#"{"a":1-2}"#,
            r#"{"a":tru}"#,
            r#"{"a":nulll}"#,
            r#"{"a":"}"#,
            r#"{"a":"\"}"#,
            r#"{"a":"\x"}"#,
            r#"{"a":"\u12"}"#,
            r#"{"a":"\u+123"}"#,
            r#"{"a":"\ud800"}"#,
            r#"{"a":"\ud800\u0041"}"#,
            r#"{"a":"\udc00"}"#,
            r#"{"a":"\ud800\ud800"}"#,
            r#"{"a":[1}}"#,
            r#"{"a":{]}"#,
            r#"{"a" "b"}"#,
            r#"{"a":1 "b":2}"#,
            r#"{"a":[1 2]}"#,
            r#"{a:1}"#,
            r#"{"\ud800":1}"#,
            r#"{"a":"\u00e"}"#,
        ] {
            assert!(!is_plain(text), "{text}");
            assert!(text.is_empty() || super::text(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn the_deepest_is_the_same() {
        for depth in (60..=68).chain(120..=132) {
            let body = format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
            assert!(checks_agree(&body), "{depth}");
            assert_eq!(text(body.as_bytes()).is_ok(), serde_json::from_str::<Value>(&body).is_ok(), "{depth}");
        }
    }

    proptest! {
        #[test]
        fn both_checks_agree(parts in proptest::collection::vec(
            prop_oneof![
                Just("{"), Just("}"), Just("["), Just("]"), Just(","), Just(":"), Just("\""), Just("\"a\""), Just("\"b\":"), Just("\"data\":"), Just("\"data\":1,"),
                Just("\"d\\u0061ta\":2,"), Just("\"data\": {\"data\":3} ,"),
                Just("1"), Just("0"), Just("-"), Just("."), Just("e"), Just("E+"), Just("true"), Just("null"), Just("false"),
                Just(" "), Just("\\"), Just("\n"), Just("\u{e9}"), Just("\\u"), Just("d83d"), Just("\\udE00"), Just("0026"),
                Just("\\n"), Just("eight123"), Just("{\"a\":{}}"), Just("[1,2]"),
            ],
            0..16,
        )) {
            let text = parts.concat();
            prop_assert!(checks_agree(&text));
            let _ = (is_plain(&format!("{{{text}\"data\":4}}")), is_plain(&format!("{{{text}}}")), is_plain(&format!("{{\"a\":{text}}}")), is_plain(&format!("{{\"a\":\"{text}\"}}")));
        }

        #[test]
        fn strings_end_where_they_end(before in "[ -~é]{0,70}", special in "[\"\\\\\x00-\x20n]{0,3}", after in "[ -~]{0,70}") {
            let _ = is_plain(&format!("{{\"a\":\"{before}{special}{after}\"}}"));
            let escaped = serde_json::json!({ "a": { &before: format!("{before}{special}{after}") } }).to_string();
            prop_assert!(is_plain(&escaped));
        }

        #[test]
        fn what_was_cut_or_changed_is_seen(at in 0_usize..120, byte in 0_u8..0x7f, cut in any::<bool>()) {
            let text = r#"{"data":{"id":"user_1","n":[1,-2.5,1e3],"t":"a \u0026 b\n","b":[true,false,null]},"type":"user.created"}"#;
            let mut bytes = text.as_bytes().to_vec();
            if cut { bytes.truncate(at) } else if let Some(place) = bytes.get_mut(at) { *place = byte }
            let _ = is_plain(&String::from_utf8(bytes).unwrap_or_default());
        }
    }
}
