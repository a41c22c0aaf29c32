//! Deliveries: a task in the emulator's own runtime that posts events to their endpoints. Each endpoint has one
//! delivery under way at a time, so that events arrive in order and a slow endpoint holds back nobody else.

mod client;
mod post;
mod queue;
mod signature;

use crate::state::Shared;
use crate::store::Store;
use crate::store::webhook::WebhookDelivery;
use client::Clients;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use queue::Queue;
pub(crate) use signature::Secret;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
/// How long after each failure the next attempt is due, in milliseconds, as Svix has it. After the last it has failed.
const RETRIES: [i64; 7] = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR];

/// What an endpoint may ask for in its answer, in a header.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Wish {
    #[default]
    Nothing,
    /// No further attempt of this delivery.
    Abort,
    /// No delivery of anything any more.
    Disable,
}

/// Everything that one attempt needs.
struct Parcel {
    url: String,
    secret: String,
    event_id: String,
    body: String,
}

/// Delivers what is due, until it is dropped.
pub(crate) async fn run(shared: Arc<Shared>) {
    let _end = queue::End(&shared.deliveries);
    let clients = Arc::new(Clients::default());
    shared.read(|store| shared.deliveries.load(store.webhook_deliveries.values()));
    loop {
        let now = shared.clock.now_ms();
        for turn in shared.deliveries.take_due(now) {
            tokio::spawn(deliver(Arc::clone(&shared), Arc::clone(&clients), turn));
        }
        tokio::select! {
            () = shared.deliveries.changed() => {}
            () = shared.clock.moved() => {}
            () = until(&shared, now) => {}
        }
    }
}

/// Waits for the next due attempt; forever if there is none, or if time stands still.
async fn until(shared: &Shared, now: i64) {
    match shared.deliveries.next_due().filter(|_| !shared.clock.is_frozen()) {
        // Never more than a minute: the system's clock can be set meanwhile.
        Some(due) => {
            let ms = u64::try_from(due.saturating_sub(now).clamp(1, MINUTE)).unwrap_or(1);
            tokio::time::sleep(Duration::from_millis(ms)).await;
        }
        None => std::future::pending().await,
    }
}

/// Makes one attempt and notes how it went.
async fn deliver(shared: Arc<Shared>, clients: Arc<Clients>, turn: queue::Turn) {
    // Dropped at the very end, or when the emulator stops: then the endpoint is free again.
    let _busy = queue::Busy { queue: &shared.deliveries, turn: &turn };
    let Some(parcel) = shared.read(|store| parcel(store, &turn.delivery_id)) else { return };
    let (attempt, wish) = post::post(&clients, &parcel, shared.clock.now_ms()).await;
    let now = shared.clock.now_ms();
    // What cannot be kept is tried again after the next start.
    let _ = shared.alter(|store| {
        if !shared.deliveries.is_under_way(&turn) {
            return;
        }
        if let Some(delivery) = store.webhook_deliveries.get_mut(&turn.delivery_id) {
            let wait = RETRIES.get(delivery.failures).copied().filter(|_| wish == Wish::Nothing);
            delivery.note(attempt, wait, now);
        }
        if wish == Wish::Disable {
            store.disable_endpoint(&turn.endpoint_id, now);
        }
    });
}

fn parcel(store: &Store, delivery_id: &str) -> Option<Parcel> {
    let delivery =
        store.webhook_deliveries.get(delivery_id).filter(|delivery| WebhookDelivery::is_pending(delivery))?;
    let endpoint = store.webhook_endpoints.get(&delivery.endpoint_id)?;
    let event = store.webhook_events.get(&delivery.event_id)?;
    Some(Parcel {
        url: endpoint.url.clone(),
        secret: endpoint.secret.clone(),
        event_id: event.id.clone(),
        body: event.payload.clone(),
    })
}
