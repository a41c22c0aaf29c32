//! Cases of kind `call`: one REST call, typed or by dispatch.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clerk_usher::args::Arguments;
use clerk_usher::{CallEvent, CallOptions, Clerk, ClerkBuilder, File};
use clerk_usher_emulator::Emulator;
use serde_json::{Value, json};

use crate::case::{Case, Outcome};
use crate::compare;
use crate::generated::typed::typed_call;
use crate::recorded;

/// How a case is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Through the typed operations.
    Typed,
    /// Through [`Clerk::call`].
    Dispatch,
}

impl Way {
    /// As cases name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Typed => "rust_typed",
            Self::Dispatch => "rust_dispatch",
        }
    }
}

/// Carries out one case.
///
/// # Errors
/// With what differs.
pub async fn run(emulator: &Emulator, case: &Case, way: Way) -> Outcome {
    let value = &case.value;
    control(emulator, "clear_faults", &json!({}))?;
    control(emulator, "clear_requests", &json!({}))?;
    for answer in value["respond"].as_array().into_iter().flatten() {
        control(emulator, "add_fault", &fault(answer))?;
    }
    let events = Arc::new(Mutex::new(Vec::new()));
    let result = match builder(emulator, &value["client"]).and_then(|builder| hooked(builder, &events).build()) {
        Ok(clerk) => carry_out(&clerk, value, way).await,
        Err(error) => Err(error),
    };
    if let Some(expected) = value["events"].as_array() {
        compare::events(expected, &events.lock().map_err(|error| error.to_string())?)?;
    }
    let log = control(emulator, "requests", &json!({}))?;
    let log = log.as_array().map(Vec::as_slice).unwrap_or_default();
    recorded::record(way.name(), &case.name, log).map_err(|error| format!("recording: {error}"))?;
    let expected = value["requests"].as_array().map(Vec::as_slice).unwrap_or_default();
    compare::requests(expected, log, emulator.secret_key())?;
    match (result, value.get("error")) {
        (Ok(Got::Value(got)), None) => compare::same("result", &value["result"], &got),
        (Ok(Got::Bytes(got)), None) => handed_over(value, &got),
        // Reading is the host's: dispatch hands over even what cannot be read.
        (Ok(Got::Bytes(got)), Some(expected)) if expected["kind"] == "decode" => {
            compare::same("body", &expected["body"], &String::from_utf8_lossy(&got).into())
        }
        (Err(error), Some(expected)) => {
            compare::error(expected, &serde_json::from_str(&error.to_json()).map_err(|error| error.to_string())?)
        }
        (Ok(_), Some(expected)) => Err(format!("expected the error {expected}, but the call succeeded")),
        (Err(error), None) => Err(format!("unexpected error: {error}")),
    }
}

/// What a call gives: a model as JSON, or the bytes that came.
enum Got {
    Value(Value),
    Bytes(Vec<u8>),
}

/// Dispatch hands over what the last answer was, to the byte or as JSON.
fn handed_over(case: &Value, got: &[u8]) -> Outcome {
    let last = case["respond"].as_array().and_then(|answers| answers.last()).unwrap_or(&Value::Null);
    match last.get("text") {
        Some(text) => compare::same("body", text, &String::from_utf8_lossy(got).into()),
        None if last.get("body").is_none() && got.is_empty() => Ok(()),
        None => {
            let got = serde_json::from_slice(got).map_err(|error| format!("the body is not JSON: {error}"))?;
            compare::same("body", &last["body"], &got)
        }
    }
}

/// A client of the emulator, with the case's options over the usual ones.
///
/// # Errors
/// As building it.
pub fn client(emulator: &Emulator, options: &Value) -> clerk_usher::Result<Clerk> {
    builder(emulator, options)?.build()
}

fn hooked(builder: ClerkBuilder, events: &Arc<Mutex<Vec<Value>>>) -> ClerkBuilder {
    let keep = || {
        let events = events.clone();
        move |event: &CallEvent| events.lock().unwrap_or_else(PoisonError::into_inner).push(event.to_json())
    };
    builder.on_request(keep()).on_response(keep()).on_retry(keep())
}

fn builder(emulator: &Emulator, options: &Value) -> clerk_usher::Result<ClerkBuilder> {
    let mut all = json!({
        "secret_key": emulator.secret_key(),
        "publishable_key": emulator.publishable_key(),
        "api_url": emulator.url(),
        "retry_delay_ms": 1,
        "environment": {},
    });
    for (name, value) in compare::object(options) {
        all[name] = value.clone();
    }
    ClerkBuilder::from_json(&all.to_string())
}

/// One command of the emulator's control.
///
/// # Errors
/// With what it says.
pub fn control(emulator: &Emulator, command: &str, arguments: &Value) -> Result<Value, String> {
    let text = emulator.control(command, &arguments.to_string()).map_err(|error| error.to_string())?;
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

fn fault(answer: &Value) -> Value {
    let mut fault = json!({ "count": 1 });
    for (name, value) in compare::object(answer) {
        fault[if name == "text" { "body" } else { name }] = value.clone();
    }
    fault
}

async fn carry_out(clerk: &Clerk, value: &Value, way: Way) -> clerk_usher::Result<Got> {
    let operation = value["operation"].as_str().unwrap_or_default();
    let path: Vec<String> =
        value["path"].as_array().into_iter().flatten().filter_map(|id| Some(id.as_str()?.to_owned())).collect();
    let arguments = value["arguments"].as_object().cloned().unwrap_or_default();
    let files = files(&value["files"]);
    let options = match &value["options"] {
        Value::Null => CallOptions::default(),
        options => CallOptions::from_json(&options.to_string())?,
    };
    if way == Way::Typed {
        return typed_call(clerk, operation, &path, &arguments, &files, options).await.map(Got::Value);
    }
    let mut all = Arguments::default();
    for (name, id) in path_names(operation).into_iter().zip(&path) {
        all.set(&name, id)?;
    }
    for (name, value) in &arguments {
        all.set(name, value)?;
    }
    Ok(Got::Bytes(clerk.call(operation, &all, &files, &options).await?.body.to_vec()))
}

/// The names of an operation's path parameters, in order.
fn path_names(operation: &str) -> Vec<String> {
    let template =
        clerk_usher::generated::operations::find(operation).map(|operation| operation.path).unwrap_or_default();
    let names = template.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    names.map(str::to_owned).collect()
}

fn files(value: &Value) -> Vec<(String, File)> {
    let bytes = |file: &Value| STANDARD.decode(file["base64"].as_str().unwrap_or_default()).unwrap_or_default();
    let text = |file: &Value, name: &str| file[name].as_str().unwrap_or_default().to_owned();
    compare::object(value)
        .map(|(name, file)| {
            let made = File::new(text(file, "filename"), bytes(file)).content_type(text(file, "content_type"));
            (name.clone(), made)
        })
        .collect()
}
