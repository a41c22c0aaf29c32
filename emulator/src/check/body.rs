//! A body held against the table.

use super::table::{Body, Field, Kind, Operation, Place};
use super::value::Checker;
use super::{older, tells_with_400};
use crate::api::Call;
use crate::errors::{ApiError, ErrorItem};
use crate::form::parse_json;
use serde_json::{Map, Value};

pub(super) fn check_body(operation: &Operation, call: &Call<'_>) -> Result<Vec<ErrorItem>, ApiError> {
    match operation.body {
        Body::None => Ok(Vec::new()),
        Body::Object => {
            call.check_json()?;
            let map = match parse_json(&call.body)? {
                Value::Null => Map::new(),
                Value::Object(map) => map,
                _ => return Err(ApiError::invalid_body()),
            };
            Ok(check_object(operation, &map, call.version()))
        }
        Body::Array => {
            call.check_json()?;
            check_array(operation, &parse_json(&call.body)?)
        }
        Body::Multipart => Ok(check_parts(operation, call)),
    }
}

fn fields(operation: &Operation) -> impl Iterator<Item = &'static Field> {
    operation.fields.iter().filter(|field| field.place == Place::Body)
}

pub(super) fn check_object(operation: &Operation, map: &Map<String, Value>, version: Option<&str>) -> Vec<ErrorItem> {
    let mut checker = Checker { errors: Vec::new(), open: operation.open, fractions: tells_with_400(operation) };
    let known: Vec<&Field> = fields(operation).chain(older::fields(operation.name, version)).collect();
    checker.object("", map, &known, operation.rules, false);
    checker.errors
}

/// The items' errors go by the names of their fields alone. How many items there may be is for the handlers: they answer
/// that with a 400.
pub(super) fn check_array(operation: &Operation, body: &Value) -> Result<Vec<ErrorItem>, ApiError> {
    let Value::Array(items) = body else { return Err(ApiError::invalid_body()) };
    let mut checker = Checker { errors: Vec::new(), open: operation.open, fractions: tells_with_400(operation) };
    for field in fields(operation) {
        let Kind::Array(kind, _, most) = field.kind else { continue };
        for item in items.iter().take(usize::try_from(most).unwrap_or(usize::MAX)) {
            if let (Kind::Object(_), false) = (kind, item.is_object()) {
                return Err(ApiError::invalid_body());
            }
            checker.value("", kind, item);
        }
    }
    // The same mistake in many items is one mistake.
    let mut errors: Vec<ErrorItem> = Vec::new();
    for item in checker.errors {
        if !errors.contains(&item) {
            errors.push(item);
        }
    }
    Ok(errors)
}

/// The names of the parts. A missing file, and a body that is no form, have errors of their own.
fn check_parts(operation: &Operation, call: &Call<'_>) -> Vec<ErrorItem> {
    let mut errors = Vec::new();
    if call.parts.is_empty() {
        return errors;
    }
    let there = |name: &str| call.parts.iter().any(|part| part.name == name);
    for field in fields(operation).filter(|field| field.required && !matches!(field.kind, Kind::File)) {
        if !there(field.name) {
            errors.push(ErrorItem::missing(field.name));
        }
    }
    if !operation.open {
        for part in call.parts.iter().filter(|part| !fields(operation).any(|field| field.name == part.name)) {
            errors.push(ErrorItem::unknown(&part.name));
        }
    }
    errors
}
