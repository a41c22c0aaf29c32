//! What the emulator knows of requests: `emulator/src/generated`, a file a resource.
//!
//! It is a table of its own, in the emulator's own terms: the emulator knows nothing of the core, and goes by the names
//! on the wire. Of a path only those parameters are in it of which more is known than that they are text.

use std::fmt::Write;

use super::rust_operations::{screaming, sent_models};
use crate::error::Error;
use crate::ir::{Body, Catalogue, Field, Key, Operation, Resource, Rule, Type};
use crate::output::Output;

const FOLDER: &str = "emulator/src/generated";
const NAMES: [&str; 9] = ["Body", "Field", "Key", "Kind", "MANY", "Object", "Operation", "Place", "Rule"];

/// Writes its files to `out`.
///
/// # Errors
/// If a path is written twice.
pub fn emit(catalogue: &Catalogue, out: &mut Output) -> Result<(), Error> {
    let mut modules = String::new();
    let mut index = String::new();
    for resource in &catalogue.resources {
        let _ = writeln!(modules, "mod {};", resource.name);
        let _ = writeln!(index, "{}::OPERATIONS,", resource.name);
        out.add(&format!("{FOLDER}/{}.rs", resource.name), &file(resource))?;
    }
    let objects = objects(catalogue);
    if !objects.is_empty() {
        modules += "mod objects;\n";
        out.add(&format!("{FOLDER}/objects.rs"), &objects)?;
    }
    let text = format!(
        "//! What requests of every operation are made of.\n\n{modules}\nuse crate::check::table::Operation;\n
/// All operations, a list a resource.\npub(crate) static OPERATIONS: &[&[Operation]] = &[{index}];\n"
    );
    out.add(&format!("{FOLDER}/mod.rs"), &text)
}

fn file(resource: &Resource) -> String {
    let operations: String = resource.operations.iter().map(operation).collect();
    let objects = if operations.contains("objects::") { "use super::objects;\n" } else { "" };
    let text = format!("pub(super) static OPERATIONS: &[Operation] = &[{operations}];\n");
    format!("//! `{}`.\n\n{objects}{}\n{text}", resource.name, imports(&text))
}

/// The `use` line of what a text names.
fn imports(text: &str) -> String {
    let named = |name: &str| {
        let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        text.match_indices(name).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            // After `::` it is a variant of something else.
            !word(before) && before != Some(':') && !word(text[at + name.len()..].chars().next())
        })
    };
    let used: Vec<&str> = NAMES.into_iter().filter(|name| named(name)).collect();
    format!("use crate::check::table::{{{}}};\n", used.join(", "))
}

fn operation(operation: &Operation) -> String {
    let mut fields = String::new();
    for path in operation.path_params.iter().filter(|path| path.kind != Type::String || !path.enumeration.is_empty()) {
        fields += &field(path, Some("Path"));
    }
    for query in &operation.query {
        fields += &field(query, Some(if query.comma { "QueryComma" } else { "Query" }));
    }
    let body = match &operation.body {
        Body::None => "None",
        Body::Json { fields: all, .. } => {
            all.iter().for_each(|one| fields += &field(one, Some("Body")));
            "Object"
        }
        Body::Array { field: one } => {
            fields += &field(one, Some("Body"));
            "Array"
        }
        Body::Multipart { fields: all } => {
            all.iter().for_each(|one| fields += &field(one, Some("Body")));
            "Multipart"
        }
    };
    let key = match operation.key {
        Key::Secret => "Secret",
        Key::MachineOrSecret => "MachineOrSecret",
        Key::None => "None",
    };
    let all = operation.all_params();
    format!(
        "Operation {{ name: {:?}, method: {:?}, path: \"/v1{}\", key: Key::{key}, fields: &[{fields}], \
         body: Body::{body}, open: {}, rules: &[{}] }},\n",
        operation.full_name(),
        operation.method,
        operation.path,
        operation.ignores_other_fields,
        rules(&operation.rules, &all),
    )
}

/// A parameter; without a place it is a field of an object.
fn field(field: &Field, place: Option<&str>) -> String {
    let mut text = match place {
        Some(place) => format!("Field::new({:?}, Place::{place}, {})", field.wire, kind(field, "objects::")),
        None => format!("Field::new({:?}, Place::Body, {})", field.wire, kind(field, "")),
    };
    if field.required {
        text += ".required()";
    }
    if field.nullable {
        text += ".nullable()";
    }
    text + ",\n"
}

fn kind(field: &Field, objects: &str) -> String {
    kind_of(&field.kind, field, objects)
}

/// The kind of a field or, in an array, of its items; enums and bounds are the field's, item counts the array's.
fn kind_of(kind: &Type, field: &Field, objects: &str) -> String {
    let bounds = || {
        let bound = |bound: Option<i64>, none: &str| bound.map_or_else(|| none.to_owned(), |bound| bound.to_string());
        (field.min.is_some() || field.max.is_some())
            .then(|| format!("{}, {}", bound(field.min, "i64::MIN"), bound(field.max, "i64::MAX")))
    };
    match kind {
        Type::String if !field.enumeration.is_empty() => format!("Kind::OneOf(&{:?})", field.enumeration),
        Type::Integer => bounds().map_or_else(|| "Kind::Integer".to_owned(), |both| format!("Kind::IntegerIn({both})")),
        Type::Number => bounds().map_or_else(|| "Kind::Number".to_owned(), |both| format!("Kind::NumberIn({both})")),
        // Whether a text is a time is for the handlers to say: the format is not the same everywhere.
        Type::String | Type::Datetime => "Kind::Text".to_owned(),
        Type::Timestamp => "Kind::Integer".to_owned(),
        Type::Boolean => "Kind::Boolean".to_owned(),
        Type::Map => "Kind::Map".to_owned(),
        // Which member of a union is meant is for the handler to find out.
        Type::Any | Type::Union(_) => "Kind::Any".to_owned(),
        Type::File => "Kind::File".to_owned(),
        Type::Model(name) => format!("Kind::Object(&{objects}{})", screaming(name)),
        Type::Array(item) => {
            let most = field.max_items.map_or_else(|| "MANY".to_owned(), |most| most.to_string());
            format!("Kind::Array(&{}, {}, {most})", kind_of(item, field, objects), field.min_items.unwrap_or(0))
        }
    }
}

fn rules(rules: &[Rule], fields: &[&Field]) -> String {
    let wire = |name: &String| {
        fields.iter().find(|field| field.name == *name).map_or_else(|| name.clone(), |field| field.wire.clone())
    };
    let one = |rule: &Rule| {
        let (name, fields) = match rule {
            Rule::ExactlyOne(fields) => ("ExactlyOne", fields),
            Rule::AtLeastOne(fields) => ("AtLeastOne", fields),
            Rule::AtMostOne(fields) => ("AtMostOne", fields),
            Rule::SameLength(fields) => ("SameLength", fields),
            Rule::Positive(fields) => ("Positive", fields),
            Rule::NotWithOffset(fields) => ("NotWithOffset", fields),
        };
        format!("Rule::{name}(&{:?}), ", fields.iter().map(wire).collect::<Vec<_>>())
    };
    rules.iter().map(one).collect()
}

fn objects(catalogue: &Catalogue) -> String {
    let sent = sent_models(catalogue);
    let mut text = String::new();
    for model in catalogue.models.iter().filter(|model| sent.contains(model.name.as_str())) {
        let fields: String = model.fields.iter().map(|one| field(one, None)).collect();
        let all: Vec<&Field> = model.fields.iter().collect();
        let _ = writeln!(
            text,
            "\npub(super) static {}: Object = Object {{ open: {}, fields: &[{fields}], rules: &[{}] }};",
            screaming(&model.name),
            model.open,
            rules(&model.rules, &all)
        );
    }
    if text.is_empty() {
        return text;
    }
    format!("//! Objects that are part of a request's body.\n\n{}{text}", imports(&text))
}
