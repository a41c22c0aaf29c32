//! Who sent a request.

use clerk_usher::auth::{Auth as CoreAuth, AuthReason, HasParams, RequestState as CoreState};
use clerk_usher::token::TokenType;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;

use crate::claims::{Claims, parse, parse_dict};

/// Who is calling, whatever kind of token said so. Signed out, everything is None and `has()` is false.
#[pyclass(frozen, module = "clerk_usher._native")]
pub(crate) struct Auth {
    auth: CoreAuth,
    claims: PyOnceLock<Py<PyDict>>,
}

impl Auth {
    fn new(auth: CoreAuth) -> Self {
        Self { auth, claims: PyOnceLock::new() }
    }
}

#[pymethods]
impl Auth {
    /// The kind of the token; None if it is of a kind that is not accepted.
    #[getter]
    fn token_type(&self) -> Option<&'static str> {
        self.auth.token_type.map(TokenType::as_str)
    }

    /// Whether somebody is signed in.
    #[getter]
    fn is_authenticated(&self) -> bool {
        self.auth.is_authenticated
    }

    /// The user's id.
    #[getter]
    fn user_id(&self) -> Option<&str> {
        self.auth.user_id.as_deref()
    }

    /// The session's id.
    #[getter]
    fn session_id(&self) -> Option<&str> {
        self.auth.session_id.as_deref()
    }

    /// `active` or `pending`; the latter also where a pending session counts as signed out.
    #[getter]
    fn session_status(&self) -> Option<&str> {
        self.auth.session_status.as_deref()
    }

    /// Who is impersonating the user, as the `act` claim says it.
    #[getter]
    fn actor<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.claim(py, "act")
    }

    /// The active organization's id.
    #[getter]
    fn org_id(&self) -> Option<&str> {
        self.auth.org_id.as_deref()
    }

    /// The active organization's slug.
    #[getter]
    fn org_slug(&self) -> Option<&str> {
        self.auth.org_slug.as_deref()
    }

    /// The role in it, such as `org:admin`.
    #[getter]
    fn org_role(&self) -> Option<&str> {
        self.auth.org_role.as_deref()
    }

    /// The permissions in it, such as `org:invoices:read`.
    #[getter]
    fn org_permissions(&self) -> Option<Vec<String>> {
        self.auth.org_permissions.clone()
    }

    /// Minutes since the first and the second factor were verified, -1 for never: the `fva` claim as it is.
    #[getter]
    fn factor_verification_age<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.claim(py, "fva")
    }

    /// The session token's claims, whole.
    #[getter]
    fn session_claims(&self, py: Python<'_>) -> PyResult<Option<Py<PyDict>>> {
        let Some(claims) = &self.auth.session_claims else { return Ok(None) };
        Ok(Some(self.claims.get_or_try_init(py, || parse_dict(py, claims.json()))?.clone_ref(py)))
    }

    /// Whether all that is asked holds. False for the signed out, and if nothing is asked.
    #[pyo3(
        signature = (**asked),
        text_signature = "(self, *, role=..., permission=..., feature=..., plan=..., reverification=...)"
    )]
    fn has(&self, py: Python<'_>, asked: Option<&Bound<'_, PyDict>>) -> PyResult<bool> {
        let Some(asked) = asked else { return Ok(self.auth.has(&HasParams::new())) };
        // What is no JSON is asked for all the same, and never met.
        let text = py.import("json")?.call_method1("dumps", (asked,)).and_then(|text| text.extract::<String>());
        Ok(self.auth.has(&HasParams::from_json(text.as_deref().unwrap_or(""))))
    }

    /// The form that can be stored or sent.
    fn to_dict(&self, py: Python<'_>) -> PyResult<Py<PyDict>> {
        parse_dict(py, &self.auth.to_json())
    }

    fn __repr__(&self) -> String {
        let shown =
            |text: Option<&str>| text.map_or_else(|| "None".to_owned(), |text| format!("'{}'", text.escape_default()));
        format!(
            "Auth(user_id={}, session_id={}, org_id={}, is_authenticated={})",
            shown(self.user_id()),
            shown(self.session_id()),
            shown(self.org_id()),
            if self.auth.is_authenticated { "True" } else { "False" },
        )
    }
}

impl Auth {
    fn claim<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        let text = self.auth.session_claims.as_ref().and_then(|claims| claims.raw(name));
        text.map(|text| parse(py, text)).transpose()
    }
}

/// What a request's authentication came to.
#[pyclass(frozen, module = "clerk_usher._native")]
pub(crate) struct RequestState(CoreState);

impl RequestState {
    pub(crate) fn new(state: CoreState) -> Self {
        Self(state)
    }
}

#[pymethods]
impl RequestState {
    /// `signed-in`, `signed-out`, `handshake` or `unavailable`.
    #[getter]
    fn status(&self) -> &'static str {
        self.0.status().as_str()
    }

    /// Why nobody is signed in, as a code; None if somebody is.
    #[getter]
    fn reason(&self) -> Option<&str> {
        self.0.reason().map(AuthReason::as_str)
    }

    /// The reason in a sentence, or empty.
    #[getter]
    fn message(&self) -> &str {
        self.0.message()
    }

    /// Whether somebody, or some machine, is signed in. True for a pending session too.
    #[getter]
    fn is_authenticated(&self) -> bool {
        self.0.is_authenticated()
    }

    /// Whether the status is `signed-in`.
    #[getter]
    fn is_signed_in(&self) -> bool {
        self.status() == "signed-in"
    }

    /// Whether the status is `signed-out`.
    #[getter]
    fn is_signed_out(&self) -> bool {
        self.status() == "signed-out"
    }

    /// Whether the status is `handshake`: answer with the headers, and 307.
    #[getter]
    fn is_handshake(&self) -> bool {
        self.status() == "handshake"
    }

    /// Whether the status is `unavailable`: nothing is known, answer 503.
    #[getter]
    fn is_unavailable(&self) -> bool {
        self.status() == "unavailable"
    }

    /// The kind of the token; None if it is of a kind that is not accepted.
    #[getter]
    fn token_type(&self) -> Option<&'static str> {
        self.0.token_type().map(TokenType::as_str)
    }

    /// Headers for the response, in order; `set-cookie` may be there several times.
    #[getter]
    fn headers(&self) -> Vec<(String, String)> {
        self.0.headers().to_vec()
    }

    /// The token, if signed in.
    #[getter]
    fn token(&self) -> Option<&str> {
        self.0.token()
    }

    /// The session token's claims, if signed in.
    #[getter]
    fn claims(&self) -> Option<Claims> {
        self.0.claims().cloned().map(Claims::new)
    }

    /// When unavailable: seconds to wait before another try, where known.
    #[getter]
    #[allow(clippy::cast_precision_loss)] // a time of some seconds or minutes
    fn retry_after(&self) -> Option<f64> {
        self.0.retry_after_ms().map(|ms| ms as f64 / 1_000.0)
    }

    /// What the developer should hear of once: name and message.
    #[getter]
    fn notes(&self) -> Vec<(&'static str, &'static str)> {
        self.0.notes().iter().map(|note| (note.as_str(), note.message())).collect()
    }

    /// The publishable key that held, or empty.
    #[getter]
    fn publishable_key(&self) -> &str {
        &self.0.echo().publishable_key
    }

    /// Where the Frontend API is proxied, or empty.
    #[getter]
    fn proxy_url(&self) -> &str {
        &self.0.echo().proxy_url
    }

    /// Whether this is a satellite.
    #[getter]
    fn is_satellite(&self) -> bool {
        self.0.echo().is_satellite
    }

    /// The satellite's domain, or empty.
    #[getter]
    fn domain(&self) -> &str {
        &self.0.echo().domain
    }

    /// The sign-in page, or empty.
    #[getter]
    fn sign_in_url(&self) -> &str {
        &self.0.echo().sign_in_url
    }

    /// The sign-up page, or empty.
    #[getter]
    fn sign_up_url(&self) -> &str {
        &self.0.echo().sign_up_url
    }

    /// Where to go after signing in, or empty.
    #[getter]
    fn after_sign_in_url(&self) -> &str {
        &self.0.echo().after_sign_in_url
    }

    /// Where to go after signing up, or empty.
    #[getter]
    fn after_sign_up_url(&self) -> &str {
        &self.0.echo().after_sign_up_url
    }

    /// Who is calling; a pending session is signed out. None where nothing is known: during a handshake, and when
    /// unavailable.
    #[getter]
    fn auth(&self) -> Option<Auth> {
        self.0.to_auth().map(Auth::new)
    }

    /// The same; without `treat_pending_as_signed_out`, a pending session is signed in.
    #[pyo3(signature = (*, treat_pending_as_signed_out=true))]
    fn to_auth(&self, treat_pending_as_signed_out: bool) -> Option<Auth> {
        self.0.to_auth_with(treat_pending_as_signed_out).map(Auth::new)
    }

    /// All of it, as JSON can hold it. The token is in there.
    fn to_dict(&self, py: Python<'_>) -> PyResult<Py<PyDict>> {
        parse_dict(py, &self.0.to_json())
    }

    /// Without the token and the claims.
    fn __repr__(&self) -> String {
        match self.reason() {
            Some(reason) => format!("RequestState(status='{}', reason='{reason}')", self.status()),
            None => format!("RequestState(status='{}')", self.status()),
        }
    }
}
