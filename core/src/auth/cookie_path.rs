//! A request with cookies, or with nothing (§3.10). The rows are checked in their order, and the first that fits decides.

use super::authenticator::{Request, Stop};
use super::handshake::{handshake, handshake_to, pairs_of};
use super::header_path::{refused, signed_in};
use super::referrer::{is_cross_origin, is_known};
use super::resolve::{Resolved, resolve};
use super::state::{AuthStatus, Note, RequestState};
use super::{AuthReason, AuthenticateError};
use crate::token::{Carrier, TokenType};
use url::Url;

/// Rows C1 to C17.
pub(crate) fn decide(request: &Request<'_>) -> Result<RequestState, Stop> {
    match resolve(request)? {
        Resolved::State(state) => Ok(state),
        Resolved::No => after_handshake(request),
        Resolved::Unavailable(state) => {
            let other = after_handshake(request)?;
            Ok(if other.status() == AuthStatus::SignedIn { other } else { state })
        }
    }
}

/// Rows C2 to C17.
fn after_handshake(request: &Request<'_>) -> Result<RequestState, Stop> {
    if let Some(state) = satellite(request)? {
        return Ok(state);
    }
    if let Some(state) = development(request)? {
        return Ok(state);
    }
    let context = &request.context;
    let go_on = |reason| handshake(request, reason, String::new());
    let Some((token, read)) = context.cookie_session() else {
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
    let read = match read {
        Ok(read) => read,
        Err(error) => return refused(request, error.clone(), Carrier::Cookie),
    };
    // C11
    if read.is_no_session() {
        return Ok(signed_out(request, AuthReason::TOKEN_TYPE_MISMATCH));
    }
    // C12. A time that is no number is none, and fails verification below (D-17).
    if read.integer("iat").is_some_and(|iat| iat < context.client_uat) {
        return go_on(AuthReason::SESSION_TOKEN_IAT_BEFORE_CLIENT_UAT);
    }
    // C13
    let mut state = match request.verify_read(token, read)? {
        Ok(claims) => signed_in(request, claims),
        Err(error) => return refused(request, error, Carrier::Cookie),
    };
    if state.status() != AuthStatus::SignedIn {
        return Ok(state);
    }
    // C14
    state.note_if(state.claims().is_some_and(|claims| claims.raw("azp").is_none()), Note::AuthorizedPartyMissing);
    state.note_if(!request.settings.authorized_parties_set, Note::AuthorizedPartiesNotSet);
    // C15
    if comes_from_elsewhere(request)? {
        let message = "The visitor comes from another origin, so whether the session still holds has to be asked.";
        return handshake(request, AuthReason::PRIMARY_DOMAIN_CROSS_ORIGIN_SYNC, message.to_owned());
    }
    // C16
    if let Some(handshake) = other_organization(request, &mut state)? {
        return Ok(handshake);
    }
    // C17
    Ok(state)
}

/// C16, R-373: the path asks for another organization than the session has. Whoever cannot be sent for it stays signed in.
fn other_organization(request: &Request<'_>, state: &mut RequestState) -> Result<Option<RequestState>, Stop> {
    let Some(target) = request.organization_sync.target(request.context.url.path()) else {
        return Ok(None);
    };
    let differs =
        |auth: super::Auth| auth.user_id.as_deref().is_some_and(|id| !id.is_empty()) && target.differs_from(&auth);
    if !state.to_auth().is_some_and(differs) {
        return Ok(None);
    }
    let sent = handshake(request, AuthReason::ACTIVE_ORGANIZATION_MISMATCH, String::new())?;
    if sent.status() == AuthStatus::Handshake {
        return Ok(Some(sent));
    }
    state.note_if(sent.notes().contains(&Note::RedirectLoop), Note::OrganizationLoop);
    Ok(None)
}

fn signed_out(request: &Request<'_>, reason: AuthReason) -> RequestState {
    request.signed_out(TokenType::SessionToken, reason, String::new())
}

/// C2 for production, C3 for development: a satellite that is to ask the primary domain first.
fn satellite(request: &Request<'_>) -> Result<Option<RequestState>, Stop> {
    let (settings, context) = (request.settings, request.context);
    if !settings.is_satellite || !context.is_document() {
        return Ok(None);
    }
    let synced = context.query("__clerk_synced");
    if synced.as_deref() == Some("true") {
        return Ok(None);
    }
    let wanted = synced.as_deref() == Some("false");
    let nothing = context.session_in_cookie.is_none() && context.client_uat == 0;
    if nothing && !wanted && !settings.satellite_auto_sync() {
        return Ok(Some(signed_out(request, AuthReason::SESSION_TOKEN_AND_UAT_MISSING)));
    }
    if !nothing && !wanted {
        return Ok(None);
    }
    if !settings.is_production() && settings.sign_in_url().is_empty() {
        return Err(AuthenticateError::config(
            "sign_in_url",
            "A satellite of a development instance needs the sign-in URL of the primary domain.",
        )
        .into());
    }
    let reason = AuthReason::SATELLITE_NEEDS_SYNCING;
    if settings.is_production() {
        return handshake(request, reason, String::new()).map(Some);
    }
    let mut sign_in = Url::parse(settings.sign_in_url()).map_err(|_| {
        AuthenticateError::config("sign_in_url", "The sign-in URL of a satellite must be an absolute URL.")
    })?;
    let mut pairs = pairs_of(&sign_in);
    pairs.push(("__clerk_redirect_url".to_owned(), context.url.as_str().to_owned()));
    sign_in.query_pairs_mut().clear().extend_pairs(pairs);
    Ok(Some(handshake_to(request, reason, String::new(), &sign_in)))
}

/// C4 to C6: what only development instances do.
fn development(request: &Request<'_>) -> Result<Option<RequestState>, Stop> {
    let (settings, context) = (request.settings, request.context);
    if settings.is_production() {
        return Ok(None);
    }
    let go_on = |reason| handshake(request, reason, String::new()).map(Some);
    // C4. A place to return to that is no URL is none (D-9).
    let satellite = context.query("__clerk_redirect_url").and_then(|url| Url::parse(&url).ok());
    if let Some(satellite) = satellite.filter(|_| !settings.is_satellite) {
        let back = answer_to_satellite(satellite, context.dev_browser.as_deref());
        return Ok(Some(handshake_to(request, AuthReason::PRIMARY_RESPONDS_TO_SYNCING, String::new(), &back)));
    }
    // C5
    if context.has_query("__clerk_db_jwt") {
        return go_on(AuthReason::DEV_BROWSER_SYNC);
    }
    // C6
    if context.dev_browser.is_none() {
        return go_on(AuthReason::DEV_BROWSER_MISSING);
    }
    Ok(None)
}

/// The satellite's URL with what it came for: the browser's token, and that all is done, whatever it said before.
fn answer_to_satellite(mut url: Url, browser: Option<&str>) -> Url {
    let mut pairs = pairs_of(&url);
    pairs.extend(browser.map(|token| ("__clerk_db_jwt".to_owned(), token.to_owned())));
    // In the place of the first that is there, as setting a parameter does.
    let is_synced = |pair: &(String, String)| pair.0 == "__clerk_synced";
    match pairs.iter().position(is_synced) {
        Some(first) => {
            pairs[first].1 = "true".to_owned();
            let mut at = 0;
            pairs.retain(|pair| {
                at += 1;
                at - 1 == first || !is_synced(pair)
            });
        }
        None => pairs.push(("__clerk_synced".to_owned(), "true".to_owned())),
    }
    url.query_pairs_mut().clear().extend_pairs(pairs);
    url
}

/// C15: a page that is opened from another origin, which is none of Clerk's own.
fn comes_from_elsewhere(request: &Request<'_>) -> Result<bool, AuthenticateError> {
    let (settings, context) = (request.settings, request.context);
    if settings.is_satellite || !context.is_document() || context.loop_counter != 0 {
        return Ok(false);
    }
    let Some(referrer) = context.referrer.as_deref() else { return Ok(false) };
    Ok(is_cross_origin(referrer, &context.url)?
        && !is_known(referrer, &settings.frontend_api(&context.url)?, settings.is_production()))
}
