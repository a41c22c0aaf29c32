//! Who sent a request: from its parts to one of three answers (signed in, signed out, unavailable) and the [`Auth`] that
//! application code asks.
//!
//! Like verification, the decision is pure: [`Authenticator::try_authenticate`] has no I/O and either decides or says that
//! the key endpoint should be asked.

mod authenticator;
mod context;
mod cookie_path;
mod cookies;
mod error;
mod has;
mod header_path;
mod object;
mod options;
mod precondition;
mod public_url;
mod reason;
mod referrer;
mod request;
mod settings;
mod state;
mod suffix;

pub use authenticator::Authenticator;
pub use error::AuthenticateError;
pub use has::{HasParams, Level, Reverification};
pub use object::Auth;
pub use options::{AcceptsToken, AuthenticateOptions};
pub use reason::AuthReason;
pub use request::RequestParts;
pub use state::{AuthStatus, Echo, Note, RequestState};

#[cfg(test)]
mod tests;
