//! What people do in a browser or an app, done for them: the API has no operation for it, a test still needs it.

use crate::errors::{ApiError, EmulatorError};
use crate::store::Store;
use crate::store::identification::{Contact, Status};
use crate::store::user::{Connection, ExternalAccount, Passkey, TrustedDevice, User};

fn refused(error: ApiError) -> EmulatorError {
    let text = error.errors.first().map_or_else(String::new, |item| item.long_message.clone());
    EmulatorError::Argument(text)
}

fn argument(text: impl Into<String>) -> EmulatorError {
    EmulatorError::Argument(text.into())
}

impl Store {
    /// Connects an account at an OAuth provider to a user; the id of it.
    pub(crate) fn connect_account(&mut self, account: ExternalAccount, now: i64) -> Result<String, EmulatorError> {
        if account.provider.is_empty() {
            return Err(argument("provider is required"));
        }
        let id = self.ids.id("eac_");
        let identification_id = self.ids.id("idn_");
        let user = self.user_mut(&account.user_id).map_err(refused)?;
        user.external_accounts.push(Connection { id: id.clone(), identification_id, created_at: now, account });
        user.updated_at = now;
        Ok(id)
    }

    /// Enrols a passkey; its identification id.
    pub(crate) fn enrol_passkey(
        &mut self,
        user_id: &str,
        name: Option<String>,
        now: i64,
    ) -> Result<String, EmulatorError> {
        let id = self.ids.id("idn_");
        let user = self.user_mut(user_id).map_err(refused)?;
        let name = name.unwrap_or_else(|| "Passkey".to_owned());
        user.passkeys.push(Passkey { id: id.clone(), name, last_used_at: now });
        Ok(id)
    }

    /// Enrols a device; its id.
    pub(crate) fn enrol_device(
        &mut self,
        user_id: &str,
        platform: Option<String>,
        app_identifier: Option<String>,
        name: Option<String>,
        now: i64,
    ) -> Result<String, EmulatorError> {
        let platform = platform.unwrap_or_else(|| "ios".to_owned());
        if !matches!(platform.as_str(), "ios" | "android") {
            return Err(argument("platform must be ios or android"));
        }
        let id = self.ids.id("trdev_");
        let user = self.user_mut(user_id).map_err(refused)?;
        user.trusted_devices.push(TrustedDevice {
            id: id.clone(),
            platform,
            app_identifier: app_identifier.unwrap_or_else(|| "com.example.app".to_owned()),
            name,
            revoked_at: None,
            created_at: now,
            updated_at: now,
        });
        Ok(id)
    }

    /// Signs up the person an invitation went to; their metadata is the invitation's.
    pub(crate) fn accept_invitation(&mut self, id: &str, now: i64) -> Result<String, EmulatorError> {
        let invitation = self.invitations.get(id).ok_or_else(|| argument(format!("no invitation has the id {id}")))?;
        let status = invitation.status(now);
        if status != "pending" {
            return Err(argument(format!("the invitation is {status}")));
        }
        let (email, metadata) = (invitation.email_address.clone(), invitation.public_metadata.clone());
        self.check_free(crate::store::user::Unique::Email, &email, None).map_err(|item| refused(item.into()))?;
        let address = email.clone();
        let contact = Contact::new(self.ids.id("idn_"), email, Status::Verified, now);
        let mut user = User {
            id: self.ids.id("user_"),
            age: self.next_age(),
            primary_email_id: Some(contact.id.clone()),
            emails: vec![contact],
            delete_self_enabled: true,
            create_organization_enabled: true,
            created_at: now,
            updated_at: now,
            ..User::default()
        };
        user.metadata.public = metadata;
        let user_id = user.id.clone();
        self.users.insert(user_id.clone(), user);
        self.complete_waitlist_entry(&address, now);
        if let Some(invitation) = self.invitations.get_mut(id) {
            invitation.status = "accepted".into();
            invitation.updated_at = now;
        }
        Ok(user_id)
    }

    /// Makes the user with the invited address a member; metadata moves to the membership.
    pub(crate) fn accept_organization_invitation(&mut self, id: &str, now: i64) -> Result<String, EmulatorError> {
        let invitation = self
            .organization_invitations
            .get(id)
            .ok_or_else(|| argument(format!("no invitation has the id {id}")))?
            .clone();
        let status = invitation.status(now);
        if status != "pending" {
            return Err(argument(format!("the invitation is {status}")));
        }
        let user_id = self
            .users
            .values()
            .find(|user| user.emails.iter().any(|email| email.value == invitation.email_address))
            .map(|user| user.id.clone())
            .ok_or_else(|| argument(format!("no user has the address {}", invitation.email_address)))?;
        // Accepted first, so that its own place does not count against the limit.
        self.set_invitation_status(id, "accepted", now);
        match self.join(&invitation.organization_id, &user_id, &invitation.role, invitation.metadata, now) {
            Ok(membership) => Ok(membership.id),
            Err(error) => {
                self.set_invitation_status(id, "pending", now);
                Err(refused(error))
            }
        }
    }

    fn set_invitation_status(&mut self, id: &str, status: &'static str, now: i64) {
        if let Some(invitation) = self.organization_invitations.get_mut(id) {
            invitation.status = status.into();
            invitation.updated_at = now;
        }
    }

    /// Signs in with a sign-in token; the id of the session.
    pub(crate) fn accept_sign_in_token(&mut self, text: &str, now: i64) -> Result<String, EmulatorError> {
        let token = self
            .sign_in_tokens
            .find_mut(|token| token.text_is(text))
            .ok_or_else(|| argument("no such sign-in token"))?;
        if token.status != "pending" {
            return Err(argument(format!("the sign-in token is {}", token.status)));
        }
        if now >= token.expires_at {
            return Err(argument("the sign-in token has expired"));
        }
        let (user_id, organization_id) = (token.user_id.clone(), token.organization_id.clone());
        let user = self.users.get(&user_id).ok_or_else(|| argument("the user is gone"))?;
        if user.banned || user.is_locked(now) {
            return Err(argument("the user is banned or locked"));
        }
        if let Some(token) = self.sign_in_tokens.find_mut(|token| token.text_is(text)) {
            token.status = "accepted".into();
            token.updated_at = now;
        }
        Ok(self.open_session(&user_id, organization_id, now).id)
    }
}
