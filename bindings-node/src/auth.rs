//! Who is calling.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU32, Ordering};

use clerk_usher::Error;
use clerk_usher::auth::{AcceptsToken, Auth, AuthStatus, Echo, HasParams, Note, RequestState, TokenRequest};
use clerk_usher::token::Claims;
use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::answer::thrown;

/// The outcome of authenticating a request.
#[napi]
#[derive(Debug)]
pub struct NativeRequestState(RequestState);

#[napi]
impl NativeRequestState {
    /// All of it, as JSON text: `auth` is the auth object, `auth_with_pending` the one for which a pending session is
    /// signed in, where that is another.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn to_json(&self) -> String {
        self.0.to_json()
    }

    /// What the decision was made on, as JSON text.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn debug_json(&self) -> String {
        self.0.debug_json()
    }

    /// Who is calling; null where nothing is known of that.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn auth(&self, treat_pending_as_signed_out: bool) -> Option<NativeAuth> {
        self.0.to_auth_with(treat_pending_as_signed_out).map(NativeAuth)
    }
}

impl NativeRequestState {
    pub(crate) fn new(state: RequestState) -> Self {
        for note in state.notes() {
            NOTES_TOLD.fetch_or(bit(*note), Ordering::Relaxed);
        }
        Self(state)
    }
}

/// A bit for each thing that JavaScript has told the developer, which it does once a process.
static NOTES_TOLD: AtomicU32 = AtomicU32::new(0);

fn bit(note: Note) -> u32 {
    1 << (note as u32)
}

/// The claims of the session that a state is of, if it says nothing else that JavaScript would have to know.
pub(crate) fn whose<'a>(state: &'a RequestState, usual: &Echo) -> Option<&'a Claims> {
    let told = NOTES_TOLD.load(Ordering::Relaxed);
    let plain = state.status() == AuthStatus::SignedIn
        && state.headers().is_empty()
        && state.notes().iter().all(|note| told & bit(*note) != 0)
        && std::ptr::eq(state.echo(), usual)
        // A pending session is two things.
        && state.to_auth().is_some_and(|auth| auth.is_authenticated);
    state.claims().filter(|_| plain)
}

/// The number of claims.
#[allow(clippy::cast_precision_loss)] // there are fewer than 2^53
pub(crate) fn number(claims: &Claims) -> f64 {
    claims.id() as f64
}

/// The number of claims, and their JSON text, which begins with a brace.
pub(crate) fn numbered(claims: &Claims) -> String {
    format!("{}{}", claims.id(), claims.json())
}

/// Who is calling, as texts that are joined by what no text of theirs has: the number of the claims, the token, what is known
/// of the caller as a JSON array, and the claims as JSON.
pub(crate) fn identity(claims: &Claims, state: &RequestState) -> String {
    let (token, json) = (state.token().unwrap_or_default(), claims.json());
    let mut out = String::with_capacity(token.len() + json.len() + ROW);
    let _ = write!(out, "{}\u{1}{token}\u{1}", claims.id());
    if let Some(auth) = state.to_auth() {
        auth.write_session_row(&mut out);
    }
    out.push('\u{1}');
    out.push_str(json);
    out
}

/// About as much as is known of a caller, in bytes.
const ROW: usize = 512;

/// Who is calling.
#[napi]
#[derive(Debug)]
pub struct NativeAuth(Auth);

/// The token of a caller, or the call that makes one.
#[napi(object, object_from_js = false)]
pub struct NativeTokenRequest {
    /// The token at hand.
    pub token: Option<String>,
    /// The operation to call.
    pub operation: Option<String>,
    /// Its arguments, as JSON text.
    pub arguments: Option<String>,
}

#[napi]
impl NativeAuth {
    /// The caller whose session token this is, which was verified before.
    #[napi(factory, catch_unwind)]
    pub fn of_verified(token: String) -> Result<Self> {
        let auth = Auth::assume_verified(&token);
        auth.map(Self).ok_or_else(|| thrown(&Error::Internal("the token cannot be read again".to_owned())))
    }

    /// All of it, as JSON text.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn to_json(&self) -> String {
        self.0.to_json()
    }

    /// Whether the caller has what is asked.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn has(&self, question_json: String) -> bool {
        self.0.has(&HasParams::from_json(&question_json))
    }

    /// The same if it is of a kind that is accepted; else nobody.
    #[napi(catch_unwind)]
    pub fn narrow(&self, accepts_json: String) -> Result<Self> {
        let accepts = AcceptsToken::from_json(&accepts_json).map_err(|error| thrown(&error.into()))?;
        Ok(Self(self.0.clone().narrowed(&accepts)))
    }

    /// What it takes to get a token for the caller.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn token_request(&self, template: Option<String>, expires_in_seconds: Option<i64>) -> NativeTokenRequest {
        let (token, operation, arguments) = match self.0.token_request(template.as_deref(), expires_in_seconds) {
            TokenRequest::Call { operation, arguments } => (None, Some(operation.to_owned()), Some(arguments)),
            TokenRequest::Ready(token) => (token, None, None),
            _ => (None, None, None),
        };
        NativeTokenRequest { token, operation, arguments }
    }
}
