//! When a call is tried again, and how long it waits before that.

use std::time::{Duration, SystemTime};

use crate::error::Error;

/// The limits of one call.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    /// Of the whole call: all attempts, all waiting.
    pub(crate) total: Duration,
    /// Of one attempt; what is left of `total` if absent.
    pub(crate) attempt: Option<Duration>,
    /// How many attempts may follow the first.
    pub(crate) max_retries: u32,
    /// How long to wait between them.
    pub(crate) backoff: Backoff,
}

/// How the wait grows.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Backoff {
    /// Anything from nothing to `base · 2ⁿ`, at most [`LONGEST_WAIT`]: many clients that failed together do not come
    /// back together.
    FullJitter(Duration),
    /// `base · 2ⁿ` times a factor from 1 to 2.
    Doubling(Duration),
}

/// The longest wait that nobody asked for.
const LONGEST_WAIT: Duration = Duration::from_secs(8);

impl Backoff {
    /// The wait before retry number `retry`, from 0.
    pub(crate) fn wait(self, retry: u32) -> Duration {
        let grown = |base: Duration| base.saturating_mul(2_u32.saturating_pow(retry)).min(LONGEST_WAIT);
        match self {
            Self::FullJitter(base) => grown(base).mul_f64(fastrand::f64()),
            Self::Doubling(base) => grown(base).mul_f64(1.0 + fastrand::f64()),
        }
    }
}

/// Whether a call that failed like this may be sent again. A write only if the API cannot have acted on it: it was
/// never reached, or it said that there were too many requests.
pub(crate) fn may_retry(error: &Error, idempotent: bool) -> bool {
    match error {
        Error::Connection(error) => idempotent || !error.sent,
        Error::Timeout(_) => idempotent,
        Error::Api(error) => match error.status {
            429 => true,
            408 | 500..=599 => idempotent,
            _ => false,
        },
        _ => false,
    }
}

/// `Retry-After` in seconds: a number, or a date against this clock's now.
pub(crate) fn retry_after(value: &str, now_ms: i64) -> Option<f64> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return (seconds.is_finite() && seconds >= 0.0).then_some(seconds);
    }
    let date = httpdate::parse_http_date(value).ok()?;
    let ms = date.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_millis();
    let ahead = i64::try_from(ms).ok()?.saturating_sub(now_ms).max(0);
    Some(Duration::from_millis(u64::try_from(ahead).ok()?).as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{ApiError, ConnectionError, TimeoutError};

    fn api(status: u16) -> Error {
        Error::Api(Box::new(ApiError::new("GET /x", status, Vec::new(), bytes::Bytes::new(), None)))
    }

    #[test]
    fn a_write_is_repeated_only_where_the_api_cannot_have_acted() {
        let lost = Error::Connection(ConnectionError { message: String::new(), sent: true });
        let never_sent = Error::Connection(ConnectionError { message: String::new(), sent: false });
        let late = Error::Timeout(TimeoutError { message: String::new() });
        for (error, read, write) in [
            (api(400), false, false),
            (api(401), false, false),
            (api(404), false, false),
            (api(408), true, false),
            (api(429), true, true),
            (api(500), true, false),
            (api(503), true, false),
            (lost, true, false),
            (never_sent, true, true),
            (late, true, false),
            (Error::Cancelled, false, false),
        ] {
            assert_eq!(may_retry(&error, true), read, "read after {error}");
            assert_eq!(may_retry(&error, false), write, "write after {error}");
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(retry_after("7", 0), Some(7.0));
        assert_eq!(retry_after(" 0.5 ", 0), Some(0.5));
        assert_eq!(retry_after("Thu, 01 Jan 1970 00:01:00 GMT", 20_000), Some(40.0));
        assert_eq!(retry_after("Thu, 01 Jan 1970 00:01:00 GMT", 90_000), Some(0.0));
        for junk in ["", "-1", "soon", "inf", "NaN"] {
            assert_eq!(retry_after(junk, 0), None, "{junk}");
        }
    }

    #[test]
    fn waits_grow_within_their_bounds() {
        let base = Duration::from_millis(100);
        for retry in 0..40 {
            let most = base.saturating_mul(2_u32.saturating_pow(retry)).min(LONGEST_WAIT);
            assert!(Backoff::FullJitter(base).wait(retry) <= most);
            let doubling = Backoff::Doubling(base).wait(retry);
            assert!(doubling >= most && doubling <= most * 2);
        }
    }
}
