//! Session tokens whose signature held a moment ago, so that a token that comes with every request of its minute is not
//! verified each time.
//!
//! What is remembered is one fact: *this text was signed by this key*, and what the text says. That fact never changes.
//! Everything that can change is decided anew at each use, by the rules that a new token meets: which key is chosen (by the
//! same look-up, so that a key that was rotated, dropped, is too old or has to be asked for is not believed), `typ`, `alg`
//! and category, audience, authorized party, issuer, and the time. So there is nothing to be made invalid, and no life of an
//! entry to be chosen.
//!
//! What it has to withstand, and how:
//! * **Another text for a known one**: the whole text is hashed, and then compared whole. A prefix, a suffix, other padding
//!   or a changed signature is another token.
//! * **Another key**: an entry holds with the one object that verified it and with no other, be it of the same id, of the
//!   same modulus even. A key that was fetched again or replaced is a new object; another tenant's is of another cache. The
//!   entry keeps its key's place in memory from being used again, not the key alive.
//! * **Other options of a call**: nothing of them is remembered. With `skip_jwks_cache` nothing is looked up or kept.
//! * **Clocks that jump**: no time is remembered but the token's own.
//! * **Junk**: only who was accepted is kept, so a stranger can fill nothing, and costs one hash. The hash is keyed by a
//!   secret of this process. Texts of one hash would take each other's place: there is nothing to search through.
//! * **Memory**: bounded by entries and by bytes. The oldest that was not used since it was last passed over goes first.
//! * **Fork and threads**: nobody waits for a lock. One that is taken, be it for ever as its thread is not in this child, is
//!   like finding nothing; and a child begins with a shelf of its own.
//!
//! Handshake tokens are not kept, as each is seen once; nor are machines' JWTs, which have rules of their own and live long.

use super::claims::Claims;
use crate::host;
use arc_swap::{ArcSwap, Guard};
use foldhash::quality::RandomState;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::hash::{BuildHasher as _, BuildHasherDefault, Hasher};
use std::sync::{Arc, RwLock};

/// How many tokens are remembered unless told otherwise.
pub(crate) const DEFAULT_ENTRIES: usize = 10_000;
/// The memory for each, on average: 32 MiB for the default number. One may take more where others take less.
const BYTES_EACH: usize = 3_355;
/// What an entry takes beside its texts and claims: its places in the map and in the queue.
const BYTES_BESIDE: usize = 64;

/// Each part has a lock of its own. A small cache has one part, so that its bound is met exactly.
const PARTS: usize = 16;
const SMALL: usize = 1_024;

/// See the module's text.
pub(crate) struct TokenCache {
    entries: usize,
    limits: Limits,
    hash: Hash,
    shelf: ArcSwap<Shelf>,
}

/// A token's place: its hash.
#[derive(Clone, Copy)]
pub(crate) struct Place(u64);

/// The most that one part holds.
#[derive(Clone, Copy)]
struct Limits {
    entries: usize,
    bytes: usize,
}

/// How the place of a token is found.
enum Hash {
    /// Keyed by chance.
    Keyed(RandomState),
    /// For tests of what happens where hashes meet.
    #[cfg(test)]
    Fixed(fn(&str) -> u64),
}

/// The tokens of one process.
struct Shelf {
    generation: u64,
    parts: Box<[RwLock<Part>]>,
}

#[derive(Default)]
struct Part {
    places: HashMap<u64, Kept, BuildHasherDefault<Same>>,
    /// The places in the order in which they are looked at for room. Each that is taken is in it once.
    order: VecDeque<u64>,
    bytes: usize,
}

/// A token that is remembered, and the memory that it takes with its place, in bytes.
struct Kept {
    seen: Claims,
    size: usize,
}

impl TokenCache {
    /// For at most so many tokens; 0 for none.
    pub(crate) fn new(entries: usize) -> Self {
        Self::with(entries, entries.saturating_mul(BYTES_EACH), Hash::Keyed(RandomState::default()))
    }

    fn with(entries: usize, bytes: usize, hash: Hash) -> Self {
        let parts = if entries < SMALL { 1 } else { PARTS };
        let limits = Limits { entries: entries / parts, bytes: bytes / parts };
        Self { entries, limits, hash, shelf: ArcSwap::from_pointee(Shelf::new(parts)) }
    }

    /// How many it may remember.
    pub(crate) fn entries(&self) -> usize {
        self.entries
    }

    /// Where this token is or would be. None if nothing is remembered at all.
    pub(crate) fn place(&self, token: &str) -> Option<Place> {
        (self.entries > 0).then(|| Place(self.hash.of(token)))
    }

    /// What is known of exactly this text.
    pub(crate) fn get(&self, place: Place, token: &str) -> Option<Claims> {
        let shelf = self.shelf();
        let part = shelf.part(place)?.try_read().ok()?;
        // Who finds the place of another's token knows the key of the hash, or the token: the time this takes tells nothing.
        part.places.get(&place.0).filter(|kept| kept.seen.token() == token).map(|kept| kept.seen.clone())
    }

    /// Remembers a token that was accepted just now, unless it is too large, or somebody else is at that at this moment.
    pub(crate) fn keep(&self, place: Place, seen: &Claims, now_ms: i64) {
        // Measured outside of the lock.
        let size = size_of_entry(seen);
        if size > self.limits.bytes {
            return;
        }
        let shelf = self.shelf();
        let Some(Ok(mut part)) = shelf.part(place).map(RwLock::try_write) else { return };
        seen.remembered().note_kept();
        part.keep(place.0, Kept { seen: seen.clone(), size }, self.limits, now_ms);
    }

    /// The shelf of this process.
    fn shelf(&self) -> Guard<Arc<Shelf>> {
        let shelf = self.shelf.load();
        if shelf.generation == host::generation() {
            return shelf;
        }
        self.begin_anew(shelf.parts.len());
        self.shelf.load()
    }

    /// The parent's shelf is left to itself: another thread may have been changing it at the fork.
    fn begin_anew(&self, parts: usize) {
        std::mem::forget(self.shelf.swap(Arc::new(Shelf::new(parts))));
    }
}

impl Drop for TokenCache {
    fn drop(&mut self) {
        if self.shelf.load().generation != host::generation() {
            self.begin_anew(0);
        }
    }
}

impl Hash {
    fn of(&self, token: &str) -> u64 {
        match self {
            Self::Keyed(keys) => keys.hash_one(token),
            #[cfg(test)]
            Self::Fixed(of) => of(token),
        }
    }
}

impl Shelf {
    fn new(parts: usize) -> Self {
        Self { generation: host::generation(), parts: (0..parts).map(|_| RwLock::default()).collect() }
    }

    /// By bits of the hash that a map does not look at.
    fn part(&self, place: Place) -> Option<&RwLock<Part>> {
        let number = usize::try_from((place.0 >> 40) & 0xffff).ok()?;
        self.parts.get(number.checked_rem(self.parts.len())?)
    }
}

impl Part {
    fn keep(&mut self, place: u64, kept: Kept, limits: Limits, now_ms: i64) {
        let size = kept.size;
        let is_taken = self.places.contains_key(&place);
        let entries = limits.entries.saturating_sub(usize::from(!is_taken));
        while (self.places.len() > entries || self.bytes.saturating_add(size) > limits.bytes) && self.make_room(now_ms)
        {
        }
        // Counted only now: the one whose place this is may have gone.
        match self.places.insert(place, kept) {
            Some(other) => self.bytes = self.bytes.saturating_sub(other.size),
            None => self.order.push_back(place),
        }
        self.bytes = self.bytes.saturating_add(size);
    }

    /// Gives up the first that was not used since it was last passed over, or that is over. False if there is none.
    fn make_room(&mut self, now_ms: i64) -> bool {
        while let Some(place) = self.order.pop_front() {
            let Entry::Occupied(entry) = self.places.entry(place) else { continue };
            let Kept { seen, size } = entry.get();
            let is_over = seen.exp().saturating_mul(1_000) < now_ms;
            if !is_over && seen.remembered().take_use() {
                self.order.push_back(place);
                continue;
            }
            self.bytes = self.bytes.saturating_sub(*size);
            entry.remove();
            return true;
        }
        false
    }
}

/// The memory that an entry takes, in bytes.
fn size_of_entry(seen: &Claims) -> usize {
    BYTES_BESIDE + seen.size()
}

/// Takes a hash for itself.
#[derive(Default)]
struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        // Places are numbers, which come by the other way.
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, place: u64) {
        self.0 = place;
    }
}

impl fmt::Debug for TokenCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenCache").field("entries", &self.entries).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
