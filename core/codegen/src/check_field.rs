//! One field: its type is known, and what is said of it can be said of such a type in such a place.

use std::collections::BTreeSet;

use crate::check::one_line;
use crate::ir::{Field, Type};
use crate::names::is_snake;
use crate::raw;

/// Where a field stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Path,
    Query,
    Body,
    Multipart,
    Model,
}

pub(crate) struct FieldChecker<'a> {
    pub(crate) models: &'a BTreeSet<String>,
    pub(crate) unions: &'a BTreeSet<String>,
    pub(crate) used: Use,
    pub(crate) faults: Vec<String>,
}

impl FieldChecker<'_> {
    fn fault(&mut self, message: impl Into<String>) {
        self.faults.push(message.into());
    }

    fn fault_if(&mut self, wrong: bool, message: &str) {
        if wrong {
            self.fault(message);
        }
    }

    pub(crate) fn field(&mut self, name: &str, raw: &raw::FullField) -> Option<Field> {
        self.fault_if(!is_snake(name), "a field's name is snake_case; another name on the wire is `wire`");
        let kind = self.kind(&raw.kind)?;
        self.place(&kind, raw);
        self.attributes(&kind, raw);
        if raw.wire.as_deref() == Some(name) {
            self.fault("`wire` says what follows from the name");
        }
        if raw.wire.as_deref() == Some("") {
            self.fault("`wire` is empty");
        }
        Some(Field {
            name: name.to_owned(),
            wire: raw.wire.clone().unwrap_or_else(|| name.to_owned()),
            kind,
            required: raw.required,
            nullable: raw.nullable,
            enumeration: raw.enumeration.clone().unwrap_or_default(),
            min: raw.min,
            max: raw.max,
            min_items: raw.min_items,
            max_items: raw.max_items,
            comma: raw.array == Some(raw::QueryArray::Comma),
            default: raw.default.as_ref().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)),
            example: raw.example.clone(),
            deprecated: raw.deprecated.as_ref().and_then(|deprecated| deprecated.0.as_deref().map(one_line)),
            secret: raw.secret,
            doc: one_line(&raw.doc),
        })
    }

    fn kind(&mut self, raw: &raw::Type) -> Option<Type> {
        let name = match raw {
            raw::Type::Array(items) => return self.kind(items).map(|items| Type::Array(Box::new(items))),
            raw::Type::Name(name) => name,
        };
        Some(match name.as_str() {
            "string" => Type::String,
            "integer" => Type::Integer,
            "number" => Type::Number,
            "boolean" => Type::Boolean,
            "timestamp" => Type::Timestamp,
            "datetime" => Type::Datetime,
            "map" => Type::Map,
            "any" => Type::Any,
            "file" => Type::File,
            _ if self.models.contains(name) => Type::Model(name.clone()),
            _ if self.unions.contains(name) => Type::Union(name.clone()),
            _ => {
                self.fault(format!("no type, model or union is named `{name}`"));
                return None;
            }
        })
    }

    /// What can stand in a path, a query, a form or a body.
    fn place(&mut self, kind: &Type, raw: &raw::FullField) {
        let item = match kind {
            Type::Array(items) => items,
            other => other,
        };
        let simple = matches!(
            item,
            Type::String | Type::Integer | Type::Number | Type::Boolean | Type::Timestamp | Type::Datetime
        );
        match self.used {
            Use::Path => {
                self.fault_if(*kind != Type::String, "a path parameter is a string");
                self.fault_if(raw.nullable, "a path parameter is never null");
            }
            Use::Query => {
                self.fault_if(!simple, "a query parameter is text, a number, a boolean, a time, or an array of these");
                self.fault_if(raw.nullable, "a query has no null: leave `nullable` out");
            }
            Use::Multipart => {
                self.fault_if(
                    !simple && *item != Type::File || matches!(kind, Type::Array(_)),
                    "a part of a form is a file or a simple value",
                );
                self.fault_if(raw.nullable, "a form has no null: leave `nullable` out");
            }
            Use::Body | Use::Model => self.fault_if(holds_file(kind), "a file goes in a multipart form only"),
        }
        self.fault_if(
            raw.array.is_some() && !(self.used == Use::Query && matches!(kind, Type::Array(_))),
            "`array` is for arrays in a query",
        );
        self.fault_if(
            raw.send.is_some() && !(self.used == Use::Query && *kind == Type::Boolean),
            "`send` is for booleans in a query",
        );
    }

    /// What can be said of such a type.
    fn attributes(&mut self, kind: &Type, raw: &raw::FullField) {
        if let Some(values) = &raw.enumeration {
            let text = matches!(kind, Type::String) || matches!(kind, Type::Array(items) if **items == Type::String);
            self.fault_if(!text, "`enum` is for strings");
            self.fault_if(values.is_empty(), "`enum` without a value");
            self.fault_if(values.iter().collect::<BTreeSet<_>>().len() != values.len(), "`enum` has a value twice");
        }
        let number = matches!(kind, Type::Integer | Type::Number);
        self.fault_if((raw.min.is_some() || raw.max.is_some()) && !number, "`min` and `max` are for numbers");
        self.fault_if(matches!((raw.min, raw.max), (Some(min), Some(max)) if min > max), "`min` is above `max`");
        let array = matches!(kind, Type::Array(_));
        self.fault_if(
            (raw.min_items.is_some() || raw.max_items.is_some()) && !array,
            "`min_items` and `max_items` are for arrays",
        );
        self.fault_if(
            matches!((raw.min_items, raw.max_items), (Some(min), Some(max)) if min > max),
            "`min_items` is above `max_items`",
        );
        self.fault_if(
            raw.required && raw.default.is_some() && self.used != Use::Model,
            "a required field has no default",
        );
        let scalar =
            raw.default.as_ref().is_none_or(|value| !value.is_array() && !value.is_object() && !value.is_null());
        self.fault_if(!scalar, "`default` is a single value");
        let fits = raw.example.as_ref().is_none_or(|value| is_of(value, kind));
        self.fault_if(!fits, "`example` is of another type");
    }
}

/// Whether a value may be one of this type; what a model says of its fields is not looked at.
fn is_of(value: &serde_json::Value, kind: &Type) -> bool {
    match kind {
        Type::String | Type::Datetime => value.is_string(),
        Type::Integer | Type::Timestamp => value.is_i64(),
        Type::Number => value.is_number(),
        Type::Boolean => value.is_boolean(),
        Type::Map | Type::Model(_) | Type::Union(_) => value.is_object(),
        Type::Any => true,
        Type::File => false,
        Type::Array(items) => value.as_array().is_some_and(|values| values.iter().all(|value| is_of(value, items))),
    }
}

fn holds_file(kind: &Type) -> bool {
    match kind {
        Type::File => true,
        Type::Array(items) => holds_file(items),
        _ => false,
    }
}
