//! A token in the `Authorization` header (§3.7 to §3.9), and what a refused session token becomes (§3.11).

use super::AuthReason;
use super::authenticator::{Request, Stop};
use super::handshake::handshake;
use super::refresh::{Refreshed, refresh};
use super::state::RequestState;
use crate::token::{
    Carrier, Claims, DecodedToken, TokenError, TokenErrorReason, TokenType, is_decoded_machine_jwt,
    is_non_session_category, is_of_machine, machine_token_type,
};

/// §3.7: only a session is accepted.
pub(crate) fn session(request: &Request<'_>, token: &str) -> Result<RequestState, Stop> {
    if let Ok(decoded) = DecodedToken::read(token) {
        if is_decoded_machine_jwt(token, &decoded) || is_non_session_category(&decoded.header) {
            return Ok(mismatch(request, TokenType::SessionToken));
        }
    } else if let Some(kind) = machine_token_type(token) {
        // An opaque machine token is none that could be decoded, which is `token-invalid` (D-11).
        let message = format!("A token of kind {} came, and `accepts_token` takes session_token only.", kind.as_str());
        return refused(request, TokenError::new(TokenErrorReason::TokenInvalid, message), Carrier::Header);
    }
    verified(request, token, Carrier::Header)
}

/// §3.8: only this kind of machine is accepted.
pub(crate) fn machine(request: &Request<'_>, token: &str, expected: TokenType) -> Result<RequestState, Stop> {
    if machine_token_type(token) == Some(expected) {
        verified_machine(request, token)
    } else {
        Ok(mismatch(request, expected))
    }
}

/// §3.9: any kind is accepted, or one of a list that this token's kind is known to be on.
pub(crate) fn any(request: &Request<'_>, token: &str) -> Result<RequestState, Stop> {
    if machine_token_type(token).is_some() {
        return verified_machine(request, token);
    }
    if has_other_category(token) {
        return Ok(mismatch(request, TokenType::SessionToken));
    }
    verified(request, token, Carrier::Header)
}

fn verified_machine(request: &Request<'_>, token: &str) -> Result<RequestState, Stop> {
    Ok(match request.verify_machine(token)? {
        Ok(machine) => RequestState::machine(request.echo(), token, machine),
        Err(refused) if refused.error.unavailable => {
            let after = refused.error.retry_after_ms;
            let reason = refused.error.reason.into();
            RequestState::unavailable(request.echo(), refused.token_type, reason, refused.full_message(), after)
        }
        Err(refused) => request.signed_out(refused.token_type, refused.error.reason.into(), refused.full_message()),
    })
}

fn mismatch(request: &Request<'_>, kind: TokenType) -> RequestState {
    request.signed_out(kind, AuthReason::TOKEN_TYPE_MISMATCH, String::new())
}

fn has_other_category(token: &str) -> bool {
    DecodedToken::read(token).is_ok_and(|token| is_non_session_category(&token.header))
}

/// Verifies a session token and says what that makes of the request.
fn verified(request: &Request<'_>, token: &str, carrier: Carrier) -> Result<RequestState, Stop> {
    match request.verify(token)? {
        Ok(claims) => Ok(signed_in(request, token, claims)),
        Err(error) => refused(request, error, carrier),
    }
}

/// D-16: a token without a session id is of a template, made by an instance without categories. Nor is a machine a user,
/// in whatever form its token comes.
pub(crate) fn signed_in(request: &Request<'_>, token: &str, claims: Claims) -> RequestState {
    if claims.sid.as_deref().is_none_or(str::is_empty) || is_of_machine(token, &claims) {
        return mismatch(request, TokenType::SessionToken);
    }
    RequestState::signed_in(request.echo(), token, claims)
}

/// §3.11: what becomes of a request whose session token is refused.
pub(crate) fn refused(request: &Request<'_>, mut error: TokenError, carrier: Carrier) -> Result<RequestState, Stop> {
    use TokenErrorReason as Reason;
    error.carrier = Some(carrier);
    if error.unavailable {
        return Ok(request.unavailable_for(&error));
    }
    let message = error.full_message();
    let signed_out = |reason, message| Ok(request.signed_out(TokenType::SessionToken, reason, message));
    match error.reason {
        Reason::UnexpectedError => signed_out(AuthReason::UNEXPECTED_ERROR, String::new()),
        Reason::TokenExpired => match refresh(request, &error)? {
            Refreshed::State(state) => Ok(*state),
            Refreshed::No(why) => handshake(request, AuthReason::expired(&why), message),
        },
        Reason::TokenNotActiveYet => handshake(request, AuthReason::SESSION_TOKEN_NBF, message),
        Reason::TokenIatInTheFuture => handshake(request, AuthReason::SESSION_TOKEN_IAT_IN_THE_FUTURE, message),
        reason => signed_out(reason.into(), message),
    }
}
