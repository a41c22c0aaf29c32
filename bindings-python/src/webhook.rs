//! Webhooks.

use clerk_usher::Error;
use clerk_usher::webhook::Webhook;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyDict, PyString};

use crate::clock::ManualClock;
use crate::error::raise;
use crate::json::LateObject;

/// Verifies webhooks. Options come as JSON.
#[pyclass(frozen, module = "clerk_usher._native")]
pub(crate) struct NativeWebhook(Webhook);

/// Names and values, in Python's own memory.
type Pairs = Vec<(PyBackedStr, PyBackedStr)>;

/// The id of a delivery that holds, when it was sent, and its body where that can be read late.
pub(crate) type Verdict = (String, i64, Option<LateObject>);

/// What a delivery comes to. Reading its body is the facade's.
pub(crate) fn verify(py: Python<'_>, webhook: &Webhook, headers: &Pairs, body: &[u8]) -> PyResult<Verdict> {
    let delivery = webhook.verify_raw(headers, body).map_err(|error| raise(py, &error.into()))?;
    let late = delivery.late().map(|(text, kind)| LateObject::of_event(text, kind));
    Ok((delivery.id().to_owned(), delivery.timestamp(), late))
}

/// The headers in a list of pairs of texts, or in a dict; None where that has anything but texts in it.
pub(crate) fn pairs(headers: &Bound<'_, PyAny>) -> PyResult<Option<Pairs>> {
    match headers.cast_exact::<PyDict>() {
        Ok(fields) => Ok(fields.iter().map(|(name, value)| Some((text(&name)?, text(&value)?))).collect()),
        Err(_) => headers.extract().map(Some),
    }
}

fn text(value: &Bound<'_, PyAny>) -> Option<PyBackedStr> {
    value.cast::<PyString>().ok()?.clone().try_into().ok()
}

#[pymethods]
impl NativeWebhook {
    #[new]
    #[pyo3(signature = (options, clock=None))]
    fn new(py: Python<'_>, options: &str, clock: Option<&ManualClock>) -> PyResult<Self> {
        let webhook = Webhook::from_json(options).map_err(|error| raise(py, &error))?;
        Ok(Self(match clock {
            Some(clock) => webhook.shared_clock(clock.shared()),
            None => webhook,
        }))
    }

    /// The id of a delivery that holds, when it was sent, in Unix seconds, and its body where that can be read late; None for
    /// headers that are a dict of more than texts.
    fn verify(&self, headers: &Bound<'_, PyAny>, body: &[u8]) -> PyResult<Option<Verdict>> {
        let Some(pairs) = pairs(headers)? else { return Ok(None) };
        verify(headers.py(), &self.0, &pairs, body).map(Some)
    }

    /// The headers of a signed delivery.
    fn sign(&self, py: Python<'_>, id: &str, timestamp: i64, body: &[u8]) -> PyResult<Vec<(&'static str, String)>> {
        let signed: Result<_, Error> = self.0.sign(id, timestamp, body);
        signed.map(Vec::from).map_err(|error| raise(py, &error))
    }
}
