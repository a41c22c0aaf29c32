//! A clock that tests move.

use std::sync::Arc;

use clerk_usher::clock::{Clock, ManualClock as CoreClock};
use pyo3::prelude::*;

/// A clock that stands still until it is told to move. Times are Unix milliseconds.
#[pyclass(frozen, module = "clerk_usher._native")]
pub(crate) struct ManualClock(Arc<CoreClock>);

impl ManualClock {
    pub(crate) fn shared(&self) -> Arc<dyn Clock> {
        self.0.clone()
    }
}

#[pymethods]
impl ManualClock {
    #[new]
    fn new(now_ms: i64) -> Self {
        Self(Arc::new(CoreClock::new(now_ms)))
    }

    /// What it shows.
    #[getter]
    fn now_ms(&self) -> i64 {
        self.0.now_ms()
    }

    /// Shows this time from now on.
    fn set(&self, now_ms: i64) {
        self.0.set(now_ms);
    }

    /// Moves by this many milliseconds; negative moves back.
    fn advance(&self, by_ms: i64) {
        self.0.advance(by_ms);
    }

    fn __repr__(&self) -> String {
        format!("ManualClock(now_ms={})", self.0.now_ms())
    }
}
