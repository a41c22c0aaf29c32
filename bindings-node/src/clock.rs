//! A clock that a test can move.

use std::sync::Arc;

use clerk_usher::clock::{Clock, ManualClock, SharedClock};
use napi_derive::napi;

/// A clock that stands still until it is moved. Unix milliseconds.
#[napi]
#[derive(Debug)]
pub struct NativeClock(Arc<ManualClock>);

#[napi]
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)] // JavaScript's times are whole numbers below 2^53
impl NativeClock {
    /// A clock that stands at this time.
    #[napi(constructor, catch_unwind)]
    #[must_use]
    pub fn new(milliseconds: f64) -> Self {
        Self(Arc::new(ManualClock::new(milliseconds as i64)))
    }

    /// Where it stands.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn now(&self) -> f64 {
        self.0.now_ms() as f64
    }

    /// Puts it to a time.
    #[napi(catch_unwind)]
    pub fn set(&self, milliseconds: f64) {
        self.0.set(milliseconds as i64);
    }

    /// Moves it.
    #[napi(catch_unwind)]
    pub fn advance(&self, milliseconds: f64) {
        self.0.advance(milliseconds as i64);
    }
}

impl NativeClock {
    pub(crate) fn shared(&self) -> SharedClock {
        self.0.clone()
    }
}
