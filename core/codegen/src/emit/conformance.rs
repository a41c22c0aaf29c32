//! Conformance cases, two or more per operation: `tests/conformance/operations`, a file a resource.
//!
//! What a case expects is computed here, from the catalogue alone: none of the core's code is used, so that a fault of
//! its encoder cannot hide in the cases that are to show it.

mod arguments;
mod events;
mod example;
mod node;

use std::fmt::Write;

use serde_json::{Map, Value, json};

use crate::error::Error;
use crate::ir::{Body, Catalogue, Field, Key, ListShape, Operation, Returns, Rule, Type};
use crate::output::Output;

use arguments::{Given, Style, values};
use example::{Examples, Sample};

const FOLDER: &str = "tests/conformance/operations";

/// Writes its files to `out`.
///
/// # Errors
/// If a path is written twice.
pub fn emit(catalogue: &Catalogue, out: &mut Output) -> Result<(), Error> {
    let mut shown = Shown::default();
    for resource in &catalogue.resources {
        let operations = resource.operations.iter();
        let cases = operations.flat_map(|operation| cases(catalogue, operation, &mut shown));
        let cases: Vec<String> = cases.map(|case| lines(&case)).collect();
        out.add(
            &format!("{FOLDER}/{}.json", resource.name),
            &format!("{{\n\"cases\": [\n{}\n]}}\n", cases.join(",\n")),
        )?;
    }
    if catalogue.events.is_empty() {
        return Ok(());
    }
    let cases: Vec<String> = events::cases(catalogue).iter().map(lines).collect();
    out.add(&format!("{FOLDER}/webhook_events.json"), &format!("{{\n\"cases\": [\n{}\n]}}\n", cases.join(",\n")))
}

/// A line for each key of a case: short enough to have hundreds, and a diff shows what changed.
fn lines(case: &Map<String, Value>) -> String {
    let order = [
        "name",
        "kind",
        "operation",
        "path",
        "arguments",
        "files",
        "respond",
        "requests",
        "now",
        "secret",
        "headers",
        "text",
        "model",
        "data_model",
        "result",
        "node_result",
    ];
    let mut text = String::new();
    for key in order {
        if let Some(value) = case.get(key) {
            let lead = if text.is_empty() { "{" } else { ",\n " };
            let _ = write!(text, "{lead}{}: {value}", Value::from(key));
        }
    }
    text + "}"
}

/// Answers that a case has shown whole: that of a user has hundreds of values, and thirty operations answer one.
#[derive(Default)]
struct Shown(Vec<(Returns, Sample)>);

impl Shown {
    /// Whether this is the first of its kind.
    fn first(&mut self, returns: &Returns, sample: Sample) -> bool {
        let this = (returns.clone(), sample);
        let first = !self.0.contains(&this);
        if first {
            self.0.push(this);
        }
        first
    }
}

fn cases(catalogue: &Catalogue, operation: &Operation, shown: &mut Shown) -> Vec<Map<String, Value>> {
    let mut all = Vec::new();
    let mut add = |title: &str, style: Style, variant: usize, sample: Sample| {
        let given = values(catalogue, operation, style, variant);
        let sample = if shown.first(&operation.returns, sample) { sample } else { Sample::Sparse };
        all.push(case(catalogue, operation, title, &given, sample));
    };
    add("only what is required", Style::Required, 0, Sample::Sparse);
    if optional(operation) {
        let variants = variants(&operation.rules);
        for variant in 0..variants {
            let title =
                if variants == 1 { "every argument".to_owned() } else { format!("every argument, {}", variant + 1) };
            add(&title, Style::Every, variant, Sample::Full);
        }
        add("falsy values and nulls", Style::Falsy, 0, Sample::Nulls);
    } else if !shown.0.contains(&(operation.returns.clone(), Sample::Full)) {
        let sample = Sample::Full;
        shown.first(&operation.returns, sample);
        all.push(case(
            catalogue,
            operation,
            "a full answer",
            &values(catalogue, operation, Style::Required, 0),
            sample,
        ));
    }
    all
}

fn optional(operation: &Operation) -> bool {
    let positional = operation.path_params.len();
    operation.all_params().iter().skip(positional).any(|field| !field.required)
}

/// How many cases it takes to give every argument once, where some exclude each other.
fn variants(rules: &[Rule]) -> usize {
    let needed = |rule: &Rule| match rule {
        Rule::ExactlyOne(names) | Rule::AtMostOne(names) => names.len(),
        Rule::NotWithOffset(_) => 2,
        Rule::AtLeastOne(_) | Rule::SameLength(_) | Rule::Positive(_) => 1,
    };
    rules.iter().map(needed).max().unwrap_or(1)
}

fn case(
    catalogue: &Catalogue,
    operation: &Operation,
    title: &str,
    given: &Given,
    sample: Sample,
) -> Map<String, Value> {
    let (answer, result) = answer(catalogue, operation, sample);
    let node_result = node::result(catalogue, &operation.returns, &result);
    let mut case = Map::new();
    let mut put = |key: &str, value: Value| case.insert(key.to_owned(), value);
    put("name", format!("{}/{title}", operation.full_name()).into());
    put("kind", "call".into());
    put("operation", operation.full_name().into());
    if !given.path.is_empty() {
        put("path", given.path.iter().map(|(_, value)| value.clone()).collect());
    }
    if !given.arguments.is_empty() {
        put("arguments", given.arguments.iter().cloned().collect::<Map<_, _>>().into());
    }
    if !given.files.is_empty() {
        put(
            "files",
            given.files.iter().map(|(name, file)| (name.clone(), file.described())).collect::<Map<_, _>>().into(),
        );
    }
    put("respond", json!([answer]));
    put("requests", json!([request(operation, given)]));
    if node_result != result {
        put("node_result", node_result);
    }
    put("result", result);
    case
}

/// What reaches the server.
fn request(operation: &Operation, given: &Given) -> Value {
    let mut path = format!("/v1{}", operation.path);
    for (name, value) in &given.path {
        path = path.replace(&format!("{{{name}}}"), &as_text(value));
    }
    let mut query = Vec::new();
    for field in &operation.query {
        match (given.argument(&field.name), field.comma) {
            (None, _) => {}
            (Some(Value::Array(items)), true) => {
                query.push(json!([field.wire, items.iter().map(as_text).collect::<Vec<_>>().join(",")]));
            }
            (Some(Value::Array(items)), false) => {
                query.extend(items.iter().map(|item| json!([field.wire, as_text(item)])))
            }
            (Some(value), _) => query.push(json!([field.wire, as_text(value)])),
        }
    }
    let mut headers = json!({"clerk-api-version": "2026-05-12"});
    if operation.key != Key::None {
        headers["authorization"] = "Bearer $SECRET_KEY".into();
    }
    let mut request = json!({"method": operation.method, "path": path, "query": query});
    match &operation.body {
        Body::None => request["body"] = Value::Null,
        Body::Json { fields, send_empty } => {
            let body = named(fields, given);
            let empty = body.is_empty() && !send_empty;
            request["body"] = if empty { Value::Null } else { body.into() };
        }
        Body::Array { field } => request["body"] = given.argument(&field.name).cloned().unwrap_or_default(),
        Body::Multipart { fields } => {
            let part = |field: &Field| match given.files.iter().find(|(name, _)| *name == field.name) {
                Some((_, file)) => Some(file.part(&field.wire)),
                None => given.argument(&field.name).map(|value| json!({"name": field.wire, "text": as_text(value)})),
            };
            request["multipart"] = fields.iter().filter_map(part).collect();
        }
    }
    if matches!(request.get("body"), Some(Value::Object(_) | Value::Array(_))) {
        headers["content-type"] = "application/json".into();
    }
    request["headers"] = headers;
    request
}

fn named(fields: &[Field], given: &Given) -> Map<String, Value> {
    fields.iter().filter_map(|field| Some((field.wire.clone(), given.argument(&field.name)?.clone()))).collect()
}

fn as_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The canned answer, and what the call makes of it, as wire JSON.
fn answer(catalogue: &Catalogue, operation: &Operation, sample: Sample) -> (Value, Value) {
    let mut examples = Examples::new(catalogue, sample);
    match &operation.returns {
        Returns::None => (json!({"status": 204, "text": ""}), Value::Null),
        Returns::Text => {
            let text = "<p>Bonjour &amp; bienvenue, é</p>";
            (json!({"status": 200, "headers": {"content-type": "text/html; charset=utf-8"}, "text": text}), text.into())
        }
        Returns::Model(name) => {
            let body = examples.value(&Type::Model(name.clone()), name);
            (json!({"status": 200, "body": body}), body)
        }
        Returns::List { item, shape } => {
            let count = if sample == Sample::Nulls { 0 } else { 2 };
            let items: Vec<Value> = (0..count).map(|_| examples.value(&Type::Model(item.clone()), item)).collect();
            let total = json!(count + 40);
            let (body, total) = match (shape, sample) {
                (ListShape::Bare, _) | (ListShape::Either, Sample::Sparse) => (json!(items), Value::Null),
                (ListShape::Page(_), Sample::Sparse) => (json!({"data": items}), Value::Null),
                (ListShape::Either, _) => (json!({"data": items, "total_count": total}), total),
                (ListShape::Page(data), _) => {
                    let mut body = Map::new();
                    body.insert(data.clone(), json!(items));
                    body.insert("total_count".to_owned(), total.clone());
                    (body.into(), total)
                }
            };
            let mut result = json!({"data": items});
            if !total.is_null() {
                result["total_count"] = total;
            }
            (json!({"status": 200, "body": body}), result)
        }
    }
}
