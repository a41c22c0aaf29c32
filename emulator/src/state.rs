//! What the handle and the server thread of one emulator share.

use crate::api::Router;
use crate::clock::Clock;
use crate::delivery::Queue;
use crate::disk::{Disk, NotKept, Unreadable};
use crate::emulator::Inner;
use crate::event::{self, Cause};
use crate::faults::Faults;
use crate::fixtures::Fixtures;
use crate::keys::LazyKey;
use crate::log::Log;
use crate::rate::Rates;
use crate::store::Store;
use crate::store::table::Change;
use crate::watch::Watchers;
use aws_lc_rs::digest;
use data_encoding::BASE64URL_NOPAD;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, Weak};

pub(crate) struct Shared {
    pub(crate) url: String,
    pub(crate) secret_key: String,
    pub(crate) publishable_key: String,
    pub(crate) machine_secret_key: String,
    pub(crate) machine_id: String,
    pub(crate) instance_id: String,
    pub(crate) seed: Option<u64>,
    pub(crate) key: LazyKey,
    pub(crate) other_key: LazyKey,
    pub(crate) clock: Clock,
    pub(crate) router: Router,
    pub(crate) connections: AtomicU64,
    pub(crate) requests: AtomicU64,
    /// What webhooks wait to be delivered.
    pub(crate) deliveries: Queue,
    pub(crate) disk: Option<Arc<Disk>>,
    /// What each life of the instance begins with.
    pub(crate) fixtures: Option<Fixtures>,
    /// Rows of the directory that could not be read.
    pub(crate) unreadable: Vec<Unreadable>,
    pub(crate) watchers: Watchers,
    /// Whether others than this machine can reach it.
    pub(crate) is_remote: bool,
    /// The handle that control over HTTP works with; set once there is one.
    pub(crate) handle: OnceLock<Weak<Inner>>,
    rates: Mutex<Rates>,
    store: Mutex<Store>,
    faults: Mutex<Faults>,
    log: Mutex<Log>,
}

/// The parts that the builder decides.
pub(crate) struct Identity {
    pub(crate) url: String,
    pub(crate) secret_key: String,
    pub(crate) publishable_key: String,
    pub(crate) machine_secret_key: String,
    pub(crate) machine_id: String,
    pub(crate) instance_id: String,
}

/// What an instance starts with.
pub(crate) struct State {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) key: LazyKey,
    pub(crate) disk: Option<Arc<Disk>>,
    pub(crate) fixtures: Option<Fixtures>,
    pub(crate) unreadable: Vec<Unreadable>,
    pub(crate) rates: Rates,
    pub(crate) is_remote: bool,
}

/// Locks even if a thread that held the lock panicked: the data of a test double is still the best there is.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// A change that may not come to its end: what a panic leaves of it is undone, as the lock is given out all the same.
struct Half<'a>(&'a mut Store);

impl Drop for Half<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.rollback();
        }
    }
}

impl Shared {
    pub(crate) fn new(identity: Identity, seed: Option<u64>, state: State, router: Router) -> Self {
        let shared = Shared {
            url: identity.url,
            secret_key: identity.secret_key,
            publishable_key: identity.publishable_key,
            machine_secret_key: identity.machine_secret_key,
            machine_id: identity.machine_id,
            instance_id: identity.instance_id,
            seed,
            key: state.key,
            other_key: LazyKey::default(),
            clock: state.clock,
            router,
            connections: AtomicU64::new(0),
            requests: AtomicU64::new(0),
            deliveries: Queue::default(),
            disk: state.disk,
            fixtures: state.fixtures,
            unreadable: state.unreadable,
            is_remote: state.is_remote,
            handle: OnceLock::new(),
            rates: Mutex::new(state.rates),
            store: Mutex::new(state.store),
            watchers: Watchers::default(),
            faults: Mutex::new(Faults::default()),
            log: Mutex::new(Log::default()),
        };
        shared.wake();
        shared
    }

    /// What an instance has from its first moment is no change that the first request made; what waited to be delivered
    /// when it stopped waits again.
    fn wake(&self) {
        let mut store = lock(&self.store);
        store.take_quiet();
        store.settle();
        let waiting = store.webhook_deliveries.iter().map(|(id, delivery)| Change {
            id: id.clone(),
            before: None,
            after: Some(delivery.clone()),
        });
        self.deliveries.follow(&waiting.collect::<Vec<_>>());
    }

    /// Whether the instance is one of production: its publishable key says so.
    pub(crate) fn is_production(&self) -> bool {
        self.publishable_key.starts_with("pk_live_")
    }

    /// What the names of suffixed cookies end in.
    pub(crate) fn cookie_suffix(&self) -> String {
        let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, self.publishable_key.as_bytes());
        BASE64URL_NOPAD.encode(hash.as_ref()).chars().take(8).collect()
    }

    /// Looks something up.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Store) -> T) -> T {
        look(&lock(&self.store))
    }

    /// Changes the store, all or nothing: what fails leaves no trace, nor does what cannot be kept where it is to be kept.
    pub(crate) fn change<T, E: From<NotKept>>(&self, run: impl FnOnce(&mut Store) -> Result<T, E>) -> Result<T, E> {
        self.change_for(Cause::default(), run)
    }

    /// As [`change`](Shared::change), for a request that events tell of.
    pub(crate) fn change_for<T, E: From<NotKept>>(
        &self,
        cause: Cause<'_>,
        run: impl FnOnce(&mut Store) -> Result<T, E>,
    ) -> Result<T, E> {
        self.change_in(&mut lock(&self.store), cause, run)
    }

    fn change_in<T, E: From<NotKept>>(
        &self,
        store: &mut Store,
        cause: Cause<'_>,
        run: impl FnOnce(&mut Store) -> Result<T, E>,
    ) -> Result<T, E> {
        let half = Half(store);
        let result = run(half.0);
        if result.is_err() {
            half.0.rollback();
        }
        self.settle(half.0, cause)?;
        result
    }

    /// As two changes one after the other, with nobody between them. Without the first there is no second.
    pub(crate) fn change_twice<T, E: From<NotKept>>(
        &self,
        first: impl FnOnce(&mut Store),
        second: impl FnOnce(&mut Store) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut store = lock(&self.store);
        self.change_in(&mut store, Cause::default(), |store| {
            first(store);
            Ok::<_, NotKept>(())
        })?;
        self.change_in(&mut store, Cause::default(), second)
    }

    /// As [`change`](Shared::change), for what fails only where it cannot be kept.
    pub(crate) fn alter<T>(&self, run: impl FnOnce(&mut Store) -> T) -> Result<T, NotKept> {
        self.change(|store| Ok(run(store)))
    }

    /// Lets time do its work. What cannot be kept now is made up for the next time.
    pub(crate) fn follow_clock(&self) {
        let now = self.clock.now_ms();
        if self.read(|store| store.is_billing_due(now)) {
            let _ = self.alter(|store| store.bill(now));
        }
    }

    /// What follows from a change, whoever made it: accounts that open by themselves, events, then all of it is kept, then what waits for it is told.
    fn settle(&self, store: &mut Store, cause: Cause<'_>) -> Result<(), NotKept> {
        let quiet = store.take_quiet();
        if !store.is_changed() {
            return Ok(());
        }
        if !quiet {
            let mut changes = store.changes();
            if store.open_accounts(&changes, self.clock.now_ms()) {
                changes = store.changes();
            }
            event::record(self, store, &changes, cause);
        }
        if let Some(disk) = &self.disk
            && let Err(error) = disk.commit(store, self.clock.current())
        {
            store.rollback();
            return Err(error);
        }
        self.deliveries.follow(&store.webhook_deliveries.changes());
        store.settle();
        Ok(())
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.faults)
    }

    pub(crate) fn rates(&self) -> MutexGuard<'_, Rates> {
        lock(&self.rates)
    }

    pub(crate) fn log(&self) -> MutexGuard<'_, Log> {
        lock(&self.log)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use crate::Emulator;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    #[test]
    fn what_a_panic_leaves_is_undone() {
        let emulator = Emulator::builder().start().unwrap();
        let shared = emulator.shared();
        let half = || {
            shared.alter(|store| {
                store.open_browser(0);
                assert_eq!(store.browsers.len(), 1);
                panic!("half way");
            })
        };
        assert!(catch_unwind(AssertUnwindSafe(half)).is_err());
        assert_eq!(shared.read(|store| store.browsers.len()), 0);
        shared.alter(|store| drop(store.open_browser(0))).unwrap();
        assert_eq!(shared.read(|store| store.browsers.len()), 1, "and others go on");
    }
}
