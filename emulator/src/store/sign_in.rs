//! Signing in and up, step by step, and the counting of wrong attempts.

use super::Store;
use super::user::{ATTEMPTS_BEFORE_LOCK, LOCK_LIFE, Unique, User};
use crate::errors::ErrorItem;
use crate::password::{Password, backup_code_matches};
use crate::{totp, validate};
use serde::{Deserialize, Serialize};

/// A sign-in that a browser has begun.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct SignIn {
    pub(crate) user_id: String,
    /// The code that was sent last, if one was asked for.
    pub(crate) verification_id: Option<String>,
    /// Whether the user has shown who they are, so that only the second factor is left.
    pub(crate) first_factor_done: bool,
}

/// A sign-up that a browser has begun.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct SignUp {
    /// The sign-up as the API tells of it.
    pub(crate) id: String,
    pub(crate) email_address: String,
    pub(crate) username: Option<String>,
    pub(crate) first_name: Option<String>,
    pub(crate) last_name: Option<String>,
    pub(crate) password: Option<Password>,
    /// The code that proves the address.
    pub(crate) verification_id: Option<String>,
}

fn wrong(code: &'static str, param: &str, text: &str) -> ErrorItem {
    ErrorItem::coded(code, param, text, text)
}

impl Store {
    /// The user who is known by an email address, a phone number or a username.
    pub(crate) fn user_by_identifier(&self, text: &str) -> Option<&User> {
        let text = text.trim();
        let (email, phone) = (validate::email("", text).ok(), validate::phone("", text).ok());
        let username = text.to_ascii_lowercase();
        self.users.values().find(|user| {
            let has = |contacts: &[super::identification::Contact], value: &Option<String>| {
                value
                    .as_ref()
                    .is_some_and(|value| contacts.iter().any(|contact| contact.value == *value && contact.is_claimed()))
            };
            has(&user.emails, &email)
                || has(&user.phones, &phone)
                || user.username.as_deref().is_some_and(|name| name == username)
        })
    }

    /// An error if the user may not sign in now.
    pub(crate) fn check_may_sign_in(&self, user_id: &str, param: &str, now: i64) -> Result<(), ErrorItem> {
        let user = self
            .users
            .get(user_id)
            .ok_or_else(|| wrong("form_identifier_not_found", param, "There is no account with this identifier."))?;
        if user.banned {
            return Err(wrong("user_banned", param, "This user is banned, and cannot sign in."));
        }
        if self.may_sign_in(&user.identifier()).is_err() {
            return Err(wrong("not_allowed_access", param, "This user is not allowed to access the application."));
        }
        if let Some(until) = user.locked_until.filter(|until| now < *until) {
            let minutes = (until - now + 59_999).div_euclid(60_000);
            let text = format!("This account is locked after too many wrong attempts, for {minutes} more minutes.");
            return Err(wrong("user_locked", param, &text));
        }
        Ok(())
    }

    /// Counts a wrong attempt; at the limit the user is locked. The error to tell.
    fn missed(&mut self, user_id: &str, item: ErrorItem, param: &str, now: i64) -> ErrorItem {
        if let Some(user) = self.users.get_mut(user_id) {
            user.failed_attempts += 1;
            if user.failed_attempts >= ATTEMPTS_BEFORE_LOCK {
                user.failed_attempts = 0;
                user.locked_until = Some(now + LOCK_LIFE);
                user.updated_at = now;
            }
        }
        self.check_may_sign_in(user_id, param, now).err().unwrap_or(item)
    }

    /// Checks a password; a wrong one counts.
    pub(crate) fn enter_password(&mut self, user_id: &str, given: &str, now: i64) -> Result<(), ErrorItem> {
        let param = "password";
        self.check_may_sign_in(user_id, param, now)?;
        let right = self.users.get(user_id).and_then(|user| user.password.as_ref()).is_some_and(|it| it.verify(given));
        if right {
            return Ok(());
        }
        let item =
            wrong("form_password_incorrect", param, "This is not the password. Try again, or use a code instead.");
        Err(self.missed(user_id, item, param, now))
    }

    /// Checks a code that was sent. A wrong one counts, for the code and, if there is one, for the user.
    pub(crate) fn enter_code(
        &mut self,
        verification_id: &str,
        user_id: Option<&str>,
        given: &str,
        now: i64,
    ) -> Result<(), ErrorItem> {
        let param = "code";
        if let Some(user_id) = user_id {
            self.check_may_sign_in(user_id, param, now)?;
        }
        let sent = self.code_verifications.get_mut(verification_id).filter(|sent| sent.status(now) == "unverified");
        let Some(sent) = sent else {
            let text = "This code can no longer be used. Ask for a new one.";
            return Err(wrong("verification_expired", param, text));
        };
        sent.attempts += 1;
        sent.verified = sent.code == given.trim();
        if sent.verified {
            return Ok(());
        }
        let item = wrong("form_code_incorrect", param, "This is not the code that was sent.");
        Err(match user_id {
            Some(user_id) => self.missed(user_id, item, param, now),
            None => item,
        })
    }

    /// Checks the code of an authenticator app, or a backup code. Either is used up by it.
    pub(crate) fn enter_second_factor(&mut self, user_id: &str, given: &str, now: i64) -> Result<(), ErrorItem> {
        let param = "code";
        self.check_may_sign_in(user_id, param, now)?;
        let given = given.trim();
        let Some(user) = self.users.get(user_id) else { return Ok(()) };
        if let Some(app) = user.totp.as_ref().filter(|app| app.verified && totp::verify(&app.secret, given, now)) {
            let Some(step) = totp::unused_step(&app.secret, given, now, app.last_step) else {
                let text = "This code, or a later one, was used before. Wait for the next one of the app.";
                let item = wrong("form_code_incorrect", param, text);
                return Err(self.missed(user_id, item, param, now));
            };
            if let Some(app) = self.users.get_mut(user_id).and_then(|user| user.totp.as_mut()) {
                app.last_step = Some(step);
            }
            return Ok(());
        }
        if let Some(at) = user.backup_codes.iter().position(|stored| backup_code_matches(stored, given)) {
            if let Some(user) = self.users.get_mut(user_id) {
                user.backup_codes.remove(at);
            }
            return Ok(());
        }
        let item = wrong("form_code_incorrect", param, "This is no code of the authenticator app, and no backup code.");
        Err(self.missed(user_id, item, param, now))
    }

    /// Whether a person with this address, or this username, may sign up.
    pub(crate) fn check_newcomer(&self, email: &str, username: Option<&str>) -> Vec<ErrorItem> {
        let username = username.map(|name| self.check_free(Unique::Username, name, None));
        [Some(self.check_free(Unique::Email, email, None)), username]
            .into_iter()
            .flatten()
            .filter_map(Result::err)
            .collect()
    }
}
