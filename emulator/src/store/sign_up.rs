//! Sign-ups on their way: what is known of the person, what is missing, and what came of it.

use super::identification::{Contact, Status, Verification};
use super::user::{Unique, User};
use super::{Store, Word};
use crate::errors::{ApiError, ErrorItem};
use crate::password::{self, Password};
use crate::validate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// How long a sign-up can be gone on with, in milliseconds.
const LIFE: i64 = 24 * 60 * 60 * 1000;
/// What an instance wants of everybody.
pub(crate) const REQUIRED: &[&str] = &["email_address"];
/// What an instance takes if it is given.
pub(crate) const OPTIONAL: &[&str] =
    &["phone_number", "username", "first_name", "last_name", "web3_wallet", "password"];
/// What a person has to show that it is theirs.
const VERIFIED: &[&str] = &["email_address", "phone_number", "web3_wallet"];

/// A sign-up.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct SignUp {
    pub(crate) id: String,
    pub(crate) age: u64,
    /// The client it is on.
    pub(crate) client_id: Option<String>,
    pub(crate) email_address: Option<String>,
    pub(crate) phone_number: Option<String>,
    pub(crate) web3_wallet: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) password: Option<Password>,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) unsafe_metadata: Map<String, Value>,
    pub(crate) public_metadata: Map<String, Value>,
    /// Those of the fields that were shown to be the person's.
    pub(crate) verified: Vec<Word>,
    pub(crate) custom_action: bool,
    pub(crate) external_id: Option<String>,
    pub(crate) locale: Option<String>,
    pub(crate) legal_accepted_at: Option<i64>,
    pub(crate) created_session_id: Option<String>,
    pub(crate) created_user_id: Option<String>,
    pub(crate) abandon_at: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// What a person enters at the start, as it was entered.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Entered {
    pub(crate) client_id: Option<String>,
    pub(crate) email_address: Option<String>,
    pub(crate) phone_number: Option<String>,
    pub(crate) web3_wallet: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) password: Option<String>,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) unsafe_metadata: Map<String, Value>,
    pub(crate) locale: Option<String>,
    pub(crate) legal_accepted: bool,
}

impl SignUp {
    fn has(&self, field: &str) -> bool {
        match field {
            "email_address" => self.email_address.is_some(),
            "phone_number" => self.phone_number.is_some(),
            "web3_wallet" => self.web3_wallet.is_some(),
            "username" => self.username.is_some(),
            "password" => self.password.is_some(),
            "first_name" => self.first_name.is_some(),
            "last_name" => self.last_name.is_some(),
            _ => false,
        }
    }

    /// The required fields that were not given.
    pub(crate) fn missing_fields(&self) -> Vec<&'static str> {
        REQUIRED.iter().copied().filter(|field| !self.has(field)).collect()
    }

    /// The fields that were given, and not yet shown to be the person's.
    pub(crate) fn unverified_fields(&self) -> Vec<&'static str> {
        let open = |field: &&'static str| self.has(field) && !self.verified.iter().any(|known| known == field);
        VERIFIED.iter().copied().filter(open).collect()
    }

    /// `missing_requirements`, `complete` or `abandoned`.
    pub(crate) fn status(&self, now: i64) -> &'static str {
        if self.created_user_id.is_some() {
            "complete"
        } else if now >= self.abandon_at {
            "abandoned"
        } else {
            "missing_requirements"
        }
    }
}

fn cannot_be_updated() -> ApiError {
    ApiError::new(
        403,
        "sign_up_cannot_be_updated",
        "Sign up cannot be updated",
        "This sign up has reached a terminal state and cannot be updated",
    )
}

impl Store {
    pub(crate) fn sign_up(&self, id: &str) -> Result<&SignUp, ApiError> {
        self.sign_ups.get(id).ok_or_else(|| ApiError::not_found("sign up attempt", id))
    }

    /// A sign-up to change: one that is neither complete nor abandoned.
    pub(crate) fn open_sign_up_mut(&mut self, id: &str, now: i64) -> Result<&mut SignUp, ApiError> {
        if self.sign_up(id)?.status(now) != "missing_requirements" {
            return Err(cannot_be_updated());
        }
        self.sign_ups.get_mut(id).ok_or_else(|| ApiError::not_found("sign up attempt", id))
    }

    /// Begins a sign-up with what a person entered: an error for what is malformed, taken or not let in.
    pub(crate) fn begin_sign_up(&mut self, entered: Entered, now: i64) -> Result<SignUp, ApiError> {
        let email_address = entered.email_address.map(|text| validate::email("email_address", &text)).transpose()?;
        let phone_number = entered.phone_number.map(|text| validate::phone("phone_number", &text)).transpose()?;
        let web3_wallet = entered.web3_wallet.map(|text| validate::wallet("web3_wallet", &text)).transpose()?;
        let username = entered.username.map(|text| validate::username(&text)).transpose()?;
        self.may_all_sign_up([&email_address, &phone_number, &web3_wallet])?;
        for (kind, value) in [
            (Unique::Email, &email_address),
            (Unique::Phone, &phone_number),
            (Unique::Wallet, &web3_wallet),
            (Unique::Username, &username),
        ] {
            if let Some(value) = value {
                self.check_free(kind, value, None)?;
            }
        }
        let password = match entered.password {
            Some(plain) => {
                password::check(&plain)?;
                Some(Password::hash(&plain).ok_or_else(ApiError::internal)?)
            }
            None => None,
        };
        let sign_up = SignUp {
            id: self.ids.id("sua_"),
            age: self.next_age(),
            client_id: entered.client_id,
            email_address,
            phone_number,
            web3_wallet,
            username,
            password,
            first_name: entered.first_name,
            last_name: entered.last_name,
            unsafe_metadata: entered.unsafe_metadata,
            locale: entered.locale,
            legal_accepted_at: entered.legal_accepted.then_some(now),
            abandon_at: now.saturating_add(LIFE),
            created_at: now,
            updated_at: now,
            ..SignUp::default()
        };
        self.sign_ups.insert(sign_up.id.clone(), sign_up.clone());
        Ok(sign_up)
    }

    fn may_all_sign_up(&self, identifiers: [&Option<String>; 3]) -> Result<(), ApiError> {
        identifiers.into_iter().flatten().try_for_each(|identifier| self.may_sign_up(identifier))
    }

    /// Keeps what was entered on a page.
    pub(crate) fn track_sign_up(&mut self, entered: &super::sign_in::SignUp, client_id: Option<String>, now: i64) {
        let sign_up = SignUp {
            id: entered.id.clone(),
            age: self.next_age(),
            client_id,
            email_address: Some(entered.email_address.clone()),
            username: entered.username.clone(),
            password: entered.password.clone(),
            first_name: entered.first_name.clone(),
            last_name: entered.last_name.clone(),
            abandon_at: now.saturating_add(LIFE),
            created_at: now,
            updated_at: now,
            ..SignUp::default()
        };
        self.sign_ups.insert(sign_up.id.clone(), sign_up);
    }

    /// Notes what came of a sign-up on a page. What a backend said of it in the meantime is the user's now.
    pub(crate) fn end_sign_up(&mut self, id: &str, user_id: &str, session_id: Option<String>, now: i64) {
        let Some(sign_up) = self.sign_ups.get_mut(id) else { return };
        sign_up.verified = vec!["email_address".into()];
        sign_up.created_user_id = Some(user_id.to_owned());
        sign_up.created_session_id = session_id;
        sign_up.updated_at = now;
        let (email, external_id) = (sign_up.email_address.clone(), sign_up.external_id.clone());
        if let (Some(external_id), Some(user)) = (external_id, self.users.get_mut(user_id)) {
            user.external_id = Some(external_id);
        }
        if let Some(email) = email {
            self.complete_waitlist_entry(&email, now);
        }
    }

    /// Notes that a field (`email_address`, `phone_number` or `web3_wallet`) was shown to be the person's.
    pub(crate) fn verify_sign_up(&mut self, id: &str, field: &'static str, now: i64) -> Result<(), ApiError> {
        let sign_up = self.open_sign_up_mut(id, now)?;
        if !sign_up.unverified_fields().contains(&field) {
            return Err(ErrorItem::missing(field).into());
        }
        sign_up.verified.push(field.into());
        sign_up.updated_at = now;
        Ok(())
    }

    /// Makes the user and the first session of a sign-up to which nothing is missing; the ids of both.
    pub(crate) fn complete_sign_up(&mut self, id: &str, now: i64) -> Result<(String, String), ApiError> {
        let sign_up = self.open_sign_up_mut(id, now)?.clone();
        if let Some(field) = sign_up.missing_fields().into_iter().chain(sign_up.unverified_fields()).next() {
            return Err(ErrorItem::missing(field).into());
        }
        // Who may sign up can have changed since it began.
        self.may_all_sign_up([&sign_up.email_address, &sign_up.phone_number, &sign_up.web3_wallet])?;
        let mut contact = |value: Option<String>, strategy: &'static str| {
            value.map(|value| {
                let verification = Verification::Code { strategy: strategy.into(), attempts: 1, expire_at: now };
                let plain = Contact::new(self.ids.id("idn_"), value, Status::Unverified, now);
                Contact { verification: Some(verification), ..plain }
            })
        };
        let email = contact(sign_up.email_address.clone(), "email_code");
        let phone = contact(sign_up.phone_number.clone(), "phone_code");
        let mut user = User {
            id: self.ids.id("user_"),
            age: self.next_age(),
            primary_email_id: email.as_ref().map(|email| email.id.clone()),
            primary_phone_id: phone.as_ref().map(|phone| phone.id.clone()),
            emails: email.into_iter().collect(),
            phones: phone.into_iter().collect(),
            username: sign_up.username.clone(),
            first_name: sign_up.first_name.clone(),
            last_name: sign_up.last_name.clone(),
            external_id: sign_up.external_id.clone(),
            password_last_updated_at: sign_up.password.as_ref().map(|_| now),
            password: sign_up.password.clone(),
            locale: sign_up.locale.clone(),
            legal_accepted_at: sign_up.legal_accepted_at,
            delete_self_enabled: true,
            create_organization_enabled: true,
            created_at: now,
            updated_at: now,
            ..User::default()
        };
        if let Some(address) = sign_up.web3_wallet.clone() {
            let wallet = super::identification::Wallet { id: self.ids.id("idn_"), address, created_at: now };
            user.primary_wallet_id = Some(wallet.id.clone());
            user.wallets.push(wallet);
        }
        user.metadata.public = sign_up.public_metadata.clone();
        user.metadata.r#unsafe = sign_up.unsafe_metadata.clone();
        let user_id = user.id.clone();
        self.users.insert(user_id.clone(), user);
        let session_id = self.open_session(&user_id, None, now).id;
        if let (Some(client), Some(session)) = (&sign_up.client_id, self.sessions.get_mut(&session_id)) {
            session.client_id.clone_from(client);
        }
        if let Some(stored) = self.sign_ups.get_mut(id) {
            stored.created_user_id = Some(user_id.clone());
            stored.created_session_id = Some(session_id.clone());
            stored.updated_at = now;
        }
        if let Some(email) = &sign_up.email_address {
            self.complete_waitlist_entry(email, now);
        }
        Ok((user_id, session_id))
    }
}
