//! A delivery that holds.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;

use super::error::{WebhookError, WebhookErrorReason};
use crate::generated::models::WebhookEvent;
use crate::model::Union;
use crate::secret::Length;

/// A delivery that holds, before anybody looks what is in it. It borrows the body.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookDelivery<'b> {
    pub(super) id: String,
    pub(super) timestamp: i64,
    pub(super) body: &'b str,
}

impl<'b> WebhookDelivery<'b> {
    /// The id of the message: the same for every attempt to deliver it, so it tells what was handled already.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// When this attempt was sent, in Unix seconds.
    #[must_use]
    pub fn timestamp(&self) -> i64 {
        self.timestamp
    }

    /// The body as it came.
    #[must_use]
    pub fn body(&self) -> &'b str {
        self.body
    }

    /// Reads the event. One of an unknown type, and one whose fields are odd or missing, is an event all the same.
    ///
    /// # Errors
    /// `webhook-payload-invalid`, which the body of a delivery never is.
    pub fn event(&self) -> Result<WebhookEvent, WebhookError> {
        let event = match member(self.body) {
            Some(index) => WebhookEvent::member(index, &mut serde_json::Deserializer::from_str(self.body)),
            None => serde_json::from_str(self.body),
        };
        event.map_err(|_| {
            WebhookError::new(WebhookErrorReason::PayloadInvalid, "the body of the webhook cannot be read as an event")
        })
    }
}

/// The member that an event of this type is, where that is plain to see: it is then read without a detour.
fn member(body: &str) -> Option<usize> {
    #[derive(Deserialize)]
    struct Tagged<'b> {
        #[serde(borrow, rename = "type")]
        kind: Cow<'b, str>,
    }
    let Tagged { kind } = serde_json::from_str(body).ok()?;
    WebhookEvent::MEMBERS.iter().position(|(name, _)| *name == kind)
}

/// Not what is in it: bodies are nothing for logs.
impl fmt::Debug for WebhookDelivery<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookDelivery")
            .field("id", &self.id)
            .field("timestamp", &self.timestamp)
            .field("body", &Length(self.body.len()))
            .finish()
    }
}
