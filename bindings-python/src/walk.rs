//! The way through a listing.

use clerk_usher::args::Arguments;
use clerk_usher::page::{Walk as CoreWalk, WalkOptions};
use pyo3::prelude::*;

use crate::error::raise;

/// Which page of a listing to ask for. It never changes: the next step is another one.
#[pyclass(frozen, module = "clerk_usher._native")]
pub(crate) struct Walk {
    walk: CoreWalk,
    options: WalkOptions,
}

#[pymethods]
impl Walk {
    #[new]
    #[pyo3(signature = (operation, arguments, options="{}"))]
    fn new(py: Python<'_>, operation: &str, arguments: &str, options: &str) -> PyResult<Self> {
        let options = WalkOptions::from_json(options).map_err(|error| raise(py, &error.into()))?;
        let arguments = Arguments::from_json(arguments).map_err(|error| raise(py, &error.into()))?;
        let walk = CoreWalk::new(operation, arguments).map_err(|error| raise(py, &error))?;
        Ok(Self { walk, options })
    }

    /// The arguments to ask with, as JSON; none where the listing is over.
    #[getter]
    fn arguments(&self) -> Option<String> {
        self.walk.arguments().map(Arguments::to_json)
    }

    /// What to have on its way: these arguments, and those of pages ahead. None where the listing is over.
    #[getter]
    fn ahead(&self) -> Vec<String> {
        self.walk.ahead(self.options.at_once()).iter().map(Arguments::to_json).collect()
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
        let mut walk = self.walk.clone();
        walk.advance(count, total, first, last).map_err(|error| raise(py, &error))?;
        Ok(Self { walk, options: self.options })
    }
}
