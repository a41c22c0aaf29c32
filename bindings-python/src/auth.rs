//! Who sent a request.

use clerk_usher::auth::{
    AcceptsToken, Auth as CoreAuth, AuthReason, HasParams, RequestState as CoreState, TokenRequest,
};
use clerk_usher::token::TokenType;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::claims::{Claims, parse, parse_dict};
use crate::error::raise;
use crate::notes::heed;
use crate::once::Once;

/// Who is calling, whatever kind of token said so. Signed out, everything is None and `has()` is false.
#[pyclass(frozen, subclass, module = "clerk_usher._native")]
pub(crate) struct Auth {
    auth: CoreAuth,
    claims: Once<PyDict>,
    /// The client, which gets tokens for the caller.
    client: Option<Py<PyAny>>,
}

impl Auth {
    /// The object for a client of the kind that waits, or that is awaited.
    fn made(py: Python<'_>, auth: CoreAuth, client: Option<&Py<PyAny>>, awaited: bool) -> PyResult<Py<Self>> {
        let auth = Self { auth, claims: Once::new(), client: client.map(|client| client.clone_ref(py)) };
        if awaited {
            let made = Bound::new(py, PyClassInitializer::from(auth).add_subclass(AsyncAuth))?;
            return Ok(made.into_super().unbind());
        }
        Py::new(py, auth)
    }

    fn ask_client<'py>(
        slf: &Bound<'py, Self>,
        template: Option<&str>,
        expires_in_seconds: Option<i64>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let request = match slf.get().auth.token_request(template, expires_in_seconds) {
            TokenRequest::Call { operation, arguments } => (None, Some((operation, arguments))),
            TokenRequest::Ready(token) => (token, None),
            _ => (None, None),
        };
        match &slf.get().client {
            Some(client) => client.bind(py).call_method1("_get_token", request),
            None => Ok(request.0.into_pyobject(py)?.into_any()),
        }
    }
}

/// The same from a client that is awaited.
#[pyclass(frozen, extends = Auth, module = "clerk_usher._native")]
pub(crate) struct AsyncAuth;

#[pymethods]
impl AsyncAuth {
    /// A token for this caller: awaited.
    #[pyo3(signature = (*, template=None, expires_in_seconds=None))]
    fn get_token<'py>(
        slf: &Bound<'py, Self>,
        template: Option<&str>,
        expires_in_seconds: Option<i64>,
    ) -> PyResult<Bound<'py, PyAny>> {
        Auth::ask_client(slf.as_super(), template, expires_in_seconds)
    }
}

#[pymethods]
impl Auth {
    /// A token for this caller: the one that the request had, unless a template or a life of its own is asked for.
    #[pyo3(signature = (*, template=None, expires_in_seconds=None))]
    fn get_token<'py>(
        slf: &Bound<'py, Self>,
        template: Option<&str>,
        expires_in_seconds: Option<i64>,
    ) -> PyResult<Bound<'py, PyAny>> {
        Self::ask_client(slf, template, expires_in_seconds)
    }

    /// This object if it is of a kind that is accepted here; else nobody.
    fn narrow(slf: &Bound<'_, Self>, accepts_token: &Bound<'_, PyAny>) -> PyResult<Py<Self>> {
        let py = slf.py();
        // What is no JSON is no kind either.
        let text = py.import("json")?.call_method1("dumps", (accepts_token,)).and_then(|text| text.extract::<String>());
        let accepts =
            AcceptsToken::from_json(text.as_deref().unwrap_or_default()).map_err(|error| raise(py, &error.into()))?;
        let this = slf.get();
        Self::made(py, this.auth.clone().narrowed(&accepts), this.client.as_ref(), slf.is_instance_of::<AsyncAuth>())
    }

    /// Whether somebody is signed in: `if state.auth:` means that.
    fn __bool__(&self) -> bool {
        self.auth.is_authenticated
    }

    /// A machine token's id.
    #[getter]
    fn id(&self) -> Option<&str> {
        self.auth.id.as_deref()
    }

    /// Whose a machine token is: `user_…`, `org_…` or `mch_…`.
    #[getter]
    fn subject(&self) -> Option<&str> {
        self.auth.subject.as_deref()
    }

    /// What a machine token may be used for.
    #[getter]
    fn scopes(&self) -> Option<Vec<String>> {
        self.auth.scopes.clone()
    }

    /// An API key's name.
    #[getter]
    fn name(&self) -> Option<&str> {
        self.auth.name.as_deref()
    }

    /// The machine that an M2M token is of.
    #[getter]
    fn machine_id(&self) -> Option<&str> {
        self.auth.machine_id.as_deref()
    }

    /// The OAuth application that a token was given to.
    #[getter]
    fn client_id(&self) -> Option<&str> {
        self.auth.client_id.as_deref()
    }

    /// The claims of an API key or M2M token.
    #[getter]
    fn claims<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.auth.claims().map(|text| parse(py, text)).transpose()
    }

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
        self.auth.org_permissions().map(<[String]>::to_vec)
    }

    /// Minutes since the first and the second factor were verified, -1 for never: the `fva` claim as it is.
    #[getter]
    fn factor_verification_age<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.claim(py, "fva")
    }

    /// The session token's claims, whole.
    #[getter]
    fn session_claims(&self, py: Python<'_>) -> PyResult<Option<Py<PyDict>>> {
        let Some(claims) = self.auth.session_claims() else { return Ok(None) };
        Ok(Some(self.claims.get(py, || parse_dict(py, claims.json()))?.clone_ref(py)))
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
        let text = self.auth.session_claims().and_then(|claims| claims.raw(name));
        text.map(|text| parse(py, text)).transpose()
    }
}

/// What a request's authentication came to.
#[pyclass(frozen, subclass, module = "clerk_usher._native")]
pub(crate) struct RequestState {
    state: CoreState,
    client: Option<Py<PyAny>>,
}

impl RequestState {
    /// The object for a client of the kind that waits, or that is awaited.
    pub(crate) fn made(
        py: Python<'_>,
        state: CoreState,
        client: Option<Py<PyAny>>,
        awaited: bool,
    ) -> PyResult<Py<PyAny>> {
        heed(py, &state)?;
        let state = Self { state, client };
        if awaited {
            let made = Bound::new(py, PyClassInitializer::from(state).add_subclass(AsyncRequestState))?;
            return Ok(made.into_any().unbind());
        }
        Ok(Py::new(py, state)?.into_any())
    }

    fn auth_object(slf: &Bound<'_, Self>, treat_pending_as_signed_out: bool) -> PyResult<Option<Py<Auth>>> {
        let py = slf.py();
        let this = slf.get();
        let awaited = slf.is_instance_of::<AsyncRequestState>();
        let auth = this.state.to_auth_with(treat_pending_as_signed_out);
        auth.map(|auth| Auth::made(py, auth, this.client.as_ref(), awaited)).transpose()
    }
}

/// The same from a client that is awaited: its auth object's `get_token()` is, too.
#[pyclass(frozen, extends = RequestState, module = "clerk_usher._native")]
pub(crate) struct AsyncRequestState;

#[pymethods]
impl RequestState {
    /// The status to answer with instead of serving the request: 307 or 503; None to serve it.
    #[getter]
    fn response_status(&self) -> Option<u16> {
        self.state.response_status()
    }

    /// What the decision was made on, with its secrets cut short.
    fn debug(&self, py: Python<'_>) -> PyResult<Py<PyDict>> {
        parse_dict(py, &self.state.debug_json())
    }

    /// `signed-in`, `signed-out`, `handshake` or `unavailable`.
    #[getter]
    fn status(&self) -> &'static str {
        self.state.status().as_str()
    }

    /// Why nobody is signed in, as a code; None if somebody is.
    #[getter]
    fn reason(&self) -> Option<&str> {
        self.state.reason().map(AuthReason::as_str)
    }

    /// The reason in a sentence, or empty.
    #[getter]
    fn message(&self) -> &str {
        self.state.message()
    }

    /// Whether somebody, or some machine, is signed in. True for a pending session too.
    #[getter]
    fn is_authenticated(&self) -> bool {
        self.state.is_authenticated()
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
        self.state.token_type().map(TokenType::as_str)
    }

    /// Headers for the response, in order; `set-cookie` may be there several times.
    #[getter]
    fn headers(&self) -> Vec<(String, String)> {
        self.state.headers().to_vec()
    }

    /// The token, if signed in.
    #[getter]
    fn token(&self) -> Option<&str> {
        self.state.token()
    }

    /// The session token's claims, if signed in.
    #[getter]
    fn claims(&self) -> Option<Claims> {
        self.state.claims().cloned().map(Claims::new)
    }

    /// When unavailable: seconds to wait before another try, where known.
    #[getter]
    #[allow(clippy::cast_precision_loss)] // a time of some seconds or minutes
    fn retry_after(&self) -> Option<f64> {
        self.state.retry_after_ms().map(|ms| ms as f64 / 1_000.0)
    }

    /// What the developer should hear of once: name and message.
    #[getter]
    fn notes(&self) -> Vec<(&'static str, &'static str)> {
        self.state.notes().iter().map(|note| (note.as_str(), note.message())).collect()
    }

    /// The publishable key that held, or empty.
    #[getter]
    fn publishable_key(&self) -> &str {
        &self.state.echo().publishable_key
    }

    /// Where the Frontend API is proxied, or empty.
    #[getter]
    fn proxy_url(&self) -> &str {
        &self.state.echo().proxy_url
    }

    /// Whether this is a satellite.
    #[getter]
    fn is_satellite(&self) -> bool {
        self.state.echo().is_satellite
    }

    /// The satellite's domain, or empty.
    #[getter]
    fn domain(&self) -> &str {
        &self.state.echo().domain
    }

    /// The sign-in page, or empty.
    #[getter]
    fn sign_in_url(&self) -> &str {
        &self.state.echo().sign_in_url
    }

    /// The sign-up page, or empty.
    #[getter]
    fn sign_up_url(&self) -> &str {
        &self.state.echo().sign_up_url
    }

    /// Where to go after signing in, or empty.
    #[getter]
    fn after_sign_in_url(&self) -> &str {
        &self.state.echo().after_sign_in_url
    }

    /// Where to go after signing up, or empty.
    #[getter]
    fn after_sign_up_url(&self) -> &str {
        &self.state.echo().after_sign_up_url
    }

    /// Who is calling; a pending session is signed out. None where nothing is known: during a handshake, and when
    /// unavailable.
    #[getter]
    fn auth(slf: &Bound<'_, Self>) -> PyResult<Option<Py<Auth>>> {
        Self::auth_object(slf, true)
    }

    /// The same; without `treat_pending_as_signed_out`, a pending session is signed in.
    #[pyo3(signature = (*, treat_pending_as_signed_out=true))]
    fn to_auth(slf: &Bound<'_, Self>, treat_pending_as_signed_out: bool) -> PyResult<Option<Py<Auth>>> {
        Self::auth_object(slf, treat_pending_as_signed_out)
    }

    /// All of it, as JSON can hold it. The token is in there.
    fn to_dict(&self, py: Python<'_>) -> PyResult<Py<PyDict>> {
        parse_dict(py, &self.state.to_json())
    }

    /// Without the token and the claims.
    fn __repr__(&self) -> String {
        match self.reason() {
            Some(reason) => format!("RequestState(status='{}', reason='{reason}')", self.status()),
            None => format!("RequestState(status='{}')", self.status()),
        }
    }
}
