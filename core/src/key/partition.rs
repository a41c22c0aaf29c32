//! Whose keys are whose: no key that was fetched with one secret key ever serves another (R-231, law 10).

use super::{KeyCache, KeyCacheSettings, Progress};
use crate::secret::Secret;
use arc_swap::ArcSwap;
use aws_lc_rs::digest;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a cache is for: a hash over API URL, API version and secret key. It is compared, never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Partition([u8; 32]);

impl Partition {
    /// The partition of these three.
    #[must_use]
    pub fn new(api_url: &str, api_version: &str, secret_key: &Secret) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        for part in [api_url, api_version, secret_key.expose()] {
            // Each with its length, so that no two triples read alike.
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part.as_bytes());
        }
        let mut hash = [0; 32];
        hash.copy_from_slice(context.finish().as_ref());
        Self(hash)
    }
}

impl fmt::Debug for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Partition(…)")
    }
}

/// Where the keys of an API are, for messages.
pub(crate) fn jwks_url(api_url: &str) -> String {
    format!("{}/v1/jwks", api_url.trim_end_matches('/'))
}

/// The most caches that are kept for secret keys given per request.
const MAX_OTHERS: usize = 64;

/// The caches of one client: one for its own secret key, and one for each secret key that came with a request.
pub struct KeyCaches {
    api_url: String,
    api_version: String,
    settings: KeyCacheSettings,
    own: Option<(Secret, Arc<KeyCache>)>,
    others: ArcSwap<Vec<Arc<Other>>>,
    /// Counts the uses of `others`.
    uses: AtomicU64,
}

/// The cache of a secret key that came with a request.
struct Other {
    cache: Arc<KeyCache>,
    /// Which use was its last.
    used: AtomicU64,
}

impl Other {
    /// Whether somebody is deciding with it at this moment.
    fn is_in_use(&self) -> bool {
        Arc::strong_count(&self.cache) > 1
    }
}

impl KeyCaches {
    /// The caches of a client of this API, with its own secret key if it has one. To be shared by copies of a client that
    /// keep the API URL and version; a copy with another secret key calls [`KeyCaches::with_secret_key`].
    #[must_use]
    pub fn new(api_url: &str, api_version: &str, secret_key: Option<&Secret>, settings: KeyCacheSettings) -> Self {
        let own = secret_key.map(|secret_key| {
            (secret_key.clone(), Arc::new(KeyCache::new(api_url, api_version, secret_key.clone(), settings)))
        });
        Self {
            api_url: api_url.to_owned(),
            api_version: api_version.to_owned(),
            settings,
            own,
            others: ArcSwap::default(),
            uses: AtomicU64::new(0),
        }
    }

    /// The same with another secret key of its own: keys already in hand for it, and only for it, come along.
    #[must_use]
    pub fn with_secret_key(&self, secret_key: Option<&Secret>, now_ms: i64) -> Self {
        let own = secret_key.map(|secret_key| (secret_key.clone(), self.for_secret_key(secret_key, now_ms)));
        Self {
            api_url: self.api_url.clone(),
            api_version: self.api_version.clone(),
            settings: self.settings,
            own,
            others: ArcSwap::default(),
            uses: AtomicU64::new(0),
        }
    }

    /// The cache for the client's own secret key.
    #[must_use]
    pub fn own(&self) -> Option<&Arc<KeyCache>> {
        self.own.as_ref().map(|(_, cache)| cache)
    }

    /// The cache for this secret key. Making a new one drops those with nothing in them that anybody could need, and where
    /// there are too many, the one that was not used for longest.
    #[must_use]
    pub fn for_secret_key(&self, secret_key: &Secret, now_ms: i64) -> Arc<KeyCache> {
        self.for_decision(secret_key, now_ms, &Progress::Start)
    }

    /// The same for a decision that may have asked the key endpoint before: it goes on with the cache that it asked, even
    /// if that one had to make room meanwhile.
    #[must_use]
    pub fn for_decision(&self, secret_key: &Secret, now_ms: i64, progress: &Progress) -> Arc<KeyCache> {
        if let Some((own, cache)) = &self.own
            && own == secret_key
        {
            return Arc::clone(cache);
        }
        let partition = Partition::new(&self.api_url, &self.api_version, secret_key);
        if let Some(asked) = progress.cache()
            && *asked.partition() == partition
        {
            return Arc::clone(asked);
        }
        if let Some(found) = self.find(&self.others.load(), &partition) {
            return found;
        }
        let cache = Arc::new(KeyCache::new(&self.api_url, &self.api_version, secret_key.clone(), self.settings));
        let used = AtomicU64::new(self.uses.fetch_add(1, Ordering::Relaxed));
        let made = Arc::new(Other { cache: Arc::clone(&cache), used });
        // Two threads may get here at once: the one that is late finds what the other made.
        self.others.rcu(|others| {
            if self.find(others, &partition).is_some() {
                return Vec::clone(others);
            }
            let mut kept = with_room(others, now_ms);
            kept.push(Arc::clone(&made));
            kept
        });
        self.find(&self.others.load(), &partition).unwrap_or(cache)
    }

    fn find(&self, others: &[Arc<Other>], partition: &Partition) -> Option<Arc<KeyCache>> {
        let found = others.iter().find(|other| other.cache.partition() == partition)?;
        found.used.store(self.uses.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        Some(Arc::clone(&found.cache))
    }
}

/// Those of these caches that are kept when one is added.
fn with_room(others: &[Arc<Other>], now_ms: i64) -> Vec<Arc<Other>> {
    let needed = |other: &&Arc<Other>| other.is_in_use() || other.cache.is_of_use(now_ms);
    let mut kept: Vec<_> = others.iter().filter(needed).cloned().collect();
    while kept.len() >= MAX_OTHERS {
        let of_least_use = |(_, other): &(usize, &Arc<Other>)| (other.is_in_use(), other.used.load(Ordering::Relaxed));
        match kept.iter().enumerate().min_by_key(of_least_use).map(|(at, _)| at) {
            Some(at) => drop(kept.swap_remove(at)),
            None => break,
        }
    }
    kept
}

impl fmt::Debug for KeyCaches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyCaches")
            .field("api_url", &self.api_url)
            .field("own", &self.own.as_ref().map(|(_, cache)| cache))
            .finish_non_exhaustive()
    }
}
