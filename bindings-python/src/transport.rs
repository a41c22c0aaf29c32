//! A transport of the host's: what a call sends is asked of the thread or loop that waits for the call.

use std::sync::Mutex;

use clerk_usher::transport::{AskingTransport, Question, TransportError, TransportResponse};
use clerk_usher::{ClerkBuilder, Error};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::error::raise;
use crate::once::name;
use crate::task::locked;

/// Options under which a call asks, where the host has a transport.
pub(crate) fn with_transport(builder: ClerkBuilder, transport: Option<&Py<PyAny>>) -> ClerkBuilder {
    if transport.is_some() { builder.transport(AskingTransport::default()) } else { builder }
}

/// A request that waits for its answer.
#[pyclass(frozen, module = "clerk_usher._native")]
pub(crate) struct Ask {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Py<PyBytes>,
    question: Mutex<Option<Question>>,
}

impl Ask {
    pub(crate) fn new(py: Python<'_>, question: Question) -> Self {
        let request = &question.request;
        Self {
            method: request.method.clone(),
            url: request.url.clone(),
            headers: request.headers.clone(),
            body: PyBytes::new(py, &request.body).unbind(),
            question: Mutex::new(Some(question)),
        }
    }

    fn end(&self, py: Python<'_>, answer: Result<TransportResponse, TransportError>) -> PyResult<()> {
        let Some(question) = locked(&self.question).take() else {
            return Err(raise(py, &Error::Internal("this was answered before".to_owned())));
        };
        question.answer(answer);
        Ok(())
    }
}

#[pymethods]
impl Ask {
    /// Method, URL, headers and body of what would be sent.
    #[getter]
    fn request(&self, py: Python<'_>) -> (&str, &str, Vec<(String, String)>, Py<PyBytes>) {
        (&self.method, &self.url, self.headers.clone(), self.body.clone_ref(py))
    }

    /// Answers it.
    fn answer(&self, py: Python<'_>, status: u16, headers: Vec<(String, String)>, body: Vec<u8>) -> PyResult<()> {
        let mut response = TransportResponse::new(status, body);
        response.headers = headers;
        self.end(py, Ok(response))
    }

    /// Tells that there is no answer.
    fn fail(&self, py: Python<'_>, message: String, sent: bool) -> PyResult<()> {
        self.end(py, Err(TransportError { message, sent }))
    }
}

/// Has the host answer, on this thread.
pub(crate) fn answer_now(py: Python<'_>, transport: &Py<PyAny>, ask: Ask) -> PyResult<()> {
    let module = py.import(name!(py, "clerk_usher.transport"))?;
    module.call_method1(name!(py, "answer_now"), (transport, Py::new(py, ask)?)).map(drop)
}
