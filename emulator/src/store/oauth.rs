//! OAuth applications, and the opaque access tokens that users gave them. Those that are JWTs are not stored.

use super::Store;
use super::credential::Credential;
use crate::errors::ApiError;
use serde::{Deserialize, Serialize};

/// What an application may read unless told otherwise.
pub(crate) const DEFAULT_SCOPES: &str = "profile email";
/// All that an application can be let read.
pub(crate) const SCOPES: &[&str] =
    &["profile", "email", "public_metadata", "private_metadata", "openid", "offline_access"];

/// An OAuth application.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct OAuthApplication {
    pub(crate) id: String,
    pub(crate) age: u64,
    pub(crate) name: String,
    pub(crate) client_id: String,
    /// Empty for a public client.
    pub(crate) client_secret: String,
    pub(crate) image_id: Option<String>,
    pub(crate) scopes: String,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) consent_screen_enabled: bool,
    pub(crate) pkce_required: bool,
    pub(crate) public: bool,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// A stored access token, and the refresh token of the same grant.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct AccessToken {
    pub(crate) id: String,
    pub(crate) client_id: String,
    /// The user who gave it.
    pub(crate) subject: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) refresh_token: String,
    pub(crate) credential: Credential,
}

impl Store {
    pub(crate) fn oauth_application(&self, id: &str) -> Result<&OAuthApplication, ApiError> {
        self.oauth_applications.get(id).ok_or_else(|| ApiError::not_found("OAuth application", id))
    }

    pub(crate) fn oauth_application_mut(&mut self, id: &str) -> Result<&mut OAuthApplication, ApiError> {
        self.oauth_applications.get_mut(id).ok_or_else(|| ApiError::not_found("OAuth application", id))
    }

    /// Makes and keeps an opaque access token.
    pub(crate) fn open_access_token(
        &mut self,
        client_id: String,
        subject: String,
        scopes: Vec<String>,
        life_ms: i64,
        now: i64,
    ) -> AccessToken {
        let secret = format!("oat_{}", self.ids.text(43));
        let token = AccessToken {
            id: format!("oat_{}", self.ids.hex(32)),
            client_id,
            subject,
            scopes,
            refresh_token: self.ids.text(43),
            credential: Credential::new(secret, Some(now.saturating_add(life_ms)), now),
        };
        self.access_tokens.insert(token.id.clone(), token.clone());
        token
    }
}
