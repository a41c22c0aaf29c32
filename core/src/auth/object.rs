//! The object that application code asks: who is it, and may they (§3.18, §1.6).

use super::AcceptsToken;
use super::has::{self, HasParams};
use crate::token::{Claims, MachineToken, Organization, TokenType, permissions};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

/// Who sent a request, whatever kind of token said so: its [`AuthFields`], and what can be asked of them. Signed out, every
/// field is `None` and [`Auth::has`] is false. Clones share it.
#[derive(Clone)]
pub struct Auth {
    fields: Arc<AuthFields>,
    claims: Option<Claims>,
}

/// What is known of a caller. Fields of [`Auth`]; those of machines only are [`MachineFields`], and read as if they were its
/// own.
#[derive(Clone)]
#[non_exhaustive]
pub struct AuthFields {
    /// The kind of the token; `None` if it is of a kind that is not accepted.
    pub token_type: Option<TokenType>,
    /// Whether somebody is signed in.
    pub is_authenticated: bool,
    /// `user_…`: a session's user, or whom an API key or OAuth token belongs to.
    pub user_id: Option<String>,
    /// `sess_…`
    pub session_id: Option<String>,
    /// `active` or `pending`; the latter also in the signed-out object that a pending session makes (R-390).
    pub session_status: Option<String>,
    /// The active organization's id; of an API key that belongs to an organization, that one's.
    pub org_id: Option<String>,
    /// The active organization's slug.
    pub org_slug: Option<String>,
    /// The role in it, such as `org:admin`.
    pub org_role: Option<String>,
    /// The permissions in it, once somebody asked.
    permissions: OnceLock<Option<Vec<String>>>,
    /// Apart, as most callers are none, and what is known of one is kept.
    machine: Option<Box<MachineFields>>,
    /// Whether the session's status is one that this version cannot read.
    has_odd_status: bool,
}

/// What is known of a machine. Of any other caller every field is `None`.
#[derive(Clone)]
#[non_exhaustive]
pub struct MachineFields {
    /// A machine token's id.
    pub id: Option<String>,
    /// Whose a machine token is: `user_…`, `org_…` or `mch_…`.
    pub subject: Option<String>,
    /// What a machine token may be used for.
    pub scopes: Option<Vec<String>>,
    /// An API key's name.
    pub name: Option<String>,
    /// `mch_…`: the machine that an M2M token is of.
    pub machine_id: Option<String>,
    /// The OAuth application that a token was given to.
    pub client_id: Option<String>,
    /// The claims of an API key or M2M token, as JSON text.
    claims: Option<String>,
    /// The token itself, of a machine.
    token: Option<String>,
}

static NO_MACHINE: MachineFields = MachineFields {
    id: None,
    subject: None,
    scopes: None,
    name: None,
    machine_id: None,
    client_id: None,
    claims: None,
    token: None,
};

impl Auth {
    /// R-120 to R-122, R-390.
    pub(crate) fn of_session(claims: &Claims, treat_pending_as_signed_out: bool) -> Self {
        Self::of_fields(claims, claims.derived(AuthFields::of_session), treat_pending_as_signed_out)
    }

    /// The same of what is known of the session, which does not depend on the request.
    pub(crate) fn of_fields(claims: &Claims, fields: Arc<AuthFields>, treat_pending_as_signed_out: bool) -> Self {
        // A status that is no text says that the session is not simply active (law 4).
        let pending = fields.has_odd_status || fields.session_status.as_deref() == Some("pending");
        if treat_pending_as_signed_out && pending {
            let out = AuthFields::signed_out(Some(TokenType::SessionToken));
            return Self::without_claims(AuthFields { session_status: fields.session_status.clone(), ..out });
        }
        Self { fields, claims: Some(claims.clone()) }
    }

    /// §3.18.
    pub(crate) fn of_machine(token: &str, machine: &MachineToken) -> Self {
        Self::without_claims(AuthFields::of_machine(token, machine))
    }

    fn without_claims(fields: AuthFields) -> Self {
        Self { fields: Arc::new(fields), claims: None }
    }

    pub(crate) fn signed_out(token_type: Option<TokenType>) -> Self {
        Self::without_claims(AuthFields::signed_out(token_type))
    }

    /// The caller whose session token this is. Nothing is verified here: it is for bindings that keep a token which the core
    /// verified, and not what it made of it.
    #[doc(hidden)]
    #[must_use]
    pub fn assume_verified(token: &str) -> Option<Self> {
        Claims::assume_verified(token).map(|claims| Self::of_session(&claims, true))
    }

    /// The session token's claims, whole.
    #[must_use]
    pub fn session_claims(&self) -> Option<&Claims> {
        self.claims.as_ref()
    }

    /// The token that said so.
    fn token(&self) -> Option<&str> {
        self.claims.as_ref().map(Claims::token).or(self.fields.token.as_deref())
    }

    /// The claims of an API key or M2M token, as JSON text.
    #[must_use]
    pub fn claims(&self) -> Option<&str> {
        self.fields.claims.as_deref()
    }

    /// This object if it is of a kind that is accepted here (R-391): for frameworks that authenticate every request with any
    /// kind of token, and ask at each route for some. Else nobody: of the kind that was asked for, or of none.
    #[must_use]
    pub fn narrowed(self, accepts: &AcceptsToken) -> Self {
        let fits = |kind: &TokenType| self.token_type == Some(*kind);
        match accepts {
            AcceptsToken::Any => self,
            AcceptsToken::List(kinds) if kinds.iter().any(fits) => self,
            AcceptsToken::List(_) => Self::signed_out(None),
            AcceptsToken::One(kind) if fits(kind) => self,
            AcceptsToken::One(kind) => Self::signed_out(Some(*kind)),
        }
    }

    /// What it takes to get a token for this caller (R-410): the one that the request had, unless a template or a life of
    /// its own is asked for; those only the API can make.
    #[must_use]
    pub fn token_request(&self, template: Option<&str>, expires_in_seconds: Option<i64>) -> TokenRequest {
        let template = template.filter(|template| !template.is_empty());
        match (&self.session_id, template, expires_in_seconds) {
            (Some(session_id), Some(_), _) | (Some(session_id), None, Some(_)) if self.is_authenticated => {
                let mut arguments = serde_json::json!({ "session_id": session_id });
                let operation = match template {
                    Some(name) => {
                        arguments["template_name"] = name.into();
                        "sessions.create_token_from_template"
                    }
                    None => "sessions.create_token",
                };
                if let Some(seconds) = expires_in_seconds {
                    arguments["expires_in_seconds"] = seconds.into();
                }
                TokenRequest::Call { operation, arguments: arguments.to_string() }
            }
            _ => TokenRequest::Ready(self.token().map(str::to_owned)),
        }
    }

    /// The permissions in the active organization, such as `org:invoices:read`; `None` where the token says nothing of
    /// permissions. Read when they are first asked for.
    #[must_use]
    pub fn org_permissions(&self) -> Option<&[String]> {
        let claims = self.claims.as_ref()?;
        self.fields.permissions.get_or_init(|| permissions(claims)).as_deref()
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
        let written = match self.token_type {
            Some(TokenType::SessionToken) => Ok(self.session_json()),
            Some(kind) => serde_json::to_string(&self.machine_json(kind)),
            None => Ok(r#"{"token_type":null,"is_authenticated":false}"#.to_owned()),
        };
        // Writing plain structs of texts to memory has no way to fail; if it did, nobody is signed in.
        written.unwrap_or_else(|_| r#"{"token_type":null,"is_authenticated":false}"#.to_owned())
    }
}

impl AuthFields {
    pub(crate) fn of_session(claims: &Claims) -> Self {
        let session_status = claims.string("sts");
        let has_odd_status = session_status.is_none() && claims.raw("sts").is_some_and(|sts| sts != "null");
        let Organization { id, slug, role, .. } = Organization::named(claims);
        Self {
            is_authenticated: true,
            user_id: Some(claims.sub().to_owned()),
            session_id: claims.sid().map(str::to_owned),
            session_status,
            org_id: id,
            org_slug: slug,
            org_role: role,
            has_odd_status,
            ..Self::signed_out(Some(TokenType::SessionToken))
        }
    }

    /// §3.18.
    fn of_machine(token: &str, machine: &MachineToken) -> Self {
        let kind = machine.token_type;
        let subject = || Some(machine.subject.clone());
        let subject_of = |prefix: &str| subject().filter(|subject| subject.starts_with(prefix));
        let mut auth = Self { is_authenticated: true, ..Self::signed_out(Some(kind)) };
        let mut fields = MachineFields {
            id: Some(machine.id.clone()),
            subject: subject(),
            scopes: Some(machine.scopes.clone()),
            token: Some(token.to_owned()),
            ..NO_MACHINE.clone()
        };
        match kind {
            TokenType::ApiKey => {
                fields.name.clone_from(&machine.name);
                fields.claims.clone_from(&machine.claims);
                auth.user_id = subject_of("user_");
                auth.org_id = subject_of("org_");
            }
            TokenType::M2mToken => {
                fields.claims.clone_from(&machine.claims);
                fields.machine_id = subject();
            }
            TokenType::OauthToken => {
                auth.user_id = subject();
                fields.client_id.clone_from(&machine.client_id);
            }
            TokenType::SessionToken => {}
        }
        auth.machine = Some(Box::new(fields));
        auth
    }

    fn signed_out(token_type: Option<TokenType>) -> Self {
        Self {
            token_type,
            is_authenticated: false,
            user_id: None,
            session_id: None,
            session_status: None,
            org_id: None,
            org_slug: None,
            org_role: None,
            permissions: OnceLock::new(),
            machine: None,
            has_odd_status: false,
        }
    }
}

impl Deref for Auth {
    type Target = AuthFields;

    fn deref(&self) -> &AuthFields {
        &self.fields
    }
}

impl Deref for AuthFields {
    type Target = MachineFields;

    fn deref(&self) -> &MachineFields {
        self.machine.as_deref().unwrap_or(&NO_MACHINE)
    }
}

fn raw(text: &str) -> Option<&RawValue> {
    serde_json::from_str(text).ok()
}

/// Adds a member whose value is JSON.
fn put(out: &mut String, name: &str, json: Option<&str>) {
    out.push_str(",\"");
    out.push_str(name);
    out.push_str("\":");
    out.push_str(json.unwrap_or("null"));
}

/// Adds a member whose value is a text.
fn put_text(out: &mut String, name: &str, text: Option<&str>) {
    put(out, name, Some(""));
    push_text(out, text);
}

/// Adds a text as JSON.
fn push_text(out: &mut String, text: Option<&str>) {
    let is_plain = |text: &str| text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\');
    match text {
        Some(text) if is_plain(text) => {
            out.push('"');
            out.push_str(text);
            out.push('"');
        }
        Some(text) => out.push_str(&Value::from(text).to_string()),
        None => out.push_str("null"),
    }
}

/// Adds a list of texts as JSON.
fn push_texts(out: &mut String, texts: Option<&[String]>) {
    let Some(texts) = texts else { return out.push_str("null") };
    out.push('[');
    for (index, text) in texts.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        push_text(out, Some(text));
    }
    out.push(']');
}

/// A machine, by the keys of its kind; nothing in them if it is not authenticated.
#[derive(Serialize)]
struct MachineJson<'a> {
    token_type: &'static str,
    is_authenticated: bool,
    id: Option<&'a str>,
    subject: Option<&'a str>,
    scopes: Option<&'a [String]>,
    #[serde(flatten)]
    more: MoreJson<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum MoreJson<'a> {
    ApiKey { name: Option<&'a str>, claims: Option<&'a RawValue>, user_id: Option<&'a str>, org_id: Option<&'a str> },
    M2m { claims: Option<&'a RawValue>, machine_id: Option<&'a str> },
    Oauth { user_id: Option<&'a str>, client_id: Option<&'a str> },
}

impl Auth {
    /// Claims are put in as the text they are: reading and writing them again could change them, and takes its time.
    fn session_json(&self) -> String {
        let claims = self.claims.as_ref();
        let mut out = String::with_capacity(512 + claims.map_or(0, |claims| claims.json().len()));
        out.push_str(r#"{"token_type":"session_token""#);
        put(&mut out, "is_authenticated", Some(if self.is_authenticated { "true" } else { "false" }));
        put(&mut out, "session_claims", claims.map(|claims| claims.json()));
        put_text(&mut out, "session_id", self.session_id.as_deref());
        put_text(&mut out, "session_status", self.session_status.as_deref());
        put_text(&mut out, "user_id", self.user_id.as_deref());
        put(&mut out, "actor", self.claim("act"));
        put_text(&mut out, "org_id", self.org_id.as_deref());
        put_text(&mut out, "org_role", self.org_role.as_deref());
        put_text(&mut out, "org_slug", self.org_slug.as_deref());
        put(&mut out, "org_permissions", Some(""));
        push_texts(&mut out, self.org_permissions());
        put(&mut out, "factor_verification_age", self.claim("fva"));
        out.push('}');
        out
    }

    /// A claim of the session, as JSON; null is none.
    fn claim(&self, name: &str) -> Option<&str> {
        self.claims.as_ref()?.raw(name).filter(|text| *text != "null")
    }

    /// For bindings, what they need of a caller with a session, without its claims and without names: a JSON array of user,
    /// session, its status, organization, role, slug, permissions, actor, and factor verification age.
    #[doc(hidden)]
    pub fn write_session_row(&self, out: &mut String) {
        let AuthFields { user_id, session_id, session_status, org_id, org_role, org_slug, .. } = &*self.fields;
        out.push('[');
        for text in [user_id, session_id, session_status, org_id, org_role, org_slug] {
            push_text(out, text.as_deref());
            out.push(',');
        }
        push_texts(out, self.org_permissions());
        for name in ["act", "fva"] {
            out.push(',');
            out.push_str(self.claim(name).unwrap_or("null"));
        }
        out.push(']');
    }

    fn machine_json(&self, kind: TokenType) -> MachineJson<'_> {
        let claims = self.claims().and_then(raw);
        let (user_id, org_id) = (self.user_id.as_deref(), self.org_id.as_deref());
        MachineJson {
            token_type: kind.as_str(),
            is_authenticated: self.is_authenticated,
            id: self.id.as_deref(),
            subject: self.subject.as_deref(),
            scopes: self.scopes.as_deref(),
            more: match kind {
                TokenType::ApiKey => MoreJson::ApiKey { name: self.name.as_deref(), claims, user_id, org_id },
                TokenType::M2mToken => MoreJson::M2m { claims, machine_id: self.machine_id.as_deref() },
                _ => MoreJson::Oauth { user_id, client_id: self.client_id.as_deref() },
            },
        }
    }
}

/// How a token for a caller is had: see [`Auth::token_request`].
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenRequest {
    /// This is it; `None` for nobody.
    Ready(Option<String>),
    /// The API makes it: the operation to call, and its arguments as JSON. The token is the answer's `jwt`.
    Call {
        /// Such as `sessions.create_token`.
        operation: &'static str,
        /// By name.
        arguments: String,
    },
}

/// Without the token.
impl fmt::Debug for TokenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ready(token) => f.debug_tuple("Ready").field(&token.as_ref().map(|_| "…")).finish(),
            Self::Call { operation, .. } => {
                f.debug_struct("Call").field("operation", operation).finish_non_exhaustive()
            }
        }
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
