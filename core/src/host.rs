//! What a host process tells the core about itself.
//!
//! After `fork` a child has none of its parent's threads, and shares its sockets. Whatever holds threads, sockets or a
//! place in a queue remembers the generation it was made in; one of an older generation is left alone and replaced.

use std::sync::atomic::{AtomicU64, Ordering};

static GENERATION: AtomicU64 = AtomicU64::new(0);

/// How many times this process is a fork of a fork.
#[must_use]
pub fn generation() -> u64 {
    GENERATION.load(Ordering::Acquire)
}

/// To be called in the child after `fork`. Touches one atomic and nothing else, so it is safe in any fork handler.
pub fn after_fork_in_child() {
    GENERATION.fetch_add(1, Ordering::AcqRel);
}
