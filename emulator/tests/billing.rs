//! Plans, prices, subscriptions, discounts, statements, and what a plan puts into tokens.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod common;

use common::{Api, NOON, column, id, token_part};
use serde_json::{Value, json};

const DAY: i64 = 24 * 60 * 60 * 1000;
/// From [`NOON`], the 28th of May, to the 28th of June.
const MONTH: i64 = 31 * DAY;

/// A paid plan for users; its id and that of its price.
fn pro(api: &Api) -> (String, String) {
    let plan = api.control(
        "add_plan",
        json!({"slug": "pro", "name": "Pro", "amount": 1000, "annual_monthly_amount": 800, "features": ["api_access", "export"], "free_trial_days": 14}),
    );
    (id(&plan), plan["price_id"].as_str().unwrap().to_owned())
}

/// Subscribes somebody to a plan; the id of the item.
fn subscribe(api: &Api, payer: &str, slug: &str) -> String {
    let answer = api.control("subscribe", json!({"payer": payer, "plan_slug": slug}));
    answer["subscription_item_id"].as_str().unwrap().to_owned()
}

/// The statuses of the items, newest first, the free one among them.
async fn statuses(api: &Api) -> Vec<Value> {
    column(&api.get("/billing/subscription_items?include_free=true").await, "status")
}

#[tokio::test]
async fn there_is_a_free_plan_for_either_kind_of_payer() {
    let api = Api::start();
    let plans = api.get("/billing/plans").await;
    assert_eq!(
        (column(&plans, "slug"), &plans["total_count"]),
        (vec![json!("free_org"), json!("free_user")], &json!(2))
    );
    let (plan, price) = pro(&api);
    let listed = api.get("/commerce/plans?payer_type=user&limit=1").await;
    let found = &listed["data"][0];
    assert_eq!(
        (&found["id"], &found["fee"]["amount"], &found["annual_fee"]["amount_formatted"], &found["free_trial_days"]),
        (&json!(plan), &json!(1000), &json!("$96.00"), &json!(14))
    );
    assert_eq!(column(&found["features"], "name"), ["Api access", "Export"]);
    assert_eq!(column(&api.get(&format!("/billing/prices?plan_id={plan}")).await, "id"), [json!(price)]);
    api.fails_with("GET", "/billing/plans?payer_type=cat", None, 422, "form_param_value_invalid:payer_type").await;
}

#[tokio::test]
async fn prices_are_added_to_a_plan() {
    let api = Api::start();
    let (plan, _) = pro(&api);
    let price =
        api.post("/billing/prices", json!({"plan_id": plan, "amount": 500, "description": "For friends"})).await;
    assert_eq!(
        (
            &price["is_default"],
            &price["supported_billing_periods"],
            &price["fee"]["amount"],
            &price["annual_monthly_fee"]
        ),
        (&json!(false), &json!("month"), &json!(500), &Value::Null)
    );
    api.post(
        "/billing/prices",
        json!({"plan_id": plan, "amount": null, "annual_monthly_amount": 0, "currency": "eur"}),
    )
    .await;
    let listed = api.get(&format!("/billing/prices?plan_id={plan}")).await;
    assert_eq!(column(&listed, "amount"), [0, 500, 1000], "the cheapest first");
    assert_eq!(column(&listed, "supported_billing_periods"), ["annual", "month", "both"]);
    let free = id(&api.get("/billing/plans?payer_type=user&offset=1").await["data"][0]);
    for (body, status, code) in [
        (json!({"plan_id": plan}), 422, "form_param_missing:amount"),
        (json!({"plan_id": plan, "amount": null}), 422, "form_param_nil:amount"),
        (json!({"plan_id": plan, "amount": 99}), 422, "form_param_format_invalid:amount"),
        (json!({"plan_id": plan, "amount": -1}), 422, "form_param_value_invalid:amount"),
        (json!({"plan_id": plan, "amount": 500, "currency": "euro"}), 422, "form_param_value_invalid:currency"),
        (
            json!({"plan_id": plan, "amount": 500, "supported_billing_periods": "both"}),
            422,
            "form_conditional_param_missing:annual_monthly_amount",
        ),
        (json!({"plan_id": "cplan_x", "amount": 500}), 404, "plan_not_found"),
        (json!({"plan_id": free, "amount": 500}), 422, "default_plan_amount_update_forbidden"),
    ] {
        api.fails_with("POST", "/billing/prices", Some(body), status, code).await;
    }
    api.fails_with("GET", "/billing/prices?plan_id=cplan_x", None, 404, "plan_not_found").await;
}

#[tokio::test]
async fn a_subscription_is_paid_for() {
    let api = Api::start();
    let ann = api.user("a@x.de").await;
    assert_eq!(api.get("/billing/statements").await, json!({"data": [], "total_count": 0}));
    let before = api.get(&format!("/users/{ann}/billing/subscription")).await;
    assert_eq!(column(&before["subscription_items"], "period_end"), [Value::Null], "the free plan has no end");
    let (plan, price) = pro(&api);
    let item = subscribe(&api, &ann, "pro");
    let listed = api.get("/billing/subscription_items").await;
    let found = &listed["data"][0];
    assert_eq!(
        (&listed["total_count"], &found["id"], &found["plan_id"], &found["price_id"], &found["status"]),
        (&json!(1), &json!(item), &json!(plan), &json!(price), &json!("active"))
    );
    assert_eq!(
        (
            &found["period_end"],
            &found["lifetime_paid"]["amount"],
            &found["next_payment"]["date"],
            &found["payer"]["user_id"]
        ),
        (&json!(NOON + MONTH), &json!(1000), &json!(NOON + MONTH), &json!(ann))
    );
    assert_eq!(statuses(&api).await, ["active", "ended"], "the free plan waits");
    assert_eq!(
        column(&api.get(&format!("/users/{ann}/billing/subscription")).await["subscription_items"], "id"),
        [json!(item)]
    );
    let statements = api.get("/billing/statements").await;
    let statement = &statements["data"][0];
    assert_eq!(
        (&statement["totals"]["grand_total"]["amount"], &statement["payer"]["email"]),
        (&json!(1000), &json!("a@x.de"))
    );
    let path = format!("/billing/statements/{}", id(statement));
    assert_eq!(api.get(&path).await, *statement);
    let attempts = api.get(&format!("{path}/payment_attempts")).await;
    assert_eq!(attempts["data"], statement["groups"][0]["items"]);
    let attempt = &attempts["data"][0];
    assert_eq!(
        (&attempt["status"], &attempt["paid_at"], &attempt["charge_type"], &attempt["subscription_item_id"]),
        (&json!("paid"), &json!(NOON), &json!("checkout"), &json!(item))
    );
    for path in ["/billing/statements/cstmt_x", "/billing/statements/cstmt_x/payment_attempts"] {
        api.fails_with("GET", path, None, 404, "statement_not_found").await;
    }
}

#[tokio::test]
async fn a_subscription_goes_on_until_it_is_canceled() {
    let api = Api::start();
    let ann = api.user("a@x.de").await;
    pro(&api);
    let path = format!("/billing/subscription_items/{}", subscribe(&api, &ann, "pro"));
    api.emulator.clock().advance(MONTH);
    let charges = api.get("/billing/statements?limit=1").await;
    assert_eq!(
        (&charges["total_count"], &charges["data"][0]["groups"][0]["items"][0]["charge_type"]),
        (&json!(2), &json!("recurring"))
    );
    let canceled = api.delete(&path).await;
    assert_eq!(
        (&canceled["status"], &canceled["canceled_at"], &canceled["ended_at"], &canceled["next_payment"]),
        (&json!("canceled"), &json!(NOON + MONTH), &Value::Null, &Value::Null)
    );
    assert_eq!(api.get("/billing/subscription_items?status=active").await["total_count"], 1, "paid for until the end");
    api.emulator.clock().advance(MONTH);
    assert_eq!(statuses(&api).await, ["ended", "active"]);
    assert_eq!(api.get("/billing/statements").await["total_count"], 2);
    api.fails_with("DELETE", &path, None, 400, "subscription_item_not_changeable").await;
    let again = subscribe(&api, &ann, "pro");
    let ended = api.delete(&format!("/commerce/subscription_items/{again}?end_now=true")).await;
    assert_eq!((&ended["status"], &ended["ended_at"]), (&json!("ended"), &ended["canceled_at"]));
    assert_eq!(statuses(&api).await, ["ended", "ended", "active"]);
    let free = id(&api.get("/billing/subscription_items?include_free=true&status=active").await["data"][0]);
    api.fails_with(
        "DELETE",
        &format!("/billing/subscription_items/{free}"),
        None,
        400,
        "subscription_item_not_changeable",
    )
    .await;
    api.fails_with("DELETE", "/billing/subscription_items/csubi_x", None, 404, "subscription_item_not_found").await;
}

#[tokio::test]
async fn items_are_listed_by_what_they_are() {
    let api = Api::start();
    let (ann, acme) = (api.user("a@x.de").await, api.organization("Acme", None).await);
    let (plan, _) = pro(&api);
    api.control("add_plan", json!({"slug": "team", "payer_type": "org", "amount": 5000}));
    let of_ann = subscribe(&api, &ann, "pro");
    let of_acme = subscribe(&api, "acme", "team");
    let none: Vec<Value> = Vec::new();
    for (query, ids) in [
        ("limit=5".to_owned(), vec![json!(of_acme), json!(of_ann)]),
        ("payer_type=org".to_owned(), vec![json!(of_acme)]),
        (format!("plan_id={plan}"), vec![json!(of_ann)]),
        ("query=A@X".to_owned(), vec![json!(of_ann)]),
        ("query=acme".to_owned(), vec![json!(of_acme)]),
        ("status=free_trial".to_owned(), none.clone()),
        ("status=past_due".to_owned(), none),
    ] {
        assert_eq!(column(&api.get(&format!("/commerce/subscription_items?{query}")).await, "id"), ids, "{query}");
    }
    api.delete(&format!("/organizations/{acme}")).await;
    assert_eq!(api.get("/billing/subscription_items").await["total_count"], 1, "gone with its payer");
    api.fails_with("GET", "/billing/subscription_items?status=odd", None, 422, "form_param_value_invalid:status").await;
}

#[tokio::test]
async fn trials_cost_nothing_and_can_be_extended() {
    let api = Api::start();
    let (ann, bob) = (api.user("a@x.de").await, api.user("b@x.de").await);
    pro(&api);
    let answer = api.control("subscribe", json!({"payer": ann, "plan_slug": "pro", "free_trial": true}));
    assert_eq!(answer["statement_id"], Value::Null);
    let path =
        format!("/billing/subscription_items/{}/extend_free_trial", answer["subscription_item_id"].as_str().unwrap());
    let trial = api.get("/billing/subscription_items?status=free_trial").await["data"][0].clone();
    assert_eq!((&trial["is_free_trial"], &trial["period_end"]), (&json!(true), &json!(NOON + 14 * DAY)));
    // 2026-06-28, a month after noon.
    let body = json!({"extend_to": "2026-06-28T20:26:40Z"});
    let longer = api.post(&path, body.clone()).await;
    assert_eq!((&longer["period_end"], &longer["plan"]["amount"]), (&json!(NOON + MONTH), &json!(1000)));
    assert_eq!(api.post(&path, body).await, longer, "said twice");
    for (body, code) in [
        (json!({}), "form_param_missing:extend_to"),
        (json!({"extend_to": "soon"}), "form_param_invalid_time:extend_to"),
        (json!({"extend_to": "2020-01-01T00:00:00Z"}), "form_param_format_invalid:extend_to"),
        (json!({"extend_to": "2028-01-01T00:00:00Z"}), "form_param_format_invalid:extend_to"),
    ] {
        api.fails_with("POST", &path, Some(body), 422, code).await;
    }
    api.emulator.clock().advance(MONTH);
    assert_eq!(api.get("/billing/statements").await["total_count"], 1, "then it is paid for");
    let late = Some(json!({"extend_to": "2026-08-01T00:00:00Z"}));
    api.fails_with("POST", &path, late.clone(), 403, "subscription_item_not_in_free_trial").await;
    let paid = format!("/billing/subscription_items/{}/extend_free_trial", subscribe(&api, &bob, "pro"));
    api.fails_with("POST", &paid, late, 403, "subscription_item_not_in_free_trial").await;
}

#[tokio::test]
async fn discounts_are_taken_off_renewals() {
    let api = Api::start();
    let ann = api.user("a@x.de").await;
    pro(&api);
    let item = subscribe(&api, &ann, "pro");
    let path = format!("/billing/subscription_items/{item}/discounts");
    let quarter = id(&api.control("add_discount", json!({"name": "Quarter", "percent_off": 25, "cycles": 1})));
    let fixed = id(&api.control("add_discount", json!({"name": "Two", "amount_off": 200})));
    let first = api.post(&path, json!({"discount_id": fixed})).await;
    assert_eq!(
        (&first["effect"], &first["amount_off"]["amount"], &first["cycles_remaining"]),
        (&json!("fixed_amount"), &json!(200), &Value::Null)
    );
    let second = api.post(&path, json!({"discount_id": quarter})).await;
    assert_eq!(
        (&second["status"], &second["percent_off"], &second["amount"]["amount"], &second["cycles_remaining"]),
        (&json!("active"), &json!(25.0), &json!(250), &json!(1))
    );
    api.fails_with("POST", &path, Some(json!({"discount_id": quarter})), 409, "discount_already_applied").await;
    api.fails_with("DELETE", &format!("{path}/{fixed}"), None, 404, "discount_not_found").await;
    api.emulator.clock().advance(MONTH + 30 * DAY);
    let amounts: Vec<Value> = column(&api.get("/billing/statements").await, "totals")
        .iter()
        .map(|totals| totals["grand_total"]["amount"].clone())
        .collect();
    assert_eq!(amounts, [1000, 750, 1000], "once");
    api.post(&path, json!({"discount_id": fixed})).await;
    assert_eq!(api.delete(&format!("{path}/{fixed}")).await["status"], "removed");
    api.fails_with("DELETE", &format!("{path}/{fixed}"), None, 404, "discount_not_found").await;
    for (body, status, code) in [
        (json!({}), 422, "form_param_missing:discount_id"),
        (json!({"discount_id": "cdisc_x"}), 404, "discount_not_found"),
    ] {
        api.fails_with("POST", &path, Some(body), status, code).await;
    }
}

#[tokio::test]
async fn to_pay_more_is_at_once_and_to_pay_less_waits() {
    let api = Api::start();
    let ann = api.user("a@x.de").await;
    let (_, dear) = pro(&api);
    let cheap = api.control("add_plan", json!({"slug": "lite", "amount": 300}))["price_id"].clone();
    let item = subscribe(&api, &ann, "lite");
    let path = |item: &str| format!("/billing/subscription_items/{item}/price_transition");
    let up = api.post(&path(&item), json!({"from_price_id": cheap, "to_price_id": dear})).await;
    let transition = &up["transition"];
    assert_eq!(
        (
            &transition["effective_mode"],
            &transition["immediate_charge"]["amount"],
            &transition["previous_subscription_item_status"]
        ),
        (&json!("immediate"), &json!(1000), &json!("ended"))
    );
    let item = id(&up["subscription_item"]);
    let down = api.post(&path(&item), json!({"from_price_id": dear, "to_price_id": cheap})).await;
    let transition = &down["transition"];
    assert_eq!(
        (
            &transition["effective_mode"],
            &transition["effective_at"],
            &transition["charged_immediately"],
            &transition["previous_subscription_item_status"]
        ),
        (&json!("end_of_period"), &json!(NOON + MONTH), &json!(false), &json!("canceled"))
    );
    assert_eq!(down["subscription_item"]["status"], "upcoming");
    assert_eq!(statuses(&api).await, ["upcoming", "canceled", "ended", "ended"]);
    api.emulator.clock().advance(MONTH);
    assert_eq!(statuses(&api).await, ["active", "ended", "ended", "ended"]);
    let last = api.get("/billing/statements?limit=1").await;
    assert_eq!(last["data"][0]["totals"]["grand_total"]["amount"], 300);
    let team = api.control("add_plan", json!({"slug": "team", "payer_type": "org", "amount": 300}))["price_id"].clone();
    let item = id(&down["subscription_item"]);
    for (body, status, code) in [
        (json!({"from_price_id": cheap}), 422, "form_param_missing:to_price_id"),
        (json!({"from_price_id": dear, "to_price_id": cheap}), 409, "price_transition_conflict"),
        (json!({"from_price_id": cheap, "to_price_id": cheap}), 422, "form_param_value_invalid:to_price_id"),
        (json!({"from_price_id": cheap, "to_price_id": team}), 422, "form_param_format_invalid:to_price_id"),
        (json!({"from_price_id": cheap, "to_price_id": "cprice_x"}), 404, "price_not_found"),
    ] {
        api.fails_with("POST", &path(&item), Some(body), status, code).await;
    }
}

#[tokio::test]
async fn tokens_tell_plans_and_their_features() {
    let api = Api::start();
    let ann = api.user("a@x.de").await;
    let acme = api.organization("Acme", Some(&ann)).await;
    let session = id(&api.post("/sessions", json!({"user_id": ann})).await);
    let claims = || async { token_part(&api.ok("POST", &format!("/sessions/{session}/tokens"), None).await["jwt"], 1) };
    assert!(claims().await.get("pla").is_none(), "there is nothing to subscribe to");
    pro(&api);
    assert_eq!((claims().await["pla"].clone(), claims().await.get("fea").cloned()), (json!("u:free_user"), None));
    api.control(
        "add_plan",
        json!({"slug": "team", "payer_type": "org", "amount": 5000, "features": ["export", "seats"]}),
    );
    let item = subscribe(&api, &ann, "pro");
    subscribe(&api, &acme, "team");
    let told = claims().await;
    assert_eq!((&told["pla"], &told["fea"]), (&json!("u:pro,o:team"), &json!("uo:export,o:seats,u:api_access")));
    let minted = api.control("mint_session_token", json!({"session_id": session}));
    assert_eq!(token_part(&minted["jwt"], 1)["pla"], "u:pro,o:team");
    api.delete(&format!("/billing/subscription_items/{item}")).await;
    assert_eq!(claims().await["pla"], "u:pro,o:team", "paid for until the end");
    api.emulator.clock().set(NOON + MONTH);
    let minted = api.control("mint_session_token", json!({"session_id": session}));
    assert_eq!(token_part(&minted["jwt"], 1)["pla"], "u:free_user,o:team");
}

#[test]
fn the_control_door_says_what_is_wrong() {
    let api = Api::start();
    pro(&api);
    for (command, arguments, part) in [
        ("add_plan", json!({"slug": "pro", "amount": 1}), "already"),
        ("add_plan", json!({"slug": "a:b", "amount": 1}), "slug"),
        ("add_plan", json!({"slug": "a"}), "amount"),
        ("add_plan", json!({"slug": "a", "amount": 1, "payer_type": "cat"}), "payer_type"),
        ("add_discount", json!({"name": "A"}), "percent_off"),
        ("subscribe", json!({"payer": "user_x", "plan_slug": "pro"}), "user_x"),
    ] {
        let error = api.emulator.control(command, &arguments.to_string()).expect_err(command).to_string();
        assert!(error.contains(part), "{command}: {error}");
    }
}
