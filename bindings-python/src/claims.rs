//! The claims of a verified token.

use clerk_usher::token::Claims as CoreClaims;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;

/// JSON text as a dict of the host's own making: what it holds goes through no model of ours.
pub(crate) fn parse(py: Python<'_>, text: &str) -> PyResult<Py<PyDict>> {
    Ok(py.import("json")?.call_method1("loads", (text,))?.cast_into::<PyDict>()?.unbind())
}

/// What a verified token says. Times are Unix seconds.
#[pyclass(frozen, module = "clerk_usher._native")]
pub(crate) struct Claims {
    claims: CoreClaims,
    raw: PyOnceLock<Py<PyDict>>,
}

impl Claims {
    pub(crate) fn new(claims: CoreClaims) -> Self {
        Self { claims, raw: PyOnceLock::new() }
    }

    fn dict<'py>(&'py self, py: Python<'py>) -> PyResult<&'py Bound<'py, PyDict>> {
        Ok(self.raw.get_or_try_init(py, || parse(py, self.claims.json()))?.bind(py))
    }
}

#[pymethods]
impl Claims {
    /// `sub`: the user's id.
    #[getter]
    fn sub(&self) -> &str {
        &self.claims.sub
    }

    /// `sid`: the session's id; None if it is missing or not a string.
    #[getter]
    fn sid(&self) -> Option<&str> {
        self.claims.sid.as_deref()
    }

    /// `iss`: the Frontend API's URL; None if it is missing or not a string.
    #[getter]
    fn iss(&self) -> Option<&str> {
        self.claims.iss.as_deref()
    }

    /// `azp`: the origin that asked for the token; None if it is missing or not a string.
    #[getter]
    fn azp(&self) -> Option<&str> {
        self.claims.azp.as_deref()
    }

    /// `exp`: when it expires.
    #[getter]
    fn exp(&self) -> i64 {
        self.claims.exp
    }

    /// `nbf`: when it begins to be valid.
    #[getter]
    fn nbf(&self) -> Option<i64> {
        self.claims.nbf
    }

    /// `iat`: when it was made.
    #[getter]
    fn iat(&self) -> Option<i64> {
        self.claims.iat
    }

    /// All claims as they were signed.
    fn to_dict(&self, py: Python<'_>) -> PyResult<Py<PyDict>> {
        parse(py, self.claims.json())
    }

    /// A claim, or the default where it is not there.
    #[pyo3(signature = (name, default=None))]
    fn get(&self, py: Python<'_>, name: &str, default: Option<Py<PyAny>>) -> PyResult<Py<PyAny>> {
        let found = self.dict(py)?.get_item(name)?.map(Bound::unbind);
        Ok(found.or(default).unwrap_or_else(|| py.None()))
    }

    fn __getitem__(&self, py: Python<'_>, name: &str) -> PyResult<Py<PyAny>> {
        Ok(self.dict(py)?.as_any().get_item(name)?.unbind())
    }

    fn __contains__(&self, py: Python<'_>, name: &str) -> PyResult<bool> {
        self.dict(py)?.contains(name)
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.claims == other.claims
    }

    fn __hash__(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        self.claims.json().hash(&mut hasher);
        hasher.finish()
    }

    /// Ids only: what else a token says is nothing for logs.
    fn __repr__(&self) -> String {
        format!(
            "Claims(sub={:?}, sid={:?}, exp={})",
            self.claims.sub,
            self.claims.sid.as_deref().unwrap_or(""),
            self.claims.exp
        )
    }
}
