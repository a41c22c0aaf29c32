//! Signatures: making them, and finding the one that holds.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::verify::Webhook;
use crate::error::{ArgumentError, Result};

/// The headers of a signed delivery.
pub type SignedHeaders = [(&'static str, String); 3];

/// The one version of signatures that counts.
const VERSION: &str = "v1";
/// Bytes of an HMAC-SHA256, and of its base64.
const LENGTH: usize = 32;
const TEXT_LENGTH: usize = 44;

/// The MAC of `<id>.<timestamp>.<body>`. The body is not copied.
pub(super) fn mac(key: &hmac::Key, id: &str, timestamp: i64, body: &[u8]) -> hmac::Tag {
    let mut context = hmac::Context::with_key(key);
    context.update(id.as_bytes());
    context.update(format!(".{timestamp}.").as_bytes());
    context.update(body);
    context.sign()
}

/// Whether one of the signatures of a header is this MAC, each compared in constant time.
pub(super) fn has(header: &str, mac: &hmac::Tag) -> bool {
    header.split(' ').any(|item| {
        let mut parts = item.split(',');
        let (version, signature) = (parts.next(), parts.next());
        version == Some(VERSION)
            && signature.and_then(bytes).is_some_and(|bytes| verify_slices_are_equal(&bytes, mac.as_ref()).is_ok())
    })
}

/// The bytes of a signature's text. There is one text for each: none with other padding or stray bits.
fn bytes(signature: &str) -> Option<[u8; LENGTH]> {
    if signature.len() != TEXT_LENGTH {
        return None;
    }
    // As long as the decoder thinks that this much text could be.
    let mut decoded = [0; LENGTH + 1];
    let length = STANDARD.decode_slice(signature, &mut decoded).ok()?;
    if length == LENGTH { decoded[..LENGTH].try_into().ok() } else { None }
}

impl Webhook {
    /// Signs a body as Clerk would, for tests: the headers of its delivery. With several secrets there are as many
    /// signatures.
    ///
    /// `timestamp` is in Unix seconds.
    ///
    /// # Errors
    /// `Argument` for an id that no header can carry: empty, with white space at an end, or with a control character.
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> Result<SignedHeaders> {
        if id.is_empty() || id.trim() != id || id.chars().any(char::is_control) {
            let message = "`id` must be a text that a header can carry, such as `msg_1`";
            return Err(ArgumentError::new("id", message).into());
        }
        let sign = |key| format!("{VERSION},{}", STANDARD.encode(mac(key, id, timestamp, body)));
        let signatures: Vec<String> = self.keys().iter().map(sign).collect();
        Ok([
            ("svix-id", id.to_owned()),
            ("svix-timestamp", timestamp.to_string()),
            ("svix-signature", signatures.join(" ")),
        ])
    }
}
