//! The verdict on a delivery.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;

use super::delivery::WebhookDelivery;
use super::error::{WebhookError, WebhookErrorReason};
use super::headers::{Given, WebhookHeaders};
use super::secret::WebhookSecrets;
use super::{delivery, payload, sign, timestamp};
use crate::clock::{Clock, SharedClock, SystemClock};
use crate::error::{ArgumentError, Error, Result};
use crate::generated::models::WebhookEvent;
use crate::options::milliseconds;

/// How far the clocks may differ unless told otherwise.
pub const DEFAULT_TOLERANCE: Duration = Duration::from_secs(300);

/// Verifies webhooks. Secrets are read once, when it is made; a verdict needs no I/O.
#[derive(Clone)]
pub struct Webhook {
    keys: Vec<hmac::Key>,
    tolerance: Duration,
    clock: SharedClock,
}

impl Webhook {
    /// Verifies with this signing secret (`whsec_…`), or with several: while they are rotated, any of them may have
    /// signed.
    ///
    /// # Errors
    /// `webhook-secret-missing` or `webhook-secret-invalid`, which names `secret`, or `secret[1]` of a list.
    pub fn new(secret: impl Into<WebhookSecrets>) -> Result<Self, WebhookError> {
        Self::named("secret", &secret.into())
    }

    /// The same with another name for the argument.
    pub(crate) fn named(name: &str, secrets: &WebhookSecrets) -> Result<Self, WebhookError> {
        Ok(Self { keys: secrets.keys(name)?, tolerance: DEFAULT_TOLERANCE, clock: Arc::new(SystemClock) })
    }

    /// From a JSON object, as the bindings pass it: `secret`, a text or a list of texts, and `tolerance_ms`.
    ///
    /// # Errors
    /// `Argument`, naming what is unknown or of a wrong kind; `Webhook` as [`Webhook::new`].
    pub fn from_json(text: &str) -> Result<Self> {
        let wrong = |name: &str, what: &str| Error::from(ArgumentError::new(name, format!("`{name}` {what}")));
        let options: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(text).map_err(|_| wrong("options", "must be a JSON object"))?;
        let (mut secrets, mut tolerance) = (WebhookSecrets::default(), DEFAULT_TOLERANCE);
        for (name, value) in options {
            match name.as_str() {
                _ if value.is_null() => {}
                "secret" => {
                    secrets = WebhookSecrets::from_value(value)
                        .ok_or_else(|| wrong("secret", "must be a string or a list of strings"))?;
                }
                "tolerance_ms" => {
                    tolerance = milliseconds(&name, &value)
                        .map_err(|_| wrong("tolerance_ms", "must be a number of milliseconds of at least 0"))?;
                }
                _ => return Err(wrong(&name, "is not an option of a webhook")),
            }
        }
        Ok(Self::new(secrets)?.tolerance(tolerance))
    }

    /// How long ago, and how far ahead of this machine's clock, a delivery may have been sent; exactly so far is
    /// accepted. Default 300 s.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Where the time comes from. Default: this machine's clock.
    #[must_use]
    pub fn clock(self, clock: impl Clock + 'static) -> Self {
        self.shared_clock(Arc::new(clock))
    }

    /// Where the time comes from, shared with others.
    #[must_use]
    pub fn shared_clock(mut self, clock: SharedClock) -> Self {
        self.clock = clock;
        self
    }

    /// Verifies a delivery, and reads its event. `body` is the bytes as they came.
    ///
    /// # Errors
    /// With the reason. What is looked at, in this order: the headers, the timestamp, the signature, the body.
    pub fn verify<H: WebhookHeaders + ?Sized>(&self, headers: &H, body: &[u8]) -> Result<WebhookEvent, WebhookError> {
        self.check(headers, body)?;
        delivery::event(body)
    }

    /// Verifies a delivery, and leaves reading its event for later: for its id, and for whoever reads it in a way of
    /// their own.
    ///
    /// # Errors
    /// As [`Webhook::verify`].
    pub fn verify_raw<'b, H: WebhookHeaders + ?Sized>(
        &self,
        headers: &H,
        body: &'b [u8],
    ) -> Result<WebhookDelivery<'b>, WebhookError> {
        let (id, timestamp) = self.check(headers, body)?;
        let (body, data) = payload::text(body)?;
        Ok(WebhookDelivery { id: id.into_owned(), timestamp, body, data })
    }

    /// All but what is in the body: the delivery's id, and when it was sent.
    fn check<'h, H: WebhookHeaders + ?Sized>(
        &self,
        headers: &'h H,
        body: &[u8],
    ) -> Result<(Cow<'h, str>, i64), WebhookError> {
        let Given([id, sent, signatures]) = Given::of(headers)?;
        let sent = timestamp::read(&sent)?;
        timestamp::check(sent, self.clock.now_ms(), self.tolerance)?;
        if !self.keys.iter().any(|key| sign::has(&signatures, &sign::mac(key, &id, sent, body))) {
            let message = "no signature of the webhook matches: either the secret is another endpoint's, or the body is \
                           not the bytes as they came";
            return Err(WebhookError::new(WebhookErrorReason::SignatureInvalid, message));
        }
        Ok((id, sent))
    }

    pub(super) fn keys(&self) -> &[hmac::Key] {
        &self.keys
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook")
            .field("secrets", &self.keys.len())
            .field("tolerance", &self.tolerance)
            .finish_non_exhaustive()
    }
}
