//! The way through a listing.

use clerk_usher::args::Arguments;
use clerk_usher::page::Walk as CoreWalk;
use pyo3::prelude::*;

use crate::error::raise;

/// Which page of a listing to ask for. It never changes: the next step is another one.
#[pyclass(frozen, module = "clerk_usher._native")]
pub(crate) struct Walk(CoreWalk);

#[pymethods]
impl Walk {
    #[new]
    fn new(py: Python<'_>, operation: &str, arguments: &str) -> PyResult<Self> {
        let arguments = Arguments::from_json(arguments).map_err(|error| raise(py, &error.into()))?;
        CoreWalk::new(operation, arguments).map(Self).map_err(|error| raise(py, &error))
    }

    /// The arguments to ask with, as JSON; none where the listing is over.
    #[getter]
    fn arguments(&self) -> Option<String> {
        self.0.arguments().map(Arguments::to_json)
    }

    /// The step after a page with this many items, this total, and these first and last ids.
    #[pyo3(signature = (count, total, first, last))]
    fn after(
        &self,
        py: Python<'_>,
        count: usize,
        total: Option<i64>,
        first: Option<&str>,
        last: Option<&str>,
    ) -> PyResult<Self> {
        let mut next = self.0.clone();
        next.advance(count, total, first, last).map_err(|error| raise(py, &error))?;
        Ok(Self(next))
    }
}
