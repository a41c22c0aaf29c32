//! `has()`: may this session do that (§3.19)? Whatever cannot be understood is a no, never an error.

use super::Auth;
use crate::token::{Claims, Scoped};
use serde_json::{Map, Value};

/// What is asked. All of it must hold; nothing asked is a no.
///
/// ```
/// # use clerk_usher::auth::{HasParams, Reverification};
/// let asked = HasParams::new().permission("org:invoices:create").reverification(Reverification::STRICT);
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HasParams {
    role: Option<Asked<String>>,
    permission: Option<Asked<String>>,
    feature: Option<Asked<String>>,
    plan: Option<Asked<String>>,
    reverification: Option<Asked<Reverification>>,
    unknown: bool,
}

/// A value, or something asked that no claim can meet.
#[derive(Debug, Clone, PartialEq)]
enum Asked<T> {
    For(T),
    Nonsense,
}

/// How recently the user must have proved who they are (R-402).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reverification {
    /// With which factors.
    pub level: Level,
    /// At most this many minutes ago, this one excluded. Nothing of 0 or below is ever met.
    pub after_minutes: f64,
}

/// Which factors a [`Reverification`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The first.
    FirstFactor,
    /// The second, or the first of a user who has no second.
    SecondFactor,
    /// Both, or the first of a user who has no second.
    MultiFactor,
}

impl Reverification {
    /// Both factors within 10 minutes: `strict_mfa`.
    pub const STRICT_MFA: Self = Self { level: Level::MultiFactor, after_minutes: 10.0 };
    /// The second factor within 10 minutes: `strict`.
    pub const STRICT: Self = Self { level: Level::SecondFactor, after_minutes: 10.0 };
    /// The second factor within the hour: `moderate`.
    pub const MODERATE: Self = Self { level: Level::SecondFactor, after_minutes: 60.0 };
    /// The second factor within the day: `lax`.
    pub const LAX: Self = Self { level: Level::SecondFactor, after_minutes: 1440.0 };

    /// A preset's name, or an object with `level` and `after_minutes` (or `afterMinutes`).
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::String(name) => match name.as_str() {
                "strict_mfa" => Some(Self::STRICT_MFA),
                "strict" => Some(Self::STRICT),
                "moderate" => Some(Self::MODERATE),
                "lax" => Some(Self::LAX),
                _ => None,
            },
            Value::Object(config) => {
                let level = match config.get("level")?.as_str()? {
                    "first_factor" => Level::FirstFactor,
                    "second_factor" => Level::SecondFactor,
                    "multi_factor" => Level::MultiFactor,
                    _ => return None,
                };
                let after_minutes = config.get("after_minutes").or_else(|| config.get("afterMinutes"))?;
                Some(Self { level, after_minutes: after_minutes.as_f64()? })
            }
            _ => None,
        }
    }

    fn is_met(self, [first, second]: [f64; 2]) -> bool {
        let never = |age: f64| age < 0.0;
        let fresh = |age: f64| !never(age) && self.after_minutes > age;
        if !(self.after_minutes.is_finite() && self.after_minutes > 0.0) || (never(first) && never(second)) {
            return false;
        }
        match self.level {
            Level::FirstFactor => fresh(first),
            Level::SecondFactor if never(second) => fresh(first),
            Level::SecondFactor => fresh(second),
            Level::MultiFactor if never(second) => fresh(first),
            Level::MultiFactor => fresh(first) && fresh(second),
        }
    }
}

impl HasParams {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// This role in the active organization, with or without `org:`.
    #[must_use]
    pub fn role(mut self, role: impl Into<String>) -> Self {
        self.role = Some(Asked::For(role.into()));
        self
    }

    /// This permission in the active organization.
    #[must_use]
    pub fn permission(mut self, permission: impl Into<String>) -> Self {
        self.permission = Some(Asked::For(permission.into()));
        self
    }

    /// This feature, for user or organization; `user:…` or `org:…` for one of them.
    #[must_use]
    pub fn feature(mut self, feature: impl Into<String>) -> Self {
        self.feature = Some(Asked::For(feature.into()));
        self
    }

    /// This plan, for user or organization; `user:…` or `org:…` for one of them.
    #[must_use]
    pub fn plan(mut self, plan: impl Into<String>) -> Self {
        self.plan = Some(Asked::For(plan.into()));
        self
    }

    /// This recent a proof of who they are.
    #[must_use]
    pub fn reverification(mut self, reverification: Reverification) -> Self {
        self.reverification = Some(Asked::For(reverification));
        self
    }

    /// Reads what a binding passes: an object with these names. It never fails: a value of a wrong type (null included), a
    /// name that is not known, and what is no object at all, are asked for and never met.
    #[must_use]
    pub fn from_json(json: &str) -> Self {
        let Ok(Value::Object(mut asked)) = serde_json::from_str::<Value>(json) else {
            return Self { unknown: true, ..Self::default() };
        };
        let mut text = |name: &str| {
            asked.remove(name).map(|value| match value {
                Value::String(text) => Asked::For(text),
                _ => Asked::Nonsense,
            })
        };
        let (role, permission, feature, plan) = (text("role"), text("permission"), text("feature"), text("plan"));
        let reverification = asked
            .remove("reverification")
            .map(|value| Reverification::read(&value).map_or(Asked::Nonsense, Asked::For));
        Self { role, permission, feature, plan, reverification, unknown: !Map::is_empty(&asked) }
    }
}

/// See [`Auth::has`].
pub(crate) fn has(auth: &Auth, asked: &HasParams) -> bool {
    let Some(claims) = auth.session_claims().filter(|_| auth.user_id.as_deref().is_some_and(|id| !id.is_empty()))
    else {
        return false;
    };
    let HasParams { role, permission, feature, plan, reverification, unknown } = asked;
    if *unknown {
        return false;
    }
    let answers = [
        check(role.as_ref(), |role| in_organization(auth) && has_role(auth, role)),
        check(permission.as_ref(), |permission| in_organization(auth) && has_permission(auth, permission)),
        check(feature.as_ref(), |feature| has_listed(claims, "fea", feature)),
        check(plan.as_ref(), |plan| has_listed(claims, "pla", plan)),
        check(reverification.as_ref(), |wanted| factor_ages(claims).is_some_and(|ages| wanted.is_met(ages))),
    ];
    answers.contains(&Some(true)) && !answers.contains(&Some(false))
}

/// `None` if it is not asked.
fn check<T>(asked: Option<&Asked<T>>, holds: impl FnOnce(&T) -> bool) -> Option<bool> {
    match asked? {
        Asked::For(value) => Some(holds(value)),
        Asked::Nonsense => Some(false),
    }
}

/// R-400.
fn in_organization(auth: &Auth) -> bool {
    auth.org_id.as_deref().is_some_and(|id| !id.is_empty())
}

fn has_role(auth: &Auth, asked: &str) -> bool {
    let role = auth.org_role.as_deref().filter(|role| !role.is_empty());
    role.is_some_and(|role| with_one_prefix(role) == with_one_prefix(asked))
}

fn has_permission(auth: &Auth, asked: &str) -> bool {
    let asked = with_one_prefix(asked);
    auth.org_permissions().is_some_and(|permissions| permissions.contains(&asked))
}

/// Whatever number of leading `org:` there are becomes one.
fn with_one_prefix(name: &str) -> String {
    format!("org:{}", name.trim_start_matches("org:"))
}

/// R-401: a feature or plan on the claim's list, of the scope asked for if one is.
fn has_listed(claims: &Claims, claim: &str, asked: &str) -> bool {
    let list = claims.string(claim);
    let Some(listed) = list.as_deref().filter(|list| !list.is_empty()).and_then(Scoped::read) else {
        return false;
    };
    let mut pieces = asked.split(':');
    let first = pieces.next().unwrap_or_default();
    let Some(second) = pieces.next() else {
        return listed.has_for_organization(asked) || listed.has_for_user(asked);
    };
    // Upstream's edge, kept: an empty name after the scope asks for a name like the scope's.
    let name = if second.is_empty() { first } else { second };
    match first {
        "o" | "org" | "organization" => listed.has_for_organization(name),
        "u" | "user" => listed.has_for_user(name),
        _ => false,
    }
}

/// The `fva` claim: two finite numbers, each −1 or not negative.
pub(crate) fn factor_ages(claims: &Claims) -> Option<[f64; 2]> {
    let ages: Vec<f64> = claims.get("fva")?.ok()?;
    let [first, second] = ages.as_slice() else {
        return None;
    };
    #[allow(clippy::float_cmp)] // −1 is a mark, not a measurement
    let fits = |age: f64| age.is_finite() && (age == -1.0 || age >= 0.0);
    (fits(*first) && fits(*second)).then_some([*first, *second])
}
