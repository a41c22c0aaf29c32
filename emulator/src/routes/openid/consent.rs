//! The page on which a user agrees, and what they say.

use super::answer::own_origin;
use super::authorize::{send_code, signed_in};
use super::error::OAuthError;
use super::page::{self, Consent};
use super::params::Params;
use super::request::{AuthorizationRequest, Destination};
use crate::api::{Call, Reply};
use crate::errors::ApiError;
use aws_lc_rs::hmac;
use data_encoding::BASE64URL_NOPAD;
use http::header;

/// Shows the page.
pub(super) fn ask(
    call: &Call<'_>,
    destination: &Destination,
    request: &AuthorizationRequest,
    params: &Params,
) -> Reply {
    let Some((browser, session)) = signed_in(call) else {
        return page::refusal(&OAuthError::new("login_required", "You are not signed in."));
    };
    let who = call.store.users.get(&session.user_id);
    let mut params = params.clone();
    // They have been shown.
    params.set("prompt", None);
    let asked = params.encode();
    page::consent(&Consent {
        application: &destination.application.name,
        image: destination.application.image_id.as_deref(),
        identifier: &who.map(|user| user.identifier()).unwrap_or_default(),
        scopes: &request.scopes,
        redirect_uri: &destination.redirect_uri,
        token: &seal(call, &browser, &session.id, &asked),
        asked: &asked,
    })
}

/// What the user said. Only the page above can send it: the token is of this browser, this session and this request.
pub(super) fn decide(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    Ok(decision(call).unwrap_or_else(|error| page::refusal(&error)))
}

fn decision(call: &mut Call<'_>) -> Result<Reply, OAuthError> {
    let form = Params::of_body(call)?;
    if !is_own_origin(call) {
        return Err(OAuthError::denied("The answer came from another site."));
    }
    let (browser, session) = signed_in(call).ok_or_else(|| OAuthError::denied("You are not signed in any more."))?;
    let asked = form.required("request")?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, call.shared.secret_key.as_bytes());
    let tag = BASE64URL_NOPAD.decode(form.required("token")?.as_bytes()).unwrap_or_default();
    if hmac::verify(&key, sealed(&browser, &session.id, asked).as_bytes(), &tag).is_err() {
        return Err(OAuthError::denied(
            "The page is not one of this browser, or is out of date. Start again in the application.",
        ));
    }
    let params = Params::decode(asked);
    let destination = Destination::find(call, &params)?;
    let request = match AuthorizationRequest::read(call, &params, &destination.application) {
        Ok(request) => request,
        Err(error) => return Ok(destination.send_error(call, &error)),
    };
    match form.required("decision")? {
        "allow" => {}
        "deny" => {
            let error = OAuthError::new("access_denied", "The user did not agree.");
            return Ok(destination.send_error(call, &error));
        }
        other => return Err(OAuthError::invalid_request(format!("decision must be allow or deny, not {other}."))),
    }
    call.store.consent(&destination.application.client_id, &session.user_id, &request.scopes);
    Ok(send_code(call, &destination, request, &session))
}

/// What the page's token is made of.
fn sealed(browser: &str, session_id: &str, asked: &str) -> String {
    format!("oauth consent\n{browser}\n{session_id}\n{asked}")
}

fn seal(call: &Call<'_>, browser: &str, session_id: &str, asked: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, call.shared.secret_key.as_bytes());
    BASE64URL_NOPAD.encode(hmac::sign(&key, sealed(browser, session_id, asked).as_bytes()).as_ref())
}

/// Whether the form was sent from a page of this origin. Every browser says so with a POST.
fn is_own_origin(call: &Call<'_>) -> bool {
    call.header(&header::ORIGIN) == own_origin(call)
}
