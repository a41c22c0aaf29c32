//! Refreshing a session token that has expired (§3.13), instead of sending the browser away for a new one.

use super::api::{ApiAnswer, ApiCall, ApiCallKind, Need, first_error, is_outage, retry_after_ms, success};
use super::authenticator::{Request, Stop};
use super::directives::Directives;
use super::header_path::signed_in;
use super::state::{AuthStatus, RequestState};
use crate::token::{Carrier, DecodedToken, TokenError};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::borrow::Cow;

/// What came of trying.
pub(crate) enum Refreshed {
    /// Signed in after all, or unavailable.
    State(RequestState),
    /// Why not.
    No(Cow<'static, str>),
}

/// Tries, if this request may be refreshed at all: a GET with the refresh cookie.
pub(crate) fn refresh(request: &Request<'_>, expired: &TokenError) -> Result<Refreshed, Stop> {
    let context = &request.context;
    let no = |why: &'static str| Ok(Refreshed::No(why.into()));
    if !context.method_is_get {
        return no("non-eligible-non-get");
    }
    let Some(refresh_token) = context.refresh_in_cookie.as_deref() else {
        return no("non-eligible-no-refresh-cookie");
    };
    let Some(secret_key) = request.settings.secret_key else {
        return no("missing-api-client");
    };
    let Some(token) = context.session_token() else {
        return no("missing-session-token");
    };
    let Ok(decoded) = DecodedToken::read(token) else {
        return no("expired-session-token-decode-failed");
    };
    let Some(sid) = decoded.string("sid").filter(|sid| is_segment(sid)) else {
        return no("expired-session-token-missing-sid-claim");
    };
    let Some(answer) = request.answers.get(ApiCallKind::Refresh) else {
        let body = serde_json::json!({
            "format": "cookie",
            "expired_token": token,
            "refresh_token": refresh_token,
            "request_origin": context.url.to_url()?.origin().ascii_serialization(),
            // The client's own, its user agent too (D-19).
            "request_headers": request.parts.all_headers(),
        });
        return Err(Stop::Need(Need::Call(Box::new(ApiCall {
            kind: ApiCallKind::Refresh,
            method: "POST",
            path: format!("/v1/sessions/{}/refresh", utf8_percent_encode(&sid, SEGMENT)),
            route: "/v1/sessions/{session_id}/refresh",
            query: if context.suffixed { vec![("suffixed_cookies", "true".to_owned())] } else { Vec::new() },
            body: Some(body.to_string()),
            secret_key: secret_key.clone(),
            idempotent: false,
        }))));
    };
    let directives = match read(answer) {
        Ok(directives) => directives,
        Err(why) if is_outage(answer) => {
            let reason = super::AuthReason::expired(&why);
            let message = format!("{} The API could not be asked to refresh it.", expired.message);
            let state = request.unavailable(reason, message, retry_after_ms(answer));
            return Ok(Refreshed::State(state));
        }
        Err(why) => return Ok(Refreshed::No(why)),
    };
    let token = directives.session_token().unwrap_or_default().to_owned();
    match request.verify(&token)? {
        Ok(claims) => {
            let mut state = signed_in(request, claims);
            if state.status() == AuthStatus::SignedIn {
                state.add_headers(directives.into_headers());
            }
            Ok(Refreshed::State(state))
        }
        Err(mut error) if error.unavailable => {
            error.carrier = Some(Carrier::Cookie);
            Ok(Refreshed::State(request.unavailable_for(&error)))
        }
        Err(_) => no("invalid-session-token"),
    }
}

/// The cookies of an answer, or why there are none.
fn read(answer: &ApiAnswer) -> Result<Directives, Cow<'static, str>> {
    if let Some(body) = success(answer) {
        let directives = Directives::read(body.get("cookies")).filter(|read| !read.is_empty());
        return directives.ok_or(Cow::Borrowed("unexpected-sdk-error"));
    }
    let Ok(answer) = answer else {
        return Err("fetch-error".into());
    };
    if (200..300).contains(&answer.status) {
        return Err(if answer.body.is_empty() { "unexpected-bapi-error" } else { "unexpected-sdk-error" }.into());
    }
    Err(match first_error(answer, "code") {
        None => "unexpected-bapi-error".into(),
        Some(code) if code == "unexpected_error" => "fetch-error".into(),
        Some(code) => code.into(),
    })
}

/// Whether a text can be one segment of a path and no other place.
fn is_segment(text: &str) -> bool {
    !text.is_empty() && text != "." && text != ".." && !text.contains(['/', '\\'])
}

const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
