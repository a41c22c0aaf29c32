//! The driver that runs conformance cases through the typed Rust API: `tests/rust/src/generated/typed.rs`.

use std::fmt::Write;

use super::rust_resources::{ResourceCode, marker_name, required, setter_ident};
use super::rust_types::Types;
use crate::error::Error;
use crate::ir::{Catalogue, Field, Operation, Type};
use crate::names::rust_ident;
use crate::output::Output;

const FOLDER: &str = "tests/rust/src/generated";

/// Writes its files to `out`.
///
/// # Errors
/// If a path is written twice.
pub fn emit(catalogue: &Catalogue, out: &mut Output) -> Result<(), Error> {
    let types = Types::new(catalogue);
    let (mut arms, mut builders) = (String::new(), String::new());
    for resource in &catalogue.resources {
        let code = ResourceCode { types: &types, enums: types.resource_enums(&resource.operations) };
        for operation in &resource.operations {
            let function = format!("{}_{}", operation.resource, operation.name);
            let _ = writeln!(arms, "{:?} => run({function}(clerk, &given)?, options),", operation.full_name());
            builders += &builder(&code, operation, &function);
        }
    }
    let text = format!(
        "//! Each operation of the typed API, called with what a case says.
#![allow(deprecated)] // What is on its way out is tested too.
#![allow(unused_mut)]

use clerk_usher::call::Call;
use clerk_usher::generated::{{models, resources}};
use clerk_usher::{{CallOptions, Clerk, Error, File, Result}};
use serde_json::{{Map, Value}};

use crate::given::{{Given, run}};

/// Calls an operation through the typed API. The result is the JSON that its model, page or text writes itself as.
///
/// # Errors
/// The call's own; `Internal`, if the typed API has no way to say what the case says.
pub async fn typed_call(
    clerk: &Clerk,
    operation: &str,
    path: &[String],
    arguments: &Map<String, Value>,
    files: &[(String, File)],
    options: CallOptions,
) -> Result<Value> {{
    let given = Given {{ path, arguments, files }};
    let pending = match operation {{
        {arms}
        _ => return Err(Error::Internal(format!(\"the typed API has no `{{operation}}`\"))),
    }};
    pending.await
}}
{builders}"
    );
    let models = if text.contains("models::") { "models, resources" } else { "resources" };
    out.add(&format!("{FOLDER}/typed.rs"), &text.replace("{models, resources}", &format!("{{{models}}}")))?;
    out.add(
        &format!("{FOLDER}/mod.rs"),
        "//! What follows from the catalogue in `core/api`.\n\npub mod answers;\npub mod typed;\n",
    )
}

fn builder(code: &ResourceCode<'_>, operation: &Operation, function: &str) -> String {
    let required = required(operation);
    let positional = operation.path_params.len();
    let mut values = Vec::new();
    for (index, field) in required.iter().enumerate() {
        values.push(match (&field.kind, index < positional) {
            (_, true) => format!("given.path({index})?"),
            (Type::File, _) => format!("given.required({:?}, given.file({:?}))?", field.name, field.name),
            _ => format!("given.required({:?}, {})?", field.name, read(code, operation, field)),
        });
    }
    let maker = format!("clerk.{}().{}({})", operation.resource, rust_ident(&operation.name), values.join(", "));
    let names: Vec<&str> =
        operation.all_params().into_iter().skip(positional).map(|field| field.name.as_str()).collect();
    let mut text = format!(
        "
fn {function}(clerk: &Clerk, given: &Given<'_>) -> Result<Call<resources::{}::{}>> {{
given.only({positional}, &{names:?})?;
let mut call = {maker};
",
        operation.resource,
        marker_name(operation)
    );
    let optional = operation
        .all_params()
        .into_iter()
        .skip(positional)
        .filter(|field| !required.iter().any(|known| known.name == field.name));
    for field in optional {
        let value = if field.kind == Type::File {
            format!("given.file({:?})", field.name)
        } else {
            format!("{}?", read(code, operation, field))
        };
        let _ = writeln!(text, "if let Some(value) = {value} {{ call = call.{}(value); }}", setter_ident(&field.name));
    }
    text + "Ok(call)\n}\n"
}

/// How a case's JSON becomes what the setter takes; `Result<Option<_>>`.
fn read(code: &ResourceCode<'_>, operation: &Operation, field: &Field) -> String {
    let name = &field.name;
    let enumeration = || {
        let named = code.enum_name(field)?;
        Some(if named.contains("::") { named } else { format!("resources::{}::{named}", operation.resource) })
    };
    let item = |kind: &Type| item(kind, &enumeration);
    let read = if field.nullable { "nullable" } else { "get" };
    match &field.kind {
        Type::Map | Type::Any => format!("given.get::<Value>({name:?})"),
        Type::Datetime if field.nullable => format!("given.nullable_datetime({name:?})"),
        Type::Datetime => format!("given.datetime({name:?})"),
        Type::Timestamp if field.nullable => format!("given.nullable_timestamp({name:?})"),
        Type::Number if field.nullable => format!("given.nullable_decimal({name:?})"),
        Type::Array(inner) => format!("given.{read}::<Vec<{}>>({name:?})", item(inner)),
        kind => format!("given.{read}::<{}>({name:?})", item(kind)),
    }
}

/// The type of an item, or of a value that needs no conversion.
fn item(kind: &Type, enumeration: &dyn Fn() -> Option<String>) -> String {
    match kind {
        Type::String => enumeration().unwrap_or_else(|| "String".to_owned()),
        Type::Datetime => "String".to_owned(),
        Type::Integer | Type::Timestamp => "i64".to_owned(),
        Type::Number => "f64".to_owned(),
        Type::Boolean => "bool".to_owned(),
        Type::Model(name) | Type::Union(name) => format!("models::{name}"),
        Type::Array(inner) => format!("Vec<{}>", item(inner, enumeration)),
        Type::Map | Type::Any | Type::File => "Value".to_owned(),
    }
}
