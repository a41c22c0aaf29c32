//! Cases of kind `machine`: what a machine's token says.

use clerk_usher::auth::AuthenticateOptions;
use clerk_usher::{Clerk, Error};
use clerk_usher_emulator::Emulator;
use serde_json::Value;

use crate::case::{Case, Outcome};
use crate::{compare, steps};

/// Carries out one case.
///
/// # Errors
/// With what differs.
pub async fn run(emulator: &Emulator, case: &Case) -> Outcome {
    steps::run(emulator, case, ask, |expected, got: &Value| compare::within("token", expected, got)).await
}

/// `verify` is the token.
async fn ask(clerk: Clerk, step: Value) -> Result<Value, Error> {
    let options = match &step["options"] {
        Value::Null => AuthenticateOptions::default(),
        options => AuthenticateOptions::from_json(&options.to_string())?,
    };
    let token = clerk.verify_machine_token(step["verify"].as_str().unwrap_or_default(), &options).await?;
    serde_json::from_str(&token.to_json()).map_err(|error| Error::Internal(error.to_string()))
}
