//! Why a token is refused (§2.6).

use std::borrow::Cow;
use std::fmt;

/// The reason, as one word in three languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenErrorReason {
    /// `token-expired`: it was genuine once.
    TokenExpired,
    /// `token-invalid`: it is not a token of this kind at all.
    TokenInvalid,
    /// `token-invalid-algorithm`: `alg` is not RS256, RS384 or RS512.
    TokenInvalidAlgorithm,
    /// `token-invalid-authorized-parties`: `azp` is missing or not among those allowed.
    TokenInvalidAuthorizedParties,
    /// `token-invalid-issuer`: `iss` is missing or not among those allowed.
    TokenInvalidIssuer,
    /// `token-invalid-signature`: the key did not sign this.
    TokenInvalidSignature,
    /// `token-not-active-yet`: `nbf` is in the future.
    TokenNotActiveYet,
    /// `token-iat-in-the-future`.
    TokenIatInTheFuture,
    /// `token-verification-failed`: a claim of a wrong type, a wrong audience, a key that cannot verify this algorithm.
    TokenVerificationFailed,
    /// `secret-key-invalid`: the API does not know the secret key.
    SecretKeyInvalid,
    /// `jwk-local-missing`: the JWT key is empty.
    JwkLocalMissing,
    /// `jwk-remote-failed-to-load`: the key endpoint answered with an error, or without keys.
    JwkRemoteFailedToLoad,
    /// `jwk-failed-to-resolve`: there is neither a JWT key nor a secret key to fetch keys with.
    JwkFailedToResolve,
    /// `jwk-kid-mismatch`: this instance has no key of the token's id.
    JwkKidMismatch,
    /// `unexpected-error`: the key endpoint did not answer, or not with JSON.
    UnexpectedError,
}

impl TokenErrorReason {
    /// The reason's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TokenExpired => "token-expired",
            Self::TokenInvalid => "token-invalid",
            Self::TokenInvalidAlgorithm => "token-invalid-algorithm",
            Self::TokenInvalidAuthorizedParties => "token-invalid-authorized-parties",
            Self::TokenInvalidIssuer => "token-invalid-issuer",
            Self::TokenInvalidSignature => "token-invalid-signature",
            Self::TokenNotActiveYet => "token-not-active-yet",
            Self::TokenIatInTheFuture => "token-iat-in-the-future",
            Self::TokenVerificationFailed => "token-verification-failed",
            Self::SecretKeyInvalid => "secret-key-invalid",
            Self::JwkLocalMissing => "jwk-local-missing",
            Self::JwkRemoteFailedToLoad => "jwk-remote-failed-to-load",
            Self::JwkFailedToResolve => "jwk-failed-to-resolve",
            Self::JwkKidMismatch => "jwk-kid-mismatch",
            Self::UnexpectedError => "unexpected-error",
        }
    }
}

impl fmt::Display for TokenErrorReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What can be done about it (§2.6; the last is ours).
pub(crate) mod action {
    pub(crate) const CONTACT_SUPPORT: &str = "Contact support@clerk.com";
    pub(crate) const ENSURE_CLERK_JWT: &str = "Make sure that this is a valid Clerk-generated JWT.";
    pub(crate) const SET_JWT_KEY: &str = "Set the CLERK_JWT_KEY environment variable.";
    pub(crate) const CHECK_KEYS: &str = "Check in the Clerk Dashboard that your secret key and publishable key are those of the instance that issued the token.";
}

/// Where the token came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Carrier {
    /// The `Authorization` header.
    Header,
    /// The session cookie.
    Cookie,
}

impl Carrier {
    /// `header` or `cookie`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Cookie => "cookie",
        }
    }
}

/// A token was not accepted, or could not be decided on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenError {
    /// Why.
    pub reason: TokenErrorReason,
    /// The same in a sentence. For people; its wording may change.
    pub message: Cow<'static, str>,
    /// What to do about it, where something can be done.
    pub action: Option<&'static str>,
    /// Where the token came from, where known.
    pub carrier: Option<Carrier>,
    /// Whether nothing was decided on the token because the key endpoint is out (D-15): not "invalid" but "try again".
    pub unavailable: bool,
    /// When to try again, in milliseconds from now, where known.
    pub retry_after_ms: Option<i64>,
}

impl TokenError {
    pub(crate) fn new(reason: TokenErrorReason, message: impl Into<Cow<'static, str>>) -> Self {
        Self { reason, message: message.into(), action: None, carrier: None, unavailable: false, retry_after_ms: None }
    }

    pub(crate) fn with_action(mut self, action: &'static str) -> Self {
        self.action = Some(action);
        self
    }

    /// Message, action, reason and carrier in one line, as `x-clerk-auth-message` has it (§2.6).
    #[must_use]
    pub fn full_message(&self) -> String {
        let mut line = self.message.to_string();
        if let Some(action) = self.action {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(action);
        }
        let carrier = self.carrier.map_or("undefined", Carrier::as_str);
        format!("{line} (reason={}, token-carrier={carrier})", self.reason)
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(action) = self.action {
            write!(f, " {action}")?;
        }
        write!(f, " (reason={})", self.reason)
    }
}

impl std::error::Error for TokenError {}
