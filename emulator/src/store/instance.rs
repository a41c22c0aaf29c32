//! The settings of the instance: one row, kept from its first change on.

use super::{Store, Word};
use crate::errors::ApiError;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// The key of the only row.
const KEY: &str = "instance";

static FIRST: LazyLock<Instance> = LazyLock::new(Instance::default);

/// Everything that can be set about an instance.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Instance {
    pub(crate) allowed_origins: Option<Vec<String>>,
    /// None: as development instances have it, and production instances not.
    pub(crate) test_mode: Option<bool>,
    pub(crate) hibp: bool,
    pub(crate) support_email: Option<String>,
    pub(crate) clerk_js_version: Option<String>,
    pub(crate) development_origin: Option<String>,
    pub(crate) url_based_session_syncing: bool,
    /// `password`, `otp` or none.
    pub(crate) preferred_sign_in_strategy: Option<Word>,
    pub(crate) progressive_sign_up: bool,
    /// The part before the `@`.
    pub(crate) from_email_address: Option<String>,
    pub(crate) restrictions: Restrictions,
    pub(crate) protect: Protect,
    /// Countries that no text message goes to.
    pub(crate) blocked_country_codes: Vec<String>,
    pub(crate) organizations: OrganizationSettings,
    /// Whether there is an app at Svix for the webhooks.
    pub(crate) svix_app: bool,
}

/// Who may sign up.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Restrictions {
    pub(crate) allowlist: bool,
    pub(crate) blocklist: bool,
    pub(crate) disabled_on_sign_in: bool,
    pub(crate) block_email_subaddresses: bool,
    pub(crate) block_disposable_email_domains: bool,
}

impl Default for Restrictions {
    /// A block list works as soon as there is something on it.
    fn default() -> Self {
        Restrictions {
            allowlist: false,
            blocklist: true,
            disabled_on_sign_in: false,
            block_email_subaddresses: false,
            block_disposable_email_domains: false,
        }
    }
}

/// What guards sign-ups and sign-ins.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Protect {
    pub(crate) rules_enabled: bool,
    pub(crate) specter_enabled: bool,
}

/// What holds for all organizations.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct OrganizationSettings {
    pub(crate) enabled: bool,
    /// Of a new organization; 0 means no limit.
    pub(crate) max_allowed_memberships: i64,
    /// Of a new organization.
    pub(crate) admin_delete_enabled: bool,
    pub(crate) domains_enabled: bool,
    pub(crate) slug_disabled: bool,
    pub(crate) domains_enrollment_modes: Vec<String>,
    /// The key of the role that those get who come by a domain; none: the default of the first set of roles.
    pub(crate) domains_default_role: Option<String>,
}

/// How people can come into an organization by its domains.
pub(crate) const ENROLLMENT_MODES: &[&str] = &["manual_invitation", "automatic_invitation", "automatic_suggestion"];

impl Default for OrganizationSettings {
    fn default() -> Self {
        OrganizationSettings {
            enabled: true,
            max_allowed_memberships: super::organization::DEFAULT_MAX_MEMBERSHIPS,
            admin_delete_enabled: true,
            domains_enabled: true,
            slug_disabled: false,
            domains_enrollment_modes: ENROLLMENT_MODES.iter().map(|mode| (*mode).to_owned()).collect(),
            domains_default_role: None,
        }
    }
}

impl Store {
    /// The settings as they are.
    pub(crate) fn settings(&self) -> &Instance {
        self.instance.get(KEY).unwrap_or(&FIRST)
    }

    /// The settings, to change.
    pub(crate) fn settings_mut(&mut self) -> &mut Instance {
        self.instance.get_or_insert_with(KEY, Instance::default)
    }

    /// An error for a path about organizations, if the instance has none.
    pub(crate) fn check_feature(&self, path: &str) -> Result<(), ApiError> {
        if self.settings().organizations.enabled || !path.starts_with("/v1/organization") {
            return Ok(());
        }
        Err(ApiError::new(
            403,
            "organization_not_enabled_in_instance",
            "access denied",
            "Organizations are not enabled for this instance. Its organization settings can enable them.",
        ))
    }
}
