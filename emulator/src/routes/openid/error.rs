//! Errors as OAuth tells them.

use super::answer;
use crate::api::Reply;
use http::header;
use serde_json::json;

/// `error` and `error_description` of RFC 6749, with the status for where there is no one to redirect to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct OAuthError {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) description: String,
    /// The challenge of a 401.
    challenge: Option<String>,
}

impl OAuthError {
    pub(super) fn new(code: &'static str, description: impl Into<String>) -> Self {
        OAuthError { status: 400, code, description: description.into(), challenge: None }
    }

    pub(super) fn invalid_request(description: impl Into<String>) -> Self {
        Self::new("invalid_request", description)
    }

    pub(super) fn invalid_grant(description: impl Into<String>) -> Self {
        Self::new("invalid_grant", description)
    }

    /// 403, for the user.
    pub(super) fn denied(description: &str) -> Self {
        OAuthError { status: 403, ..Self::new("access_denied", description) }
    }

    pub(super) fn invalid_scope(scope: &str) -> Self {
        Self::new("invalid_scope", format!("The application cannot ask for the scope {scope}."))
    }

    /// 401: the client did not show who it is. One that used the Authorization header is told what it takes.
    pub(super) fn invalid_client(description: impl Into<String>) -> Self {
        let challenge = Some("Basic realm=\"oauth\"".to_owned());
        OAuthError { status: 401, challenge, ..Self::new("invalid_client", description) }
    }

    /// 401 of a resource: the access token is not one, or has ended (RFC 6750).
    pub(super) fn invalid_token() -> Self {
        let description = "The access token is unknown, has expired or was revoked.";
        let challenge = Some(format!("Bearer error=\"invalid_token\", error_description=\"{description}\""));
        OAuthError { status: 401, challenge, ..Self::new("invalid_token", description) }
    }

    /// 401 of a resource that was shown no token at all.
    pub(super) fn no_token() -> Self {
        let challenge = Some("Bearer".to_owned());
        let description = "An access token is needed: Authorization: Bearer <token>.";
        OAuthError { status: 401, challenge, ..Self::new("invalid_token", description) }
    }

    pub(super) fn server_error() -> Self {
        OAuthError { status: 500, ..Self::new("server_error", "The provider could not sign a token.") }
    }

    pub(super) fn reply(self) -> Reply {
        let body = json!({ "error": self.code, "error_description": self.description });
        let challenge = self.challenge.map(|challenge| (header::WWW_AUTHENTICATE, challenge));
        answer::json(self.status, challenge, &body)
    }
}
