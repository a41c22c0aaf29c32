//! Metadata: merging, replacing, and the size it may have.

use crate::errors::{ApiError, ErrorItem};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The most bytes of JSON that public and private metadata may have, each.
pub(crate) const MAX_BYTES: usize = 8 * 1024;

/// The metadata of a user, an organization or a membership. `hidden` is what only the backend sees.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Metadata {
    pub(crate) public: Map<String, Value>,
    pub(crate) private: Map<String, Value>,
    /// Only users have it.
    pub(crate) r#unsafe: Map<String, Value>,
}

/// What a request wants to do to metadata.
#[derive(Clone, Debug, Default)]
pub(crate) struct Change {
    pub(crate) public: Option<Map<String, Value>>,
    pub(crate) private: Option<Map<String, Value>>,
    pub(crate) r#unsafe: Option<Map<String, Value>>,
}

/// Whether a change is laid over what is there or takes its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum How {
    Merge,
    Replace,
}

impl Metadata {
    /// Applies a change; nothing is changed if the result is too big.
    pub(crate) fn change(&mut self, change: Change, how: How) -> Result<(), ApiError> {
        let mut next = self.clone();
        let mut errors = Vec::new();
        for (name, target, given) in [
            ("public_metadata", &mut next.public, change.public),
            ("private_metadata", &mut next.private, change.private),
            ("unsafe_metadata", &mut next.r#unsafe, change.r#unsafe),
        ] {
            let Some(given) = given else { continue };
            match how {
                How::Merge => merge(target, given),
                How::Replace => *target = given,
            }
            if Value::Object(target.clone()).to_string().len() > MAX_BYTES {
                errors.push(ErrorItem::too_big(name, MAX_BYTES));
            }
        }
        if !errors.is_empty() {
            return Err(ApiError { status: 422, errors });
        }
        *self = next;
        Ok(())
    }
}

/// Deep merge: objects are merged key by key, a null takes its key away, anything else takes the old value's place.
pub(crate) fn merge(target: &mut Map<String, Value>, patch: Map<String, Value>) {
    for (key, value) in patch {
        match value {
            Value::Null => {
                target.remove(&key);
            }
            Value::Object(inner) => match target.get_mut(&key) {
                Some(Value::Object(existing)) => merge(existing, inner),
                _ => {
                    let mut fresh = Map::new();
                    merge(&mut fresh, inner);
                    target.insert(key, Value::Object(fresh));
                }
            },
            other => {
                target.insert(key, other);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    fn merged(target: Value, patch: Value) -> Value {
        let mut target = map(target);
        merge(&mut target, map(patch));
        Value::Object(target)
    }

    #[test]
    fn null_removes_at_any_depth() {
        assert_eq!(
            merged(json!({"a": 1, "b": {"c": 1, "d": 2}}), json!({"a": null, "b": {"c": null, "e": 3}})),
            json!({"b": {"d": 2, "e": 3}})
        );
    }

    #[test]
    fn other_kinds_take_the_place() {
        assert_eq!(
            merged(json!({"a": {"x": 1}, "b": [1, 2], "c": 1}), json!({"a": 7, "b": [3], "c": {"y": 1}})),
            json!({"a": 7, "b": [3], "c": {"y": 1}})
        );
    }

    #[test]
    fn a_null_inside_a_new_object_leaves_no_key() {
        assert_eq!(merged(json!({}), json!({"a": {"b": null, "c": {"d": null}}})), json!({"a": {"c": {}}}));
    }

    #[test]
    fn too_big_changes_nothing() {
        let mut metadata = Metadata { public: map(json!({"keep": true})), ..Metadata::default() };
        let before = metadata.clone();
        let change = Change { public: Some(map(json!({"big": "x".repeat(MAX_BYTES)}))), ..Change::default() };
        let error = metadata.change(change, How::Merge).expect_err("too big");
        assert_eq!(error.errors[0].code, "form_param_exceeds_allowed_size");
        assert_eq!(metadata, before);
    }
}
