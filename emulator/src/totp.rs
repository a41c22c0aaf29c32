//! Time-based one-time codes (RFC 6238): SHA-1, six digits, thirty seconds, as authenticator apps make them.

use aws_lc_rs::hmac;
use data_encoding::BASE32_NOPAD;

const STEP_SECONDS: i64 = 30;

/// Reads a base32 secret, in any case, with or without padding and spaces.
pub(crate) fn decode_secret(text: &str) -> Option<Vec<u8>> {
    let clean: String =
        text.chars().filter(|c| !c.is_whitespace() && *c != '=').map(|c| c.to_ascii_uppercase()).collect();
    BASE32_NOPAD.decode(clean.as_bytes()).ok().filter(|secret| !secret.is_empty())
}

/// The secret as authenticator apps show it.
pub(crate) fn encode_secret(secret: &[u8]) -> String {
    BASE32_NOPAD.encode(secret)
}

/// The code of the step that `now_ms` lies in.
pub(crate) fn code_at(secret: &[u8], now_ms: i64) -> String {
    code(secret, now_ms.div_euclid(1000).div_euclid(STEP_SECONDS))
}

/// The steps whose codes are right: this one, the one before and the next.
fn steps(now_ms: i64) -> std::ops::RangeInclusive<i64> {
    let step = now_ms.div_euclid(1000).div_euclid(STEP_SECONDS);
    step - 1..=step + 1
}

/// Whether a code is right now, or was or will be one step away.
pub(crate) fn verify(secret: &[u8], given: &str, now_ms: i64) -> bool {
    steps(now_ms).any(|step| code(secret, step) == given)
}

/// The step of a right code that comes after the last step that was used; none if all its steps are used up. A last
/// step beyond the ones that are right now is from before the clock was set back, and does not count.
pub(crate) fn unused_step(secret: &[u8], given: &str, now_ms: i64, last: Option<i64>) -> Option<i64> {
    let last = last.filter(|last| last <= steps(now_ms).end());
    steps(now_ms).find(|step| last.is_none_or(|last| *step > last) && code(secret, *step) == given)
}

fn code(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let bytes = tag.as_ref();
    let at = usize::from(bytes.last().copied().unwrap_or(0) & 0x0f);
    let number = bytes.iter().skip(at).take(4).fold(0_u32, |sum, byte| (sum << 8) | u32::from(*byte)) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The SHA-1 rows of RFC 6238, appendix B, cut to six digits.
    #[test]
    fn rfc_6238_rows() {
        let secret = b"12345678901234567890";
        for (seconds, wanted) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            assert_eq!(code_at(secret, seconds * 1000), wanted);
        }
    }

    #[test]
    fn one_step_of_drift_is_allowed() {
        let secret = b"12345678901234567890";
        assert!(verify(secret, "287082", 59_000 + 30_000));
        assert!(!verify(secret, "287082", 59_000 + 90_000));
    }

    #[test]
    fn a_step_is_used_once_and_ends_those_before() {
        let secret = b"12345678901234567890";
        let at = |step: i64| code_at(secret, step * 30_000);
        let unused = |step: i64, last| unused_step(secret, &at(step), 100 * 30_000, last);
        assert_eq!([unused(98, None), unused(99, None), unused(101, None)], [None, Some(99), Some(101)]);
        assert_eq!([unused(99, Some(99)), unused(99, Some(100)), unused(100, Some(99))], [None, None, Some(100)]);
        assert_eq!([unused(101, Some(101)), unused(101, Some(102))], [None, Some(101)], "of a time to come");
    }

    #[test]
    fn secrets_are_base32() {
        assert_eq!(decode_secret("gezd gnbv====").as_deref(), Some(b"12345".as_slice()));
        assert_eq!(encode_secret(b"12345"), "GEZDGNBV");
        assert_eq!(decode_secret("not base32!"), None);
        assert_eq!(decode_secret(""), None);
    }
}
