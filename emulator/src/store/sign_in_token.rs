//! Sign-in tokens.

use super::Word;
use serde::{Deserialize, Serialize};

/// A token that signs its user in once.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct SignInToken {
    pub(crate) id: String,
    pub(crate) user_id: String,
    /// What becomes the active organization of the session.
    pub(crate) organization_id: Option<String>,
    pub(crate) token: String,
    pub(crate) url: String,
    pub(crate) status: Word,
    /// After this the token signs nobody in; its status stays `pending`.
    pub(crate) expires_at: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

impl SignInToken {
    pub(crate) fn text_is(&self, text: &str) -> bool {
        self.token == text
    }
}
