//! API keys.

use super::Store;
use super::credential::Credential;
use crate::errors::ApiError;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An API key of a user, an organization or a machine.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct ApiKey {
    pub(crate) id: String,
    pub(crate) age: u64,
    pub(crate) kind: String,
    pub(crate) subject: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// Any JSON.
    pub(crate) claims: Value,
    pub(crate) scopes: Vec<String>,
    pub(crate) created_by: Option<String>,
    pub(crate) credential: Credential,
}

/// What is asked of a new API key.
#[derive(Clone, Debug)]
pub(crate) struct NewApiKey {
    pub(crate) kind: String,
    pub(crate) subject: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) claims: Value,
    pub(crate) scopes: Vec<String>,
    pub(crate) created_by: Option<String>,
    pub(crate) life_ms: Option<i64>,
}

fn not_found() -> ApiError {
    ApiError::new(404, "resource_not_found", "API key not found", "API key not found")
}

impl Store {
    /// Makes and keeps an API key.
    pub(crate) fn open_api_key(&mut self, new: NewApiKey, now: i64) -> ApiKey {
        let secret = format!("ak_{}", self.ids.text(43));
        let key = ApiKey {
            id: format!("ak_{}", self.ids.hex(32)),
            age: self.next_age(),
            kind: new.kind,
            subject: new.subject,
            name: new.name,
            description: new.description,
            claims: new.claims,
            scopes: new.scopes,
            created_by: new.created_by,
            credential: Credential::new(secret, new.life_ms.map(|life| now.saturating_add(life)), now),
        };
        self.api_keys.insert(key.id.clone(), key.clone());
        key
    }

    /// An API key by its id, which may also be written with the prefix `api_key_`.
    pub(crate) fn api_key_mut(&mut self, id: &str) -> Result<&mut ApiKey, ApiError> {
        let id = id.strip_prefix("api_key_").map_or_else(|| id.to_owned(), |rest| format!("ak_{rest}"));
        self.api_keys.get_mut(&id).ok_or_else(not_found)
    }

    /// The API key with this secret; revoked and expired ones are not found.
    pub(crate) fn valid_api_key(&mut self, secret: &str, now: i64) -> Result<&mut ApiKey, ApiError> {
        self.api_keys
            .find_mut(|key| key.credential.secret == secret && key.credential.is_valid(now))
            .ok_or_else(not_found)
    }
}
