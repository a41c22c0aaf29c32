//! The API on this machine.

use clerk_usher_emulator::{Emulator, EmulatorBuilder, EmulatorError};
use napi::bindgen_prelude::*;
use napi_derive::napi;

/// A running emulator: it stops when told to, or when it is collected.
#[napi]
#[derive(Debug)]
pub struct NativeEmulator(Emulator);

#[napi]
impl NativeEmulator {
    /// Starts one.
    #[napi(factory, catch_unwind)]
    pub fn start(options_json: String) -> Result<Self> {
        EmulatorBuilder::from_json(&options_json).and_then(EmulatorBuilder::start).map(Self).map_err(refused)
    }

    /// Runs one command; takes and gives JSON text.
    #[napi(catch_unwind)]
    pub fn control(&self, command: String, arguments_json: String) -> Result<String> {
        self.0.control(&command, &arguments_json).map_err(refused)
    }
}

fn refused(error: EmulatorError) -> Error {
    let kind = if matches!(error, EmulatorError::Argument(_)) { "argument" } else { "internal" };
    let envelope = serde_json::json!({ "kind": kind, "message": error.to_string(), "argument": "emulator" });
    Error::new(Status::GenericFailure, envelope.to_string())
}
