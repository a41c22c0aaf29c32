//! Webhooks as a test handles them: where they go, what was told, how deliveries went.

use crate::delivery::Secret;
use crate::emulator::Emulator;
use crate::errors::EmulatorError;
use crate::event;
use crate::store::Store;
use crate::store::webhook::{STATES, WebhookDelivery, WebhookEndpoint, WebhookEvent, no_endpoint};
use indexmap::IndexSet;
use serde::Deserialize;
use std::fmt;
use std::time::Duration;

/// A new endpoint.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookEndpointOptions {
    /// Where deliveries are posted to: `http://` or `https://`. Required.
    pub url: String,
    /// The types of events it gets, such as `user.created`. Default: all.
    pub events: IndexSet<String>,
    /// What deliveries are signed with: `whsec_` and the base64 of 16 to 75 bytes. Default: a fresh one.
    pub secret: Option<String>,
    /// Any text.
    pub description: Option<String>,
    /// Whether nothing is delivered until it is enabled. Default: false.
    pub disabled: bool,
}

impl WebhookEndpointOptions {
    /// An error that begins with the option that is wrong.
    pub(crate) fn check(&self) -> Result<(), EmulatorError> {
        check_url(&self.url)?;
        check_events(&self.events)?;
        self.secret.as_deref().map_or(Ok(()), |secret| Secret::parse(secret).map(|_| ()))
    }

    /// Makes the endpoint, once the options are checked.
    pub(crate) fn open(self, store: &mut Store, secret: String, now: i64) -> WebhookEndpoint {
        let endpoint = WebhookEndpoint {
            id: store.ids.id("ep_"),
            url: self.url,
            events: self.events,
            secret,
            description: self.description,
            disabled: self.disabled,
            created_at: now,
            updated_at: now,
        };
        store.webhook_endpoints.insert(endpoint.id.clone(), endpoint.clone());
        endpoint
    }
}

impl fmt::Debug for WebhookEndpointOptions {
    /// Without the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookEndpointOptions")
            .field("url", &self.url)
            .field("events", &self.events)
            .field("disabled", &self.disabled)
            .finish_non_exhaustive()
    }
}

/// What is to be other at an endpoint; what is not given stays.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookEndpointUpdate {
    /// `ep_…`. Required.
    pub endpoint_id: String,
    /// Where deliveries are posted to.
    pub url: Option<String>,
    /// The types of events it gets; none is all.
    pub events: Option<IndexSet<String>>,
    /// Any text.
    pub description: Option<String>,
    /// Whether nothing is delivered. What is on its way when an endpoint is disabled has failed.
    pub disabled: Option<bool>,
}

/// Which events of the log are meant; without options all.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookEventFilter {
    /// Events of this type.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The last ones, so many at most.
    pub limit: Option<usize>,
}

/// Which deliveries are meant; without options all.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookDeliveryFilter {
    /// Those to this endpoint.
    pub endpoint_id: Option<String>,
    /// Those of this event.
    pub event_id: Option<String>,
    /// `pending`, `succeeded` or `failed`.
    pub state: Option<String>,
    /// The last ones, so many at most.
    pub limit: Option<usize>,
}

impl Emulator {
    /// Has events delivered to a URL from now on, signed as Svix signs. One delivery is under way at a time, in the
    /// order of the events. An answer that is not 2xx, or none within 15 seconds, is a failure: then it is tried again
    /// after 5 seconds, 5 minutes, 30 minutes and 2, 5, 10 and 10 hours, by the emulator's clock. An answer with the
    /// header `webhook-delivery: abort-message` ends that, and `webhook-delivery: disable` disables the endpoint.
    /// [`reset`](Emulator::reset) forgets it.
    ///
    /// # Errors
    /// [`EmulatorError::Argument`] for a URL, a type of event or a secret that is none.
    pub fn add_webhook_endpoint(&self, options: WebhookEndpointOptions) -> Result<WebhookEndpoint, EmulatorError> {
        options.check()?;
        let shared = self.shared();
        let now = shared.clock.now_ms();
        Ok(shared.alter(|store| {
            let secret = options.secret.clone().unwrap_or_else(Secret::fresh);
            options.open(store, secret, now)
        })?)
    }

    /// Changes an endpoint; what it is then.
    ///
    /// # Errors
    /// [`EmulatorError::Argument`] for an unknown id, and for a URL or a type of event that is none.
    pub fn update_webhook_endpoint(&self, update: WebhookEndpointUpdate) -> Result<WebhookEndpoint, EmulatorError> {
        update.url.as_deref().map_or(Ok(()), check_url)?;
        update.events.as_ref().map_or(Ok(()), check_events)?;
        let shared = self.shared();
        let now = shared.clock.now_ms();
        shared.change(|store| {
            let id = update.endpoint_id;
            let endpoint = store.webhook_endpoints.get_mut(&id).ok_or_else(|| no_endpoint(&id))?;
            endpoint.updated_at = now;
            endpoint.url = update.url.unwrap_or_else(|| endpoint.url.clone());
            endpoint.events = update.events.unwrap_or_else(|| endpoint.events.clone());
            endpoint.description = update.description.or_else(|| endpoint.description.clone());
            endpoint.disabled = update.disabled.unwrap_or(endpoint.disabled);
            let endpoint = endpoint.clone();
            if endpoint.disabled {
                store.disable_endpoint(&id, now);
            }
            Ok(endpoint)
        })
    }

    /// Forgets an endpoint and its deliveries.
    ///
    /// # Errors
    /// [`EmulatorError::Argument`] for an unknown id.
    pub fn remove_webhook_endpoint(&self, endpoint_id: &str) -> Result<(), EmulatorError> {
        self.shared().change(|store| store.remove_endpoint(endpoint_id))
    }

    /// The endpoints, oldest first.
    pub fn webhook_endpoints(&self) -> Vec<WebhookEndpoint> {
        self.shared().read(|store| store.webhook_endpoints.values().cloned().collect())
    }

    /// The events so far, oldest first, whether anybody got them or not. At least the last 2,000 are there, and up to
    /// 10,000 while some wait to be delivered.
    pub fn webhook_events(&self, filter: &WebhookEventFilter) -> Vec<WebhookEvent> {
        let fits = |event: &&WebhookEvent| filter.kind.as_ref().is_none_or(|kind| event.kind == kind.as_str());
        self.shared().read(|store| last(store.webhook_events.values().filter(fits), filter.limit))
    }

    /// The deliveries of those events, oldest first, each with its attempts.
    ///
    /// # Errors
    /// [`EmulatorError::Argument`] for a state that is none.
    pub fn webhook_deliveries(&self, filter: &WebhookDeliveryFilter) -> Result<Vec<WebhookDelivery>, EmulatorError> {
        if let Some(state) = filter.state.as_deref().filter(|state| !STATES.contains(state)) {
            let states = STATES.join(", ");
            return Err(EmulatorError::Argument(format!("state: must be one of {states}, and is {state}")));
        }
        let is = |asked: &Option<String>, value: &str| asked.as_deref().is_none_or(|asked| asked == value);
        let fits = |delivery: &&WebhookDelivery| {
            is(&filter.endpoint_id, &delivery.endpoint_id)
                && is(&filter.event_id, &delivery.event_id)
                && is(&filter.state, &delivery.state)
        };
        Ok(self.shared().read(|store| last(store.webhook_deliveries.values().filter(fits), filter.limit)))
    }

    /// Delivers an event of the log again, under its own id: to one endpoint, whatever events that one gets, or to all
    /// that get such events. How many those are. Retries begin anew.
    ///
    /// # Errors
    /// [`EmulatorError::Argument`] for an unknown event or endpoint, and for an endpoint that is disabled.
    pub fn replay_webhook(&self, event_id: &str, endpoint_id: Option<&str>) -> Result<usize, EmulatorError> {
        let shared = self.shared();
        let now = shared.clock.now_ms();
        shared.change(|store| store.replay(event_id, endpoint_id, now))
    }

    /// Blocks until no attempt is due or under way, for so long at most; whether it came to that. Retries whose time
    /// has not come by the emulator's clock are not waited for. The thread that receives must be another one.
    pub fn wait_for_webhooks(&self, at_most: Duration) -> bool {
        self.shared().deliveries.wait(&self.shared().clock, at_most)
    }
}

/// The last rows, oldest first.
fn last<'a, T: Clone + 'a>(rows: impl DoubleEndedIterator<Item = &'a T>, limit: Option<usize>) -> Vec<T> {
    let mut rows: Vec<T> = rows.rev().take(limit.unwrap_or(usize::MAX)).cloned().collect();
    rows.reverse();
    rows
}

fn check_url(text: &str) -> Result<(), EmulatorError> {
    let refuse = |why: String| Err(EmulatorError::Argument(format!("url: {why}")));
    match reqwest::Url::parse(text) {
        Ok(url) if !matches!(url.scheme(), "http" | "https") => {
            refuse(format!("must begin with http:// or https://, and is {text}"))
        }
        Ok(_) => Ok(()),
        Err(error) => refuse(format!("must be a whole URL ({error})")),
    }
}

fn check_events(events: &IndexSet<String>) -> Result<(), EmulatorError> {
    match events.iter().find(|kind| !event::is_type(kind)) {
        None => Ok(()),
        Some(kind) => {
            let text = format!("events: {kind} is no type of event; user.created is one");
            Err(EmulatorError::Argument(text))
        }
    }
}
