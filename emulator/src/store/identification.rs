//! Email addresses, phone numbers and wallets of a user, and how they were verified.

use super::Word;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How an identification came to be trusted, or not.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) enum Verification {
    /// Set by the backend.
    Admin,
    /// A one-time code was entered.
    Code { strategy: Word, attempts: i64, expire_at: i64 },
}

/// The status a backend asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Status {
    Verified,
    /// Not verified, but usable for sign-in and locked against other users.
    Reserved,
    /// Neither usable nor locked.
    Unverified,
}

impl Status {
    pub(crate) const NAMES: &'static [&'static str] = &["verified", "reserved", "unverified"];

    pub(crate) fn parse(text: &str) -> Status {
        match text {
            "reserved" => Status::Reserved,
            "unverified" => Status::Unverified,
            _ => Status::Verified,
        }
    }
}

/// An email address or a phone number.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Contact {
    pub(crate) id: String,
    /// The address or number.
    pub(crate) value: String,
    pub(crate) reserved: bool,
    pub(crate) verification: Option<Verification>,
    /// Phone numbers only.
    pub(crate) second_factor: bool,
    /// Phone numbers only.
    pub(crate) default_second_factor: bool,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

impl Contact {
    pub(crate) fn new(id: String, value: String, status: Status, now: i64) -> Self {
        Contact {
            id,
            value,
            reserved: status == Status::Reserved,
            verification: (status == Status::Verified).then_some(Verification::Admin),
            second_factor: false,
            default_second_factor: false,
            created_at: now,
            updated_at: now,
        }
    }

    pub(crate) fn is_verified(&self) -> bool {
        self.verification.is_some()
    }

    /// Whether no other user can have it.
    pub(crate) fn is_claimed(&self) -> bool {
        self.is_verified() || self.reserved
    }

    /// Sets or takes away the verification, as the backend asks.
    pub(crate) fn set_verified(&mut self, verified: bool) {
        match (verified, &self.verification) {
            (true, None) => {
                self.verification = Some(Verification::Admin);
                self.reserved = false;
            }
            (false, Some(_)) => self.verification = None,
            _ => {}
        }
    }
}

/// A wallet, its address in lower case where case says nothing.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Wallet {
    pub(crate) id: String,
    pub(crate) address: String,
    pub(crate) created_at: i64,
}

/// A code that was sent and can be entered.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct CodeVerification {
    pub(crate) id: String,
    pub(crate) contact_id: String,
    pub(crate) strategy: Word,
    pub(crate) code: String,
    pub(crate) attempts: i64,
    pub(crate) expire_at: i64,
    pub(crate) verified: bool,
}

/// How often a code can be tried.
pub(crate) const MOST_ATTEMPTS: i64 = 3;
/// How long a code lives, in milliseconds.
pub(crate) const CODE_LIFE: i64 = 10 * 60 * 1000;

impl CodeVerification {
    pub(crate) fn status(&self, now: i64) -> &'static str {
        if self.verified {
            "verified"
        } else if now >= self.expire_at {
            "expired"
        } else if self.attempts >= MOST_ATTEMPTS {
            "failed"
        } else {
            "unverified"
        }
    }

    pub(crate) fn render(&self, now: i64) -> Value {
        let mut body = json!({
            "object": "verification_otp",
            "id": self.id,
            "status": self.status(now),
            "strategy": self.strategy,
            "attempts": self.attempts,
            "expire_at": self.expire_at,
        });
        if self.strategy == "phone_code" {
            body["channel"] = json!("sms");
        }
        body
    }
}
