//! What is made once, in a process that may fork at any time.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyString;

/// A value that is made when it is first needed. Nobody waits for whoever is making it, as a child that was forked meanwhile
/// would wait for ever: two may make it, and the first is kept.
pub(crate) struct Once<T>(PyOnceLock<Py<T>>);

impl<T> Once<T> {
    pub(crate) const fn new() -> Self {
        Self(PyOnceLock::new())
    }

    pub(crate) fn get(&self, py: Python<'_>, make: impl FnOnce() -> PyResult<Py<T>>) -> PyResult<&Py<T>> {
        if let Some(made) = self.0.get(py) {
            return Ok(made);
        }
        let made = make()?;
        // Without letting go of the interpreter, which who forks holds. To make it in there would.
        let _ = self.0.set(py, made);
        self.0.get(py).ok_or_else(|| pyo3::exceptions::PyRuntimeError::new_err("what was made is not there"))
    }
}

/// A text that is always the same object, as Python's own names are.
pub(crate) struct Name(&'static str, PyOnceLock<Py<PyString>>);

impl Name {
    pub(crate) const fn new(text: &'static str) -> Self {
        Self(text, PyOnceLock::new())
    }

    pub(crate) fn get<'a, 'py>(&'a self, py: Python<'py>) -> &'a Bound<'py, PyString> {
        let make = || PyString::intern(py, self.0).unbind();
        if self.1.get(py).is_none() {
            // As above.
            let _ = self.1.set(py, make());
        }
        self.1.get_or_init(py, make).bind(py)
    }
}

/// [`Name`] of a text. In place of pyo3's `intern!`, which lets go of the interpreter while it makes one.
macro_rules! name {
    ($py:expr, $text:literal) => {{
        static NAME: $crate::once::Name = $crate::once::Name::new($text);
        NAME.get($py)
    }};
}

pub(crate) use name;
