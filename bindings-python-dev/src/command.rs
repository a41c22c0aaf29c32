//! The command `usher`, for its console script.

use std::ffi::OsString;

use pyo3::prelude::*;

/// Runs the command with these arguments, its name first; the exit code. Other threads go on meanwhile.
#[pyfunction]
pub(crate) fn run_command(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| clerk_usher_cli::run(arguments))
}
