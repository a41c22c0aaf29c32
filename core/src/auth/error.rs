//! What cannot be told as a state: the call or the client is set up wrongly (§3.2).

use crate::key::KeyError;
use crate::token::{OptionError, TokenError};
use std::fmt;

/// A request cannot be authenticated because of how it was asked, not because of what it carries.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthenticateError {
    /// A setting, of the client or the call, is missing or wrong.
    Config {
        /// Which one.
        option: String,
        /// What is wrong, and what to do.
        message: String,
    },
    /// An argument of the call cannot be used.
    Argument {
        /// Which one.
        argument: String,
        /// What is wrong with it.
        message: String,
    },
    /// A handshake token of a development instance does not hold (§3.14): most likely the keys were changed. Going on
    /// would begin the same handshake again.
    Handshake(TokenError),
}

impl AuthenticateError {
    pub(crate) fn config(option: &str, message: impl Into<String>) -> Self {
        Self::Config { option: option.to_owned(), message: message.into() }
    }

    pub(crate) fn argument(argument: &str, message: impl Into<String>) -> Self {
        Self::Argument { argument: argument.to_owned(), message: format!("`{argument}` {}", message.into()) }
    }
}

impl From<KeyError> for AuthenticateError {
    fn from(error: KeyError) -> Self {
        Self::config(error.option, error.message)
    }
}

impl From<OptionError> for AuthenticateError {
    fn from(error: OptionError) -> Self {
        Self::Argument { message: error.sentence(), argument: error.argument }
    }
}

impl fmt::Display for AuthenticateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config { option, message } => write!(f, "{option}: {message}"),
            Self::Argument { message, .. } => f.write_str(message),
            Self::Handshake(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for AuthenticateError {}
