//! What can be subscribed to: plans with their features and prices, and discounts.

use super::{Store, Word};
use crate::ids::Ids;
use serde::{Deserialize, Serialize};

/// A plan for users or for organizations.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Plan {
    pub(crate) id: String,
    pub(crate) age: u64,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) description: Option<String>,
    /// `user` or `org`.
    pub(crate) payer_type: Word,
    /// Whether it is the free one of those who have no other.
    pub(crate) is_default: bool,
    /// None: it has no trial.
    pub(crate) free_trial_days: Option<i64>,
    pub(crate) features: Vec<Feature>,
    pub(crate) created_at: i64,
}

/// What a plan gives.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Feature {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) slug: String,
}

/// What a plan costs. Amounts are in cents and for a month.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Price {
    pub(crate) id: String,
    pub(crate) age: u64,
    pub(crate) plan_id: String,
    pub(crate) currency: String,
    /// None: it cannot be paid by the month.
    pub(crate) amount: Option<i64>,
    /// None: it cannot be paid by the year.
    pub(crate) annual_monthly_amount: Option<i64>,
    pub(crate) description: Option<String>,
    pub(crate) is_default: bool,
    /// `month`, `annual` or `both`.
    pub(crate) periods: Word,
    pub(crate) created_at: i64,
}

/// A discount that can be given.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Discount {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) effect: Effect,
    /// How many times it is taken off; none: for ever.
    pub(crate) cycles: Option<i64>,
}

/// How much a discount takes off.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Effect {
    Percentage(f64),
    /// In cents.
    FixedAmount(i64),
}

impl Effect {
    /// What it takes off an amount of cents.
    pub(crate) fn of(self, amount: i64) -> i64 {
        match self {
            // Conversions of floats stay within bounds by themselves.
            #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
            Effect::Percentage(percent) => ((amount as f64 * percent / 100.0).round() as i64).clamp(0, amount),
            Effect::FixedAmount(cents) => cents.clamp(0, amount),
        }
    }
}

impl Price {
    /// What a period costs; none if it cannot be had for one.
    pub(crate) fn for_period(&self, period: &str) -> Option<i64> {
        match period {
            "annual" => self.annual_monthly_amount.map(|amount| amount.saturating_mul(12)),
            _ => self.amount,
        }
    }
}

impl Store {
    /// The free plans that every instance has. Their ids come from a source of their own.
    pub(crate) fn settle_in_plans(&mut self, ids: &mut Ids, now: i64) {
        for payer_type in ["user", "org"] {
            let plan = Plan {
                id: ids.id("cplan_"),
                age: self.next_age(),
                name: "Free".to_owned(),
                slug: format!("free_{payer_type}"),
                description: None,
                payer_type: payer_type.into(),
                is_default: true,
                free_trial_days: None,
                features: Vec::new(),
                created_at: now,
            };
            let price = Price {
                id: ids.id("cprice_"),
                age: self.next_age(),
                plan_id: plan.id.clone(),
                currency: "USD".to_owned(),
                amount: Some(0),
                annual_monthly_amount: None,
                description: None,
                is_default: true,
                periods: "month".into(),
                created_at: now,
            };
            self.plans.insert(plan.id.clone(), plan);
            self.prices.insert(price.id.clone(), price);
        }
    }

    /// The free plan of those who have no other.
    pub(crate) fn default_plan(&self, payer_type: &str) -> Option<&Plan> {
        self.plans.values().find(|plan| plan.is_default && plan.payer_type == payer_type)
    }

    /// The price of a plan unless another is named.
    pub(crate) fn default_price(&self, plan_id: &str) -> Option<&Price> {
        self.prices.values().find(|price| price.plan_id == plan_id && price.is_default)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn discounts_never_take_off_more_than_there_is() {
        assert_eq!(Effect::Percentage(12.5).of(999), 125);
        assert_eq!(Effect::Percentage(250.0).of(999), 999);
        assert_eq!(Effect::FixedAmount(500).of(999), 500);
        assert_eq!(Effect::FixedAmount(5000).of(999), 999);
    }
}
