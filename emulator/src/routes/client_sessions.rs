//! The Frontend API's sessions: tokens for a script, switching the organization, signing out.

use super::client::{browser, origin, render_session, reply, with_client};
use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::form::Form;
use crate::mint::DEFAULT_LIFE;
use crate::query::Query;
use crate::routes::session_tokens;
use crate::store::session::Session;
use http::header;
use serde_json::{Map, Value, json};

pub(super) const ROUTES: &[Route] = &[
    Route::browser("DELETE", "/v1/client/sessions", remove_all),
    Route::browser("POST", "/v1/client/sessions", remove_all_by_post),
    Route::browser("GET", "/v1/client/sessions/{session_id}", get),
    Route::browser("POST", "/v1/client/sessions/{session_id}/tokens", token),
    Route::browser("POST", "/v1/client/sessions/{session_id}/tokens/{template_name}", template_token),
    Route::browser("POST", "/v1/client/sessions/{session_id}/touch", touch),
    Route::browser("POST", "/v1/client/sessions/{session_id}/end", end),
    Route::browser("POST", "/v1/client/sessions/{session_id}/remove", remove),
];

/// The fields of a body, which scripts send as a form and other programs as JSON.
fn fields(call: &Call<'_>) -> Result<Form, ApiError> {
    let kind = call.header(&header::CONTENT_TYPE).to_ascii_lowercase();
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return call.form();
    }
    let pairs = Query::decode(&String::from_utf8_lossy(&call.body));
    Ok(Form::new(pairs.into_iter().map(|(name, value)| (name, Value::String(value))).collect::<Map<_, _>>()))
}

/// The browser, and the session of the path, which has to be on it.
fn session(call: &Call<'_>) -> Result<(String, Session), ApiError> {
    let id = call.param("session_id");
    let not_found = || ApiError::not_found("session", &id);
    let browser = browser(call)?.ok_or_else(ApiError::inactive_session)?;
    let client_id = call.store.browsers.get(&browser).map(|known| &known.client_id).ok_or_else(not_found)?;
    let session = call.store.sessions.get(&id).filter(|session| session.client_id == *client_id);
    Ok((browser, session.ok_or_else(not_found)?.clone()))
}

/// As [`session`], for what only an active one can do.
fn active(call: &Call<'_>) -> Result<(String, Session), ApiError> {
    let (browser, session) = session(call)?;
    let banned = call.store.users.get(&session.user_id).is_none_or(|user| user.banned);
    if banned || !session.is_active(call.now) {
        return Err(ApiError::inactive_session());
    }
    Ok((browser, session))
}

fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (browser, session) = session(call)?;
    let body = render_session(call, &session)?;
    with_client(call, &browser, body)
}

/// A token of the session; with `organization_id`, of another organization than the active one.
fn token(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (browser, mut session) = active(call)?;
    let mut form = fields(call)?;
    let wanted = form.text("organization_id").value();
    form.finish_lenient()?;
    match wanted.as_deref() {
        None => {}
        Some("") => session.organization_id = None,
        Some(wanted) => {
            let found = call.store.membership_by(wanted, &session.user_id);
            session.organization_id =
                Some(found.ok_or_else(|| ApiError::from(ErrorItem::missing_resource("organization_id")))?);
        }
    }
    let azp = origin(call);
    let jwt = session_tokens::mint(call, &session, DEFAULT_LIFE, azp)?;
    seen(call, &session)?;
    Ok(reply(call, Some(&browser), &json!({ "object": "token", "jwt": jwt })))
}

fn template_token(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (browser, session) = active(call)?;
    let template = session_tokens::known_template(call, &call.param("template_name"))?;
    let jwt = session_tokens::from_template(call, &session, &template, None)?;
    seen(call, &session)?;
    Ok(reply(call, Some(&browser), &json!({ "object": "token", "jwt": jwt })))
}

fn seen(call: &mut Call<'_>, session: &Session) -> Result<(), ApiError> {
    let now = call.now;
    call.store.session_mut(&session.id)?.last_active_at = now;
    Ok(())
}

/// Notes activity; with `active_organization_id`, an id or slug, switches to it. Empty is the personal account.
fn touch(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (browser, session) = active(call)?;
    let mut form = fields(call)?;
    let had = form.has("active_organization_id");
    let wanted = form.text("active_organization_id").value().unwrap_or_default();
    form.finish_lenient()?;
    if had {
        call.store.activate(&session.id, &wanted, call.now)?;
    }
    seen(call, &session)?;
    let session = call.store.session(&session.id)?.clone();
    let body = render_session(call, &session)?;
    with_client(call, &browser, body)
}

fn close(call: &mut Call<'_>, status: &'static str) -> Result<Reply, ApiError> {
    let (browser, session) = session(call)?;
    if call.store.browsers.get(&browser).is_some_and(|known| known.session_id.as_ref() == Some(&session.id)) {
        call.store.close_session_on(&browser, status, call.now);
    }
    let session = call.store.session(&session.id)?.clone();
    let body = render_session(call, &session)?;
    with_client(call, &browser, body)
}

fn end(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    close(call, "ended")
}

fn remove(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    close(call, "removed")
}

fn remove_all(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let Some(browser) = browser(call)? else { return Err(ApiError::inactive_session()) };
    call.store.close_session_on(&browser, "removed", call.now);
    let client = super::client::render(call, &browser)?;
    Ok(reply(call, Some(&browser), &json!({ "response": client, "client": null })))
}

/// Some scripts can send no other method than POST, and say in the query which one they mean.
fn remove_all_by_post(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    if call.query.text("_method").is_some_and(|method| method.eq_ignore_ascii_case("delete")) {
        return remove_all(call);
    }
    Err(ApiError::wrong_method("POST"))
}
