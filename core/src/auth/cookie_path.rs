//! A request with cookies, or with nothing (§3.10). The rows are checked in their order, and the first that fits decides.

use super::authenticator::{Request, Stop};
use super::header_path::{handshake, refused, verified};
use super::referrer::{is_cross_origin, is_known};
use super::state::{AuthStatus, Note, RequestState};
use super::{AuthReason, AuthenticateError};
use crate::token::{Carrier, DecodedToken, TokenType, is_machine_jwt, is_non_session_category};
use url::Url;

/// Rows C2 to C17. C1, which resolves a handshake, is not answered by this version: as when one fails in a way that is
/// tolerated, the rows after it decide.
pub(crate) fn decide(request: &Request<'_>) -> Result<RequestState, Stop> {
    if let Some(state) = satellite(request)? {
        return Ok(state);
    }
    if let Some(state) = development(request) {
        return Ok(state);
    }
    let context = &request.context;
    let go_on = |reason| Ok(handshake(request, reason, String::new()));
    let Some(token) = context.session_in_cookie.as_deref() else {
        return if context.client_uat == 0 {
            // C7
            Ok(signed_out(request, AuthReason::SESSION_TOKEN_AND_UAT_MISSING))
        } else {
            // C9
            go_on(AuthReason::CLIENT_UAT_BUT_NO_SESSION_TOKEN)
        };
    };
    if context.client_uat == 0 {
        // C8
        return go_on(AuthReason::SESSION_TOKEN_BUT_NO_CLIENT_UAT);
    }
    // C10
    let decoded = match DecodedToken::read(token) {
        Ok(decoded) => decoded,
        Err(error) => return Ok(refused(request, error, Carrier::Cookie)),
    };
    // C11
    if is_machine_jwt(token) || is_non_session_category(&decoded.header) {
        return Ok(signed_out(request, AuthReason::TOKEN_TYPE_MISMATCH));
    }
    // C12. A time that is no number is none, and fails verification below (D-17).
    if decoded.integer("iat").is_some_and(|iat| iat < context.client_uat) {
        return go_on(AuthReason::SESSION_TOKEN_IAT_BEFORE_CLIENT_UAT);
    }
    // C13
    let mut state = verified(request, token, Carrier::Cookie)?;
    if state.status() != AuthStatus::SignedIn {
        return Ok(state);
    }
    // C14
    state.note_if(state.claims().is_some_and(|claims| claims.raw("azp").is_none()), Note::AuthorizedPartyMissing);
    state.note_if(!request.settings.authorized_parties_set, Note::AuthorizedPartiesNotSet);
    // C15
    if comes_from_elsewhere(request) {
        let message = "The visitor comes from another origin, so whether the session still holds has to be asked.";
        return Ok(handshake(request, AuthReason::PRIMARY_DOMAIN_CROSS_ORIGIN_SYNC, message.to_owned()));
    }
    // C17
    Ok(state)
}

fn signed_out(request: &Request<'_>, reason: AuthReason) -> RequestState {
    request.signed_out(TokenType::SessionToken, reason, String::new())
}

/// C2 for production, C3 for development: a satellite that is to ask the primary domain first.
fn satellite(request: &Request<'_>) -> Result<Option<RequestState>, Stop> {
    let (settings, context) = (&request.settings, &request.context);
    let synced = context.query("__clerk_synced");
    if !settings.is_satellite || !context.is_document() || synced.as_deref() == Some("true") {
        return Ok(None);
    }
    let wanted = synced.as_deref() == Some("false");
    let nothing = context.session_in_cookie.is_none() && context.client_uat == 0;
    if nothing && !wanted && !settings.satellite_auto_sync {
        return Ok(Some(signed_out(request, AuthReason::SESSION_TOKEN_AND_UAT_MISSING)));
    }
    if !nothing && !wanted {
        return Ok(None);
    }
    if !settings.is_production() && settings.sign_in_url.is_empty() {
        return Err(AuthenticateError::config(
            "sign_in_url",
            "A satellite of a development instance needs the sign-in URL of the primary domain.",
        )
        .into());
    }
    Ok(Some(handshake(request, AuthReason::SATELLITE_NEEDS_SYNCING, String::new())))
}

/// C4 to C6: what only development instances do.
fn development(request: &Request<'_>) -> Option<RequestState> {
    let (settings, context) = (&request.settings, &request.context);
    if settings.is_production() {
        return None;
    }
    let go_on = |reason| Some(handshake(request, reason, String::new()));
    // C4. A place to return to that is no URL is none (D-9).
    let asked_by_satellite = context.query("__clerk_redirect_url").is_some_and(|url| Url::parse(&url).is_ok());
    if !settings.is_satellite && asked_by_satellite {
        return go_on(AuthReason::PRIMARY_RESPONDS_TO_SYNCING);
    }
    // C5
    if context.has_query("__clerk_db_jwt") {
        return go_on(AuthReason::DEV_BROWSER_SYNC);
    }
    // C6
    if context.dev_browser.is_none() {
        return go_on(AuthReason::DEV_BROWSER_MISSING);
    }
    None
}

/// C15: a page that is opened from another origin, which is none of Clerk's own.
fn comes_from_elsewhere(request: &Request<'_>) -> bool {
    let (settings, context) = (&request.settings, &request.context);
    if settings.is_satellite || !context.is_document() || context.loop_counter != 0 {
        return false;
    }
    let frontend_api = request.settings.frontend_api(&context.url);
    context.referrer.as_deref().is_some_and(|referrer| {
        is_cross_origin(referrer, &context.url) && !is_known(referrer, &frontend_api, settings.is_production())
    })
}
