//! Models and unions against the schemas they stand for, as deep as they go.
//!
//! A model may stand for a choice of schemas: its fields are then those of all of them (a JSON Web Key), and required is
//! what all of them require. A union may stand for a choice that names no tag, if a tag tells its variants apart anyway.

use serde_json::Value;

use super::description::truth;
use super::fields::{Place, Seen};
use super::operations::Comparer;
use super::shape::{Kind, Property, Shape};
use crate::ir::{Field, Union};

impl Comparer<'_> {
    /// The model or union of this name, at a place that describes it with this schema.
    pub(super) fn named(&mut self, at: &str, field: &str, name: &str, schema: &Value, shape: &Shape) {
        if !self.visited.insert((name.to_owned(), schema.to_string())) {
            return;
        }
        if let Some(union) = self.unions.get(name).copied() {
            return self.union(at, field, union, schema, shape);
        }
        let (Some(model), Some((properties, open))) =
            (self.models.get(name).copied(), self.description.properties(shape))
        else {
            return self.differ(at, field, "type", name, shape.kind.name());
        };
        self.same(name, "", "open", model.open, open);
        self.properties(name, Place::Model, &model.fields, properties, true);
    }

    /// Our fields against described properties, both ways.
    pub(super) fn properties(
        &mut self,
        at: &str,
        place: Place,
        fields: &[Field],
        properties: Vec<Property>,
        tells_required: bool,
    ) {
        for field in fields {
            if !properties.iter().any(|property| property.name == field.wire) {
                self.differ(at, &field.wire, "extra", format!("a field of the {}", place.name()), "");
            }
        }
        for property in properties {
            let ours = fields.iter().find(|field| field.wire == property.name);
            self.count(at, place, &property.name, ours.is_some());
            let Some(field) = ours else {
                let theirs = self.description.shape(&property.schema).kind.name();
                self.differ(at, &property.name, "missing", "", format!("{theirs}, a field of the {}", place.name()));
                continue;
            };
            let seen = Seen {
                required: tells_required.then_some(property.required),
                deprecated: truth(&property.schema["deprecated"]),
                schema: &property.schema,
            };
            self.field(at, place, field, &seen);
        }
    }

    fn union(&mut self, at: &str, field: &str, union: &Union, schema: &Value, shape: &Shape) {
        let name = union.name.as_str();
        let (variants, tag) = match &shape.kind {
            Kind::OneOf { variants, tag } => (variants.clone(), tag.clone()),
            Kind::Object { .. } => (vec![schema.clone()], None),
            other => return self.differ(at, field, "type", name, other.name()),
        };
        if let (Some(theirs), ours) = (&tag, union.tag.as_deref().unwrap_or("none")) {
            self.same(name, "", "tag", ours, theirs.as_str());
        }
        let mut seen = vec![false; union.members.len()];
        for variant in &variants {
            let shape = self.description.shape(variant);
            let Some((properties, _)) = self.description.properties(&shape) else {
                self.differ(name, "", "members", "models only", shape.kind.name());
                continue;
            };
            let (member, theirs) = match &union.tag {
                Some(tag) => {
                    let values = self.tag_values(&properties, tag);
                    (union.members.iter().position(|(value, _)| values.contains(value)), values.join(" or "))
                }
                None => (self.likest(union, &properties), "a member more".to_owned()),
            };
            match member {
                None => self.differ(name, &theirs, "missing", "", "a member"),
                Some(index) => {
                    seen[index] = true;
                    self.named(name, &theirs, &union.members[index].1, variant, &shape);
                }
            }
        }
        for ((value, _), _) in union.members.iter().zip(seen).filter(|(_, seen)| !seen) {
            self.differ(name, value, "extra", "a member", "");
        }
    }

    fn tag_values(&self, properties: &[Property], tag: &str) -> Vec<String> {
        let property = properties.iter().find(|property| property.name == tag);
        property.map(|property| self.description.shape(&property.schema).values).unwrap_or_default()
    }

    /// The member that has most of these properties, and least else.
    fn likest(&self, union: &Union, properties: &[Property]) -> Option<usize> {
        let score = |fields: &[Field]| {
            let shared =
                fields.iter().filter(|field| properties.iter().any(|property| property.name == field.wire)).count();
            (shared, std::cmp::Reverse(fields.len() - shared))
        };
        let scored = union.members.iter().enumerate().filter_map(|(index, (_, model))| {
            self.models.get(model.as_str()).map(|model| (score(&model.fields), index))
        });
        scored.max_by_key(|(score, _)| *score).map(|(_, index)| index)
    }
}
