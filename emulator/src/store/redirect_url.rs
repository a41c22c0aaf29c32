//! Addresses that browsers and apps may be sent to after signing in.

use serde::{Deserialize, Serialize};

/// One address.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct RedirectUrl {
    pub(crate) id: String,
    pub(crate) age: u64,
    pub(crate) url: String,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}
