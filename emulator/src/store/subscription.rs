//! Who has subscribed to what, and what was paid for it. Time brings periods to their end: [`Store::bill`] follows it.

use super::billing::Account;
use super::plan::{Effect, Plan, Price};
use super::{Store, Word};
use serde::{Deserialize, Serialize};
use time::{Date, Month, OffsetDateTime};

/// A plan that somebody has, had, or is about to have.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct SubscriptionItem {
    pub(crate) id: String,
    pub(crate) age: u64,
    /// The user or organization.
    pub(crate) owner_id: String,
    pub(crate) plan_id: String,
    pub(crate) price_id: String,
    /// `month` or `annual`.
    pub(crate) period: Word,
    /// `active`, `canceled` (until the period ends), `upcoming` or `ended`.
    pub(crate) status: Word,
    pub(crate) is_free_trial: bool,
    pub(crate) period_start: i64,
    /// None: it has no end.
    pub(crate) period_end: Option<i64>,
    pub(crate) canceled_at: Option<i64>,
    pub(crate) ended_at: Option<i64>,
    /// In cents.
    pub(crate) lifetime_paid: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// A discount that was given.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Redemption {
    pub(crate) id: String,
    pub(crate) item_id: String,
    pub(crate) discount_id: String,
    pub(crate) name: String,
    pub(crate) effect: Effect,
    pub(crate) cycles_remaining: Option<i64>,
    pub(crate) cycles_applied: i64,
    /// `active`, `exhausted` or `removed`.
    pub(crate) status: Word,
    pub(crate) redeemed_at: i64,
}

/// What was charged at one time.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Statement {
    pub(crate) id: String,
    pub(crate) age: u64,
    pub(crate) owner_id: String,
    pub(crate) created_at: i64,
}

/// A payment for a statement. Here they all go well.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct PaymentAttempt {
    pub(crate) id: String,
    pub(crate) age: u64,
    pub(crate) payment_id: String,
    pub(crate) statement_id: String,
    pub(crate) owner_id: String,
    pub(crate) item_id: String,
    /// `checkout` or `recurring`.
    pub(crate) charge_type: Word,
    /// Before the discount, in cents.
    pub(crate) fee: i64,
    /// In cents.
    pub(crate) discount: i64,
    pub(crate) currency: String,
    pub(crate) created_at: i64,
}

/// How many periods are made up for at most, should the clock leap.
const MOST_PERIODS: usize = 1200;
/// A day in milliseconds.
pub(crate) const DAY: i64 = 24 * 60 * 60 * 1000;

impl SubscriptionItem {
    /// Whether the owner has what the plan gives.
    pub(crate) fn is_current(&self) -> bool {
        matches!(&*self.status, "active" | "canceled")
    }
}

/// So many months later: the same day, or the last one of a shorter month.
pub(crate) fn months_later(ms: i64, months: u8) -> i64 {
    let later = || {
        let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000).ok()?;
        let index =
            time.year().checked_mul(12)?.checked_add(i32::from(u8::from(time.month())) - 1 + i32::from(months))?;
        let month = Month::try_from(u8::try_from(index.rem_euclid(12) + 1).ok()?).ok()?;
        let year = index.div_euclid(12);
        let date = Date::from_calendar_date(year, month, time.day().min(month.length(year))).ok()?;
        i64::try_from(time.replace_date(date).unix_timestamp_nanos() / 1_000_000).ok()
    };
    later().unwrap_or_else(|| ms.saturating_add(30 * DAY * i64::from(months)))
}

fn period_end(period: &str, start: i64) -> i64 {
    months_later(start, if period == "annual" { 12 } else { 1 })
}

impl Store {
    /// Whether a payer is a `user` or an `org`.
    pub(crate) fn payer_type(&self, owner_id: &str) -> &'static str {
        if self.organizations.contains_key(owner_id) { "org" } else { "user" }
    }

    /// The account of a user or an organization, opened at first use with the free plan.
    pub(crate) fn account(&mut self, owner_id: &str, now: i64) -> Account {
        if let Some(account) = self.accounts.get(owner_id) {
            return account.clone();
        }
        let account = Account {
            payer_id: self.ids.id("cpayer_"),
            subscription_id: self.ids.id("csub_"),
            created_at: now,
            ledger: Default::default(),
        };
        self.accounts.insert(owner_id.to_owned(), account.clone());
        let plan = self.default_plan(self.payer_type(owner_id)).map(|plan| plan.id.clone());
        if let Some(price) = plan.and_then(|id| self.default_price(&id)).cloned() {
            self.add_item(owner_id, &price, "month", None, now);
        }
        account
    }

    /// An active item from a moment on, or until a moment. Its id.
    fn add_item(&mut self, owner_id: &str, price: &Price, period: &'static str, end: Option<i64>, now: i64) -> String {
        let item = SubscriptionItem {
            id: self.ids.id("csubi_"),
            age: self.next_age(),
            owner_id: owner_id.to_owned(),
            plan_id: price.plan_id.clone(),
            price_id: price.id.clone(),
            period: period.into(),
            status: "active".into(),
            is_free_trial: false,
            period_start: now,
            period_end: end,
            canceled_at: None,
            ended_at: None,
            lifetime_paid: 0,
            created_at: now,
            updated_at: now,
        };
        let id = item.id.clone();
        self.subscription_items.insert(id.clone(), item);
        id
    }

    pub(crate) fn items_of(&self, owner_id: &str) -> impl DoubleEndedIterator<Item = &SubscriptionItem> {
        self.subscription_items.values().filter(move |item| item.owner_id == owner_id)
    }

    /// Whether an item is that of the free plan.
    pub(crate) fn is_free(&self, item: &SubscriptionItem) -> bool {
        self.plans.get(&item.plan_id).is_none_or(|plan| plan.is_default)
    }

    /// The plan that a user or an organization has.
    pub(crate) fn plan_of(&self, owner_id: &str) -> Option<&Plan> {
        let current = self.items_of(owner_id).rev().find(|item| item.is_current() && !self.is_free(item));
        match current {
            Some(item) => self.plans.get(&item.plan_id),
            None => self.default_plan(self.payer_type(owner_id)),
        }
    }

    /// The plan for tokens: none as long as there is nothing to subscribe to, as if billing were switched off.
    pub(crate) fn plan_for_tokens(&self, owner_id: &str) -> Option<&Plan> {
        let payer_type = self.payer_type(owner_id);
        let is_used = self.plans.values().any(|plan| !plan.is_default && plan.payer_type == payer_type);
        self.plan_of(owner_id).filter(|_| is_used)
    }

    /// Subscribes somebody to a price at once and ends what they had before. The id of the item.
    pub(crate) fn subscribe(
        &mut self,
        owner_id: &str,
        price: &Price,
        period: &'static str,
        trial_days: Option<i64>,
        now: i64,
    ) -> String {
        self.account(owner_id, now);
        self.end_items(owner_id, now);
        let end = match trial_days {
            Some(days) => now.saturating_add(days.saturating_mul(DAY)),
            None => period_end(period, now),
        };
        let id = self.add_item(owner_id, price, period, Some(end), now);
        if trial_days.is_some() {
            if let Some(item) = self.subscription_items.get_mut(&id) {
                item.is_free_trial = true;
            }
        } else {
            self.charge(&id, "checkout", now);
        }
        id
    }

    /// An item that begins when another ends. Its id.
    pub(crate) fn subscribe_later(
        &mut self,
        owner_id: &str,
        price: &Price,
        period: &'static str,
        start: i64,
        now: i64,
    ) -> String {
        let id = self.add_item(owner_id, price, period, Some(period_end(period, start)), now);
        if let Some(item) = self.subscription_items.get_mut(&id) {
            item.status = "upcoming".into();
            item.period_start = start;
        }
        id
    }

    /// Ends all that somebody has or is about to have.
    fn end_items(&mut self, owner_id: &str, now: i64) {
        self.subscription_items
            .change_all(|item| item.owner_id == owner_id && item.status != "ended", |item| end(item, now));
    }

    /// Ends one item; the free plan takes its place if nothing else does.
    pub(crate) fn end_item(&mut self, id: &str, now: i64) {
        let Some(item) = self.subscription_items.get_mut(id) else { return };
        end(item, now);
        let owner = item.owner_id.clone();
        if self
            .items_of(&owner)
            .any(|item| item.is_current() || (item.status == "upcoming" && item.period_start <= now))
        {
            return;
        }
        let free = self.items_of(&owner).find(|item| self.is_free(item)).map(|item| item.id.clone());
        if let Some(item) = free.and_then(|id| self.subscription_items.get_mut(&id)) {
            item.status = "active".into();
            item.ended_at = None;
            item.period_start = now;
            item.updated_at = now;
        }
    }

    /// Forgets what somebody had and paid.
    pub(crate) fn remove_billing(&mut self, owner_id: &str) {
        self.accounts.remove(owner_id);
        let items: Vec<String> = self.items_of(owner_id).map(|item| item.id.clone()).collect();
        self.redemptions.remove_all(|known| items.contains(&known.item_id));
        self.subscription_items.remove_all(|item| item.owner_id == owner_id);
        self.statements.remove_all(|statement| statement.owner_id == owner_id);
        self.payment_attempts.remove_all(|attempt| attempt.owner_id == owner_id);
    }

    /// The discount that an item has.
    pub(crate) fn discount_of(&self, item_id: &str) -> Option<&Redemption> {
        self.redemptions.values().find(|known| known.item_id == item_id && known.status == "active")
    }

    /// What the next period of an item costs, and what a discount takes off.
    pub(crate) fn due(&self, item: &SubscriptionItem) -> (i64, i64) {
        let fee = self.prices.get(&item.price_id).and_then(|price| price.for_period(&item.period)).unwrap_or(0);
        (fee, self.discount_of(&item.id).map_or(0, |known| known.effect.of(fee)))
    }

    /// Charges for the period of an item that begins: a statement with one payment, unless there is nothing to pay.
    pub(crate) fn charge(&mut self, item_id: &str, charge_type: &'static str, now: i64) {
        let Some(item) = self.subscription_items.get(item_id).cloned() else { return };
        let (fee, discount) = self.due(&item);
        let currency = self.prices.get(&item.price_id).map_or_else(|| "USD".to_owned(), |price| price.currency.clone());
        if let Some(known) = self.redemptions.find_mut(|known| known.item_id == item_id && known.status == "active") {
            known.cycles_applied += 1;
            known.cycles_remaining = known.cycles_remaining.map(|left| left - 1);
            if known.cycles_remaining.is_some_and(|left| left <= 0) {
                known.status = "exhausted".into();
            }
        }
        if fee == 0 {
            return;
        }
        let statement = Statement {
            id: self.ids.id("cstmt_"),
            age: self.next_age(),
            owner_id: item.owner_id.clone(),
            created_at: now,
        };
        let attempt = PaymentAttempt {
            id: self.ids.id("cpmt_"),
            age: self.next_age(),
            payment_id: self.ids.id("cpay_"),
            statement_id: statement.id.clone(),
            owner_id: item.owner_id,
            item_id: item.id,
            charge_type: charge_type.into(),
            fee,
            discount,
            currency,
            created_at: now,
        };
        self.statements.insert(statement.id.clone(), statement);
        self.payment_attempts.insert(attempt.id.clone(), attempt);
        if let Some(item) = self.subscription_items.get_mut(item_id) {
            item.lifetime_paid = item.lifetime_paid.saturating_add(fee - discount);
        }
    }

    /// Follows the clock: what was canceled ends, what was to come begins, and what goes on is paid for again.
    pub(crate) fn bill(&mut self, now: i64) {
        for _ in 0..MOST_PERIODS {
            let due = self.subscription_items.values().filter_map(|item| {
                let at = match &*item.status {
                    "active" | "canceled" => item.period_end?,
                    "upcoming" => item.period_start,
                    _ => return None,
                };
                (at <= now).then(|| (at, item.age, item.id.clone()))
            });
            let Some((at, _, id)) = due.min() else { return };
            self.turn(&id, at);
        }
    }

    /// Takes an item over the end of its period, or into its first.
    fn turn(&mut self, id: &str, at: i64) {
        let Some(item) = self.subscription_items.get_mut(id) else { return };
        if item.status == "canceled" {
            self.end_item(id, at);
            return;
        }
        if item.status == "active" {
            item.is_free_trial = false;
            item.period_start = at;
            item.period_end = Some(period_end(&item.period, at));
        }
        item.status = "active".into();
        item.updated_at = at;
        self.charge(id, "recurring", at);
    }
}

fn end(item: &mut SubscriptionItem, now: i64) {
    item.status = "ended".into();
    item.is_free_trial = false;
    item.ended_at = Some(now);
    item.updated_at = now;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_keep_their_day_where_they_can() {
        let jan_31 = 1_769_817_600_000; // 2026-01-31
        assert_eq!(months_later(jan_31, 1), 1_772_236_800_000, "2026-02-28");
        assert_eq!(months_later(jan_31, 12), 1_801_353_600_000, "2027-01-31");
        assert_eq!(months_later(i64::MAX, 1), i64::MAX);
    }
}
