//! What a schema comes to, once references, `allOf`, `oneOf` and the many ways to say "or null" are seen through.

use serde_json::{Value, json};

use super::description::{Description, members, text, truth};

/// A schema, seen through.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) kind: Kind,
    pub(super) nullable: bool,
    /// Values of an enum, without null.
    pub(super) values: Vec<String>,
    pub(super) min: Option<i64>,
    pub(super) max: Option<i64>,
    pub(super) min_items: Option<usize>,
    pub(super) max_items: Option<usize>,
}

/// What kind of value a schema describes.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    Text {
        time: bool,
    },
    Binary,
    Integer,
    Number,
    Boolean,
    /// An object of which nothing is said.
    Map,
    /// A value of which nothing is said.
    Any,
    Object {
        properties: Vec<Property>,
        open: bool,
    },
    Array(Value),
    /// One of several schemas, told apart by the property `tag` if the description names one.
    OneOf {
        variants: Vec<Value>,
        tag: Option<String>,
    },
}

/// A property of an object.
#[derive(Debug, Clone)]
pub(super) struct Property {
    pub(super) name: String,
    pub(super) schema: Value,
    pub(super) required: bool,
}

impl Kind {
    /// How messages call it.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Text { time: false } => "string",
            Self::Text { time: true } => "date-time string",
            Self::Binary => "file",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Map => "free-form object",
            Self::Any => "anything",
            Self::Object { .. } => "object",
            Self::Array(_) => "array",
            Self::OneOf { .. } => "one of several",
        }
    }
}

impl Shape {
    /// A value must be this and that: `allOf` of simple schemas.
    fn narrowed(mut self, other: &Self) -> Self {
        if self.values.is_empty() {
            self.values.clone_from(&other.values);
        } else if !other.values.is_empty() {
            self.values.retain(|value| other.values.contains(value));
        }
        self.min = self.min.max(other.min);
        self.max = [self.max, other.max].into_iter().flatten().min();
        self
    }

    /// A value may be this or that: `oneOf` of simple schemas of a kind.
    fn widened(mut self, other: &Self) -> Self {
        if self.values.is_empty() || other.values.is_empty() {
            self.values.clear();
        } else {
            let new = other.values.iter().filter(|value| !self.values.contains(value)).cloned();
            self.values.extend(new.collect::<Vec<_>>());
        }
        self.min = self.min.min(other.min);
        self.max = if self.max.is_none() || other.max.is_none() { None } else { self.max.max(other.max) };
        self
    }
}

impl Description {
    /// Sees through a schema, one level deep: properties, items and variants stay schemas.
    pub(super) fn shape(&self, schema: &Value) -> Shape {
        // A reference that leads nowhere says nothing, and is seen through no further.
        if schema.get("$ref").is_some() && self.resolve(schema).get("$ref").is_none() {
            let mut shape = self.shape(self.resolve(schema));
            shape.nullable |= truth(&schema["nullable"]);
            return shape;
        }
        let mut shape = self.combined(schema).unwrap_or_else(|| plain(schema));
        shape.nullable |= truth(&schema["nullable"]);
        shape
    }

    /// `allOf`, `oneOf` and `anyOf`, if there is one that says something.
    fn combined(&self, schema: &Value) -> Option<Shape> {
        if let Some(parts) = schema["allOf"].as_array() {
            let mut parts: Vec<Value> = parts.clone();
            if schema.get("properties").is_some() || schema.get("required").is_some() {
                parts.push(json!({"properties": schema["properties"], "required": schema["required"]}));
            }
            return Some(self.all_of(&parts));
        }
        for word in ["oneOf", "anyOf"] {
            let parts = schema[word].as_array().into_iter().flatten();
            // `anyOf: [{required: [a]}, {required: [b]}]` is a rule between fields, not a choice of shapes.
            let parts: Vec<Value> =
                parts.filter(|part| members(part).any(|(key, _)| key != "required")).cloned().collect();
            if !parts.is_empty() {
                return Some(self.one_of(parts, schema["discriminator"]["propertyName"].as_str()));
            }
        }
        None
    }

    fn all_of(&self, parts: &[Value]) -> Shape {
        let mut properties: Vec<Property> = Vec::new();
        let mut open = false;
        let mut simple: Option<Shape> = None;
        let mut nullable = false;
        for part in parts {
            let shape = self.shape(part);
            nullable |= shape.nullable;
            match shape.kind {
                Kind::Object { properties: more, open: opened } => {
                    open |= opened;
                    for property in more {
                        add(&mut properties, property, "allOf");
                    }
                }
                Kind::Any => {}
                _ => simple = Some(simple.map_or_else(|| shape.clone(), |one| one.narrowed(&shape))),
            }
        }
        for required in parts.iter().flat_map(|part| part["required"].as_array().into_iter().flatten()) {
            for property in properties.iter_mut().filter(|property| *required == property.name) {
                property.required = true;
            }
        }
        if !properties.is_empty() {
            return Shape { nullable, ..of(Kind::Object { properties, open }) };
        }
        simple.map_or_else(|| of(Kind::Any), |shape| Shape { nullable, ..shape })
    }

    fn one_of(&self, all: Vec<Value>, tag: Option<&str>) -> Shape {
        let mut parts: Vec<Value> = Vec::new();
        for part in all {
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        if let [only] = parts.as_slice() {
            return self.shape(only);
        }
        let shapes: Vec<Shape> = parts.iter().map(|part| self.shape(part)).collect();
        let nullable = shapes.iter().any(|shape| shape.nullable);
        let mut one: Option<Shape> = None;
        for shape in &shapes {
            let simple = matches!(
                shape.kind,
                Kind::Text { .. } | Kind::Integer | Kind::Number | Kind::Boolean | Kind::Map | Kind::Any
            );
            let same = one.as_ref().is_none_or(|one| one.kind.name() == shape.kind.name());
            if !simple || !same {
                return Shape { nullable, ..of(Kind::OneOf { variants: parts, tag: tag.map(str::to_owned) }) };
            }
            one = Some(one.map_or_else(|| shape.clone(), |one| one.widened(shape)));
        }
        one.map_or_else(|| of(Kind::Any), |shape| Shape { nullable, ..shape })
    }

    /// The properties of an object, or of all variants of a choice: required is then what all of them require.
    pub(super) fn properties(&self, shape: &Shape) -> Option<(Vec<Property>, bool)> {
        match &shape.kind {
            Kind::Object { properties, open } => Some((properties.clone(), *open)),
            Kind::OneOf { variants, .. } => {
                let (mut all, mut open): (Vec<Property>, bool) = (Vec::new(), false);
                let mut each = Vec::new();
                for variant in variants {
                    let (properties, opened) = self.properties(&self.shape(variant))?;
                    open |= opened;
                    each.push(properties.clone());
                    for property in properties {
                        add(&mut all, property, "oneOf");
                    }
                }
                for property in &mut all {
                    property.required =
                        each.iter().all(|own| own.iter().any(|own| own.name == property.name && own.required));
                }
                Some((all, open))
            }
            _ => None,
        }
    }
}

/// Adds a property; one that is there already must satisfy both (`allOf`) or either schema (`oneOf`).
fn add(properties: &mut Vec<Property>, property: Property, word: &str) {
    match properties.iter_mut().find(|own| own.name == property.name) {
        None => properties.push(property),
        Some(own) => {
            own.required |= property.required;
            if own.schema != property.schema {
                own.schema = json!({word: [own.schema.take(), property.schema]});
            }
        }
    }
}

fn of(kind: Kind) -> Shape {
    Shape { kind, nullable: false, values: Vec::new(), min: None, max: None, min_items: None, max_items: None }
}

/// A schema without references and combinations.
fn plain(schema: &Value) -> Shape {
    let kind = match schema["type"].as_str() {
        Some("string") => match schema["format"].as_str() {
            Some("binary") => Kind::Binary,
            format => Kind::Text { time: format == Some("date-time") },
        },
        Some("integer") => Kind::Integer,
        Some("number") => Kind::Number,
        Some("boolean") => Kind::Boolean,
        Some("array") => Kind::Array(schema["items"].clone()),
        kind => match schema["properties"].as_object() {
            Some(properties) if !properties.is_empty() => object(schema),
            _ if kind == Some("object") => Kind::Map,
            _ => Kind::Any,
        },
    };
    let bound = |key: &str| schema[key].as_i64();
    let length = |key: &str| schema[key].as_u64().and_then(|length| usize::try_from(length).ok());
    Shape {
        kind,
        nullable: false,
        values: schema["enum"].as_array().into_iter().flatten().filter(|value| !value.is_null()).map(label).collect(),
        min: bound("minimum"),
        max: bound("maximum"),
        min_items: length("minItems"),
        max_items: length("maxItems"),
    }
}

fn object(schema: &Value) -> Kind {
    let required: Vec<String> = schema["required"].as_array().into_iter().flatten().map(text).collect();
    let properties = members(&schema["properties"]).map(|(name, schema)| Property {
        name: name.clone(),
        schema: schema.clone(),
        required: required.contains(name),
    });
    Kind::Object { properties: properties.collect(), open: truth(&schema["additionalProperties"]) }
}

/// A value of an enum, as text.
fn label(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
