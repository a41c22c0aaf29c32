//! Opaque tokens of machines. Those that are JWTs are not stored.

use super::Store;
use super::credential::Credential;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A stored token.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct M2mToken {
    pub(crate) id: String,
    pub(crate) age: u64,
    /// The machine it was made for.
    pub(crate) subject: String,
    /// Any JSON.
    pub(crate) claims: Value,
    /// The machines it opens.
    pub(crate) scopes: Vec<String>,
    pub(crate) credential: Credential,
}

impl Store {
    /// Makes and keeps an opaque token.
    pub(crate) fn open_m2m_token(
        &mut self,
        subject: String,
        scopes: Vec<String>,
        claims: Value,
        life_ms: i64,
        now: i64,
    ) -> M2mToken {
        let secret = format!("mt_{}", self.ids.text(43));
        let token = M2mToken {
            id: format!("mt_{}", self.ids.hex(32)),
            age: self.next_age(),
            subject,
            claims,
            scopes,
            credential: Credential::new(secret, Some(now.saturating_add(life_ms)), now),
        };
        self.m2m_tokens.insert(token.id.clone(), token.clone());
        token
    }
}
