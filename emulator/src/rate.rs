//! Rate limits, as the API documents them or as a test wants them. By the emulator's clock.

use crate::errors::EmulatorError;
use serde::Deserialize;

/// How many requests with the secret key are answered; above it the answer is 429 with `Retry-After`.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(untagged)]
pub enum RateLimits {
    /// `true`: those that the API documents. 1,000 requests in 10 seconds for an instance of production and 100 for one of
    /// development; in an hour 100 invitations, 25 times invitations in bulk, 250 invitations to organizations and 50
    /// times those in bulk; no limit for the JWKS. `false`: none.
    Documented(bool),
    /// These alone, for all requests together.
    Custom(RateLimit),
}

/// So many requests in so many seconds.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// At least 1.
    pub requests: u64,
    /// At least 1.
    pub per_seconds: u64,
}

impl Default for RateLimits {
    fn default() -> Self {
        RateLimits::Documented(false)
    }
}

const HOUR: u64 = 3600;

/// Routes with limits of their own: method, template, requests in an hour.
const HOURLY: &[(&str, &str, u64)] = &[
    ("POST", "/v1/invitations", 100),
    ("POST", "/v1/invitations/bulk", 25),
    ("POST", "/v1/organizations/{organization_id}/invitations", 250),
    ("POST", "/v1/organizations/{organization_id}/invitations/bulk", 50),
];
/// The route without a limit.
const UNLIMITED: &str = "/v1/jwks";

impl RateLimits {
    pub(crate) fn check(&self) -> Result<(), EmulatorError> {
        match self {
            RateLimits::Custom(limit) if limit.requests == 0 || limit.per_seconds == 0 => {
                let text = "rate limits: requests and per_seconds must be at least 1".to_owned();
                Err(EmulatorError::Argument(text))
            }
            _ => Ok(()),
        }
    }
}

/// A stretch of time, and the requests in it.
#[derive(Clone, Copy, Debug, Default)]
struct Window {
    started_ms: Option<i64>,
    count: u64,
}

impl Window {
    /// How many milliseconds there are to wait; none: go on.
    fn wait(&mut self, limit: RateLimit, now_ms: i64) -> Option<i64> {
        let length = i64::try_from(limit.per_seconds.saturating_mul(1000)).unwrap_or(i64::MAX);
        let passed = self.started_ms.map(|started| now_ms.saturating_sub(started));
        // A clock that was set back opens a new one too.
        if !passed.is_some_and(|passed| (0..length).contains(&passed)) {
            *self = Window { started_ms: Some(now_ms), count: 0 };
        }
        (self.count >= limit.requests).then(|| length - passed.unwrap_or(0))
    }
}

/// The limits of one instance and what was used of them.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    limits: RateLimits,
    all: Window,
    hourly: [Window; HOURLY.len()],
}

impl Rates {
    pub(crate) fn new(limits: RateLimits) -> Self {
        Rates { limits, ..Rates::default() }
    }

    /// Counts a request; if it is one too many, the seconds to wait.
    pub(crate) fn take(&mut self, method: &str, template: &str, production: bool, now_ms: i64) -> Option<i64> {
        let general = match self.limits {
            RateLimits::Documented(false) => return None,
            RateLimits::Documented(true) if template == UNLIMITED => return None,
            RateLimits::Documented(true) => {
                RateLimit { requests: if production { 1000 } else { 100 }, per_seconds: 10 }
            }
            RateLimits::Custom(limit) => limit,
        };
        let mut windows = vec![(&mut self.all, general)];
        if self.limits == RateLimits::Documented(true) {
            let own = HOURLY.iter().zip(&mut self.hourly);
            let own = own.filter(|((verb, path, _), _)| *verb == method && *path == template);
            windows.extend(
                own.map(|((_, _, requests), window)| (window, RateLimit { requests: *requests, per_seconds: HOUR })),
            );
        }
        if let Some(ms) = windows.iter_mut().filter_map(|(window, limit)| window.wait(*limit, now_ms)).max() {
            return Some(ms.saturating_add(999) / 1000);
        }
        for (window, _) in windows {
            window.count += 1;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1000;

    #[test]
    fn a_window_ends_with_the_clock() {
        let mut rates = Rates::new(RateLimits::Custom(RateLimit { requests: 2, per_seconds: 5 }));
        let mut take = |now| rates.take("GET", "/v1/users", false, now);
        assert_eq!([take(0), take(1_500), take(1_500)], [None, None, Some(4)]);
        assert_eq!(take(4_999), Some(1));
        assert_eq!([take(5_000), take(5_000), take(5_000)], [None, None, Some(5)]);
        assert_eq!(take(-10_000), None, "a clock that was set back");
    }

    #[test]
    fn documented_limits_by_kind_of_instance() {
        for (production, most) in [(false, 100), (true, 1000)] {
            let mut rates = Rates::new(RateLimits::Documented(true));
            let answered = (0..2000).filter(|_| rates.take("GET", "/v1/users", production, 0).is_none()).count();
            assert_eq!(answered, most);
            assert_eq!(rates.take("GET", "/v1/jwks", production, 0), None);
        }
    }

    #[test]
    fn invitations_have_hourly_limits() {
        let mut rates = Rates::new(RateLimits::Documented(true));
        let mut now = 0;
        let mut answered = 0;
        while rates.take("POST", "/v1/invitations/bulk", false, now).is_none() {
            answered += 1;
            now += SECOND;
        }
        assert_eq!(answered, 25);
        assert_eq!(rates.take("POST", "/v1/invitations/bulk", false, now), Some(3600 - 25));
        assert_eq!(rates.take("POST", "/v1/users", false, now), None);
        assert_eq!(rates.take("POST", "/v1/invitations/bulk", false, 3600 * SECOND), None);
    }

    #[test]
    fn off_is_off_and_nothing_is_no_limit() {
        let mut rates = Rates::default();
        assert!((0..5000).all(|_| rates.take("GET", "/v1/users", false, 0).is_none()));
        assert!(RateLimits::Custom(RateLimit { requests: 0, per_seconds: 1 }).check().is_err());
    }
}
