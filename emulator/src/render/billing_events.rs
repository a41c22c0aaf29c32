//! Billing as events have it: other shapes than those of answers, where nothing that is missing is null.

use super::Render;
use super::billing::payment_method;
use crate::store::billing::{Account, money};
use crate::store::subscription::{PaymentAttempt, SubscriptionItem};
use serde_json::{Value, json};

/// The id of the card that everybody pays with, under its older name.
fn payment_source_id(account: &Account) -> String {
    account.payer_id.replace("cpayer_", "csource_")
}

fn payment_source(account: &Account) -> Value {
    let method = payment_method(account);
    json!({
        "id": payment_source_id(account),
        "gateway": method["gateway"],
        "gateway_external_id": method["gateway_external_id"],
        "gateway_external_account_id": method["gateway_external_account_id"],
        "payment_method": method["payment_type"],
        "status": method["status"],
        "card_type": method["card_type"],
        "last4": method["last4"],
    })
}

impl Render<'_> {
    /// A payer; what does not go for its kind is empty.
    fn told_payer(&self, owner_id: &str, account: &Account) -> Value {
        let payer = self.payer(owner_id, account);
        let text = |name: &str| payer[name].as_str().unwrap_or_default();
        json!({
            "object": "commerce_payer",
            "id": account.payer_id,
            "user_id": text("user_id"),
            "first_name": text("first_name"),
            "last_name": text("last_name"),
            "email": text("email"),
            "organization_id": text("organization_id"),
            "organization_name": text("organization_name"),
            "image_url": text("image_url"),
            "created_at": account.created_at,
            "updated_at": account.created_at,
        })
    }

    fn told_plan(&self, item: &SubscriptionItem) -> Value {
        let amount = self.store.prices.get(&item.price_id).and_then(|price| price.for_period(&item.period));
        let plan = self.store.plans.get(&item.plan_id).map(|plan| {
            json!({
                "id": plan.id,
                "slug": plan.slug,
                "name": plan.name,
                "is_recurring": true,
                "amount": amount.unwrap_or(0),
                "currency": self.currency(item),
            })
        });
        json!(plan)
    }

    /// What an item is like wherever it is told of.
    fn told_item(&self, item: &SubscriptionItem) -> Value {
        json!({
            "object": "commerce_subscription_item",
            "id": item.id,
            "status": item.status,
            "created_at": item.created_at,
            "updated_at": item.updated_at,
            "period_start": item.period_start,
            "period_end": item.period_end,
            "interval": item.period,
            "plan_id": item.plan_id,
            "plan": self.told_plan(item),
        })
    }

    /// An item as the events of items have it.
    pub(crate) fn subscription_item_event(&self, item: &SubscriptionItem) -> Value {
        let mut body = self.told_item(item);
        let account = self.store.accounts.get(&item.owner_id);
        body["is_free_trial"] = json!(item.is_free_trial);
        body["subscription_id"] = json!(account.map(|account| &account.subscription_id));
        if let Some(account) = account {
            body["payer"] = self.told_payer(&item.owner_id, account);
        }
        body
    }

    /// A subscription with these items, of which the last payment was this one.
    pub(crate) fn subscription_event(
        &self,
        owner_id: &str,
        account: &Account,
        items: &[&SubscriptionItem],
        last_payment_id: Option<&str>,
    ) -> Value {
        let told = items.iter().map(|item| {
            let mut body = self.told_item(item);
            body["is_free_trial"] = json!(item.is_free_trial);
            // It is that of the subscription around it.
            body["subscription_id"] = Value::Null;
            body
        });
        let past_due_at = items.iter().find_map(|item| item.past_due_at);
        let is_paid_for = items.iter().any(|item| !self.store.is_free(item));
        json!({
            "object": "commerce_subscription",
            "id": account.subscription_id,
            "status": if past_due_at.is_some() { "past_due" } else { "active" },
            "active_at": account.created_at,
            "canceled_at": null,
            "created_at": account.created_at,
            "ended_at": null,
            "past_due_at": past_due_at,
            "updated_at": items.iter().map(|item| item.updated_at).fold(account.created_at, i64::max),
            "latest_payment_id": last_payment_id,
            "payer_id": account.payer_id,
            "payer": self.told_payer(owner_id, account),
            "payment_source_id": is_paid_for.then(|| payment_source_id(account)),
            "items": told.collect::<Vec<_>>(),
        })
    }

    /// An attempt to be paid, while it is `pending` or as it ended. None if its payer is gone.
    pub(crate) fn payment_attempt_event(&self, attempt: &PaymentAttempt, status: &str) -> Option<Value> {
        let account = self.store.accounts.get(&attempt.owner_id)?;
        let item = self.store.subscription_items.get(&attempt.item_id)?;
        let mut told_item = self.told_item(item);
        told_item["payer"] = self.told_payer(&attempt.owner_id, account);
        told_item["subscription_id"] = json!(account.subscription_id);
        let told = |amount: i64| money(amount, &attempt.currency);
        let at = |wanted: &str| (status == wanted).then_some(attempt.created_at);
        let reason = json!({ "code": "card_declined", "decline_code": "generic_decline" });
        Some(json!({
            "id": attempt.id,
            "instance_id": self.instance_id,
            "payment_id": attempt.payment_id,
            // Required, though there are no invoices any more.
            "invoice_id": "",
            "statement_id": attempt.statement_id,
            "gateway_external_id": attempt.id.replace("cpmt_", "pi_"),
            "status": status,
            "created_at": attempt.created_at,
            "updated_at": attempt.created_at,
            "paid_at": at("paid"),
            "failed_at": at("failed"),
            "failed_reason": at("failed").map(|_| reason),
            "billing_date": attempt.created_at,
            "charge_type": attempt.charge_type,
            "payee": {
                "id": "cpayee_default",
                "gateway_type": "stripe",
                "gateway_external_id": "acct_test",
                "gateway_status": "active",
            },
            "payer": self.told_payer(&attempt.owner_id, account),
            "totals": {
                "subtotal": told(attempt.fee),
                "tax_total": told(0),
                "grand_total": told(attempt.fee - attempt.discount),
            },
            "payment_source": payment_source(account),
            "subscription_items": [told_item],
        }))
    }
}
