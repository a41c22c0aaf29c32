//! Plans and prices.

use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::form::{Form, Patch};
use crate::query::Order;
use crate::store::plan::{Plan, Price};
use serde_json::Value;

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/billing/plans", list),
    Route::new("GET", "/v1/commerce/plans", list),
    Route::new("GET", "/v1/billing/prices", list_prices),
    Route::new("POST", "/v1/billing/prices", create_price),
];

/// The least that is not nothing, in cents.
const LEAST_AMOUNT: i64 = 100;
/// The most, in cents.
const MOST_AMOUNT: i64 = 99_999_999;

fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    // Answered as a page either way: the description knows no other shape.
    call.query.boolean("paginated");
    let payer_type = call.query.choice("payer_type", &["user", "org"]);
    let page = call.query.page();
    call.query.finish()?;
    let mut found: Vec<&Plan> = call
        .store
        .plans
        .values()
        .filter(|plan| payer_type.is_none_or(|payer_type| plan.payer_type == payer_type))
        .collect();
    Order::NEWEST.sort(&mut found, |plan| plan.created_at, |plan| plan.age);
    let total = found.len();
    let render = call.render();
    let items: Vec<Value> = page.cut(found).into_iter().map(|plan| render.plan(plan)).collect();
    Ok(Reply::list(items, total))
}

fn no_plan() -> ApiError {
    ApiError::new(404, "plan_not_found", "Plan not found", "Plan not found")
}

fn list_prices(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    call.query.boolean("paginated");
    let plan_id = call.query.text("plan_id").map(str::to_owned);
    let page = call.query.page();
    call.query.finish()?;
    if plan_id.as_ref().is_some_and(|id| !call.store.plans.contains_key(id)) {
        return Err(no_plan());
    }
    let mut found: Vec<&Price> = call
        .store
        .prices
        .values()
        .filter(|price| plan_id.as_ref().is_none_or(|plan_id| price.plan_id == *plan_id))
        .collect();
    // The cheapest first, and of those that cost the same the newest.
    found.sort_by_key(|price| (price.amount.unwrap_or(0), std::cmp::Reverse((price.created_at, price.age))));
    let total = found.len();
    let render = call.render();
    let items: Vec<Value> = page.cut(found).into_iter().map(|price| render.price(price)).collect();
    Ok(Reply::list(items, total))
}

fn amount(form: &mut Form, name: &str) -> Patch<i64> {
    let amount = form.integer(name, 0, MOST_AMOUNT);
    if matches!(amount, Patch::Value(1..LEAST_AMOUNT)) {
        form.fail(ErrorItem::format(name, "must be 0, or at least 100 cents."));
    }
    amount
}

fn create_price(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let plan_id = form.required_text("plan_id");
    let currency = form.text("currency").value().unwrap_or_else(|| "USD".to_owned()).to_uppercase();
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        form.fail(ErrorItem::value("currency", &currency));
    }
    let month = amount(&mut form, "amount");
    if month == Patch::Absent {
        form.fail(ErrorItem::missing("amount"));
    }
    let is_null = month == Patch::Null;
    let month = month.value();
    let annual = amount(&mut form, "annual_monthly_amount").value();
    let description = form.text("description").value();
    let inferred = match (month, annual) {
        (Some(_), Some(_)) => "both",
        (None, Some(_)) => "annual",
        _ => "month",
    };
    let periods = form.choice("supported_billing_periods", &["month", "annual", "both"]).unwrap_or(inferred);
    if is_null && periods != "annual" {
        form.fail(ErrorItem::nil("amount"));
    }
    if annual.is_none() && periods != "month" {
        form.fail(ErrorItem::needs("annual_monthly_amount", "supported_billing_periods"));
    }
    form.finish()?;
    let plan = call.store.plans.get(&plan_id).ok_or_else(no_plan)?;
    if plan.is_default {
        return Err(ApiError::new(
            422,
            "default_plan_amount_update_forbidden",
            "Default plan amount update forbidden",
            "Default plan pricing cannot be modified. Only paid plans support amount updates",
        ));
    }
    let price = Price {
        id: call.store.ids.id("cprice_"),
        age: call.store.next_age(),
        plan_id,
        currency,
        amount: month.filter(|_| periods != "annual"),
        annual_monthly_amount: annual.filter(|_| periods != "month"),
        description,
        is_default: false,
        periods: periods.into(),
        created_at: now,
    };
    let body = call.render().price(&price);
    call.store.prices.insert(price.id.clone(), price);
    Ok(Reply::Json(body))
}
