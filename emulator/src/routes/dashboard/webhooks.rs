//! The events and where they were delivered to, the newest first.

use super::table::{Table, needle};
use super::{View, moment, show as show_view};
use crate::api::{Call, Reply};
use crate::errors::{ApiError, EmulatorError};
use crate::page::{Button, Values, Visitor, see_other, serve};
use crate::store::webhook::{WebhookDelivery, WebhookEvent};
use maud::{Markup, html};

pub(super) fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    show_view(call, |call, visitor| {
        let needle = needle(call);
        let found: Vec<&WebhookEvent> = call
            .store
            .webhook_events
            .values()
            .rev()
            .filter(|event| {
                event.kind.to_lowercase().contains(&needle) || event.payload.to_lowercase().contains(&needle)
            })
            .collect();
        let endpoints = call.store.webhook_endpoints.len();
        let head = ["Time", "Event", "Deliveries", "Payload", "Action"];
        let body = html! {
            @if endpoints == 0 {
                p.note { "No endpoint yet: start with " code { "usher dev --webhook URL" } ", or use the command " code { "add_webhook_endpoint" } "." }
            } @else {
                ul {
                    @for endpoint in call.store.webhook_endpoints.values() {
                        li { code { (endpoint.url) } @if endpoint.disabled { " " span.tag.bad { "disabled" } } }
                    }
                }
            }
            (Table { what: "events", head: &head, needle: &needle }.of(&found, |event| row(call, visitor, event)))
        };
        Ok(View { part: "Webhooks", title: "Webhooks", body })
    })
}

fn row(call: &Call<'_>, visitor: &Visitor, event: &WebhookEvent) -> Markup {
    let endpoints = call.store.webhook_endpoints.values();
    let deliveries: Vec<&WebhookDelivery> = endpoints
        .filter_map(|endpoint| call.store.webhook_deliveries.get(&WebhookDelivery::key(&event.id, &endpoint.id)))
        .collect();
    html! {
        tr {
            td { (moment(event.created_at)) }
            td { code { (event.kind) } }
            td { @for delivery in &deliveries { (state(delivery)) " " } @if deliveries.is_empty() { "–" } }
            td { details { summary { "JSON" } pre tabindex="0" { (event.payload) } } }
            td {
                @if !deliveries.is_empty() {
                    (Button {
                        action: "/_usher/webhooks/replay", fields: &[("event_id", &event.id)], look: "plain small",
                        label: html! { "Replay" span.said { " " (event.id) } },
                    }.html(visitor))
                }
            }
        }
    }
}

fn state(delivery: &WebhookDelivery) -> Markup {
    let attempts = delivery.attempts.len();
    html! {
        span.tag.bad[delivery.state != "succeeded"] { (delivery.state) }
        " " small { (attempts) @if attempts == 1 { " attempt" } @else { " attempts" } }
    }
}

pub(super) fn replay(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    serve(call, |call, visitor| {
        let values = Values::read(call, visitor)?;
        let now = call.now;
        let event_id = values.get("event_id");
        let refused =
            |error: EmulatorError| ApiError::new(400, "webhook_not_replayed", "Not replayed", error.to_string());
        call.store.replay(event_id, None, now).map_err(refused)?;
        Ok(see_other("/_usher/webhooks".to_owned(), visitor))
    })
}
