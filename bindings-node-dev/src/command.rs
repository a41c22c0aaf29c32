//! The command `usher`, for the package's `bin`.

use std::ffi::OsString;

use napi_derive::napi;

/// The command.
#[napi]
#[derive(Debug)]
pub struct NativeCommand;

#[napi]
impl NativeCommand {
    /// Runs the command with these arguments, its name first; the exit code. It returns when the command has ended:
    /// nothing else happens on this thread meanwhile.
    #[napi(catch_unwind)]
    pub fn run(arguments: Vec<String>) -> u8 {
        clerk_usher_cli::run(arguments.into_iter().map(OsString::from))
    }
}
