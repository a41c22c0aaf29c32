//! Who sent a request: from its parts to one of three answers (signed in, signed out, unavailable) and the [`Auth`] that
//! application code asks.
//!
//! Like verification, the decision is pure: [`Authenticator::step`] has no I/O, and either decides or names the one thing it
//! has to be told next (keys, a refresh, what a handshake came to, what the API says of a machine's token). Whoever gets
//! that makes the decision again with the answer, so one machine drives hosts that wait and hosts that await.

mod api;
mod authenticator;
mod context;
mod cookie_path;
mod cookies;
mod debug;
mod directives;
mod error;
mod handshake;
mod has;
mod header_path;
mod machine;
mod machine_cache;
mod object;
mod options;
mod organization_sync;
mod pattern;
mod plain_url;
mod precondition;
mod public_url;
mod reason;
mod referrer;
mod refresh;
mod request;
mod resolve;
mod settings;
mod state;
mod suffix;

pub use api::{Answers, ApiAnswer, ApiCall, ApiCallKind, AuthApi, Need};
pub use authenticator::{Authenticator, Decision};
pub use error::AuthenticateError;
pub use has::{HasParams, Level, Reverification};
pub use object::{Auth, AuthFields, MachineFields, TokenRequest};
pub use options::{AcceptsToken, AuthenticateOptions};
pub use reason::AuthReason;
pub use request::{LOOKED_AT, RequestParts, latin1};
pub use state::{AuthStatus, Echo, Note, RequestState};

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzz {
    //! What only this floor can reach of what is thrown at it.

    use super::authenticator::Authenticator;
    use super::cookies::Cookies;
    use super::object::Auth;
    use super::organization_sync::Patterns;
    use super::suffix::Choice;
    use crate::token::Claims;

    pub(crate) fn auth(claims: &Claims) -> Auth {
        Auth::of_session(claims, false)
    }

    pub(crate) fn cookies(client: &Authenticator, header: &str) {
        let cookies = Cookies::read(header, "1Z8AzTQD");
        for production in [true, false] {
            let choice = Choice {
                cookies: &cookies,
                frontend_api: "clerk.example.com",
                production,
                now_ms: 0,
                verifier: client.verifier(),
            };
            let _ = choice.make();
        }
    }

    pub(crate) fn pattern(pattern: &str, path: &str) {
        if let Ok(sync) = Patterns::default().sync(&[pattern.to_owned()], &[]) {
            let _ = sync.target(path);
        }
    }
}

#[cfg(test)]
mod tests;
