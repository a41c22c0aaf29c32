//! The check, on the real table and on small ones.

mod coverage;
mod rules;
mod samples;
mod table;
mod together;

use super::table::Operation;
use crate::errors::ErrorItem;
use crate::generated::OPERATIONS;
use serde_json::Value;

fn operations() -> impl Iterator<Item = &'static Operation> {
    OPERATIONS.iter().copied().flatten()
}

fn operation(name: &str) -> &'static Operation {
    operations().find(|operation| operation.name == name).expect("an operation of the table")
}

/// `code:param` of each error.
fn told(errors: &[ErrorItem]) -> Vec<String> {
    errors
        .iter()
        .map(|item| {
            format!("{}:{}", item.code, item.meta.get("param_name").and_then(Value::as_str).unwrap_or_default())
        })
        .collect()
}
