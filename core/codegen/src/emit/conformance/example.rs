//! Example answers.

use serde_json::{Map, Value, json};

use crate::ir::{Catalogue, Field, Model, Rule, Type};

/// How much of an answer there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sample {
    /// Every field, at every depth.
    Full,
    /// What is always there, null where it may be, with what this version does not know: fields, enum values, tags.
    Sparse,
    /// Every field, null where it may be, arrays empty.
    Nulls,
}

/// Makes examples; every one differs from the one before.
pub(super) struct Examples<'a> {
    catalogue: &'a Catalogue,
    sample: Sample,
    /// Models made.
    count: i64,
    /// Numbers and times made: no two fields have the same, so that none is taken for another.
    ticks: i64,
    /// The models around the one at hand: a model within itself is left out.
    around: Vec<String>,
}

impl<'a> Examples<'a> {
    pub(super) fn new(catalogue: &'a Catalogue, sample: Sample) -> Self {
        Self { catalogue, sample, count: 0, ticks: 0, around: Vec::new() }
    }

    /// A value of this type; `name` is what a text tells of itself.
    pub(super) fn value(&mut self, kind: &Type, name: &str) -> Value {
        match kind {
            Type::String => format!("{name} {}", self.count).into(),
            Type::Integer => (20 + self.tick()).into(),
            Type::Number => 20.25.into(),
            Type::Boolean => (self.count % 2 == 1).into(),
            Type::Timestamp => (1_700_000_000_000 + self.tick()).into(),
            Type::Datetime => "2024-05-01T12:30:00Z".into(),
            Type::Map => json!({"fooBar": self.count, "foo_bar": {"innerKey": [null, 1.5], "inner_key": "é"}}),
            Type::Any => json!({"anyKey": [1, "two", null]}),
            Type::File => Value::Null,
            Type::Model(name) | Type::Union(name) => self.named(name, None),
            Type::Array(_) if self.sample == Sample::Nulls => json!([]),
            Type::Array(item) => {
                let count = if self.sample == Sample::Full && !self.is_around(item) { 2 } else { 0 };
                (0..count).map(|_| self.value(item, name)).collect()
            }
        }
    }

    /// A model as it is sent: all of its fields, by their names on the wire.
    pub(super) fn argument(&mut self, model: &str) -> Value {
        self.named(model, None)
    }

    fn tick(&mut self) -> i64 {
        self.ticks += 1;
        self.ticks
    }

    fn is_around(&self, kind: &Type) -> bool {
        matches!(kind, Type::Model(name) if self.around.contains(name))
    }

    fn named(&mut self, name: &str, tag: Option<(&str, &str)>) -> Value {
        if let Some(model) = self.catalogue.models.iter().find(|model| model.name == name) {
            return self.object(model, tag);
        }
        let Some(union) = self.catalogue.unions.iter().find(|union| union.name == name) else { return Value::Null };
        if self.sample == Sample::Sparse {
            let mut unknown = json!({"someKey": {"innerKey": 1}, "some_key": null});
            if let Some(tag) = &union.tag {
                unknown[tag] = "of_tomorrow".into();
            }
            return unknown;
        }
        let index = usize::try_from(self.count).unwrap_or(0) % union.members.len().max(1);
        let Some((value, model)) = union.members.get(index) else { return Value::Null };
        self.named(model, union.tag.as_deref().map(|tag| (tag, value.as_str())))
    }

    fn object(&mut self, model: &Model, tag: Option<(&str, &str)>) -> Value {
        self.count += 1;
        self.around.push(model.name.clone());
        let mut object = Map::new();
        for field in model.fields.iter().filter(|field| !excluded(model, field)) {
            if let Some(value) = self.field(model, field) {
                object.insert(field.wire.clone(), value);
            }
        }
        if let Some((tag, value)) = tag {
            object.insert(tag.to_owned(), value.into());
        }
        if self.sample == Sample::Sparse || (model.open && self.sample == Sample::Full) {
            object.insert("field_of_tomorrow".to_owned(), json!({"innerKey": [1], "inner_key": null}));
        }
        self.around.pop();
        object.into()
    }

    fn field(&mut self, model: &Model, field: &Field) -> Option<Value> {
        if self.sample == Sample::Sparse && !field.required {
            return None;
        }
        if field.nullable && self.sample != Sample::Full {
            return Some(Value::Null);
        }
        if self.is_around(&field.kind) {
            return None;
        }
        if let (Sample::Full, Some(example)) = (self.sample, &field.example) {
            return Some(example.clone());
        }
        if let [first, ..] = field.enumeration.as_slice() {
            let index = usize::try_from(self.count).unwrap_or(0) % field.enumeration.len();
            let text = match self.sample {
                Sample::Sparse if field.enumeration.len() > 1 => "of_tomorrow",
                Sample::Full => &field.enumeration[index],
                _ => first,
            };
            return Some(if matches!(field.kind, Type::Array(_)) { json!([text]) } else { text.into() });
        }
        if let (Type::Integer, Some(min)) = (&field.kind, field.min) {
            return Some((min + self.count).min(field.max.unwrap_or(i64::MAX)).into());
        }
        Some(self.value(&field.kind, &format!("{}.{}", model.name, field.name)))
    }
}

/// Whether a rule of the model lets another of its fields be there in this one's place.
fn excluded(model: &Model, field: &Field) -> bool {
    model.rules.iter().any(|rule| match rule {
        Rule::ExactlyOne(names) | Rule::AtMostOne(names) => {
            names.contains(&field.name) && names.first() != Some(&field.name)
        }
        _ => false,
    })
}
