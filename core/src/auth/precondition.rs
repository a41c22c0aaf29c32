//! What must be right before any request is looked at (§3.2). It is an error of the setup, and never a state.

use super::options::AcceptsToken;
use super::request::Header;
use super::settings::Settings;
use super::{AuthenticateError, RequestParts};
use crate::key::InstanceType;
use crate::token::TokenType;
use url::Url;

/// Checks in the order of §3.2; the first that fails is told.
pub(crate) fn check(settings: &Settings<'_>, request: &RequestParts<'_>) -> Result<(), AuthenticateError> {
    let error = AuthenticateError::config;
    if settings.publishable_key.is_none() && !settings.accepts.is_only_machine_without_browser() {
        return Err(error(
            "publishable_key",
            "Authenticating a request needs the publishable key (pk_…): give it as an option or as CLERK_PUBLISHABLE_KEY.",
        ));
    }
    if *settings.accepts == AcceptsToken::One(TokenType::M2mToken) {
        if settings.machine_secret_key.is_none() && settings.secret_key.is_none() {
            return Err(error(
                "machine_secret_key",
                "Accepting machine tokens needs the machine secret key or the secret key.",
            ));
        }
        return Ok(());
    }
    let Some(secret_key) = settings.secret_key else {
        return Err(error(
            "secret_key",
            "Authenticating a request needs the secret key (sk_…): give it as an option or as CLERK_SECRET_KEY.",
        ));
    };
    if settings.is_satellite {
        let development = InstanceType::of_secret_key(secret_key.expose()) == Some(InstanceType::Development);
        check_satellite(settings, request, development)?;
    }
    Ok(())
}

fn check_satellite(
    settings: &Settings<'_>,
    request: &RequestParts<'_>,
    development: bool,
) -> Result<(), AuthenticateError> {
    let error = AuthenticateError::config;
    if settings.sign_in_url().is_empty() {
        if development {
            return Err(error(
                "sign_in_url",
                "A satellite of a development instance needs the sign-in URL of the primary domain.",
            ));
        }
    } else if let Some(origin) = request.header(Header::Origin) {
        let Ok(url) = Url::parse(settings.sign_in_url()) else {
            return Err(error("sign_in_url", "The sign-in URL of a satellite must be an absolute URL."));
        };
        if url.origin().ascii_serialization() == *origin {
            return Err(error(
                "sign_in_url",
                "The sign-in URL of a satellite must be on the primary domain, not on the satellite's own origin.",
            ));
        }
    }
    if settings.proxy_url.is_empty() && settings.domain.is_empty() {
        return Err(error("domain", "A satellite needs its domain, or a proxy URL."));
    }
    Ok(())
}
