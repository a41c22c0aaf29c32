//! Sessions. Their end comes with the clock: the status is computed when it is asked for.

use super::Store;
use super::Word;
use crate::errors::ApiError;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

const DAY: i64 = 24 * 60 * 60 * 1000;
/// How long a session lives, in milliseconds.
pub(crate) const LIFE: i64 = 7 * DAY;
/// When a session that nobody comes back to is given up, in milliseconds.
pub(crate) const ABANDON_AFTER: i64 = 30 * DAY;

/// The statuses a session can have.
pub(crate) const STATUSES: &[&str] =
    &["abandoned", "active", "ended", "expired", "removed", "replaced", "revoked", "pending"];

/// A session of a user on a client.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) age: u64,
    pub(crate) user_id: String,
    pub(crate) client_id: String,
    pub(crate) activity_id: String,
    /// `active` until something ends it.
    pub(crate) status: Word,
    pub(crate) organization_id: Option<String>,
    /// Who acts as the user: goes into the session's tokens as `act`.
    #[serde(default)]
    pub(crate) actor: Option<Map<String, Value>>,
    /// What refreshes the session's tokens; a browser would have it as a cookie.
    pub(crate) refresh_token: String,
    pub(crate) last_active_at: i64,
    pub(crate) expire_at: i64,
    pub(crate) abandon_at: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

impl Session {
    /// What its tokens have besides that which all have.
    pub(crate) fn own_claims(&self) -> Map<String, Value> {
        self.actor.iter().map(|actor| ("act".to_owned(), Value::Object(actor.clone()))).collect()
    }

    pub(crate) fn status(&self, now: i64) -> &str {
        if self.status != "active" {
            &self.status
        } else if now >= self.expire_at {
            "expired"
        } else if now >= self.abandon_at {
            "abandoned"
        } else {
            "active"
        }
    }

    pub(crate) fn is_active(&self, now: i64) -> bool {
        self.status(now) == "active"
    }

    /// Ends an active session; any other stays as it is.
    pub(crate) fn end(&mut self, status: &'static str, now: i64) {
        if self.is_active(now) {
            self.status = status.into();
            self.updated_at = now;
        }
    }
}

impl Store {
    /// Opens a session of a user, on a client of its own.
    pub(crate) fn open_session(&mut self, user_id: &str, organization_id: Option<String>, now: i64) -> Session {
        let session = Session {
            id: self.ids.id("sess_"),
            age: self.next_age(),
            user_id: user_id.to_owned(),
            client_id: self.ids.id("client_"),
            activity_id: self.ids.id("sess_activity_"),
            status: "active".into(),
            organization_id,
            actor: None,
            refresh_token: self.ids.text(40),
            last_active_at: now,
            expire_at: now + LIFE,
            abandon_at: now + ABANDON_AFTER,
            created_at: now,
            updated_at: now,
        };
        self.sessions.insert(session.id.clone(), session.clone());
        if let Some(user) = self.users.get_mut(user_id) {
            user.last_sign_in_at = Some(now);
            user.failed_attempts = 0;
            user.last_active_at = Some(now.div_euclid(DAY) * DAY);
        }
        session
    }

    /// Makes an organization active in a session, by id or slug; empty means the personal account. The session's user
    /// starts there the next time.
    ///
    /// # Errors
    /// 404 for an organization that the user is no member of.
    pub(crate) fn activate(&mut self, session_id: &str, id_or_slug: &str, now: i64) -> Result<(), ApiError> {
        let user_id = self.session(session_id)?.user_id.clone();
        let organization_id = match id_or_slug {
            "" => None,
            wanted => Some(self.membership_by(wanted, &user_id).ok_or_else(|| {
                ApiError::new(404, "resource_not_found", "not found", "The user is no member of such an organization.")
            })?),
        };
        let session = self.session_mut(session_id)?;
        session.organization_id.clone_from(&organization_id);
        session.updated_at = now;
        session.last_active_at = now;
        if let Some(user) = self.users.get_mut(&user_id) {
            user.next_organization_id = organization_id;
        }
        Ok(())
    }

    /// Revokes all active sessions of a user.
    pub(crate) fn revoke_sessions(&mut self, user_id: &str, now: i64) {
        self.sessions.change_all(
            |session| session.user_id == user_id && session.is_active(now),
            |session| session.end("revoked", now),
        );
    }
}
