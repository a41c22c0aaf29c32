//! One field against its schema.

use serde_json::Value;

use super::operations::Comparer;
use super::shape::{Kind, Shape};
use crate::ir::{Field, Type};

/// Where a field stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Path,
    Query,
    Body,
    Model,
}

impl Place {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Body => "body",
            Self::Model => "model",
        }
    }
}

/// What the description says of a field.
pub(super) struct Seen<'a> {
    /// None if it does not say.
    pub(super) required: Option<bool>,
    pub(super) deprecated: bool,
    pub(super) schema: &'a Value,
}

impl Comparer<'_> {
    /// The fields of a body or form.
    pub(super) fn body_fields(&mut self, at: &str, fields: &[Field], shape: &Shape, tells_required: bool) {
        let Some((properties, _)) = self.description.properties(shape) else {
            return self.differ(at, "", "body", "fields", shape.kind.name());
        };
        self.properties(at, Place::Body, fields, properties, tells_required);
    }

    pub(super) fn field(&mut self, at: &str, place: Place, field: &Field, seen: &Seen<'_>) {
        let name = field.wire.as_str();
        let shape = self.description.shape(seen.schema);
        if let Some(required) = seen.required {
            self.same(at, name, "required", field.required, required);
        }
        self.same(at, name, "deprecated", field.deprecated.is_some(), seen.deprecated);
        // Neither a path nor a query string has a null; the notation does not let us say so there.
        if matches!(place, Place::Body | Place::Model) {
            self.same(at, name, "nullable", field.nullable, shape.nullable);
        }
        if place != Place::Model {
            let default = &seen.schema["default"];
            let theirs = if default.is_null() {
                String::new()
            } else {
                default.as_str().map_or_else(|| default.to_string(), str::to_owned)
            };
            self.same(at, name, "default", field.default.clone().unwrap_or_default(), theirs);
        }
        self.bounds(at, field, &shape);
        if let Some(values) = self.kind(at, name, &field.kind, seen.schema, &shape) {
            let (mut ours, mut theirs) = (field.enumeration.clone(), values);
            ours.sort();
            theirs.sort();
            self.same(at, name, "enum", format!("[{}]", ours.join(", ")), format!("[{}]", theirs.join(", ")));
        }
    }

    fn bounds(&mut self, at: &str, field: &Field, shape: &Shape) {
        let name = field.wire.as_str();
        self.same(at, name, "bounds", range(field.min, field.max), range(shape.min, shape.max));
        self.same(at, name, "bounds", range(field.min_items, field.max_items), range(shape.min_items, shape.max_items));
    }

    /// The type. Answers the values of the enum that the field ought to have, where it can have one.
    fn kind(&mut self, at: &str, name: &str, ours: &Type, schema: &Value, shape: &Shape) -> Option<Vec<String>> {
        match (ours, &shape.kind) {
            (Type::String, Kind::Text { time: false }) => return Some(shape.values.clone()),
            // The description writes some booleans as the strings `true` and `false`.
            (Type::Boolean, Kind::Text { .. }) if is_truth(&shape.values) => {}
            (Type::Datetime, Kind::Text { .. })
            | (Type::Integer | Type::Timestamp, Kind::Integer)
            | (Type::Number, Kind::Number)
            | (Type::Boolean, Kind::Boolean)
            | (Type::Map, Kind::Map)
            | (Type::Any, Kind::Any)
            | (Type::File, Kind::Binary) => {}
            (Type::Array(ours), Kind::Array(items)) => {
                let shape = self.description.shape(items);
                return self.kind(at, name, ours, items, &shape);
            }
            (Type::Model(type_name) | Type::Union(type_name), _) => self.named(at, name, type_name, schema, shape),
            (ours, theirs) => self.differ(at, name, "type", type_name(ours), theirs.name()),
        }
        None
    }
}

fn is_truth(values: &[String]) -> bool {
    values.len() == 2 && values.iter().all(|value| value == "true" || value == "false")
}

fn range<T: ToString>(from: Option<T>, to: Option<T>) -> String {
    let text = |bound: Option<T>| bound.map(|bound| bound.to_string()).unwrap_or_default();
    format!("{}..{}", text(from), text(to))
}

fn type_name(kind: &Type) -> String {
    match kind {
        Type::String => "string".to_owned(),
        Type::Integer => "integer".to_owned(),
        Type::Number => "number".to_owned(),
        Type::Boolean => "boolean".to_owned(),
        Type::Timestamp => "timestamp".to_owned(),
        Type::Datetime => "datetime".to_owned(),
        Type::Map => "map".to_owned(),
        Type::Any => "any".to_owned(),
        Type::File => "file".to_owned(),
        Type::Model(name) | Type::Union(name) => name.clone(),
        Type::Array(items) => format!("[{}]", type_name(items)),
    }
}
