//! The native module of the Python package `clerk-usher-dev`: `clerk_usher_dev._native`, with the emulator and the command.
//!
//! It is apart from `clerk_usher._native`, so that what serves requests does not carry what is for development.

use pyo3::prelude::*;

mod command;
mod emulator;

/// To be called in the child after `fork`. It touches one atomic and nothing else.
#[pyfunction]
fn after_fork_in_child() {
    clerk_usher::host::after_fork_in_child();
}

#[pymodule(gil_used = false)]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_function(wrap_pyfunction!(after_fork_in_child, module)?)?;
    module.add_function(wrap_pyfunction!(command::run_command, module)?)?;
    module.add_class::<emulator::NativeEmulator>()
}
