//! A token in the `Authorization` header (§3.7 to §3.9), and what a refused session token becomes (§3.11).

use super::AuthReason;
use super::authenticator::{Request, Stop};
use super::handshake::handshake;
use super::refresh::{Refreshed, refresh};
use super::state::RequestState;
use crate::token::{
    Carrier, Claims, TokenError, TokenErrorReason, TokenType, is_non_session_category, is_of_machine, opaque_type,
};

/// §3.7: only a session is accepted.
pub(crate) fn session(request: &Request<'_>, token: &str) -> Result<RequestState, Stop> {
    match request.read_header(token) {
        Ok(read) if read.is_no_session() => return Ok(mismatch(request, TokenType::SessionToken)),
        Ok(_) => {}
        Err(_) => {
            if let Some(kind) = opaque_type(token) {
                // An opaque machine token is none that could be decoded, which is `token-invalid` (D-11).
                let kind = kind.as_str();
                let message = format!("A token of kind {kind} came, and `accepts_token` takes session_token only.");
                return refused(request, TokenError::new(TokenErrorReason::TokenInvalid, message), Carrier::Header);
            }
        }
    }
    verified(request, token)
}

/// §3.8: only this kind of machine is accepted.
pub(crate) fn machine(request: &Request<'_>, token: &str, expected: TokenType) -> Result<RequestState, Stop> {
    if request.machine_type_of_header(token) == Some(expected) {
        verified_machine(request, token)
    } else {
        Ok(mismatch(request, expected))
    }
}

/// §3.9: any kind is accepted, or one of a list that this token's kind is known to be on.
pub(crate) fn any(request: &Request<'_>, token: &str) -> Result<RequestState, Stop> {
    if request.machine_type_of_header(token).is_some() {
        return verified_machine(request, token);
    }
    if request.read_header(token).is_ok_and(|read| is_non_session_category(read.header())) {
        return Ok(mismatch(request, TokenType::SessionToken));
    }
    verified(request, token)
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

/// Verifies the header's session token and says what that makes of the request.
fn verified(request: &Request<'_>, token: &str) -> Result<RequestState, Stop> {
    let verdict = match request.read_header(token) {
        Ok(read) => request.verify_read(token, read)?,
        Err(error) => Err(error.clone()),
    };
    match verdict {
        Ok(claims) => Ok(signed_in(request, claims)),
        Err(error) => refused(request, error, Carrier::Header),
    }
}

/// D-16: a token without a session id is of a template, made by an instance without categories. Nor is a machine a user,
/// in whatever form its token comes.
pub(crate) fn signed_in(request: &Request<'_>, claims: Claims) -> RequestState {
    if claims.sid().is_none_or(str::is_empty) || is_of_machine(&claims) {
        return mismatch(request, TokenType::SessionToken);
    }
    RequestState::signed_in(request.echo(), claims)
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
            Refreshed::State(state) => Ok(state),
            Refreshed::No(why) => handshake(request, AuthReason::expired(&why), message),
        },
        Reason::TokenNotActiveYet => handshake(request, AuthReason::SESSION_TOKEN_NBF, message),
        Reason::TokenIatInTheFuture => handshake(request, AuthReason::SESSION_TOKEN_IAT_IN_THE_FUTURE, message),
        reason => signed_out(reason.into(), message),
    }
}
