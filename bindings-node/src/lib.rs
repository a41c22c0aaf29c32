//! The native half of the npm package: converts, schedules, and hands over. Whatever a user can observe is decided in
//! `clerk_usher`.
//!
//! Loading it starts nothing: the one runtime is made when a call first needs it. Nothing here throws but an error whose
//! message is an envelope (JSON text with `kind` and `message`); promises never reject, they resolve to an
//! [`Answer`](answer::Answer) that holds an envelope. The facade makes both into errors of its own classes.

mod answer;
mod at_once;
mod auth;
mod cancel;
mod client;
mod clock;
mod helper;
mod hooks;
mod names;
mod request;
mod runtime;
mod transport;
mod walk;
mod webhook;

use napi_derive::napi;

/// The names of the headers that decisions are made on, in lower case.
#[napi(catch_unwind)]
#[must_use]
pub fn looked_at() -> Vec<String> {
    clerk_usher::auth::LOOKED_AT.map(str::to_owned).to_vec()
}

/// The names of the headers that verify a webhook, in lower case.
#[napi(catch_unwind)]
#[must_use]
pub fn webhook_headers() -> Vec<String> {
    clerk_usher::webhook::LOOKED_AT.map(str::to_owned).to_vec()
}

/// The version of this module, to be compared with the package's.
#[napi(catch_unwind)]
#[must_use]
pub fn native_version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// The largest file the API takes, in bytes.
#[napi(catch_unwind)]
#[must_use]
pub fn max_file_bytes() -> u32 {
    u32::try_from(clerk_usher::File::MAX_BYTES).unwrap_or(u32::MAX)
}
