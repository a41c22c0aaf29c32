//! One-time codes for email addresses and phone numbers: sending and checking. Nothing is really sent; the
//! control door shows the messages.

use crate::api::{Call, Reply};
use crate::errors::{ApiError, ErrorItem};
use crate::store::identification::{CODE_LIFE, CodeVerification, MOST_ATTEMPTS, Verification};
use crate::store::user::{Unique, User};
use crate::store::{Message, Store};

/// Which list of a user's contacts is meant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Email,
    Phone,
}

impl Kind {
    fn strategy(self) -> &'static str {
        if self == Kind::Email { "email_code" } else { "phone_code" }
    }
}

/// Addresses with `+clerk_test` and numbers `+1…55501xx` always get this code, as test instances have it.
const TEST_CODE: &str = "424242";

fn is_for_tests(kind: Kind, value: &str) -> bool {
    match kind {
        Kind::Email => value.split('@').next().is_some_and(|local| local.contains("+clerk_test")),
        Kind::Phone => value.len() == 12 && value.starts_with("+1") && value.get(5..10) == Some("55501"),
    }
}

impl Store {
    /// Sends a code to the contact of the path.
    pub(super) fn prepare_code(&mut self, kind: Kind, contact_id: &str, to: &str, now: i64) -> CodeVerification {
        let code = if is_for_tests(kind, to) { TEST_CODE.to_owned() } else { self.ids.code() };
        let verification = CodeVerification {
            id: self.ids.id("ver_"),
            contact_id: contact_id.to_owned(),
            strategy: kind.strategy().into(),
            code: code.clone(),
            attempts: 0,
            expire_at: now + CODE_LIFE,
            verified: false,
        };
        self.code_verifications.insert(verification.id.clone(), verification.clone());
        self.send(Message {
            channel: if kind == Kind::Email { "email" } else { "sms" }.into(),
            to: to.to_owned(),
            kind: "verification_code".into(),
            code: Some(code),
            url: None,
            sent_at: now,
        });
        verification
    }

    /// Whether another user has claimed the value of an unverified contact.
    fn claimed_meanwhile(&self, kind: Kind, contact_id: &str) -> bool {
        self.users.values().any(|user| {
            let (contacts, unique) = match kind {
                Kind::Email => (&user.emails, Unique::Email),
                Kind::Phone => (&user.phones, Unique::Phone),
            };
            contacts
                .iter()
                .find(|contact| contact.id == contact_id)
                .is_some_and(|contact| self.check_free(unique, &contact.value, Some(&user.id)).is_err())
        })
    }

    /// Tells the address that was the primary one until now.
    pub(super) fn tell_old_primary(&mut self, old: Option<String>, now: i64) {
        let Some(to) = old else { return };
        self.send(Message {
            channel: "email".into(),
            to,
            kind: "primary_email_address_changed".into(),
            code: None,
            url: None,
            sent_at: now,
        });
    }
}

/// Checks a code. A wrong or late one is told by the status, not by an error.
pub(super) fn attempt(call: &mut Call<'_>, kind: Kind, contact_id: &str) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let verification_id = form.required_text("verification_id");
    let code = form.required_text("code");
    form.finish()?;
    let verification = call
        .store
        .code_verifications
        .get_mut(&verification_id)
        .filter(|verification| verification.contact_id == contact_id)
        .ok_or_else(|| ApiError::not_found("verification", &verification_id))?;
    if verification.verified {
        return Err(ApiError {
            status: 400,
            errors: vec![ErrorItem::coded(
                "verification_already_verified",
                "verification_id",
                "already verified",
                "This verification has already been verified.",
            )],
        });
    }
    if now < verification.expire_at && verification.attempts < MOST_ATTEMPTS {
        verification.attempts += 1;
        verification.verified = verification.code == code;
    }
    let done = verification.clone();
    if done.verified && call.store.claimed_meanwhile(kind, contact_id) {
        return Err(ApiError::new(
            400,
            "identification_claimed",
            "Identification claimed by another user",
            "The identification has since been connected to a different user.",
        ));
    }
    if done.verified {
        verify_contact(call.store, kind, &done, now);
    }
    Ok(Reply::Json(done.render(now)))
}

/// Marks the contact as verified, and makes it the primary one if the user has none. Who was verified before stays
/// as before.
fn verify_contact(store: &mut Store, kind: Kind, done: &CodeVerification, now: i64) {
    let has_it = |user: &User| {
        let contacts = if kind == Kind::Email { &user.emails } else { &user.phones };
        contacts.iter().any(|contact| contact.id == done.contact_id && !contact.is_verified())
    };
    let Some(user) = store.users.find_mut(has_it) else { return };
    let contacts = if kind == Kind::Email { &mut user.emails } else { &mut user.phones };
    if let Some(contact) = contacts.iter_mut().find(|contact| contact.id == done.contact_id) {
        contact.reserved = false;
        contact.updated_at = now;
        contact.verification = Some(Verification::Code {
            strategy: done.strategy.clone(),
            attempts: done.attempts,
            expire_at: done.expire_at,
        });
    }
    user.repair_primaries();
}
