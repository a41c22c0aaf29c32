//! Billing accounts of users and organizations, each with a ledger of credits.

use super::table::{Change, Table};
use super::{Changes, Store};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The billing state of one user or organization.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Account {
    pub(crate) payer_id: String,
    pub(crate) subscription_id: String,
    pub(crate) created_at: i64,
    /// Entries by idempotency key, in order.
    pub(crate) ledger: IndexMap<String, Entry>,
    /// Whether payments are declined.
    #[serde(default)]
    pub(crate) declines: bool,
}

/// One adjustment of the credit balance. `amount` is in cents, negative for a decrease.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) source_id: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) note: Option<String>,
    pub(crate) created_at: i64,
}

impl Account {
    /// The balance in cents and its currency; none if there never were credits.
    pub(crate) fn balance(&self) -> Option<(i64, &str)> {
        let (_, first) = self.ledger.first()?;
        let sum = self.ledger.values().fold(0_i64, |sum, entry| sum.saturating_add(entry.amount));
        Some((sum, &first.currency))
    }
}

/// An amount of money as the API tells it.
pub(crate) fn money(cents: i64, currency: &str) -> Value {
    let symbol = match currency {
        "USD" => "$",
        "EUR" => "€",
        "GBP" => "£",
        other => other,
    };
    let sign = if cents < 0 { "-" } else { "" };
    let (whole, rest) = (cents.unsigned_abs() / 100, cents.unsigned_abs() % 100);
    json!({
        "amount": cents,
        "amount_formatted": format!("{sign}{symbol}{whole}.{rest:02}"),
        "currency": currency,
        "currency_symbol": symbol,
    })
}

impl Entry {
    pub(crate) fn render(&self, payer_id: &str) -> Value {
        json!({
            "object": "commerce_credit_ledger",
            "id": self.id,
            "payer_id": payer_id,
            "amount": money(self.amount, &self.currency),
            "source_type": "grant",
            "source_id": self.source_id,
            "note": self.note,
            "created_at": rfc3339(self.created_at),
        })
    }
}

impl Store {
    /// The account of a user or an organization, opened at first use with the free plan.
    pub(crate) fn account(&mut self, owner_id: &str, now: i64) -> Account {
        if let Some(account) = self.accounts.get(owner_id) {
            return account.clone();
        }
        let account = Account {
            payer_id: self.ids.id("cpayer_"),
            subscription_id: self.ids.id("csub_"),
            created_at: now,
            ledger: IndexMap::default(),
            declines: false,
        };
        self.accounts.insert(owner_id.to_owned(), account.clone());
        let plan = self.default_plan(self.payer_type(owner_id)).map(|plan| plan.id.clone());
        if let Some(price) = plan.and_then(|id| self.default_price(&id)).cloned() {
            self.add_item(owner_id, &price, "month", "active", (now, None), now);
        }
        account
    }

    /// Whether there is something to subscribe to for such payers; without it billing is as good as switched off.
    pub(super) fn has_billing(&self, payer_type: &str) -> bool {
        self.plans.values().any(|plan| !plan.is_default && plan.payer_type == payer_type)
    }

    /// Opens the accounts that the API opens by itself: of who is new, and of all once there is something to subscribe
    /// to. Whether there were any.
    pub(crate) fn open_accounts(&mut self, changes: &Changes, now: i64) -> bool {
        let has_new_plan = |payer_type: &str| {
            let new = changes.plans.iter().filter(|change| change.before.is_none());
            new.filter_map(|change| change.after.as_ref()).any(|plan| plan.payer_type == payer_type)
        };
        let mut owners = Vec::new();
        if self.has_billing("user") {
            owners.extend(payers(&self.users, &changes.users, has_new_plan("user")));
        }
        if self.has_billing("org") {
            owners.extend(payers(&self.organizations, &changes.organizations, has_new_plan("org")));
        }
        owners.retain(|id| !self.accounts.contains_key(id));
        for id in &owners {
            self.account(id, now);
        }
        !owners.is_empty()
    }
}

/// Those who may have no account yet: all, or who is new.
fn payers<T: Clone>(known: &Table<T>, changes: &[Change<T>], all: bool) -> Vec<String> {
    let is_new = |change: &&Change<T>| change.before.is_none() && change.after.is_some();
    if all {
        known.keys().cloned().collect()
    } else {
        changes.iter().filter(is_new).map(|change| change.id.clone()).collect()
    }
}

/// The day of a time, such as `2026-05-12`.
pub(crate) fn date(ms: i64) -> String {
    rfc3339(ms).chars().take(10).collect()
}

fn rfc3339(ms: i64) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000)
        .ok()
        .and_then(|time| time.format(&Rfc3339).ok())
        .unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_formatted_with_its_sign() {
        assert_eq!(money(4_999, "USD")["amount_formatted"], "$49.99");
        assert_eq!(
            money(-5, "EUR"),
            json!({"amount": -5, "amount_formatted": "-€0.05", "currency": "EUR", "currency_symbol": "€"})
        );
    }

    #[test]
    fn ledger_times_are_dates() {
        assert_eq!(rfc3339(1_350_717_320_902), "2012-10-20T07:15:20.902Z");
    }
}
