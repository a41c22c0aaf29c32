//! Signatures as Svix makes them: HMAC-SHA256 over id, time and body.

use crate::errors::EmulatorError;
use crate::ids::Ids;
use aws_lc_rs::hmac;
use data_encoding::{BASE64, BASE64_NOPAD};

const PREFIX: &str = "whsec_";
/// How many bytes a fresh secret has, as Svix makes them.
const FRESH: usize = 24;
/// How many bytes a given secret may have, as Svix takes them.
const BYTES: std::ops::RangeInclusive<usize> = 16..=75;

/// A secret that deliveries are signed with.
pub(crate) struct Secret(hmac::Key);

impl Secret {
    /// One that nobody had before.
    pub(crate) fn fresh() -> String {
        // Never from the seed: what signs is as unlike that of any other emulator as its keys are.
        format!("{PREFIX}{}", BASE64.encode(&Ids::new(None).bytes::<FRESH>()))
    }

    /// The one of a URL at an emulator that has this secret key: the same each time, and no other emulator's.
    pub(crate) fn of(secret_key: &str, url: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret_key.as_bytes());
        let tag = hmac::sign(&key, format!("webhook endpoint\n{url}").as_bytes());
        format!("{PREFIX}{}", BASE64.encode(tag.as_ref().get(..FRESH).unwrap_or_default()))
    }

    /// Reads `whsec_` and base 64; padding may lack.
    pub(crate) fn parse(text: &str) -> Result<Self, EmulatorError> {
        let refuse = || {
            let (least, most) = (BYTES.start(), BYTES.end());
            EmulatorError::Argument(format!("secret: must be {PREFIX} and the base64 of {least} to {most} bytes"))
        };
        let encoded = text.strip_prefix(PREFIX).ok_or_else(refuse)?.trim_end_matches('=');
        let bytes = BASE64_NOPAD.decode(encoded.as_bytes()).map_err(|_| refuse())?;
        if !BYTES.contains(&bytes.len()) {
            return Err(refuse());
        }
        Ok(Secret(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }

    /// The value of the signature header. `seconds` is the time of the attempt, in Unix seconds.
    pub(super) fn sign(&self, id: &str, seconds: i64, body: &str) -> String {
        let tag = hmac::sign(&self.0, format!("{id}.{seconds}.{body}").as_bytes());
        format!("v1,{}", BASE64.encode(tag.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_as_svix_documents() {
        // The example of https://docs.svix.com/receiving/verifying-payloads/how-manual
        let secret = Secret::parse("whsec_plJ3nmyCDGBKInavdOK15jsl").ok();
        let body = r#"{"event_type":"ping","data":{"success":true}}"#;
        assert_eq!(
            secret.map(|secret| secret.sign("msg_loFOjxBNrRLzqYUf", 1_731_705_121, body)).as_deref(),
            Some("v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=")
        );
    }

    #[test]
    fn a_bad_secret_is_refused() {
        let short = format!("{PREFIX}{}", BASE64.encode(&[0; 15]));
        for text in ["", "whsec_", "whsec_????", "plJ3nmyCDGBKInavdOK15jsl", short.as_str()] {
            assert!(Secret::parse(text).is_err(), "{text}");
        }
        assert!(Secret::parse(&Secret::fresh()).is_ok());
        let own = Secret::of("sk_test_1", "http://localhost/a");
        assert!(Secret::parse(&own).is_ok() && own.len() == Secret::fresh().len());
        assert_eq!(own, Secret::of("sk_test_1", "http://localhost/a"));
        assert_ne!(own, Secret::of("sk_test_2", "http://localhost/a"));
        assert_ne!(own, Secret::of("sk_test_1", "http://localhost/b"));
        let odd = BASE64.encode(&[7; 25]);
        assert!(Secret::parse(&format!("{PREFIX}{odd}")).is_ok() && odd.ends_with('='));
    }
}
