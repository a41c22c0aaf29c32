//! Keys: reading them, and keeping the remote ones.
//!
//! This floor knows nothing of tokens. It answers one question: which public key, if any, may decide about a key id,
//! and if there is none in hand, whether asking the key endpoint could help.

mod algorithm;
mod cache;
pub(crate) mod der;
mod flight;
mod host;
mod jwk;
mod local;
mod partition;
mod publishable;
mod secret_key;
mod source;

pub use algorithm::{Algorithm, VerifyingKey};
pub use cache::{Around, KeyCache, KeyCacheSettings, Lookup, NeedKeys, Progress};
pub(crate) use host::{accounts_portal, fapi_url_from_publishable_key, scheme_of};
pub use host::{api_url_from_publishable_key, publishable_key_from_host, publishable_key_from_request_host};
pub use jwk::{JwkSet, MAX_KEYS};
pub use local::LocalKey;
pub use partition::{KeyCaches, Partition};
pub use publishable::{InstanceType, PublishableKey};
pub use secret_key::check_secret_key;
pub use source::{KeyFailure, KeyFailureReason, KeyResponse, KeySource, NoAnswer};

use std::fmt;

/// Why a key that was configured cannot be used. It never holds the key itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyError {
    /// The option at fault, such as `secret_key`, `publishable_key` or `jwt_key`.
    pub option: &'static str,
    /// What is wrong with it, and what to do.
    pub message: String,
}

impl KeyError {
    /// An error about this option.
    pub(crate) fn new(option: &'static str, message: impl Into<String>) -> Self {
        Self { option, message: message.into() }
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.option, self.message)
    }
}

impl std::error::Error for KeyError {}

#[cfg(test)]
pub(crate) mod test_keys;
#[cfg(test)]
mod tests;
