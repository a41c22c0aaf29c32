//! The threads on which calls run: made at the first call, made anew in a forked child, never joined.
//!
//! They know nothing of Python and never wait for the GIL, so an interpreter that ends cannot be held up by them.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use clerk_usher::{Error, host};
use tokio::runtime::{Builder, Handle, Runtime};

/// Enough to move bytes; the host's threads do the rest.
const WORKERS: usize = 2;

struct Slot {
    generation: u64,
    handle: Handle,
}

static SLOT: ArcSwapOption<Slot> = ArcSwapOption::const_empty();

/// The runtime of this process, made if there is none yet.
pub(crate) fn handle() -> Result<Handle, Error> {
    loop {
        let current = SLOT.load_full();
        if let Some(slot) = current.as_ref().filter(|slot| slot.generation == host::generation()) {
            return Ok(slot.handle.clone());
        }
        let runtime = build().map_err(|error| Error::Internal(format!("no threads for calls: {error}")))?;
        let slot = Arc::new(Slot { generation: host::generation(), handle: runtime.handle().clone() });
        let before = SLOT.compare_and_swap(&current, Some(slot.clone()));
        let won = match (before.as_ref(), current.as_ref()) {
            (None, None) => true,
            (Some(before), Some(current)) => Arc::ptr_eq(before, current),
            _ => false,
        };
        if won {
            // Never shut down: its threads end with the process. In a forked child they are gone already, and what
            // they held stays as it was, so a runtime of another generation is left alone and replaced.
            std::mem::forget(runtime);
            return Ok(slot.handle.clone());
        }
        // Two first calls at once: the later one's runtime goes, before anything has run on it.
        runtime.shutdown_background();
    }
}

fn build() -> std::io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(WORKERS).thread_name("clerk-usher").enable_all().build()
}
