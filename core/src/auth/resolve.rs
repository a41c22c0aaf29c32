//! A browser that comes back from a handshake (§3.14, row C1).

use super::api::{ApiCall, ApiCallKind, Need, is_outage, retry_after_ms, success};
use super::authenticator::{Request, Stop};
use super::directives::Directives;
use super::handshake::without_parameters;
use super::header_path::signed_in;
use super::state::{AuthStatus, Note, RequestState};
use super::{AuthReason, AuthenticateError};
use crate::token::{Carrier, Claims, TokenError, TokenErrorReason as Reason, TokenType};
use serde_json::{Map, Value};

/// Clocks of a developer's machine and of the API may be a day apart.
const DEVELOPMENT_SKEW_MS: i64 = 86_400_000;

/// What this request's handshake came to.
pub(crate) enum Resolved {
    /// This is decided.
    State(RequestState),
    /// There is none, or it failed in a way that is tolerated: the rows after it decide.
    No,
    /// The keys that would tell cannot be had. A cookie may be another application's (§1.8), so if the rows after it sign
    /// somebody in, that holds; else this does (D-15).
    Unavailable(RequestState),
}

/// Resolves the handshake that this request comes back from.
pub(crate) fn resolve(request: &Request<'_>) -> Result<Resolved, Stop> {
    let decided = |state: RequestState| Ok(Resolved::State(state));
    let context = &request.context;
    let directives = match (context.handshake_nonce.as_deref(), context.handshake_token.as_deref()) {
        (Some(nonce), _) => match of_nonce(request, nonce)? {
            Ok(directives) => directives,
            Err(unavailable) => return decided(unavailable),
        },
        (None, Some(token)) => match of_token(request, token)? {
            Ok(directives) => directives,
            Err(error) if error.unavailable => {
                let state = request.unavailable_for(&error);
                let production = request.settings.is_production();
                return Ok(if production { Resolved::Unavailable(state) } else { Resolved::State(state) });
            }
            // Only in development is the token in the URL, so that it is certainly this application's own.
            Err(error) if !request.settings.is_production() => {
                return Err(AuthenticateError::Handshake(told(error)).into());
            }
            Err(_) => return Ok(Resolved::No),
        },
        (None, None) => return Ok(Resolved::No),
    };
    let state = match directives {
        Some(directives) => answer(request, directives)?,
        None => None,
    };
    Ok(state.map_or(Resolved::No, Resolved::State))
}

/// Exchanges a nonce. An API that refuses it gives nothing; one that cannot be asked is an outage (D-15).
fn of_nonce(request: &Request<'_>, nonce: &str) -> Result<Result<Option<Directives>, RequestState>, Stop> {
    let Some(secret_key) = request.settings.secret_key else {
        return Ok(Ok(Some(Directives::default())));
    };
    let Some(answer) = request.answers.get(ApiCallKind::HandshakePayload) else {
        return Err(Stop::Need(Need::Call(Box::new(ApiCall {
            kind: ApiCallKind::HandshakePayload,
            method: "GET",
            path: "/v1/clients/handshake_payload".to_owned(),
            route: "/v1/clients/handshake_payload",
            query: vec![("nonce", nonce.to_owned())],
            body: None,
            secret_key: secret_key.clone(),
            idempotent: true,
        }))));
    };
    if is_outage(answer) {
        let message = "The API could not be asked what the handshake came to.".to_owned();
        return Ok(Err(request.unavailable(AuthReason::SESSION_TOKEN_MISSING, message, retry_after_ms(answer))));
    }
    Ok(Ok(success(answer).map_or_else(|| Some(Directives::default()), |body| Directives::read(body.get("directives")))))
}

fn of_token(request: &Request<'_>, token: &str) -> Result<Result<Option<Directives>, TokenError>, Stop> {
    let payload = match request.handshake_payload(token)? {
        Ok(payload) => payload,
        Err(mut error) => {
            error.carrier = Some(Carrier::Cookie);
            return Ok(Err(error));
        }
    };
    let payload: Map<String, Value> = serde_json::from_str(&payload).unwrap_or_default();
    Ok(Ok(Directives::read(payload.get("handshake"))))
}

/// Steps 3 to 7.
fn answer(request: &Request<'_>, directives: Directives) -> Result<Option<RequestState>, Stop> {
    let development = !request.settings.is_production();
    let token = directives.session_token().map(str::to_owned);
    let mut headers: Vec<(String, String)> = vec![
        ("access-control-allow-origin".to_owned(), "null".to_owned()),
        ("access-control-allow-credentials".to_owned(), "true".to_owned()),
    ];
    headers.extend(directives.into_headers());
    if development {
        let used = ["__clerk_handshake", "__clerk_help", "__clerk_db_jwt", "__clerk_handshake_nonce"];
        headers.push(("location".to_owned(), String::from(without_parameters(&*request.context.url.to_url()?, &used))));
        headers.push(("cache-control".to_owned(), "no-store".to_owned()));
    }
    let Some(token) = token else {
        let mut state = request.signed_out(TokenType::SessionToken, AuthReason::SESSION_TOKEN_MISSING, String::new());
        state.add_headers(headers);
        return Ok(Some(state));
    };
    let (claims, skewed): (Claims, bool) = match request.verify(&token)? {
        Ok(claims) => (claims, false),
        Err(error) if error.unavailable => return Ok(Some(unavailable(request, error))),
        Err(error) if development && is_of_time(&error) => {
            match request.verify_with_skew(&token, DEVELOPMENT_SKEW_MS)? {
                Ok(claims) => (claims, true),
                Err(_) => return Ok(None),
            }
        }
        Err(_) => return Ok(None),
    };
    let mut state = signed_in(request, claims);
    if state.status() == AuthStatus::SignedIn {
        state.add_headers(headers);
        state.note_if(skewed, Note::ClockSkew);
    }
    Ok(Some(state))
}

fn unavailable(request: &Request<'_>, mut error: TokenError) -> RequestState {
    error.carrier = Some(Carrier::Cookie);
    request.unavailable_for(&error)
}

fn is_of_time(error: &TokenError) -> bool {
    matches!(error.reason, Reason::TokenExpired | Reason::TokenNotActiveYet | Reason::TokenIatInTheFuture)
}

/// What to tell the developer whose handshake token does not hold.
fn told(mut error: TokenError) -> TokenError {
    let message = if error.reason == Reason::TokenInvalidSignature {
        "The handshake token is not signed by this instance's key. If you have switched to other keys, clear the cookies of this site and try again.".to_owned()
    } else {
        format!("The handshake token does not hold: {}", error.message)
    };
    error.message = message.into();
    error
}
