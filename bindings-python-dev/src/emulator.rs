//! The emulator, for `clerk_usher.testing`.

use std::sync::{Mutex, PoisonError};

use clerk_usher::host;
use clerk_usher_emulator::{Emulator, EmulatorBuilder, EmulatorError};
use pyo3::exceptions::{PyOSError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;

/// An emulator on a thread of its own. What it takes and gives is JSON.
#[pyclass(frozen, module = "clerk_usher_dev._native")]
pub(crate) struct NativeEmulator {
    generation: u64,
    /// Taken out when it ends.
    emulator: Mutex<Option<Emulator>>,
}

fn raise(error: &EmulatorError) -> PyErr {
    match error {
        EmulatorError::Argument(message) => PyValueError::new_err(message.clone()),
        EmulatorError::Io(error) => PyOSError::new_err(error.to_string()),
        other => PyRuntimeError::new_err(other.to_string()),
    }
}

impl NativeEmulator {
    fn handle(&self) -> PyResult<Emulator> {
        let handle = self.emulator.lock().unwrap_or_else(PoisonError::into_inner).clone();
        handle.ok_or_else(|| PyRuntimeError::new_err("the emulator has stopped"))
    }
}

#[pymethods]
impl NativeEmulator {
    /// Starts one; options as `EmulatorBuilder::from_json` of the emulator's crate takes them.
    #[new]
    fn new(py: Python<'_>, options: &str) -> PyResult<Self> {
        let started = py.detach(|| EmulatorBuilder::from_json(options).and_then(EmulatorBuilder::start));
        let emulator = started.map_err(|error| raise(&error))?;
        Ok(Self { generation: host::generation(), emulator: Mutex::new(Some(emulator)) })
    }

    /// Runs a command.
    fn control(&self, py: Python<'_>, command: &str, arguments: &str) -> PyResult<String> {
        let emulator = self.handle()?;
        py.detach(|| emulator.control(command, arguments)).map_err(|error| raise(&error))
    }

    /// Stops it and waits until it has.
    fn stop(&self, py: Python<'_>) {
        let emulator = self.emulator.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(emulator) = emulator else { return };
        if self.generation == host::generation() {
            py.detach(|| emulator.stop());
        } else {
            std::mem::forget(emulator);
        }
    }
}

impl Drop for NativeEmulator {
    fn drop(&mut self) {
        // In a forked child its thread does not exist: there is nothing to stop, and nothing to wait for.
        if self.generation != host::generation() {
            std::mem::forget(self.emulator.lock().unwrap_or_else(PoisonError::into_inner).take());
        }
    }
}
