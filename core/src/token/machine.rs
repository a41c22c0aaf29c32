//! Tokens of machines (§1.7, §2.7, R-134): what one says once it is verified, and why one is refused.

use super::claims::Claims;
use super::error::{TokenError, TokenErrorReason};
use super::json;
use super::kind::TokenType;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::fmt;

/// The claims of an M2M JWT that have fields of their own; all others are the developer's.
const RESERVED: [&str; 6] = ["iss", "sub", "exp", "nbf", "iat", "jti"];

/// A verified machine token. Times are Unix milliseconds.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct MachineToken {
    /// Which kind: an API key, an M2M token, or an OAuth access token.
    pub token_type: TokenType,
    /// The token's id; empty for a JWT without `jti`.
    pub id: String,
    /// Whose it is: `user_…`, `org_…` or `mch_…`.
    pub subject: String,
    /// What it may be used for.
    pub scopes: Vec<String>,
    /// The claims that were attached to an API key or an M2M token, as JSON text.
    pub claims: Option<String>,
    /// An API key's name.
    pub name: Option<String>,
    /// An OAuth token's application.
    pub client_id: Option<String>,
    /// An OAuth token's audience (D-2).
    pub aud: Option<Vec<String>>,
    /// An OAuth token's actor, as JSON text: who acts for the subject, two levels deep (D-2).
    pub act: Option<String>,
    /// Whether the API says that it was revoked. Never of a JWT.
    pub revoked: bool,
    /// Why it was revoked.
    pub revocation_reason: Option<String>,
    /// Whether it has expired.
    pub expired: bool,
    /// When it expires.
    pub expiration: Option<i64>,
    /// When it was made.
    pub created_at: Option<i64>,
    /// When it was changed last; a JWT's is when it was made.
    pub updated_at: Option<i64>,
}

impl MachineToken {
    /// What an M2M or OAuth JWT says. `earliest_ms`: the time less the clock skew.
    pub(crate) fn of_jwt(token_type: TokenType, claims: &Claims, earliest_ms: i64) -> Self {
        let expiration = claims.exp().saturating_mul(1_000);
        let made = claims.iat().map(|iat| iat.saturating_mul(1_000));
        let list = |name| claims.raw(name).and_then(strings);
        let words = |name| claims.string(name).map(|text| text.split(' ').map(str::to_owned).collect());
        let mut token = Self {
            token_type,
            id: claims.string("jti").unwrap_or_default(),
            subject: claims.sub().to_owned(),
            scopes: Vec::new(),
            claims: None,
            name: None,
            client_id: None,
            aud: None,
            act: None,
            revoked: false,
            revocation_reason: None,
            expired: expiration <= earliest_ms,
            expiration: Some(expiration),
            created_at: made,
            updated_at: made,
        };
        if token_type == TokenType::M2mToken {
            // A list of scopes is a list of scopes (D-17).
            token.scopes = words("scopes").or_else(|| list("scopes")).or_else(|| list("aud")).unwrap_or_default();
            token.claims = own_claims(claims.json());
        } else {
            token.client_id = Some(claims.string("client_id").unwrap_or_default());
            token.scopes = list("scp").or_else(|| words("scope")).unwrap_or_default();
            token.aud = claims
                .raw("aud")
                .map(|aud| json::string(aud).map(|one| vec![one]).or_else(|| strings(aud)).unwrap_or_default());
            token.act = claims.raw("act").and_then(actor);
        }
        token
    }

    /// What the API says of an opaque token. `None` if it names no subject, so that it is nobody's.
    pub(crate) fn of_answer(token_type: TokenType, body: &str) -> Option<Self> {
        let object: Map<String, Value> = serde_json::from_str(body).ok()?;
        let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
        let flag = |name: &str| object.get(name).and_then(Value::as_bool).unwrap_or_default();
        let time = |name: &str| json::member(body, name).and_then(json::integer);
        let list = |name: &str| json::member(body, name).and_then(strings);
        Some(Self {
            token_type,
            id: text("id").unwrap_or_default(),
            subject: text("subject").filter(|subject| !subject.is_empty())?,
            scopes: list("scopes").unwrap_or_default(),
            claims: json::member(body, "claims").filter(|claims| claims.starts_with('{')).map(str::to_owned),
            name: text("name"),
            client_id: text("client_id"),
            aud: list("aud").or_else(|| text("aud").map(|one| vec![one])),
            act: json::member(body, "act").and_then(actor),
            revoked: flag("revoked"),
            revocation_reason: text("revocation_reason"),
            expired: flag("expired"),
            expiration: time("expiration"),
            created_at: time("created_at"),
            updated_at: time("updated_at"),
        })
    }

    /// All of it, as JSON for bindings: snake_case, what is not there is null, claims verbatim.
    #[must_use]
    pub fn to_json(&self) -> String {
        let raw =
            |text: &Option<String>| text.as_deref().and_then(|text| serde_json::from_str::<Box<RawValue>>(text).ok());
        let written = serde_json::to_string(&MachineTokenJson {
            token_type: self.token_type.as_str(),
            id: &self.id,
            subject: &self.subject,
            scopes: &self.scopes,
            claims: raw(&self.claims),
            name: self.name.as_deref(),
            client_id: self.client_id.as_deref(),
            aud: self.aud.as_deref(),
            act: raw(&self.act),
            revoked: self.revoked,
            revocation_reason: self.revocation_reason.as_deref(),
            expired: self.expired,
            expiration: self.expiration,
            created_at: self.created_at,
            updated_at: self.updated_at,
        });
        // Plain texts and numbers, written to memory: there is no way to fail.
        written.unwrap_or_default()
    }
}

#[derive(serde::Serialize)]
struct MachineTokenJson<'a> {
    token_type: &'static str,
    id: &'a str,
    subject: &'a str,
    scopes: &'a [String],
    claims: Option<Box<RawValue>>,
    name: Option<&'a str>,
    client_id: Option<&'a str>,
    aud: Option<&'a [String]>,
    act: Option<Box<RawValue>>,
    revoked: bool,
    revocation_reason: Option<&'a str>,
    expired: bool,
    expiration: Option<i64>,
    created_at: Option<i64>,
    updated_at: Option<i64>,
}

/// Without the developer's claims.
impl fmt::Debug for MachineToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MachineToken")
            .field("token_type", &self.token_type)
            .field("id", &self.id)
            .field("subject", &self.subject)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// The strings of an array; `None` for anything else. What is no string in it is dropped.
fn strings(text: &str) -> Option<Vec<String>> {
    json::items(text).map(|items| items.into_iter().filter_map(json::string).collect())
}

/// The payload without the claims that have fields of their own, each left as it was written; `None` if none is left.
fn own_claims(payload: &str) -> Option<String> {
    let mut claims: Map<String, Value> = Map::new();
    let all: std::collections::BTreeMap<String, Box<RawValue>> = serde_json::from_str(payload).ok()?;
    let mut text = String::from("{");
    for (name, value) in all {
        if RESERVED.contains(&name.as_str()) {
            continue;
        }
        claims.insert(name.clone(), Value::Null);
        if text.len() > 1 {
            text.push(',');
        }
        text.push_str(&Value::from(name).to_string());
        text.push(':');
        text.push_str(value.get());
    }
    text.push('}');
    (!claims.is_empty()).then_some(text)
}

/// An actor: `iss`, `sub` and one actor more; what has no `sub` of text is none (D-2).
fn actor(text: &str) -> Option<String> {
    fn read(text: &str, depth: u8) -> Option<Map<String, Value>> {
        let part = |name| json::member(text, name);
        let mut out = Map::new();
        if let Some(iss) = part("iss").and_then(json::string) {
            out.insert("iss".to_owned(), iss.into());
        }
        out.insert("sub".to_owned(), part("sub").and_then(json::string)?.into());
        if let Some(inner) = part("act").filter(|_| depth > 0).and_then(|inner| read(inner, depth - 1)) {
            out.insert("act".to_owned(), inner.into());
        }
        Some(out)
    }
    read(text, 1).map(|actor| Value::Object(actor).to_string())
}

/// A machine token was not accepted, or could not be decided on (§2.7). The reason is one of `token-invalid`,
/// `secret-key-invalid`, `unexpected-error` and `token-verification-failed`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineError {
    /// Which kind the token was taken for.
    pub token_type: TokenType,
    /// Why.
    pub error: TokenError,
    /// The status of the API's answer, where there was one.
    pub status: Option<u16>,
}

impl MachineError {
    pub(crate) fn new(token_type: TokenType, reason: TokenErrorReason, message: impl Into<String>) -> Self {
        Self { token_type, error: TokenError::new(reason, message.into()), status: None }
    }

    /// The failure of a JWT: whatever it was, only its message is left of it (§2.8).
    pub(crate) fn of_jwt(token_type: TokenType, mut error: TokenError) -> Self {
        error.reason = TokenErrorReason::TokenVerificationFailed;
        Self { token_type, error, status: None }
    }

    /// Message, code and status in one line, as `x-clerk-auth-message` has it (§2.7).
    #[must_use]
    pub fn full_message(&self) -> String {
        let status = self.status.map_or_else(|| "n/a".to_owned(), |status| status.to_string());
        format!("{} (code={}, status={status})", self.error.message, self.error.reason)
    }
}

impl fmt::Display for MachineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.full_message())
    }
}

impl std::error::Error for MachineError {}

/// the audience of an OAuth token is checked strictly: where one is configured, the token must name one of it, in a
/// string or a list of strings, none of them empty.
pub(crate) fn check_oauth_audience(aud: Option<&str>, audience: &[String]) -> Result<(), MachineError> {
    if audience.iter().all(String::is_empty) {
        return Ok(());
    }
    let wrong = |what: &str| {
        let message = format!("The OAuth token's `aud` {what}.");
        Err(MachineError::new(TokenType::OauthToken, TokenErrorReason::TokenVerificationFailed, message))
    };
    let named: Option<Vec<Option<String>>> = aud.and_then(|aud| match json::string(aud) {
        Some(one) => Some(vec![Some(one)]),
        None => json::items(aud).map(|items| items.into_iter().map(json::string).collect()),
    });
    match named {
        None => wrong("is missing, and an audience is configured"),
        Some(named) if named.is_empty() || named.iter().any(|one| one.as_deref().is_none_or(str::is_empty)) => {
            wrong("must be a string or a list of strings")
        }
        Some(named) if named.iter().flatten().any(|one| audience.contains(one)) => Ok(()),
        Some(_) => wrong("is not an audience that is accepted here"),
    }
}
