//! Cases of kind `authenticate`: who sent this request?

use clerk_usher::auth::{AuthenticateOptions, HasParams, RequestParts, RequestState};
use clerk_usher::clock::ManualClock;
use clerk_usher::{ClerkBuilder, Error};
use clerk_usher_emulator::Emulator;
use serde_json::{Value, json};

use crate::call::control;
use crate::case::{Case, Outcome};
use crate::{compare, token};

/// Carries out one case.
///
/// # Errors
/// With what differs.
pub async fn run(emulator: &Emulator, case: &Case) -> Outcome {
    let value = &case.value;
    control(emulator, "clear_faults", &json!({}))?;
    for fault in value["faults"].as_array().into_iter().flatten() {
        control(emulator, "add_fault", fault)?;
    }
    let text = if value["token"].is_null() {
        String::new()
    } else {
        token::make(emulator, token::now(value), &value["token"])?
    };
    let state = authenticate(emulator, value, &text).await;
    control(emulator, "clear_faults", &json!({}))?;
    match (state, value.get("error")) {
        (Ok(state), None) => compare_state(&value["result"], &state),
        (Err(error), Some(expected)) => {
            compare::error(expected, &serde_json::from_str(&error.to_json()).map_err(|error| error.to_string())?)
        }
        (Ok(state), Some(expected)) => Err(format!("expected the error {expected}, got {}", state.status().as_str())),
        (Err(error), None) => Err(format!("unexpected error: {error}")),
    }
}

async fn authenticate(emulator: &Emulator, value: &Value, token: &str) -> Result<RequestState, Error> {
    let mut options = json!({
        "secret_key": emulator.secret_key(),
        "publishable_key": emulator.publishable_key(),
        "api_url": emulator.url(),
        "retry_delay_ms": 1,
        "environment": {},
    });
    for (name, value) in compare::object(&value["client"]) {
        options[name] = value.clone();
    }
    let clock = ManualClock::new(token::now(value));
    let clerk = ClerkBuilder::from_json(&options.to_string())?.clock(clock).build()?;
    let request = value["request"].to_string().replace("$TOKEN", token);
    let request = RequestParts::from_json(&request)?;
    let options = match &value["options"] {
        Value::Null => AuthenticateOptions::default(),
        options => AuthenticateOptions::from_json(&options.to_string())?,
    };
    clerk.authenticate_request(&request, &options).await
}

fn compare_state(expected: &Value, state: &RequestState) -> Outcome {
    let got: Value = serde_json::from_str(&state.to_json()).map_err(|error| error.to_string())?;
    for (name, value) in compare::object(expected) {
        if name == "has" {
            continue;
        }
        compare::within(name, value, &got[name])?;
    }
    for pair in expected["has"].as_array().into_iter().flatten() {
        let asked = HasParams::from_json(&pair[0].to_string());
        let holds = state.to_auth().is_some_and(|auth| auth.has(&asked));
        compare::same(&format!("has({})", pair[0]), &pair[1], &holds.into())?;
    }
    Ok(())
}
