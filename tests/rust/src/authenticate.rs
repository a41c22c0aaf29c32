//! Cases of kind `authenticate`: who sent this request?

use clerk_usher::auth::{Auth, AuthenticateOptions, HasParams, RequestParts, RequestState};
use clerk_usher::{Clerk, Error};
use clerk_usher_emulator::Emulator;
use serde_json::Value;

use crate::case::{Case, Outcome};
use crate::{compare, location, steps};

/// Carries out a case of kind `get_token`: which token may be passed on for whoever sent this request?
///
/// # Errors
/// With what differs.
pub async fn run_get_token(emulator: &Emulator, case: &Case) -> Outcome {
    let holds =
        |expected: &Value, got: &Option<String>| compare::same("token", &expected["token"], &got.clone().into());
    steps::run(emulator, case, ask_token, holds).await
}

async fn ask_token(clerk: Clerk, step: Value) -> Result<Option<String>, Error> {
    let asked = step["get_token"].clone();
    let auth =
        ask(clerk.clone(), step).await?.to_auth().ok_or_else(|| Error::Internal("there is nobody".to_owned()))?;
    clerk.get_token(&auth, asked["template"].as_str(), asked["expires_in_seconds"].as_i64()).await
}

/// Carries out one case.
///
/// # Errors
/// With what differs.
pub async fn run(emulator: &Emulator, case: &Case) -> Outcome {
    steps::run(emulator, case, ask, compare_state).await
}

async fn ask(clerk: Clerk, step: Value) -> Result<RequestState, Error> {
    let request = RequestParts::from_json(&step["request"].to_string())?;
    let options = match &step["options"] {
        Value::Null => AuthenticateOptions::default(),
        options => AuthenticateOptions::from_json(&options.to_string())?,
    };
    clerk.authenticate_request(&request, &options).await
}

fn compare_state(expected: &Value, state: &RequestState) -> Outcome {
    let got: Value = serde_json::from_str(&state.to_json()).map_err(|error| error.to_string())?;
    let seen = || format!("{} {} {}", got["status"], got["reason"], got["message"]);
    for (name, value) in compare::object(expected) {
        match name.as_str() {
            "auth_lacks" => stored_without(value, state.to_auth().as_ref()),
            "has" => has(value, state.to_auth().as_ref()),
            "has_with_pending" => has(value, state.to_auth_with(false).as_ref()),
            "auth_with_pending" => auth(value, state.to_auth_with(false).as_ref()),
            "narrow" => narrow(value, state),
            "location" => location::compare(value, header(state, "location").first().copied()),
            "set_cookie" => compare::same(name, value, &header(state, "set-cookie").into()),
            "headers" => headers(value, state),
            "no_headers" => compare::same(name, &Value::Array(Vec::new()), &got["headers"]),
            "message_contains" => compare::contains("message", value, state.message()),
            "debug" => compare::within(name, value, &debug(state)?),
            "debug_lacks" => lacks(value, &state.debug_json()),
            _ => compare::within(name, value, &got[name]),
        }
        .map_err(|message| format!("{message} ({})", seen()))?;
    }
    Ok(())
}

fn debug(state: &RequestState) -> Result<Value, String> {
    serde_json::from_str(&state.debug_json()).map_err(|error| error.to_string())
}

/// Pairs: the kinds that are accepted, and what is left of the object then.
fn narrow(expected: &Value, state: &RequestState) -> Outcome {
    for pair in expected.as_array().into_iter().flatten() {
        let options = AuthenticateOptions::from_json(&serde_json::json!({ "accepts_token": pair[0] }).to_string())
            .map_err(|error| error.to_string())?;
        let accepts = options.accepts_token.unwrap_or_default();
        auth(&pair[1], state.to_auth().map(|auth| auth.narrowed(&accepts)).as_ref())?;
    }
    Ok(())
}

fn has(expected: &Value, auth: Option<&Auth>) -> Outcome {
    for pair in expected.as_array().into_iter().flatten() {
        let asked = HasParams::from_json(&pair[0].to_string());
        let holds = auth.is_some_and(|auth| auth.has(&asked));
        compare::same(&format!("has({})", pair[0]), &pair[1], &holds.into())?;
    }
    Ok(())
}

fn auth(expected: &Value, auth: Option<&Auth>) -> Outcome {
    let got = auth.map_or_else(|| "null".to_owned(), Auth::to_json);
    compare::within("auth", expected, &serde_json::from_str(&got).map_err(|error| error.to_string())?)
}

/// The form that can be stored has none of these names.
fn stored_without(expected: &Value, auth: Option<&Auth>) -> Outcome {
    let text = auth.map_or_else(|| "null".to_owned(), Auth::to_json);
    let got: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    match expected.as_array().into_iter().flatten().filter_map(Value::as_str).find(|name| got.get(name).is_some()) {
        Some(name) => Err(format!("{name} is in {text}")),
        None => Ok(()),
    }
}

/// The values of a header, in order.
fn header<'a>(state: &'a RequestState, name: &str) -> Vec<&'a str> {
    state.headers().iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
}

/// Each header by its name: a text, or null for one that must not be there.
fn headers(expected: &Value, state: &RequestState) -> Outcome {
    for (name, value) in compare::object(expected) {
        let got: Value = match header(state, name).as_slice() {
            [] => Value::Null,
            [one] => (*one).into(),
            several => several.into(),
        };
        compare::same(name, value, &got)?;
    }
    Ok(())
}

fn lacks(expected: &Value, text: &str) -> Outcome {
    match expected.as_array().into_iter().flatten().filter_map(Value::as_str).find(|secret| text.contains(secret)) {
        Some(secret) => Err(format!("{secret} is in {text}")),
        None => Ok(()),
    }
}
