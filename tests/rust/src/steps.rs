//! The steps of a case: what is asked of one client, one after the other, and what must have been sent for each.

use std::future::Future;
use std::sync::Arc;

use clerk_usher::clock::ManualClock;
use clerk_usher::{Clerk, ClerkBuilder, Error};
use clerk_usher_emulator::Emulator;
use serde_json::{Value, json};

use crate::call::control;
use crate::case::{Case, Outcome};
use crate::placed::Names;
use crate::{compare, token};

/// Carries out the steps of a case, or the case itself as the only step. `ask` asks the client and compares a result.
///
/// # Errors
/// With what differs, and in which step.
pub(crate) async fn run<Asked, Held>(
    emulator: &Emulator,
    case: &Case,
    ask: impl Fn(Clerk, Value) -> Asked,
    holds: impl Fn(&Value, &Held) -> Outcome,
) -> Outcome
where
    Asked: Future<Output = Result<Held, Error>> + Send + 'static,
    Held: Send + 'static,
{
    let value = Names::of(emulator, &case.value)?.place(&case.value);
    control(emulator, "clear_faults", &json!({}))?;
    let clock = Arc::new(ManualClock::new(token::now(&value)));
    let clerk = match client(emulator, &value["client"], clock.clone()) {
        Ok(clerk) => clerk,
        Err(error) => return judge(&value, Err(error), &holds),
    };
    let alone = [value.clone()];
    let steps = value["steps"].as_array().map_or(&alone[..], Vec::as_slice);
    for (number, step) in steps.iter().enumerate() {
        let place = |message: String| format!("step {}: {message}", number + 1);
        clock.advance(step["after_ms"].as_i64().unwrap_or_default());
        control(emulator, "clear_faults", &json!({}))?;
        control(emulator, "clear_requests", &json!({}))?;
        for fault in step["faults"].as_array().into_iter().flatten() {
            control(emulator, "add_fault", fault)?;
        }
        for answer in answers(&clerk, step, &ask).await {
            judge(step, answer, &holds).map_err(place)?;
        }
        sent(emulator, step).map_err(place)?;
    }
    control(emulator, "clear_faults", &json!({})).map(drop)
}

/// A client of the emulator with the case's options over the usual ones; null leaves one out.
fn client(emulator: &Emulator, told: &Value, clock: Arc<ManualClock>) -> Result<Clerk, Error> {
    let mut options = json!({
        "secret_key": emulator.secret_key(),
        "publishable_key": emulator.publishable_key(),
        "api_url": emulator.url(),
        "retry_delay_ms": 1,
        "environment": {},
    });
    for (name, value) in compare::object(told) {
        options[name] = value.clone();
    }
    if let Some(options) = options.as_object_mut() {
        options.retain(|_, value| !value.is_null());
    }
    ClerkBuilder::from_json(&options.to_string())?.shared_clock(clock).build()
}

/// What a step's question was answered: `repeat` times one after the other, or `at_once` so many times.
async fn answers<Asked, Held>(
    clerk: &Clerk,
    step: &Value,
    ask: &impl Fn(Clerk, Value) -> Asked,
) -> Vec<Result<Held, Error>>
where
    Asked: Future<Output = Result<Held, Error>> + Send + 'static,
    Held: Send + 'static,
{
    let mut all = Vec::new();
    if let Some(count) = step["at_once"].as_u64() {
        let asked: Vec<_> = (0..count).map(|_| tokio::spawn(ask(clerk.clone(), step.clone()))).collect();
        for one in asked {
            all.push(one.await.unwrap_or_else(|error| Err(Error::Internal(error.to_string()))));
        }
    } else {
        for _ in 0..step["repeat"].as_u64().unwrap_or(1) {
            all.push(ask(clerk.clone(), step.clone()).await);
        }
    }
    all
}

fn judge<Held>(step: &Value, answer: Result<Held, Error>, holds: &impl Fn(&Value, &Held) -> Outcome) -> Outcome {
    match (answer, step.get("error")) {
        (Ok(held), None) => holds(&step["result"], &held),
        (Err(error), Some(expected)) => {
            compare::error(expected, &serde_json::from_str(&error.to_json()).map_err(|error| error.to_string())?)
        }
        (Ok(_), Some(expected)) => Err(format!("expected the error {expected}, and there was none")),
        (Err(error), None) => Err(format!("unexpected error: {error}")),
    }
}

fn sent(emulator: &Emulator, step: &Value) -> Outcome {
    let log = control(emulator, "requests", &json!({}))?;
    let log = log.as_array().map(Vec::as_slice).unwrap_or_default();
    if let Some(expected) = step["requests"].as_array() {
        compare::requests(expected, log, emulator.secret_key())?;
    }
    match step["requests_at_most"].as_u64() {
        Some(most) if log.len() as u64 > most => Err(format!("{} requests were sent, more than {most}", log.len())),
        _ => Ok(()),
    }
}
