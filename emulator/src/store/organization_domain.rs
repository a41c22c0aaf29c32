//! Domains of organizations: whose email addresses belong to whom.

use super::{Store, Word};
use serde::{Deserialize, Serialize};

/// How people with an address at a domain come in.
pub(crate) const ENROLLMENT_MODES: &[&str] =
    &["manual_invitation", "automatic_invitation", "automatic_suggestion", "enterprise_sso"];

/// Domains at which anybody can have an address: they are no organization's.
const COMMON: &[&str] = &[
    "163.com",
    "aol.com",
    "gmail.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hotmail.com",
    "icloud.com",
    "live.com",
    "mail.com",
    "me.com",
    "msn.com",
    "outlook.com",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "web.de",
    "yahoo.com",
    "yandex.ru",
];

/// A domain of an organization.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct OrganizationDomain {
    pub(crate) id: String,
    pub(crate) age: u64,
    pub(crate) organization_id: String,
    /// In lower case.
    pub(crate) name: String,
    pub(crate) enrollment_mode: Word,
    /// Whether the organization is known to belong to the domain.
    pub(crate) verified: bool,
    /// When the domain was shown to be the organization's, in Unix milliseconds.
    pub(crate) owned_at: Option<i64>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

impl OrganizationDomain {
    /// Whether people come in by themselves.
    pub(crate) fn enrols(&self) -> bool {
        self.verified && matches!(&*self.enrollment_mode, "automatic_invitation" | "automatic_suggestion")
    }
}

/// Whether anybody can have an address at a domain.
pub(crate) fn is_common(name: &str) -> bool {
    COMMON.contains(&name)
}

impl Store {
    /// The open invitations of the organization to addresses at a domain.
    pub(crate) fn pending_invitations_at(&self, domain: &OrganizationDomain, now: i64) -> usize {
        self.organization_invitations
            .values()
            .filter(|invitation| {
                invitation.organization_id == domain.organization_id
                    && invitation.status(now) == "pending"
                    && invitation.email_address.rsplit_once('@').is_some_and(|(_, host)| host == domain.name)
            })
            .count()
    }
}
