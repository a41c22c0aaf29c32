#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::key::test_keys::{NOW, key_a};
use crate::key::{LocalKey, VerifyingKey};
use proptest::prelude::*;
use std::sync::OnceLock;

fn key() -> &'static Arc<VerifyingKey> {
    static KEY: OnceLock<LocalKey> = OnceLock::new();
    KEY.get_or_init(|| LocalKey::parse(&key_a().pem()).unwrap()).key()
}

fn seen(token: &str) -> Claims {
    seen_with(token, key())
}

fn seen_with(token: &str, key: &Arc<VerifyingKey>) -> Claims {
    let claims = Claims::assume_written(token, &format!(r#"{{"sub":"{token}"}}"#)).unwrap();
    claims.remembered().note_key(key);
    claims
}

/// What an entry for this token takes.
fn size(token: &str) -> usize {
    size_of_entry(&seen(token))
}

/// A cache whose only bound is this number.
fn small(entries: usize) -> TokenCache {
    TokenCache::with(entries, usize::MAX, Hash::Keyed(RandomState::default()))
}

impl TokenCache {
    fn put(&self, token: &str) {
        self.keep(self.place(token).unwrap(), &seen(token), NOW);
    }

    fn put_all(&self, tokens: &[&str]) {
        tokens.iter().for_each(|token| self.put(token));
    }

    fn has(&self, token: &str) -> bool {
        self.get(self.place(token).unwrap(), token).is_some()
    }

    /// Entries and bytes in all parts; each part is checked to be whole.
    pub(crate) fn held(&self) -> (usize, usize) {
        let shelf = self.shelf();
        let mut sum = (0, 0);
        for part in &shelf.parts {
            let part = part.try_read().unwrap();
            assert_eq!(part.bytes, part.places.values().map(|kept| size_of_entry(&kept.seen)).sum::<usize>());
            let mut order: Vec<_> = part.order.iter().copied().collect();
            let mut places: Vec<_> = part.places.keys().copied().collect();
            order.sort_unstable();
            places.sort_unstable();
            assert_eq!(order, places);
            sum = (sum.0 + places.len(), sum.1 + part.bytes);
        }
        sum
    }
}

#[test]
fn it_is_bounded_by_entries() {
    let cache = TokenCache::new(DEFAULT_ENTRIES);
    for n in 0..DEFAULT_ENTRIES * 2 {
        cache.put(&format!("t{n}"));
    }
    let (entries, bytes) = cache.held();
    assert!((DEFAULT_ENTRIES * 9 / 10..=DEFAULT_ENTRIES).contains(&entries), "{entries}");
    assert!(bytes <= 32 << 20, "{bytes}");
    let cache = small(3);
    cache.put_all(&["a", "b", "c", "d"]);
    assert_eq!(["a", "b", "c", "d"].map(|token| cache.has(token)), [false, true, true, true]);
    assert_eq!(cache.held().0, 3);
    let cache = small(1);
    cache.put_all(&["a", "b"]);
    assert_eq!((cache.has("a"), cache.has("b")), (false, true));
}

#[test]
fn it_is_bounded_by_bytes() {
    let room = size("a") * 3;
    let cache = TokenCache::with(1_000, room, Hash::Keyed(RandomState::default()));
    cache.put_all(&["a", "b", "c", "d"]);
    assert_eq!(cache.held(), (3, room));
    let long = "x".repeat(room);
    cache.put(&long);
    assert!(!cache.has(&long) && cache.has("d"), "what is too long for all drives nothing out");
    let longer = "y".repeat(100);
    cache.put(&longer);
    assert!(cache.has(&longer) && cache.has("d") && !cache.has("b"));
    assert_eq!(cache.held(), (2, size(&longer) + size("d")), "two had to go for one");
}

#[test]
fn what_is_in_use_stays_and_what_is_over_goes() {
    let cache = small(3);
    cache.put_all(&["a", "b", "c"]);
    let get = |token| cache.get(cache.place(token).unwrap(), token).unwrap();
    // `exp` of these is 0: over. To find one is not to use it, so each is in the way.
    get("a").remembered().note_use();
    cache.put("d");
    assert!(!cache.has("a"), "used, but over");
    let keep_at = |token: &str| cache.keep(cache.place(token).unwrap(), &seen(token), -1);
    get("b").remembered().note_use();
    keep_at("e");
    assert_eq!(["b", "c", "d", "e"].map(|token| cache.has(token)), [true, false, true, true]);
    keep_at("f");
    keep_at("g");
    assert!(!cache.has("b"), "used once does not mean for ever");
}

#[test]
fn texts_of_one_hash_are_not_each_other() {
    let cache = TokenCache::with(1_000, usize::MAX, Hash::Fixed(|_| 7));
    for n in 0..1_000 {
        let token = format!("t{n}");
        assert!(!cache.has(&token), "{token} is not the one before");
        cache.put(&token);
        assert!(cache.has(&token));
        assert_eq!(cache.held().0, 1, "so there is never anything to search through");
    }
    assert!(!cache.has("t998") && !cache.has("t99") && !cache.has("t9999"));
}

#[test]
fn the_hash_is_keyed_and_of_the_whole_text() {
    let (one, other) = (small(1), small(1));
    assert_ne!(one.hash.of("a"), other.hash.of("a"));
    let text = "x".repeat(2_000);
    for at in [0, 1, 999, 1_998, 1_999] {
        let mut changed = text.clone();
        changed.replace_range(at..=at, "y");
        assert_ne!(one.hash.of(&text), one.hash.of(&changed), "{at}");
    }
}

#[test]
fn a_lock_that_is_taken_is_not_waited_for() {
    let cache = small(10);
    cache.put("a");
    let shelf = cache.shelf();
    let held = shelf.parts[0].write().unwrap();
    assert!(!cache.has("a"));
    cache.put("b");
    drop(held);
    assert!(cache.has("a") && !cache.has("b"));
    let read = shelf.parts[0].read().unwrap();
    assert!(cache.has("a"), "readers are not in each other's way");
    drop(read);
}

#[test]
fn a_child_of_a_fork_begins_with_nothing_and_waits_for_nobody() {
    let cache = small(10);
    cache.put("a");
    // As a child finds it: of another generation, locked by a thread that is not there.
    let parents = Arc::new(Shelf { generation: u64::MAX, parts: Box::new([RwLock::default()]) });
    cache.shelf.store(Arc::clone(&parents));
    let mut held = parents.parts[0].write().unwrap();
    assert!(!cache.has("a"));
    cache.put("a");
    assert!(cache.has("a"));
    assert_eq!(held.places.len(), 0, "the parent's is not touched");
    held.bytes = 0;
    let count = Arc::strong_count(&parents);
    cache.shelf.store(Arc::clone(&parents));
    drop(cache);
    assert_eq!(Arc::strong_count(&parents), count + 1, "nor dropped with the cache");
}

#[test]
fn only_the_very_key_holds() {
    let seen = seen("a");
    assert!(seen.remembered().holds_with(key()));
    assert!(seen.remembered().holds_with(&Arc::clone(key())));
    let again = LocalKey::read(&key_a().pem()).unwrap();
    assert!(again.key().is_same_key(key()) && !seen.remembered().holds_with(again.key()));
    // An entry does not keep its key, and no later one can be taken for it.
    let gone = seen_with("a", again.key());
    let watch = Arc::downgrade(again.key());
    drop(again);
    assert!(watch.upgrade().is_none());
    drop(watch);
    for _ in 0..100 {
        assert!(!gone.remembered().holds_with(LocalKey::read(&key_a().pem()).unwrap().key()));
    }
}

#[test]
fn many_threads_leave_it_whole() {
    let cache = TokenCache::with(SMALL, SMALL * 900, Hash::Keyed(RandomState::default()));
    std::thread::scope(|scope| {
        for thread in 0..4_usize {
            let cache = &cache;
            scope.spawn(move || {
                for n in 0..3_000_usize {
                    let token = format!("t{}", (n * (thread + 1)) % 2_000);
                    let place = cache.place(&token).unwrap();
                    match cache.get(place, &token) {
                        Some(seen) => assert_eq!(seen.raw("sub"), Some(format!("\"{token}\"").as_str())),
                        None => cache.put(&token),
                    }
                }
            });
        }
    });
    let (entries, bytes) = cache.held();
    assert!(entries > 0 && entries <= SMALL && bytes <= SMALL * 900, "{entries} {bytes}");
}

proptest! {
    /// Whatever comes in whatever order, at whatever places: never more than the bounds, and what is found is what was kept.
    #[test]
    fn it_stays_whole(tokens in prop::collection::vec("[a-d]{1,3}", 0..200), entries in 1_usize..8, kept_bytes in 0_usize..9_000) {
        let cache = TokenCache::with(entries, kept_bytes, Hash::Fixed(|token| token.bytes().map(u64::from).sum::<u64>() % 11));
        for token in &tokens {
            if let Some(found) = cache.get(cache.place(token).unwrap(), token) {
                prop_assert_eq!(found.token(), token.as_str());
                found.remembered().note_use();
            } else {
                cache.put(token);
            }
            let (held, bytes) = cache.held();
            prop_assert!(held <= entries && bytes <= kept_bytes);
        }
    }
}
