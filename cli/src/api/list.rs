//! `usher api --list`: which operations there are.

use clerk_usher::catalogue::{Operation, Pages};
use clerk_usher::generated::operations::OPERATIONS;
use serde_json::json;

use crate::failure::{Failure, NOT_SO, Outcome};
use crate::output;

/// Prints the operations with this word in their name or path.
pub(super) fn print(word: &str, as_json: bool) -> Outcome {
    let word = word.to_ascii_lowercase();
    let has = |operation: &&&Operation| operation.name.contains(&word) || operation.path.contains(&word);
    let found: Vec<&&Operation> = OPERATIONS.iter().filter(has).collect();
    let width = found.iter().map(|operation| operation.name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for operation in &found {
        let line = if as_json {
            describe(operation).to_string()
        } else {
            format!("{:width$}  {:6} {}", operation.name, operation.method, operation.path)
        };
        text.push_str(&line);
        text.push('\n');
    }
    output::print(&text)?;
    if !found.is_empty() {
        return Ok(());
    }
    output::note(&format!("No operation has `{word}` in its name or path."));
    Err(Failure::Told(NOT_SO))
}

fn describe(operation: &Operation) -> serde_json::Value {
    let params = operation.params.iter().map(|param| json!({ "name": param.name, "required": param.required }));
    json!({
        "name": operation.name,
        "method": operation.method,
        "path": operation.path,
        "pages": operation.pages != Pages::None,
        "arguments": params.collect::<Vec<_>>(),
    })
}
