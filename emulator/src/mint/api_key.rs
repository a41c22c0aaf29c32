//! API keys. They are always opaque and stored.

use serde::Deserialize;
use serde_json::Value;

/// What an API key should be. Everything has a default; its owner needs not be stored.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApiKeyOptions {
    /// The user, organization or machine it belongs to. Default: a fresh user id.
    pub subject: Option<String>,
    /// Default: `API key`.
    pub name: Option<String>,
    /// Default: none.
    pub scopes: Vec<String>,
    /// Any JSON. Default: null.
    pub claims: Value,
    /// Its life. Default: it never expires. Zero and below: past its end from the start.
    pub expires_in_seconds: Option<i64>,
}
