//! The claims of a verified token.

use clerk_usher::token::Claims as CoreClaims;
use pyo3::exceptions::{PyKeyError, PyRecursionError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::error::undecodable;

/// JSON text as an object of the host's own making: what it holds goes through no model of ours.
pub(crate) fn parse<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import("json")?.call_method1("loads", (text,)).map_err(|error| {
        // What is well signed may be nested deeper, or have longer numbers, than Python reads.
        let too_much = error.is_instance_of::<PyRecursionError>(py) || error.is_instance_of::<PyValueError>(py);
        if too_much { undecodable(py, text, error) } else { error }
    })
}

/// The same for text that is known to be an object.
pub(crate) fn parse_dict(py: Python<'_>, text: &str) -> PyResult<Py<PyDict>> {
    Ok(parse(py, text)?.cast_into::<PyDict>()?.unbind())
}

/// What a verified token says. Times are Unix seconds.
#[pyclass(frozen, module = "clerk_usher._native")]
pub(crate) struct Claims(CoreClaims);

impl Claims {
    pub(crate) fn new(claims: CoreClaims) -> Self {
        Self(claims)
    }
}

#[pymethods]
impl Claims {
    /// `sub`: the user's id.
    #[getter]
    fn sub(&self) -> &str {
        self.0.sub()
    }

    /// `sid`: the session's id; None if it is missing or not a string.
    #[getter]
    fn sid(&self) -> Option<&str> {
        self.0.sid()
    }

    /// `iss`: the Frontend API's URL; None if it is missing or not a string.
    #[getter]
    fn iss(&self) -> Option<&str> {
        self.0.iss()
    }

    /// `azp`: the origin that asked for the token; None if it is missing or not a string.
    #[getter]
    fn azp(&self) -> Option<&str> {
        self.0.azp()
    }

    /// `exp`: when it expires.
    #[getter]
    fn exp(&self) -> i64 {
        self.0.exp()
    }

    /// `nbf`: when it begins to be valid.
    #[getter]
    fn nbf(&self) -> Option<i64> {
        self.0.nbf()
    }

    /// `iat`: when it was made.
    #[getter]
    fn iat(&self) -> Option<i64> {
        self.0.iat()
    }

    /// All claims as they were signed.
    fn to_dict(&self, py: Python<'_>) -> PyResult<Py<PyDict>> {
        parse_dict(py, self.0.json())
    }

    /// A claim, or the default where it is not there. Only that one is read.
    #[pyo3(signature = (name, default=None))]
    fn get<'py>(
        &self,
        py: Python<'py>,
        name: &str,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.0.raw(name).map_or(Ok(default), |text| parse(py, text).map(Some))
    }

    fn __getitem__<'py>(&self, name: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyAny>> {
        match self.0.raw(&name.to_cow()?) {
            Some(text) => parse(name.py(), text),
            None => Err(PyKeyError::new_err(name.clone().unbind())),
        }
    }

    fn __contains__(&self, name: &str) -> bool {
        self.0.raw(name).is_some()
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    fn __hash__(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        self.0.json().hash(&mut hasher);
        hasher.finish()
    }

    /// Ids only: what else a token says is nothing for logs.
    fn __repr__(&self) -> String {
        format!("Claims(sub={:?}, sid={:?}, exp={})", self.0.sub(), self.0.sid().unwrap_or(""), self.0.exp())
    }
}
