//! The claims of a verified token: the payload as it was signed, and the claims everyone needs.

use super::decode::{DecodedToken, Header};
use super::json;
use super::parsed::Parsed;
use super::remembered::Remembered;
use crate::key::VerifyingKey;
use serde::de::DeserializeOwned;
use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// What is taken to be the size of the ids that are derived from claims, and of a text without what is in it.
const IDS_BYTES: usize = 640;
const TEXT_BYTES: usize = 48;

/// What a verified token says: the claims everyone needs as methods, every claim by its name. Times are Unix seconds, their
/// fractions cut off. Clones share it.
#[derive(Clone)]
pub struct Claims(Arc<Parsed>);

impl Claims {
    /// What a token says that was accepted, with the key that its signature held with.
    pub(crate) fn of(decoded: &DecodedToken, key: &Arc<VerifyingKey>) -> Self {
        let parsed = decoded.parsed();
        parsed.remembered.note_key(key);
        Self(Arc::clone(parsed))
    }

    /// What a token says that was verified elsewhere in this process.
    pub(crate) fn assume_verified(token: &str) -> Option<Self> {
        let decoded = DecodedToken::read(token).ok()?;
        let parsed = decoded.parsed();
        parsed.sub().zip(parsed.exp()).map(|_| Self(Arc::clone(parsed)))
    }

    /// The claims of a payload, as if it had been signed as this token.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(crate) fn assume_written(token: &str, payload: &str) -> Option<Self> {
        Parsed::new(token, payload, Arc::default(), true).map(|parsed| Self(Arc::new(parsed)))
    }

    /// `sub`: the user's id. Always there; may be empty in a token that is no session's.
    #[must_use]
    pub fn sub(&self) -> &str {
        self.0.sub().unwrap_or_default()
    }

    /// `sid`: the session's id. `None` if it is missing or not a string.
    #[must_use]
    pub fn sid(&self) -> Option<&str> {
        self.0.sid()
    }

    /// `iss`: the Frontend API's URL. `None` if it is missing or not a string.
    #[must_use]
    pub fn iss(&self) -> Option<&str> {
        self.0.iss()
    }

    /// `azp`: the origin that asked for the token. `None` if it is missing or not a string.
    #[must_use]
    pub fn azp(&self) -> Option<&str> {
        self.0.azp()
    }

    /// `exp`: when it expires.
    #[must_use]
    pub fn exp(&self) -> i64 {
        self.0.exp().unwrap_or_default()
    }

    /// `nbf`: when it begins to be valid.
    #[must_use]
    pub fn nbf(&self) -> Option<i64> {
        self.0.nbf()
    }

    /// `iat`: when it was made.
    #[must_use]
    pub fn iat(&self) -> Option<i64> {
        self.0.iat()
    }

    /// A number that no other claims of this process have, for bindings that keep what they made of them; 0 where they
    /// are not remembered.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.0.remembered.id()
    }

    /// Whether an earlier call verified them, and this one found them remembered.
    #[must_use]
    pub fn were_remembered(&self) -> bool {
        self.0.remembered.was_used()
    }

    /// What is noted of them while they are remembered.
    pub(super) fn remembered(&self) -> &Remembered {
        &self.0.remembered
    }

    /// The token that says so.
    pub(crate) fn token(&self) -> &str {
        self.0.token()
    }

    /// Whether the token was written as R-102 has it.
    pub(crate) fn is_plain(&self) -> bool {
        self.0.is_plain()
    }

    /// Whether the token is of a type that counts where nothing else is said.
    pub(crate) fn is_of_usual_type(&self) -> bool {
        self.0.is_of_usual_type()
    }

    /// The token's header.
    pub(crate) fn header(&self) -> &Header {
        self.0.header()
    }

    /// What is made of these claims and nothing else, made at its first use.
    pub(crate) fn derived<T: Any + Send + Sync>(&self, make: impl FnOnce(&Self) -> T) -> Arc<T> {
        self.0.remembered.derived(|| make(self))
    }

    /// How much memory this takes, roughly, in bytes.
    pub(crate) fn size(&self) -> usize {
        self.0.size() + self.derived_size()
    }

    /// The most that what is derived from them takes: ids, and permissions, of which a short text can name many.
    fn derived_size(&self) -> usize {
        let [features, organization, given] =
            ["fea", "o", "org_permissions"].map(|name| self.raw(name).unwrap_or_default());
        if organization.is_empty() && given.is_empty() {
            return IDS_BYTES;
        }
        let parts = |text: &str| text.bytes().filter(|byte| *byte == b',').count() + 1;
        // Each permission is made of a feature's name and one of the organization's.
        let (of_features, of_organization) = (parts(features), parts(organization));
        let made = of_features * of_organization * TEXT_BYTES
            + of_organization * features.len()
            + of_features * organization.len();
        IDS_BYTES + made + parts(given) * TEXT_BYTES + given.len()
    }

    /// The whole payload, exactly the JSON text that was signed (but for bytes that are not UTF-8, which are U+FFFD).
    #[must_use]
    pub fn json(&self) -> &str {
        self.0.payload()
    }

    /// The JSON text of a claim, verbatim. `None` if it is not there; `Some("null")` if it is null.
    #[must_use]
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.0.claim(name)
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
        serde_json::from_str(self.json())
    }

    /// A claim that is a string.
    pub(crate) fn string(&self, name: &str) -> Option<String> {
        self.raw(name).and_then(json::string)
    }

    /// Whether these are the same claims in the same place in memory.
    #[cfg(test)]
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl PartialEq for Claims {
    fn eq(&self, other: &Self) -> bool {
        self.json() == other.json()
    }
}

impl Eq for Claims {}

/// Names ids only: a payload may hold what a developer put there, which logs have no business with.
impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claims")
            .field("sub", &self.sub())
            .field("sid", &self.sid())
            .field("exp", &self.exp())
            .finish_non_exhaustive()
    }
}
