//! The browsers of people: who signs in where. The Frontend API knows them at the next handshake.

use crate::emulator::Emulator;
use crate::errors::EmulatorError;
use crate::store::Store;
use serde::Serialize;

/// A browser that is signed in.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Browser {
    /// What the Frontend API knows it by: its `__client` cookie there and, in development, the dev-browser token
    /// (`__clerk_db_jwt`), as a cookie of the application or in a query.
    pub browser: String,
    /// The session it is signed in to.
    pub session_id: String,
}

impl Store {
    /// Signs a user in on a browser, a new one unless one is named.
    pub(crate) fn browser_sign_in(
        &mut self,
        user_id: &str,
        org_id: Option<&str>,
        browser: Option<String>,
        now: i64,
    ) -> Result<Browser, EmulatorError> {
        let argument = |text: String| EmulatorError::Argument(text);
        let user = self.users.get(user_id).ok_or_else(|| argument(format!("no user has the id {user_id}")))?;
        if user.banned || user.is_locked(now) {
            return Err(argument("the user is banned or locked".to_owned()));
        }
        let organization_id = match org_id {
            Some(id) => Some(
                self.membership_by(id, user_id)
                    .ok_or_else(|| argument(format!("{user_id} is no member of an organization {id}")))?,
            ),
            None => None,
        };
        let browser = match browser {
            Some(known) if self.browsers.contains_key(&known) => known,
            Some(unknown) => return Err(argument(format!("no browser is known as {unknown}"))),
            None => self.open_browser(now),
        };
        let session_id = self.open_session_on(&browser, user_id, organization_id, now).id;
        Ok(Browser { browser, session_id })
    }

    /// The id of the organization with this id or slug, if the user is a member.
    pub(crate) fn membership_by(&self, id_or_slug: &str, user_id: &str) -> Option<String> {
        let organization = self.organization(id_or_slug).ok()?;
        self.membership_of(&organization.id, user_id)?;
        Some(organization.id.clone())
    }

    /// Signs a browser out; its session has ended.
    pub(crate) fn browser_sign_out(&mut self, browser: &str, now: i64) -> Result<(), EmulatorError> {
        if !self.browsers.contains_key(browser) {
            return Err(EmulatorError::Argument(format!("no browser is known as {browser}")));
        }
        self.close_session_on(browser, "removed", now);
        Ok(())
    }
}

impl Emulator {
    /// Signs a user in on a browser: a new one, or the one that is named. `org_id` is the id or slug of the active
    /// organization; without it the personal account is active.
    ///
    /// # Errors
    /// [`EmulatorError::Argument`] for an unknown user or browser, one who is banned or locked, or no member.
    pub fn browser_sign_in(
        &self,
        user_id: &str,
        org_id: Option<&str>,
        browser: Option<&str>,
    ) -> Result<Browser, EmulatorError> {
        let now = self.clock().now_ms();
        self.shared().change(|store| store.browser_sign_in(user_id, org_id, browser.map(str::to_owned), now))
    }

    /// Signs a browser out.
    ///
    /// # Errors
    /// [`EmulatorError::Argument`] for an unknown browser.
    pub fn browser_sign_out(&self, browser: &str) -> Result<(), EmulatorError> {
        let now = self.clock().now_ms();
        self.shared().change(|store| store.browser_sign_out(browser, now))
    }

    /// Keeps `Set-Cookie` values to be fetched with a handshake nonce, for a minute; the nonce.
    ///
    /// # Errors
    /// [`EmulatorError::Data`] if it cannot be kept in the directory of data.
    pub fn create_handshake_nonce(&self, directives: Vec<String>) -> Result<String, EmulatorError> {
        let now = self.clock().now_ms();
        Ok(self.shared().alter(|store| store.open_nonce(directives, now))?)
    }
}
