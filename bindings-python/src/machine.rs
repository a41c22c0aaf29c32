//! A verified machine token.

use clerk_usher::token::MachineToken as CoreToken;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::claims::{parse, parse_dict};

/// What is known of a verified machine token. Times are Unix milliseconds.
#[pyclass(frozen, module = "clerk_usher._native")]
pub(crate) struct MachineToken(CoreToken);

impl MachineToken {
    pub(crate) fn new(token: CoreToken) -> Self {
        Self(token)
    }
}

#[pymethods]
impl MachineToken {
    /// `api_key`, `m2m_token` or `oauth_token`.
    #[getter]
    fn token_type(&self) -> &'static str {
        self.0.token_type.as_str()
    }

    /// The token's id; empty for a JWT without one.
    #[getter]
    fn id(&self) -> &str {
        &self.0.id
    }

    /// Whose it is: `user_…`, `org_…` or `mch_…`.
    #[getter]
    fn subject(&self) -> &str {
        &self.0.subject
    }

    /// What it may be used for.
    #[getter]
    fn scopes(&self) -> Vec<String> {
        self.0.scopes.clone()
    }

    /// The claims that were attached to it.
    #[getter]
    fn claims<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.0.claims.as_deref().map(|text| parse(py, text)).transpose()
    }

    /// An API key's name.
    #[getter]
    fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// An OAuth token's application.
    #[getter]
    fn client_id(&self) -> Option<&str> {
        self.0.client_id.as_deref()
    }

    /// An OAuth token's audience.
    #[getter]
    fn aud(&self) -> Option<Vec<String>> {
        self.0.aud.clone()
    }

    /// An OAuth token's actor: who acts for the subject.
    #[getter]
    fn act<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.0.act.as_deref().map(|text| parse(py, text)).transpose()
    }

    /// Whether the API says that it was revoked.
    #[getter]
    fn revoked(&self) -> bool {
        self.0.revoked
    }

    /// Why it was revoked.
    #[getter]
    fn revocation_reason(&self) -> Option<&str> {
        self.0.revocation_reason.as_deref()
    }

    /// Whether it has expired.
    #[getter]
    fn expired(&self) -> bool {
        self.0.expired
    }

    /// When it expires.
    #[getter]
    fn expiration(&self) -> Option<i64> {
        self.0.expiration
    }

    /// When it was made.
    #[getter]
    fn created_at(&self) -> Option<i64> {
        self.0.created_at
    }

    /// When it was changed last.
    #[getter]
    fn updated_at(&self) -> Option<i64> {
        self.0.updated_at
    }

    /// All of it.
    fn to_dict(&self, py: Python<'_>) -> PyResult<Py<PyDict>> {
        parse_dict(py, &self.0.to_json())
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    /// Without the claims.
    fn __repr__(&self) -> String {
        let CoreToken { id, subject, .. } = &self.0;
        format!("MachineToken(token_type='{}', id={id:?}, subject={subject:?})", self.token_type())
    }
}
