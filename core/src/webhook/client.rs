//! Webhooks of a client's own endpoint.

use super::error::WebhookError;
use super::headers::WebhookHeaders;
use super::secret::{WebhookSecrets, missing};
use super::verify::Webhook;
use crate::client::Clerk;
use crate::clock::SharedClock;
use crate::error::{ConfigError, Result};
use crate::generated::models::WebhookEvent;

const OPTION: &str = "webhook_signing_secret";

/// The webhooks of these options, if there is a secret.
pub(crate) fn of_client(secrets: Option<&WebhookSecrets>, clock: &SharedClock) -> Result<Option<Webhook>> {
    let made = secrets.map(|secrets| Webhook::named(OPTION, secrets)).transpose();
    let made = made.map_err(|error| ConfigError::new(OPTION, error.message))?;
    Ok(made.map(|webhook| webhook.shared_clock(clock.clone())))
}

impl Clerk {
    /// Verifies a webhook with the client's `webhook_signing_secret`, and reads its event: see [`Webhook::verify`].
    ///
    /// # Errors
    /// `Webhook`, with the reason; `webhook-secret-missing` if the client has no such secret.
    pub fn verify_webhook<H: WebhookHeaders + ?Sized>(&self, headers: &H, body: &[u8]) -> Result<WebhookEvent> {
        Ok(self.webhook()?.verify(headers, body)?)
    }

    /// What the client verifies webhooks with, for the bindings.
    ///
    /// # Errors
    /// `webhook-secret-missing` if it has no `webhook_signing_secret`.
    #[doc(hidden)]
    pub fn webhook(&self) -> Result<&Webhook, WebhookError> {
        self.inner.webhook.as_ref().ok_or_else(|| missing(OPTION))
    }
}
