//! Plans, prices, subscriptions, statements and payments.

use super::Render;
use crate::store::billing::{Account, date, money};
use crate::store::plan::{Effect, Feature, Plan, Price};
use crate::store::subscription::{PaymentAttempt, Redemption, Statement, SubscriptionItem};
use serde_json::{Value, json};

fn feature(feature: &Feature) -> Value {
    json!({
        "object": "feature",
        "id": feature.id,
        "name": feature.name,
        "description": null,
        "slug": feature.slug,
        "avatar_url": null,
    })
}

/// The card that everybody pays with.
pub(super) fn payment_method(account: &Account) -> Value {
    json!({
        "object": "commerce_payment_method",
        "id": account.payer_id.replace("cpayer_", "cpm_"),
        "payer_id": account.payer_id,
        "payment_type": "card",
        "is_default": true,
        "gateway": "stripe",
        "gateway_external_id": "pm_test",
        "gateway_external_account_id": null,
        "last4": "4242",
        "status": "active",
        "wallet_type": null,
        "card_type": "visa",
        "expiry_year": 2099,
        "expiry_month": 12,
        "created_at": account.created_at,
        "updated_at": account.created_at,
        "is_removable": true,
    })
}

impl Render<'_> {
    pub(crate) fn plan(&self, plan: &Plan) -> Value {
        let price = self.store.default_price(&plan.id);
        let fee = |amount: Option<i64>| price.and_then(|price| amount.map(|amount| money(amount, &price.currency)));
        let annual_monthly = price.and_then(|price| price.annual_monthly_amount);
        json!({
            "object": "commerce_plan",
            "id": plan.id,
            "name": plan.name,
            "fee": fee(price.and_then(|price| price.amount)),
            "annual_monthly_fee": fee(annual_monthly),
            "annual_fee": fee(annual_monthly.map(|amount| amount.saturating_mul(12))),
            "description": plan.description,
            "product_id": "cprod_default",
            "is_default": plan.is_default,
            "is_recurring": true,
            "publicly_visible": true,
            "has_base_fee": !plan.is_default,
            "for_payer_type": plan.payer_type,
            "slug": plan.slug,
            "avatar_url": null,
            "features": plan.features.iter().map(feature).collect::<Vec<_>>(),
            "free_trial_enabled": plan.free_trial_days.is_some(),
            "free_trial_days": plan.free_trial_days,
        })
    }

    /// The same under the fields of older answers, where texts are never null.
    pub(crate) fn older_plan(&self, plan: &Plan) -> Value {
        let price = self.store.default_price(&plan.id);
        let currency = price.map_or("USD", |price| price.currency.as_str());
        let month = price.and_then(|price| price.amount).unwrap_or(0);
        let annual_monthly = price.and_then(|price| price.annual_monthly_amount).unwrap_or(0);
        let mut body = self.plan(plan);
        for (name, amount) in [
            ("amount", month),
            ("annual_monthly_amount", annual_monthly),
            ("annual_amount", annual_monthly.saturating_mul(12)),
        ] {
            let told = money(amount, currency);
            body[name] = json!(amount);
            body[format!("{name}_formatted")] = told["amount_formatted"].clone();
            body["currency_symbol"] = told["currency_symbol"].clone();
        }
        body["currency"] = json!(currency);
        body["payer_type"] = json!([plan.payer_type]);
        body["period"] = json!("month");
        body["interval"] = json!(1);
        let none_to_empty = |body: &mut Value| {
            for name in ["description", "avatar_url"] {
                if body[name].is_null() {
                    body[name] = json!("");
                }
            }
        };
        none_to_empty(&mut body);
        for feature in body["features"].as_array_mut().into_iter().flatten() {
            none_to_empty(feature);
        }
        body
    }

    pub(crate) fn price(&self, price: &Price) -> Value {
        let fee = |amount: Option<i64>| amount.map(|amount| money(amount, &price.currency));
        json!({
            "object": "commerce_price",
            "id": price.id,
            "plan_id": price.plan_id,
            "instance_id": self.instance_id,
            "currency": price.currency,
            "currency_symbol": money(0, &price.currency)["currency_symbol"],
            "amount": price.amount.unwrap_or(0),
            "annual_monthly_amount": price.annual_monthly_amount.unwrap_or(0),
            "fee": fee(price.amount),
            "annual_monthly_fee": fee(price.annual_monthly_amount),
            "description": price.description,
            "is_default": price.is_default,
            "created_at": price.created_at,
            "supported_billing_periods": price.periods,
        })
    }

    /// A payer; fields that do not go for its kind are left out.
    pub(super) fn payer(&self, owner_id: &str, account: &Account) -> Value {
        let (credits, currency) = account.balance().unwrap_or((0, "USD"));
        let mut body = json!({
            "object": "commerce_payer",
            "id": account.payer_id,
            "instance_id": self.instance_id,
            "first_name": "",
            "last_name": "",
            "email": "",
            "image_url": "",
            "credits_balance": money(credits, currency),
            "created_at": account.created_at,
            "updated_at": account.created_at,
        });
        if let Some(user) = self.store.users.get(owner_id) {
            body["user_id"] = json!(user.id);
            body["first_name"] = json!(user.first_name.as_deref().unwrap_or_default());
            body["last_name"] = json!(user.last_name.as_deref().unwrap_or_default());
            body["email"] = json!(user.primary_email().unwrap_or_default());
            body["image_url"] = json!(self.user_image(user));
        } else if let Some(organization) = self.public_organization(owner_id) {
            body["organization_id"] = organization["id"].clone();
            body["organization_name"] = organization["name"].clone();
            body["image_url"] = organization["image_url"].clone();
        }
        body
    }

    pub(super) fn currency(&self, item: &SubscriptionItem) -> &str {
        self.store.prices.get(&item.price_id).map_or("USD", |price| &price.currency)
    }

    /// What is to be paid next; null if nothing is.
    fn next_payment(&self, item: &SubscriptionItem) -> Value {
        let (fee, discount) = self.store.due(item);
        if fee == 0 || !matches!(&*item.status, "active" | "upcoming") {
            return Value::Null;
        }
        let date = if item.status == "upcoming" { Some(item.period_start) } else { item.period_end };
        let told = |amount: i64| money(amount, self.currency(item));
        json!({
            "amount": told(fee),
            "date": date,
            "totals": {
                "subtotal": told(fee),
                "base_fee": told(fee),
                "tax_total": told(0),
                "grand_total": told(fee - discount),
            },
        })
    }

    pub(crate) fn subscription_item(&self, item: &SubscriptionItem) -> Value {
        let account = self.store.accounts.get(&item.owner_id);
        let mut body = json!({
            "object": "commerce_subscription_item",
            "id": item.id,
            "instance_id": self.instance_id,
            "status": item.status,
            "plan_id": item.plan_id,
            "price_id": item.price_id,
            "plan": self.store.plans.get(&item.plan_id).map(|plan| self.plan(plan)),
            "plan_period": item.period,
            "lifetime_paid": money(item.lifetime_paid, self.currency(item)),
            "next_payment": self.next_payment(item),
            "payer_id": account.map(|account| account.payer_id.as_str()).unwrap_or_default(),
            "is_free_trial": item.is_free_trial,
            "period_start": item.period_start,
            "period_end": item.period_end,
            "canceled_at": item.canceled_at,
            "past_due_at": item.past_due_at,
            "ended_at": item.ended_at,
            "created_at": item.created_at,
            "updated_at": item.updated_at,
        });
        if let Some(account) = account {
            body["payer"] = self.payer(&item.owner_id, account);
            if !self.store.is_free(item) {
                body["payment_method"] = payment_method(account);
            }
        }
        body
    }

    /// The same under the fields of older answers.
    pub(crate) fn older_subscription_item(&self, item: &SubscriptionItem) -> Value {
        let mut body = self.subscription_item(item);
        let method = body["payment_method"]["id"].as_str().unwrap_or_default().replace("cpm_", "csource_");
        let next = body["next_payment"].clone();
        if let Some(fields) = body.as_object_mut() {
            fields.remove("payment_method");
            // They do not know that something can be canceled and still go on.
            if item.status == "canceled" {
                fields.insert("status".to_owned(), json!("active"));
            }
            let plan = self.store.plans.get(&item.plan_id).map(|plan| self.older_plan(plan));
            fields.insert("plan".to_owned(), json!(plan));
            fields.insert("payment_source_id".to_owned(), json!(method));
            fields.insert("amount".to_owned(), money(self.store.due(item).0, self.currency(item)));
            fields.insert("next_invoice".to_owned(), next);
            fields.insert("proration_date".to_owned(), json!(date(item.period_start)));
        }
        body
    }

    pub(crate) fn subscription(&self, owner_id: &str, account: &Account) -> Value {
        let items = self.store.items_of(owner_id).filter(|item| item.is_open());
        let past_due_at = self.store.items_of(owner_id).find_map(|item| item.past_due_at);
        let had_trial = self.store.items_of(owner_id).any(|item| !self.store.is_free(item));
        json!({
            "object": "commerce_subscription",
            "id": account.subscription_id,
            "instance_id": self.instance_id,
            "status": if past_due_at.is_some() { "past_due" } else { "active" },
            "payer_id": account.payer_id,
            "created_at": account.created_at,
            "updated_at": self.store.items_of(owner_id).map(|item| item.updated_at).max().unwrap_or(account.created_at),
            "active_at": account.created_at,
            "past_due_at": past_due_at,
            "eligible_for_free_trial": !had_trial,
            "subscription_items": items.map(|item| self.subscription_item(item)).collect::<Vec<_>>(),
        })
    }

    pub(crate) fn redemption(&self, redemption: &Redemption) -> Value {
        let item = self.store.subscription_items.get(&redemption.item_id);
        let currency = item.map_or("USD", |item| self.currency(item));
        let (effect, percent, amount) = match redemption.effect {
            Effect::Percentage(percent) => ("percentage", Some(percent), None),
            Effect::FixedAmount(cents) => ("fixed_amount", None, Some(money(cents, currency))),
        };
        let next = item.map(|item| money(redemption.effect.of(self.store.due(item).0), currency));
        json!({
            "object": "commerce_discount_redemption",
            "id": redemption.id,
            "subscription_item_id": redemption.item_id,
            "discount_id": redemption.discount_id,
            "name": redemption.name,
            "source": "manual",
            "effect": effect,
            "percent_off": percent,
            "amount_off": amount,
            "amount": next.filter(|_| redemption.status == "active"),
            "cycles_remaining": redemption.cycles_remaining,
            "cycles_applied": redemption.cycles_applied,
            "status": redemption.status,
            "redeemed_at": redemption.redeemed_at,
            "redeemed_by": null,
        })
    }

    pub(crate) fn payment_attempt(&self, attempt: &PaymentAttempt) -> Value {
        let told = |amount: i64| money(amount, &attempt.currency);
        let account = self.store.accounts.get(&attempt.owner_id);
        let method = account.map(payment_method);
        json!({
            "object": "commerce_payment",
            "id": attempt.id,
            "payment_id": attempt.payment_id,
            "instance_id": self.instance_id,
            "charge_type": attempt.charge_type,
            "payee_id": "cpayee_default",
            "payee": { "object": "commerce_payee", "id": "cpayee_default", "gateway_type": "stripe", "status": "active" },
            "payer_id": account.map(|account| account.payer_id.as_str()),
            "payer": account.map(|account| self.payer(&attempt.owner_id, account)),
            "subscription_item_id": attempt.item_id,
            "subscription_item": self.store.subscription_items.get(&attempt.item_id).map(|item| self.subscription_item(item)),
            "amount": told(attempt.fee - attempt.discount),
            "totals": totals(Some(attempt)),
            "payment_method_id": method.as_ref().map(|method| method["id"].clone()),
            "payment_method": method,
            "statement_id": attempt.statement_id,
            "gateway_external_id": null,
            "gateway_external_url": null,
            "status": attempt.status,
            "paid_at": (attempt.status == "paid").then_some(attempt.created_at),
            "failed_at": (attempt.status == "failed").then_some(attempt.created_at),
            "created_at": attempt.created_at,
            "updated_at": attempt.created_at,
        })
    }

    pub(crate) fn statement(&self, statement: &Statement) -> Value {
        let attempts: Vec<&PaymentAttempt> =
            self.store.payment_attempts.values().filter(|attempt| attempt.statement_id == statement.id).collect();
        let account = self.store.accounts.get(&statement.owner_id);
        // All are attempts at one payment.
        let last = attempts.last().copied();
        json!({
            "object": "commerce_statement",
            "id": statement.id,
            "instance_id": self.instance_id,
            "timestamp": statement.created_at,
            "payer": account.map(|account| self.payer(&statement.owner_id, account)),
            "status": if last.is_some_and(|attempt| attempt.status == "paid") { "closed" } else { "open" },
            "totals": totals(last),
            "groups": [{
                "object": "commerce_statement_group",
                "timestamp": statement.created_at,
                "items": attempts.iter().map(|attempt| self.payment_attempt(attempt)).collect::<Vec<_>>(),
            }],
        })
    }
}

fn totals(attempt: Option<&PaymentAttempt>) -> Value {
    let (fee, discount, currency) =
        attempt.map_or((0, 0, "USD"), |attempt| (attempt.fee, attempt.discount, &attempt.currency));
    json!({
        "subtotal": money(fee, currency),
        "base_fee": money(fee, currency),
        "tax_total": money(0, currency),
        "grand_total": money(fee - discount, currency),
    })
}
