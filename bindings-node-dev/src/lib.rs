//! The native half of the npm package `clerk-usher-dev`: the emulator and the command.
//!
//! It is apart from that of `clerk-usher`, so that what serves requests does not carry what is for development.

mod command;
mod emulator;

use napi_derive::napi;

/// The version of this module, to be compared with the package's.
#[napi(catch_unwind)]
#[must_use]
pub fn native_version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
