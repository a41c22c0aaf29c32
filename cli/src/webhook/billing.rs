//! Made-up events of billing: a subscription of one plan, its item, and an attempt to charge for it.

use serde_json::{Value, json};

use super::id::random_id;

/// 30 days, in milliseconds.
const PERIOD: i64 = 30 * 24 * 60 * 60 * 1_000;

fn payer(now: i64) -> Value {
    json!({
        "object": "commerce_payer", "id": random_id("cpayer_"), "user_id": random_id("user_"), "first_name": "Ann",
        "last_name": "Example", "email": "ann@example.com", "organization_id": "", "organization_name": "",
        "image_url": "https://img.clerk.com/sample", "created_at": now, "updated_at": now,
    })
}

fn plan() -> Value {
    json!({
        "id": random_id("cplan_"), "slug": "pro", "name": "Pro", "is_recurring": true, "amount": 2_000, "currency": "USD",
    })
}

fn money(cents: i64) -> Value {
    json!({ "amount": cents, "amount_formatted": format!("{}.{:02}", cents / 100, cents % 100), "currency": "USD", "currency_symbol": "$" })
}

/// What a status is called that an event is named after.
fn status(action: &str) -> &str {
    match action {
        "created" | "updated" | "freeTrialEnding" => "active",
        "pastDue" => "past_due",
        other => other,
    }
}

fn item(action: &str, now: i64) -> Value {
    let plan = plan();
    let begins = if action == "upcoming" { now + PERIOD } else { now };
    json!({
        "object": "commerce_subscription_item", "id": random_id("csub_item_"), "status": status(action),
        "is_free_trial": action == "freeTrialEnding", "created_at": now, "updated_at": now, "period_start": begins,
        "period_end": begins + PERIOD, "interval": "month", "plan_id": plan["id"], "plan": plan, "subscription_id": null,
    })
}

/// `subscriptionItem.…`
pub(super) fn subscription_item(action: &str, now: i64) -> Value {
    let mut item = item(action, now);
    item["payer"] = payer(now);
    item["subscription_id"] = random_id("csub_").into();
    item
}

/// `subscription.…`
pub(super) fn subscription(action: &str, now: i64) -> Value {
    let payer = payer(now);
    let is_late = action == "pastDue";
    json!({
        "object": "commerce_subscription", "id": random_id("csub_"), "status": status(action), "active_at": now,
        "canceled_at": null, "created_at": now, "ended_at": null, "past_due_at": is_late.then_some(now), "updated_at": now,
        "latest_payment_id": random_id("cpay_"), "payer_id": payer["id"], "payer": payer,
        "payment_source_id": random_id("cps_"), "items": [item(action, now)],
    })
}

/// `paymentAttempt.…`: begun, or paid.
pub(super) fn payment_attempt(action: &str, now: i64) -> Value {
    let is_paid = action == "updated";
    let mut paid_for = item("active", now);
    if let Some(fields) = paid_for.as_object_mut() {
        fields.remove("is_free_trial");
    }
    json!({
        "id": random_id("cpayatt_"), "instance_id": "ins_sample", "payment_id": random_id("cpay_"),
        "invoice_id": random_id("cinv_"), "statement_id": random_id("cstmt_"), "gateway_external_id": "pi_sample",
        "status": if is_paid { "paid" } else { "pending" }, "created_at": now, "updated_at": now,
        "paid_at": is_paid.then_some(now), "failed_at": null, "failed_reason": null, "billing_date": now,
        "charge_type": "recurring",
        "payee": { "id": random_id("cpayee_"), "gateway_type": "stripe", "gateway_external_id": "acct_sample", "gateway_status": "active" },
        "payer": payer(now),
        "totals": { "subtotal": money(2_000), "tax_total": money(0), "grand_total": money(2_000) },
        "payment_source": {
            "id": random_id("cps_"), "gateway": "stripe", "gateway_external_id": "pm_sample",
            "gateway_external_account_id": null, "payment_method": "card", "status": "active", "card_type": "visa", "last4": "4242",
        },
        "subscription_items": [paid_for],
    })
}
