//! Development only: reads the catalogue in `core/api` and writes what follows from it: the Rust, Python and
//! TypeScript code of operations and models, the emulator's table of requests, `API.md`, and the conformance cases of
//! every operation.
//!
//! Read ([`load`]) and checked, the catalogue is [`ir::Catalogue`]; every emitter turns it into files of an
//! [`Output`]; [`generate`] writes them, or says what differs.

use std::path::Path;

mod check;
mod check_field;
pub mod emit;
mod error;
mod event;
mod generate;
pub mod ir;
pub mod names;
mod output;
mod raw;
mod read;
pub mod spec;
pub mod surface;
#[cfg(test)]
mod tests;

pub use error::{Error, Problem};
pub use generate::Report;
pub use output::{MARKER, Output};

/// Reads and checks every `*.yaml` of a folder.
///
/// # Errors
/// With every problem found, each with file and line where they can be told.
pub fn load(api_dir: impl AsRef<Path>) -> Result<ir::Catalogue, Error> {
    check::check(&read::folder(api_dir.as_ref())?)
}

/// Reads and checks texts, as (resource, YAML) pairs: for tests.
///
/// # Errors
/// As [`load`].
pub fn load_texts(files: &[(&str, &str)]) -> Result<ir::Catalogue, Error> {
    let mut sources = Vec::new();
    for (home, text) in files {
        sources.push(read::parse(home, &format!("{home}.yaml"), text)?);
    }
    check::check(&sources)
}

/// Everything that follows from the catalogue under `root`, formatted.
///
/// # Errors
/// If the catalogue has problems, or an emitter cannot say what it holds.
pub fn emit_all(root: &Path) -> Result<Output, Error> {
    let catalogue = load(root.join("core/api"))?;
    let mut out = Output::default();
    emit::all(&catalogue, &mut out)?;
    generate::format_rust(root, &mut out)?;
    Ok(out)
}

/// Writes all generated files under `root`, the project's folder; with `check` it writes nothing and the report says
/// what differs.
///
/// # Errors
/// As [`emit_all`], or if a file cannot be written.
pub fn generate(root: &Path, check: bool) -> Result<Report, Error> {
    generate::settle(root, &emit_all(root)?, check)
}
