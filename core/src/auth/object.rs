//! The object that application code asks: who is it, and may they (§3.18, §1.6).

use super::has::{self, HasParams};
use crate::token::{Claims, Organization, TokenType};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::fmt;

/// Who sent a request, whatever kind of token said so. Signed out, everything is `None` and [`Auth::has`] is false.
#[derive(Clone)]
#[non_exhaustive]
pub struct Auth {
    /// The kind of the token; `None` if it is of a kind that is not accepted.
    pub token_type: Option<TokenType>,
    /// Whether somebody is signed in.
    pub is_authenticated: bool,
    /// `user_…`
    pub user_id: Option<String>,
    /// `sess_…`
    pub session_id: Option<String>,
    /// `active` or `pending`; the latter also in the signed-out object that a pending session makes (R-390).
    pub session_status: Option<String>,
    /// The active organization's id.
    pub org_id: Option<String>,
    /// The active organization's slug.
    pub org_slug: Option<String>,
    /// The role in it, such as `org:admin`.
    pub org_role: Option<String>,
    /// The permissions in it, such as `org:invoices:read`.
    pub org_permissions: Option<Vec<String>>,
    /// The session token's claims, whole.
    pub claims: Option<Claims>,
}

impl Auth {
    /// R-120 to R-122, R-390.
    pub(crate) fn of_session(claims: &Claims, treat_pending_as_signed_out: bool) -> Self {
        let session_status = claims.string("sts");
        if treat_pending_as_signed_out && session_status.as_deref() == Some("pending") {
            return Self { session_status, ..Self::signed_out(Some(TokenType::SessionToken)) };
        }
        let Organization { id, slug, role, permissions } = Organization::of(claims);
        Self {
            token_type: Some(TokenType::SessionToken),
            is_authenticated: true,
            user_id: Some(claims.sub.clone()),
            session_id: claims.sid.clone(),
            session_status,
            org_id: id,
            org_slug: slug,
            org_role: role,
            org_permissions: permissions,
            claims: Some(claims.clone()),
        }
    }

    pub(crate) fn signed_out(token_type: Option<TokenType>) -> Self {
        Self {
            token_type,
            is_authenticated: false,
            user_id: None,
            session_id: None,
            session_status: None,
            org_id: None,
            org_slug: None,
            org_role: None,
            org_permissions: None,
            claims: None,
        }
    }

    /// Who is impersonating the user, as the `act` claim says it.
    #[must_use]
    pub fn actor(&self) -> Option<Value> {
        self.claims.as_ref()?.get("act")?.ok()
    }

    /// Minutes since the first and the second factor were verified, −1 for never (the `fva` claim). `None` unless it is two
    /// such numbers.
    #[must_use]
    pub fn factor_verification_age(&self) -> Option<[f64; 2]> {
        has::factor_ages(self.claims.as_ref()?)
    }

    /// Whether all that is asked holds (§3.19). False for the signed out, and if nothing is asked.
    #[must_use]
    pub fn has(&self, asked: &HasParams) -> bool {
        has::has(self, asked)
    }

    /// The form that can be stored or sent (R-392): snake_case, what is not there is null, claims verbatim.
    #[must_use]
    pub fn to_json(&self) -> String {
        let claim = |name| {
            self.claims.as_ref().and_then(|claims| claims.raw(name)).filter(|text| *text != "null").and_then(raw)
        };
        let written = match self.token_type {
            Some(TokenType::SessionToken) => serde_json::to_string(&SessionJson {
                token_type: TokenType::SessionToken.as_str(),
                is_authenticated: self.is_authenticated,
                session_claims: self.claims.as_ref().and_then(|claims| raw(claims.json())),
                session_id: self.session_id.as_deref(),
                session_status: self.session_status.as_deref(),
                user_id: self.user_id.as_deref(),
                actor: claim("act"),
                org_id: self.org_id.as_deref(),
                org_role: self.org_role.as_deref(),
                org_slug: self.org_slug.as_deref(),
                org_permissions: self.org_permissions.as_deref(),
                factor_verification_age: claim("fva"),
            }),
            Some(kind) => serde_json::to_string(&MachineJson::of(kind)),
            None => Ok(r#"{"token_type":null,"is_authenticated":false}"#.to_owned()),
        };
        // Writing plain structs of texts to memory has no way to fail; if it did, nobody is signed in.
        written.unwrap_or_else(|_| r#"{"token_type":null,"is_authenticated":false}"#.to_owned())
    }
}

fn raw(text: &str) -> Option<&RawValue> {
    serde_json::from_str(text).ok()
}

#[derive(Serialize)]
struct SessionJson<'a> {
    token_type: &'static str,
    is_authenticated: bool,
    session_claims: Option<&'a RawValue>,
    session_id: Option<&'a str>,
    session_status: Option<&'a str>,
    user_id: Option<&'a str>,
    actor: Option<&'a RawValue>,
    org_id: Option<&'a str>,
    org_role: Option<&'a str>,
    org_slug: Option<&'a str>,
    org_permissions: Option<&'a [String]>,
    factor_verification_age: Option<&'a RawValue>,
}

/// A machine that is not authenticated: the keys of its kind, and nothing in them.
#[derive(Serialize)]
struct MachineJson {
    token_type: &'static str,
    is_authenticated: bool,
    id: Option<()>,
    subject: Option<()>,
    scopes: Option<()>,
    #[serde(flatten)]
    more: serde_json::Map<String, Value>,
}

impl MachineJson {
    fn of(kind: TokenType) -> Self {
        let more: &[&str] = match kind {
            TokenType::ApiKey => &["name", "claims", "user_id", "org_id"],
            TokenType::M2mToken => &["claims", "machine_id"],
            _ => &["user_id", "client_id"],
        };
        let more = more.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
        Self { token_type: kind.as_str(), is_authenticated: false, id: None, subject: None, scopes: None, more }
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth")
            .field("token_type", &self.token_type)
            .field("is_authenticated", &self.is_authenticated)
            .field("user_id", &self.user_id)
            .field("session_id", &self.session_id)
            .field("org_id", &self.org_id)
            .finish_non_exhaustive()
    }
}
