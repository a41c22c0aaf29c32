//! A query held against the table. Names that the table has not are ignored, as the API does.

use super::rules::check_rules;
use super::table::{Field, Kind, Operation, Place, Rule};
use super::value::Checker;
use crate::errors::ErrorItem;
use crate::query::{Query, whole};
use serde_json::{Map, Value};

pub(super) fn check_query(operation: &Operation, query: &Query) -> Vec<ErrorItem> {
    let mut checker = Checker { errors: Vec::new(), open: true, fractions: false };
    for field in operation.fields.iter().filter(|field| field.is_in_query()) {
        checker.field(field, query);
    }
    // The rules of an operation with a body are about the body.
    let rules: &[Rule] = if operation.body == super::table::Body::None { operation.rules } else { &[] };
    if !rules.is_empty() {
        let value = |text: &str| text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from);
        let values: Map<String, Value> = operation
            .fields
            .iter()
            .filter_map(|field| query.text(field.name).map(|text| (field.name.to_owned(), value(text))))
            .collect();
        check_rules(rules, &values, |item| checker.errors.push(item));
    }
    checker.errors
}

impl Checker {
    fn field(&mut self, field: &Field, query: &Query) {
        let Kind::Array(item, least, most) = field.kind else {
            return match query.text(field.name) {
                Some(text) => self.text(field.name, &field.kind, text),
                None if field.required => self.errors.push(ErrorItem::missing(field.name)),
                None => {}
            };
        };
        let comma = field.place == Place::QueryComma;
        let mut count = 0;
        for text in query.values(field.name) {
            for text in text.split(',').take(if comma { usize::MAX } else { 0 }).filter(|text| !text.is_empty()) {
                self.text(field.name, item, text);
                count += 1;
            }
            if !comma {
                self.text(field.name, item, text);
                count += 1;
            }
        }
        match count {
            0 if field.required => self.errors.push(ErrorItem::missing(field.name)),
            0 => {}
            count => self.count(field.name, count, least, most),
        }
    }

    /// One value as it stands in a query.
    fn text(&mut self, name: &str, kind: &Kind, text: &str) {
        match kind {
            Kind::OneOf(allowed) if !allowed.contains(&text) => self.errors.push(ErrorItem::value(name, text)),
            Kind::Integer | Kind::IntegerIn(..) => match (whole(text), kind) {
                (Ok(number), Kind::IntegerIn(least, most)) => self.bounds(name, number, *least, *most),
                (Ok(_), _) => {}
                (Err(_), _) => self.wrong(name, kind),
            },
            Kind::Number | Kind::NumberIn(..) if !text.parse::<f64>().is_ok_and(f64::is_finite) => {
                self.wrong(name, kind);
            }
            Kind::Boolean if !matches!(text, "true" | "false" | "1" | "0") => self.wrong(name, kind),
            _ => {}
        }
    }
}
