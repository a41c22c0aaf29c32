//! The helpers, and the Frontend API proxy. What they take and give is JSON.

use clerk_usher::frontend_api_proxy::FrontendApiProxy;
use clerk_usher::{Error, helper};
use pyo3::prelude::*;

use crate::error::raise;

/// Runs a helper by its name.
#[pyfunction]
pub(crate) fn run_helper(py: Python<'_>, name: &str, arguments: &str) -> PyResult<String> {
    helper::run(name, arguments).map_err(|error| raise(py, &error))
}

/// The Frontend API under a path of the application's own. It sends nothing.
#[pyclass(frozen, module = "clerk_usher._native")]
pub(crate) struct NativeFrontendApiProxy(FrontendApiProxy);

impl NativeFrontendApiProxy {
    pub(crate) fn new(proxy: FrontendApiProxy) -> Self {
        Self(proxy)
    }
}

#[pymethods]
impl NativeFrontendApiProxy {
    #[new]
    fn make(py: Python<'_>, options: &str) -> PyResult<Self> {
        let made =
            || -> Result<FrontendApiProxy, Error> { Ok(FrontendApiProxy::new(helper::proxy_options(options)?)?) };
        made().map(Self).map_err(|error| raise(py, &error))
    }

    /// The path, without a slash at its end.
    #[getter]
    fn path(&self) -> &str {
        self.0.path()
    }

    /// Whether a request is for the proxy.
    fn matches(&self, py: Python<'_>, request: &str) -> PyResult<bool> {
        helper::proxy_matches(&self.0, request).map_err(|error| raise(py, &error))
    }

    /// What to do with a request.
    fn prepare(&self, py: Python<'_>, request: &str) -> PyResult<String> {
        helper::proxy_prepare(&self.0, request).map_err(|error| raise(py, &error))
    }

    /// The answer for the browser, from that of the Frontend API.
    #[staticmethod]
    fn response(py: Python<'_>, context: &str, status: u16, headers: &str) -> PyResult<String> {
        helper::proxy_response(context, status, headers).map_err(|error| raise(py, &error))
    }

    /// The answer for a request that could not be sent.
    #[staticmethod]
    fn failed() -> String {
        helper::proxy_failed()
    }
}
