//! Clients: browsers and apps, each with its sessions. A client begins with its first session, and is known by what
//! its sessions say.

use super::Store;
use super::session::Session;
use indexmap::IndexMap;

/// One client, with all the sessions that were ever on it, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Client<'a> {
    pub(crate) id: &'a str,
    sessions: Vec<&'a Session>,
}

impl<'a> Client<'a> {
    /// The sessions that go on.
    pub(crate) fn live(&self, now: i64) -> impl Iterator<Item = &'a Session> {
        self.sessions.iter().copied().filter(move |session| session.is_active(now))
    }

    /// The live session that was used last.
    pub(crate) fn last_active(&self, now: i64) -> Option<&'a Session> {
        self.live(now).max_by_key(|session| (session.last_active_at, session.age))
    }

    pub(crate) fn created_at(&self) -> i64 {
        self.sessions.iter().map(|session| session.created_at).min().unwrap_or_default()
    }

    pub(crate) fn updated_at(&self) -> i64 {
        self.sessions.iter().map(|session| session.updated_at.max(session.last_active_at)).max().unwrap_or_default()
    }

    /// Orders clients that were created within one millisecond.
    pub(crate) fn age(&self) -> u64 {
        self.sessions.iter().map(|session| session.age).min().unwrap_or_default()
    }
}

impl Store {
    /// All clients.
    pub(crate) fn clients(&self) -> Vec<Client<'_>> {
        let mut clients: IndexMap<&str, Client<'_>> = IndexMap::new();
        for session in self.sessions.values() {
            let client = clients.entry(&session.client_id).or_default();
            client.id = &session.client_id;
            client.sessions.push(session);
        }
        clients.into_values().collect()
    }

    pub(crate) fn client(&self, id: &str) -> Option<Client<'_>> {
        let sessions: Vec<&Session> = self.sessions.values().filter(|session| session.client_id == id).collect();
        let first = sessions.first()?;
        Some(Client { id: &first.client_id, sessions })
    }
}
