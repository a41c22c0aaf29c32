//! The JSON that the API answers with, made from what is stored.

mod billing;
mod billing_events;
mod connections;
mod credentials;
mod directories;
mod organization_domains;
mod roles;
mod waitlist;

use crate::store::Store;
use crate::store::identification::{Contact, Verification, Wallet};
use crate::store::invitation::{Invitation, OrganizationInvitation};
use crate::store::organization::{Membership, Organization};
use crate::store::session::Session;
use crate::store::sign_in_token::SignInToken;
use crate::store::user::{ATTEMPTS_BEFORE_LOCK, Connection, TrustedDevice, User};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

pub(crate) use connections::test_run;
pub(crate) use roles::permission;

/// The store as seen at one moment.
pub(crate) struct Render<'a> {
    pub(crate) store: &'a Store,
    pub(crate) url: &'a str,
    pub(crate) instance_id: &'a str,
    pub(crate) now: i64,
}

fn verification(verification: Option<&Verification>) -> Value {
    match verification {
        None => Value::Null,
        Some(Verification::Admin) => json!({
            "object": "verification_admin", "status": "verified", "strategy": "admin",
            "attempts": null, "expire_at": null, "verified_at_client": null,
        }),
        Some(Verification::Code { strategy, attempts, expire_at }) => json!({
            "object": "verification_otp", "status": "verified", "strategy": strategy,
            "attempts": attempts, "expire_at": expire_at, "verified_at_client": null,
        }),
    }
}

pub(crate) fn email(email: &Contact) -> Value {
    json!({
        "id": email.id,
        "object": "email_address",
        "email_address": email.value,
        "reserved": email.reserved,
        "verification": verification(email.verification.as_ref()),
        "linked_to": [],
        "matches_sso_connection": false,
        "created_at": email.created_at,
        "updated_at": email.updated_at,
    })
}

pub(crate) fn phone(phone: &Contact) -> Value {
    json!({
        "id": phone.id,
        "object": "phone_number",
        "phone_number": phone.value,
        "reserved_for_second_factor": phone.second_factor,
        "default_second_factor": phone.default_second_factor,
        "reserved": phone.reserved,
        "verification": verification(phone.verification.as_ref()),
        "linked_to": [],
        "backup_codes": null,
        "created_at": phone.created_at,
        "updated_at": phone.updated_at,
    })
}

fn wallet(wallet: &Wallet) -> Value {
    json!({
        "id": wallet.id,
        "object": "web3_wallet",
        "web3_wallet": wallet.address,
        "verification": verification(Some(&Verification::Admin)),
        "created_at": wallet.created_at,
        "updated_at": wallet.created_at,
    })
}

fn external_account(connection: &Connection) -> Value {
    let account = &connection.account;
    json!({
        "object": "external_account",
        "id": connection.id,
        "provider": account.provider,
        "identification_id": connection.identification_id,
        "provider_user_id": account.provider_user_id,
        "approved_scopes": account.scopes.join(" "),
        "email_address": account.email_address,
        "email_address_verified": true,
        "first_name": account.first_name,
        "last_name": account.last_name,
        "avatar_url": "",
        "image_url": "",
        "username": null,
        "phone_number": null,
        "public_metadata": {},
        "label": null,
        "created_at": connection.created_at,
        "updated_at": connection.created_at,
        "verification": {
            "object": "verification_oauth", "status": "verified", "strategy": account.provider,
            "attempts": null, "expire_at": connection.created_at + 600_000, "verified_at_client": null,
        },
    })
}

pub(crate) fn trusted_device(device: &TrustedDevice) -> Value {
    json!({
        "object": "trusted_device",
        "id": device.id,
        "platform": device.platform,
        "app_identifier": device.app_identifier,
        "name": device.name,
        "algorithm": "ES256",
        "status": if device.revoked_at.is_some() { "revoked" } else { "active" },
        "created_at": device.created_at,
        "updated_at": device.updated_at,
        "last_used_at": null,
        "revoked_at": device.revoked_at,
    })
}

pub(crate) fn sign_in_token(token: &SignInToken) -> Value {
    json!({
        "object": "sign_in_token",
        "id": token.id,
        "status": token.status,
        "user_id": token.user_id,
        "token": token.token,
        "url": token.url,
        "created_at": token.created_at,
        "updated_at": token.updated_at,
    })
}

impl Render<'_> {
    fn image(&self, uploaded: Option<&str>, id: &str, name: &str) -> String {
        if let Some(image) = uploaded {
            return format!("{}/images/{image}", self.url);
        }
        let initials: String = name.split_whitespace().filter_map(|word| word.chars().next()).take(2).collect();
        let description = json!({ "type": "default", "iid": self.instance_id, "rid": id, "initials": initials });
        format!("https://img.clerk.com/{}", BASE64URL_NOPAD.encode(description.to_string().as_bytes()))
    }

    pub(crate) fn user_image(&self, user: &User) -> String {
        self.image(user.image_id.as_deref(), &user.id, &user.full_name().unwrap_or_default())
    }

    pub(crate) fn user(&self, user: &User) -> Value {
        let image = self.user_image(user);
        let locked = user.is_locked(self.now);
        let left = user.locked_until.filter(|_| locked).map(|until| (until - self.now + 999).div_euclid(1000));
        json!({
            "id": user.id,
            "object": "user",
            "external_id": user.external_id,
            "primary_email_address_id": user.primary_email_id,
            "primary_phone_number_id": user.primary_phone_id,
            "primary_web3_wallet_id": user.primary_wallet_id,
            "username": user.username,
            "first_name": user.first_name,
            "last_name": user.last_name,
            "locale": user.locale,
            "profile_image_url": image,
            "image_url": image,
            "has_image": user.image_id.is_some(),
            "public_metadata": user.metadata.public,
            "private_metadata": user.metadata.private,
            "unsafe_metadata": user.metadata.r#unsafe,
            "email_addresses": user.emails.iter().map(email).collect::<Vec<_>>(),
            "phone_numbers": user.phones.iter().map(phone).collect::<Vec<_>>(),
            "web3_wallets": user.wallets.iter().map(wallet).collect::<Vec<_>>(),
            "passkeys": user.passkeys.iter().map(|passkey| json!({
                "id": passkey.id,
                "object": "passkey",
                "name": passkey.name,
                "last_used_at": passkey.last_used_at,
                "verification": {
                    "object": "verification_passkey", "status": "verified", "strategy": "passkey",
                    "nonce": "nonce", "message": null, "attempts": null, "expire_at": null,
                    "verified_at_client": null,
                },
            })).collect::<Vec<_>>(),
            "external_accounts": user.external_accounts.iter().map(external_account).collect::<Vec<_>>(),
            "saml_accounts": [],
            "enterprise_accounts": [],
            "password_enabled": user.password.is_some(),
            "requires_password_reset": user.password_compromised,
            "password_last_updated_at": user.password_last_updated_at,
            "two_factor_enabled": user.two_factor_enabled(),
            "totp_enabled": user.totp_enabled(),
            "backup_code_enabled": !user.backup_codes.is_empty(),
            "mfa_enabled_at": user.mfa_enabled_at,
            "mfa_disabled_at": user.mfa_disabled_at,
            "last_sign_in_at": user.last_sign_in_at,
            "last_active_at": user.last_active_at,
            "banned": user.banned,
            "locked": locked,
            "deprovisioned": false,
            "lockout_expires_in_seconds": left,
            "verification_attempts_remaining": if locked { 0 } else { (ATTEMPTS_BEFORE_LOCK - user.failed_attempts).max(0) },
            "delete_self_enabled": user.delete_self_enabled,
            "create_organization_enabled": user.create_organization_enabled,
            "create_organizations_limit": user.create_organizations_limit,
            "legal_accepted_at": user.legal_accepted_at,
            "bypass_client_trust": user.bypass_client_trust,
            "created_at": user.created_at,
            "updated_at": user.updated_at,
        })
    }

    pub(crate) fn session(&self, session: &Session) -> Value {
        json!({
            "object": "session",
            "id": session.id,
            "user_id": session.user_id,
            "client_id": session.client_id,
            "actor": session.actor,
            "status": session.status(self.now),
            "last_active_organization_id": session.organization_id,
            "last_active_at": session.last_active_at,
            "latest_activity": { "object": "session_activity", "id": session.activity_id, "is_mobile": false },
            "expire_at": session.expire_at,
            "abandon_at": session.abandon_at,
            "created_at": session.created_at,
            "updated_at": session.updated_at,
            "tasks": null,
        })
    }

    pub(crate) fn organization(&self, organization: &Organization, with_members: bool, with_missing: bool) -> Value {
        let mut body = json!({
            "object": "organization",
            "id": organization.id,
            "name": organization.name,
            "slug": organization.slug,
            "image_url": self.image(organization.image_id.as_deref(), &organization.id, &organization.name),
            "has_image": organization.image_id.is_some(),
            "pending_invitations_count": self.store.pending_invitations_count(&organization.id, self.now),
            "max_allowed_memberships": organization.max_allowed_memberships,
            "admin_delete_enabled": organization.admin_delete_enabled,
            "public_metadata": organization.metadata.public,
            "private_metadata": organization.metadata.private,
            "created_at": organization.created_at,
            "updated_at": organization.updated_at,
            "last_active_at": organization.updated_at,
            "role_set_key": organization.role_set_key,
        });
        if let Some(creator) = &organization.created_by {
            body["created_by"] = json!(creator);
        }
        if with_members {
            body["members_count"] = json!(self.store.members_count(&organization.id));
        }
        if with_missing {
            let admins = self.store.memberships.values().any(|membership| {
                membership.organization_id == organization.id
                    && self.store.role_allows(&membership.role, crate::store::role::MANAGES_MEMBERS)
            });
            body["missing_member_with_elevated_permissions"] = json!(!admins);
        }
        body
    }

    /// What everybody may know of an organization.
    fn public_organization(&self, id: &str) -> Option<Value> {
        let organization = self.store.organizations.get(id)?;
        Some(json!({
            "id": organization.id,
            "name": organization.name,
            "slug": organization.slug,
            "image_url": self.image(organization.image_id.as_deref(), &organization.id, &organization.name),
            "has_image": organization.image_id.is_some(),
        }))
    }

    fn role_name(&self, key: &str) -> String {
        self.store.role(key).map_or_else(|| key.to_owned(), |role| role.name.clone())
    }

    pub(crate) fn membership(&self, membership: &Membership) -> Value {
        let organization = self.store.organizations.get(&membership.organization_id);
        self.membership_of(membership, organization, self.store.users.get(&membership.user_id))
    }

    /// A membership of which organization and user are at hand: the store may not have them any more.
    pub(crate) fn membership_of(
        &self,
        membership: &Membership,
        organization: Option<&Organization>,
        user: Option<&User>,
    ) -> Value {
        let mut body = json!({
            "object": "organization_membership",
            "id": membership.id,
            "role": membership.role,
            "role_name": self.role_name(&membership.role),
            "permissions": self.store.permissions_of(&membership.role),
            "public_metadata": membership.metadata.public,
            "private_metadata": membership.metadata.private,
            "organization": organization.map(|organization| self.organization(organization, true, false)),
            "created_at": membership.created_at,
            "updated_at": membership.updated_at,
        });
        if let Some(user) = user {
            let image = self.user_image(user);
            body["public_user_data"] = json!({
                "user_id": user.id,
                "first_name": user.first_name,
                "last_name": user.last_name,
                "profile_image_url": image,
                "image_url": image,
                "has_image": user.image_id.is_some(),
                "identifier": user.identifier(),
                "username": user.username,
                "banned": user.banned,
                "deprovisioned": false,
            });
        }
        body
    }

    pub(crate) fn organization_invitation(
        &self,
        invitation: &OrganizationInvitation,
        with_organization: bool,
    ) -> Value {
        let inviter = invitation.inviter_id.as_ref().and_then(|id| self.store.users.get(id));
        let inviter = inviter.map(|user| {
            json!({
                "user_id": user.id,
                "first_name": user.first_name,
                "last_name": user.last_name,
                "image_url": self.user_image(user),
                "has_image": user.image_id.is_some(),
                "identifier": user.identifier(),
            })
        });
        let mut body = json!({
            "object": "organization_invitation",
            "id": invitation.id,
            "email_address": invitation.email_address,
            "role": invitation.role,
            "role_name": self.role_name(&invitation.role),
            "organization_id": invitation.organization_id,
            "inviter_id": invitation.inviter_id,
            "public_inviter_data": inviter,
            "status": invitation.status(self.now),
            "public_metadata": invitation.metadata.public,
            "private_metadata": invitation.metadata.private,
            "url": invitation.url,
            "expires_at": invitation.expires_at,
            "created_at": invitation.created_at,
            "updated_at": invitation.updated_at,
        });
        if with_organization && let Some(organization) = self.public_organization(&invitation.organization_id) {
            body["public_organization_data"] = organization;
        }
        body
    }

    pub(crate) fn invitation(&self, invitation: &Invitation) -> Value {
        let status = invitation.status(self.now);
        json!({
            "object": "invitation",
            "id": invitation.id,
            "email_address": invitation.email_address,
            "public_metadata": invitation.public_metadata,
            "revoked": status == "revoked",
            "status": status,
            "url": invitation.url,
            "expires_at": invitation.expires_at,
            "created_at": invitation.created_at,
            "updated_at": invitation.updated_at,
        })
    }
}
