//! Why a request is not signed in.

use crate::token::TokenErrorReason;
use std::borrow::Cow;
use std::fmt;

/// A reason, as the one word that it has in every language. Compare it with the constants, or with a `&str`.
///
/// It is one of the constants, a [`TokenErrorReason`]'s word, or `session-token-expired-refresh-…`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AuthReason(Cow<'static, str>);

macro_rules! reasons {
    ($($name:ident = $word:literal, $doc:literal;)*) => {
        impl AuthReason {
            $(#[doc = $doc] pub const $name: Self = Self(Cow::Borrowed($word));)*
        }
    };
}

reasons! {
    CLIENT_UAT_BUT_NO_SESSION_TOKEN = "client-uat-but-no-session-token", "The browser says that somebody signed in, but has no session token.";
    DEV_BROWSER_MISSING = "dev-browser-missing", "A development instance does not know this browser yet.";
    DEV_BROWSER_SYNC = "dev-browser-sync", "A development instance has to store the browser's token first.";
    PRIMARY_RESPONDS_TO_SYNCING = "primary-responds-to-syncing", "A satellite asked this primary domain.";
    PRIMARY_DOMAIN_CROSS_ORIGIN_SYNC = "primary-domain-cross-origin-sync", "The visitor comes from another origin.";
    SATELLITE_NEEDS_SYNCING = "satellite-needs-syncing", "This satellite does not know yet what the primary domain knows.";
    SESSION_TOKEN_AND_UAT_MISSING = "session-token-and-uat-missing", "Nobody is signed in.";
    SESSION_TOKEN_MISSING = "session-token-missing", "A handshake ended without a session.";
    SESSION_TOKEN_IAT_BEFORE_CLIENT_UAT = "session-token-iat-before-client-uat", "The session token is older than the last sign-in.";
    SESSION_TOKEN_NBF = "session-token-nbf", "The session token is not valid yet.";
    SESSION_TOKEN_IAT_IN_THE_FUTURE = "session-token-iat-in-the-future", "The session token was made in the future.";
    SESSION_TOKEN_BUT_NO_CLIENT_UAT = "session-token-but-no-client-uat", "There is a session token, but the browser says that nobody signed in.";
    ACTIVE_ORGANIZATION_MISMATCH = "active-organization-mismatch", "The path asks for another organization than the session has.";
    TOKEN_TYPE_MISMATCH = "token-type-mismatch", "The token is of a kind that is not accepted here.";
    UNEXPECTED_ERROR = "unexpected-error", "Something went wrong that says nothing on the token.";
    NO_TOKEN_IN_HEADER = "No token in header", "A machine's token is wanted, and there is none.";
}

impl AuthReason {
    /// The word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `session-token-expired-refresh-` and why the token was not refreshed.
    pub(crate) fn expired(not_refreshed: &str) -> Self {
        Self(Cow::Owned(format!("session-token-expired-refresh-{not_refreshed}")))
    }
}

impl From<TokenErrorReason> for AuthReason {
    fn from(reason: TokenErrorReason) -> Self {
        Self(Cow::Borrowed(reason.as_str()))
    }
}

impl fmt::Display for AuthReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl PartialEq<str> for AuthReason {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for AuthReason {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}
