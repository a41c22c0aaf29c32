//! Looking into a token without asking whether it is genuine (§2.1).

use std::fmt;

use crate::secret::Length;
use crate::token::{DecodedToken, TokenError, TokenErrorReason, base64url_bytes};

/// What a token says of itself. **Nothing in it is verified**: anybody can write a token that says anything. It is for
/// logs, tests and curiosity; to decide who is calling, verify. `Debug` shows the header and lengths.
#[derive(Clone)]
#[non_exhaustive]
pub struct UnverifiedToken {
    /// The header as the JSON text it is: an object.
    pub header: String,
    /// The payload as the JSON text it is: an object.
    pub payload: String,
    /// The signature's bytes.
    pub signature: Vec<u8>,
    /// The three parts as they were written, joined by dots.
    pub text: String,
}

impl UnverifiedToken {
    /// The header, the payload and the signature as they were written.
    #[must_use]
    pub fn raw_parts(&self) -> [&str; 3] {
        let mut parts = self.text.split('.');
        [(); 3].map(|()| parts.next().unwrap_or_default())
    }
}

impl fmt::Debug for UnverifiedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnverifiedToken")
            .field("header", &self.header)
            .field("payload", &Length(self.payload.len()))
            .field("signature", &Length(self.signature.len()))
            .finish_non_exhaustive()
    }
}

/// Takes a JWT apart, **without verifying anything** (R-201 to R-203).
///
/// # Errors
/// [`TokenError`] with `token-invalid`, if it is no JWT whose header and payload are JSON objects.
pub fn decode_token(token: &str) -> Result<UnverifiedToken, TokenError> {
    let decoded = DecodedToken::read(token)?;
    let written = token.split('.').next().unwrap_or_default();
    let bytes = base64url_bytes(written)
        .ok_or_else(|| TokenError::new(TokenErrorReason::TokenInvalid, "Not a JWT: its header is not base64url"))?;
    Ok(UnverifiedToken {
        header: String::from_utf8_lossy(&bytes).into_owned(),
        payload: decoded.payload().to_owned(),
        signature: decoded.signature().to_vec(),
        text: token.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::decode_token;
    use proptest::prelude::*;

    #[test]
    fn it_shows_no_token() {
        let shown = decode_token("e30.e30.AQID").map(|token| format!("{token:?}"));
        assert_eq!(
            shown.ok().as_deref(),
            Some(r#"UnverifiedToken { header: "{}", payload: 2 bytes, signature: 3 bytes, .. }"#)
        );
    }

    proptest! {
        #[test]
        fn any_text_is_a_token_or_token_invalid(text in "(\\PC|\\.){0,60}") {
            match decode_token(&text) {
                Ok(token) => prop_assert_eq!(token.raw_parts().join("."), text),
                Err(error) => prop_assert_eq!(error.reason.as_str(), "token-invalid"),
            }
        }
    }
}
