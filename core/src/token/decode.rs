//! Taking a token apart (§2.1, D-10, D-17). Nothing here says that it is genuine.

use super::claims::ClaimIndex;
use super::error::{TokenError, TokenErrorReason};
use super::json::{self, Index};
use crate::secret::Length;
use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::fmt;
use std::sync::Arc;

/// The longest token that is looked at. Session cookies are below 4 KiB; servers refuse headers well below this.
pub const MAX_TOKEN_BYTES: usize = 65_536;

/// Padding is cut off beforehand; non-zero bits after the last byte are refused.
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

/// A token that has been read but not verified: for looking at, never for deciding who is calling. `Debug` shows its header
/// and the lengths of the rest, which together would be the token itself.
#[derive(Clone)]
pub struct DecodedToken {
    /// The header's fields.
    pub header: Arc<Header>,
    /// The payload as the JSON text it is.
    pub payload: String,
    pub(crate) index: ClaimIndex,
    pub(crate) signature: Vec<u8>,
    pub(crate) signed_len: usize,
    /// Whether it is written without padding and has a signature, as a machine's JWT has to be.
    pub(crate) plain: bool,
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
    pub(crate) fn of(token: &str, header: &Arc<Header>) -> Self {
        Self { text: token.split('.').next().unwrap_or_default().into(), header: Arc::clone(header) }
    }

    /// Whether it is this one.
    pub(crate) fn is(&self, header: &Arc<Header>) -> bool {
        Arc::ptr_eq(&self.header, header)
    }
}

impl Header {
    fn read(text: &str) -> Option<Self> {
        let place_of = |name: &str| ["alg", "kid", "typ", "cat"].iter().position(|known| *known == name);
        let index = Index::<4>::read(text, place_of)?;
        let field = |place| index.get(place, text).map(json::string);
        Some(Self { alg: field(0), kid: field(1), typ: field(2), cat: field(3) })
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
        let mut parts = token.split('.');
        let (Some(header), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(invalid("Not a JWT: a JWT has three parts, joined by dots"));
        };
        // What else R-102 says of a text, decoding it says too.
        let plain = ![header, payload, signature].iter().any(|part| part.is_empty() || part.ends_with('='));
        let signed_len = header.len() + 1 + payload.len();
        let known = known.filter(|known| *known.text == *header).map(|known| Arc::clone(&known.header));
        let header_text = match known {
            Some(_) => String::new(),
            None => text(header).ok_or_else(|| invalid("Not a JWT: its header is not base64url"))?,
        };
        let payload = text(payload).ok_or_else(|| invalid("Not a JWT: its payload is not base64url"))?;
        let signature = bytes(signature).ok_or_else(|| invalid("Not a JWT: its signature is not base64url"))?;
        let header = known
            .or_else(|| Header::read(&header_text).map(Arc::new))
            .ok_or_else(|| invalid("Not a JWT: its header is not a JSON object"))?;
        let index = ClaimIndex::read(&payload).ok_or_else(|| invalid("Not a JWT: its payload is not a JSON object"))?;
        Ok(Self { header, payload, index, signature, signed_len, plain })
    }

    /// The JSON text of this claim, unverified.
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<&str> {
        self.index.get(name, &self.payload)
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

impl fmt::Debug for DecodedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecodedToken")
            .field("header", &self.header)
            .field("payload", &Length(self.payload.len()))
            .field("signature", &Length(self.signature.len()))
            .finish()
    }
}

fn invalid(message: &'static str) -> TokenError {
    TokenError::new(TokenErrorReason::TokenInvalid, message)
}

fn bytes(part: &str) -> Option<Vec<u8>> {
    BASE64_URL.decode(part.trim_end_matches('=')).ok()
}

/// The text of a part; what is not UTF-8 in it becomes U+FFFD.
fn text(part: &str) -> Option<String> {
    Some(String::from_utf8(bytes(part)?).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}
