//! The claims of a verified token: the payload as it was signed, and the claims everyone needs.

use super::json::{self, Index};
use serde::de::DeserializeOwned;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

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

/// What a verified token says: the claims everyone needs as fields, every claim by its name. Clones share it.
#[derive(Clone)]
pub struct Claims(Arc<KnownClaims>);

/// The claims everyone needs. Times are Unix seconds, their fractions cut off.
#[non_exhaustive]
pub struct KnownClaims {
    payload: String,
    index: ClaimIndex,
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

/// Those of the claims that are texts, read.
pub(crate) struct KnownTexts {
    pub(crate) sub: String,
    pub(crate) sid: Option<String>,
    pub(crate) iss: Option<String>,
    pub(crate) azp: Option<String>,
}

impl Claims {
    pub(crate) fn new(
        payload: String,
        index: ClaimIndex,
        texts: KnownTexts,
        exp: i64,
        nbf: Option<i64>,
        iat: Option<i64>,
    ) -> Self {
        let KnownTexts { sub, sid, iss, azp } = texts;
        Self(Arc::new(KnownClaims { payload, index, sub, sid, iss, azp, exp, nbf, iat }))
    }

    /// How much memory this takes, roughly, in bytes.
    pub(crate) fn size(&self) -> usize {
        let texts = [self.sid.as_deref(), self.iss.as_deref(), self.azp.as_deref()];
        let texts: usize = texts.into_iter().flatten().map(str::len).sum();
        size_of::<KnownClaims>() + self.payload.len() + self.sub.len() + texts
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
