//! JSON that is read late: the items of a page, and the fields of an object.

use std::ops::Range;
use std::sync::atomic::{AtomicU8, Ordering};

use clerk_usher::json::{self, Field};
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyInt, PyList, PyString};

use crate::once::Once;

/// How many fields are read alone before it is cheaper to read them all.
const FEW: u8 = 4;

/// Python's own reader.
fn loads<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    static LOADS: Once<PyAny> = Once::new();
    LOADS.get(py, || Ok(py.import("json")?.getattr("loads")?.unbind()))?.bind(py).call1((text,))
}

/// An object of the API that has not been read yet. It has a copy of its text, so that it keeps no page.
#[pyclass(frozen, module = "clerk_usher._native")]
pub(crate) struct LateObject {
    text: Box<str>,
    /// A field of which is known where its text stands.
    noted: Option<(&'static str, Range<usize>)>,
    reads: AtomicU8,
    whole: Once<PyAny>,
}

impl LateObject {
    fn new(text: &str) -> Self {
        Self { text: text.into(), noted: None, reads: AtomicU8::new(0), whole: Once::new() }
    }

    /// The body of a webhook.
    pub(crate) fn of_event(text: &str, kind: Option<Range<usize>>) -> Self {
        Self { noted: kind.map(|place| ("type", place)), ..Self::new(text) }
    }
}

#[pymethods]
impl LateObject {
    /// A field that is text, an integer, a boolean or null, read alone; `absent` where there is none. `NotImplemented` where it is
    /// something else, or so many were read that the whole is better.
    #[allow(clippy::needless_pass_by_value)] // what pyo3 converts, it converts into a value
    fn field<'py>(&self, py: Python<'py>, name: &str, absent: Bound<'py, PyAny>) -> Bound<'py, PyAny> {
        if let Some((_, place)) = self.noted.as_ref().filter(|(noted, _)| *noted == name)
            && let Some(value) = self.text.get(place.clone())
        {
            return PyString::new(py, value).into_any();
        }
        let all = || py.NotImplemented().into_bound(py);
        if self.reads.fetch_add(1, Ordering::Relaxed) >= FEW {
            self.reads.store(FEW, Ordering::Relaxed);
            return all();
        }
        match json::field(&self.text, name) {
            Field::Absent => absent,
            Field::Null => py.None().into_bound(py),
            Field::Bool(value) => PyBool::new(py, value).to_owned().into_any(),
            Field::Integer(value) => PyInt::new(py, value).into_any(),
            Field::Text(value) => PyString::new(py, value).into_any(),
            Field::Other => all(),
        }
    }

    /// The object as a dict: always the same one.
    fn whole(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let whole = self.whole.get(py, || loads(py, &self.text).map(Bound::unbind))?;
        Ok(whole.clone_ref(py))
    }
}

/// The items of a page, none of which has been read yet.
#[pyclass(frozen, module = "clerk_usher._native")]
pub(crate) struct LateItems {
    body: Py<PyBytes>,
    places: Vec<Range<usize>>,
    beside: String,
}

impl LateItems {
    fn text<'a>(&self, body: &'a [u8], index: usize) -> PyResult<&'a str> {
        let item = self.places.get(index).and_then(|place| body.get(place.clone()));
        // The whole body was text, and every place is that of a whole value.
        item.and_then(|item| std::str::from_utf8(item).ok()).ok_or_else(|| PyIndexError::new_err(index))
    }
}

#[pymethods]
impl LateItems {
    fn __len__(&self) -> usize {
        self.places.len()
    }

    /// An item: an object that is still to be read, anything else as it is.
    fn __getitem__(&self, py: Python<'_>, index: usize) -> PyResult<Py<PyAny>> {
        let text = self.text(self.body.as_bytes(py), index)?;
        if text.starts_with('{') {
            return Ok(Py::new(py, LateObject::new(text))?.into_any());
        }
        loads(py, text).map(Bound::unbind)
    }

    /// What came beside the items.
    fn beside<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        loads(py, &self.beside)
    }

    /// All items, read anew.
    fn whole<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let body = self.body.as_bytes(py);
        let items: PyResult<Vec<_>> = (0..self.places.len()).map(|index| loads(py, self.text(body, index)?)).collect();
        PyList::new(py, items?)
    }
}

/// The items of a listing: an array, or an object that has one of this name. None if it has to be read at once.
#[pyfunction]
pub(crate) fn late_items(py: Python<'_>, body: Bound<'_, PyBytes>, name: &str) -> Option<LateItems> {
    let bytes = body.as_bytes();
    let found = py.detach(|| json::listing(bytes, name))?;
    Some(LateItems { places: found.items, beside: found.beside, body: body.unbind() })
}

/// The object that a body is; None where it has to be read at once.
#[pyfunction]
pub(crate) fn late_object(body: &[u8]) -> Option<LateObject> {
    json::object(body).map(LateObject::new)
}
