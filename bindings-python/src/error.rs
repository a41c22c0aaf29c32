//! From the core's errors to the facade's exceptions.

use clerk_usher::Error;
use pyo3::prelude::*;
use pyo3::types::PyDict;

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

/// The exception for JSON that Python cannot hold. It keeps the text.
pub(crate) fn undecodable(py: Python<'_>, text: &str, cause: PyErr) -> PyErr {
    let made = || -> PyResult<PyErr> {
        let kept = PyDict::new(py);
        kept.set_item("body", text)?;
        let class = py.import("clerk_usher.error")?.getattr("DecodeError")?;
        Ok(PyErr::from_value(class.call(("this JSON is more than Python can hold",), Some(&kept))?))
    };
    let error = made().unwrap_or_else(|failed| failed);
    error.set_cause(py, Some(cause));
    error
}
