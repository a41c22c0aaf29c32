//! What events tell of billing, and when.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod common;

use common::{Api, NOON, column};
use serde_json::{Value, json};

const DAY: i64 = 24 * 60 * 60 * 1000;
/// From [`NOON`], the 28th of May, to the 28th of June.
const MONTH: i64 = 31 * DAY;

/// A user, a dear plan with a trial and a cheap one, and how many events there were until then.
struct Shop {
    api: Api,
    ann: String,
    dear: Value,
    cheap: Value,
    before: usize,
}

impl Shop {
    async fn open() -> Shop {
        let api = Api::start();
        let ann = api.user("a@x.de").await;
        let add = |arguments: Value| api.control("add_plan", arguments)["price_id"].clone();
        let dear = add(json!({"slug": "pro", "amount": 1000, "annual_monthly_amount": 800, "free_trial_days": 14}));
        let cheap = add(json!({"slug": "lite", "amount": 300}));
        let mut shop = Shop { api, ann, dear, cheap, before: 0 };
        shop.told();
        shop
    }

    /// The types of the events since this was last asked.
    fn told(&mut self) -> Vec<Value> {
        let types = column(&self.api.control("webhook_events", json!({})), "type").split_off(self.before);
        self.before += types.len();
        types
    }

    /// The data of the last event of a type.
    fn last(&self, kind: &str) -> Value {
        let events = self.api.control("webhook_events", json!({"type": kind, "limit": 1}));
        assert_eq!(events[0]["payload"]["type"], kind, "{events}");
        events[0]["payload"]["data"].clone()
    }

    /// Subscribes the user; the path of the item.
    fn subscribe(&self, slug: &str, free_trial: bool) -> String {
        let answer =
            self.api.control("subscribe", json!({"payer": self.ann, "plan_slug": slug, "free_trial": free_trial}));
        format!("/billing/subscription_items/{}", answer["subscription_item_id"].as_str().unwrap())
    }

    /// As [`subscribe`](Shop::subscribe), and what that tells is passed over.
    fn subscribed(&mut self, slug: &str, free_trial: bool) -> String {
        let path = self.subscribe(slug, free_trial);
        self.told();
        path
    }

    fn advance(&self, by_ms: i64) {
        self.api.emulator.clock().advance(by_ms);
    }

    fn decline(&self, declined: bool) {
        self.api.control("decline_payments", json!({"payer": self.ann, "declined": declined}));
    }
}

#[tokio::test]
async fn a_user_has_a_subscription_once_there_are_plans() {
    let mut shop = Shop::open().await;
    let bob = shop.api.user("b@x.de").await;
    assert_eq!(
        shop.told(),
        ["user.created", "subscription.created", "subscription.active", "subscriptionItem.active"],
        "the free plan"
    );
    let data = shop.last("subscription.created");
    assert_eq!(
        (&data["payer"]["user_id"], &data["payer"]["organization_id"], &data["status"], &data["latest_payment_id"]),
        (&json!(bob), &json!(""), &json!("active"), &Value::Null)
    );
    let told = shop.api.get(&format!("/users/{bob}/billing/subscription")).await;
    assert_eq!((&data["id"], &data["items"][0]["id"]), (&told["id"], &told["subscription_items"][0]["id"]));
    assert!(data["items"][0].get("payer").is_none(), "it is that of the subscription");
    assert_eq!(shop.told(), Vec::<Value>::new(), "what was opened is not opened again");
}

#[tokio::test]
async fn the_first_plan_opens_the_subscriptions_of_those_who_are_there() {
    let api = Api::start();
    let (ann, acme) = (api.user("a@x.de").await, api.organization("Acme", None).await);
    let opened = || {
        let events = api.control("webhook_events", json!({"type": "subscription.created"}));
        column(&column(&events, "payload").into(), "data")
            .iter()
            .map(|data| format!("{}{}", data["payer"]["user_id"], data["payer"]["organization_id"]).replace('"', ""))
            .collect::<Vec<_>>()
    };
    assert_eq!(opened(), Vec::<String>::new());
    api.control("add_plan", json!({"slug": "team", "payer_type": "org", "amount": 5000}));
    assert_eq!(opened(), [acme.as_str()]);
    api.control("add_plan", json!({"slug": "pro", "amount": 1000}));
    assert_eq!(opened(), [acme, ann]);
}

#[tokio::test]
async fn a_checkout_is_paid_for_and_takes_the_place_of_the_free_plan() {
    let mut shop = Shop::open().await;
    shop.subscribe("pro", false);
    let told = shop.told();
    assert_eq!(
        told,
        [
            "paymentAttempt.created",
            "paymentAttempt.updated",
            "subscriptionItem.active",
            "subscriptionItem.ended",
            "subscription.updated"
        ]
    );
    let (begun, done) = (shop.last("paymentAttempt.created"), shop.last("paymentAttempt.updated"));
    assert_eq!((&begun["id"], &begun["status"], &begun["paid_at"]), (&done["id"], &json!("pending"), &Value::Null));
    assert_eq!(
        (&done["status"], &done["paid_at"], &done["charge_type"], &done["totals"]["grand_total"]["amount"]),
        (&json!("paid"), &json!(NOON), &json!("checkout"), &json!(1000))
    );
    let statement = shop.api.get(&format!("/billing/statements/{}", done["statement_id"].as_str().unwrap())).await;
    assert_eq!(statement["groups"][0]["items"][0]["payment_id"], done["payment_id"]);
    let item = shop.last("subscriptionItem.active");
    assert_eq!(
        (&item["plan"]["slug"], &item["plan"]["amount"], &item["interval"], &item["period_end"]),
        (&json!("pro"), &json!(1000), &json!("month"), &json!(NOON + MONTH))
    );
    let subscription = shop.last("subscription.updated");
    assert_eq!(
        (&subscription["id"], &subscription["latest_payment_id"], &subscription["items"][0]["id"]),
        (&item["subscription_id"], &done["payment_id"], &item["id"])
    );
    assert_eq!(column(&subscription["items"], "status"), ["active"]);
}

#[tokio::test]
async fn a_renewal_is_told_when_the_clock_gets_there() {
    let mut shop = Shop::open().await;
    shop.subscribed("pro", false);
    shop.advance(MONTH - 1);
    assert_eq!(shop.told(), Vec::<Value>::new());
    shop.advance(1);
    assert_eq!(
        shop.told(),
        ["paymentAttempt.created", "paymentAttempt.updated", "subscriptionItem.updated", "subscription.updated"]
    );
    assert_eq!(shop.last("paymentAttempt.updated")["charge_type"], "recurring");
    assert_eq!(shop.last("subscriptionItem.updated")["period_start"], NOON + MONTH);
}

#[tokio::test]
async fn what_is_canceled_ends_with_its_period() {
    let mut shop = Shop::open().await;
    let path = shop.subscribed("pro", false);
    shop.api.delete(&path).await;
    assert_eq!(
        shop.told(),
        ["subscriptionItem.canceled", "subscriptionItem.upcoming", "subscription.updated"],
        "the free plan is to come"
    );
    assert_eq!(shop.last("subscriptionItem.upcoming")["period_start"], NOON + MONTH);
    assert_eq!(shop.last("subscriptionItem.canceled")["plan"]["slug"], "pro");
    shop.api.delete(&path).await;
    assert_eq!(shop.told(), Vec::<Value>::new(), "said twice");
    shop.advance(MONTH);
    assert_eq!(shop.told(), ["subscriptionItem.active", "subscriptionItem.ended", "subscription.updated"]);
    assert_eq!(shop.last("subscriptionItem.active")["plan"]["slug"], "free_user");
    assert_eq!(shop.last("subscriptionItem.active")["period_end"], Value::Null);
}

#[tokio::test]
async fn what_is_ended_at_once_is_not_canceled_first() {
    let mut shop = Shop::open().await;
    let path = shop.subscribed("pro", false);
    shop.api.delete(&format!("{path}?end_now=true")).await;
    assert_eq!(shop.told(), ["subscriptionItem.ended", "subscriptionItem.active", "subscription.updated"]);
}

#[tokio::test]
async fn who_subscribes_again_abandons_what_was_to_come() {
    let mut shop = Shop::open().await;
    let path = shop.subscribed("pro", false);
    shop.api.delete(&path).await;
    shop.told();
    shop.subscribe("lite", false);
    let told = shop.told();
    for kind in ["subscriptionItem.abandoned", "subscriptionItem.ended", "subscriptionItem.active"] {
        assert_eq!(told.iter().filter(|told| *told == kind).count(), 1, "{kind}: {told:?}");
    }
    assert_eq!(shop.last("subscriptionItem.abandoned")["plan"]["slug"], "free_user");
}

#[tokio::test]
async fn to_pay_less_is_told_as_upcoming_and_to_pay_more_at_once() {
    let mut shop = Shop::open().await;
    let path = shop.subscribed("pro", false);
    let body = json!({"from_price_id": shop.dear, "to_price_id": shop.cheap});
    shop.api.post(&format!("{path}/price_transition"), body).await;
    assert_eq!(shop.told(), ["subscriptionItem.canceled", "subscriptionItem.upcoming", "subscription.updated"]);
    assert_eq!(shop.last("subscriptionItem.upcoming")["plan"]["slug"], "lite");
    shop.advance(MONTH);
    let told = shop.told();
    for kind in ["paymentAttempt.updated", "subscriptionItem.ended", "subscriptionItem.active"] {
        assert_eq!(told.iter().filter(|told| *told == kind).count(), 1, "{kind}: {told:?}");
    }
    let item = shop.last("subscriptionItem.active");
    assert_eq!(item["plan"]["slug"], "lite");
    let path = format!("/billing/subscription_items/{}/price_transition", item["id"].as_str().unwrap());
    shop.api.post(&path, json!({"from_price_id": shop.cheap, "to_price_id": shop.dear})).await;
    assert_eq!(shop.last("subscriptionItem.active")["plan"]["slug"], "pro");
    assert_eq!(shop.last("subscriptionItem.ended")["plan"]["slug"], "lite");
}

#[tokio::test]
async fn a_downgrade_to_the_free_plan_is_upcoming_too() {
    let mut shop = Shop::open().await;
    let path = shop.subscribed("pro", false);
    let plans = shop.api.get("/billing/plans?payer_type=user").await;
    let free = plans["data"].as_array().unwrap().iter().find(|plan| plan["is_default"] == true).unwrap()["id"].clone();
    let prices = shop.api.get(&format!("/billing/prices?plan_id={}", free.as_str().unwrap())).await;
    let body = json!({"from_price_id": shop.dear, "to_price_id": prices["data"][0]["id"]});
    let answer = shop.api.post(&format!("{path}/price_transition"), body).await;
    assert_eq!(answer["subscription_item"]["status"], "upcoming");
    assert_eq!(shop.told(), ["subscriptionItem.canceled", "subscriptionItem.upcoming", "subscription.updated"]);
}

#[tokio::test]
async fn a_trial_tells_three_days_before_it_ends() {
    let mut shop = Shop::open().await;
    shop.subscribe("pro", true);
    assert_eq!(shop.told(), ["subscriptionItem.active", "subscriptionItem.ended", "subscription.updated"]);
    assert_eq!(shop.last("subscriptionItem.active")["is_free_trial"], true);
    shop.advance(11 * DAY - 1);
    assert_eq!(shop.told(), Vec::<Value>::new());
    shop.advance(1);
    assert_eq!(shop.told(), ["subscriptionItem.freeTrialEnding"]);
    assert_eq!(shop.last("subscriptionItem.freeTrialEnding")["period_end"], NOON + 14 * DAY);
    shop.advance(3 * DAY);
    assert_eq!(
        shop.told(),
        ["paymentAttempt.created", "paymentAttempt.updated", "subscriptionItem.updated", "subscription.updated"],
        "then it is paid for"
    );
    assert_eq!(shop.last("subscriptionItem.updated")["is_free_trial"], false);
}

#[tokio::test]
async fn a_trial_that_the_clock_leaps_over_is_told_as_it_was() {
    let mut shop = Shop::open().await;
    shop.subscribed("pro", true);
    shop.advance(20 * DAY);
    assert_eq!(shop.told()[2], "subscriptionItem.freeTrialEnding");
    let data = shop.last("subscriptionItem.freeTrialEnding");
    assert_eq!((&data["is_free_trial"], &data["period_end"]), (&json!(true), &json!(NOON + 14 * DAY)));
}

#[tokio::test]
async fn a_short_trial_is_about_to_end_from_the_start() {
    let mut shop = Shop::open().await;
    shop.api.control("add_plan", json!({"slug": "taste", "amount": 100, "free_trial_days": 2}));
    shop.told();
    shop.subscribe("taste", true);
    assert_eq!(shop.told()[1], "subscriptionItem.freeTrialEnding");
}

#[tokio::test]
async fn an_extended_trial_is_told_and_tells_again_before_its_end() {
    let mut shop = Shop::open().await;
    let path = shop.subscribed("pro", true);
    shop.advance(12 * DAY);
    shop.told();
    // 2026-06-28, a month after noon.
    let body = json!({"extend_to": "2026-06-28T20:26:40Z"});
    shop.api.post(&format!("{path}/extend_free_trial"), body.clone()).await;
    assert_eq!(shop.told(), ["subscriptionItem.updated", "subscription.updated"]);
    assert_eq!(shop.last("subscriptionItem.updated")["period_end"], NOON + MONTH);
    shop.api.post(&format!("{path}/extend_free_trial"), body).await;
    assert_eq!(shop.told(), Vec::<Value>::new(), "said twice");
    shop.advance(MONTH - 15 * DAY);
    assert_eq!(shop.told(), ["subscriptionItem.freeTrialEnding"]);
}

#[tokio::test]
async fn a_declined_checkout_leaves_what_was_there() {
    let mut shop = Shop::open().await;
    shop.decline(true);
    assert_eq!(shop.told(), Vec::<Value>::new());
    let path = shop.subscribe("pro", false);
    assert_eq!(
        shop.told(),
        ["paymentAttempt.created", "paymentAttempt.updated", "subscriptionItem.incomplete", "subscription.updated"]
    );
    let attempt = shop.last("paymentAttempt.updated");
    assert_eq!(
        (&attempt["status"], &attempt["paid_at"], &attempt["failed_at"], &attempt["failed_reason"]["code"]),
        (&json!("failed"), &Value::Null, &json!(NOON), &json!("card_declined"))
    );
    let listed = shop.api.get("/billing/subscription_items?include_free=true").await;
    assert_eq!(column(&listed, "status"), ["incomplete", "active"]);
    let statement = shop.api.get("/billing/statements").await["data"][0].clone();
    let told = &statement["groups"][0]["items"][0];
    assert_eq!(
        (&statement["status"], &told["status"], &told["failed_at"], &told["paid_at"]),
        (&json!("open"), &json!("failed"), &json!(NOON), &Value::Null)
    );
    shop.api.delete(&path).await;
    assert_eq!(shop.told(), ["subscriptionItem.abandoned", "subscription.updated"]);
    assert_eq!(
        column(&shop.api.get("/billing/subscription_items?status=active&include_free=true").await, "id").len(),
        1
    );
}

#[tokio::test]
async fn a_checkout_that_is_paid_for_at_last_begins_then() {
    let mut shop = Shop::open().await;
    shop.decline(true);
    shop.subscribed("pro", false);
    shop.advance(DAY);
    shop.decline(false);
    assert_eq!(
        shop.told(),
        [
            "paymentAttempt.created",
            "paymentAttempt.updated",
            "subscriptionItem.active",
            "subscriptionItem.ended",
            "subscription.updated"
        ]
    );
    assert_eq!(shop.last("subscriptionItem.active")["period_start"], NOON + DAY);
    let statements = shop.api.get("/billing/statements").await;
    let statement = &statements["data"][0];
    assert_eq!(
        (&statements["total_count"], &statement["status"], &statement["totals"]["grand_total"]["amount"]),
        (&json!(1), &json!("closed"), &json!(1000)),
        "the same statement"
    );
    assert_eq!(column(&statement["groups"][0]["items"], "status"), ["failed", "paid"]);
}

#[tokio::test]
async fn a_new_checkout_takes_the_place_of_one_that_was_declined() {
    let mut shop = Shop::open().await;
    shop.decline(true);
    shop.subscribed("pro", false);
    shop.subscribe("lite", false);
    assert_eq!(shop.last("subscriptionItem.abandoned")["plan"]["slug"], "pro");
    assert_eq!(shop.last("subscriptionItem.incomplete")["plan"]["slug"], "lite");
}

#[tokio::test]
async fn a_declined_renewal_is_past_due_until_it_is_paid() {
    let mut shop = Shop::open().await;
    shop.subscribed("pro", false);
    shop.decline(true);
    shop.advance(MONTH);
    assert_eq!(
        shop.told(),
        [
            "paymentAttempt.created",
            "paymentAttempt.updated",
            "subscriptionItem.pastDue",
            "subscription.pastDue",
            "subscription.updated"
        ]
    );
    let data = shop.last("subscription.pastDue");
    assert_eq!(
        (&data["status"], &data["past_due_at"], &data["items"][0]["status"]),
        (&json!("past_due"), &json!(NOON + MONTH), &json!("past_due"))
    );
    let answer = shop.api.get(&format!("/users/{}/billing/subscription", shop.ann)).await;
    assert_eq!((&answer["status"], &answer["past_due_at"]), (&json!("past_due"), &json!(NOON + MONTH)));
    assert_eq!(shop.api.get("/billing/subscription_items?status=past_due").await["total_count"], 1);
    shop.advance(MONTH);
    assert_eq!(shop.told(), Vec::<Value>::new(), "what is owed is not charged for again");
    shop.advance(-MONTH);
    shop.decline(false);
    assert_eq!(
        shop.told(),
        ["paymentAttempt.created", "paymentAttempt.updated", "subscriptionItem.active", "subscription.active"]
    );
    assert_eq!(shop.last("subscription.active")["past_due_at"], Value::Null);
}

#[tokio::test]
async fn a_plan_that_is_past_due_ends_when_it_is_canceled() {
    let mut shop = Shop::open().await;
    let path = shop.subscribed("pro", false);
    shop.decline(true);
    shop.advance(MONTH);
    shop.told();
    shop.api.delete(&path).await;
    assert_eq!(
        shop.told(),
        ["subscriptionItem.ended", "subscriptionItem.active", "subscription.active", "subscription.updated"]
    );
}

#[tokio::test]
async fn a_price_transition_that_is_declined_changes_nothing() {
    let mut shop = Shop::open().await;
    let path = format!("{}/price_transition", shop.subscribed("lite", false));
    shop.decline(true);
    let body = Some(json!({"from_price_id": shop.cheap, "to_price_id": shop.dear}));
    shop.api.fails_with("POST", &path, body, 400, "payment_declined").await;
    assert_eq!(shop.told(), Vec::<Value>::new());
}

#[tokio::test]
async fn an_organization_pays_as_itself() {
    let mut shop = Shop::open().await;
    shop.api.control("add_plan", json!({"slug": "team", "payer_type": "org", "amount": 5000}));
    let acme = shop.api.organization("Acme", None).await;
    shop.told();
    shop.api.control("subscribe", json!({"payer": "acme", "plan_slug": "team"}));
    let payer = shop.last("paymentAttempt.updated")["payer"].clone();
    assert_eq!(
        (&payer["organization_id"], &payer["organization_name"], &payer["user_id"], &payer["email"]),
        (&json!(acme), &json!("Acme"), &json!(""), &json!(""))
    );
}

#[tokio::test]
async fn credits_and_discounts_are_no_events() {
    let mut shop = Shop::open().await;
    let path = shop.subscribed("pro", false);
    let discount = shop.api.control("add_discount", json!({"name": "Two", "amount_off": 200}))["id"].clone();
    shop.api.post(&format!("{path}/discounts"), json!({"discount_id": discount})).await;
    let credit = json!({"amount": 500, "action": "increase", "idempotency_key": "a"});
    shop.api.post(&format!("/users/{}/billing/credits", shop.ann), credit).await;
    assert_eq!(shop.told(), Vec::<Value>::new());
}
