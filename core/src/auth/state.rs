//! The answer to "who sent this request" (§3.17).

use super::debug::DebugContext;
use super::settings::Settings;
use super::{Auth, AuthFields, AuthReason};
use crate::token::{Claims, MachineToken, TokenType};
use serde_json::{Map, Value, json};
use std::fmt;
use std::sync::{Arc, OnceLock};

/// What is known of who sent a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthStatus {
    /// The token holds.
    SignedIn,
    /// There is no token that holds; the reason says why.
    SignedOut,
    /// The browser has to be sent elsewhere first: answer with the state's headers and 307.
    Handshake,
    /// Nothing is known, because the key endpoint or the API is out (D-15): answer 503, and not "signed out".
    Unavailable,
}

impl AuthStatus {
    /// `signed-in`, `signed-out`, `handshake` or `unavailable`; the `x-clerk-auth-status` header has the same.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedIn => "signed-in",
            Self::SignedOut => "signed-out",
            Self::Handshake => "handshake",
            Self::Unavailable => "unavailable",
        }
    }
}

/// Something that the developer should hear of once a process; a state carries it each time, so that nothing global has to
/// remember.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Note {
    /// C14: a session cookie whose token has no `azp`, so nobody can tell which origin it was made for.
    AuthorizedPartyMissing,
    /// A session cookie was accepted while no authorized parties are configured.
    AuthorizedPartiesNotSet,
    /// The browser has been sent on a handshake three times in a row, in vain.
    RedirectLoop,
    /// The organization that the path names could not be activated.
    OrganizationLoop,
    /// A development session holds only if clocks may be a day apart (§3.14).
    ClockSkew,
}

impl Note {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizedPartyMissing => "authorized-party-missing",
            Self::AuthorizedPartiesNotSet => "authorized-parties-not-set",
            Self::RedirectLoop => "redirect-loop",
            Self::OrganizationLoop => "organization-loop",
            Self::ClockSkew => "clock-skew",
        }
    }

    /// What to tell the developer.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::AuthorizedPartyMissing => {
                "A session cookie's token has no `azp` claim, so it cannot be told which origin it was made for."
            }
            Self::AuthorizedPartiesNotSet => {
                "Session cookies are accepted whichever origin they were made for: set `authorized_parties` to the origins of your application."
            }
            Self::RedirectLoop => {
                "The browser is sent for a session again and again without getting one: most likely publishable key and secret key are of different instances, or a satellite's domain is not configured."
            }
            Self::OrganizationLoop => {
                "The organization that a path names could not be made the active one: it does not exist, or the user is no member."
            }
            Self::ClockSkew => {
                "The clock of this machine is far from the API's. In development that is tolerated; set the clock."
            }
        }
    }
}

/// The settings that a state repeats, for redirects and front ends; all empty where the token's kind is not accepted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Echo {
    /// The publishable key.
    pub publishable_key: String,
    /// The proxy's URL, absolute.
    pub proxy_url: String,
    /// Whether this is a satellite.
    pub is_satellite: bool,
    /// The satellite's domain.
    pub domain: String,
    /// The sign-in page.
    pub sign_in_url: String,
    /// The sign-up page.
    pub sign_up_url: String,
    /// Where to go after signing in.
    pub after_sign_in_url: String,
    /// Where to go after signing up.
    pub after_sign_up_url: String,
}

impl Echo {
    pub(crate) fn of(settings: &Settings<'_>) -> Self {
        Self {
            publishable_key: settings.publishable_key.map(|key| key.as_str().to_owned()).unwrap_or_default(),
            proxy_url: settings.proxy_url.to_owned(),
            is_satellite: settings.is_satellite,
            domain: settings.domain.to_owned(),
            sign_in_url: settings.sign_in_url().to_owned(),
            sign_up_url: settings.sign_up_url().to_owned(),
            after_sign_in_url: settings.after_sign_in_url().to_owned(),
            after_sign_up_url: settings.after_sign_up_url().to_owned(),
        }
    }
}

impl Echo {
    /// As a JSON object, for bindings.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = Map::new();
        self.write(&mut out);
        Value::Object(out).to_string()
    }

    fn write(&self, out: &mut Map<String, Value>) {
        let mut put = |name: &str, value: Value| out.insert(name.to_owned(), value);
        put("publishable_key", self.publishable_key.as_str().into());
        put("proxy_url", self.proxy_url.as_str().into());
        put("is_satellite", self.is_satellite.into());
        put("domain", self.domain.as_str().into());
        put("sign_in_url", self.sign_in_url.as_str().into());
        put("sign_up_url", self.sign_up_url.as_str().into());
        put("after_sign_in_url", self.after_sign_in_url.as_str().into());
        put("after_sign_up_url", self.after_sign_up_url.as_str().into());
    }
}

/// The answer: a status; if it is not signed in, a reason; headers to pass on; and the [`Auth`] to ask.
#[derive(Clone)]
pub struct RequestState(Box<Known>);

/// What a state says. In one place, as it goes through many hands.
#[derive(Clone)]
struct Known {
    status: AuthStatus,
    reason: Option<AuthReason>,
    message: String,
    token_type: Option<TokenType>,
    headers: Vec<(String, String)>,
    claims: Option<Claims>,
    session: OnceLock<Arc<AuthFields>>,
    machine_text: Option<String>,
    machine: Option<Box<MachineToken>>,
    retry_after_ms: Option<i64>,
    notes: Vec<Note>,
    echo: Arc<Echo>,
    context: Option<DebugContext>,
}

impl RequestState {
    fn new(status: AuthStatus, token_type: Option<TokenType>, echo: Arc<Echo>) -> Self {
        Self(Box::new(Known {
            status,
            reason: None,
            message: String::new(),
            token_type,
            headers: Vec::new(),
            claims: None,
            session: OnceLock::new(),
            machine_text: None,
            machine: None,
            retry_after_ms: None,
            notes: Vec::new(),
            echo,
            context: None,
        }))
    }

    pub(crate) fn signed_in(echo: Arc<Echo>, claims: Claims) -> Self {
        let mut state = Self::new(AuthStatus::SignedIn, Some(TokenType::SessionToken), echo);
        state.0.claims = Some(claims);
        state
    }

    pub(crate) fn machine(echo: Arc<Echo>, token: &str, machine: MachineToken) -> Self {
        let mut state = Self::new(AuthStatus::SignedIn, Some(machine.token_type), echo);
        state.0.machine_text = Some(token.to_owned());
        state.0.machine = Some(Box::new(machine));
        state
    }

    /// The browser is to be sent where these headers say.
    pub(crate) fn handshake(
        echo: Arc<Echo>,
        headers: Vec<(String, String)>,
        reason: AuthReason,
        message: String,
    ) -> Self {
        let mut state = Self::new(AuthStatus::Handshake, Some(TokenType::SessionToken), echo);
        state.0.headers = headers;
        state.because(reason, message)
    }

    pub(crate) fn signed_out(echo: Arc<Echo>, token_type: TokenType, reason: AuthReason, message: String) -> Self {
        Self::new(AuthStatus::SignedOut, Some(token_type), echo).because(reason, message)
    }

    /// The token's kind is not on the list of those accepted. It has no kind of its own then, and repeats no settings.
    pub(crate) fn invalid_token() -> Self {
        Self::new(AuthStatus::SignedOut, None, Arc::default()).because(AuthReason::TOKEN_TYPE_MISMATCH, String::new())
    }

    pub(crate) fn unavailable(
        echo: Arc<Echo>,
        token_type: TokenType,
        reason: AuthReason,
        message: String,
        retry_after_ms: Option<i64>,
    ) -> Self {
        let mut state = Self::new(AuthStatus::Unavailable, Some(token_type), echo).because(reason, message);
        state.0.retry_after_ms = retry_after_ms;
        if let Some(ms) = retry_after_ms {
            let seconds = ms.max(0).saturating_add(999) / 1_000;
            state.0.headers.push(("retry-after".to_owned(), seconds.to_string()));
        }
        state
    }

    pub(crate) fn add_headers(&mut self, headers: impl IntoIterator<Item = (String, String)>) {
        self.0.headers.extend(headers);
    }

    pub(crate) fn keep_context(&mut self, context: DebugContext) {
        self.0.context = Some(context);
    }

    /// Adds the reason, and the headers that tell it.
    fn because(mut self, reason: AuthReason, message: String) -> Self {
        // What an outage looks like from within is for logs, and not for whoever asks.
        let told = if self.0.status == AuthStatus::Unavailable { "" } else { message.as_str() };
        for (name, value) in [
            ("x-clerk-auth-message", told),
            ("x-clerk-auth-reason", reason.as_str()),
            ("x-clerk-auth-status", self.0.status.as_str()),
        ] {
            if !value.is_empty() && is_header_value(value) {
                self.0.headers.push((name.to_owned(), value.to_owned()));
            }
        }
        self.0.reason = Some(reason);
        self.0.message = message;
        self
    }

    pub(crate) fn note_if(&mut self, condition: bool, note: Note) {
        if condition {
            self.0.notes.push(note);
        }
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> AuthStatus {
        self.0.status
    }

    /// Whether somebody, or some machine, is signed in. True for a pending session too.
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        self.0.status == AuthStatus::SignedIn
    }

    /// Why nobody is signed in; `None` if somebody is.
    #[must_use]
    pub fn reason(&self) -> Option<&AuthReason> {
        self.0.reason.as_ref()
    }

    /// The reason in a sentence, or empty.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The kind of the token; `None` if it is of a kind that is not accepted.
    #[must_use]
    pub fn token_type(&self) -> Option<TokenType> {
        self.0.token_type
    }

    /// Headers for the response, in order; `set-cookie` may be there several times.
    #[must_use]
    pub fn headers(&self) -> &[(String, String)] {
        &self.0.headers
    }

    /// The status to answer the request with, instead of serving it: 307 where the browser has to go elsewhere first (a
    /// handshake, or coming back from one in development, §3.21), 503 when unavailable (D-15). `None`: serve it, with the
    /// state's headers added to the response.
    #[must_use]
    pub fn response_status(&self) -> Option<u16> {
        if self.0.headers.iter().any(|(name, _)| name == "location") {
            return Some(307);
        }
        (self.0.status == AuthStatus::Unavailable).then_some(503)
    }

    /// The token, if signed in.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.0.claims.as_ref().map(Claims::token).or(self.0.machine_text.as_deref())
    }

    /// The session token's claims, if signed in.
    #[must_use]
    pub fn claims(&self) -> Option<&Claims> {
        self.0.claims.as_ref()
    }

    /// What is known of the machine's token, if a machine is signed in.
    #[must_use]
    pub fn machine_token(&self) -> Option<&MachineToken> {
        self.0.machine.as_deref()
    }

    /// What the decision was made on, as JSON for looking at: secrets are cut to what tells their kind (D-8).
    #[must_use]
    pub fn debug_json(&self) -> String {
        let mut out = Map::new();
        out.insert("status".to_owned(), self.0.status.as_str().into());
        out.insert("reason".to_owned(), self.0.reason.as_ref().map(AuthReason::as_str).into());
        out.insert("message".to_owned(), self.0.message.as_str().into());
        out.insert("token_type".to_owned(), self.0.token_type.map(TokenType::as_str).into());
        if let Some(context) = &self.0.context {
            context.write(&mut out);
        }
        self.0.echo.write(&mut out);
        Value::Object(out).to_string()
    }

    /// When unavailable: when to try again, in milliseconds, where known.
    #[must_use]
    pub fn retry_after_ms(&self) -> Option<i64> {
        self.0.retry_after_ms
    }

    /// What the developer should hear of once.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.0.notes
    }

    /// The settings that held.
    #[must_use]
    pub fn echo(&self) -> &Echo {
        &self.0.echo
    }

    /// The object to ask about permissions; a pending session is signed out. `None` where nothing is known of who is
    /// calling: during a handshake, and when unavailable.
    #[must_use]
    pub fn to_auth(&self) -> Option<Auth> {
        self.to_auth_with(true)
    }

    /// The same; with `false`, a pending session is signed in.
    #[must_use]
    pub fn to_auth_with(&self, treat_pending_as_signed_out: bool) -> Option<Auth> {
        match (self.0.status, &self.0.claims, &self.0.machine) {
            (AuthStatus::SignedIn, Some(claims), _) => {
                Some(Auth::of_fields(claims, self.session(claims), treat_pending_as_signed_out))
            }
            (AuthStatus::SignedIn, None, Some(machine)) => {
                Some(Auth::of_machine(self.token().unwrap_or_default(), machine))
            }
            (AuthStatus::SignedIn | AuthStatus::SignedOut, ..) => Some(Auth::signed_out(self.0.token_type)),
            (AuthStatus::Handshake | AuthStatus::Unavailable, ..) => None,
        }
    }

    /// What is known of the session. It is kept with a token that came again; what is made of a new one goes with its
    /// request, as many come once only.
    fn session(&self, claims: &Claims) -> Arc<AuthFields> {
        if claims.were_remembered() {
            return claims.derived(AuthFields::of_session);
        }
        Arc::clone(self.0.session.get_or_init(|| Arc::new(AuthFields::of_session(claims))))
    }

    /// All of it as JSON, for bindings: `auth` is [`RequestState::to_auth`], `auth_with_pending` the same with `false`,
    /// there only where it differs; `retry_after` is in seconds.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = Map::new();
        let mut put = |name: &str, value: Value| out.insert(name.to_owned(), value);
        put("status", self.0.status.as_str().into());
        put("reason", self.0.reason.as_ref().map(AuthReason::as_str).into());
        put("message", self.0.message.as_str().into());
        put("is_authenticated", self.is_authenticated().into());
        put("token_type", self.0.token_type.map(TokenType::as_str).into());
        put("headers", self.0.headers.iter().map(|(name, value)| json!([name, value])).collect());
        put("response_status", self.response_status().into());
        put("token", self.token().into());
        #[allow(clippy::cast_precision_loss)] // a time of some seconds or minutes
        put("retry_after", self.0.retry_after_ms.map(|ms| ms as f64 / 1000.0).into());
        put(
            "notes",
            self.0.notes.iter().map(|note| json!({"name": note.as_str(), "message": note.message()})).collect(),
        );
        self.0.echo.write(&mut out);
        let mut text = Value::Object(out).to_string();
        // Claims are spliced in as the text they are: reading and writing them again could change them.
        text.pop();
        let auth = self.to_auth();
        text.push_str(",\"auth\":");
        text.push_str(&auth.as_ref().map_or_else(|| "null".to_owned(), Auth::to_json));
        if auth.as_ref().is_some_and(|auth| auth.session_status.as_deref() == Some("pending")) {
            text.push_str(",\"auth_with_pending\":");
            text.push_str(&self.to_auth_with(false).as_ref().map_or_else(|| "null".to_owned(), Auth::to_json));
        }
        text.push('}');
        text
    }
}

/// Latin-1 without control characters, which some servers refuse to send.
pub(crate) fn is_header_value(value: &str) -> bool {
    value.chars().all(|c| u32::from(c) <= 0xFF && (c == '\t' || !c.is_ascii_control()))
}

/// Without the token and the claims.
impl fmt::Debug for RequestState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestState")
            .field("status", &self.0.status)
            .field("reason", &self.0.reason)
            .field("message", &self.0.message)
            .field("token_type", &self.0.token_type)
            .finish_non_exhaustive()
    }
}
