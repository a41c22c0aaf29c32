//! Cases of kind `mutation`: one change, made in turn at every place of every answer.

use std::collections::HashSet;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::case::{Case, Outcome};
use crate::generated::answers::{answer, read_model};
use crate::intact;

/// A step to a place in a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A field of an object.
    Field(String),
    /// An item of an array.
    Item(usize),
}

/// A model that was read: what it writes, and how it prints. It prints a field where the field holds what came, and
/// only its name, among `other`, where it does not.
#[derive(Debug)]
pub struct Seen {
    /// The JSON that it writes.
    pub json: Value,
    /// Its `Debug`, a line for each field.
    pub printed: String,
}

/// Reads a model, or a union of them.
///
/// # Errors
/// If the text is not read.
pub fn read<T: DeserializeOwned + Serialize + std::fmt::Debug>(text: &str) -> Result<Seen, String> {
    let model: T = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let json = serde_json::to_value(&model).map_err(|error| error.to_string())?;
    Ok(Seen { json, printed: format!("{model:#?}") })
}

/// A place in a value.
struct Place {
    path: Vec<Step>,
    kind: &'static str,
    /// Places that are equal in this need not all be changed: fields of one name in objects with the same fields,
    /// which are in a field of one name themselves.
    alike: String,
}

/// A sample of a model, with the places that are not like one of a sample before.
struct Sample {
    model: &'static str,
    value: Value,
    places: Vec<Place>,
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn places(value: &Value, path: &[Step], within: &str, alike: &str, found: &mut Vec<Place>) {
    found.push(Place { path: path.to_vec(), kind: kind(value), alike: format!("{alike}:{}", kind(value)) });
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &[path, &[Step::Item(index)]].concat(), within, &format!("{alike}[]"), found);
            }
        }
        Value::Object(fields) => {
            let names = fields.keys().map(String::as_str).collect::<Vec<_>>().join(",");
            for (name, inner) in fields {
                let below = [path, &[Step::Field(name.clone())]].concat();
                places(inner, &below, name, &format!("{within}{{{names}}}{name}"), found);
            }
        }
        _ => {}
    }
}

/// Whether a change can be made at a place: an item is not dropped, and nothing put in place of the whole answer.
fn applies(mutation: &Value, place: &Place) -> bool {
    let of = mutation["of"].as_array().is_some_and(|kinds| kinds.iter().any(|of| of == place.kind));
    of && match mutation["change"].as_str() {
        Some("drop") => matches!(place.path.last(), Some(Step::Field(_))),
        Some("add" | "append") => true,
        _ => !place.path.is_empty(),
    }
}

fn changed(value: &Value, path: &[Step], mutation: &Value) -> Value {
    let mut copy = value.clone();
    let Some((last, before)) = path.split_last() else {
        return put(copy, mutation);
    };
    let mut parent = &mut copy;
    for step in before {
        parent = match step {
            Step::Field(name) => &mut parent[name],
            Step::Item(index) => &mut parent[index],
        };
    }
    match (last, parent) {
        (Step::Field(name), Value::Object(fields)) if mutation["change"] == "drop" => drop(fields.remove(name)),
        (Step::Field(name), parent) => parent[name] = put(parent[name].take(), mutation),
        (Step::Item(index), parent) => parent[index] = put(parent[index].take(), mutation),
    }
    copy
}

fn put(mut value: Value, mutation: &Value) -> Value {
    match (mutation["change"].as_str(), &mut value) {
        (Some("add"), Value::Object(fields)) => {
            fields.insert(added(mutation), mutation["value"].clone());
        }
        (Some("append"), Value::Array(items)) => items.push(mutation["value"].clone()),
        _ => return mutation["value"].clone(),
    }
    value
}

/// The step from a place to what is added there.
fn new_step(value: &Value, place: &Place, mutation: &Value) -> Vec<Step> {
    let at = place.path.iter().fold(value, |value, step| match step {
        Step::Field(name) => &value[name],
        Step::Item(index) => &value[index],
    });
    match (mutation["change"].as_str(), at.as_array()) {
        (Some("add"), _) => vec![Step::Field(added(mutation))],
        (Some("append"), Some(items)) => vec![Step::Item(items.len())],
        _ => Vec::new(),
    }
}

fn added(mutation: &Value) -> String {
    mutation["field"].as_str().unwrap_or_default().to_owned()
}

/// The objects in the body of an answer.
fn items(body: &Value, list: bool) -> Vec<&Value> {
    match body {
        body if !list => vec![body],
        Value::Object(fields) => fields.values().find_map(Value::as_array).into_iter().flatten().collect(),
        body => body.as_array().into_iter().flatten().collect(),
    }
}

/// The generated cases of operations that answer a model.
fn answered(cases: &[Case]) -> impl Iterator<Item = (&Case, (&'static str, bool))> {
    cases.iter().filter_map(|case| {
        let operation = case.value["operation"].as_str()?;
        let generated = case.name.strip_prefix(operation)?.starts_with('/');
        if generated { Some((case, answer(operation)?)) } else { None }
    })
}

fn samples(cases: &[Case]) -> Vec<Sample> {
    let (mut seen, mut samples) = (HashSet::new(), Vec::new());
    for (case, (model, list)) in answered(cases) {
        for value in items(&case.value["respond"][0]["body"], list) {
            let mut found = Vec::new();
            places(value, &[], model, model, &mut found);
            found.retain(|place| seen.insert(place.alike.clone()));
            if !found.is_empty() {
                samples.push(Sample { model, value: value.clone(), places: found });
            }
        }
    }
    samples
}

/// Makes the change everywhere. It costs its own field only, and nothing is lost.
///
/// # Errors
/// With the first place where that does not hold.
pub fn run(mutation: &Value, cases: &[Case]) -> Outcome {
    let mut done = 0;
    for Sample { model, value, places } in samples(cases) {
        let before = read_model(model, &value.to_string())?;
        for place in places.iter().filter(|place| applies(mutation, place)) {
            let wire = changed(&value, &place.path, mutation);
            let failed = |why: String| format!("{model} at {:?}: {why}", place.path);
            let after = read_model(model, &wire.to_string()).map_err(failed)?;
            if after.json != wire {
                return Err(failed(format!("{wire} was written as {}", after.json)));
            }
            let path = [place.path.as_slice(), &new_step(&value, place, mutation)].concat();
            intact::check(&before.printed, &after.printed, &path).map_err(failed)?;
            done += 1;
        }
    }
    if done > 100 { Ok(()) } else { Err("there is nothing to change".to_owned()) }
}

/// One call for each operation that answers a model, with a change in its answer; which one and where differ from
/// operation to operation.
#[must_use]
pub fn called(cases: &[Case]) -> Vec<Case> {
    let mutations: Vec<&Value> = cases.iter().filter(|case| case.kind == "mutation").map(|case| &case.value).collect();
    let calls = answered(cases).filter(|(case, _)| case.name.ends_with("/only what is required"));
    calls.enumerate().filter_map(|(index, (case, (_, list)))| called_once(case, list, index, &mutations)).collect()
}

fn called_once(case: &Case, list: bool, index: usize, mutations: &[&Value]) -> Option<Case> {
    let body = &case.value["respond"][0]["body"];
    let first = *items(body, list).first()?;
    let mut all = Vec::new();
    places(first, &[], "", "", &mut all);
    let (mutation, able) =
        mutations.iter().cycle().skip(index % mutations.len()).take(mutations.len()).find_map(|mutation| {
            let able: Vec<&Place> = all.iter().filter(|place| applies(mutation, place)).collect();
            if able.is_empty() { None } else { Some((*mutation, able)) }
        })?;
    let new = changed(first, &able[index * 7 % able.len()].path, mutation);
    let mut value = case.value.clone();
    let sent = &mut value["respond"][0]["body"];
    let array = match sent {
        Value::Object(fields) if list => fields.values_mut().find(|value| value.is_array()),
        sent if list => Some(sent),
        _ => None,
    };
    match array {
        Some(array) => {
            array[0] = new;
            let array = array.clone();
            value["result"]["data"] = array;
        }
        None => {
            value["respond"][0]["body"] = new.clone();
            value["result"] = new;
        }
    }
    Some(Case { name: format!("changed: {}", case.name), kind: case.kind.clone(), value })
}
