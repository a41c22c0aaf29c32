//! The Python facade: resources, models, types.
//!
//! What is written here is what `ruff format` would write, so that the two never disagree: every list stands one item a
//! line with a comma after the last, whatever its length, and texts are wrapped before they are too long.

use crate::error::Error;
use crate::ir::Catalogue;
use crate::output::Output;

mod models;
mod resources;
mod text;
mod types;

/// Where the generated modules are.
const FOLDER: &str = "bindings-python/python/clerk_usher/generated";

/// Writes its files to `out`.
///
/// # Errors
/// If the catalogue says what cannot be written.
pub fn emit(catalogue: &Catalogue, out: &mut Output) -> Result<(), Error> {
    out.add(&format!("{FOLDER}/__init__.py"), "\"\"\"Written from the catalogue in `core/api`.\"\"\"\n")?;
    models::emit(catalogue, out)?;
    resources::emit(catalogue, out)
}
