//! A JSON value held against a kind.

use super::rules::check_rules;
use super::table::{Field, Kind, Rule};
use crate::errors::ErrorItem;
use serde_json::{Map, Value};

/// Finds what is wrong with values; goes on after each error.
pub(super) struct Checker {
    pub(super) errors: Vec<ErrorItem>,
    /// Whether objects may have fields that are not listed, whatever they say themselves.
    pub(super) open: bool,
    /// Whether an integer may have a fraction: the API describes those of some services as any number.
    pub(super) fractions: bool,
}

/// How deep an answer names a field: `saml.name`, `mappings[2].role_id`.
fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}

impl Checker {
    /// An object's fields. `prefix` is where it stands, empty for the body itself.
    pub(super) fn object(
        &mut self,
        prefix: &str,
        map: &Map<String, Value>,
        fields: &[&Field],
        rules: &[Rule],
        open: bool,
    ) {
        for field in fields {
            let name = join(prefix, field.name);
            match map.get(field.name) {
                None if field.required => self.errors.push(ErrorItem::missing(&name)),
                // Clients send a null for what they leave out.
                Some(Value::Null) if field.required && !field.nullable => self.errors.push(ErrorItem::nil(&name)),
                None | Some(Value::Null) => {}
                Some(value) => self.value(&name, &field.kind, value),
            }
        }
        if !open && !self.open {
            for name in map.keys().filter(|name| !fields.iter().any(|field| field.name == name.as_str())) {
                self.errors.push(ErrorItem::unknown(&join(prefix, name)));
            }
        }
        check_rules(rules, map, |mut item| {
            item.place_in(prefix);
            // One error a field is enough.
            if !self.errors.iter().any(|other| other.subject() == item.subject()) {
                self.errors.push(item);
            }
        });
    }

    pub(super) fn value(&mut self, name: &str, kind: &Kind, value: &Value) {
        match kind {
            Kind::OneOf(allowed) => match value.as_str() {
                Some(text) if !allowed.contains(&text) => self.errors.push(ErrorItem::value(name, text)),
                Some(_) => {}
                None => self.wrong(name, kind),
            },
            Kind::Integer if self.fractions => self.value(name, &Kind::Number, value),
            Kind::IntegerIn(least, most) if self.fractions => self.value(name, &Kind::NumberIn(*least, *most), value),
            Kind::IntegerIn(least, most) => match integer(value) {
                Some(number) => self.bounds(name, number, *least, *most),
                None => self.wrong(name, kind),
            },
            Kind::NumberIn(least, most) => match value.as_f64() {
                Some(number) if number < *least as f64 => self.errors.push(ErrorItem::too_small(name, *least)),
                Some(number) if number > *most as f64 => self.errors.push(ErrorItem::too_large(name, *most)),
                Some(_) => {}
                None => self.wrong(name, kind),
            },
            Kind::Object(object) => match value.as_object() {
                Some(map) => {
                    let fields: Vec<&Field> = object.fields.iter().collect();
                    self.object(name, map, &fields, object.rules, object.open);
                }
                None => self.wrong(name, kind),
            },
            Kind::Array(item, least, most) => self.array(name, item, (*least, *most), value),
            Kind::Any | Kind::File => {}
            simple => {
                if !fits(simple, value) {
                    self.wrong(name, simple);
                }
            }
        }
    }

    fn array(&mut self, name: &str, kind: &Kind, (least, most): (u32, u32), value: &Value) {
        let Value::Array(items) = value else {
            // One text alone counts as a list of one.
            if value.is_string() && matches!(kind, Kind::Text | Kind::OneOf(_)) {
                return self.value(name, kind, value);
            }
            let kind = what_of(kind);
            return self.errors.push(ErrorItem::wrong_type(name, &format!("array of {kind}s")));
        };
        self.count(name, items.len(), least, most);
        if let Kind::Object(_) | Kind::Array(..) = kind {
            for (index, item) in items.iter().enumerate() {
                self.value(&format!("{name}[{index}]"), kind, item);
            }
        } else if let Kind::OneOf(_) = kind {
            items.iter().for_each(|item| self.value(name, kind, item));
        } else if !matches!(kind, Kind::Any) && items.iter().any(|item| !fits(kind, item)) {
            self.errors.push(ErrorItem::wrong_type(name, &format!("array of {}s", what_of(kind))));
        }
    }

    pub(super) fn count(&mut self, name: &str, count: usize, least: u32, most: u32) {
        let within = |bound: u32| usize::try_from(bound).unwrap_or(usize::MAX);
        if count > within(most) {
            self.errors.push(ErrorItem::too_many(name, within(most)));
        } else if count < within(least) {
            self.errors.push(ErrorItem::format(name, &format!("must have at least {least} items.")));
        }
    }

    pub(super) fn bounds(&mut self, name: &str, number: i64, least: i64, most: i64) {
        if number < least {
            self.errors.push(ErrorItem::too_small(name, least));
        } else if number > most {
            self.errors.push(ErrorItem::too_large(name, most));
        }
    }

    pub(super) fn wrong(&mut self, name: &str, kind: &Kind) {
        self.errors.push(ErrorItem::wrong_type(name, what_of(kind)));
    }
}

/// Whether a value is of a kind that has no parts and no limits.
fn fits(kind: &Kind, value: &Value) -> bool {
    match kind {
        Kind::Text => value.is_string(),
        Kind::Integer => integer(value).is_some(),
        Kind::Number => value.is_number(),
        Kind::Boolean => value.is_boolean(),
        Kind::Map => value.is_object(),
        _ => true,
    }
}

/// An integer, also one written as clients with floats only write it (`3600.0`).
fn integer(value: &Value) -> Option<i64> {
    // Beyond this a float no longer tells integers apart.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    value.as_i64().or_else(|| {
        let number = value.as_f64().filter(|number| number.fract() == 0.0 && number.abs() <= EXACT)?;
        #[allow(clippy::cast_possible_truncation, reason = "within bounds and without a fraction")]
        Some(number as i64)
    })
}

/// What a message calls a kind.
fn what_of(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::OneOf(_) => "string",
        Kind::Integer | Kind::IntegerIn(..) => "integer",
        Kind::Number | Kind::NumberIn(..) => "number",
        Kind::Boolean => "boolean",
        Kind::Map | Kind::Object(_) => "object",
        Kind::Array(..) => "array",
        Kind::Any => "value",
        Kind::File => "file",
    }
}
