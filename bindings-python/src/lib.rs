//! The native module of the Python package `clerk-usher`: `clerk_usher._native`.
//!
//! It converts types and schedules calls. What a user can observe is decided in the core.

use pyo3::prelude::*;

mod auth;
mod bell;
mod claims;
mod client;
mod clock;
mod error;
mod helper;
mod json;
mod machine;
mod notes;
mod once;
mod options;
mod request;
mod runtime;
mod task;
mod transport;
mod walk;
mod webhook;

/// How many times this process is a fork of a fork.
#[pyfunction]
fn fork_generation() -> u64 {
    clerk_usher::host::generation()
}

/// To be called in the child after `fork`. It touches one atomic and nothing else.
#[pyfunction]
fn after_fork_in_child() {
    clerk_usher::host::after_fork_in_child();
}

#[pymodule(gil_used = false)]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("MAX_FILE_BYTES", clerk_usher::File::MAX_BYTES)?;
    module.add_function(wrap_pyfunction!(fork_generation, module)?)?;
    module.add_function(wrap_pyfunction!(after_fork_in_child, module)?)?;
    module.add_function(wrap_pyfunction!(helper::run_helper, module)?)?;
    module.add_class::<helper::NativeFrontendApiProxy>()?;
    module.add_class::<auth::Auth>()?;
    module.add_class::<auth::AsyncAuth>()?;
    module.add_class::<auth::RequestState>()?;
    module.add_class::<auth::AsyncRequestState>()?;
    module.add_class::<claims::Claims>()?;
    module.add_class::<client::NativeClient>()?;
    module.add_class::<client::Undecided>()?;
    module.add_class::<clock::ManualClock>()?;
    module.add_function(wrap_pyfunction!(json::late_items, module)?)?;
    module.add_function(wrap_pyfunction!(json::late_object, module)?)?;
    module.add_class::<json::LateItems>()?;
    module.add_class::<json::LateObject>()?;
    module.add_class::<machine::MachineToken>()?;
    module.add_class::<task::Completions>()?;
    module.add_class::<task::Task>()?;
    module.add_class::<transport::Ask>()?;
    module.add_class::<walk::Walk>()?;
    module.add_class::<webhook::NativeWebhook>()
}
