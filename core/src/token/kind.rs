//! Which kind of token a text is (§1.1 to §1.3).

use super::claims::Claims;
use super::decode::{DecodedToken, Header};
use super::json;

/// The kinds of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenType {
    /// A user's session.
    SessionToken,
    /// An API key, `ak_…`.
    ApiKey,
    /// A machine's token, `mt_…` or a JWT.
    M2mToken,
    /// An OAuth access token, `oat_…` or a JWT.
    OauthToken,
}

impl TokenType {
    /// `session_token`, `api_key`, `m2m_token` or `oauth_token`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SessionToken => "session_token",
            Self::ApiKey => "api_key",
            Self::M2mToken => "m2m_token",
            Self::OauthToken => "oauth_token",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::SessionToken, Self::ApiKey, Self::M2mToken, Self::OauthToken]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }
}

const CATEGORY_SESSION: &str = "cl_B7d4PD111AAA";
const CATEGORY_M2M: &str = "cl_B7d4PD333AAA";
const CATEGORY_IGNORE: &str = "cl_I7d4PD111III";

/// a category is named, and it is neither the session's nor the one that says nothing. One that is not a string
/// is of no session either.
pub(crate) fn is_non_session_category(header: &Header) -> bool {
    match &header.cat {
        None => false,
        Some(Some(cat)) => cat != CATEGORY_SESSION && cat != CATEGORY_IGNORE,
        Some(None) => true,
    }
}

/// Whether the category is a machine's.
pub(crate) fn is_m2m_category(header: &Header) -> bool {
    matches!(&header.cat, Some(Some(cat)) if cat == CATEGORY_M2M)
}

/// three non-empty parts of the URL-safe alphabet, without padding.
pub(crate) fn has_jwt_format(token: &str) -> bool {
    let mut parts = 0;
    token.split('.').all(|part| {
        parts += 1;
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    }) && parts == 3
}

/// the kind of a machine's JWT.
fn machine_jwt_type(token: &str) -> Option<TokenType> {
    let decoded = DecodedToken::read(token).ok()?;
    decoded_machine_type(&decoded).filter(|_| decoded.parsed().is_plain())
}

/// The same of what a token says: its `sub` as JSON text, and its header.
pub(crate) fn type_of_machine(sub: Option<&str>, header: &Header) -> Option<TokenType> {
    if sub.and_then(json::text).is_some_and(|sub| sub.starts_with("mch_")) {
        return Some(TokenType::M2mToken);
    }
    match &header.typ {
        Some(Some(typ)) if typ == "at+jwt" || typ == "application/at+jwt" => Some(TokenType::OauthToken),
        _ => None,
    }
}

/// The same of a token that is decoded already.
pub(crate) fn decoded_machine_type(token: &DecodedToken) -> Option<TokenType> {
    type_of_machine(token.claim("sub"), token.header())
}

/// Whether a token that verified is a machine's after all. Padding, which verifying does not mind, takes a token
/// out of the format of R-102; what it says of itself stays.
pub(crate) fn is_of_machine(claims: &Claims) -> bool {
    let says_so = || type_of_machine(claims.raw("sub"), claims.header()).is_some();
    claims.sub().starts_with("mch_") || (!claims.is_plain() && says_so())
}

/// Whether this is a machine's JWT. Not by its signature: by what it says of itself.
#[must_use]
pub fn is_machine_jwt(token: &str) -> bool {
    machine_jwt_type(token).is_some()
}

/// Whether this is a machine's token of any form.
#[must_use]
pub fn is_machine_token(token: &str) -> bool {
    machine_token_type(token).is_some()
}

/// The kind of a machine's token; `None` for anything else, which is taken for a session token.
#[must_use]
pub fn machine_token_type(token: &str) -> Option<TokenType> {
    opaque_type(token).or_else(|| machine_jwt_type(token))
}

/// The kind of a machine's opaque token, which begins with it. Such a text has no dot-separated parts that could decode to
/// JSON, so that the order of R-106 holds.
pub(crate) fn opaque_type(token: &str) -> Option<TokenType> {
    let kinds = [("mt_", TokenType::M2mToken), ("oat_", TokenType::OauthToken), ("ak_", TokenType::ApiKey)];
    kinds.into_iter().find(|(prefix, _)| token.starts_with(prefix)).map(|(_, kind)| kind)
}
