//! Emails that a backend had sent.

use serde::{Deserialize, Serialize};

/// One email.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Email {
    pub(crate) id: String,
    /// The sender's address, the part before the `@`.
    pub(crate) from_email_name: String,
    pub(crate) to_email_address: String,
    /// The user it went to, and which of their addresses.
    pub(crate) user_id: Option<String>,
    pub(crate) email_address_id: Option<String>,
    pub(crate) reply_to: Option<String>,
    pub(crate) subject: String,
    pub(crate) html: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) created_at: i64,
}
