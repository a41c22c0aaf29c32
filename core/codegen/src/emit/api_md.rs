//! `API.md`: every operation, a line each.

use std::fmt::Write;

use crate::error::Error;
use crate::ir::{Body, Catalogue, EVENTS, Field, Operation, Status, UNKNOWN_EVENT};
use crate::names::{lower_camel, rust_ident};
use crate::output::Output;

use super::rust_resources::required;

/// Words that Python takes for itself.
const PYTHON_KEYWORDS: &[&str] = &[
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except",
    "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise",
    "return", "try", "while", "with", "yield",
];

/// Writes its files to `out`.
///
/// # Errors
/// If the path is written twice.
pub fn emit(catalogue: &Catalogue, out: &mut Output) -> Result<(), Error> {
    let count: usize = catalogue.resources.iter().map(|resource| resource.operations.len()).sum();
    let mut text = format!(
        "# Operations

{count} operations on {} resources. Each is a method of its resource: `clerk.users().get(id)` in Rust, `clerk.users.get(id)`
in Python and Node (camelCase). `…` stands for further arguments, all of them optional: setters in Rust, keywords in
Python, fields of the one object in Node. Whatever lists more than one page walks them all: `.items()` in Rust, iteration
in Python and Node. The last column has the names that other SDKs of this API use.
",
        catalogue.resources.len()
    );
    for resource in &catalogue.resources {
        let _ = write!(
            text,
            "\n## {}\n\n{}\n\n| Rust | Python | Node | HTTP | Status | Elsewhere |\n|---|---|---|---|---|---|\n",
            resource.name, resource.doc
        );
        for operation in &resource.operations {
            let _ = writeln!(
                text,
                "| `{}` | `{}` | `{}` | `{} {}` | {} | {} |",
                rust(operation),
                python(operation),
                node(operation),
                operation.method,
                operation.path,
                status(operation),
                operation.also.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" ")
            );
        }
    }
    events(catalogue, &mut text);
    out.add("API.md", &text)
}

/// What webhooks tell of.
fn events(catalogue: &Catalogue, text: &mut String) {
    if catalogue.events.is_empty() {
        return;
    }
    let _ = write!(
        text,
        "\n# Webhook events\n\n{} types, each with a model of its own; any other is an `{UNKNOWN_EVENT}`. In Rust the second \
         column without its ending is the variant of `{EVENTS}`.\n\n| Type | Model | Its `data` | |\n|---|---|---|---|\n",
        catalogue.events.len()
    );
    for event in &catalogue.events {
        let _ = writeln!(text, "| `{}` | `{}` | `{}` | {} |", event.name, event.model, event.data, event.doc);
    }
}

/// Names of the required fields that are no path parameters, and whether there are optional ones.
fn fields(operation: &Operation) -> (Vec<&Field>, bool) {
    let positional = operation.path_params.len();
    let wanted: Vec<&Field> = required(operation).into_iter().skip(positional).collect();
    let all = operation.all_params().len() - positional;
    (wanted.clone(), all > wanted.len())
}

fn rust(operation: &Operation) -> String {
    let names: Vec<String> = required(operation).into_iter().map(|field| rust_ident(&field.name)).collect();
    let (_, more) = fields(operation);
    let tail = if more { "…" } else { "" };
    format!("{}().{}({}){tail}", operation.resource, rust_ident(&operation.name), names.join(", "))
}

fn python(operation: &Operation) -> String {
    let ident = |name: &str| if PYTHON_KEYWORDS.contains(&name) { format!("{name}_") } else { name.to_owned() };
    let (wanted, more) = fields(operation);
    let mut parts: Vec<String> = operation.path_params.iter().map(|field| ident(&field.name)).collect();
    let mut named = Vec::new();
    for field in wanted {
        // A body that is an array is one argument, and positional.
        let array = matches!(&operation.body, Body::Array { field: body } if body.name == field.name);
        if array { parts.push(ident(&field.name)) } else { named.push(format!("{}=", ident(&field.name))) }
    }
    parts.extend((!named.is_empty()).then(|| "*".to_owned()));
    parts.extend(named);
    parts.extend(more.then(|| "…".to_owned()));
    format!("{}.{}({})", operation.resource, ident(&operation.name), parts.join(", "))
}

fn node(operation: &Operation) -> String {
    let (wanted, more) = fields(operation);
    let mut parts: Vec<String> = operation.path_params.iter().map(|field| lower_camel(&field.name)).collect();
    let mut named: Vec<String> = wanted.into_iter().map(|field| lower_camel(&field.name)).collect();
    named.extend(more.then(|| "…".to_owned()));
    if operation.array_argument().is_some() {
        parts.append(&mut named);
    }
    if !named.is_empty() {
        parts.push(format!("{{ {} }}", named.join(", ")));
    }
    format!("{}.{}({})", lower_camel(&operation.resource), operation.node_name, parts.join(", "))
}

fn status(operation: &Operation) -> String {
    let word = match operation.status {
        Status::Current => "",
        Status::Deprecated => "deprecated",
        Status::Legacy => "legacy",
        Status::Experimental => "experimental",
        Status::Undocumented => "undocumented",
    };
    match &operation.instead {
        Some(instead) => format!("{word}: use `{instead}`"),
        None => word.to_owned(),
    }
}
