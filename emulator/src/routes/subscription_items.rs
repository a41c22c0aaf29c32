//! Subscription items: list, cancel, trials, prices and discounts.

use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::query::Order;
use crate::store::billing::money;
use crate::store::plan::Price;
use crate::store::renewal::TRIAL_NOTICE;
use crate::store::subscription::{DAY, Redemption, SubscriptionItem};
use serde_json::{Value, json};

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/billing/subscription_items", list),
    Route::new("DELETE", "/v1/billing/subscription_items/{subscription_item_id}", cancel),
    Route::new("POST", "/v1/billing/subscription_items/{subscription_item_id}/extend_free_trial", extend_trial),
    Route::new("POST", "/v1/billing/subscription_items/{subscription_item_id}/price_transition", change_price),
    Route::new("POST", "/v1/billing/subscription_items/{subscription_item_id}/discounts", apply_discount),
    Route::new(
        "DELETE",
        "/v1/billing/subscription_items/{subscription_item_id}/discounts/{discount_id}",
        remove_discount,
    ),
    Route::new("GET", "/v1/commerce/subscription_items", list),
    Route::new("DELETE", "/v1/commerce/subscription_items/{subscription_item_id}", cancel),
];

/// How far a trial can be extended, in days.
const LONGEST_EXTENSION: i64 = 365;

/// Whether a search hits an item: its id, its plan, or who pays for it.
fn hits(call: &Call<'_>, item: &SubscriptionItem, needle: &str) -> bool {
    let store = &*call.store;
    let part = needle.to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&part);
    let plan = store.plans.get(&item.plan_id);
    let user = store.users.get(&item.owner_id);
    item.id == needle
        || item.owner_id == needle
        || plan.is_some_and(|plan| has(&plan.name) || has(&plan.slug))
        || user.is_some_and(|user| {
            user.emails.iter().any(|email| has(&email.value)) || user.full_name().is_some_and(|name| has(&name))
        })
        || store.organizations.get(&item.owner_id).is_some_and(|organization| has(&organization.name))
}

fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    // Answered as a page either way: the description knows no other shape.
    call.query.boolean("paginated");
    let status = call.query.choice("status", &["active", "ended", "past_due", "upcoming", "free_trial"]);
    let payer_type = call.query.choice("payer_type", &["user", "org"]);
    let plan_id = call.query.text("plan_id").map(str::to_owned);
    let with_free = call.query.boolean("include_free").unwrap_or(false);
    let needle = call.query.text("query").map(str::to_owned);
    let page = call.query.page();
    call.query.finish()?;
    call.store.bill(call.now);
    let store = &*call.store;
    let mut found: Vec<&SubscriptionItem> = store
        .subscription_items
        .values()
        .filter(|item| {
            status.is_none_or(|status| match status {
                "free_trial" => item.is_free_trial,
                "active" => item.is_current(),
                other => item.status == other,
            }) && payer_type.is_none_or(|payer_type| store.payer_type(&item.owner_id) == payer_type)
                && plan_id.as_ref().is_none_or(|plan_id| item.plan_id == *plan_id)
                && (with_free || !store.is_free(item))
                && needle.as_deref().is_none_or(|needle| hits(call, item, needle))
        })
        .collect();
    Order::NEWEST.sort(&mut found, |item| item.created_at, |item| item.age);
    let total = found.len();
    let render = call.render();
    let items: Vec<Value> = page.cut(found).into_iter().map(|item| render.subscription_item(item)).collect();
    Ok(Reply::list(items, total))
}

/// The item of the path as it is now.
fn find(call: &mut Call<'_>) -> Result<SubscriptionItem, ApiError> {
    call.store.bill(call.now);
    let id = call.param("subscription_item_id");
    let missing = || {
        ApiError::new(404, "subscription_item_not_found", "Subscription item not found", "Subscription item not found")
    };
    call.store.subscription_items.get(&id).cloned().ok_or_else(missing)
}

/// An item of the path that somebody pays for and that has not ended.
fn find_paid(call: &mut Call<'_>) -> Result<SubscriptionItem, ApiError> {
    let item = find(call)?;
    let (ended, free) = (!item.is_open(), call.store.is_free(&item));
    if !ended && !free {
        return Ok(item);
    }
    let text = if ended { "The subscription item has ended." } else { "The free plan takes no changes." };
    Err(ApiError::new(400, "subscription_item_not_changeable", "Subscription item cannot be changed", text))
}

fn again(call: &Call<'_>, id: &str) -> Result<SubscriptionItem, ApiError> {
    call.store.subscription_items.get(id).cloned().ok_or_else(ApiError::internal)
}

fn cancel(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let at_once = call.query.boolean("end_now").unwrap_or(false);
    call.query.finish()?;
    let item = find_paid(call)?;
    if let Some(row) = call.store.subscription_items.get_mut(&item.id) {
        row.canceled_at = row.canceled_at.or(Some(now));
        row.updated_at = now;
        if !at_once && row.status == "active" {
            row.status = "canceled".into();
        }
    }
    // What has not begun, or is not paid for, needs no end of a period.
    if at_once || matches!(&*item.status, "upcoming" | "incomplete" | "past_due") {
        call.store.end_item(&item.id, now);
    } else {
        call.store.fall_back(&item.owner_id, now);
    }
    Ok(Reply::Json(call.render().subscription_item(&again(call, &item.id)?)))
}

fn extend_trial(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let had = form.has("extend_to");
    let to = form.time("extend_to").value();
    if !had {
        form.fail(ErrorItem::missing("extend_to"));
    }
    form.finish()?;
    let mut item = find(call)?;
    if !item.is_free_trial {
        return Err(ApiError::new(
            403,
            "subscription_item_not_in_free_trial",
            "Subscription item is not in free trial",
            "Subscription item is not in free trial",
        ));
    }
    let (to, end) = (to.unwrap_or(now), item.period_end.unwrap_or(now));
    if to <= now || to < end || to > end.saturating_add(LONGEST_EXTENSION * DAY) {
        let rule = "must be in the future, not before the end of the trial, and not more than 365 days after it.";
        return Err(ErrorItem::format("extend_to", rule).into());
    }
    if to != end {
        item.period_end = Some(to);
        item.is_trial_ending &= to <= now.saturating_add(TRIAL_NOTICE);
        item.updated_at = now;
        call.store.subscription_items.insert(item.id.clone(), item.clone());
    }
    Ok(Reply::Json(call.render().older_subscription_item(&item)))
}

fn no_price() -> ApiError {
    ApiError::new(404, "price_not_found", "Price not found", "Price not found")
}

/// The prices to leave and to go to.
fn read_prices(call: &mut Call<'_>, item: &SubscriptionItem) -> Result<(Price, Price), ApiError> {
    let mut form = call.form()?;
    let from_id = form.required_text("from_price_id");
    let to_id = form.required_text("to_price_id");
    form.finish()?;
    let from = call.store.prices.get(&from_id).cloned().ok_or_else(no_price)?;
    let to = call.store.prices.get(&to_id).cloned().ok_or_else(no_price)?;
    if from.id != item.price_id {
        return Err(ApiError::new(
            409,
            "price_transition_conflict",
            "Price transition conflict",
            "from_price_id is not the price that the subscription item has.",
        ));
    }
    if from.id == to.id {
        return Err(ErrorItem::value("to_price_id", &to.id).into());
    }
    let payer_of = |price: &Price| call.store.plans.get(&price.plan_id).map(|plan| plan.payer_type.clone());
    if payer_of(&from) != payer_of(&to) {
        return Err(ErrorItem::format("to_price_id", "must be the price of a plan for the same kind of payer.").into());
    }
    Ok((from, to))
}

/// To pay more, or for the first time, is at once; to pay less waits for the end of what was paid for.
fn change_price(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let item = find(call)?;
    if !item.is_current() {
        let text = "The subscription item has no price to leave: it has ended, or has not begun.";
        return Err(ApiError::new(
            400,
            "subscription_item_not_changeable",
            "Subscription item cannot be changed",
            text,
        ));
    }
    let (from, to) = read_prices(call, &item)?;
    let period = match (&*item.period, to.for_period("month"), to.for_period("annual")) {
        ("annual", _, Some(_)) | (_, None, _) => "annual",
        _ => "month",
    };
    let monthly = |price: &Price, period: &str| match period {
        "annual" => price.annual_monthly_amount.unwrap_or(0),
        _ => price.amount.unwrap_or(0),
    };
    let waits = item.status != "past_due" && monthly(&to, period) < monthly(&from, &item.period);
    let previous_plan = call.store.plans.get(&from.plan_id).cloned().ok_or_else(ApiError::internal)?;
    call.store.abandon_upcoming(&item.owner_id, now);
    let is_free = call.store.plans.get(&to.plan_id).is_some_and(|plan| plan.is_default);
    let new_id = match item.period_end.filter(|_| waits) {
        Some(end) => {
            if let Some(row) = call.store.subscription_items.get_mut(&item.id) {
                row.status = "canceled".into();
                row.canceled_at = row.canceled_at.or(Some(now));
                row.updated_at = now;
            }
            // It begins by itself when nothing else is left.
            let free = if is_free { call.store.fall_back(&item.owner_id, now) } else { None };
            free.unwrap_or_else(|| call.store.subscribe_later(&item.owner_id, &to, period, end, now))
        }
        None => call.store.subscribe(&item.owner_id, &to, period, None, now),
    };
    let new = again(call, &new_id)?;
    if new.status == "incomplete" {
        let text = "The payment was declined.";
        return Err(ApiError::new(400, "payment_declined", "Payment declined", text));
    }
    let charged = call.store.payment_attempts.values().find(|attempt| attempt.item_id == new_id);
    let charge = charged.map(|attempt| money(attempt.fee - attempt.discount, &attempt.currency));
    let next = if new.status == "upcoming" { Some(new.period_start) } else { new.period_end };
    let render = call.render();
    let previous = again(call, &item.id)?;
    Ok(Reply::Json(json!({
        "object": "commerce_price_transition",
        "subscription_item": render.older_subscription_item(&new),
        "transition": {
            "previous_plan": render.older_plan(&previous_plan),
            "previous_price": render.price(&from),
            "effective_at": if waits { item.period_end.unwrap_or(now) } else { now },
            "effective_mode": if waits { "end_of_period" } else { "immediate" },
            "next_billing_date": next,
            "charged_immediately": charge.is_some(),
            "immediate_charge": charge,
            "previous_subscription_item_status": previous.status,
            "previous_subscription_item_id": item.id,
        },
    })))
}

fn no_discount() -> ApiError {
    ApiError::new(404, "discount_not_found", "Discount not found", "Discount not found")
}

fn apply_discount(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let discount_id = form.required_text("discount_id");
    form.finish()?;
    let item = find_paid(call)?;
    let discount = call.store.discounts.get(&discount_id).cloned().ok_or_else(no_discount)?;
    if let Some(active) = call.store.discount_of(&item.id).cloned() {
        if active.discount_id == discount_id {
            return Err(ApiError::new(
                409,
                "discount_already_applied",
                "Discount already applied",
                "The subscription item has this discount already.",
            ));
        }
        call.store.redemptions.insert(active.id.clone(), Redemption { status: "removed".into(), ..active });
    }
    let redemption = Redemption {
        id: call.store.ids.id("cdr_"),
        item_id: item.id,
        discount_id,
        name: discount.name,
        effect: discount.effect,
        cycles_remaining: discount.cycles,
        cycles_applied: 0,
        status: "active".into(),
        redeemed_at: now,
    };
    call.store.redemptions.insert(redemption.id.clone(), redemption.clone());
    Ok(Reply::Json(call.render().redemption(&redemption)))
}

fn remove_discount(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let discount_id = call.param("discount_id");
    let item = find(call)?;
    let active = call.store.discount_of(&item.id).filter(|active| active.discount_id == discount_id);
    let removed = Redemption { status: "removed".into(), ..active.cloned().ok_or_else(no_discount)? };
    call.store.redemptions.insert(removed.id.clone(), removed.clone());
    Ok(Reply::Json(call.render().redemption(&removed)))
}
