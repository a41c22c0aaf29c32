//! Reading request bodies. Every reader takes its field out, records what is wrong, and goes on; what is
//! left over at the end is unknown to the operation.

use crate::errors::{ApiError, ErrorItem};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A field that can be left out, be null, or have a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Patch<T> {
    Absent,
    Null,
    Value(T),
}

impl<T> Patch<T> {
    /// Lays the field over what is stored: null clears it.
    pub(crate) fn apply(self, target: &mut Option<T>) {
        match self {
            Patch::Absent => {}
            Patch::Null => *target = None,
            Patch::Value(value) => *target = Some(value),
        }
    }

    /// The value, if there is one.
    pub(crate) fn value(self) -> Option<T> {
        match self {
            Patch::Value(value) => Some(value),
            _ => None,
        }
    }
}

/// A JSON object that is being read.
pub(crate) struct Form {
    fields: Map<String, Value>,
    errors: Vec<ErrorItem>,
}

impl Form {
    pub(crate) fn new(fields: Map<String, Value>) -> Self {
        Form { fields, errors: Vec::new() }
    }

    /// Reads a body: nothing or `null` is an empty object, anything but an object is malformed.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, ApiError> {
        match parse_json(body)? {
            Value::Null => Ok(Form::new(Map::new())),
            Value::Object(fields) => Ok(Form::new(fields)),
            _ => Err(ApiError::invalid_body()),
        }
    }

    pub(crate) fn fail(&mut self, item: ErrorItem) {
        self.errors.push(item);
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields.get(name).is_some_and(|value| !value.is_null())
    }

    fn read<T>(&mut self, name: &str, kind: &str, convert: impl FnOnce(Value) -> Option<T>) -> Patch<T> {
        match self.fields.remove(name) {
            None => Patch::Absent,
            Some(Value::Null) => Patch::Null,
            Some(value) => match convert(value) {
                Some(value) => Patch::Value(value),
                None => {
                    self.errors.push(ErrorItem::wrong_type(name, kind));
                    Patch::Absent
                }
            },
        }
    }

    pub(crate) fn text(&mut self, name: &str) -> Patch<String> {
        self.read(name, "string", |value| match value {
            Value::String(text) => Some(text),
            _ => None,
        })
    }

    /// A text that must be there and not be empty; the empty text stands for it after an error.
    pub(crate) fn required_text(&mut self, name: &str) -> String {
        let had_errors = self.errors.len();
        let value = self.text(name);
        if self.errors.len() > had_errors {
            return String::new();
        }
        match value {
            Patch::Value(text) if !text.trim().is_empty() => text,
            Patch::Null => {
                self.errors.push(ErrorItem::nil(name));
                String::new()
            }
            _ => {
                self.errors.push(ErrorItem::missing(name));
                String::new()
            }
        }
    }

    /// A text to put in the place of another: null and nothing leave the old one, the empty text is an error.
    pub(crate) fn new_text(&mut self, name: &str) -> Option<String> {
        let text = self.text(name).value()?;
        if text.trim().is_empty() {
            self.errors.push(ErrorItem::missing(name));
            return None;
        }
        Some(text)
    }

    /// One of a closed list of values.
    pub(crate) fn choice(&mut self, name: &str, allowed: &[&'static str]) -> Option<&'static str> {
        let text = self.text(name).value()?;
        let found = allowed.iter().copied().find(|value| *value == text);
        if found.is_none() {
            self.errors.push(ErrorItem::value(name, &text));
        }
        found
    }

    pub(crate) fn boolean(&mut self, name: &str) -> Option<bool> {
        self.read(name, "boolean", |value| value.as_bool()).value()
    }

    /// An integer within bounds.
    pub(crate) fn integer(&mut self, name: &str, least: i64, most: i64) -> Patch<i64> {
        let value = self.read(name, "integer", |value| value.as_i64());
        if let Patch::Value(number) = value {
            if number < least {
                self.errors.push(ErrorItem::too_small(name, least));
            } else if number > most {
                self.errors.push(ErrorItem::too_large(name, most));
            }
        }
        value
    }

    /// Any JSON; null clears it.
    pub(crate) fn any(&mut self, name: &str) -> Patch<Value> {
        self.read(name, "value", Some)
    }

    /// A number of seconds above 0, in milliseconds.
    pub(crate) fn seconds(&mut self, name: &str) -> Patch<i64> {
        match self.read(name, "number", |value| value.as_f64()) {
            Patch::Absent => Patch::Absent,
            Patch::Null => Patch::Null,
            // A conversion of floats stays within bounds by itself.
            #[allow(clippy::cast_possible_truncation)]
            Patch::Value(seconds) if seconds > 0.0 => Patch::Value((seconds * 1000.0) as i64),
            Patch::Value(_) => {
                self.errors.push(ErrorItem::format(name, "must be greater than 0."));
                Patch::Absent
            }
        }
    }

    /// A list of texts; one text alone counts as a list of one.
    pub(crate) fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        self.text_list(name).value()
    }

    /// As [`texts`](Form::texts), for lists that null clears.
    pub(crate) fn text_list(&mut self, name: &str) -> Patch<Vec<String>> {
        self.read(name, "array of strings", |value| match value {
            Value::String(text) => Some(vec![text]),
            Value::Array(items) => items
                .into_iter()
                .map(|item| match item {
                    Value::String(text) => Some(text),
                    _ => None,
                })
                .collect(),
            _ => None,
        })
    }

    /// An object with fields of its own; what is wrong in it is wrong here too.
    pub(crate) fn nested<T>(&mut self, name: &str, read: impl FnOnce(&mut Form) -> T) -> Option<T> {
        let fields = self.object(name)?;
        Some(self.inner(fields, read))
    }

    /// A list of objects with fields of their own.
    pub(crate) fn many<T>(&mut self, name: &str, read: impl Fn(&mut Form) -> T) -> Option<Vec<T>> {
        let items = self.read(name, "array of objects", |value| match value {
            Value::Array(items) => items
                .into_iter()
                .map(|item| match item {
                    Value::Object(fields) => Some(fields),
                    _ => None,
                })
                .collect::<Option<Vec<_>>>(),
            _ => None,
        });
        Some(items.value()?.into_iter().map(|fields| self.inner(fields, &read)).collect())
    }

    fn inner<T>(&mut self, fields: Map<String, Value>, read: impl FnOnce(&mut Form) -> T) -> T {
        let mut form = Form::new(fields);
        let value = read(&mut form);
        self.errors.append(&mut form.errors);
        self.errors.extend(form.fields.keys().map(|name| ErrorItem::unknown(name)));
        value
    }

    /// A free map, such as metadata.
    pub(crate) fn object(&mut self, name: &str) -> Option<Map<String, Value>> {
        self.read(name, "object", |value| match value {
            Value::Object(map) => Some(map),
            _ => None,
        })
        .value()
    }

    /// An RFC 3339 time, in Unix milliseconds.
    pub(crate) fn time(&mut self, name: &str) -> Patch<i64> {
        let text = match self.text(name) {
            Patch::Value(text) => text,
            Patch::Null => return Patch::Null,
            Patch::Absent => return Patch::Absent,
        };
        match OffsetDateTime::parse(&text, &Rfc3339) {
            Ok(time) => Patch::Value(i64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)),
            Err(_) => {
                self.errors.push(ErrorItem::time(name));
                Patch::Absent
            }
        }
    }

    /// Ends the reading of an operation that knows exactly its own fields.
    pub(crate) fn finish(mut self) -> Result<(), ApiError> {
        let unknown: Vec<ErrorItem> = self.fields.keys().map(|name| ErrorItem::unknown(name)).collect();
        self.errors.extend(unknown);
        self.finish_lenient()
    }

    /// Ends the reading of an operation whose description lets other fields pass.
    pub(crate) fn finish_lenient(self) -> Result<(), ApiError> {
        if self.errors.is_empty() { Ok(()) } else { Err(ApiError { status: 422, errors: self.errors }) }
    }
}

/// Any JSON; nothing at all is null.
pub(crate) fn parse_json(body: &[u8]) -> Result<Value, ApiError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Null);
    }
    serde_json::from_slice(body).map_err(|_| ApiError::invalid_body())
}

/// An array of objects, for the bulk operations: not empty, at most `most`.
pub(crate) fn parse_forms(body: &[u8], most: usize) -> Result<Vec<Form>, ApiError> {
    let Value::Array(items) = parse_json(body)? else { return Err(ApiError::invalid_body()) };
    if items.is_empty() {
        return Err(ApiError::invalid_body());
    }
    if items.len() > most {
        return Err(ApiError::new(
            400,
            "bulk_size_exceeded",
            "bulk size exceeded",
            format!("Parameters exceed the maximum allowed bulk processing size of {most}."),
        ));
    }
    items
        .into_iter()
        .map(|item| match item {
            Value::Object(fields) => Ok(Form::new(fields)),
            _ => Err(ApiError::invalid_body()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(error: ApiError) -> Vec<(&'static str, String)> {
        error
            .errors
            .into_iter()
            .map(|item| (item.code, item.meta["param_name"].as_str().unwrap_or_default().to_owned()))
            .collect()
    }

    #[test]
    fn all_errors_are_told_at_once() {
        let mut form = Form::parse(br#"{"a": 1, "b": null, "n": 9, "t": "yesterday", "x": 1}"#).expect("an object");
        form.required_text("a");
        form.required_text("b");
        form.required_text("c");
        form.integer("n", 1, 5);
        form.time("t");
        assert_eq!(
            codes(form.finish().expect_err("errors")),
            [
                ("form_param_type_invalid", "a".to_owned()),
                ("form_param_nil", "b".to_owned()),
                ("form_param_missing", "c".to_owned()),
                ("form_param_value_too_large", "n".to_owned()),
                ("form_param_invalid_time", "t".to_owned()),
                ("form_param_unknown", "x".to_owned()),
            ]
        );
    }

    #[test]
    fn null_absent_and_value_are_three_things() {
        let mut form = Form::parse(br#"{"a": null, "b": ""}"#).expect("an object");
        assert_eq!(form.text("a"), Patch::Null);
        assert_eq!(form.text("b"), Patch::Value(String::new()));
        assert_eq!(form.text("c"), Patch::Absent);
        assert!(form.finish().is_ok());
    }

    #[test]
    fn bodies_that_are_no_objects() {
        assert!(Form::parse(b"").is_ok());
        assert!(Form::parse(b"null").is_ok());
        assert_eq!(Form::parse(b"[]").err().map(|error| error.status), Some(400));
        assert_eq!(Form::parse(b"{\"a\":").err().map(|error| error.status), Some(400));
    }

    #[test]
    fn times_keep_milliseconds() {
        let mut form = Form::parse(br#"{"t": "2012-10-20T07:15:20.902Z"}"#).expect("an object");
        assert_eq!(form.time("t"), Patch::Value(1_350_717_320_902));
    }
}
