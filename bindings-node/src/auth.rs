//! Who is calling.

use clerk_usher::auth::{AcceptsToken, Auth, HasParams, RequestState, TokenRequest};
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
        Self(state)
    }
}

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
