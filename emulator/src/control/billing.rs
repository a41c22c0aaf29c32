//! The commands about plans, and those who subscribe to them at a checkout.

use super::{read, yes};
use crate::errors::EmulatorError;
use crate::store::Store;
use crate::store::plan::{Discount, Effect, Feature, Plan, Price};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPlan {
    slug: String,
    name: Option<String>,
    description: Option<String>,
    payer_type: Option<String>,
    amount: Option<i64>,
    annual_monthly_amount: Option<i64>,
    currency: Option<String>,
    #[serde(default)]
    features: Vec<String>,
    free_trial_days: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewDiscount {
    name: String,
    percent_off: Option<f64>,
    amount_off: Option<i64>,
    cycles: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Subscribe {
    payer: String,
    plan_slug: String,
    period: Option<String>,
    #[serde(default)]
    free_trial: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Declined {
    payer: String,
    #[serde(default = "yes")]
    declined: bool,
}

fn argument(text: impl Into<String>) -> EmulatorError {
    EmulatorError::Argument(text.into())
}

fn is_slug(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// A slug as a name: `api_access` is Api access.
fn title(slug: &str) -> String {
    let text = slug.replace(['-', '_'], " ");
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

pub(crate) fn add_plan(store: &mut Store, arguments: &str, now: i64) -> Result<Value, EmulatorError> {
    let new = read::<NewPlan>(arguments)?;
    let payer_type = match new.payer_type.as_deref() {
        None | Some("user") => "user",
        Some("org") => "org",
        Some(other) => return Err(argument(format!("payer_type must be user or org, not {other}"))),
    };
    if let Some(slug) = std::iter::once(&new.slug).chain(&new.features).find(|slug| !is_slug(slug)) {
        return Err(argument(format!("{slug:?} is no slug: letters, digits, - and _ only")));
    }
    if store.plans.values().any(|plan| plan.slug == new.slug && plan.payer_type == payer_type) {
        return Err(argument(format!("there is a plan with the slug {} already", new.slug)));
    }
    let periods = match (new.amount, new.annual_monthly_amount) {
        (Some(_), Some(_)) => "both",
        (Some(_), None) => "month",
        (None, Some(_)) => "annual",
        (None, None) => return Err(argument("amount or annual_monthly_amount is required, in cents")),
    };
    if [new.amount, new.annual_monthly_amount].into_iter().flatten().any(|amount| amount < 0) {
        return Err(argument("amounts must not be negative"));
    }
    if new.free_trial_days.is_some_and(|days| !(1..=365).contains(&days)) {
        return Err(argument("free_trial_days must be 1 to 365"));
    }
    let features = new
        .features
        .iter()
        .map(|slug| match store.plans.values().flat_map(|plan| &plan.features).find(|known| known.slug == *slug) {
            Some(known) => known.clone(),
            None => Feature { id: store.ids.id("feat_"), name: title(slug), slug: slug.clone() },
        })
        .collect();
    let plan = Plan {
        id: store.ids.id("cplan_"),
        age: store.next_age(),
        name: new.name.unwrap_or_else(|| title(&new.slug)),
        slug: new.slug,
        description: new.description,
        payer_type: payer_type.into(),
        is_default: false,
        free_trial_days: new.free_trial_days,
        features,
        created_at: now,
    };
    let price = Price {
        id: store.ids.id("cprice_"),
        age: store.next_age(),
        plan_id: plan.id.clone(),
        currency: new.currency.unwrap_or_else(|| "USD".to_owned()).to_uppercase(),
        amount: new.amount,
        annual_monthly_amount: new.annual_monthly_amount,
        description: None,
        is_default: true,
        periods: periods.into(),
        created_at: now,
    };
    let answer = json!({ "id": plan.id, "price_id": price.id });
    store.plans.insert(plan.id.clone(), plan);
    store.prices.insert(price.id.clone(), price);
    Ok(answer)
}

pub(super) fn add_discount(store: &mut Store, arguments: &str) -> Result<Value, EmulatorError> {
    let new = read::<NewDiscount>(arguments)?;
    let effect = match (new.percent_off, new.amount_off) {
        (Some(percent), None) if percent > 0.0 && percent <= 100.0 => Effect::Percentage(percent),
        (None, Some(cents)) if cents > 0 => Effect::FixedAmount(cents),
        _ => return Err(argument("either percent_off (up to 100) or amount_off (in cents) is required, above 0")),
    };
    if new.cycles.is_some_and(|cycles| cycles < 1) {
        return Err(argument("cycles must be at least 1"));
    }
    let id = store.ids.id("cdisc_");
    store.discounts.insert(id.clone(), Discount { id: id.clone(), name: new.name, effect, cycles: new.cycles });
    Ok(json!({ "id": id }))
}

/// The user or organization that an argument names.
fn owner(store: &Store, payer: String) -> Result<String, EmulatorError> {
    match store.organization(&payer) {
        Ok(organization) => Ok(organization.id.clone()),
        Err(_) if store.users.contains_key(&payer) => Ok(payer),
        Err(_) => Err(argument(format!("payer: no user or organization has the id {payer}"))),
    }
}

pub(super) fn decline_payments(store: &mut Store, arguments: &str, now: i64) -> Result<Value, EmulatorError> {
    let wanted = read::<Declined>(arguments)?;
    let owner = owner(store, wanted.payer)?;
    store.bill(now);
    store.decline_payments(&owner, wanted.declined, now);
    Ok(json!({}))
}

pub(crate) fn subscribe(store: &mut Store, arguments: &str, now: i64) -> Result<Value, EmulatorError> {
    let wanted = read::<Subscribe>(arguments)?;
    let owner = owner(store, wanted.payer)?;
    let payer_type = store.payer_type(&owner);
    let plan = store
        .plans
        .values()
        .find(|plan| plan.slug == wanted.plan_slug && plan.payer_type == payer_type && !plan.is_default)
        .cloned()
        .ok_or_else(|| argument(format!("no plan that {payer_type}s pay for has the slug {}", wanted.plan_slug)))?;
    let price = store.default_price(&plan.id).cloned().ok_or_else(|| argument("the plan has no price"))?;
    let period = match wanted.period.as_deref() {
        None if price.amount.is_none() => "annual",
        None | Some("month") => "month",
        Some("annual") => "annual",
        Some(other) => return Err(argument(format!("period must be month or annual, not {other}"))),
    };
    if price.for_period(period).is_none() {
        return Err(argument(format!("the plan {} cannot be had by the {period}", plan.slug)));
    }
    let trial = plan.free_trial_days.filter(|_| wanted.free_trial);
    if wanted.free_trial && trial.is_none() {
        return Err(argument(format!("the plan {} has no free trial", plan.slug)));
    }
    store.bill(now);
    let id = store.subscribe(&owner, &price, period, trial, now);
    let statement = store.payment_attempts.values().find(|attempt| attempt.item_id == id);
    Ok(json!({ "subscription_item_id": id, "statement_id": statement.map(|attempt| &attempt.statement_id) }))
}
