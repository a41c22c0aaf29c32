//! What the API said of opaque machine tokens a moment ago, so that it need not be asked at each request. Off unless a
//! time is set: within that time a token that was revoked still counts.

use crate::host;
use crate::secret::Secret;
use arc_swap::ArcSwap;
use aws_lc_rs::digest;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};

/// The most answers that are kept.
const MAX_ENTRIES: usize = 10_000;
/// The longest answer that is kept, in bytes.
const MAX_BYTES: usize = 16_384;

/// Successes only: what the API refused is asked again.
pub(crate) struct MachineCache {
    life_ms: i64,
    shelf: ArcSwap<Shelf>,
}

/// The answers of one process. A child of a fork has one of its own, as another thread may have held the lock of this one at
/// that moment; and nobody ever waits for the lock: to find it taken is to find nothing.
#[derive(Default)]
struct Shelf {
    generation: u64,
    entries: Mutex<HashMap<[u8; 32], Entry>>,
}

struct Entry {
    body: String,
    kept_at: i64,
}

impl MachineCache {
    /// Keeps answers for this many milliseconds; 0 for not at all.
    pub(crate) fn new(life_ms: i64) -> Self {
        Self { life_ms, shelf: ArcSwap::from_pointee(Shelf { generation: host::generation(), ..Shelf::default() }) }
    }

    /// The body that vouches for this token. A clock that was set back ends its life too.
    pub(crate) fn get(&self, key: &Secret, token: &str, now_ms: i64) -> Option<String> {
        if self.life_ms <= 0 {
            return None;
        }
        let shelf = self.shelf();
        let entries = shelf.entries.try_lock().ok()?;
        let entry = entries.get(&place(key, token)).filter(|entry| self.is_fresh(entry, now_ms))?;
        // A token that expires within the time is not served beyond its own.
        let expiration = crate::token::member(&entry.body, "expiration").and_then(crate::token::integer);
        (expiration.is_none_or(|at| now_ms < at)).then(|| entry.body.clone())
    }

    /// Keeps a body that vouches for a token.
    pub(crate) fn keep(&self, key: &Secret, token: &str, body: &str, now_ms: i64) {
        if self.life_ms <= 0 || body.len() > MAX_BYTES {
            return;
        }
        let shelf = self.shelf();
        let Ok(mut entries) = shelf.entries.try_lock() else { return };
        if entries.len() >= MAX_ENTRIES {
            // Whichever comes first goes. If it was still of use, that costs one question.
            if let Some(any) = entries.keys().next().copied() {
                entries.remove(&any);
            }
        }
        entries.insert(place(key, token), Entry { body: body.to_owned(), kept_at: now_ms });
    }

    fn shelf(&self) -> Arc<Shelf> {
        let shelf = self.shelf.load_full();
        let generation = host::generation();
        if shelf.generation == generation {
            return shelf;
        }
        let fresh = Arc::new(Shelf { generation, ..Shelf::default() });
        // The one of the parent is leaked: its lock is nobody's to touch.
        std::mem::forget(self.shelf.swap(Arc::clone(&fresh)));
        fresh
    }

    fn is_fresh(&self, entry: &Entry, now_ms: i64) -> bool {
        (0..self.life_ms).contains(&now_ms.saturating_sub(entry.kept_at))
    }
}

/// A hash over key and token: neither is kept, and what one key vouched for is nothing to another.
fn place(key: &Secret, token: &str) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in [key.expose(), token] {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

impl fmt::Debug for MachineCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MachineCache").field("life_ms", &self.life_ms).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_ENTRIES, MachineCache};
    use crate::secret::Secret;

    fn key(text: &str) -> Secret {
        Secret::new(text)
    }

    #[test]
    fn serves_within_its_time_only() {
        let cache = MachineCache::new(1_000);
        cache.keep(&key("k"), "mt_1", "{}", 5_000);
        assert_eq!(cache.get(&key("k"), "mt_1", 5_999).as_deref(), Some("{}"));
        assert_eq!(cache.get(&key("k"), "mt_1", 6_000), None);
        assert_eq!(cache.get(&key("k"), "mt_1", 4_999), None, "a clock set back");
        assert_eq!(cache.get(&key("other"), "mt_1", 5_000), None, "another key");
        assert_eq!(cache.get(&key("k"), "mt_2", 5_000), None);
    }

    #[test]
    fn never_beyond_the_tokens_own_time() {
        let cache = MachineCache::new(10_000);
        cache.keep(&key("k"), "mt_1", r#"{"expiration":6000}"#, 5_000);
        assert!(cache.get(&key("k"), "mt_1", 5_999).is_some());
        assert!(cache.get(&key("k"), "mt_1", 6_000).is_none());
    }

    #[test]
    fn a_lock_that_is_taken_is_not_waited_for() {
        let cache = MachineCache::new(1_000);
        cache.keep(&key("k"), "mt_1", "{}", 0);
        let shelf = cache.shelf();
        let held = shelf.entries.try_lock();
        assert_eq!(cache.get(&key("k"), "mt_1", 0), None);
        cache.keep(&key("k"), "mt_2", "{}", 0);
        drop(held);
        assert_eq!(cache.get(&key("k"), "mt_1", 0).as_deref(), Some("{}"));
        assert_eq!(cache.get(&key("k"), "mt_2", 0), None);
    }

    #[test]
    fn off_and_bounded() {
        let off = MachineCache::new(0);
        off.keep(&key("k"), "mt_1", "{}", 0);
        assert_eq!(off.get(&key("k"), "mt_1", 0), None);
        let cache = MachineCache::new(1_000);
        for n in 0..MAX_ENTRIES + 100 {
            cache.keep(&key("k"), &format!("mt_{n}"), "{}", 0);
        }
        let kept = cache.shelf().entries.try_lock().map(|entries| entries.len()).ok();
        assert_eq!(kept, Some(MAX_ENTRIES));
        cache.keep(&key("k"), "mt_long", &"x".repeat(20_000), 0);
        assert_eq!(cache.get(&key("k"), "mt_long", 0), None);
    }
}
