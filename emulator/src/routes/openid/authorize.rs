//! The authorization endpoint: from an application's request to a code, by way of sign-in and consent.

use super::anew;
use super::answer::{self, own_origin};
use super::consent;
use super::error::OAuthError;
use super::page;
use super::params::Params;
use super::request::{AuthorizationRequest, Destination};
use crate::api::{Call, Reply};
use crate::errors::ApiError;
use crate::page::{Visitor, see_other, serve};
use crate::routes::sessions::read_token;
use crate::store::grant::AuthorizationCode;
use crate::store::session::Session;

pub(super) fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    serve(call, |call, visitor| {
        let params = Params::of_query(call);
        Ok(authorize(call, visitor, params))
    })
}

/// The same by a form of the application's. It is asked again with GET: with a form of another site, browsers do not
/// send the cookie that says who is signed in.
pub(super) fn post(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    Ok(match Params::of_body(call) {
        Ok(params) => {
            let location = format!("/oauth/authorize?{}", params.encode());
            Reply::Redirect { status: 303, location, cookies: Vec::new() }
        }
        Err(error) => page::refusal(&error),
    })
}

fn authorize(call: &mut Call<'_>, visitor: &Visitor, mut params: Params) -> Reply {
    // What the sign-in page told the browser is no part of the request.
    params.set("__clerk_db_jwt", None);
    let destination = match Destination::find(call, &params) {
        Ok(destination) => destination,
        Err(error) => return page::refusal(&error),
    };
    grant(call, visitor, &destination, params).unwrap_or_else(|error| destination.send_error(call, &error))
}

fn grant(
    call: &mut Call<'_>,
    visitor: &Visitor,
    destination: &Destination,
    params: Params,
) -> Result<Reply, OAuthError> {
    let application = &destination.application;
    let request = AuthorizationRequest::read(call, &params, application)?;
    let session = match signed_in(call, visitor) {
        Some(session) if !must_sign_in(call, visitor, &request, &params, &session)? => session,
        _ if request.prompt.none => {
            return Err(OAuthError::new("login_required", "The user is not signed in."));
        }
        session => return Ok(to_sign_in(call, visitor, params, session)),
    };
    let known = !application.consent_screen_enabled
        || call.store.has_consented(&application.client_id, &session.user_id, &request.scopes);
    if request.prompt.consent || !known {
        if request.prompt.none {
            return Err(OAuthError::new("consent_required", "The user has not agreed yet."));
        }
        return Ok(consent::ask(call, visitor, &session, destination, &request, params));
    }
    anew::end(call, visitor, &params);
    Ok(send_code(call, destination, request, &session))
}

/// The session that a browser is signed in to. A lock is no matter here: it is about signing in.
pub(super) fn signed_in(call: &Call<'_>, visitor: &Visitor) -> Option<Session> {
    let session = call.store.session_of_browser(&visitor.browser, call.now)?.clone();
    let user = call.store.users.get(&session.user_id)?;
    (!user.banned).then_some(session)
}

/// Whether a session is not what the application asks for: signed in too long ago, or somebody else's.
fn must_sign_in(
    call: &Call<'_>,
    visitor: &Visitor,
    request: &AuthorizationRequest,
    params: &Params,
    session: &Session,
) -> Result<bool, OAuthError> {
    // No session is as new as a max_age of nothing: that asks for a new one, as the prompt does.
    let stale = request
        .max_age
        .is_some_and(|age| age > 0 && call.now > session.created_at.saturating_add(age.saturating_mul(1000)));
    let forced = (request.prompt.login || request.max_age == Some(0)) && !anew::is_done(call, visitor, params, session);
    let other = match &request.id_token_hint {
        None => false,
        Some(hint) => {
            let claims = read_token(call, hint)
                .ok_or_else(|| OAuthError::invalid_request("id_token_hint is no token of this provider."))?;
            claims["sub"].as_str() != Some(&session.user_id)
        }
    };
    Ok(stale || forced || other)
}

/// The sign-in page, which leads back here.
fn to_sign_in(call: &mut Call<'_>, visitor: &Visitor, params: Params, session: Option<Session>) -> Reply {
    anew::ask(call, visitor, &params, session.as_ref());
    let back = format!("{}/oauth/authorize?{}", own_origin(call), params.encode());
    let mut pairs = vec![("redirect_url", back.as_str())];
    if session.is_some() {
        // Or it would lead back at once.
        pairs.push(("prompt", "login"));
    }
    see_other(answer::with_query("/sign-in", &pairs), visitor)
}

/// Makes the code, and sends the browser on with it.
pub(super) fn send_code(
    call: &mut Call<'_>,
    destination: &Destination,
    request: AuthorizationRequest,
    session: &Session,
) -> Reply {
    let code = call.store.open_code(AuthorizationCode {
        client_id: destination.application.client_id.clone(),
        subject: session.user_id.clone(),
        scopes: request.scopes,
        redirect_uri: destination.redirect_uri.clone(),
        redirect_uri_given: destination.redirect_uri_given(),
        nonce: request.nonce,
        challenge: request.challenge,
        auth_time: session.created_at.div_euclid(1000),
        expires_at: AuthorizationCode::end(call.now),
        grant_id: None,
    });
    destination.send_code(call, &code)
}
