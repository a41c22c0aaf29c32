//! The Rust table of operations: `core/src/generated/operations`, a file a resource.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::error::Error;
use crate::ir::{Body, Catalogue, Field, Key, Operation, Pages, Rule, Type};
use crate::output::Output;

const FOLDER: &str = "core/src/generated/operations";

/// Writes its files to `out`.
///
/// # Errors
/// If a path is written twice.
pub fn emit(catalogue: &Catalogue, out: &mut Output) -> Result<(), Error> {
    let mut modules = String::new();
    for resource in &catalogue.resources {
        let _ = writeln!(modules, "pub(crate) mod {};", resource.name);
        let mut text = format!("//! `{}`.\n\n", resource.name);
        text += "use crate::catalogue::{Body, Key, Operation, Pages, Param, Place, Rule, Type};\n";
        let objects = resource
            .operations
            .iter()
            .any(|operation| operation.all_params().iter().any(|field| model_of(&field.kind).is_some()));
        if objects {
            text += "use super::objects;\n";
        }
        for operation in &resource.operations {
            text += "\n";
            text += &table_entry(operation);
        }
        out.add(&format!("{FOLDER}/{}.rs", resource.name), &prune_imports(&text))?;
    }
    let objects = objects(catalogue);
    if !objects.is_empty() {
        modules += "pub(crate) mod objects;\n";
        out.add(&format!("{FOLDER}/objects.rs"), &objects)?;
    }
    out.add(&format!("{FOLDER}/mod.rs"), &index(catalogue, &modules))?;
    out.add("core/src/generated/mod.rs", MOD)
}

const MOD: &str = "//! What follows from the catalogue in `core/api`.

pub mod models;
pub mod operations;
pub mod resources;
";

fn index(catalogue: &Catalogue, modules: &str) -> String {
    let mut all: Vec<&Operation> = catalogue.resources.iter().flat_map(|resource| &resource.operations).collect();
    all.sort_by_key(|operation| operation.full_name());
    let mut text = format!(
        "//! Every operation, as data.

use crate::catalogue::Operation;

{modules}
/// All operations, sorted by name.
pub static OPERATIONS: &[&Operation] = &[\n"
    );
    for operation in all {
        let _ = writeln!(text, "    &{}::{},", operation.resource, const_name(&operation.name));
    }
    text += "];

/// The operation of this name, such as `users.list`.
#[must_use]
pub fn find(name: &str) -> Option<&'static Operation> {
    let index = OPERATIONS.binary_search_by(|operation| operation.name.cmp(name)).ok()?;
    OPERATIONS.get(index).copied()
}
";
    text
}

pub(super) fn const_name(name: &str) -> String {
    name.to_ascii_uppercase()
}

fn table_entry(operation: &Operation) -> String {
    let mut text = format!("pub(crate) static {}: Operation = Operation {{\n", const_name(&operation.name));
    let _ = writeln!(
        text,
        "name: {:?}, method: {:?}, path: {:?},",
        operation.full_name(),
        operation.method,
        operation.path
    );
    text += "params: &[";
    for field in &operation.path_params {
        text += &param(field, Some("Path"));
    }
    for field in &operation.query {
        text += &param(field, Some(if field.comma { "QueryComma" } else { "Query" }));
    }
    let body = match &operation.body {
        Body::None => "Body::None".to_owned(),
        Body::Json { fields, send_empty } => {
            fields.iter().for_each(|field| text += &param(field, Some("Body")));
            format!("Body::Json {{ send_empty: {send_empty} }}")
        }
        Body::Array { field } => {
            text += &param(field, Some("ArrayBody"));
            "Body::JsonArray".to_owned()
        }
        Body::Multipart { fields } => {
            fields.iter().for_each(|field| text += &param(field, Some("Body")));
            "Body::Multipart".to_owned()
        }
    };
    let key = match operation.key {
        Key::Secret => "Secret",
        Key::MachineOrSecret => "MachineOrSecret",
        Key::None => "None",
    };
    let pages = match operation.pages {
        Pages::None => "None",
        Pages::Offset => "Offset",
        Pages::Cursor => "Cursor",
    };
    let rules: String = operation.rules.iter().map(rule).collect();
    let _ = writeln!(
        text,
        "], body: {body}, key: Key::{key}, idempotent: {}, pages: Pages::{pages}, rules: &[{rules}] }};",
        operation.idempotent
    );
    text
}

/// A parameter; without a place it is a field of an object.
fn param(field: &Field, place: Option<&str>) -> String {
    let mut text = match place {
        Some(place) => format!("Param::new({:?}, Place::{place}, {})", field.name, kind(&field.kind, place)),
        None => format!("Param::field({:?}, {})", field.name, kind(&field.kind, "")),
    };
    if field.wire != field.name {
        let _ = write!(text, ".wire({:?})", field.wire);
    }
    if field.required {
        text += ".required()";
    }
    if field.nullable {
        text += ".nullable()";
    }
    if field.min.is_some() || field.max.is_some() {
        let bound = |bound: Option<i64>, none: &str| bound.map_or_else(|| none.to_owned(), |bound| bound.to_string());
        let _ = write!(text, ".range({}, {})", bound(field.min, "i64::MIN"), bound(field.max, "i64::MAX"));
    }
    if field.min_items.is_some() || field.max_items.is_some() {
        let most = field.max_items.map_or_else(|| "usize::MAX".to_owned(), |most| most.to_string());
        let _ = write!(text, ".items({}, {most})", field.min_items.unwrap_or(0));
    }
    text + ",\n"
}

/// Whether an object's table is `objects::NAME` or, among themselves, `NAME`.
fn kind(kind: &Type, place: &str) -> String {
    match kind {
        Type::String => "Type::String".to_owned(),
        Type::Integer => "Type::Integer".to_owned(),
        Type::Number => "Type::Number".to_owned(),
        Type::Boolean => "Type::Boolean".to_owned(),
        Type::Timestamp => "Type::Timestamp".to_owned(),
        Type::Datetime => "Type::Datetime".to_owned(),
        Type::Map => "Type::Map".to_owned(),
        // A union that is sent is checked by the server: which member it is to be is the caller's to say.
        Type::Any | Type::Union(_) => "Type::Any".to_owned(),
        Type::File => "Type::File".to_owned(),
        Type::Model(name) => {
            let path = if place.is_empty() { "" } else { "objects::" };
            format!("Type::Object(&{path}{})", screaming(name))
        }
        Type::Array(item) => format!("Type::Array(&{})", self::kind(item, place)),
    }
}

fn rule(rule: &Rule) -> String {
    let (name, fields) = match rule {
        Rule::ExactlyOne(fields) => ("ExactlyOne", fields),
        Rule::AtLeastOne(fields) => ("AtLeastOne", fields),
        Rule::AtMostOne(fields) => ("AtMostOne", fields),
        Rule::SameLength(fields) => ("SameLength", fields),
        Rule::Positive(fields) => ("Positive", fields),
        Rule::NotWithOffset(fields) => ("NotWithOffset", fields),
    };
    format!("Rule::{name}(&{fields:?}), ")
}

/// `PhoneNumber` → `PHONE_NUMBER`.
pub(super) fn screaming(name: &str) -> String {
    let mut text = String::new();
    for (index, c) in name.chars().enumerate() {
        if c.is_ascii_uppercase() && index > 0 {
            text.push('_');
        }
        text.push(c.to_ascii_uppercase());
    }
    text
}

fn model_of(kind: &Type) -> Option<&str> {
    match kind {
        Type::Model(name) => Some(name),
        Type::Array(item) => model_of(item),
        _ => None,
    }
}

/// The names of the models that requests are made of, and of those that these are made of.
pub(super) fn sent_models(catalogue: &Catalogue) -> BTreeSet<&str> {
    let mut wanted: Vec<&str> = Vec::new();
    let operations = catalogue.resources.iter().flat_map(|resource| &resource.operations);
    for operation in operations {
        wanted.extend(operation.all_params().into_iter().filter_map(|field| model_of(&field.kind)));
    }
    let mut seen = BTreeSet::new();
    while let Some(name) = wanted.pop() {
        if seen.insert(name) {
            let model = catalogue.models.iter().find(|model| model.name == name);
            wanted.extend(model.into_iter().flat_map(|model| &model.fields).filter_map(|field| model_of(&field.kind)));
        }
    }
    seen
}

/// The objects that requests are made of.
fn objects(catalogue: &Catalogue) -> String {
    let seen = sent_models(catalogue);
    if seen.is_empty() {
        return String::new();
    }
    let mut text =
        "//! Objects that are part of a request's body.\n\nuse crate::catalogue::{Object, Param, Rule, Type};\n"
            .to_owned();
    for model in catalogue.models.iter().filter(|model| seen.contains(model.name.as_str())) {
        let fields: String = model.fields.iter().map(|field| param(field, None)).collect();
        let _ = writeln!(
            text,
            "\npub(crate) static {}: Object = Object {{ name: {:?}, open: {}, fields: &[{fields}], rules: &[{}] }};",
            screaming(&model.name),
            model.name,
            model.open,
            model.rules.iter().map(rule).collect::<String>()
        );
    }
    text
}

/// Leaves out of the `use` line of `crate::catalogue` what the file does not name.
fn prune_imports(text: &str) -> String {
    let all = "use crate::catalogue::{Body, Key, Operation, Pages, Param, Place, Rule, Type};";
    let used: Vec<&str> = ["Body", "Key", "Operation", "Pages", "Param", "Place", "Rule", "Type"]
        .into_iter()
        .filter(|name| *name == "Operation" || text.contains(&format!("{name}::")))
        .collect();
    text.replace(all, &format!("use crate::catalogue::{{{}}};", used.join(", ")))
}
