//! A case for every event: a delivery that holds, and what it is read as.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::example::{Examples, Sample};
use super::node;
use crate::ir::{Catalogue, Event, Returns, Type};

/// When the deliveries arrive, in Unix seconds.
const NOW: i64 = 1_700_000_000;
/// What they are signed with; made up.
const SECRET: &str = "whsec_dGhlIHNlY3JldCBvZiB0aGUgZ2VuZXJhdGVkIGNhc2Vz";

pub(super) fn cases(catalogue: &Catalogue) -> Vec<Map<String, Value>> {
    let mut shown = BTreeSet::new();
    // A user has hundreds of values: the first event of each kind of data shows it whole, the others sparsely.
    let case_of = |event: &Event| {
        let sample = if shown.insert(event.data.clone()) { Sample::Full } else { Sample::Sparse };
        case(catalogue, event, sample)
    };
    catalogue.events.iter().map(case_of).collect()
}

fn case(catalogue: &Catalogue, event: &Event, sample: Sample) -> Map<String, Value> {
    let returns = Returns::Model(event.model.clone());
    let result = Examples::new(catalogue, sample).value(&Type::Model(event.model.clone()), &event.name);
    let node_result = node::result(catalogue, &returns, &result);
    let mut case = Map::new();
    let mut put = |key: &str, value: Value| case.insert(key.to_owned(), value);
    put("name", format!("webhooks/{}", event.name).into());
    put("kind", "webhook".into());
    put("now", (NOW * 1_000).into());
    put("secret", SECRET.into());
    put("headers", json!({"svix-id": "msg_1", "svix-timestamp": NOW.to_string(), "svix-signature": "v1,$SIGNATURE"}));
    put("text", result.to_string().into());
    put("model", event.model.clone().into());
    // One of a union is of whichever member the example is.
    if catalogue.models.iter().any(|model| model.name == event.data) {
        put("data_model", event.data.clone().into());
    }
    if node_result != result {
        put("node_result", node_result);
    }
    case
}
