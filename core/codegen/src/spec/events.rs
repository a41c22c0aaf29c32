//! Events: which there are, and what each holds.

use serde_json::Value;

use super::description::{Description, members};
use super::fields::Place;
use super::operations::Comparer;
use crate::ir::{EVENTS, Event, Field};

impl Description {
    /// The events that are described, with their schemas.
    fn events(&self) -> Vec<(String, Value)> {
        let schema_of = |item: &Value| {
            let (_, operation) = members(item).next()?;
            let (_, content) = members(&self.resolve(&operation["requestBody"])["content"]).next()?;
            Some(content["schema"].clone())
        };
        let all = members(self.root_member("x-webhooks"));
        all.map(|(name, item)| (name.clone(), schema_of(item).unwrap_or_default())).collect()
    }
}

impl Comparer<'_> {
    /// Compares all events, both ways. Answers how many of how many the catalogue has.
    pub(super) fn events(&mut self) -> (usize, usize) {
        let described = self.description.events();
        for event in &self.catalogue.events {
            if !described.iter().any(|(name, _)| *name == event.name) {
                self.differ(&event.name, "", "extra", format!("one of {EVENTS}"), "");
            }
        }
        let mut covered = 0;
        for (name, schema) in &described {
            match self.catalogue.events.iter().find(|event| event.name == *name) {
                Some(event) => {
                    covered += 1;
                    self.event(event, schema);
                }
                None => self.differ(name, "", "missing", "", "an event"),
            }
        }
        (covered, described.len())
    }

    fn event(&mut self, event: &Event, schema: &Value) {
        let shape = self.description.shape(schema);
        let (Some(model), Some((properties, _))) =
            (self.models.get(event.model.as_str()).copied(), self.description.properties(&shape))
        else {
            return self.differ(&event.name, "", "type", event.model.as_str(), shape.kind.name());
        };
        // The description calls it any text; that it is the event's own name is what tells them apart.
        let untagged = |field: &Field| {
            let mut field = field.clone();
            if field.name == "type" {
                field.enumeration.clear();
            }
            field
        };
        let fields: Vec<Field> = model.fields.iter().map(untagged).collect();
        self.properties(&event.name, Place::Model, &fields, properties, true);
    }
}
