//! Who has subscribed to what. What is paid for it, and what time brings: [`renewal`](super::renewal).

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
    /// `active`, `canceled` (until the period ends), `past_due` or `ended`; before it began `incomplete` (not paid for
    /// at the checkout), `upcoming` or `abandoned`.
    pub(crate) status: Word,
    pub(crate) is_free_trial: bool,
    pub(crate) period_start: i64,
    /// None: it has no end.
    pub(crate) period_end: Option<i64>,
    pub(crate) canceled_at: Option<i64>,
    #[serde(default)]
    pub(crate) past_due_at: Option<i64>,
    pub(crate) ended_at: Option<i64>,
    /// Whether it was told that the trial is about to end.
    #[serde(default)]
    pub(crate) is_trial_ending: bool,
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

/// An attempt to be paid for a statement. A declined one is followed by another of the same payment.
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
    /// `paid` or `failed`.
    #[serde(default = "paid")]
    pub(crate) status: Word,
    pub(crate) created_at: i64,
}

fn paid() -> Word {
    "paid".into()
}

/// A day in milliseconds.
pub(crate) const DAY: i64 = 24 * 60 * 60 * 1000;

impl SubscriptionItem {
    /// Whether the owner has what the plan gives.
    pub(crate) fn is_current(&self) -> bool {
        matches!(&*self.status, "active" | "canceled" | "past_due")
    }

    /// Whether it goes on, or may begin.
    pub(crate) fn is_open(&self) -> bool {
        !matches!(&*self.status, "ended" | "abandoned")
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

pub(super) fn period_end(period: &str, start: i64) -> i64 {
    months_later(start, if period == "annual" { 12 } else { 1 })
}

impl Store {
    /// Whether a payer is a `user` or an `org`.
    pub(crate) fn payer_type(&self, owner_id: &str) -> &'static str {
        if self.organizations.contains_key(owner_id) { "org" } else { "user" }
    }

    /// An item with its period. Its id.
    pub(super) fn add_item(
        &mut self,
        owner_id: &str,
        price: &Price,
        period: &'static str,
        status: &'static str,
        (period_start, period_end): (i64, Option<i64>),
        now: i64,
    ) -> String {
        let item = SubscriptionItem {
            id: self.ids.id("csubi_"),
            age: self.next_age(),
            owner_id: owner_id.to_owned(),
            plan_id: price.plan_id.clone(),
            price_id: price.id.clone(),
            period: period.into(),
            status: status.into(),
            is_free_trial: false,
            period_start,
            period_end,
            canceled_at: None,
            past_due_at: None,
            ended_at: None,
            is_trial_ending: false,
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
        let is_used = self.has_billing(self.payer_type(owner_id));
        self.plan_of(owner_id).filter(|_| is_used)
    }

    /// Subscribes somebody to a price: at once, in the place of what they had before, unless the payment is declined. The
    /// id of the item.
    pub(crate) fn subscribe(
        &mut self,
        owner_id: &str,
        price: &Price,
        period: &'static str,
        trial_days: Option<i64>,
        now: i64,
    ) -> String {
        self.account(owner_id, now);
        self.end_items(owner_id, |item| item.status == "incomplete", now);
        let end = match trial_days {
            Some(days) => now.saturating_add(days.saturating_mul(DAY)),
            None => period_end(period, now),
        };
        let id = self.add_item(owner_id, price, period, "incomplete", (now, Some(end)), now);
        if trial_days.is_some() || self.charge(&id, "checkout", now) {
            self.begin(&id, now);
        }
        if let Some(item) = self.subscription_items.get_mut(&id).filter(|_| trial_days.is_some()) {
            item.is_free_trial = true;
            self.bill(now);
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
        self.add_item(owner_id, price, period, "upcoming", (start, Some(period_end(period, start))), now)
    }

    /// Ends items of somebody that go on or may begin.
    fn end_items(&mut self, owner_id: &str, fits: impl Fn(&SubscriptionItem) -> bool, now: i64) {
        self.subscription_items
            .change_all(|item| item.owner_id == owner_id && item.is_open() && fits(item), |item| end(item, now));
    }

    /// Abandons what somebody is about to have.
    pub(crate) fn abandon_upcoming(&mut self, owner_id: &str, now: i64) {
        self.end_items(owner_id, |item| item.status == "upcoming", now);
    }

    /// Lets an item be what its owner has.
    pub(super) fn begin(&mut self, id: &str, now: i64) {
        let Some(owner) = self.subscription_items.get(id).map(|item| item.owner_id.clone()) else { return };
        self.end_items(&owner, |item| item.id != id, now);
        if let Some(item) = self.subscription_items.get_mut(id) {
            item.status = "active".into();
            item.updated_at = now;
        }
    }

    /// Ends one item.
    pub(crate) fn end_item(&mut self, id: &str, now: i64) {
        let Some(item) = self.subscription_items.get_mut(id) else { return };
        end(item, now);
        let owner = item.owner_id.clone();
        self.fall_back(&owner, now);
    }

    /// Where nothing goes on the free plan does, now or once what was canceled ends. It is always the same item. Its id.
    pub(crate) fn fall_back(&mut self, owner_id: &str, now: i64) -> Option<String> {
        let free = self.items_of(owner_id).find(|item| self.is_free(item)).map(|item| item.id.clone())?;
        let others = || self.items_of(owner_id).filter(|item| item.id != free);
        let at = others()
            .filter(|item| item.is_current())
            .map(|item| if item.status == "canceled" { item.period_end.unwrap_or(now) } else { i64::MAX })
            .fold(now, i64::max);
        let is_followed = at == i64::MAX || others().any(|item| item.status == "upcoming" && item.period_start <= at);
        if let Some(item) =
            self.subscription_items.get_mut(&free).filter(|item| !is_followed && item.status != "active")
        {
            item.status = if at > now { "upcoming".into() } else { "active".into() };
            item.ended_at = None;
            item.period_start = at;
            item.updated_at = now;
        }
        Some(free)
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
}

fn end(item: &mut SubscriptionItem, now: i64) {
    let has_begun = item.is_current();
    item.status = if has_begun { "ended".into() } else { "abandoned".into() };
    item.is_free_trial = false;
    item.past_due_at = None;
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
