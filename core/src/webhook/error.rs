//! Why a delivery is refused.

use std::borrow::Cow;
use std::fmt;

/// The reason, as one word in three languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WebhookErrorReason {
    /// `webhook-secret-missing`: there is nothing to verify with.
    SecretMissing,
    /// `webhook-secret-invalid`: a signing secret is not one.
    SecretInvalid,
    /// `webhook-headers-missing`: the message names them.
    HeadersMissing,
    /// `webhook-timestamp-invalid`: it is no number.
    TimestampInvalid,
    /// `webhook-timestamp-too-old`: it was sent longer ago than the tolerance; perhaps it is a replay.
    TimestampTooOld,
    /// `webhook-timestamp-too-new`: it was sent further in the future than the tolerance; a clock is wrong.
    TimestampTooNew,
    /// `webhook-signature-invalid`: none of the signatures was made with any of the secrets.
    SignatureInvalid,
    /// `webhook-payload-invalid`: what was signed is no JSON object.
    PayloadInvalid,
}

impl WebhookErrorReason {
    /// The reason's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SecretMissing => "webhook-secret-missing",
            Self::SecretInvalid => "webhook-secret-invalid",
            Self::HeadersMissing => "webhook-headers-missing",
            Self::TimestampInvalid => "webhook-timestamp-invalid",
            Self::TimestampTooOld => "webhook-timestamp-too-old",
            Self::TimestampTooNew => "webhook-timestamp-too-new",
            Self::SignatureInvalid => "webhook-signature-invalid",
            Self::PayloadInvalid => "webhook-payload-invalid",
        }
    }
}

impl fmt::Display for WebhookErrorReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A delivery was not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebhookError {
    /// Why.
    pub reason: WebhookErrorReason,
    /// The same in a sentence. For people; its wording may change.
    pub message: Cow<'static, str>,
}

impl WebhookError {
    pub(crate) fn new(reason: WebhookErrorReason, message: impl Into<Cow<'static, str>>) -> Self {
        Self { reason, message: message.into() }
    }
}

impl fmt::Display for WebhookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (reason={})", self.message, self.reason)
    }
}

impl std::error::Error for WebhookError {}
