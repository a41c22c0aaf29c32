//! Cases of kind `token`: a verdict on a token, without a network.

use clerk_usher::token::VerifyOptions;
use clerk_usher::{Clerk, ClerkBuilder};
use clerk_usher_emulator::Emulator;
use serde_json::{Map, Value, json};

use crate::call::control;
use crate::case::{Case, Outcome};
use crate::compare;

/// Carries out one case.
///
/// # Errors
/// With what differs.
pub async fn run(emulator: &Emulator, case: &Case) -> Outcome {
    let value = &case.value;
    let now = now(value);
    let text = make(emulator, now, &value["token"])?;
    let verdict = verify(emulator, value, now, &text).await;
    match (verdict, value.get("error")) {
        (Ok(claims), None) => compare::within("claims", &value["result"]["claims"], &claims),
        (Err(error), Some(expected)) => {
            let envelope: Value = serde_json::from_str(&error.to_json()).map_err(|error| error.to_string())?;
            compare::error(expected, &envelope)
        }
        (Ok(claims), Some(expected)) => Err(format!("expected the error {expected}, got the claims {claims}")),
        (Err(error), None) => Err(format!("unexpected error: {error}")),
    }
}

async fn verify(emulator: &Emulator, value: &Value, now: i64, token: &str) -> clerk_usher::Result<Value> {
    let clerk = client(emulator, value, now)?;
    let options = match &value["options"] {
        Value::Null => VerifyOptions::default(),
        options => VerifyOptions::from_json(&options.to_string())?,
    };
    let claims = clerk.verify_token(token, &options).await?;
    serde_json::from_str(claims.json()).map_err(|error| clerk_usher::Error::Internal(error.to_string()))
}

/// The case's time, in Unix milliseconds.
pub(crate) fn now(value: &Value) -> i64 {
    value["now"].as_i64().unwrap_or(1_700_000_000_000)
}

/// A client with the case's key and the case's time, and no environment.
fn client(emulator: &Emulator, value: &Value, now: i64) -> clerk_usher::Result<Clerk> {
    let mut options = json!({ "publishable_key": emulator.publishable_key(), "environment": {} });
    let key = match value["key"].as_str().unwrap_or("instance") {
        "instance" => Some(jwt_key(emulator)?),
        "other" => Some(jwt_key(&Emulator::start().map_err(internal)?)?),
        "none" => None,
        text => Some(text.to_owned()),
    };
    options["jwt_key"] = key.into();
    for (name, value) in compare::object(&value["client"]) {
        options[name] = value.clone();
    }
    ClerkBuilder::from_json(&options.to_string())?.clock(clerk_usher::clock::ManualClock::new(now)).build()
}

fn jwt_key(emulator: &Emulator) -> clerk_usher::Result<String> {
    emulator.jwt_key().map_err(internal)
}

fn internal(error: impl std::fmt::Display) -> clerk_usher::Error {
    clerk_usher::Error::Internal(error.to_string())
}

/// The case's token.
///
/// # Errors
/// If the emulator cannot make it.
pub(crate) fn make(emulator: &Emulator, now: i64, token: &Value) -> Result<String, String> {
    if let Some(text) = token.as_str() {
        return Ok(text.to_owned());
    }
    control(emulator, "clock_set", &json!({ "now_ms": now }))?;
    let signed_by = token["signed_by"].as_str().unwrap_or("instance");
    let tamper = token["tamper"].as_str().unwrap_or_default();
    let mut arguments = json!({
        "user_id": "user_1",
        "session_id": "sess_1",
        "claims": at(now, &token["claims"]),
        "header": token["header"].as_object().cloned().unwrap_or_default(),
        "tampered": tamper == "payload",
        "key": if signed_by == "other" { "other" } else { "instance" },
    });
    for (name, value) in compare::object(&token["mint"]) {
        arguments[name] = value.clone();
    }
    let minted = control(emulator, "mint_session_token", &arguments);
    control(emulator, "clock_set", &json!({}))?;
    let minted = minted?["jwt"].as_str().unwrap_or_default().to_owned();
    let (signed, signature) = minted.rsplit_once('.').ok_or("the emulator's token has no dot")?;
    Ok(match (signed_by, tamper) {
        ("none", _) => format!("{signed}."),
        (_, "signature") => {
            let first = if signature.starts_with('A') { "B" } else { "A" };
            format!("{signed}.{first}{}", &signature[1..])
        }
        _ => minted,
    })
}

/// Claims with their times: `"now+5"` is five seconds after the case's time.
fn at(now: i64, claims: &Value) -> Map<String, Value> {
    let time = |text: &str| -> Option<i64> {
        let rest = text.strip_prefix("now")?;
        Some(now / 1_000 + if rest.is_empty() { 0 } else { rest.parse::<i64>().ok()? })
    };
    compare::object(claims)
        .map(|(name, value)| {
            let value = value.as_str().and_then(time).map_or_else(|| value.clone(), Value::from);
            (name.clone(), value)
        })
        .collect()
}
