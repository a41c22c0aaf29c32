//! Who is calling.

use clerk_usher::auth::{HasParams, RequestState};
use napi_derive::napi;

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

    /// Whether the caller has what is asked.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn has(&self, treat_pending_as_signed_out: bool, question_json: String) -> bool {
        self.0
            .to_auth_with(treat_pending_as_signed_out)
            .is_some_and(|auth| auth.has(&HasParams::from_json(&question_json)))
    }
}

impl NativeRequestState {
    pub(crate) fn new(state: RequestState) -> Self {
        Self(state)
    }
}
