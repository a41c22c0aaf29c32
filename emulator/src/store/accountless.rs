//! Applications made without an account: further keys of this instance.

use super::Store;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One application.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Accountless {
    pub(crate) secret_key: String,
    pub(crate) claim_token: String,
    /// What asked for it.
    pub(crate) source: Option<String>,
    /// When its set-up ended.
    pub(crate) completed_at: Option<i64>,
    pub(crate) created_at: i64,
}

impl fmt::Debug for Accountless {
    /// Without its keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accountless").field("source", &self.source).finish_non_exhaustive()
    }
}

impl Store {
    /// Whether the key is that of an application made without an account.
    pub(crate) fn is_accountless_key(&self, key: &str) -> bool {
        self.accountless.values().any(|application| application.secret_key == key)
    }
}
