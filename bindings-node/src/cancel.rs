//! Giving a call up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use napi_derive::napi;
use tokio::sync::Notify;

/// Raised once, seen by the one call that waits for it.
#[derive(Debug, Default)]
pub(crate) struct Flag {
    up: AtomicBool,
    changed: Notify,
}

impl Flag {
    /// Ends when the flag is up.
    pub(crate) async fn raised(&self) {
        while !self.up.load(Ordering::Acquire) {
            // A permit is kept when nobody waits yet, so a flag that is raised in between is not missed.
            self.changed.notified().await;
        }
    }
}

/// Cancels the call that it is given to.
#[napi]
#[derive(Debug, Default)]
pub struct NativeCanceller(Arc<Flag>);

#[napi]
impl NativeCanceller {
    /// For a call that is about to be made.
    #[napi(constructor, catch_unwind)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Cancels it: its request is dropped, its promise resolves with an error of the kind `cancelled`.
    #[napi(catch_unwind)]
    pub fn cancel(&self) {
        self.0.up.store(true, Ordering::Release);
        self.0.changed.notify_one();
    }
}

impl NativeCanceller {
    pub(crate) fn flag(&self) -> Arc<Flag> {
        self.0.clone()
    }
}
