//! What is paid for subscriptions, and what time brings: periods that end and begin, trials that are about to end.

use super::Store;
use super::subscription::{DAY, PaymentAttempt, Statement, SubscriptionItem, period_end};

/// How many steps are made up for at most, should the clock leap.
const MOST_STEPS: usize = 1200;
/// How long before its end a trial is said to be about to end, in milliseconds.
pub(crate) const TRIAL_NOTICE: i64 = 3 * DAY;

impl SubscriptionItem {
    /// When time brings something to it next.
    fn next_step(&self) -> Option<i64> {
        match &*self.status {
            "active" if self.is_free_trial && !self.is_trial_ending => {
                Some(self.period_end?.saturating_sub(TRIAL_NOTICE))
            }
            "active" | "canceled" => self.period_end,
            "upcoming" => Some(self.period_start),
            _ => None,
        }
    }
}

impl Store {
    /// Whether time has brought something that [`bill`](Store::bill) has not done yet.
    pub(crate) fn is_billing_due(&self, now: i64) -> bool {
        self.subscription_items.values().filter_map(SubscriptionItem::next_step).any(|at| at <= now)
    }

    /// Follows the clock: what was canceled ends, what was to come begins, and what goes on is paid for again.
    pub(crate) fn bill(&mut self, now: i64) {
        for _ in 0..MOST_STEPS {
            let due = self
                .subscription_items
                .values()
                .filter_map(|item| item.next_step().filter(|at| *at <= now).map(|at| (at, item.age, item.id.clone())));
            let Some((at, _, id)) = due.min() else { return };
            self.step(&id, at);
        }
    }

    /// Tells that a trial ends soon, or takes an item over the end of its period, or into its first.
    fn step(&mut self, id: &str, at: i64) {
        let Some(item) = self.subscription_items.get_mut(id) else { return };
        match &*item.status {
            "active" if item.is_free_trial && !item.is_trial_ending => {
                item.is_trial_ending = true;
                return;
            }
            "canceled" => return self.end_item(id, at),
            "active" => {
                item.is_free_trial = false;
                item.period_start = at;
                item.period_end = Some(period_end(&item.period, at));
                item.updated_at = at;
            }
            _ => self.begin(id, at),
        }
        if !self.charge(id, "recurring", at)
            && let Some(item) = self.subscription_items.get_mut(id)
        {
            item.status = "past_due".into();
            item.past_due_at = Some(at);
        }
    }

    /// Charges for the period of an item that begins: a statement with one payment, unless there is nothing to pay.
    /// Whether nothing is owed.
    pub(super) fn charge(&mut self, item_id: &str, charge_type: &'static str, now: i64) -> bool {
        let Some(item) = self.subscription_items.get(item_id).cloned() else { return true };
        let (fee, discount) = self.due(&item);
        if fee == 0 {
            self.note_paid(item_id, 0);
            return true;
        }
        let statement = Statement {
            id: self.ids.id("cstmt_"),
            age: self.next_age(),
            owner_id: item.owner_id.clone(),
            created_at: now,
        };
        let is_declined = self.accounts.get(&item.owner_id).is_some_and(|account| account.declines);
        let attempt = PaymentAttempt {
            id: self.ids.id("cpmt_"),
            age: self.next_age(),
            payment_id: self.ids.id("cpay_"),
            statement_id: statement.id.clone(),
            owner_id: item.owner_id,
            currency: self.prices.get(&item.price_id).map_or_else(|| "USD".to_owned(), |price| price.currency.clone()),
            item_id: item.id,
            charge_type: charge_type.into(),
            fee,
            discount,
            status: if is_declined { "failed".into() } else { "paid".into() },
            created_at: now,
        };
        self.statements.insert(statement.id.clone(), statement);
        self.payment_attempts.insert(attempt.id.clone(), attempt);
        if !is_declined {
            self.note_paid(item_id, fee - discount);
        }
        !is_declined
    }

    /// Notes that a period of an item was paid for: so much, and the discount took effect once more.
    fn note_paid(&mut self, item_id: &str, amount: i64) {
        if let Some(known) = self.redemptions.find_mut(|known| known.item_id == item_id && known.status == "active") {
            known.cycles_applied += 1;
            known.cycles_remaining = known.cycles_remaining.map(|left| left - 1);
            if known.cycles_remaining.is_some_and(|left| left <= 0) {
                known.status = "exhausted".into();
            }
        }
        if let Some(item) = self.subscription_items.get_mut(item_id) {
            item.lifetime_paid = item.lifetime_paid.saturating_add(amount);
        }
    }

    /// Has the payments of somebody declined from now on; or lets them go well again and pays what is owed.
    pub(crate) fn decline_payments(&mut self, owner_id: &str, declines: bool, now: i64) {
        self.account(owner_id, now);
        if let Some(account) = self.accounts.get_mut(owner_id) {
            account.declines = declines;
        }
        if declines {
            return;
        }
        let owing = |item: &&SubscriptionItem| matches!(&*item.status, "past_due" | "incomplete");
        let owed: Vec<String> = self.items_of(owner_id).filter(owing).map(|item| item.id.clone()).collect();
        for id in owed {
            self.pay_debt(&id, now);
        }
        self.bill(now);
    }

    /// Tries the declined payment of an item once more, and it goes well.
    fn pay_debt(&mut self, item_id: &str, now: i64) {
        let Some(declined) = self.payment_attempts.values().rev().find(|attempt| attempt.item_id == item_id) else {
            return;
        };
        let declined = declined.clone();
        let amount = declined.fee - declined.discount;
        let (id, age) = (self.ids.id("cpmt_"), self.next_age());
        let attempt = PaymentAttempt { id: id.clone(), age, status: "paid".into(), created_at: now, ..declined };
        self.payment_attempts.insert(id, attempt);
        self.note_paid(item_id, amount);
        let Some(item) = self.subscription_items.get_mut(item_id) else { return };
        item.past_due_at = None;
        if item.status == "incomplete" {
            item.period_start = now;
            item.period_end = Some(period_end(&item.period, now));
            self.begin(item_id, now);
        } else {
            item.status = "active".into();
            item.updated_at = now;
        }
    }
}
