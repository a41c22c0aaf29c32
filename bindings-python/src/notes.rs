//! What the developer should hear of, told once a process.

use std::sync::atomic::{AtomicU32, Ordering};

use clerk_usher::auth::RequestState;
use pyo3::prelude::*;

/// A bit for each that was told.
static TOLD: AtomicU32 = AtomicU32::new(0);

/// Logs what this state tells and none did before.
pub(crate) fn heed(py: Python<'_>, state: &RequestState) -> PyResult<()> {
    for note in state.notes() {
        let bit = 1 << (*note as u32);
        if TOLD.load(Ordering::Relaxed) & bit == 0 && TOLD.fetch_or(bit, Ordering::Relaxed) & bit == 0 {
            let logger = py.import("clerk_usher.log")?.call_method0("logger")?;
            logger.call_method1("warning", (note.message(),))?;
        }
    }
    Ok(())
}
