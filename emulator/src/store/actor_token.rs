//! Tokens that let somebody act as a user: for people of the support, and for agents.

use super::{Store, Word};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A token that opens a session of a user for an actor, once.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct ActorToken {
    pub(crate) id: String,
    pub(crate) user_id: String,
    pub(crate) actor: Map<String, Value>,
    pub(crate) ticket: Ticket,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// A piece of work that an agent does on behalf of a user.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct AgentTask {
    pub(crate) id: String,
    pub(crate) agent_id: String,
    pub(crate) agent_name: String,
    pub(crate) description: String,
    pub(crate) user_id: String,
    /// Where the browser goes once the session is open.
    pub(crate) redirect_url: String,
    pub(crate) ticket: Ticket,
    pub(crate) created_at: i64,
}

/// What is shown to get the session, and what session that is.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Ticket {
    pub(crate) token: String,
    /// `pending`, `accepted` or `revoked`. After its end a ticket stays as it is, and opens nothing.
    pub(crate) status: Word,
    pub(crate) expires_at: i64,
    /// How long the session lives, in milliseconds.
    pub(crate) session_life: i64,
}

impl Ticket {
    /// Why no session comes of it, if none does.
    pub(crate) fn refusal(&self, now: i64) -> Option<String> {
        if self.status != "pending" {
            Some(format!("it is {}", self.status))
        } else if now >= self.expires_at {
            Some("it has expired".to_owned())
        } else {
            None
        }
    }

    fn accept(&mut self, now: i64) -> Result<(), String> {
        match self.refusal(now) {
            Some(why) => Err(format!("the token opens no session: {why}")),
            None => {
                self.status = "accepted".into();
                Ok(())
            }
        }
    }
}

impl AgentTask {
    /// What the session's tokens say of the agent.
    fn actor(&self, issuer: &str) -> Map<String, Value> {
        Map::from_iter([
            ("iss".to_owned(), Value::from(issuer)),
            ("sub".to_owned(), Value::from(self.agent_id.as_str())),
            ("type".to_owned(), Value::from("agent")),
        ])
    }
}

impl Store {
    /// Trades the ticket of an actor token or of an agent's task for a session; its id.
    ///
    /// # Errors
    /// Why it opens none, in words.
    pub(crate) fn accept_acting(&mut self, text: &str, issuer: &str, now: i64) -> Result<String, String> {
        let (user_id, actor, life) = if let Some(token) = self.actor_tokens.find_mut(|row| row.ticket.token == text) {
            token.ticket.accept(now)?;
            token.updated_at = now;
            (token.user_id.clone(), token.actor.clone(), token.ticket.session_life)
        } else if let Some(task) = self.agent_tasks.find_mut(|row| row.ticket.token == text) {
            task.ticket.accept(now)?;
            (task.user_id.clone(), task.actor(issuer), task.ticket.session_life)
        } else {
            return Err("nobody has heard of this token".to_owned());
        };
        let user = self.users.get(&user_id).ok_or("the user is gone")?;
        if user.banned || user.is_locked(now) {
            return Err("the user is banned or locked".to_owned());
        }
        Ok(self.open_actor_session(&user_id, actor, life, now))
    }

    /// Opens a session in which somebody acts as a user; its id.
    fn open_actor_session(&mut self, user_id: &str, actor: Map<String, Value>, session_life: i64, now: i64) -> String {
        let organization_id = self.users.get(user_id).and_then(|user| user.next_organization_id.clone());
        let signed_in = self.users.get(user_id).map(|user| (user.last_sign_in_at, user.last_active_at));
        let id = self.open_session(user_id, organization_id, now).id;
        if let Some(session) = self.sessions.get_mut(&id) {
            session.actor = Some(actor);
            session.expire_at = now.saturating_add(session_life);
        }
        // It was not the user who came.
        if let (Some(user), Some((sign_in, active))) = (self.users.get_mut(user_id), signed_in) {
            user.last_sign_in_at = sign_in;
            user.last_active_at = active;
        }
        id
    }
}
