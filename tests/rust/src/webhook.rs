//! Cases of kind `webhook`: a verdict on a delivery, and what it is read as.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clerk_usher::auth::RequestParts;
use clerk_usher::clock::ManualClock;
use clerk_usher::{ClerkBuilder, Error, Webhook};
use serde_json::{Value, json};

use crate::case::{Case, Outcome};
use crate::compare;

/// Carries out one case.
///
/// # Errors
/// With what differs.
pub fn run(case: &Case) -> Outcome {
    let value = &case.value;
    let body = body(value)?;
    match (verify(value, &body), value.get("error")) {
        (Err(error), Some(expected)) => {
            let envelope: Value = serde_json::from_str(&error.to_json()).map_err(|error| error.to_string())?;
            compare::error(expected, &envelope)
        }
        (Ok((event, _)), Some(expected)) => Err(format!("expected the error {expected}, got the event {event}")),
        (Err(error), None) => Err(format!("unexpected error: {error}")),
        (Ok((event, model)), None) => {
            if let Some(expected) = value["model"].as_str().filter(|expected| *expected != model) {
                return Err(format!("expected a {expected}, got a {model}"));
            }
            let expected = match value.get("result") {
                Some(result) => result.clone(),
                None => serde_json::from_slice(&body).map_err(|error| error.to_string())?,
            };
            compare::same("event", &expected, &event)
        }
    }
}

/// The event as JSON, and the name of its model.
fn verify(value: &Value, body: &[u8]) -> Result<(Value, String), Error> {
    let clock = ManualClock::new(value["now"].as_i64().unwrap_or_default());
    let headers = RequestParts::from_json(&json!({"url": "/", "headers": headers(value, body)}).to_string())?;
    let event = if let Some(client) = value.get("client") {
        ClerkBuilder::from_json(&client.to_string())?.clock(clock).build()?.verify_webhook(&headers, body)?
    } else {
        let options = json!({"secret": value["secret"], "tolerance_ms": value["tolerance_ms"]});
        Webhook::from_json(&options.to_string())?.clock(clock).verify(&headers, body)?
    };
    let shown = format!("{event:?}");
    let model =
        if shown.starts_with("Unknown(") { "UnknownWebhookEvent" } else { shown.split(' ').next().unwrap_or("") };
    let json = serde_json::to_value(&event).map_err(|error| Error::Internal(error.to_string()))?;
    Ok((json, model.to_owned()))
}

fn body(value: &Value) -> Result<Vec<u8>, String> {
    if let Some(text) = value["base64"].as_str() {
        return STANDARD.decode(text).map_err(|error| error.to_string());
    }
    let repeat = &value["repeat"];
    let text = |name: &str| repeat[name].as_str().unwrap_or_default();
    let times = repeat["times"].as_u64().and_then(|times| usize::try_from(times).ok()).unwrap_or_default();
    let plain = value["text"].as_str().map(str::to_owned);
    Ok(plain.unwrap_or_else(|| text("before").to_owned() + &text("text").repeat(times) + text("after")).into_bytes())
}

/// The headers, with the signature in its place. It is made here, with none of the crate's code.
fn headers(value: &Value, body: &[u8]) -> Value {
    let signed = &value["signed"];
    let or = |name: &str, default: &str| signed[name].as_str().unwrap_or(default).to_owned();
    let secret = value["secret"].as_str().or(value["secret"][0].as_str()).unwrap_or_default();
    let secret = or("secret", secret);
    let secret = secret.strip_prefix("whsec_").unwrap_or(&secret);
    let key = STANDARD.decode(secret).unwrap_or_default();
    let mut content = format!("{}.{}.", or("id", "msg_1"), or("timestamp", "1700000000")).into_bytes();
    content.extend(signed["text"].as_str().map_or(body, str::as_bytes));
    let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), &content);
    fill(&value["headers"], &STANDARD.encode(mac))
}

fn fill(value: &Value, signature: &str) -> Value {
    match value {
        Value::String(text) => text.replace("$SIGNATURE", signature).into(),
        Value::Array(items) => items.iter().map(|item| fill(item, signature)).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), fill(value, signature)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}
