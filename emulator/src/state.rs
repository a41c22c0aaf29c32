//! What the handle and the server thread of one emulator share.

use crate::api::Router;
use crate::clock::Clock;
use crate::faults::Faults;
use crate::keys::LazyKey;
use crate::log::Log;
use crate::store::Store;
use aws_lc_rs::digest;
use data_encoding::BASE64URL_NOPAD;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, MutexGuard};

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

/// Locks even if a thread that held the lock panicked: the data of a test double is still the best there is.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl Shared {
    pub(crate) fn new(identity: Identity, seed: Option<u64>, clock: Clock, router: Router) -> Self {
        let mut store = Store::new(seed, &identity.machine_id, &identity.machine_secret_key, clock.now_ms());
        // What is there from the first moment is not for the first failed request to undo.
        store.take_changes();
        Shared {
            url: identity.url,
            secret_key: identity.secret_key,
            publishable_key: identity.publishable_key,
            machine_secret_key: identity.machine_secret_key,
            machine_id: identity.machine_id,
            instance_id: identity.instance_id,
            seed,
            key: LazyKey::default(),
            other_key: LazyKey::default(),
            clock,
            router,
            connections: AtomicU64::new(0),
            requests: AtomicU64::new(0),
            store: Mutex::new(store),
            faults: Mutex::new(Faults::default()),
            log: Mutex::new(Log::default()),
        }
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

    /// Changes the store, all or nothing: what fails leaves no trace, but for what says that it is to stay.
    pub(crate) fn change<T, E>(&self, run: impl FnOnce(&mut Store) -> Result<T, E>) -> Result<T, E> {
        let mut store = lock(&self.store);
        let result = run(&mut store);
        if result.is_err() {
            store.undo();
        }
        self.settle(&mut store);
        result
    }

    /// As [`change`](Shared::change), for what cannot fail.
    pub(crate) fn alter<T>(&self, run: impl FnOnce(&mut Store) -> T) -> T {
        let mut store = lock(&self.store);
        let result = run(&mut store);
        self.settle(&mut store);
        result
    }

    /// What follows from a change, whoever made it.
    fn settle(&self, store: &mut Store) {
        if store.is_changed() {
            store.take_changes();
        }
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.faults)
    }

    pub(crate) fn log(&self) -> MutexGuard<'_, Log> {
        lock(&self.log)
    }
}
