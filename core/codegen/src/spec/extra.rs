//! `extra-operations.yml`: operations that the API description leaves out, in a shorthand of OpenAPI.
//!
//! An answer is the name of a schema. A query is a map from names to a type, or to the values of an enum. A body is a
//! map from names to schemas or phrases. A schema of its own is a map from fields to phrases, such as `string or null`,
//! `array of string`, `unix milliseconds`, `string, optional`; a phrase that is one other word is that very text.

use serde_json::{Value, json};

use super::description::{Answer, Described, DescribedBody, Parameter, members, parameter_of, text, truth};

/// Puts the extra schemas beside the description's own, which win.
pub(super) fn add_schemas(root: &mut Value, extra: &Value) {
    for (name, fields) in members(&extra["schemas"]) {
        let mut required = Vec::new();
        let mut properties = serde_json::Map::new();
        for (field, phrase) in members(fields) {
            let phrase = text(phrase);
            if !phrase.contains(", optional") {
                required.push(field.clone());
            }
            properties.insert(field.clone(), schema(&phrase));
        }
        let schemas = &mut root["components"]["schemas"];
        if schemas[name].is_null() {
            schemas[name] = json!({"type": "object", "properties": properties, "required": required});
        }
    }
}

/// One operation.
pub(super) fn operation(operation: &Value) -> Described {
    let listed = operation["parameters"].as_array().into_iter().flatten().map(parameter_of);
    let query = members(&operation["query"]).map(|(name, kind)| Parameter {
        name: name.clone(),
        place: "query".to_owned(),
        required: false,
        deprecated: false,
        comma: false,
        schema: match kind {
            Value::Array(values) => json!({"type": "string", "enum": values}),
            kind => json!({"type": kind}),
        },
    });
    let body = operation["requestBody"].as_object().map(|fields| {
        let properties: serde_json::Map<String, Value> = fields
            .iter()
            .map(|(name, field)| (name.clone(), field.as_str().map_or_else(|| field.clone(), schema)))
            .collect();
        DescribedBody {
            media: "application/json".to_owned(),
            required: true,
            schema: json!({"type": "object", "properties": properties}),
        }
    });
    let answer = members(&operation["responses"]).find(|(status, _)| status.starts_with('2'));
    Described {
        id: text(&operation["operationId"]),
        deprecated: truth(&operation["deprecated"]),
        parameters: listed.chain(query).collect(),
        body,
        answer: answer.map_or(Answer::None, |(_, name)| Answer::Json(reference(&text(name)))),
        tells_required: false,
    }
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// What a phrase says.
fn schema(phrase: &str) -> Value {
    // What follows is commentary: "string, optional", "object (anything)".
    let phrase = phrase.split([',', '(', ';']).next().unwrap_or_default().trim();
    if let Some(phrase) = phrase.strip_suffix(" or null") {
        let mut schema = schema(phrase);
        schema["nullable"] = Value::Bool(true);
        return schema;
    }
    if let Some(items) = phrase.strip_prefix("array of ") {
        return json!({"type": "array", "items": schema(items)});
    }
    match phrase {
        "string" | "boolean" | "integer" | "number" | "object" => json!({"type": phrase}),
        "unix milliseconds" => json!({"type": "integer"}),
        name if name.starts_with(|c: char| c.is_ascii_uppercase()) => reference(name),
        literal => json!({"type": "string", "enum": [literal]}),
    }
}
