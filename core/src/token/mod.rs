//! Session tokens: decoding, verifying, and what their claims say.
//!
//! Verification is total: any text ends in [`Claims`] or in a [`TokenError`] with a reason. It is also pure: given what
//! keys are in hand and the time, [`Verifier::try_verify`] decides, or says that the key endpoint should be asked.

mod base64url;
mod cache;
mod claims;
mod compact;
mod decode;
mod error;
mod json;
mod kind;
mod machine;
mod options;
mod organization;
mod parsed;
mod read;
mod remembered;
mod rules;
mod scope;
mod verifier;

pub(crate) use base64url::bytes as base64url_bytes;
pub use claims::Claims;
pub use decode::{DecodedToken, Header, MAX_TOKEN_BYTES};
pub use error::{Carrier, TokenError, TokenErrorReason};
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use json::readers_agree;
pub(crate) use json::{integer, is_falsy, member, text};
pub use kind::{TokenType, is_machine_jwt, is_machine_token, machine_token_type};
pub(crate) use kind::{has_jwt_format, is_non_session_category, is_of_machine, opaque_type};
pub(crate) use machine::check_oauth_audience;
pub use machine::{MachineError, MachineToken};
pub(crate) use options::OptionReader;
pub use options::{OptionError, VerifyOptions};
pub use organization::Organization;
pub(crate) use organization::permissions;
pub(crate) use read::ReadToken;
pub(crate) use scope::Scoped;
pub(crate) use verifier::undecided;
pub use verifier::{Instance, Missing, Verifier};

/// A decision, or what it lacks.
#[derive(Debug, Clone)]
pub enum Step<T> {
    /// Decided.
    Done(T),
    /// The key endpoint has to be asked first, and of which cache: see [`Missing::load`].
    NeedKeys(Missing),
}

/// The claims of a payload, as if it had been signed: for what is thrown at them.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn claims_of(payload: &str) -> Option<Claims> {
    Claims::assume_written("t", payload)
}

#[cfg(test)]
mod tests;
