//! The emitters: each turns the catalogue into files.

use crate::error::Error;
use crate::ir::Catalogue;
use crate::output::Output;

pub mod api_md;
pub mod conformance;
pub mod emulator;
pub mod python;
pub mod rust_answers;
pub mod rust_models;
pub mod rust_operations;
pub mod rust_resources;
pub mod rust_typed_call;
mod rust_types;
pub mod typescript;

/// Runs all of them.
///
/// # Errors
/// The first emitter's that fails.
pub fn all(catalogue: &Catalogue, out: &mut Output) -> Result<(), Error> {
    rust_operations::emit(catalogue, out)?;
    rust_models::emit(catalogue, out)?;
    rust_resources::emit(catalogue, out)?;
    rust_typed_call::emit(catalogue, out)?;
    rust_answers::emit(catalogue, out)?;
    python::emit(catalogue, out)?;
    typescript::emit(catalogue, out)?;
    conformance::emit(catalogue, out)?;
    emulator::emit(catalogue, out)?;
    api_md::emit(catalogue, out)
}
