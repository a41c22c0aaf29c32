//! The waitlist.

use super::invitations;
use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::form::Form;
use crate::query::Order;
use crate::store::Message;
use crate::store::waitlist::{STATUSES, WaitlistEntry};
use crate::validate;
use serde_json::Value;

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/waitlist_entries", list),
    Route::new("POST", "/v1/waitlist_entries", create),
    Route::new("POST", "/v1/waitlist_entries/bulk", create_many),
    Route::new("DELETE", "/v1/waitlist_entries/{waitlist_entry_id}", delete),
    Route::new("POST", "/v1/waitlist_entries/{waitlist_entry_id}/invite", invite),
    Route::new("POST", "/v1/waitlist_entries/{waitlist_entry_id}/reject", reject),
];

/// The most entries of one bulk call.
const MOST: usize = 50;

fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let page = call.query.page();
    let status = call.query.choice("status", STATUSES);
    let needle = call.query.text("query").map(str::to_lowercase);
    let order = call.query.order(&["created_at", "email_address", "invited_at"], Order::NEWEST);
    call.query.finish()?;
    let mut found: Vec<&WaitlistEntry> = call
        .store
        .waitlist_entries
        .values()
        .filter(|entry| {
            status.is_none_or(|status| entry.status == status)
                && needle.as_deref().is_none_or(|needle| {
                    entry.email_address.contains(needle) || entry.id.to_lowercase().contains(needle)
                })
        })
        .collect();
    let key = |entry: &&WaitlistEntry| match order.field {
        "email_address" => (0, entry.email_address.clone()),
        "invited_at" => (entry.invited_at.unwrap_or(i64::MIN), String::new()),
        _ => (entry.created_at, String::new()),
    };
    order.sort(&mut found, key, |entry| entry.age);
    let total = found.len();
    let render = call.render();
    Ok(Reply::list(page.cut(found).into_iter().map(|entry| render.waitlist_entry(entry)).collect(), total))
}

/// An address, and whether to write to it.
fn read(mut form: Form, strict: bool) -> Result<(String, bool), ApiError> {
    let email = form.required_text("email_address");
    let notify = form.boolean("notify").unwrap_or(true);
    if strict {
        form.finish()?
    } else {
        form.finish_lenient()?
    }
    Ok((validate::email("email_address", &email)?, notify))
}

/// The entry of the address; who waits already waits once.
fn enter(call: &mut Call<'_>, email_address: String, notify: bool) -> Value {
    let now = call.now;
    if let Some(known) = call.store.waitlist_entries.values().find(|entry| entry.email_address == email_address) {
        return call.render().waitlist_entry(known);
    }
    if notify {
        call.store.send(Message {
            channel: "email".into(),
            to: email_address.clone(),
            kind: "waitlist_confirmation".into(),
            code: None,
            url: None,
            sent_at: now,
        });
    }
    let entry = WaitlistEntry {
        id: call.store.ids.id("wle_"),
        age: call.store.next_age(),
        email_address,
        status: "pending".into(),
        invitation_id: None,
        invited_at: None,
        created_at: now,
        updated_at: now,
    };
    let answer = call.render().waitlist_entry(&entry);
    call.store.waitlist_entries.insert(entry.id.clone(), entry);
    answer
}

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (email, notify) = read(call.form()?, false)?;
    Ok(Reply::Json(enter(call, email, notify)))
}

fn create_many(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut all: Vec<(String, bool)> = Vec::new();
    for form in call.forms(MOST)? {
        let (email, notify) = read(form, true)?;
        if all.iter().any(|(other, _)| *other == email) {
            let long = format!("{email} included multiple times. There should only be one.");
            return Err(ErrorItem::coded("form_param_duplicate", "email_address", "is duplicate", long).into());
        }
        all.push((email, notify));
    }
    Ok(Reply::Json(all.into_iter().map(|(email, notify)| enter(call, email, notify)).collect()))
}

/// The entry of the path, if its status is one of these.
fn entry_in(call: &Call<'_>, statuses: &[&str], action: &str) -> Result<WaitlistEntry, ApiError> {
    let entry = call.store.waitlist_entry(&call.param("waitlist_entry_id"))?;
    if statuses.contains(&entry.status.as_ref()) {
        return Ok(entry.clone());
    }
    Err(ApiError::new(
        400,
        "waitlist_entry_status_invalid",
        "invalid waitlist entry status",
        format!("The waitlist entry cannot be {action} because its status is {}.", entry.status),
    ))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let entry = entry_in(call, &["pending"], "deleted")?;
    call.store.waitlist_entries.remove(&entry.id);
    Ok(Reply::deleted("waitlist_entry", &entry.id))
}

/// Sends the invitation. Who was rejected can be invited after all.
fn invite(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let ignore_existing = form.boolean("ignore_existing").unwrap_or(false);
    form.finish_lenient()?;
    let entry = entry_in(call, &["pending", "rejected"], "invited")?;
    let mut wanted = invitations::Wanted::to(entry.email_address);
    wanted.ignore_existing = ignore_existing;
    wanted.kind = "waitlist_invitation".into();
    invitations::check(call, &wanted, false)?;
    let invitation_id = invitations::open(call, wanted).id;
    let stored = call.store.waitlist_entry_mut(&entry.id)?;
    stored.status = "invited".into();
    stored.invitation_id = Some(invitation_id);
    stored.invited_at = Some(now);
    stored.updated_at = now;
    tell(call, &entry.id)
}

fn reject(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (entry, now) = (entry_in(call, &["pending"], "rejected")?, call.now);
    let stored = call.store.waitlist_entry_mut(&entry.id)?;
    stored.status = "rejected".into();
    stored.updated_at = now;
    tell(call, &entry.id)
}

fn tell(call: &Call<'_>, id: &str) -> Result<Reply, ApiError> {
    Ok(Reply::Json(call.render().waitlist_entry(call.store.waitlist_entry(id)?)))
}
