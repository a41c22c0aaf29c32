//! Those who wait to be let in.

use super::{Store, Word};
use crate::errors::ApiError;
use serde::{Deserialize, Serialize};

/// The statuses an entry can have.
pub(crate) const STATUSES: &[&str] = &["pending", "invited", "completed", "rejected"];

/// Somebody who waits.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct WaitlistEntry {
    pub(crate) id: String,
    pub(crate) age: u64,
    pub(crate) email_address: String,
    pub(crate) status: Word,
    pub(crate) invitation_id: Option<String>,
    pub(crate) invited_at: Option<i64>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

impl Store {
    pub(crate) fn waitlist_entry(&self, id: &str) -> Result<&WaitlistEntry, ApiError> {
        self.waitlist_entries.get(id).ok_or_else(|| ApiError::not_found("waitlist entry", id))
    }

    pub(crate) fn waitlist_entry_mut(&mut self, id: &str) -> Result<&mut WaitlistEntry, ApiError> {
        self.waitlist_entries.get_mut(id).ok_or_else(|| ApiError::not_found("waitlist entry", id))
    }

    /// Whoever has this address has signed up: the wait is over.
    pub(crate) fn complete_waitlist_entry(&mut self, email_address: &str, now: i64) {
        self.waitlist_entries.change_all(
            |entry| entry.email_address == email_address && entry.status != "completed",
            |entry| {
                entry.status = "completed".into();
                entry.updated_at = now;
            },
        );
    }
}
