//! Browsers, as the Frontend API knows them: by one token each, which is the `__client` cookie and, in development,
//! the dev-browser token.

use super::Store;
use super::session::Session;
use serde::{Deserialize, Serialize};

/// How long a handshake nonce can be exchanged, in milliseconds.
const NONCE_LIFE: i64 = 60_000;

/// What a browser is signed in to.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Browser {
    pub(crate) session_id: Option<String>,
    /// When it last signed in, in Unix seconds.
    pub(crate) signed_in_at: i64,
}

/// Cookies that wait to be fetched with a nonce.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct HandshakePayload {
    pub(crate) directives: Vec<String>,
    expires_at: i64,
}

impl Store {
    /// A browser that nobody has used before; its token.
    pub(crate) fn open_browser(&mut self) -> String {
        let token = format!("dvb_{}", self.ids.text(27));
        self.browsers.insert(token.clone(), Browser::default());
        token
    }

    /// The session a browser is signed in to, if that still holds.
    pub(crate) fn session_of_browser(&self, token: &str, now: i64) -> Option<&Session> {
        let session = self.sessions.get(self.browsers.get(token)?.session_id.as_ref()?)?;
        session.is_active(now).then_some(session)
    }

    /// Keeps directives for a while; the nonce that fetches them. It may do so more than once: the requests that a
    /// browser sends side by side all have it.
    pub(crate) fn open_nonce(&mut self, directives: Vec<String>, now: i64) -> String {
        let nonce = self.ids.text(32);
        let payload = HandshakePayload { directives, expires_at: now.saturating_add(NONCE_LIFE) };
        self.nonces.insert(nonce.clone(), payload);
        nonce
    }

    /// What a nonce stands for.
    pub(crate) fn handshake_payload(&self, nonce: &str, now: i64) -> Option<&HandshakePayload> {
        self.nonces.get(nonce).filter(|payload| now < payload.expires_at)
    }
}
