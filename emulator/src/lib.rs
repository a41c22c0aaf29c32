//! The Clerk API on your own machine: an HTTP server on loopback with its state in memory, or in a directory where it
//! stays ([`EmulatorBuilder::data_dir`]), for tests and demos.
//!
//! It answers the operations on users, sessions, keys, email addresses, phone numbers, organizations,
//! memberships, invitations, sign-in tokens, testing tokens, machines and their tokens, API keys and OAuth
//! applications as the API does: same shapes, same rules, same error bodies. It is the Frontend API for handshakes
//! and scripts too, with pages to sign in and up, to switch the organization and to sign out.
//! Events are delivered as webhooks to the URLs it is given. Nothing else leaves the machine, and without a directory
//! nothing is kept when it stops. Unofficial.
//!
//! ```
//! use clerk_usher_emulator::Emulator;
//!
//! # fn main() -> Result<(), clerk_usher_emulator::EmulatorError> {
//! let emulator = Emulator::builder().seed(7).start()?;
//! assert!(emulator.url().starts_with("http://127.0.0.1:"));
//! // Point a client at emulator.url() with emulator.secret_key().
//! let token = emulator.control("mint_session_token", r#"{"user_id": "user_1"}"#)?;
//! assert!(token.starts_with(r#"{"jwt":""#));
//! emulator.stop();
//! # Ok(())
//! # }
//! ```
//!
//! [`Emulator::control`] is the one door for other languages; the typed methods here go through the same code. Other
//! processes have it at `POST /_usher/control/{command}`, with the secret key as bearer token.

// `json!` recurses once a field, and a user has fifty.
#![recursion_limit = "256"]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod accept;
mod api;
mod authentication;
mod browser;
mod builder;
mod check;
mod clock;
mod control;
mod cookies;
mod cors;
mod delivery;
mod disk;
mod emulator;
mod errors;
mod event;
mod faults;
mod fixtures;
mod form;
mod generated;
mod idp_metadata;
mod ids;
mod interpolate;
mod keys;
mod log;
mod metadata;
mod mint;
mod origin;
mod page;
mod password;
mod portable;
mod query;
mod rate;
mod remote;
mod render;
mod routes;
mod server;
mod state;
mod store;
mod target;
mod template;
mod totp;
mod validate;
mod watch;
mod webhooks;

pub use browser::Browser;
pub use builder::EmulatorBuilder;
pub use clock::Clock;
pub use emulator::Emulator;
pub use errors::EmulatorError;
pub use faults::Fault;
pub use fixtures::{FixtureCreated, FixtureReport, FixtureSkipped};
pub use log::RequestRecord;
pub use mint::{
    ApiKeyOptions, HandshakeOptions, M2mTokenOptions, MintKey, MintOptions, Minted, OAuthTokenOptions, OrgOptions,
    TokenFormat,
};
pub use portable::ImportMode;
pub use rate::{RateLimit, RateLimits};
pub use store::Message;
pub use store::user::ExternalAccount;
pub use store::webhook::{WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookEvent};
pub use watch::Answered;
pub use webhooks::{WebhookDeliveryFilter, WebhookEndpointOptions, WebhookEndpointUpdate, WebhookEventFilter};
