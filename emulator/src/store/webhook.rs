//! What webhooks leave behind: where they go, what they told, and how each delivery went.

use super::{Store, Word};
use crate::errors::EmulatorError;
use indexmap::IndexSet;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How many events the log has at least: an older one goes once nobody waits for it.
pub(crate) const KEPT: usize = 2_000;
/// How many events the log has at most: beyond it the oldest go, delivered or not.
pub(crate) const MOST: usize = 10_000;
/// How many attempts of a delivery are remembered: the last ones.
const MOST_ATTEMPTS: usize = 50;

/// The states of a delivery.
pub(crate) const STATES: &[&str] = &["pending", "succeeded", "failed"];

/// A URL that events are delivered to.
#[derive(Clone, Deserialize, PartialEq, Serialize)]
pub struct WebhookEndpoint {
    /// `ep_…`.
    pub id: String,
    /// Where deliveries are posted to.
    pub url: String,
    /// The types of events it gets, such as `user.created`; none is all.
    pub events: IndexSet<String>,
    /// What deliveries are signed with: `whsec_…`.
    pub secret: String,
    /// Any text.
    pub description: Option<String>,
    /// Whether nothing is delivered for the time being.
    pub disabled: bool,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Unix milliseconds.
    pub updated_at: i64,
}

impl fmt::Debug for WebhookEndpoint {
    /// Without the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookEndpoint")
            .field("id", &self.id)
            .field("url", &self.url)
            .field("events", &self.events)
            .field("disabled", &self.disabled)
            .finish_non_exhaustive()
    }
}

impl WebhookEndpoint {
    /// Whether it gets events of a type.
    pub(crate) fn wants(&self, kind: &str) -> bool {
        !self.disabled && (self.events.is_empty() || self.events.contains(kind))
    }
}

/// Something that webhooks tell of.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct WebhookEvent {
    /// `msg_…`; every delivery of it bears this id.
    pub id: String,
    /// Its place among all events: it grows.
    pub age: u64,
    /// Such as `user.created`.
    #[serde(rename = "type")]
    pub kind: Word,
    /// The body of every delivery, JSON.
    pub payload: String,
    /// Unix milliseconds.
    pub created_at: i64,
}

/// An event on its way to an endpoint.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct WebhookDelivery {
    /// The ids of event and endpoint, with a slash between.
    pub id: String,
    /// The place of the event among all.
    pub age: u64,
    /// The event.
    pub event_id: String,
    /// The endpoint.
    pub endpoint_id: String,
    /// `pending`, `succeeded` or `failed`.
    pub state: Word,
    /// How many attempts have failed since it began, or was last replayed.
    pub failures: usize,
    /// When the next attempt is due, in Unix milliseconds; none where there will be none.
    pub next_attempt_at: Option<i64>,
    /// The last 50 attempts, oldest first.
    pub attempts: Vec<WebhookAttempt>,
    /// Unix milliseconds.
    pub created_at: i64,
}

/// One attempt to deliver.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct WebhookAttempt {
    /// When it was made, by the emulator's clock, in Unix milliseconds.
    pub at: i64,
    /// How long it took, in milliseconds of real time.
    pub duration_ms: u64,
    /// The status of the answer; none if there was no answer.
    pub status: Option<u16>,
    /// The first kilobyte of the answer's body.
    pub response: String,
    /// Why there was no answer.
    pub error: Option<String>,
}

impl WebhookAttempt {
    /// Whether the answer was one of success.
    pub fn is_success(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

impl WebhookDelivery {
    pub(crate) fn key(event_id: &str, endpoint_id: &str) -> String {
        format!("{event_id}/{endpoint_id}")
    }

    fn new(event: &WebhookEvent, endpoint_id: &str, now: i64) -> Self {
        WebhookDelivery {
            id: Self::key(&event.id, endpoint_id),
            age: event.age,
            event_id: event.id.clone(),
            endpoint_id: endpoint_id.to_owned(),
            state: "pending".into(),
            failures: 0,
            next_attempt_at: Some(now),
            attempts: Vec::new(),
            created_at: now,
        }
    }

    pub(crate) fn is_pending(&self) -> bool {
        self.state == "pending"
    }

    /// When it is due. What has not failed yet is due at once, wherever the clock was moved to.
    pub(crate) fn due(&self) -> Option<i64> {
        let at = self.next_attempt_at.filter(|_| self.is_pending())?;
        Some(if self.failures == 0 { i64::MIN } else { at })
    }

    /// Gives up.
    pub(crate) fn fail(&mut self) {
        self.state = "failed".into();
        self.next_attempt_at = None;
    }

    /// Notes an attempt. `wait` is how long after a failure the next one comes, in milliseconds; none gives up.
    pub(crate) fn note(&mut self, attempt: WebhookAttempt, wait: Option<i64>, now: i64) {
        if attempt.is_success() {
            self.state = "succeeded".into();
            self.next_attempt_at = None;
        } else {
            self.failures += 1;
            match wait {
                Some(wait) => self.next_attempt_at = Some(now.saturating_add(wait)),
                None => self.fail(),
            }
        }
        if self.attempts.len() >= MOST_ATTEMPTS {
            self.attempts.remove(0);
        }
        self.attempts.push(attempt);
    }
}

impl Store {
    /// Writes an event into the log, on its way to every endpoint that wants it, except for some.
    pub(crate) fn log_event(&mut self, kind: Word, payload: String, except: &[&str], now: i64) {
        let event = WebhookEvent { id: self.ids.id("msg_"), age: self.next_age(), kind, payload, created_at: now };
        let wanting = self.webhook_endpoints.values().filter(|endpoint| endpoint.wants(&event.kind));
        let wanting = wanting.filter(|endpoint| !except.contains(&endpoint.id.as_str()));
        let deliveries: Vec<_> = wanting.map(|endpoint| WebhookDelivery::new(&event, &endpoint.id, now)).collect();
        for delivery in deliveries {
            self.webhook_deliveries.insert(delivery.id.clone(), delivery);
        }
        self.webhook_events.insert(event.id.clone(), event);
        self.trim_events();
    }

    fn trim_events(&mut self) {
        while self.webhook_events.len() > KEPT {
            let Some(oldest) = self.webhook_events.keys().next().cloned() else { return };
            let endpoints = self.webhook_endpoints.keys();
            let keys: Vec<String> = endpoints.map(|endpoint| WebhookDelivery::key(&oldest, endpoint)).collect();
            let waits = |key: &String| self.webhook_deliveries.get(key).is_some_and(WebhookDelivery::is_pending);
            if self.webhook_events.len() <= MOST && keys.iter().any(waits) {
                return;
            }
            for key in &keys {
                self.webhook_deliveries.remove(key);
            }
            self.webhook_events.remove(&oldest);
        }
    }

    /// Takes an endpoint and its deliveries away.
    pub(crate) fn remove_endpoint(&mut self, id: &str) -> Result<(), EmulatorError> {
        self.webhook_endpoints.remove(id).ok_or_else(|| no_endpoint(id))?;
        self.webhook_deliveries.remove_all(|delivery| delivery.endpoint_id == id);
        Ok(())
    }

    /// Lets an endpoint get nothing any more; what is still on its way to it has failed.
    pub(crate) fn disable_endpoint(&mut self, id: &str, now: i64) {
        if let Some(endpoint) = self.webhook_endpoints.get_mut(id) {
            endpoint.disabled = true;
            endpoint.updated_at = now;
        }
        self.webhook_deliveries
            .change_all(|delivery| delivery.endpoint_id == id && delivery.is_pending(), WebhookDelivery::fail);
    }

    /// Sends an event again: to the endpoint that is named, or to all that get such events. How many those are.
    pub(crate) fn replay(
        &mut self,
        event_id: &str,
        endpoint_id: Option<&str>,
        now: i64,
    ) -> Result<usize, EmulatorError> {
        let event = self
            .webhook_events
            .get(event_id)
            .ok_or_else(|| EmulatorError::Argument(format!("event_id: no event in the log has the id {event_id}")))?;
        let to: Vec<&WebhookEndpoint> = match endpoint_id {
            Some(id) => vec![self.webhook_endpoints.get(id).ok_or_else(|| no_endpoint(id))?],
            None => self.webhook_endpoints.values().filter(|endpoint| endpoint.wants(&event.kind)).collect(),
        };
        if let Some(endpoint) = to.iter().find(|endpoint| endpoint.disabled) {
            let text = format!("endpoint_id: {} is disabled; enable it with update_webhook_endpoint", endpoint.id);
            return Err(EmulatorError::Argument(text));
        }
        let fresh: Vec<_> = to.iter().map(|endpoint| WebhookDelivery::new(event, &endpoint.id, now)).collect();
        let count = fresh.len();
        for delivery in fresh {
            let known = self.webhook_deliveries.get(&delivery.id).cloned();
            let row = match known {
                Some(known) => WebhookDelivery { attempts: known.attempts, created_at: known.created_at, ..delivery },
                None => delivery,
            };
            self.webhook_deliveries.insert(row.id.clone(), row);
        }
        Ok(count)
    }
}

pub(crate) fn no_endpoint(id: &str) -> EmulatorError {
    EmulatorError::Argument(format!("endpoint_id: no endpoint has the id {id}"))
}
