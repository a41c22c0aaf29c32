//! From the core's errors to the facade's exceptions.

use clerk_usher::Error;
use pyo3::prelude::*;

/// The exception for an error of the core. Its class is the facade's: see `error.py`.
pub(crate) fn raise(py: Python<'_>, error: &Error) -> PyErr {
    let exception = py
        .import("clerk_usher.error")
        .and_then(|module| module.getattr("from_envelope"))
        .and_then(|from_envelope| from_envelope.call1((error.to_json(),)));
    match exception {
        Ok(exception) => PyErr::from_value(exception),
        Err(failed) => failed,
    }
}

/// The same as an object, for whoever raises it elsewhere.
pub(crate) fn exception(py: Python<'_>, error: &Error) -> Py<PyAny> {
    raise(py, error).into_value(py).into_any()
}
