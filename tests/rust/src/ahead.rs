//! What the core does not have yet. Each of these is one line to switch on.

use clerk_usher::auth::RequestState;
use clerk_usher::{Clerk, Error};
use serde_json::Value;

/// `state.debug()`.
pub(crate) fn debug(_state: &RequestState) -> Value {
    Value::from("RequestState has no debug() yet")
}

/// `clerk.verify_machine_token(token, options)` as JSON.
pub(crate) async fn verify_machine_token(_clerk: &Clerk, _token: &str, _options: &Value) -> Result<Value, Error> {
    Err(Error::Internal("Clerk has no verify_machine_token() yet".to_owned()))
}
