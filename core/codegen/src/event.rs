//! Events become models and a union like any others: an event is an object whose `type` tells what its `data` is.

use crate::ir::{EVENTS, Event, EventKind, Field, Model, Type, UNKNOWN_EVENT, Union};
use crate::names::variant;

/// `user.created` is `UserCreatedEvent`.
pub(crate) fn model_name(event: &str) -> String {
    variant(event) + "Event"
}

/// Whether it is a type of event: `user.created`, `subscriptionItem.pastDue`.
pub(crate) fn is_event_type(name: &str) -> bool {
    let word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase()) && word.chars().all(|c| c.is_ascii_alphanumeric())
    };
    name.split_once('.').is_some_and(|(thing, done)| word(thing) && word(done))
}

/// The model of an event: its type, its data, and what every event has.
pub(crate) fn model(home: &str, event: &Event, data: Type, envelope: &[Field]) -> Model {
    let mut tag = field("type", Type::String, "What happened.");
    tag.enumeration = vec![event.name.clone()];
    build(home, &event.model, &event.doc, tag, field("data", data, "What it happened to."), envelope, EventKind::Known)
}

/// The model of all events that are not in the catalogue.
pub(crate) fn unknown(home: &str, envelope: &[Field]) -> Model {
    let tag = field("type", Type::String, "What happened.");
    let mut data = field("data", Type::Any, "What it happened to, as it came.");
    data.required = false;
    build(
        home,
        UNKNOWN_EVENT,
        "An event of a type that this version does not know.",
        tag,
        data,
        envelope,
        EventKind::Unknown,
    )
}

/// The union of all events.
pub(crate) fn union(home: &str, events: &[Event]) -> Union {
    Union {
        name: EVENTS.to_owned(),
        home: home.to_owned(),
        doc: "What a webhook tells of.".to_owned(),
        tag: Some("type".to_owned()),
        members: events.iter().map(|event| (event.name.clone(), event.model.clone())).collect(),
    }
}

fn build(home: &str, name: &str, doc: &str, tag: Field, data: Field, envelope: &[Field], kind: EventKind) -> Model {
    let mut fields = vec![tag, data];
    fields.extend(envelope.iter().cloned());
    Model {
        name: name.to_owned(),
        home: home.to_owned(),
        doc: doc.to_owned(),
        open: false,
        fields,
        rules: Vec::new(),
        event: Some(kind),
    }
}

fn field(name: &str, kind: Type, doc: &str) -> Field {
    Field {
        name: name.to_owned(),
        wire: name.to_owned(),
        kind,
        required: true,
        nullable: false,
        enumeration: Vec::new(),
        min: None,
        max: None,
        min_items: None,
        max_items: None,
        comma: false,
        default: None,
        example: None,
        deprecated: None,
        secret: false,
        doc: doc.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_names_its_model() {
        assert_eq!(model_name("user.created"), "UserCreatedEvent");
        assert_eq!(model_name("subscriptionItem.pastDue"), "SubscriptionItemPastDueEvent");
        assert!(is_event_type("subscriptionItem.pastDue"));
        for wrong in ["user", "user.", ".created", "User.created", "user.created.now", "user_x.created", ""] {
            assert!(!is_event_type(wrong), "{wrong}");
        }
    }
}
