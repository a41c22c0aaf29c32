//! The Frontend API's client: what a browser is signed in to. And the browser itself, in development.

use crate::api::{Call, Reply, Route};
use crate::cookies::Writer;
use crate::errors::ApiError;
use crate::mint::DEFAULT_LIFE;
use crate::origin::is_known_to;
use crate::page::{known_browser, own_cookies};
use crate::routes::session_tokens;
use crate::store::session::Session;
use http::header;
use serde_json::{Value, json};

pub(super) const ROUTES: &[Route] = &[
    Route::browser("GET", "/v1/client", get),
    Route::browser("POST", "/v1/client", create),
    Route::browser("PUT", "/v1/client", create),
    Route::browser("DELETE", "/v1/client", delete),
    Route::browser("POST", "/v1/dev_browser", dev_browser),
];

/// The browser of a request.
///
/// # Errors
/// In development 401 for a dev-browser token that nobody has heard of: the script is to ask for another.
pub(super) fn browser(call: &Call<'_>) -> Result<Option<String>, ApiError> {
    let known = known_browser(call);
    let named = call.query.text("__clerk_db_jwt").filter(|_| !call.shared.is_production());
    if named.is_some_and(|named| known.as_deref() != Some(named)) {
        return Err(ApiError::new(
            401,
            "dev_browser_unauthenticated",
            "Browser unauthenticated",
            "Unable to authenticate this browser for your development instance. Check your Clerk cookies and try again.",
        ));
    }
    Ok(known)
}

/// The origin of the script that asks: whom a token is for.
pub(super) fn origin(call: &Call<'_>) -> Option<String> {
    Some(call.header(&header::ORIGIN)).filter(|origin| origin.starts_with("http")).map(str::to_owned)
}

/// An answer about one browser: with its cookies or, for an app without a cookie jar, the token in a header.
pub(super) fn reply(call: &Call<'_>, browser: Option<&str>, body: &Value) -> Reply {
    let mut headers =
        vec![(header::CONTENT_TYPE, "application/json".to_owned()), (header::CACHE_CONTROL, "no-store".to_owned())];
    if let Some(browser) = browser {
        if call.query.text("_is_native").is_some() {
            headers.push((header::AUTHORIZATION, browser.to_owned()));
        }
        headers.extend(own_cookies(call.shared, browser).into_iter().map(|cookie| (header::SET_COOKIE, cookie)));
        if call.shared.is_production() {
            // An application on the same host sees by this that something changed.
            let signed_in = call.store.session_of_browser(browser, call.now).is_some();
            let at = call.store.browsers.get(browser).filter(|_| signed_in).map_or(0, |known| known.signed_in_at);
            let cookies = Writer::new(call.shared, false).both("__client_uat", &at.to_string());
            headers.extend(cookies.map(|cookie| (header::SET_COOKIE, cookie)));
        }
    }
    Reply::Full { status: 200, headers, body: body.to_string().into() }
}

/// `{response, client}` with the client as it is now.
pub(super) fn with_client(call: &mut Call<'_>, browser: &str, response: Value) -> Result<Reply, ApiError> {
    let client = render(call, browser)?;
    Ok(reply(call, Some(browser), &json!({ "response": response, "client": client })))
}

/// The client of a browser.
pub(super) fn render(call: &mut Call<'_>, browser: &str) -> Result<Value, ApiError> {
    let session = call.store.session_of_browser(browser, call.now).cloned();
    let active = session.as_ref().map(|session| session.id.clone());
    let sessions = session.map(|session| render_session(call, &session)).transpose()?;
    let known = call.store.browsers.get(browser).ok_or_else(ApiError::resource_not_found)?;
    Ok(json!({
        "object": "client",
        "id": known.client_id,
        "sessions": sessions.into_iter().collect::<Vec<_>>(),
        "sign_in": null,
        "sign_up": null,
        "last_active_session_id": active,
        "last_authentication_strategy": null,
        "cookie_expires_at": null,
        "captcha_bypass": false,
        "created_at": known.created_at,
        "updated_at": known.updated_at,
    }))
}

/// A session as its own browser sees it: with its user, and a token.
pub(super) fn render_session(call: &mut Call<'_>, session: &Session) -> Result<Value, ApiError> {
    let azp = origin(call);
    let jwt =
        if session.is_active(call.now) { Some(session_tokens::mint(call, session, DEFAULT_LIFE, azp)?) } else { None };
    let user = call.store.user(&session.user_id)?;
    let render = call.render();
    let mut told = render.user(user);
    let memberships = call.store.memberships.values().filter(|membership| membership.user_id == user.id);
    told["organization_memberships"] = memberships.map(|membership| render.membership(membership)).collect();
    let mut body = render.session(session);
    body["public_user_data"] = json!({
        "user_id": user.id,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "image_url": told["image_url"],
        "has_image": told["has_image"],
        "identifier": user.identifier(),
        "username": user.username,
    });
    body["user"] = told;
    body["last_active_token"] = jwt.map_or(Value::Null, |jwt| json!({ "object": "token", "jwt": jwt }));
    body["factor_verification_age"] = json!([call.now.saturating_sub(session.created_at).div_euclid(60_000), -1]);
    hide_private(&mut body);
    Ok(body)
}

/// What only backends see stays with them, at whatever depth.
fn hide_private(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.remove("private_metadata");
            fields
                .iter_mut()
                .filter(|(name, _)| !name.ends_with("_metadata"))
                .for_each(|(_, value)| hide_private(value));
        }
        Value::Array(items) => items.iter_mut().for_each(hide_private),
        _ => {}
    }
}

fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let browser = browser(call)?;
    let client = match &browser {
        Some(browser) => render(call, browser)?,
        None => Value::Null,
    };
    Ok(reply(call, browser.as_deref(), &json!({ "response": client, "client": null })))
}

/// Makes the browser known. Some scripts can send no other method than POST, and say in the query which one they mean.
fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    if call.query.text("_method").is_some_and(|method| method.eq_ignore_ascii_case("delete")) {
        return delete(call);
    }
    let browser = match browser(call)? {
        Some(known) => known,
        None => call.store.open_browser(call.now),
    };
    let client = render(call, &browser)?;
    Ok(reply(call, Some(&browser), &json!({ "response": client, "client": null })))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let Some(browser) = browser(call)? else { return Err(ApiError::resource_not_found()) };
    call.store.close_session_on(&browser, "removed", call.now);
    let client = render(call, &browser)?;
    Ok(reply(call, Some(&browser), &json!({ "response": client, "client": null })))
}

fn dev_browser(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    if call.shared.is_production() {
        return Err(ApiError::new(
            400,
            "operation_not_allowed",
            "Not allowed in production",
            "Only development instances have dev browsers.",
        ));
    }
    // Any page can send this, and whoever has the token has what its browser is signed in to.
    let sender = Some(call.header(&header::ORIGIN)).filter(|sender| !sender.is_empty());
    if let Some(sender) = sender.filter(|url| !is_known_to(call.shared, call.store, &call.head.headers, url)) {
        let long = format!(
            "{sender} is no origin of this instance's applications. PATCH /v1/instance with {} allows it.",
            json!({ "allowed_origins": [sender] })
        );
        return Err(ApiError::new(403, "origin_invalid", "Invalid HTTP Origin header", long));
    }
    let browser = call.store.open_browser(call.now);
    let body = json!({
        "object": "dev_browser",
        "id": browser,
        "instance_id": call.shared.instance_id,
        "client_id": call.store.browsers.get(&browser).map(|known| known.client_id.clone()),
        "home_origin": origin(call),
        "created_at": call.now,
        "updated_at": call.now,
    });
    Ok(reply(call, Some(&browser), &body))
}
