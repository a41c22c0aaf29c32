//! Invitations to the application and to organizations.

use super::Word;
use crate::metadata::Metadata;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The statuses an invitation can have.
pub(crate) const STATUSES: &[&str] = &["pending", "accepted", "revoked", "expired"];
/// How many days an invitation is good for unless told otherwise.
pub(crate) const DEFAULT_DAYS: i64 = 30;
/// A day in milliseconds.
pub(crate) const DAY: i64 = 24 * 60 * 60 * 1000;

/// An invitation to sign up.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Invitation {
    pub(crate) id: String,
    pub(crate) age: u64,
    pub(crate) email_address: String,
    pub(crate) public_metadata: Map<String, Value>,
    pub(crate) url: String,
    pub(crate) status: Word,
    pub(crate) expires_at: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// An invitation to become a member.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct OrganizationInvitation {
    pub(crate) id: String,
    pub(crate) age: u64,
    pub(crate) organization_id: String,
    pub(crate) email_address: String,
    pub(crate) role: String,
    pub(crate) inviter_id: Option<String>,
    pub(crate) metadata: Metadata,
    pub(crate) url: String,
    pub(crate) status: Word,
    pub(crate) expires_at: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

fn status(stored: &str, expires_at: i64, now: i64) -> &str {
    if stored == "pending" && now >= expires_at { "expired" } else { stored }
}

impl Invitation {
    pub(crate) fn status(&self, now: i64) -> &str {
        status(&self.status, self.expires_at, now)
    }
}

impl OrganizationInvitation {
    pub(crate) fn status(&self, now: i64) -> &str {
        status(&self.status, self.expires_at, now)
    }
}
