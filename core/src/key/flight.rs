//! One request to the key endpoint at a time.
//!
//! Whoever holds the place asks; the others wait for the place, and on getting it see that the keys are already new. If
//! the one who asks is cancelled, its place falls to the next, who asks again: nobody waits for an answer that no one is
//! fetching.

use crate::host;
use arc_swap::ArcSwap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// The place, as of one generation of the process. After a fork the child cannot know who held it and whether they
/// exist here, so a place of an older generation is replaced, never waited on.
#[derive(Debug)]
struct Place {
    generation: u64,
    lock: Arc<Mutex<()>>,
}

impl Place {
    fn new(generation: u64) -> Self {
        Self { generation, lock: Arc::default() }
    }
}

/// See the module's text.
#[derive(Debug)]
pub(crate) struct Flight {
    place: ArcSwap<Place>,
}

impl Flight {
    pub(crate) fn new() -> Self {
        Self { place: ArcSwap::from_pointee(Place::new(host::generation())) }
    }

    /// Takes the place, waiting for it at most this long. `None`: it was not free in time.
    pub(crate) async fn take(&self, at_most: Duration) -> Option<OwnedMutexGuard<()>> {
        self.take_in(host::generation(), at_most).await
    }

    async fn take_in(&self, generation: u64, at_most: Duration) -> Option<OwnedMutexGuard<()>> {
        let lock = self.lock_of(generation);
        // No timer, and so no need of a runtime that has one, where nobody is in the way.
        match Arc::clone(&lock).try_lock_owned() {
            Ok(held) => Some(held),
            Err(_) => tokio::time::timeout(at_most, lock.lock_owned()).await.ok(),
        }
    }

    fn lock_of(&self, generation: u64) -> Arc<Mutex<()>> {
        loop {
            let place = self.place.load_full();
            if place.generation >= generation {
                return Arc::clone(&place.lock);
            }
            self.place.compare_and_swap(&place, Arc::new(Place::new(generation)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Flight;
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn after_a_fork_nobody_waits_for_who_is_not_there() {
        let (flight, wait) = (Flight::new(), Duration::from_secs(3));
        let parents = flight.take_in(1, wait).await;
        assert!(parents.is_some());
        assert!(flight.take_in(1, wait).await.is_none(), "in the parent it is taken");
        let began = tokio::time::Instant::now();
        let childs = flight.take_in(2, wait).await;
        assert!(childs.is_some(), "in the child it is free");
        assert_eq!(began.elapsed(), Duration::ZERO);
        assert!(flight.take_in(2, wait).await.is_none(), "and then taken there too");
        drop(childs);
        assert!(flight.take_in(2, wait).await.is_some());
    }
}
