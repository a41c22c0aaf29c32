//! What is noted of a token once it is verified, for the time it is remembered.

use crate::key::VerifyingKey;
use std::any::Any;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, RwLock, Weak};

/// See the module's text.
#[derive(Default)]
pub(crate) struct Remembered {
    /// 0 until it is remembered.
    id: AtomicU64,
    /// The key that the signature held with. Its place in memory is kept from being used again; it is not kept alive.
    key: OnceLock<Weak<VerifyingKey>>,
    /// Whether it was of use since it was remembered or last passed over.
    used: AtomicBool,
    /// What a floor above made of the claims, so that it is made once.
    derived: RwLock<Option<Arc<dyn Any + Send + Sync>>>,
}

impl Remembered {
    /// Notes the key that the signature held with.
    pub(crate) fn note_key(&self, key: &Arc<VerifyingKey>) {
        // The first counts. Who verifies it again with another one finds that it does not hold with that, and does so anew.
        let _ = self.key.set(Arc::downgrade(key));
    }

    /// Whether this is the very key that the signature held with. No other can have the place in memory of a key that is
    /// noted here.
    pub(crate) fn holds_with(&self, key: &Arc<VerifyingKey>) -> bool {
        self.key.get().is_some_and(|noted| std::ptr::eq(noted.as_ptr(), Arc::as_ptr(key)))
    }

    /// The number that it has among all that are remembered in this process; 0 where it is not.
    pub(crate) fn id(&self) -> u64 {
        self.id.load(Ordering::Relaxed)
    }

    /// Notes that it is remembered.
    pub(crate) fn note_kept(&self) {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        self.id.store(NEXT.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
    }

    /// Notes that it is of use still.
    pub(crate) fn note_use(&self) {
        // Written once, not by every request: what is only read stays in every processor's cache.
        if !self.used.load(Ordering::Relaxed) {
            self.used.store(true, Ordering::Relaxed);
        }
    }

    /// Whether it was of use since it was remembered or last passed over.
    pub(crate) fn was_used(&self) -> bool {
        self.used.load(Ordering::Relaxed)
    }

    /// The same; from now on it was not.
    pub(crate) fn take_use(&self) -> bool {
        self.used.swap(false, Ordering::Relaxed)
    }

    /// What is made of the claims and nothing else, made at its first use.
    pub(crate) fn derived<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> Arc<T> {
        // Nobody waits: a lock that is taken, be it by a thread that a fork left behind, is like finding nothing.
        let known = self.derived.try_read().ok().and_then(|derived| derived.clone());
        // There is one floor above, with one such thing.
        if let Some(Ok(known)) = known.map(Arc::downcast) {
            return known;
        }
        let made = Arc::new(make());
        if let Ok(mut derived) = self.derived.try_write() {
            *derived = Some(made.clone());
        }
        made
    }
}
