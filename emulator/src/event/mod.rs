//! Events: what webhooks tell of, found by looking at the rows that a change touched.
//!
//! Routes change rows and know nothing of this. To have another kind of rows told of, add a line to [`derive`].

mod billing;
mod change;
mod message;
mod types;

use crate::render::Render;
use crate::render::permission;
use crate::state::Shared;
use crate::store::{Changes, Store, Word};
use change::Told;
use serde_json::{Value, json};
use std::net::IpAddr;

pub(crate) use types::is_type;

/// The request that a change came from; empty where it was none.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cause<'a> {
    pub(crate) client_ip: Option<IpAddr>,
    pub(crate) user_agent: &'a str,
}

/// An event that is not written into the log yet.
struct Event {
    kind: Word,
    data: Value,
}

/// Finds out what there is to tell of a change, and writes it into the log. An endpoint is told of what happens once it is
/// there: not of what the change did that brought it.
pub(crate) fn record(shared: &Shared, store: &mut Store, changes: &Changes, cause: Cause<'_>) {
    let now = shared.clock.now_ms();
    let client_ip = cause.client_ip.map(|ip| ip.to_string()).unwrap_or_default();
    let render = Render { store, url: &shared.url, instance_id: &shared.instance_id, now };
    let brought = changes.webhook_endpoints.iter().filter(|change| change.before.is_none());
    let brought: Vec<&str> = brought.map(|change| change.id.as_str()).collect();
    for event in derive(changes, &render) {
        let payload = json!({
            "data": event.data,
            "event_attributes": {
                "http_request": { "client_ip": client_ip, "user_agent": cause.user_agent },
            },
            "instance_id": shared.instance_id,
            "object": "event",
            // Described in seconds; the API itself sends milliseconds.
            "timestamp": now,
            "type": event.kind,
        });
        store.log_event(event.kind, payload.to_string(), &brought, now);
    }
}

/// The kinds of rows that are told of: what others refer to comes first. Deletions are told the other way round.
fn derive(changes: &Changes, render: &Render<'_>) -> Vec<Event> {
    let mut told = Told::default();
    told.rows(
        "user",
        &changes.users,
        |user| change::user(render, user),
        |user| {
            let mut body = deleted("user", &user.id);
            if let Some(id) = &user.external_id {
                body["external_id"] = json!(id);
            }
            body
        },
    );
    told.rows(
        "organization",
        &changes.organizations,
        |organization| render.organization(organization, true, true),
        |organization| {
            let mut body = deleted("organization", &organization.id);
            body["slug"] = json!(organization.slug);
            body
        },
    );
    told.each(&changes.organization_invitations, |before, after| change::invitation(render, changes, before, after));
    told.rows(
        "organizationMembership",
        &changes.memberships,
        |membership| render.membership(membership),
        |membership| change::former_member(render, changes, membership),
    );
    told.rows(
        "organizationDomain",
        &changes.organization_domains,
        |domain| render.organization_domain(domain),
        |domain| deleted("organization_domain", &domain.id),
    );
    told.rows("permission", &changes.permissions, permission, |permission| deleted("permission", &permission.id));
    told.rows("role", &changes.roles, |role| render.role(role), |role| deleted("role", &role.id));
    told.each(&changes.sessions, |before, after| change::session(render, before, after));
    told.extend(billing::events(render, changes));
    told.each(&changes.waitlist_entries, |before, after| change::waitlist_entry(render, before, after));
    for change in changes.messages.iter().filter(|change| change.before.is_none()) {
        told.extend(change.after.as_ref().map(|message| message::event(render, &change.id, message)));
    }
    told.in_order()
}

fn deleted(object: &str, id: &str) -> Value {
    json!({ "object": object, "id": id, "deleted": true })
}
