//! The body, once it is known to be genuine: a JSON object, or nothing that can be read.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::error::{WebhookError, WebhookErrorReason};

/// The body as text. Every language can read what is accepted here: UTF-8, JSON without odd numbers or lone surrogates,
/// not nested deeper than 128, an object. Nothing is built of it.
pub(super) fn text(body: &[u8]) -> Result<&str, WebhookError> {
    let invalid = |what: String| {
        let message = format!("the webhook is genuine, but its body {what}");
        WebhookError::new(WebhookErrorReason::PayloadInvalid, message)
    };
    let text = std::str::from_utf8(body).map_err(|_| invalid("is not UTF-8".to_owned()))?;
    serde_json::from_str::<Object>(text).map_err(|error| {
        // Where, but not what: bodies are nothing for logs.
        let place = format!("line {}, column {}", error.line(), error.column());
        invalid(if error.is_data() { "is not a JSON object".to_owned() } else { format!("is not JSON ({place})") })
    })?;
    Ok(text)
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
