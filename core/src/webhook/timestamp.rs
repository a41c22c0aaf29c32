//! When a delivery was sent, and whether that is near enough.

use std::time::Duration;

use super::error::{WebhookError, WebhookErrorReason};

/// The integer that a text begins with: `1700000000.5` is 1700000000. One that is beyond 64 bits is the furthest
/// that is not, which no clock shows.
pub(super) fn read(text: &str) -> Result<i64, WebhookError> {
    let (negative, rest) = match text.as_bytes() {
        [b'-', ..] => (true, &text[1..]),
        [b'+', ..] => (false, &text[1..]),
        _ => (false, text),
    };
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let digits = &rest[..end];
    if digits.is_empty() {
        let message = "the timestamp of the webhook is no number";
        return Err(WebhookError::new(WebhookErrorReason::TimestampInvalid, message));
    }
    let number = digits.parse::<i64>().unwrap_or(i64::MAX);
    Ok(if negative { -number } else { number })
}

/// Refuses what was sent longer ago, or further in the future, than `tolerance`; as far is near enough.
pub(super) fn check(sent: i64, now_ms: i64, tolerance: Duration) -> Result<(), WebhookError> {
    let now = now_ms.div_euclid(1_000);
    let away = Duration::from_secs(now.abs_diff(sent));
    if away <= tolerance {
        return Ok(());
    }
    let seconds = tolerance.as_secs_f64();
    Err(if sent < now {
        let message = format!("the webhook is too old: it was sent more than {seconds} s ago");
        WebhookError::new(WebhookErrorReason::TimestampTooOld, message)
    } else {
        let message =
            format!("the webhook is too new: it was sent more than {seconds} s ahead of this machine's clock");
        WebhookError::new(WebhookErrorReason::TimestampTooNew, message)
    })
}
