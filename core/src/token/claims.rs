//! The claims of a verified token: the payload as it was signed, and the claims everyone needs.

use super::decode::{DecodedToken, Header};
use super::json::{self, Index};
use serde::de::DeserializeOwned;
use std::any::Any;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

/// The claims that something here reads. They are found while the payload is checked, so none is looked for twice.
const KNOWN: [&str; 21] = [
    "sub",
    "sid",
    "iss",
    "azp",
    "aud",
    "exp",
    "nbf",
    "iat",
    "v",
    "sts",
    "act",
    "fva",
    "fea",
    "pla",
    "o",
    "org_id",
    "org_slug",
    "org_role",
    "org_permissions",
    "jti",
    "scopes",
];

/// Where the known claims stand in a payload.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClaimIndex(Index<{ KNOWN.len() }>);

impl ClaimIndex {
    /// `None` if the text is not a JSON object.
    pub(crate) fn read(payload: &str) -> Option<Self> {
        Index::read(payload, &KNOWN).map(Self)
    }

    /// The JSON text of any claim.
    pub(crate) fn get<'a>(&self, name: &str, payload: &'a str) -> Option<&'a str> {
        match KNOWN.iter().position(|known| *known == name) {
            Some(place) => self.0.get(place, payload),
            None => json::member(payload, name),
        }
    }
}

/// What is taken to be the size of what is derived from claims.
const DERIVED_BYTES: usize = 640;

/// What a verified token says: the claims everyone needs as fields, every claim by its name. Clones share it.
#[derive(Clone)]
pub struct Claims(Arc<KnownClaims>);

/// The claims everyone needs. Times are Unix seconds, their fractions cut off.
#[non_exhaustive]
pub struct KnownClaims {
    token: Box<str>,
    header: Header,
    payload: String,
    index: ClaimIndex,
    plain: bool,
    /// What a floor above made of these claims, so that it is made once.
    derived: OnceLock<Arc<dyn Any + Send + Sync>>,
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
    /// What a token says that was accepted.
    pub(crate) fn new(token: &str, decoded: &DecodedToken, checked: Checked) -> Self {
        let Checked { sub, iss, azp, exp, nbf, iat } = checked;
        let sid = decoded.string("sid");
        Self(Arc::new(KnownClaims {
            token: token.into(),
            header: decoded.header.clone(),
            payload: decoded.payload.clone(),
            index: decoded.index,
            plain: decoded.plain,
            derived: OnceLock::new(),
            sub,
            sid,
            iss,
            azp,
            exp,
            nbf,
            iat,
        }))
    }

    /// The token that says so.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// Whether the token was written as R-102 has it.
    pub(crate) fn is_plain(&self) -> bool {
        self.plain
    }

    /// The token's header.
    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// What is made of these claims and nothing else, made at its first use.
    pub(crate) fn derived<T: Any + Send + Sync>(&self, make: impl Fn(&Self) -> T) -> Arc<T> {
        let made = self.derived.get_or_init(|| Arc::new(make(self)));
        // There is one floor above, with one such thing.
        Arc::downcast(Arc::clone(made)).unwrap_or_else(|_| Arc::new(make(self)))
    }

    /// How much memory this takes, roughly, in bytes.
    pub(crate) fn size(&self) -> usize {
        let texts = [self.sid.as_deref(), self.iss.as_deref(), self.azp.as_deref()];
        let texts: usize = texts.into_iter().flatten().map(str::len).sum();
        let own = self.token.len() + self.payload.len() + self.sub.len() + texts;
        // What is derived from it repeats some of its texts.
        size_of::<KnownClaims>() + self.header.size() + own + DERIVED_BYTES
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
