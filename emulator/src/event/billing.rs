//! What a change of billing tells: of subscriptions, the items in them, and the attempts to be paid for them.

use super::Event;
use super::change::{differ, event};
use crate::render::Render;
use crate::store::Changes;
use crate::store::billing::Account;
use crate::store::subscription::{PaymentAttempt, SubscriptionItem};
use crate::store::table::Change;
use indexmap::IndexSet;
use serde_json::Value;

/// Fields that follow from the status, which has events of its own.
const OF_STATUS: &[&str] = &["active_at", "canceled_at", "ended_at", "past_due_at", "status"];

/// New subscriptions come first, then payments and the items that they are for, and at last what became of subscriptions.
pub(super) fn events(render: &Render<'_>, changes: &Changes) -> Vec<Event> {
    let mut told = Vec::new();
    for change in &changes.accounts {
        if let (None, Some(account)) = (&change.before, &change.after) {
            let data = subscription(render, &change.id, account, &current(render, &change.id), None);
            told.push(event("subscription", "created", data.clone()));
            told.push(event("subscription", "active", data));
        }
    }
    let attempts = changes.payment_attempts.iter().filter(|change| change.before.is_none());
    for attempt in attempts.filter_map(|change| change.after.as_ref()) {
        let at =
            |what, status: &str| Some(event("paymentAttempt", what, render.payment_attempt_event(attempt, status)?));
        told.extend(at("created", "pending").into_iter().chain(at("updated", &attempt.status)));
    }
    for change in &changes.subscription_items {
        told.extend(item(render, change));
    }
    let touched = changes.subscription_items.iter().filter_map(|change| change.after.as_ref());
    let owners: IndexSet<&str> = touched.map(|item| item.owner_id.as_str()).collect();
    for owner in owners {
        told.extend(became(render, changes, owner));
    }
    told
}

/// An item: that its trial ends soon, and what it is now or what is new about it.
fn item(render: &Render<'_>, change: &Change<SubscriptionItem>) -> Vec<Event> {
    let Some(after) = &change.after else { return Vec::new() };
    let before = change.before.as_ref();
    let is_ending = after.is_trial_ending && !before.is_some_and(|before| before.is_trial_ending);
    let ending = is_ending.then(|| {
        // Time may have leapt over the end: then it is told as it was.
        let item = before.filter(|before| before.is_free_trial && !after.is_free_trial).unwrap_or(after);
        event("subscriptionItem", "freeTrialEnding", render.subscription_item_event(item))
    });
    let data = render.subscription_item_event(after);
    let what = match before {
        Some(before) if before.status == after.status => {
            differ(&render.subscription_item_event(before), &data).then_some("updated")
        }
        _ if after.status == "past_due" => Some("pastDue"),
        _ => Some(after.status.as_ref()),
    };
    let news = what.map(|what| event("subscriptionItem", what, data));
    // A short trial begins before it is about to end.
    let (first, second) = if before.is_none() { (news, ending) } else { (ending, news) };
    first.into_iter().chain(second).collect()
}

/// A subscription that was there before: its new status, and what else is new about it.
fn became(render: &Render<'_>, changes: &Changes, owner: &str) -> Vec<Event> {
    let Some(account) = render.store.accounts.get(owner) else { return Vec::new() };
    if changes.accounts.iter().any(|change| change.id == owner && change.before.is_none()) {
        return Vec::new();
    }
    let unchanged = |item: &&SubscriptionItem| !changes.subscription_items.iter().any(|change| change.id == item.id);
    let known = changes.subscription_items.iter().filter_map(|change| change.before.as_ref());
    let known = known.filter(|item| item.owner_id == owner && item.is_open());
    let mut former: Vec<&SubscriptionItem> =
        current(render, owner).into_iter().filter(unchanged).chain(known).collect();
    former.sort_by_key(|item| item.age);
    let before = subscription(render, owner, account, &former, Some(changes));
    let after = subscription(render, owner, account, &current(render, owner), None);
    let mut told = Vec::new();
    if before["status"] != after["status"] {
        let what = if after["status"] == "active" { "active" } else { "pastDue" };
        told.push(event("subscription", what, after.clone()));
    }
    if differ(&without_status(before), &without_status(after.clone())) {
        told.push(event("subscription", "updated", after));
    }
    told
}

/// The items that go on or may begin.
fn current<'a>(render: &Render<'a>, owner: &str) -> Vec<&'a SubscriptionItem> {
    let mut items: Vec<_> = render.store.items_of(owner).filter(|item| item.is_open()).collect();
    items.sort_by_key(|item| item.age);
    items
}

/// A subscription with these items; without the payments that are new if changes are given.
fn subscription(
    render: &Render<'_>,
    owner: &str,
    account: &Account,
    items: &[&SubscriptionItem],
    without: Option<&Changes>,
) -> Value {
    let is_new = |attempt: &PaymentAttempt| {
        without.is_some_and(|changes| {
            changes.payment_attempts.iter().any(|change| change.id == attempt.id && change.before.is_none())
        })
    };
    let mut attempts = render.store.payment_attempts.values().rev().filter(|attempt| attempt.owner_id == owner);
    let last = attempts.find(|attempt| !is_new(attempt)).map(|attempt| attempt.payment_id.as_str());
    render.subscription_event(owner, account, items, last)
}

/// What is left of a subscription and its items without what their status says.
fn without_status(mut subscription: Value) -> Value {
    let items = subscription["items"].take();
    let strip = |value: &mut Value| {
        if let Some(fields) = value.as_object_mut() {
            fields.retain(|name, _| !OF_STATUS.contains(&name.as_str()));
        }
    };
    strip(&mut subscription);
    let mut items: Vec<Value> = items.as_array().cloned().unwrap_or_default();
    items.iter_mut().for_each(strip);
    subscription["items"] = items.into();
    subscription
}
