//! The pace of many calls at once: one that is told to wait makes all of them wait.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::output;

/// The wait where the API does not say how long; it doubles from the first to the last.
const FIRST: Duration = Duration::from_secs(1);
const LAST: Duration = Duration::from_secs(30);
/// The longest wait that is believed.
const LONGEST: Duration = Duration::from_secs(600);

#[derive(Debug)]
struct Pace {
    until: Instant,
    next: Duration,
}

/// Where calls wait while the API wants none.
#[derive(Debug)]
pub(super) struct Gate(Mutex<Pace>);

impl Gate {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Pace { until: Instant::now(), next: FIRST }))
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until calls are wanted.
    pub(super) async fn pass(&self) {
        loop {
            let until = self.pace().until;
            if until <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(until).await;
        }
    }

    /// A call was answered 429; `retry_after` in seconds, where the API says.
    pub(super) fn limited(&self, retry_after: Option<f64>) {
        let mut pace = self.pace();
        let told = retry_after.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let wait = told.unwrap_or(pace.next).min(LONGEST);
        if told.is_none() {
            pace.next = (pace.next * 2).min(LAST);
        }
        let until = Instant::now() + wait;
        // Those that were on their way are told the same; one of them says so.
        if pace.until <= Instant::now() && wait >= FIRST {
            output::note(&format!("The API asks for a pause of {:.0} s.", wait.as_secs_f64()));
        }
        pace.until = pace.until.max(until);
    }

    /// A call was answered.
    pub(super) fn opened(&self) {
        self.pace().next = FIRST;
    }
}
