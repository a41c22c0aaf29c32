//! Webhooks.

use clerk_usher::Error;
use clerk_usher::webhook::Webhook;
use pyo3::prelude::*;

use crate::clock::ManualClock;
use crate::error::raise;

/// Verifies webhooks. Options come as JSON.
#[pyclass(frozen, module = "clerk_usher._native")]
pub(crate) struct NativeWebhook(Webhook);

/// The id of a delivery that holds, and when it was sent. Reading its body is the facade's.
pub(crate) fn verify(
    py: Python<'_>,
    webhook: &Webhook,
    headers: &[(String, String)],
    body: &[u8],
) -> PyResult<(String, i64)> {
    let delivery = webhook.verify_raw(headers, body).map_err(|error| raise(py, &error.into()))?;
    Ok((delivery.id().to_owned(), delivery.timestamp()))
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

    /// The id of a delivery that holds, and when it was sent, in Unix seconds.
    #[allow(clippy::needless_pass_by_value)] // what pyo3 converts, it converts into a value
    fn verify(&self, py: Python<'_>, headers: Vec<(String, String)>, body: &[u8]) -> PyResult<(String, i64)> {
        verify(py, &self.0, &headers, body)
    }

    /// The headers of a signed delivery.
    fn sign(&self, py: Python<'_>, id: &str, timestamp: i64, body: &[u8]) -> PyResult<Vec<(&'static str, String)>> {
        let signed: Result<_, Error> = self.0.sign(id, timestamp, body);
        signed.map(Vec::from).map_err(|error| raise(py, &error))
    }
}
