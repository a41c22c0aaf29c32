//! Taking a token apart (§2.1, D-10, D-17). Nothing here says that it is genuine.

use super::base64url;
use super::error::{TokenError, TokenErrorReason};
use super::json;
use super::parsed::Parsed;
use crate::secret::Length;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// The longest token that is looked at. Session cookies are below 4 KiB; servers refuse headers well below this.
pub const MAX_TOKEN_BYTES: usize = 65_536;

/// Room for the payload of nearly any token, on the stack.
const ROOM: usize = 1_024;

/// A token that has been read but not verified: for looking at, never for deciding who is calling. `Debug` shows its header
/// and the lengths of the rest, which together would be the token itself.
#[derive(Clone)]
pub struct DecodedToken {
    parsed: Arc<Parsed>,
    signature: Vec<u8>,
    signed_len: usize,
}

/// The fields of the header that matter. `Some(None)` is a value that is not a string.
#[derive(Debug, Clone, Default)]
pub struct Header {
    /// `alg`.
    pub alg: Option<Option<String>>,
    /// `kid`: the id of the instance's key.
    pub kid: Option<Option<String>>,
    /// `typ`.
    pub typ: Option<Option<String>>,
    /// `cat`: the category of the token.
    pub cat: Option<Option<String>>,
}

/// A header of a token that was accepted, and the text that it is read from: every token of a key has the same.
pub(crate) struct KnownHeader {
    text: Box<str>,
    header: Arc<Header>,
}

impl fmt::Debug for KnownHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.header.fmt(f)
    }
}

impl KnownHeader {
    /// The header of this token.
    pub(crate) fn of(parsed: &Parsed) -> Self {
        let text = parsed.token().split('.').next().unwrap_or_default().into();
        Self { text, header: Arc::clone(parsed.header()) }
    }

    /// Whether it is this one.
    pub(crate) fn is(&self, header: &Arc<Header>) -> bool {
        Arc::ptr_eq(&self.header, header)
    }
}

impl Header {
    fn read(text: &str) -> Option<Self> {
        let place_of = |name: &str| ["alg", "kid", "typ", "cat"].iter().position(|known| *known == name);
        let places = json::places::<4>(text, place_of)?;
        let [alg, kid, typ, cat] = places.map(|place| place.of(text).map(json::string));
        Some(Self { alg, kid, typ, cat })
    }

    /// How many bytes its texts have.
    pub(crate) fn size(&self) -> usize {
        let texts = [&self.alg, &self.kid, &self.typ, &self.cat];
        texts.into_iter().filter_map(|text| text.as_ref()?.as_ref().map(String::len)).sum()
    }

    /// The key id, if it is a string. Any other value is as good as none.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_ref()?.as_deref()
    }
}

impl DecodedToken {
    /// Reads a token: three parts, each base64url (padding optional), the first two JSON objects (R-201, R-202, D-10).
    ///
    /// # Errors
    /// `token-invalid`.
    pub fn read(token: &str) -> Result<Self, TokenError> {
        Self::read_with(token, None)
    }

    /// The same, where the text of the header may be one that is known.
    pub(crate) fn read_with(token: &str, known: Option<&KnownHeader>) -> Result<Self, TokenError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(invalid("The token is longer than 64 KiB"));
        }
        let [header, payload, signature] =
            parts(token).ok_or_else(|| invalid("Not a JWT: a JWT has three parts, joined by dots"))?;
        // What else R-102 says of a text, decoding it says too.
        let plain = ![header, payload, signature].iter().any(|part| part.is_empty() || part.ends_with('='));
        let signed_len = header.len() + 1 + payload.len();
        let known = known.filter(|known| *known.text == *header).map(|known| Arc::clone(&known.header));
        let (mut header_room, mut payload_room) = ([0; ROOM / 4], [0; ROOM]);
        let header_text = match known {
            Some(_) => Cow::default(),
            None => base64url::text(header, &mut header_room)
                .ok_or_else(|| invalid("Not a JWT: its header is not base64url"))?,
        };
        let payload = base64url::text(payload, &mut payload_room)
            .ok_or_else(|| invalid("Not a JWT: its payload is not base64url"))?;
        let signature =
            base64url::bytes(signature).ok_or_else(|| invalid("Not a JWT: its signature is not base64url"))?;
        let header = known
            .or_else(|| Header::read(&header_text).map(Arc::new))
            .ok_or_else(|| invalid("Not a JWT: its header is not a JSON object"))?;
        let parsed = Parsed::new(token, &payload, header, plain)
            .ok_or_else(|| invalid("Not a JWT: its payload is not a JSON object"))?;
        Ok(Self { parsed: Arc::new(parsed), signature, signed_len })
    }

    /// The header's fields.
    #[must_use]
    pub fn header(&self) -> &Header {
        self.parsed.header()
    }

    /// The payload as the JSON text it is.
    #[must_use]
    pub fn payload(&self) -> &str {
        self.parsed.payload()
    }

    /// The signature's bytes.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// What was signed.
    pub(crate) fn signed(&self) -> &[u8] {
        self.parsed.token().as_bytes().get(..self.signed_len).unwrap_or_default()
    }

    /// What the token says.
    pub(crate) fn parsed(&self) -> &Arc<Parsed> {
        &self.parsed
    }

    /// The JSON text of this claim, unverified.
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<&str> {
        self.parsed.claim(name)
    }

    /// This claim if it is a number within ±2^53, its fraction cut off.
    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        self.claim(name).and_then(json::integer)
    }

    /// This claim if it is a string.
    pub(crate) fn string(&self, name: &str) -> Option<String> {
        self.claim(name).and_then(json::string)
    }
}

/// The three parts of a token.
fn parts(token: &str) -> Option<[&str; 3]> {
    let mut dots = memchr::memchr_iter(b'.', token.as_bytes());
    let (first, second, None) = (dots.next()?, dots.next()?, dots.next()) else { return None };
    Some([token.get(..first)?, token.get(first + 1..second)?, token.get(second + 1..)?])
}

impl fmt::Debug for DecodedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecodedToken")
            .field("header", self.header())
            .field("payload", &Length(self.payload().len()))
            .field("signature", &Length(self.signature.len()))
            .finish()
    }
}

fn invalid(message: &'static str) -> TokenError {
    TokenError::new(TokenErrorReason::TokenInvalid, message)
}
