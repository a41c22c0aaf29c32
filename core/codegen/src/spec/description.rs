//! The API description: its operations, by method and path, and the names that we give to them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Texts, extra};
use crate::error::Error;

/// A line of `operations.tsv`.
pub(super) struct Row {
    /// `resource.operation`, in snake_case.
    pub(super) name: String,
    /// Node's name, without its resource.
    pub(super) node: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) id: String,
    pub(super) status: String,
}

impl Row {
    pub(super) fn resource(&self) -> &str {
        self.name.split('.').next().unwrap_or_default()
    }
}

/// A parameter in path, query or header.
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) place: String,
    pub(super) required: bool,
    pub(super) deprecated: bool,
    /// An array goes out as one value, joined by commas.
    pub(super) comma: bool,
    pub(super) schema: Value,
}

/// A request body.
pub(super) struct DescribedBody {
    pub(super) media: String,
    pub(super) required: bool,
    pub(super) schema: Value,
}

/// A successful answer.
pub(super) enum Answer {
    None,
    Text,
    Json(Value),
}

/// An operation as it is described.
pub(super) struct Described {
    pub(super) id: String,
    pub(super) deprecated: bool,
    pub(super) parameters: Vec<Parameter>,
    pub(super) body: Option<DescribedBody>,
    pub(super) answer: Answer,
    /// Whether the description says which body fields are required. `extra-operations.yml` does not.
    pub(super) tells_required: bool,
}

/// The whole description.
pub(super) struct Description {
    root: Value,
    pub(super) operations: BTreeMap<(String, String), Described>,
    pub(super) rows: Vec<Row>,
}

impl Description {
    pub(super) fn parse(texts: &Texts<'_>) -> Result<Self, Error> {
        let mut root = yaml("the API description", texts.description)?;
        let extra = yaml("extra-operations.yml", texts.extra)?;
        extra::add_schemas(&mut root, &extra);
        let mut this = Self { root, operations: BTreeMap::new(), rows: rows(texts.operations)? };
        let mut operations = BTreeMap::new();
        for (path, item) in members(&this.root["paths"]) {
            for (method, operation) in members(item).filter(|(method, _)| METHODS.contains(&method.as_str())) {
                let described = this.operation(item, operation);
                operations.insert((method.to_uppercase(), path.clone()), described);
            }
        }
        for (path, item) in members(&extra["paths"]) {
            for (method, operation) in members(item).filter(|(method, _)| METHODS.contains(&method.as_str())) {
                let described = extra::operation(operation);
                operations.entry((method.to_uppercase(), path.clone())).or_insert(described);
            }
        }
        this.operations = operations;
        Ok(this)
    }

    /// A description of events, which has no operations.
    pub(super) fn of_events(text: &str) -> Result<Self, Error> {
        let root = yaml("the description of webhooks", text)?;
        Ok(Self { root, operations: BTreeMap::new(), rows: Vec::new() })
    }

    /// What stands at the top under this name.
    pub(super) fn root_member(&self, name: &str) -> &Value {
        &self.root[name]
    }

    /// Follows references until there is none.
    pub(super) fn resolve<'a>(&'a self, mut value: &'a Value) -> &'a Value {
        // A description that refers in circles would otherwise hang us.
        for _ in 0..32 {
            let Some(target) =
                value["$ref"].as_str().and_then(|reference| self.root.pointer(reference.trim_start_matches('#')))
            else {
                return value;
            };
            value = target;
        }
        &Value::Null
    }

    /// Whether a body, or an item of a body that is an array, may have fields that are not described.
    pub(super) fn ignores_other_fields(&self, schema: &Value) -> bool {
        let schema = self.resolve(schema);
        let schema = if schema["items"].is_null() { schema } else { self.resolve(&schema["items"]) };
        schema["additionalProperties"] != Value::Bool(false)
    }

    fn operation(&self, item: &Value, operation: &Value) -> Described {
        let shared = item["parameters"].as_array().into_iter().flatten();
        let own = operation["parameters"].as_array().into_iter().flatten();
        let body = Some(self.resolve(&operation["requestBody"])).filter(|body| body.is_object());
        Described {
            id: text(&operation["operationId"]),
            deprecated: truth(&operation["deprecated"]),
            parameters: shared.chain(own).map(|parameter| parameter_of(self.resolve(parameter))).collect(),
            body: body.and_then(|body| {
                let (media, content) = members(&body["content"]).next()?;
                Some(DescribedBody {
                    media: media.clone(),
                    required: truth(&body["required"]),
                    schema: content["schema"].clone(),
                })
            }),
            answer: self.answer(&operation["responses"]),
            tells_required: true,
        }
    }

    /// The first 2xx answer with a body, if any has one.
    fn answer(&self, responses: &Value) -> Answer {
        for (_, response) in members(responses).filter(|(status, _)| status.starts_with('2')) {
            match members(&self.resolve(response)["content"]).next() {
                Some((media, content)) if media.contains("json") => return Answer::Json(content["schema"].clone()),
                Some(_) => return Answer::Text,
                None => {}
            }
        }
        Answer::None
    }
}

const METHODS: &[&str] = &["get", "post", "put", "patch", "delete"];

pub(super) fn parameter_of(parameter: &Value) -> Parameter {
    Parameter {
        name: text(&parameter["name"]),
        place: text(&parameter["in"]),
        required: truth(&parameter["required"]),
        deprecated: truth(&parameter["deprecated"]),
        comma: parameter["explode"] == Value::Bool(false),
        schema: parameter["schema"].clone(),
    }
}

/// The entries of an object, by name; none if it is no object.
pub(super) fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

pub(super) fn truth(value: &Value) -> bool {
    value.as_bool().unwrap_or(false)
}

/// `apiKeyID` → `api_key_id`: the description's names of path parameters are not all snake_case.
pub(super) fn snake(name: &str) -> String {
    let mut out = String::new();
    let mut after_lower = false;
    for c in name.chars() {
        if c.is_uppercase() && after_lower {
            out.push('_');
        }
        after_lower = c.is_lowercase() || c.is_ascii_digit();
        out.extend(c.to_lowercase());
    }
    out
}

/// A path template with our names in its braces.
pub(super) fn our_path(path: &str) -> String {
    let segments: Vec<String> = path
        .split('/')
        .map(|segment| if segment.starts_with('{') { snake(segment) } else { segment.to_owned() })
        .collect();
    segments.join("/")
}

fn rows(table: &str) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    for (index, line) in table.lines().enumerate().skip(1).filter(|(_, line)| !line.is_empty()) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [name, node, method, path, id, status, ..] = cells.as_slice() else {
            return Err(Error::new("operations.tsv", index as u64 + 1, "a line has six cells or more"));
        };
        rows.push(Row {
            name: (*name).to_owned(),
            node: node.rsplit('.').next().unwrap_or_default().to_owned(),
            method: (*method).to_owned(),
            path: (*path).to_owned(),
            id: (*id).to_owned(),
            status: (*status).to_owned(),
        });
    }
    Ok(rows)
}

fn yaml(file: &str, text: &str) -> Result<Value, Error> {
    serde_saphyr::from_str(text).map_err(|error| {
        let line = error.location().map_or(0, |location| location.line());
        Error::new(file, line, error.to_string())
    })
}
