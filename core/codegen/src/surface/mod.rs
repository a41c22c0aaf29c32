//! What was generated, held against the catalogue: that every language has every operation with all of its parameters.
//!
//! None of the emitters is asked. Rust is read here, from its sources ([`rust`]); [`manifest`] is what the scripts in
//! `tests/spec` compare the installed Python package and the built TypeScript declarations with.

mod compare;
pub mod rust;
mod syntax;
#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use crate::ir::{Body, Catalogue, Field, Operation};

pub use compare::Proof;

/// The catalogue in few words, for programs in other languages.
#[must_use]
pub fn manifest(catalogue: &Catalogue) -> Value {
    let operations = catalogue.resources.iter().flat_map(|resource| &resource.operations);
    let described = operations.map(|operation| {
        let params: Vec<Value> = params(operation)
            .into_iter()
            .map(|(place, field)| json!({"name": field.name, "in": place, "required": field.required}))
            .collect();
        json!({"name": operation.full_name(), "node": operation.node_name, "params": params})
    });
    json!({"operations": described.collect::<Vec<_>>()})
}

/// All parameters of an operation, each with where it goes.
fn params(operation: &Operation) -> Vec<(&'static str, &Field)> {
    let body = match &operation.body {
        Body::Multipart { .. } => "multipart",
        Body::Array { .. } => "array",
        Body::None | Body::Json { .. } => "body",
    };
    let (path, query) = (operation.path_params.len(), operation.query.len());
    let place = |index: usize| match index {
        _ if index < path => "path",
        _ if index < path + query => "query",
        _ => body,
    };
    operation.all_params().into_iter().enumerate().map(|(index, field)| (place(index), field)).collect()
}
