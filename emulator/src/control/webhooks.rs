//! The commands about webhooks.

use super::{act, read};
use crate::emulator::Emulator;
use crate::errors::EmulatorError;
use crate::store::webhook::WebhookEvent;
use crate::webhooks::{WebhookDeliveryFilter, WebhookEndpointOptions, WebhookEndpointUpdate, WebhookEventFilter};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ByEndpoint {
    endpoint_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Replay {
    event_id: String,
    endpoint_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wait {
    #[serde(default = "default_wait")]
    timeout_ms: u64,
}

fn default_wait() -> u64 {
    10_000
}

/// Runs a command if it is about webhooks.
pub(super) fn run(emulator: &Emulator, command: &str, arguments: &str) -> Result<Option<Value>, EmulatorError> {
    let answer = match command {
        "add_webhook_endpoint" => {
            let endpoint = emulator.add_webhook_endpoint(read::<WebhookEndpointOptions>(arguments)?)?;
            json!({ "id": endpoint.id, "secret": endpoint.secret })
        }
        "update_webhook_endpoint" => {
            json!(emulator.update_webhook_endpoint(read::<WebhookEndpointUpdate>(arguments)?)?)
        }
        "remove_webhook_endpoint" => {
            emulator.remove_webhook_endpoint(&read::<ByEndpoint>(arguments)?.endpoint_id)?;
            json!({})
        }
        "webhook_endpoints" => {
            act::<super::Nothing>(arguments, |_| ())?;
            json!(emulator.webhook_endpoints())
        }
        "webhook_events" => {
            let events = emulator.webhook_events(&read::<WebhookEventFilter>(arguments)?);
            events.iter().map(tell).collect()
        }
        "webhook_deliveries" => json!(emulator.webhook_deliveries(&read::<WebhookDeliveryFilter>(arguments)?)?),
        "replay_webhook" => {
            let replay = read::<Replay>(arguments)?;
            json!({ "deliveries": emulator.replay_webhook(&replay.event_id, replay.endpoint_id.as_deref())? })
        }
        "wait_for_webhooks" => {
            let wait = Duration::from_millis(read::<Wait>(arguments)?.timeout_ms);
            json!({ "idle": emulator.wait_for_webhooks(wait) })
        }
        _ => return Ok(None),
    };
    Ok(Some(answer))
}

/// An event with its payload as JSON rather than as the text of it.
fn tell(event: &WebhookEvent) -> Value {
    let mut body = json!(event);
    body["payload"] = serde_json::from_str(&event.payload).unwrap_or_default();
    body
}
