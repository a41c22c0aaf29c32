//! Tokens of a session: plain, from a template, and refreshed.

use crate::api::{Call, Reply, Route};
use crate::cookies::Writer;
use crate::errors::ApiError;
use crate::mint::{self, DEFAULT_LIFE, MintOptions, TemplateRules};
use crate::routes::sessions::read_token;
use crate::store::identification::Contact;
use crate::store::jwt_template::{JwtTemplate, not_found};
use crate::store::session::Session;
use crate::template;
use serde_json::{Value, json};

pub(super) const ROUTES: &[Route] = &[
    Route::new("POST", "/v1/sessions/{session_id}/tokens", create),
    Route::new("POST", "/v1/sessions/{session_id}/tokens/{template_name}", create_from_template),
    Route::new("POST", "/v1/sessions/{session_id}/refresh", refresh),
];

const LONGEST_LIFE: i64 = 315_360_000;

/// The session of the path, if its user can have tokens.
fn live_session(call: &mut Call<'_>) -> Result<Session, ApiError> {
    let session = call.store.session(&call.param("session_id"))?.clone();
    if !session.is_active(call.now) || call.store.user(&session.user_id)?.banned {
        return Err(ApiError::inactive_session());
    }
    Ok(session)
}

fn token(jwt: String) -> Reply {
    Reply::Json(json!({ "object": "token", "jwt": jwt }))
}

fn lifetime(call: &Call<'_>) -> Result<Option<i64>, ApiError> {
    let mut form = call.form()?;
    let life = form.integer("expires_in_seconds", 30, LONGEST_LIFE).value();
    form.finish_lenient()?;
    Ok(life)
}

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let life = lifetime(call)?;
    let session = live_session(call)?;
    mint(call, &session, life.unwrap_or(DEFAULT_LIFE), None).map(token)
}

/// A session token, with the organization that is active in the session.
pub(super) fn mint(call: &mut Call<'_>, session: &Session, life: i64, azp: Option<String>) -> Result<String, ApiError> {
    let issuer = call.issuer()?;
    call.store.bill(call.now);
    let mut options = MintOptions {
        user_id: Some(session.user_id.clone()),
        session_id: Some(session.id.clone()),
        org: call.store.org_options(session),
        claims: session.own_claims(),
        expires_in_seconds: life,
        azp,
        ..MintOptions::default()
    };
    call.store.fill_plans(&mut options, &session.user_id);
    mint::session_token(&issuer, &mut call.store.ids, &options).map_err(|_| ApiError::internal())
}

fn create_from_template(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let name = call.param("template_name");
    let life = lifetime(call)?;
    let template = known_template(call, &name)?;
    let session = live_session(call)?;
    from_template(call, &session, &template, life).map(token)
}

pub(super) fn known_template(call: &Call<'_>, name: &str) -> Result<JwtTemplate, ApiError> {
    call.store.jwt_template_by_name(name).cloned().ok_or_else(|| not_found("name", name))
}

/// A token with the claims of a template.
pub(super) fn from_template(
    call: &mut Call<'_>,
    session: &Session,
    template: &JwtTemplate,
    life: Option<i64>,
) -> Result<String, ApiError> {
    let claims = template::fill(&template.claims, &template_context(call, session)?);
    let issuer = call.issuer()?;
    let rules = TemplateRules {
        life: life.unwrap_or(template.lifetime),
        skew: template.allowed_clock_skew,
        key: template.custom_key.as_ref(),
    };
    mint::template_token(&issuer, &mut call.store.ids, &session.user_id, claims, &rules)
        .map_err(|_| ApiError::internal())
}

/// What the shortcodes of a template can name. Private metadata is not in a token.
fn template_context(call: &Call<'_>, session: &Session) -> Result<Value, ApiError> {
    let stored = call.store.user(&session.user_id)?;
    let verified = |contacts: &[Contact], id: Option<&String>| {
        contacts.iter().any(|contact| Some(&contact.id) == id && contact.is_verified())
    };
    let mut user = call.render().user(stored);
    user["full_name"] = json!(stored.full_name());
    user["primary_email_address"] = json!(stored.primary_email());
    user["primary_phone_number"] = json!(stored.primary_phone());
    user["primary_web3_wallet"] = json!(stored.primary_wallet());
    user["email_verified"] = json!(verified(&stored.emails, stored.primary_email_id.as_ref()));
    user["phone_number_verified"] = json!(verified(&stored.phones, stored.primary_phone_id.as_ref()));
    user["private_metadata"] = Value::Null;
    // Unlike in answers, times are in seconds here.
    for name in ["created_at", "updated_at", "last_sign_in_at"] {
        user[name] = json!(user[name].as_i64().map(|ms| ms.div_euclid(1000)));
    }
    let active = session.organization_id.as_ref().and_then(|id| call.store.organizations.get(id));
    let member = active.and_then(|organization| call.store.membership_of(&organization.id, &stored.id));
    let org = active.map(|organization| {
        let mut org = call.render().organization(organization, true, false);
        org["role"] = json!(member.map(|member| &member.role));
        org["private_metadata"] = Value::Null;
        org
    });
    let membership = member.map(|member| {
        let mut membership = call.render().membership(member);
        membership["private_metadata"] = Value::Null;
        membership
    });
    let session = json!({ "id": session.id, "actor": session.actor });
    Ok(json!({ "user": user, "org": org, "org_membership": membership, "session": session }))
}

fn refresh(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut form = call.form()?;
    let expired_token = form.required_text("expired_token");
    let refresh_token = form.required_text("refresh_token");
    let origin = form.required_text("request_origin");
    let format = form.choice("format", &["token", "cookie"]).unwrap_or("token");
    form.object("request_headers");
    form.text("request_originating_ip");
    form.finish()?;
    let suffixed = call.query.boolean("suffixed_cookies").unwrap_or(false);
    call.query.finish()?;

    let session = check_refresh(call, &expired_token, &refresh_token, &origin)?;
    let secure = origin.starts_with("https://");
    let jwt = mint(call, &session, DEFAULT_LIFE, Some(origin))?;
    if let Ok(stored) = call.store.session_mut(&session.id) {
        stored.last_active_at = call.now;
    }
    if format == "token" {
        return Ok(token(jwt));
    }
    let writer = Writer::new(call.shared, secure);
    let mut cookies = vec![writer.plain("__session", &jwt)];
    if suffixed {
        cookies.push(writer.suffixed("__session", &jwt));
    }
    Ok(Reply::Json(json!({ "object": "cookies", "cookies": cookies })))
}

/// The session, if the tokens are its own. Every failure is a 401: it tells an SDK to go through a handshake.
fn check_refresh(call: &Call<'_>, expired_token: &str, refresh_token: &str, origin: &str) -> Result<Session, ApiError> {
    let fail = |code, message: &str, long: &str| Err(ApiError::new(401, code, message, long));
    let id = call.param("session_id");
    let Some(claims) = read_token(call, expired_token) else {
        return fail(
            "expired_session_token_invalid",
            "Invalid expired_token param",
            "The session token provided could not be successfully verified",
        );
    };
    match claims["sid"].as_str() {
        None => {
            return fail(
                "expired_session_token_missing_sid",
                "missing 'sid' claim",
                "No 'sid' claim present in the provided expired session token",
            );
        }
        Some(sid) if sid != id => {
            return fail(
                "refresh_sid_mismatch",
                "Session ID does not match the 'sid' claim",
                "The 'sid' claim of the provided expired session token does not match the session ID provided in the request path",
            );
        }
        Some(_) => {}
    }
    if !origin.contains("://") {
        return fail(
            "refresh_request_origin_invalid",
            "Request origin is invalid",
            "The request_origin parameter could not be parsed",
        );
    }
    if claims["azp"].as_str().is_some_and(|azp| azp != origin) {
        return fail(
            "refresh_request_origin_azp_mismatch",
            "Request origin does not match azp claim",
            "The request_origin parameter does not match the 'azp' claim of expired_token",
        );
    }
    let Ok(session) = call.store.session(&id) else {
        let long = format!("No session was found with id {id}");
        return fail("session_refresh_session_not_found", "Session not found", &long);
    };
    if session.refresh_token != refresh_token {
        return fail("refresh_token_not_found", "Refresh token not found", "The provided refresh token was not found");
    }
    let banned = call.store.users.get(&session.user_id).is_none_or(|user| user.banned);
    if !session.is_active(call.now) || banned {
        return fail("session_refresh_inactive_session", "session inactive", "The provided session is not active");
    }
    Ok(session.clone())
}
