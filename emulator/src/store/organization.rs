//! Organizations and memberships.

use super::Store;
use crate::errors::ApiError;
use crate::metadata::Metadata;
use serde::{Deserialize, Serialize};

/// How many members an organization can have unless told otherwise; 0 means no limit.
pub(crate) const DEFAULT_MAX_MEMBERSHIPS: i64 = 5;

/// An organization.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Organization {
    pub(crate) id: String,
    pub(crate) age: u64,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) image_id: Option<String>,
    pub(crate) max_allowed_memberships: i64,
    pub(crate) admin_delete_enabled: bool,
    pub(crate) metadata: Metadata,
    pub(crate) created_by: Option<String>,
    pub(crate) role_set_key: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// A user's place in an organization.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Membership {
    pub(crate) id: String,
    pub(crate) age: u64,
    pub(crate) organization_id: String,
    pub(crate) user_id: String,
    pub(crate) role: String,
    pub(crate) metadata: Metadata,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

impl Store {
    pub(crate) fn members_count(&self, organization_id: &str) -> usize {
        self.memberships.values().filter(|membership| membership.organization_id == organization_id).count()
    }

    pub(crate) fn pending_invitations_count(&self, organization_id: &str, now: i64) -> usize {
        self.organization_invitations
            .values()
            .filter(|invitation| invitation.organization_id == organization_id && invitation.status(now) == "pending")
            .count()
    }

    pub(crate) fn membership_of(&self, organization_id: &str, user_id: &str) -> Option<&Membership> {
        self.memberships
            .values()
            .find(|membership| membership.organization_id == organization_id && membership.user_id == user_id)
    }

    pub(crate) fn membership_mut(&mut self, organization_id: &str, user_id: &str) -> Result<&mut Membership, ApiError> {
        self.memberships
            .find_mut(|membership| membership.organization_id == organization_id && membership.user_id == user_id)
            .ok_or_else(|| ApiError::not_found("organization membership", user_id))
    }

    /// Makes a user a member, within the limit of the organization.
    pub(crate) fn join(
        &mut self,
        organization_id: &str,
        user_id: &str,
        role: &str,
        metadata: Metadata,
        now: i64,
    ) -> Result<Membership, ApiError> {
        let most = self.organization(organization_id)?.max_allowed_memberships;
        let taken = self.members_count(organization_id) + self.pending_invitations_count(organization_id, now);
        if most > 0 && i64::try_from(taken).unwrap_or(i64::MAX) >= most {
            return Err(quota_exceeded(most));
        }
        if self.membership_of(organization_id, user_id).is_some() {
            return Err(ApiError::new(
                400,
                "already_a_member_in_organization",
                "already a member",
                format!("User {user_id} is already a member of the organization."),
            ));
        }
        let membership = Membership {
            id: self.ids.id("orgmem_"),
            age: self.next_age(),
            organization_id: organization_id.to_owned(),
            user_id: user_id.to_owned(),
            role: role.to_owned(),
            metadata,
            created_at: now,
            updated_at: now,
        };
        self.memberships.insert(membership.id.clone(), membership.clone());
        if let Some(user) = self.users.get_mut(user_id) {
            user.next_organization_id = Some(organization_id.to_owned());
        }
        Ok(membership)
    }

    /// Takes a member out; sessions in which the organization was active go on without it.
    pub(crate) fn leave(&mut self, membership_id: &str) -> Option<Membership> {
        let membership = self.memberships.remove(membership_id)?;
        self.sessions.change_all(
            |session| {
                session.user_id == membership.user_id
                    && session.organization_id.as_deref() == Some(&membership.organization_id)
            },
            |session| session.organization_id = None,
        );
        if let Some(user) = self.users.get_mut(&membership.user_id)
            && user.next_organization_id.as_deref() == Some(&membership.organization_id)
        {
            user.next_organization_id = None;
        }
        Some(membership)
    }

    /// Removes an organization with its memberships and invitations.
    pub(crate) fn remove_organization(&mut self, id: &str) -> Option<Organization> {
        let organization = self.organizations.remove(id)?;
        let members: Vec<String> = self
            .memberships
            .values()
            .filter(|member| member.organization_id == id)
            .map(|member| member.id.clone())
            .collect();
        for membership in members {
            self.leave(&membership);
        }
        self.organization_invitations.remove_all(|invitation| invitation.organization_id == id);
        self.organization_domains.remove_all(|domain| domain.organization_id == id);
        self.enterprise_connections.change_all(
            |connection| connection.organization_id.as_deref() == Some(id),
            |connection| connection.organization_id = None,
        );
        self.admin_portal_link_tokens.remove_all(|token| token.organization_id.as_deref() == Some(id));
        self.remove_billing(id);
        if let Some(image) = &organization.image_id {
            self.images.remove(image);
        }
        Some(organization)
    }

    /// A slug made of a name, with a number behind it if it is taken.
    pub(crate) fn slug_for(&mut self, name: &str) -> String {
        let mut base = String::new();
        for c in name.chars().flat_map(char::to_lowercase) {
            if c.is_ascii_alphanumeric() {
                base.push(c);
            } else if !base.is_empty() && !base.ends_with('-') {
                base.push('-');
            }
        }
        let base = base.trim_end_matches('-');
        let base = if base.is_empty() { "org" } else { base }.to_owned();
        if !self.slug_taken(&base, None) {
            return base;
        }
        loop {
            let candidate = format!("{base}-{}", self.ids.code());
            if !self.slug_taken(&candidate, None) {
                return candidate;
            }
        }
    }

    pub(crate) fn slug_taken(&self, slug: &str, except: Option<&str>) -> bool {
        self.organizations
            .values()
            .any(|organization| organization.slug == slug && Some(organization.id.as_str()) != except)
    }
}

pub(crate) fn quota_exceeded(most: i64) -> ApiError {
    ApiError::new(
        403,
        "organization_membership_quota_exceeded",
        "organization membership quota exceeded",
        format!("You have reached your limit of {most} organization memberships, including outstanding invitations."),
    )
}
