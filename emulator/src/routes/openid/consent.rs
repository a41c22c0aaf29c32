//! The page on which a user agrees, and what they say.

use super::anew;
use super::authorize::{send_code, signed_in};
use super::error::OAuthError;
use super::page::{self, Consent};
use super::params::Params;
use super::request::{AuthorizationRequest, Destination};
use crate::api::{Call, Reply};
use crate::errors::ApiError;
use crate::page::{Refusal, Values, Visitor, serve};
use crate::store::session::Session;

/// Shows the page.
pub(super) fn ask(
    call: &Call<'_>,
    visitor: &Visitor,
    session: &Session,
    destination: &Destination,
    request: &AuthorizationRequest,
    mut params: Params,
) -> Reply {
    // It has been shown.
    params.set("prompt", None);
    let identifier = call.store.users.get(&session.user_id).map(|user| user.identifier()).unwrap_or_default();
    page::consent(
        &Consent {
            application: &destination.application.name,
            image: destination.application.image_id.as_deref(),
            identifier: if identifier.is_empty() { &session.user_id } else { &identifier },
            session_id: &session.id,
            scopes: &request.scopes,
            redirect_uri: &destination.redirect_uri,
            asked: &params.encode(),
        },
        visitor,
    )
}

/// What the user said. Only the page above can have sent it, in the same browser.
pub(super) fn decide(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    serve(call, |call, visitor| {
        let values = Values::read(call, visitor)?;
        decision(call, visitor, &values).map_err(|error| Refusal::Page(page::refusal(&error)))
    })
}

fn decision(call: &mut Call<'_>, visitor: &Visitor, values: &Values) -> Result<Reply, OAuthError> {
    // Who agrees is who was shown the page, also if somebody else has signed in beside it.
    let session = signed_in(call, visitor).filter(|session| session.id == values.get("session")).ok_or_else(|| {
        OAuthError::denied("You are not signed in any more as you were. Start again in the application.")
    })?;
    let params = Params::decode(values.get("request"));
    anew::end(call, visitor, &params);
    let destination = Destination::find(call, &params)?;
    let request = match AuthorizationRequest::read(call, &params, &destination.application) {
        Ok(request) => request,
        Err(error) => return Ok(destination.send_error(call, &error)),
    };
    match values.get("decision") {
        "allow" => {}
        "deny" => {
            let error = OAuthError::new("access_denied", "The user did not agree.");
            return Ok(destination.send_error(call, &error));
        }
        _ => return Err(OAuthError::invalid_request("decision must be allow or deny.")),
    }
    call.store.consent(&destination.application.client_id, &session.user_id, &request.scopes);
    Ok(send_code(call, &destination, request, &session))
}
