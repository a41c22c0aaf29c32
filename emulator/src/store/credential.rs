//! What API keys and the tokens of machines and OAuth applications have in common: a secret that expires or is revoked.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A secret and its times, in Unix milliseconds.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Credential {
    pub(crate) secret: String,
    /// None: it never expires.
    pub(crate) expires_at: Option<i64>,
    revoked: bool,
    revocation_reason: Option<String>,
    pub(crate) last_used_at: Option<i64>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

impl Credential {
    pub(crate) fn new(secret: String, expires_at: Option<i64>, now: i64) -> Self {
        Credential {
            secret,
            expires_at,
            revoked: false,
            revocation_reason: None,
            last_used_at: None,
            created_at: now,
            updated_at: now,
        }
    }

    pub(crate) fn is_revoked(&self) -> bool {
        self.revoked
    }

    pub(crate) fn is_expired(&self, now: i64) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    /// Whether it still opens a door.
    pub(crate) fn is_valid(&self, now: i64) -> bool {
        !self.revoked && !self.is_expired(now)
    }

    /// Revokes it; the reason of the first time stays.
    pub(crate) fn revoke(&mut self, reason: Option<String>, now: i64) {
        if !self.revoked {
            self.revoked = true;
            self.revocation_reason = reason;
            self.updated_at = now;
        }
    }

    /// Writes its state, but not its secret, into an answer.
    pub(crate) fn tell(&self, body: &mut Value, now: i64) {
        body["revoked"] = json!(self.revoked);
        body["revocation_reason"] = json!(self.revocation_reason);
        body["expired"] = json!(self.is_expired(now));
        body["expiration"] = json!(self.expires_at);
        body["created_at"] = json!(self.created_at);
        body["updated_at"] = json!(self.updated_at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_ends_by_time_or_by_will() {
        let mut credential = Credential::new("ak_1".to_owned(), Some(2_000), 1_000);
        assert!(credential.is_valid(1_999) && !credential.is_valid(2_000));
        credential.revoke(Some("lost".to_owned()), 1_500);
        credential.revoke(Some("found".to_owned()), 1_600);
        assert!(!credential.is_valid(1_600));
        let mut body = json!({});
        credential.tell(&mut body, 1_600);
        assert_eq!((&body["revocation_reason"], &body["updated_at"]), (&json!("lost"), &json!(1_500)));
        assert!(Credential::new("ak_2".to_owned(), None, 0).is_valid(i64::MAX));
    }
}
