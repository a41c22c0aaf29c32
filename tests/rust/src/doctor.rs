//! Cases of kind `doctor`: what does it find?

use clerk_usher::ClerkBuilder;
use clerk_usher::clock::ManualClock;
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
    let value = placed(emulator, &case.value)?;
    let text = match value.get("token") {
        None => None,
        Some(given) => Some(token::make(emulator, token::now(&value), given)?),
    };
    control(emulator, "clear_faults", &json!({}))?;
    for fault in value["faults"].as_array().into_iter().flatten() {
        control(emulator, "add_fault", fault)?;
    }
    let outcome = examine(emulator, &value, text.as_deref()).await;
    control(emulator, "clear_faults", &json!({}))?;
    outcome
}

/// The case with the instance's values in it.
fn placed(emulator: &Emulator, case: &Value) -> Result<Value, String> {
    let mut text = case.to_string();
    let mut place = |name: &str, value: &str| {
        let written = Value::from(value).to_string();
        text = text.replace(name, written.trim_matches('"'));
    };
    place("$JWT_KEY", &emulator.jwt_key().map_err(|error| error.to_string())?);
    if case.to_string().contains("$OTHER_JWT_KEY") {
        let other = Emulator::start().and_then(|other| other.jwt_key()).map_err(|error| error.to_string())?;
        place("$OTHER_JWT_KEY", &other);
    }
    place("$SECRET_KEY", emulator.secret_key());
    place("$FRONTEND_API", emulator.url().trim_start_matches("http://"));
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

async fn examine(emulator: &Emulator, case: &Value, token: Option<&str>) -> Outcome {
    let mut options = json!({
        "secret_key": emulator.secret_key(),
        "publishable_key": emulator.publishable_key(),
        "api_url": emulator.url(),
        "environment": {},
    });
    for (name, value) in compare::object(&case["client"]) {
        options[name] = value.clone();
    }
    let clock = || ManualClock::new(token::now(case));
    let builder = ClerkBuilder::from_json(&options.to_string()).map_err(|error| error.to_string())?.clock(clock());
    let report = builder.clone().diagnose(token).await;
    let shown = || format!("\n{report}");
    for wanted in case["findings"].as_array().into_iter().flatten() {
        let text = |name: &str| wanted[name].as_str().unwrap_or_default();
        let found = report.findings.iter().any(|finding| {
            finding.check == text("check")
                && finding.status.as_str() == text("status")
                && finding.message.contains(text("message_contains"))
                && finding.advice.contains(text("advice_contains"))
        });
        if !found {
            return Err(format!("there is no finding {wanted}{}", shown()));
        }
    }
    for absent in case["absent"].as_array().into_iter().flatten() {
        if report.findings.iter().any(|finding| *absent == finding.check) {
            return Err(format!("there is a finding of {absent}{}", shown()));
        }
    }
    if case.get("ok").is_some_and(|ok| *ok != report.is_ok()) {
        return Err(format!("ok is {}{}", report.is_ok(), shown()));
    }
    match builder.build() {
        Ok(_) if case["of"] == "options" => Err("a client could be made".to_owned()),
        Err(_) if case["of"] == "options" => Ok(()),
        Err(error) => Err(error.to_string()),
        Ok(clerk) => {
            let own = clerk.doctor(token).await;
            if own == report { Ok(()) } else { Err(format!("the client tells something else:\n{own}{}", shown())) }
        }
    }
}
