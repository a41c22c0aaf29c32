//! Cases of kind `machine`: what a machine's token says.

use clerk_usher::{Clerk, Error};
use clerk_usher_emulator::Emulator;
use serde_json::Value;

use crate::case::{Case, Outcome};
use crate::{ahead, compare, steps};

/// Carries out one case.
///
/// # Errors
/// With what differs.
pub async fn run(emulator: &Emulator, case: &Case) -> Outcome {
    steps::run(emulator, case, ask, |expected, got: &Value| compare::within("token", expected, got)).await
}

/// `verify` is the token.
async fn ask(clerk: Clerk, step: Value) -> Result<Value, Error> {
    let token = step["verify"].as_str().unwrap_or_default();
    ahead::verify_machine_token(&clerk, token, &step["options"]).await
}
