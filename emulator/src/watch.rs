//! Watching the emulator at work: who wants to know is told of each request when it is over.

use std::sync::{Arc, PoisonError, RwLock};

use crate::emulator::Emulator;

/// A request that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answered {
    /// `GET`, …
    pub method: String,
    /// The path as sent, without the query, which may hold a token.
    pub path: String,
    /// The status of the answer; none if the connection was cut instead.
    pub status: Option<u16>,
    /// How long it took from the request's head to the answer's, in microseconds.
    pub duration_us: u64,
}

type Watcher = Arc<dyn Fn(&Answered) + Send + Sync>;

/// Those who want to know.
#[derive(Default)]
pub(crate) struct Watchers(RwLock<Vec<Watcher>>);

impl Watchers {
    pub(crate) fn tell(&self, answered: impl FnOnce() -> Answered) {
        let watchers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if watchers.is_empty() {
            return;
        }
        let answered = answered();
        watchers.iter().for_each(|watcher| watcher(&answered));
    }
}

impl Emulator {
    /// Has this function called after every request from now on, on the server's thread: it must return at once, and must
    /// not call the emulator.
    pub fn on_answer(&self, watcher: impl Fn(&Answered) + Send + Sync + 'static) {
        self.shared().watchers.0.write().unwrap_or_else(PoisonError::into_inner).push(Arc::new(watcher));
    }
}
