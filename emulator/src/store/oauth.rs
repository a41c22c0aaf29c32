//! OAuth applications, and the opaque access tokens that users gave them. Those that are JWTs are not stored.

use super::Store;
use super::credential::Credential;
use super::grant::Grant;
use crate::errors::ApiError;
use serde::{Deserialize, Serialize};

/// The life of an access token unless asked otherwise, in seconds.
pub(crate) const ACCESS_TOKEN_LIFE: i64 = 86_400;
/// What an application may read unless told otherwise.
pub(crate) const DEFAULT_SCOPES: &str = "profile email";
/// All that an application can be let read.
pub(crate) const SCOPES: &[&str] =
    &["profile", "email", "public_metadata", "private_metadata", "openid", "offline_access"];

/// The one row of the settings.
const SETTINGS: &str = "settings";

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

/// What the instance says of all its OAuth applications.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct OAuthSettings {
    pub(crate) dynamic_registration: bool,
    /// None: those of the service.
    pub(crate) default_scopes: Option<Vec<String>>,
    /// Whether access tokens are JWTs.
    pub(crate) jwt_access_tokens: bool,
    pub(crate) metadata_documents_advertised: bool,
    pub(crate) metadata_documents_pre_registered_only: bool,
    pub(crate) metadata_documents_block_implicit: bool,
}

/// A stored access token.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct AccessToken {
    pub(crate) id: String,
    pub(crate) client_id: String,
    /// The user who gave it.
    pub(crate) subject: String,
    pub(crate) scopes: Vec<String>,
    /// The grant it is of; empty for a JWT, which is not stored.
    pub(crate) grant_id: String,
    pub(crate) credential: Credential,
}

impl Store {
    pub(crate) fn oauth_application(&self, id: &str) -> Result<&OAuthApplication, ApiError> {
        self.oauth_applications.get(id).ok_or_else(|| ApiError::not_found("OAuth application", id))
    }

    pub(crate) fn oauth_application_mut(&mut self, id: &str) -> Result<&mut OAuthApplication, ApiError> {
        self.oauth_applications.get_mut(id).ok_or_else(|| ApiError::not_found("OAuth application", id))
    }

    /// What the instance says of all its OAuth applications.
    pub(crate) fn oauth_settings(&self) -> OAuthSettings {
        self.oauth_settings.get(SETTINGS).cloned().unwrap_or_default()
    }

    /// The settings, to change.
    pub(crate) fn oauth_settings_mut(&mut self) -> &mut OAuthSettings {
        self.oauth_settings.get_or_insert_with(SETTINGS, OAuthSettings::default)
    }

    /// The application behind a client id.
    pub(crate) fn oauth_client(&self, client_id: &str) -> Option<&OAuthApplication> {
        self.oauth_applications.values().find(|application| application.client_id == client_id)
    }

    /// Makes and keeps an opaque access token of a grant.
    pub(crate) fn open_access_token(
        &mut self,
        grant: &Grant,
        scopes: Vec<String>,
        life_ms: i64,
        now: i64,
    ) -> AccessToken {
        let secret = format!("oat_{}", self.ids.text(43));
        let token = AccessToken {
            id: format!("oat_{}", self.ids.hex(32)),
            client_id: grant.client_id.clone(),
            subject: grant.subject.clone(),
            scopes,
            grant_id: grant.id.clone(),
            credential: Credential::new(secret, Some(now.saturating_add(life_ms)), now),
        };
        self.access_tokens.insert(token.id.clone(), token.clone());
        token
    }
}
