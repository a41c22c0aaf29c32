//! The rules of §2.2, in their order: the first that fails is the reason.

use super::claims::Claims;
use super::decode::{DecodedToken, Header};
use super::error::{TokenError, TokenErrorReason as Reason, action};
use super::json;
use super::kind::{decoded_machine_type, is_non_session_category};
use super::options::Effective;
use crate::key::{Algorithm, VerifyingKey};

/// Checks a decoded token with this key: `typ`, `alg`, signature, and only then claims, so that nobody learns anything
/// about a token that we did not sign.
pub(crate) fn verify(
    token: &str,
    decoded: DecodedToken,
    key: &VerifyingKey,
    options: &Effective<'_>,
    now_ms: i64,
) -> Result<Claims, TokenError> {
    let algorithm = check_header(&decoded.header, options.header_type)?;
    check_signature(token, &decoded, algorithm, key)?;
    let sub = decoded.string("sub").ok_or_else(|| wrong_type("sub", "a string"))?;
    check_audience(decoded.claim("aud"), options.audience)?;
    check_authorized_party(&decoded, options)?;
    check_issuer(&decoded, options.issuer)?;
    let now = now_ms.div_euclid(1_000);
    let exp = decoded.integer("exp").ok_or_else(|| wrong_type("exp", "a number"))?;
    let earliest = now_ms.saturating_sub(options.clock_skew_ms);
    let latest = now_ms.saturating_add(options.clock_skew_ms);
    if in_ms(exp) <= earliest {
        return Err(TokenError::new(
            Reason::TokenExpired,
            format!("The token expired at {exp}; the time here is {now}."),
        ));
    }
    let nbf = optional_time(&decoded, "nbf")?;
    if let Some(nbf) = nbf.filter(|nbf| in_ms(*nbf) > latest) {
        return Err(TokenError::new(
            Reason::TokenNotActiveYet,
            format!("The token is not valid before {nbf}; the time here is {now}."),
        ));
    }
    let iat = optional_time(&decoded, "iat")?;
    if let Some(iat) = iat.filter(|iat| in_ms(*iat) > latest) {
        return Err(TokenError::new(
            Reason::TokenIatInTheFuture,
            format!("The token was made at {iat}; the time here is {now}."),
        ));
    }
    Ok(Claims::new(decoded.payload, decoded.index, sub, exp, nbf, iat))
}

/// §2.9: what a handshake token must be: of a type and algorithm that count, of no other category, and signed.
pub(crate) fn check_handshake(token: &str, decoded: &DecodedToken, key: &VerifyingKey) -> Result<(), TokenError> {
    let algorithm = check_header(&decoded.header, None)?;
    // A machine chooses its claims itself, so what it signs in this instance's name is no handshake.
    if is_non_session_category(&decoded.header) || decoded_machine_type(decoded).is_some() {
        let message = "The token is of another kind than a handshake's.";
        return Err(TokenError::new(Reason::TokenInvalid, message).with_action(action::ENSURE_CLERK_JWT));
    }
    check_signature(token, decoded, algorithm, key)
}

/// Seconds within ±2^53 times 1000 fit an `i64`.
fn in_ms(seconds: i64) -> i64 {
    seconds.saturating_mul(1000)
}

fn failed(message: String) -> TokenError {
    TokenError::new(Reason::TokenVerificationFailed, message).with_action(action::ENSURE_CLERK_JWT)
}

fn wrong_type(claim: &str, wanted: &str) -> TokenError {
    failed(format!("The token's `{claim}` must be {wanted}."))
}

/// Case matters.
fn check_type(header: &Header, allowed: Option<&[String]>) -> Result<(), TokenError> {
    let fits = match (&header.typ, allowed) {
        (None, None) => true,
        (Some(Some(typ)), None) => typ == "JWT",
        (Some(Some(typ)), Some(allowed)) => allowed.iter().any(|one| one == typ),
        (Some(None), _) | (None, Some(_)) => false,
    };
    if fits {
        return Ok(());
    }
    Err(TokenError::new(Reason::TokenInvalid, "The token's `typ` is not one that is accepted here.")
        .with_action(action::ENSURE_CLERK_JWT))
}

/// What is checked before any key is looked at.
pub(crate) fn check_header(header: &Header, allowed: Option<&[String]>) -> Result<Algorithm, TokenError> {
    check_type(header, allowed)?;
    check_algorithm(header)
}

///
fn check_algorithm(header: &Header) -> Result<Algorithm, TokenError> {
    header.alg.as_ref().and_then(Option::as_deref).and_then(Algorithm::from_name).ok_or_else(|| {
        TokenError::new(Reason::TokenInvalidAlgorithm, "The token's `alg` is not RS256, RS384 or RS512.")
            .with_action(action::ENSURE_CLERK_JWT)
    })
}

/// the key fixes the algorithm; the token may only agree.
fn check_signature(
    token: &str,
    decoded: &DecodedToken,
    algorithm: Algorithm,
    key: &VerifyingKey,
) -> Result<(), TokenError> {
    if algorithm != key.algorithm() {
        return Err(failed(format!(
            "The token's `alg` is {}, but its key is for {}.",
            algorithm.as_str(),
            key.algorithm().as_str()
        )));
    }
    let signed = token.as_bytes().get(..decoded.signed_len).unwrap_or_default();
    if key.verify(signed, &decoded.signature) {
        return Ok(());
    }
    Err(TokenError::new(Reason::TokenInvalidSignature, "The token's signature is not of this instance's key."))
}

/// R-214 and D-3: no entry worth the name on either side is no audience; anything that is neither a string nor a list of
/// strings is refused.
fn check_audience(claim: Option<&str>, audience: &[String]) -> Result<(), TokenError> {
    let allowed = |one: &String| !one.is_empty() && audience.contains(one);
    if audience.iter().all(String::is_empty) {
        return Ok(());
    }
    let Some(claim) = claim.filter(|claim| !json::is_falsy(claim)) else {
        return Ok(());
    };
    let fits = if let Some(one) = json::string(claim) {
        allowed(&one)
    } else if let Some(items) = json::items(claim) {
        let items: Vec<_> = items.into_iter().filter(|item| !json::is_falsy(item)).map(json::string).collect();
        items.is_empty() || (items.iter().all(Option::is_some) && items.iter().flatten().any(allowed))
    } else {
        false
    };
    if fits { Ok(()) } else { Err(failed("The token's `aud` is not an audience that is accepted here.".to_owned())) }
}

/// A missing, empty or non-string `azp` is nobody, and nobody is allowed.
fn check_authorized_party(decoded: &DecodedToken, options: &Effective<'_>) -> Result<(), TokenError> {
    if options.authorized_parties.is_empty() {
        return Ok(());
    }
    let claim = decoded.claim("azp");
    if claim.is_none() && options.allow_missing_azp {
        return Ok(());
    }
    let azp = claim.and_then(json::string).filter(|azp| !azp.is_empty());
    match azp {
        Some(azp) if options.authorized_parties.contains(&azp) => Ok(()),
        Some(azp) => Err(party(format!("The token's `azp`, {}, is not an authorized party.", quoted(&azp)))),
        None => Err(party("The token has no `azp`, and authorized parties are configured.".to_owned())),
    }
}

fn party(message: String) -> TokenError {
    TokenError::new(Reason::TokenInvalidAuthorizedParties, message)
}

///
fn check_issuer(decoded: &DecodedToken, issuers: &[String]) -> Result<(), TokenError> {
    if issuers.iter().all(String::is_empty) {
        return Ok(());
    }
    match decoded.string("iss") {
        Some(iss) if !iss.is_empty() && issuers.contains(&iss) => Ok(()),
        _ => Err(TokenError::new(
            Reason::TokenInvalidIssuer,
            "The token's `iss` is not an issuer that is accepted here.",
        )
        .with_action(action::ENSURE_CLERK_JWT)),
    }
}

/// a time that may be missing, but if it is there it is a number.
fn optional_time(decoded: &DecodedToken, claim: &str) -> Result<Option<i64>, TokenError> {
    match decoded.claim(claim) {
        None => Ok(None),
        Some(text) => json::integer(text).map(Some).ok_or_else(|| wrong_type(claim, "a number")),
    }
}

/// Text that somebody else chose, as it may stand in a message: short, printable, in quotes.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars().take(80) {
        out.push(if c.is_ascii_graphic() && c != '"' || c == ' ' { c } else { '?' });
    }
    out.push_str(if text.chars().nth(80).is_some() { "…\"" } else { "\"" });
    out
}
