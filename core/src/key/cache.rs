//! The keys of one instance, as the key endpoint gave them (§2.4, D-6, D-15, D-18, D-19).
//!
//! Looking a key up is pure: no lock, no I/O, only a snapshot and the time. It ends in a key, in "there is no such key",
//! in "the endpoint failed", or in [`NeedKeys`]: asking the endpoint could change the answer. [`KeyCache::refresh`] does
//! the asking, once for all who need it.
//!
//! How long a key serves:
//! * 300 s from the start of the request that brought it, however often it is used. A request that brings it
//!   again starts its time anew; one that does not leaves it its remaining time.
//! * Then it is asked for again. If that fails by an outage, and only then, the key serves on until it is 600 s old;
//!   the endpoint is meanwhile asked again every 10 s, or as its `Retry-After` says. With
//!   `skip_jwks_cache` this further time is not granted (D-18), nor to a key that a later answer
//!   of the endpoint, other than an outage, did not have.
//!
//! A key id that is not there is asked for once in 30 s, whoever asks; until then it is unknown (D-6, D-19), or, if the
//! asking failed, the failure stands. A bad signature is no business of this cache: it removes nothing, fetches nothing.

use super::flight::Flight;
use super::partition::{Partition, jwks_url};
use super::source::{KeyFailure, KeyFailureReason, KeySource, interpret};
use super::{JwkSet, VerifyingKey};
use crate::clock::Clock;
use crate::secret::Secret;
use arc_swap::ArcSwap;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How long things last, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyCacheSettings {
    /// A key's life from the start of the request that brought it. 300 000.
    pub life_ms: i64,
    /// For how much longer it serves while the endpoint is out. 300 000; 0 for not at all.
    pub stale_ms: i64,
    /// The least time between two requests that an unknown key id causes. 30 000; 0 for none.
    pub unknown_kid_cooldown_ms: i64,
    /// The longest that one caller waits for another's request. 3 000.
    pub wait_ms: u64,
}

impl Default for KeyCacheSettings {
    fn default() -> Self {
        Self { life_ms: 300_000, stale_ms: 300_000, unknown_kid_cooldown_ms: 30_000, wait_ms: 3_000 }
    }
}

/// How long a failure stands before the endpoint is asked again, unless it said itself: with no key in hand every caller
/// is waiting for it, with some most are served. And the longest that it may say.
const FAILURE_STANDS_MS: i64 = 1_000;
const FAILURE_STANDS_WITH_KEYS_MS: i64 = 10_000;
const FAILURE_STANDS_AT_MOST_MS: i64 = 60_000;

/// How many requests for an unknown key id are taken over by who is waiting, one after the other, when each is given up.
const MAX_TAKEN_OVER: u32 = 2;

/// The endpoint should be asked: hand this to [`KeyCache::refresh`], then decide again.
///
/// It remembers which state of the cache it was asked in, so that a request which ended since then counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NeedKeys {
    version: u64,
    unknown_kid: bool,
}

/// Runs what it is given, once. It is given the computing of a signature, for hosts that let go of a lock meanwhile.
pub type Around = fn(&mut (dyn FnMut() + Send));

/// How far a decision is that may need keys.
///
/// It holds the cache that it is about: nothing that another decision does meanwhile may take it away.
#[derive(Debug, Clone, Default)]
pub enum Progress {
    /// At its start.
    #[default]
    Start,
    /// The same, for who has something to do before and after a signature.
    Around(Around),
    /// The endpoint has been asked since; once is all that one decision may cause.
    Asked {
        /// What was asked for.
        need: NeedKeys,
        /// The cache that was asked.
        cache: Arc<KeyCache>,
    },
    /// Another caller's request was waited for, in vain.
    GaveUp {
        /// What that comes to.
        failure: Arc<KeyFailure>,
        /// The cache that was asked.
        cache: Arc<KeyCache>,
    },
}

impl Progress {
    /// The cache that was asked.
    #[must_use]
    pub fn cache(&self) -> Option<&Arc<KeyCache>> {
        match self {
            Self::Start | Self::Around(_) => None,
            Self::Asked { cache, .. } | Self::GaveUp { cache, .. } => Some(cache),
        }
    }

    /// What is to be done around a signature.
    pub(crate) fn around(&self) -> Around {
        match self {
            Self::Around(around) => *around,
            _ => |compute| compute(),
        }
    }
}

/// What the cache says about a key id.
#[derive(Debug, Clone)]
pub enum Lookup {
    /// This key decides.
    Key(Arc<VerifyingKey>),
    /// There is such a key, and this is why it cannot be used.
    Unusable(Arc<str>),
    /// There is no such key.
    Unknown,
    /// Asking the endpoint may change the answer.
    Need(NeedKeys),
    /// The endpoint was asked and failed.
    Failed(Arc<KeyFailure>),
}

#[derive(Clone)]
struct Entry {
    key: Result<Arc<VerifyingKey>, Arc<str>>,
    fetched_at: i64,
    /// A later answer of the endpoint did not have it, or was a refusal.
    retired: bool,
}

/// A time during which something stands. Measured from both ends, so that a clock set back does not prolong it.
#[derive(Clone, Copy, Default)]
struct Span {
    from: i64,
    until: i64,
}

impl Span {
    fn new(from: i64, ms: i64) -> Self {
        Self { from, until: from.saturating_add(ms) }
    }

    fn holds(self, now: i64) -> bool {
        self.from <= now && now < self.until
    }
}

#[derive(Clone)]
struct Failed {
    failure: Arc<KeyFailure>,
    stands: Span,
}

/// One state of the cache. `version` counts the requests that ended.
#[derive(Clone, Default)]
struct Snapshot {
    version: u64,
    keys: HashMap<String, Entry>,
    fetched_at: Option<i64>,
    failed: Option<Failed>,
    no_unknown: Span,
    /// How many requests for an unknown key id were given up since one ended.
    given_up: u32,
}

impl Snapshot {
    /// Whether the endpoint is to be asked for this now, by one whose turn it is.
    fn allows(&self, need: NeedKeys, now: i64) -> bool {
        let too_often = need.unknown_kid && self.given_up > MAX_TAKEN_OVER && self.no_unknown.holds(now);
        self.version == need.version && !too_often
    }
}

/// See the module's text. Cheap to share; survives a fork.
pub struct KeyCache {
    partition: Partition,
    secret_key: Secret,
    url: String,
    settings: KeyCacheSettings,
    snapshot: ArcSwap<Snapshot>,
    flight: Flight,
}

impl KeyCache {
    /// An empty cache for the keys that this secret key stands for at this API.
    #[must_use]
    pub fn new(api_url: &str, api_version: &str, secret_key: Secret, settings: KeyCacheSettings) -> Self {
        Self {
            partition: Partition::new(api_url, api_version, &secret_key),
            url: jwks_url(api_url),
            secret_key,
            settings,
            snapshot: ArcSwap::from_pointee(Snapshot::default()),
            flight: Flight::new(),
        }
    }

    /// Whose keys these are.
    #[must_use]
    pub fn partition(&self) -> &Partition {
        &self.partition
    }

    /// What is known of this key id now. `skip`: only keys that are fetched for this decision count, unless the endpoint
    /// is out (`skip_jwks_cache`).
    #[must_use]
    pub fn look_up(&self, kid: Option<&str>, now_ms: i64, skip: bool, progress: &Progress) -> Lookup {
        let state = self.snapshot.load();
        // What was asked of another cache says nothing here.
        let progress = match progress.cache() {
            Some(cache) if std::ptr::eq(Arc::as_ptr(cache), self) => progress,
            _ => &Progress::Start,
        };
        let asked = matches!(progress, Progress::Asked { need, .. } if need.version != state.version);
        let gave_up = matches!(progress, Progress::GaveUp { .. });
        if skip && !asked && !gave_up {
            return Lookup::Need(NeedKeys { version: state.version, unknown_kid: false });
        }
        // What stands in the way of asking now: this decision's own attempt, or one of a moment ago.
        let failure = match progress {
            Progress::GaveUp { failure, .. } => Some(Arc::clone(failure)),
            _ => state
                .failed
                .as_ref()
                .filter(|failed| asked || failed.stands.holds(now_ms))
                .map(|failed| failed.at(now_ms)),
        };
        let entry = kid.and_then(|kid| state.keys.get(kid));
        if let Some(entry) = entry {
            let serves_for = match &failure {
                Some(failure) if failure.outage && !skip => self.serves_at_most(entry),
                Some(failure) if !failure.outage && skip => 0,
                _ if entry.retired && skip => 0,
                _ => self.settings.life_ms,
            };
            if younger(entry.fetched_at, now_ms, serves_for) {
                return match &entry.key {
                    Ok(key) => Lookup::Key(Arc::clone(key)),
                    Err(why) => Lookup::Unusable(Arc::clone(why)),
                };
            }
        }
        if let Some(failure) = failure {
            return Lookup::Failed(failure);
        }
        if asked {
            return Lookup::Unknown;
        }
        if !state.fetched_at.is_some_and(|at| younger(at, now_ms, self.settings.life_ms)) {
            return Lookup::Need(NeedKeys { version: state.version, unknown_kid: false });
        }
        if state.no_unknown.holds(now_ms) {
            return match &state.failed {
                Some(failed) => Lookup::Failed(failed.at(now_ms)),
                None => Lookup::Unknown,
            };
        }
        Lookup::Need(NeedKeys { version: state.version, unknown_kid: true })
    }

    /// Whether keys are in hand that need not be asked for again now.
    #[must_use]
    pub fn is_warm(&self, now_ms: i64) -> bool {
        self.snapshot.load().fetched_at.is_some_and(|at| younger(at, now_ms, self.settings.life_ms))
    }

    /// Whether anything in here is needed still: keys, if only during an outage, or what keeps the endpoint from being
    /// asked again.
    pub(crate) fn is_of_use(&self, now_ms: i64) -> bool {
        let state = self.snapshot.load();
        state.keys.values().any(|entry| younger(entry.fetched_at, now_ms, self.serves_at_most(entry)))
            || state.failed.as_ref().is_some_and(|failed| failed.stands.holds(now_ms))
            || state.no_unknown.holds(now_ms)
    }

    /// For how long a key may serve, all in all.
    fn serves_at_most(&self, entry: &Entry) -> i64 {
        let further = if entry.retired { 0 } else { self.settings.stale_ms };
        self.settings.life_ms.saturating_add(further)
    }

    /// What to hand to [`KeyCache::refresh`] to have the endpoint asked in any case, as a warm-up does.
    #[must_use]
    pub fn need(&self) -> NeedKeys {
        NeedKeys { version: self.snapshot.load().version, unknown_kid: false }
    }

    /// Asks the endpoint, unless that happened since `need` arose. All who need it at once share one request; if the one
    /// whose future drives it is dropped, another takes over. Waiting for another's request is bounded.
    pub async fn refresh<S: KeySource>(self: &Arc<Self>, need: NeedKeys, clock: &dyn Clock, source: &S) -> Progress {
        let cache = Arc::clone(self);
        let Some(_held) = self.flight.take(Duration::from_millis(self.settings.wait_ms)).await else {
            let failure = Arc::new(KeyFailure {
                reason: KeyFailureReason::Unexpected,
                message: format!("The key endpoint {} did not answer in time", self.url),
                outage: true,
                retry_after_ms: None,
            });
            return Progress::GaveUp { failure, cache };
        };
        let started_at = clock.now_ms();
        if self.snapshot.load().allows(need, started_at) {
            let mut unfinished = Unfinished { cache: self, need, clock, ended: false };
            let answer = interpret(&self.url, source.fetch(&self.secret_key).await);
            unfinished.ended = true;
            drop(unfinished);
            self.record(answer, need, started_at, clock.now_ms());
        }
        Progress::Asked { need, cache }
    }

    /// The failure of the latest request, if it failed.
    #[must_use]
    pub fn failure(&self) -> Option<Arc<KeyFailure>> {
        self.snapshot.load().failed.as_ref().map(|failed| Arc::clone(&failed.failure))
    }

    /// Takes over what a request brought. Only the holder of the flight's place writes, so nothing is lost between
    /// reading and storing.
    fn record(&self, answer: Result<JwkSet, KeyFailure>, need: NeedKeys, started_at: i64, now: i64) {
        let mut state = Snapshot::clone(&self.snapshot.load());
        state.version = state.version.wrapping_add(1);
        state.given_up = 0;
        match answer {
            Ok(set) => {
                // Those that come again are made anew just below.
                state.keys.values_mut().for_each(|entry| entry.retired = true);
                for (kid, key) in set.keys {
                    let key = key.map_err(Arc::from);
                    state.keys.insert(kid, Entry { key, fetched_at: started_at, retired: false });
                }
                state.fetched_at = Some(started_at);
                state.failed = None;
            }
            Err(failure) => {
                // Refused is not out: should the endpoint be out later on, that does not bring old keys back.
                if !failure.outage {
                    state.keys.values_mut().for_each(|entry| entry.retired = true);
                }
                let unless_said = if state.keys.is_empty() { FAILURE_STANDS_MS } else { FAILURE_STANDS_WITH_KEYS_MS };
                let stands_ms =
                    failure.retry_after_ms.unwrap_or(unless_said).clamp(FAILURE_STANDS_MS, FAILURE_STANDS_AT_MOST_MS);
                state.failed = Some(Failed { failure: Arc::new(failure), stands: Span::new(now, stands_ms) });
            }
        }
        if need.unknown_kid {
            state.no_unknown = Span::new(now, self.settings.unknown_kid_cooldown_ms);
        }
        state.keys.retain(|_, entry| younger(entry.fetched_at, now, self.serves_at_most(entry)));
        self.snapshot.store(Arc::new(state));
    }

    /// A request for an unknown key id was given up half-way. For a moment no other is begun for that reason, so that
    /// clients that hang up cannot make requests follow each other. One who waits already may take over, but not one
    /// after the other without end.
    fn record_cancelled(&self, now: i64) {
        let mut state = Snapshot::clone(&self.snapshot.load());
        state.given_up = state.given_up.saturating_add(1);
        state.no_unknown = Span::new(now, self.settings.unknown_kid_cooldown_ms.min(FAILURE_STANDS_MS));
        self.snapshot.store(Arc::new(state));
    }
}

impl Failed {
    /// The failure as of now: its `Retry-After` counts from when it was said.
    fn at(&self, now: i64) -> Arc<KeyFailure> {
        match self.failure.retry_after_ms {
            Some(after) if now > self.stands.from => {
                let mut failure = KeyFailure::clone(&self.failure);
                failure.retry_after_ms = Some(after.saturating_sub(now.saturating_sub(self.stands.from)).max(0));
                Arc::new(failure)
            }
            _ => Arc::clone(&self.failure),
        }
    }
}

/// Whether what was fetched then is younger than this. A clock that was set back does not make it young for ever.
fn younger(fetched_at: i64, now: i64, than_ms: i64) -> bool {
    now.saturating_sub(fetched_at).saturating_abs() < than_ms
}

/// Notices when the future that drives a request is dropped before the request ended.
struct Unfinished<'a> {
    cache: &'a KeyCache,
    need: NeedKeys,
    clock: &'a dyn Clock,
    ended: bool,
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if !self.ended && self.need.unknown_kid {
            self.cache.record_cancelled(self.clock.now_ms());
        }
    }
}

impl fmt::Debug for KeyCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.snapshot.load();
        f.debug_struct("KeyCache")
            .field("url", &self.url)
            .field("keys", &state.keys.len())
            .field("version", &state.version)
            .finish_non_exhaustive()
    }
}
