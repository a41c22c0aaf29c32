//! A token's text, read once for all that is asked of it on the way to a decision.
//!
//! What is asked before a key is looked at (which kind it is of, when it was made, who issued it) is asked of a text that
//! anybody may have written. For a text that was seen before the answers are in hand.

use super::cache::Place;
use super::claims::Claims;
use super::decode::{DecodedToken, Header, MAX_TOKEN_BYTES};
use super::error::TokenError;
use super::json;
use super::kind::{TokenType, is_non_session_category, type_of_machine};
use super::verifier::Verifier;

/// What a text says that may be a token. Nothing here says that it is genuine.
pub(crate) struct ReadToken {
    /// Where it is or would be among those that were seen; none where none are.
    pub(super) place: Option<Place>,
    pub(super) known: Known,
}

/// Where what it says is had from.
pub(super) enum Known {
    /// It was accepted before.
    Seen(Claims),
    /// It was decoded.
    New(DecodedToken),
}

impl ReadToken {
    /// Its header.
    pub(crate) fn header(&self) -> &Header {
        match &self.known {
            Known::Seen(seen) => seen.header(),
            Known::New(decoded) => decoded.header(),
        }
    }

    /// The JSON text of this claim.
    pub(crate) fn claim(&self, name: &str) -> Option<&str> {
        match &self.known {
            Known::Seen(seen) => seen.raw(name),
            Known::New(decoded) => decoded.claim(name),
        }
    }

    /// This claim if it is a number within ±2^53, its fraction cut off.
    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        match &self.known {
            Known::Seen(seen) if name == "iat" => seen.iat(),
            Known::Seen(seen) if name == "exp" => Some(seen.exp()),
            _ => self.claim(name).and_then(json::integer),
        }
    }

    /// Which machine's JWT it is, if it is one.
    pub(crate) fn machine_type(&self) -> Option<TokenType> {
        let plain = match &self.known {
            Known::Seen(seen) => seen.is_plain(),
            Known::New(decoded) => decoded.parsed().is_plain(),
        };
        type_of_machine(self.claim("sub"), self.header()).filter(|_| plain)
    }

    /// Whether it is of no session: a machine's, or of a category that is none of a session's.
    pub(crate) fn is_no_session(&self) -> bool {
        self.machine_type().is_some() || is_non_session_category(self.header())
    }
}

impl Verifier {
    /// Reads a text: from memory if it was accepted before, else by decoding it.
    ///
    /// # Errors
    /// `token-invalid`.
    pub(crate) fn read(&self, text: &str) -> Result<ReadToken, TokenError> {
        // What is too long is refused without a look at it.
        let place = if text.len() > MAX_TOKEN_BYTES { None } else { self.seen.place(text) };
        let known = match place.and_then(|place| self.seen.get(place, text)) {
            Some(seen) => Known::Seen(seen),
            None => Known::New(DecodedToken::read_with(text, self.header.load().as_deref())?),
        };
        Ok(ReadToken { place, known })
    }
}
