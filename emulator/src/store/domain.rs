//! The domains of the instance: one primary, and satellites.

use super::Store;
use crate::errors::ApiError;
use serde::{Deserialize, Serialize};

/// A domain on which the application runs.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Domain {
    pub(crate) id: String,
    /// None: where the emulator itself listens.
    pub(crate) name: Option<String>,
    pub(crate) is_satellite: bool,
    pub(crate) is_secondary: bool,
    pub(crate) proxy_url: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// A look at whether a proxy leads to the Frontend API.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct ProxyCheck {
    pub(crate) id: String,
    pub(crate) domain_id: String,
    pub(crate) proxy_url: String,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

impl Domain {
    /// The primary domain that an instance has from its first moment. Its id takes none of those that a seed gives to
    /// users and others.
    pub(crate) fn primary(machine_id: &str, now: i64) -> Self {
        Domain {
            id: format!("dmn_{}", machine_id.trim_start_matches("mch_")),
            name: None,
            is_satellite: false,
            is_secondary: false,
            proxy_url: None,
            created_at: now,
            updated_at: now,
        }
    }
}

impl Store {
    pub(crate) fn domain(&self, id: &str) -> Result<&Domain, ApiError> {
        self.domains.get(id).ok_or_else(|| ApiError::not_found("domain", id))
    }

    pub(crate) fn domain_mut(&mut self, id: &str) -> Result<&mut Domain, ApiError> {
        self.domains.get_mut(id).ok_or_else(|| ApiError::not_found("domain", id))
    }
}
