//! Browsers, as the Frontend API knows them: by one token each, which is the `__client` cookie and, in development,
//! the dev-browser token.

use super::Store;
use super::session::Session;
use super::sign_in::{SignIn, SignUp};
use serde::{Deserialize, Serialize};

/// How long a handshake nonce can be exchanged, in milliseconds.
const NONCE_LIFE: i64 = 60_000;

/// How many browsers are known before strangers are forgotten.
const MOST_BROWSERS: usize = 5_000;

/// What a browser is signed in to.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Browser {
    /// The client that its sessions are on.
    pub(crate) client_id: String,
    pub(crate) session_id: Option<String>,
    /// When it last signed in, in Unix seconds.
    pub(crate) signed_in_at: i64,
    /// What its person has begun on the pages, and not ended.
    pub(crate) sign_in: Option<SignIn>,
    pub(crate) sign_up: Option<SignUp>,
    /// The request of an application that wants its person to sign in anew.
    pub(crate) asked_anew: Option<AskedAnew>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// A request that a browser was sent to the sign-in page for.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct AskedAnew {
    /// A digest of it.
    pub(crate) request: String,
    /// What the browser was signed in to then: any other session is a new one.
    pub(crate) prior_session_id: Option<String>,
}

/// Cookies that wait to be fetched with a nonce.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct HandshakePayload {
    pub(crate) directives: Vec<String>,
    expires_at: i64,
}

impl Browser {
    /// Whether it is neither signed in nor on the way to be.
    fn is_stranger(&self) -> bool {
        self.session_id.is_none() && self.sign_in.is_none() && self.sign_up.is_none()
    }
}

impl Store {
    /// A browser that nobody has used before; its token.
    pub(crate) fn open_browser(&mut self, now: i64) -> String {
        let token = format!("dvb_{}", self.ids.text(27));
        let client_id = self.ids.id("client_");
        let browser = Browser { client_id, created_at: now, updated_at: now, ..Browser::default() };
        self.browsers.insert(token.clone(), browser);
        self.forget_strangers();
        token
    }

    /// Anybody who looks at a page is a browser: beyond many, the oldest that have done nothing go.
    fn forget_strangers(&mut self) {
        while self.browsers.len() > MOST_BROWSERS {
            let stranger = self.browsers.iter().find(|(_, browser)| browser.is_stranger());
            let Some(token) = stranger.map(|(token, _)| token.clone()) else { return };
            self.browsers.remove(&token);
        }
    }

    /// Opens a session on a browser that is known. It has one at a time: the one before is over.
    pub(crate) fn open_session_on(
        &mut self,
        browser: &str,
        user_id: &str,
        organization_id: Option<String>,
        now: i64,
    ) -> Session {
        let session = self.open_session(user_id, organization_id, now);
        self.move_session_to(browser, &session.id, now);
        self.sessions.get(&session.id).cloned().unwrap_or(session)
    }

    /// Puts a session that was just opened on a browser that is known.
    pub(crate) fn move_session_to(&mut self, browser: &str, session_id: &str, now: i64) {
        let Some(known) = self.browsers.get_mut(browser) else { return };
        known.signed_in_at = now.div_euclid(1000);
        known.updated_at = now;
        (known.sign_in, known.sign_up) = (None, None);
        let before = known.session_id.replace(session_id.to_owned());
        if let Some(stored) = self.sessions.get_mut(session_id) {
            stored.client_id.clone_from(&known.client_id);
        }
        if let Some(before) = before.and_then(|id| self.sessions.get_mut(&id)) {
            before.end("replaced", now);
        }
    }

    /// Ends the session of a browser, as `removed` or `ended`.
    pub(crate) fn close_session_on(&mut self, browser: &str, status: &'static str, now: i64) {
        let Some(known) = self.browsers.get_mut(browser) else { return };
        known.updated_at = now;
        let id = known.session_id.take();
        if let Some(session) = id.and_then(|id| self.sessions.get_mut(&id)) {
            session.end(status, now);
        }
    }

    /// The session a browser is signed in to, if that still holds.
    pub(crate) fn session_of_browser(&self, token: &str, now: i64) -> Option<&Session> {
        let session = self.sessions.get(self.browsers.get(token)?.session_id.as_ref()?)?;
        session.is_active(now).then_some(session)
    }

    /// Keeps directives for a while; the nonce that fetches them. It may do so more than once: the requests that a
    /// browser sends side by side all have it.
    pub(crate) fn open_nonce(&mut self, directives: Vec<String>, now: i64) -> String {
        while let Some(first) = self.first_nonce_over(now) {
            self.nonces.remove(&first);
        }
        let nonce = self.ids.text(32);
        let payload = HandshakePayload { directives, expires_at: now.saturating_add(NONCE_LIFE) };
        self.nonces.insert(nonce.clone(), payload);
        nonce
    }

    fn first_nonce_over(&self, now: i64) -> Option<String> {
        let (nonce, payload) = self.nonces.iter().next()?;
        (payload.expires_at <= now).then(|| nonce.clone())
    }

    /// What a nonce stands for.
    pub(crate) fn handshake_payload(&self, nonce: &str, now: i64) -> Option<&HandshakePayload> {
        self.nonces.get(nonce).filter(|payload| now < payload.expires_at)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::MOST_BROWSERS;
    use crate::store::{MOST_MESSAGES, Message, Store};

    #[test]
    fn strangers_are_forgotten_and_who_is_signed_in_is_not() {
        let mut store = Store::new(Some(7), "mch_1", "ak_1", 0);
        let first = store.open_browser(0);
        store.browsers.get_mut(&first).unwrap().session_id = Some("sess_1".to_owned());
        let second = store.open_browser(0);
        let mut last = String::new();
        for _ in 0..MOST_BROWSERS {
            last = store.open_browser(0);
        }
        assert_eq!(store.browsers.len(), MOST_BROWSERS);
        assert!(store.browsers.contains_key(&first) && store.browsers.contains_key(&last));
        assert!(!store.browsers.contains_key(&second));
    }

    #[test]
    fn nonces_that_are_over_are_forgotten() {
        let mut store = Store::new(Some(7), "mch_1", "ak_1", 0);
        let first = store.open_nonce(Vec::new(), 0);
        store.open_nonce(Vec::new(), 59_999);
        assert!(store.handshake_payload(&first, 59_999).is_some());
        store.open_nonce(Vec::new(), 60_000);
        assert_eq!((store.nonces.len(), store.nonces.contains_key(&first)), (2, false));
    }

    #[test]
    fn the_oldest_messages_go() {
        let mut store = Store::new(Some(7), "mch_1", "ak_1", 0);
        for number in 0..=MOST_MESSAGES {
            let (channel, kind) = ("sms".into(), "custom".into());
            store.send(Message { channel, to: number.to_string(), kind, code: None, url: None, sent_at: 0 });
        }
        assert_eq!(store.messages.len(), MOST_MESSAGES);
        assert_eq!(store.messages.values().next().map(|message| message.to.as_str()), Some("1"));
    }
}
