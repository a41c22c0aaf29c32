//! Users and what hangs on them.

use super::Store;
use super::identification::{Contact, Wallet};
use crate::metadata::Metadata;
use crate::password::Password;
use serde::{Deserialize, Serialize};

/// How long a lock lasts, in milliseconds.
pub(crate) const LOCK_LIFE: i64 = 60 * 60 * 1000;
/// How many wrong attempts a user has before being locked.
pub(crate) const ATTEMPTS_BEFORE_LOCK: i64 = 100;

/// A user.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) age: u64,
    pub(crate) external_id: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) locale: Option<String>,
    pub(crate) emails: Vec<Contact>,
    pub(crate) phones: Vec<Contact>,
    pub(crate) wallets: Vec<Wallet>,
    pub(crate) passkeys: Vec<Passkey>,
    pub(crate) external_accounts: Vec<Connection>,
    pub(crate) trusted_devices: Vec<TrustedDevice>,
    pub(crate) primary_email_id: Option<String>,
    pub(crate) primary_phone_id: Option<String>,
    pub(crate) primary_wallet_id: Option<String>,
    pub(crate) password: Option<Password>,
    pub(crate) password_compromised: bool,
    pub(crate) password_last_updated_at: Option<i64>,
    pub(crate) totp: Option<Totp>,
    pub(crate) backup_codes: Vec<String>,
    pub(crate) mfa_enabled_at: Option<i64>,
    pub(crate) mfa_disabled_at: Option<i64>,
    pub(crate) metadata: Metadata,
    pub(crate) image_id: Option<String>,
    pub(crate) banned: bool,
    pub(crate) locked_until: Option<i64>,
    /// Wrong attempts to sign in since the last right one.
    #[serde(default)]
    pub(crate) failed_attempts: i64,
    pub(crate) delete_self_enabled: bool,
    pub(crate) create_organization_enabled: bool,
    pub(crate) create_organizations_limit: Option<i64>,
    pub(crate) legal_accepted_at: Option<i64>,
    pub(crate) bypass_client_trust: bool,
    pub(crate) last_sign_in_at: Option<i64>,
    pub(crate) last_active_at: Option<i64>,
    /// The organization that the next session starts in.
    pub(crate) next_organization_id: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// A shared secret of an authenticator app.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Totp {
    pub(crate) id: String,
    pub(crate) secret: Vec<u8>,
    pub(crate) verified: bool,
    /// The step of the last code that signed in: neither it nor one before it does so again.
    #[serde(default)]
    pub(crate) last_step: Option<i64>,
}

/// A passkey. Only the control door can add one: enrolling takes a browser.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Passkey {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) last_used_at: i64,
}

/// An account at an OAuth provider. Only the control door can add one: connecting takes a browser.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExternalAccount {
    /// The user who owns the account.
    pub user_id: String,
    /// Such as `oauth_google`.
    pub provider: String,
    /// The user's id at the provider.
    pub provider_user_id: String,
    /// The email address at the provider.
    pub email_address: String,
    /// The first name at the provider.
    pub first_name: String,
    /// The last name at the provider.
    pub last_name: String,
    /// The access token to hand out.
    pub token: String,
    /// When the access token ends, Unix milliseconds.
    pub expires_at: Option<i64>,
    /// The scopes the token has.
    pub scopes: Vec<String>,
}

/// A connected account.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Connection {
    pub(crate) id: String,
    pub(crate) identification_id: String,
    pub(crate) created_at: i64,
    pub(crate) account: ExternalAccount,
}

/// A trusted device. Only the control door can add one: enrolling takes an app.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct TrustedDevice {
    pub(crate) id: String,
    pub(crate) platform: String,
    pub(crate) app_identifier: String,
    pub(crate) name: Option<String>,
    pub(crate) revoked_at: Option<i64>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

impl User {
    pub(crate) fn primary_email(&self) -> Option<&str> {
        let id = self.primary_email_id.as_deref()?;
        self.emails.iter().find(|email| email.id == id).map(|email| email.value.as_str())
    }

    pub(crate) fn primary_phone(&self) -> Option<&str> {
        let id = self.primary_phone_id.as_deref()?;
        self.phones.iter().find(|phone| phone.id == id).map(|phone| phone.value.as_str())
    }

    pub(crate) fn primary_wallet(&self) -> Option<&str> {
        let id = self.primary_wallet_id.as_deref()?;
        self.wallets.iter().find(|wallet| wallet.id == id).map(|wallet| wallet.address.as_str())
    }

    /// What the user is known by: the primary email address, phone number, username or wallet.
    pub(crate) fn identifier(&self) -> String {
        self.primary_email()
            .or_else(|| self.primary_phone())
            .or(self.username.as_deref())
            .or_else(|| self.primary_wallet())
            .unwrap_or_default()
            .to_owned()
    }

    pub(crate) fn full_name(&self) -> Option<String> {
        let parts: Vec<&str> = [&self.first_name, &self.last_name].into_iter().flatten().map(String::as_str).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }

    pub(crate) fn is_locked(&self, now: i64) -> bool {
        self.locked_until.is_some_and(|until| now < until)
    }

    pub(crate) fn totp_enabled(&self) -> bool {
        self.totp.as_ref().is_some_and(|totp| totp.verified)
    }

    pub(crate) fn two_factor_enabled(&self) -> bool {
        self.totp_enabled() || self.phones.iter().any(|phone| phone.second_factor)
    }

    /// Notes when two-factor went on or off, given what it was before a change.
    pub(crate) fn note_mfa(&mut self, before: bool, now: i64) {
        match (before, self.two_factor_enabled()) {
            (false, true) => self.mfa_enabled_at = Some(now),
            (true, false) => self.mfa_disabled_at = Some(now),
            _ => {}
        }
    }

    /// Drops primary ids whose contact is gone, and takes the next verified one.
    pub(crate) fn repair_primaries(&mut self) {
        fn repair(primary: &mut Option<String>, contacts: &[Contact]) {
            if !contacts.iter().any(|contact| Some(&contact.id) == primary.as_ref()) {
                *primary = contacts.iter().find(|contact| contact.is_claimed()).map(|contact| contact.id.clone());
            }
        }
        repair(&mut self.primary_email_id, &self.emails);
        repair(&mut self.primary_phone_id, &self.phones);
        if !self.wallets.iter().any(|wallet| Some(&wallet.id) == self.primary_wallet_id.as_ref()) {
            self.primary_wallet_id = self.wallets.first().map(|wallet| wallet.id.clone());
        }
    }
}

/// A kind of value that only one user can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Unique {
    Email,
    Phone,
    Username,
    Wallet,
    ExternalId,
}

impl Unique {
    pub(crate) fn param(self) -> &'static str {
        match self {
            Unique::Email => "email_address",
            Unique::Phone => "phone_number",
            Unique::Username => "username",
            Unique::Wallet => "web3_wallet",
            Unique::ExternalId => "external_id",
        }
    }
}

impl Store {
    /// Removes a user with sessions, memberships, tokens and everything else that hangs on them.
    pub(crate) fn remove_user(&mut self, id: &str) -> Option<User> {
        let user = self.users.remove(id)?;
        self.sessions.remove_all(|session| session.user_id == id);
        self.sign_in_tokens.remove_all(|token| token.user_id == id);
        self.forget_grants(|_, subject| subject == id);
        self.remove_billing(id);
        self.actor_tokens.remove_all(|token| token.user_id == id);
        self.agent_tasks.remove_all(|task| task.user_id == id);
        self.memberships.remove_all(|membership| membership.user_id == id);
        let contacts: Vec<&String> = user.emails.iter().chain(&user.phones).map(|contact| &contact.id).collect();
        self.code_verifications.remove_all(|verification| contacts.contains(&&verification.contact_id));
        if let Some(image) = &user.image_id {
            self.images.remove(image);
        }
        Some(user)
    }
}
