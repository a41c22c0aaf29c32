//! Links to the admin portal, and credentials of Amazon Web Services.

use super::credential::Credential;
use serde::{Deserialize, Serialize};

/// A token that opens the admin portal once.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct AdminPortalLinkToken {
    pub(crate) id: String,
    pub(crate) link_id: String,
    pub(crate) organization_id: Option<String>,
    pub(crate) it_contact_id: Option<String>,
    pub(crate) scopes: Option<Vec<String>>,
    pub(crate) credential: Credential,
}

/// Credentials for Cognito user pools. Only the control door can add some.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct AwsCredential {
    pub(crate) id: String,
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) user_pool_ids: Vec<String>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}
