//! Webhooks: whether a delivery came from Clerk, and what it tells (§4.1).
//!
//! ```
//! use clerk_usher::models::WebhookEvent;
//! use clerk_usher::webhook::Webhook;
//!
//! # fn received(headers: http::HeaderMap, body: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
//! let webhook = Webhook::new("whsec_YW4gZW5kcG9pbnQgaGFzIGEgc2VjcmV0")?;
//! match webhook.verify(&headers, body)? {
//!     WebhookEvent::UserCreated(event) => println!("{:?}", event.data.and_then(|user| user.id)),
//!     other => println!("{:?}", other.event_type()),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The body has to be the bytes as they came: what was parsed and written again is signed no longer (R-435).

mod client;
mod delivery;
mod error;
mod headers;
mod payload;
mod secret;
mod sign;
#[cfg(test)]
mod tests;
mod timestamp;
mod verify;

pub(crate) use client::of_client;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use payload::checks_agree;

pub use crate::generated::models::WebhookEvent;
pub use delivery::WebhookDelivery;
pub use error::{WebhookError, WebhookErrorReason};
pub use headers::{LOOKED_AT, WebhookHeaders};
pub use secret::WebhookSecrets;
pub use sign::SignedHeaders;
pub use verify::{DEFAULT_TOLERANCE, Webhook};
