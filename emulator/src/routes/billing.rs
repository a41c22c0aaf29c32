//! Billing of users and organizations: the credit balance and the subscription.

use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::store::billing::{Entry, money};
use serde_json::json;

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/users/{user_id}/billing/credits", user_balance),
    Route::new("POST", "/v1/users/{user_id}/billing/credits", user_adjust),
    Route::new("GET", "/v1/users/{user_id}/billing/subscription", user_subscription),
    Route::new("GET", "/v1/organizations/{organization_id}/billing/credits", organization_balance),
    Route::new("POST", "/v1/organizations/{organization_id}/billing/credits", organization_adjust),
    Route::new("GET", "/v1/organizations/{organization_id}/billing/subscription", organization_subscription),
];

fn user_balance(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let id = user(call)?;
    Ok(balance(call, &id))
}

fn user_adjust(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let id = user(call)?;
    adjust(call, &id)
}

fn user_subscription(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let id = user(call)?;
    Ok(subscription(call, &id))
}

fn organization_balance(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let id = organization(call)?;
    Ok(balance(call, &id))
}

fn organization_adjust(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let id = organization(call)?;
    adjust(call, &id)
}

fn organization_subscription(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let id = organization(call)?;
    Ok(subscription(call, &id))
}

fn user(call: &Call<'_>) -> Result<String, ApiError> {
    Ok(call.store.user(&call.param("user_id"))?.id.clone())
}

fn organization(call: &Call<'_>) -> Result<String, ApiError> {
    Ok(call.store.organization(&call.param("organization_id"))?.id.clone())
}

fn balance(call: &mut Call<'_>, owner: &str) -> Reply {
    let account = call.store.account(owner, call.now);
    let balance = account.balance().map(|(cents, currency)| money(cents, currency));
    Reply::Json(json!({ "object": "commerce_credit_balance", "balance": balance }))
}

fn subscription(call: &mut Call<'_>, owner: &str) -> Reply {
    call.store.bill(call.now);
    let account = call.store.account(owner, call.now);
    Reply::Json(call.render().subscription(owner, &account))
}

fn adjust(call: &mut Call<'_>, owner: &str) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let had_amount = form.has("amount");
    let amount = form.integer("amount", 1, i64::MAX).value();
    if !had_amount {
        form.fail(ErrorItem::missing("amount"));
    }
    let action = form.has("action").then(|| form.choice("action", &["increase", "decrease"]));
    if action.is_none() {
        form.fail(ErrorItem::missing("action"));
    }
    let currency = form.text("currency").value().unwrap_or_else(|| "USD".to_owned()).to_uppercase();
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        form.fail(ErrorItem::value("currency", &currency));
    }
    let key = form.required_text("idempotency_key");
    let note = form.text("note").value();
    form.finish()?;
    let amount = amount.unwrap_or_default();
    let signed = if action.flatten() == Some("decrease") { -amount } else { amount };
    let (id, source_id) = (call.store.ids.id("ccl_"), call.store.ids.id("cgrant_"));
    let mut account = call.store.account(owner, now);
    if let Some(entry) = account.ledger.get(&key) {
        if (entry.amount, &entry.currency) == (signed, &currency) {
            return Ok(Reply::Json(entry.render(&account.payer_id)));
        }
        return Err(ApiError {
            status: 409,
            errors: vec![ErrorItem::coded(
                "idempotency_key_conflict",
                "idempotency_key",
                "conflict",
                "This idempotency key was used for another adjustment.",
            )],
        });
    }
    let (current, known) = account.balance().unwrap_or((0, &currency));
    if known != currency {
        return Err(ErrorItem::value("currency", &currency).into());
    }
    if current.saturating_add(signed) < 0 {
        return Err(ErrorItem::coded(
            "insufficient_credit_balance",
            "amount",
            "insufficient credit balance",
            format!("The credit balance cannot be decreased by {amount}: it is {current}."),
        )
        .into());
    }
    let entry = Entry { id, source_id, amount: signed, currency, note, created_at: now };
    let body = entry.render(&account.payer_id);
    account.ledger.insert(key, entry);
    call.store.accounts.insert(owner.to_owned(), account);
    Ok(Reply::Json(body))
}
