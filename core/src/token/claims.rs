//! The claims of a verified token: the payload as it was signed, and the claims everyone needs.

use super::decode::{DecodedToken, Header};
use super::json::{self, Index};
use super::rules::is_of_usual_type;
use crate::key::VerifyingKey;
use serde::de::DeserializeOwned;
use std::any::Any;
use std::fmt;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, RwLock, Weak};

/// The claims that something here reads, each with its place. They are found while the payload is checked, so none is
/// looked for twice.
fn place_of(name: &str) -> Option<usize> {
    Some(match name {
        "sub" => 0,
        "sid" => 1,
        "iss" => 2,
        "azp" => 3,
        "aud" => 4,
        "exp" => 5,
        "nbf" => 6,
        "iat" => 7,
        "v" => 8,
        "sts" => 9,
        "act" => 10,
        "fva" => 11,
        "fea" => 12,
        "pla" => 13,
        "o" => 14,
        "org_id" => 15,
        "org_slug" => 16,
        "org_role" => 17,
        "org_permissions" => 18,
        "jti" => 19,
        "scopes" => 20,
        _ => return None,
    })
}

/// Where the known claims stand in a payload.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClaimIndex(Index<21>);

impl ClaimIndex {
    /// `None` if the text is not a JSON object.
    pub(crate) fn read(payload: &str) -> Option<Self> {
        Index::read(payload, place_of).map(Self)
    }

    /// The JSON text of any claim.
    pub(crate) fn get<'a>(&self, name: &str, payload: &'a str) -> Option<&'a str> {
        match place_of(name) {
            Some(place) => self.0.get(place, payload),
            None => json::member(payload, name),
        }
    }
}

/// What is taken to be the size of the ids that are derived from claims, and of a text without what is in it.
const IDS_BYTES: usize = 640;
const TEXT_BYTES: usize = 48;

/// What a verified token says: the claims everyone needs as fields, every claim by its name. Clones share it.
#[derive(Clone)]
pub struct Claims(Arc<KnownClaims>);

/// The claims everyone needs. Times are Unix seconds, their fractions cut off.
#[non_exhaustive]
pub struct KnownClaims {
    /// 0 until they are remembered.
    id: AtomicU64,
    token: Box<str>,
    header: Arc<Header>,
    payload: String,
    index: ClaimIndex,
    plain: bool,
    usual_type: bool,
    /// The key that the signature held with. Its place in memory is kept from being used again; it is not kept alive.
    key: Weak<VerifyingKey>,
    /// Whether they were of use since they were remembered or last passed over.
    used: AtomicBool,
    /// What a floor above made of these claims, so that it is made once.
    derived: RwLock<Option<Arc<dyn Any + Send + Sync>>>,
    /// `sub`: the user's id. Always there; may be empty in a token that is no session's.
    pub sub: String,
    /// `sid`: the session's id. `None` if it is missing or not a string.
    pub sid: Option<String>,
    /// `iss`: the Frontend API's URL. `None` if it is missing or not a string.
    pub iss: Option<String>,
    /// `azp`: the origin that asked for the token. `None` if it is missing or not a string.
    pub azp: Option<String>,
    /// `exp`: when it expires.
    pub exp: i64,
    /// `nbf`: when it begins to be valid.
    pub nbf: Option<i64>,
    /// `iat`: when it was made.
    pub iat: Option<i64>,
}

/// The claims that were read while they were checked.
pub(crate) struct Checked {
    pub(crate) sub: String,
    pub(crate) iss: Option<String>,
    pub(crate) azp: Option<String>,
    pub(crate) exp: i64,
    pub(crate) nbf: Option<i64>,
    pub(crate) iat: Option<i64>,
}

impl Claims {
    /// What a token says that was accepted, with the key that its signature held with.
    pub(crate) fn new(token: &str, decoded: &DecodedToken, key: Weak<VerifyingKey>, checked: Checked) -> Self {
        let Checked { sub, iss, azp, exp, nbf, iat } = checked;
        let sid = decoded.string("sid");
        Self(Arc::new(KnownClaims {
            id: AtomicU64::new(0),
            token: token.into(),
            header: Arc::clone(&decoded.header),
            payload: decoded.payload.clone(),
            index: decoded.index,
            plain: decoded.plain,
            usual_type: is_of_usual_type(&decoded.header),
            key,
            used: AtomicBool::new(false),
            derived: RwLock::default(),
            sub,
            sid,
            iss,
            azp,
            exp,
            nbf,
            iat,
        }))
    }

    /// What a token says that was verified elsewhere in this process.
    pub(crate) fn assume_verified(token: &str) -> Option<Self> {
        let decoded = DecodedToken::read(token).ok()?;
        let [iss, azp] = ["iss", "azp"].map(|name| decoded.string(name));
        let [exp, nbf, iat] = ["exp", "nbf", "iat"].map(|name| decoded.integer(name));
        let (sub, exp) = (decoded.string("sub")?, exp?);
        Some(Self::new(token, &decoded, Weak::new(), Checked { sub, iss, azp, exp, nbf, iat }))
    }

    /// A number that no other claims of this process have, for bindings that keep what they made of them; 0 where they
    /// are not remembered.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id.load(Ordering::Relaxed)
    }

    /// Notes that they are remembered.
    pub(crate) fn note_kept(&self) {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        self.id.store(NEXT.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
    }

    /// Whether this is the very key that the signature held with. No other can have the place in memory of a key that claims
    /// remember.
    pub(crate) fn holds_with(&self, key: &Arc<VerifyingKey>) -> bool {
        std::ptr::eq(self.key.as_ptr(), Arc::as_ptr(key))
    }

    /// Notes that they are of use still.
    pub(crate) fn note_use(&self) {
        // Written once, not by every request: what is only read stays in every processor's cache.
        if !self.used.load(Ordering::Relaxed) {
            self.used.store(true, Ordering::Relaxed);
        }
    }

    /// Whether an earlier call verified them, and this one found them remembered.
    #[must_use]
    pub fn were_remembered(&self) -> bool {
        self.used.load(Ordering::Relaxed)
    }

    /// Whether they were of use since this was last asked.
    pub(crate) fn take_use(&self) -> bool {
        self.used.swap(false, Ordering::Relaxed)
    }

    /// The token that says so.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// Whether the token was written as R-102 has it.
    pub(crate) fn is_plain(&self) -> bool {
        self.plain
    }

    /// Whether the token is of a type that counts where nothing else is said.
    pub(crate) fn is_of_usual_type(&self) -> bool {
        self.usual_type
    }

    /// The token's header.
    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// What is made of these claims and nothing else, made at its first use.
    pub(crate) fn derived<T: Any + Send + Sync>(&self, make: impl Fn(&Self) -> T) -> Arc<T> {
        // Nobody waits: a lock that is taken, be it by a thread that a fork left behind, is like finding nothing.
        let known = self.derived.try_read().ok().and_then(|derived| derived.clone());
        // There is one floor above, with one such thing.
        if let Some(Ok(known)) = known.map(Arc::downcast) {
            return known;
        }
        let made = Arc::new(make(self));
        if let Ok(mut derived) = self.derived.try_write() {
            *derived = Some(made.clone());
        }
        made
    }

    /// How much memory this takes, roughly, in bytes.
    pub(crate) fn size(&self) -> usize {
        let texts = [self.sid.as_deref(), self.iss.as_deref(), self.azp.as_deref()];
        let texts: usize = texts.into_iter().flatten().map(str::len).sum();
        let own = self.token.len() + self.payload.len() + self.sub.len() + texts;
        size_of::<KnownClaims>() + self.header.size() + own + self.derived_size()
    }

    /// The most that what is derived from them takes: ids, and permissions, of which a short text can name many.
    fn derived_size(&self) -> usize {
        let raw = |name| self.raw(name).unwrap_or_default();
        let parts = |text: &str| memchr::memchr_iter(b',', text.as_bytes()).count() + 1;
        let (features, organization) = (raw("fea"), raw("o"));
        // Each permission is made of a feature's name and one of the organization's.
        let (of_features, of_organization) = (parts(features), parts(organization));
        let made = of_features * of_organization * TEXT_BYTES
            + of_organization * features.len()
            + of_features * organization.len();
        let given = raw("org_permissions");
        IDS_BYTES + made + parts(given) * TEXT_BYTES + given.len()
    }

    /// The whole payload, exactly the JSON text that was signed (but for bytes that are not UTF-8, which are U+FFFD).
    #[must_use]
    pub fn json(&self) -> &str {
        &self.payload
    }

    /// The JSON text of a claim, verbatim. `None` if it is not there; `Some("null")` if it is null.
    #[must_use]
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.index.get(name, &self.payload)
    }

    /// A claim as a type of yours. `None` if it is not there.
    ///
    /// # Errors
    /// If it is there and does not fit the type (null included, unless the type takes it).
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Option<Result<T, serde_json::Error>> {
        self.raw(name).map(serde_json::from_str)
    }

    /// The whole payload as a type of yours.
    ///
    /// # Errors
    /// If it does not fit the type.
    pub fn to<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.payload)
    }

    /// A claim that is a string.
    pub(crate) fn string(&self, name: &str) -> Option<String> {
        self.raw(name).and_then(json::string)
    }
}

impl Deref for Claims {
    type Target = KnownClaims;

    fn deref(&self) -> &KnownClaims {
        &self.0
    }
}

impl PartialEq for Claims {
    fn eq(&self, other: &Self) -> bool {
        self.payload == other.payload
    }
}

impl Eq for Claims {}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Names ids only: a payload may hold what a developer put there, which logs have no business with.
impl fmt::Debug for KnownClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claims")
            .field("sub", &self.sub)
            .field("sid", &self.sid)
            .field("exp", &self.exp)
            .finish_non_exhaustive()
    }
}
