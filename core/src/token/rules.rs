//! The rules of §2.2, in their order: the first that fails is the reason.

use super::claims::Claims;
use super::decode::{DecodedToken, Header};
use super::error::{TokenError, TokenErrorReason as Reason, action};
use super::json;
use super::kind::{decoded_machine_type, is_non_session_category};
use super::options::Effective;
use crate::key::{Algorithm, Around, VerifyingKey};
use std::sync::Arc;

/// Checks a decoded token with this key: `typ`, `alg`, signature, and only then claims, so that nobody learns anything
/// about a token that we did not sign.
pub(crate) fn verify(
    decoded: &DecodedToken,
    key: &Arc<VerifyingKey>,
    options: &Effective<'_>,
    now_ms: i64,
    around: Around,
) -> Result<Claims, TokenError> {
    let algorithm = check_header(decoded.header(), options.header_type)?;
    check_signature(decoded, algorithm, key, around)?;
    let says = decoded.parsed();
    says.sub().ok_or_else(|| wrong_type("sub", "a string"))?;
    check_audience(says.claim("aud"), options.audience)?;
    check_authorized_party(says.azp(), || says.claim("azp").is_some(), options)?;
    check_issuer(says.iss(), options.issuer)?;
    let time = Time { now_ms, skew_ms: options.clock_skew_ms };
    time.check_exp(says.exp().ok_or_else(|| wrong_type("exp", "a number"))?)?;
    time.check_nbf(optional_time(decoded, "nbf", says.nbf())?)?;
    time.check_iat(optional_time(decoded, "iat", says.iat())?)?;
    Ok(Claims::of(decoded, key))
}

/// Checks once more a token that [`verify`] accepted with this very key: all but its signature, and that its claims are of
/// their types, which no option and no time changes.
pub(crate) fn verify_again(
    claims: &Claims,
    key: &VerifyingKey,
    options: &Effective<'_>,
    now_ms: i64,
) -> Result<(), TokenError> {
    // The key is the same, so is the algorithm; which types count is an option.
    if options.header_type.is_some() || !claims.is_of_usual_type() {
        check_key(check_header(claims.header(), options.header_type)?, key)?;
    }
    if !options.audience.is_empty() {
        check_audience(claims.raw("aud"), options.audience)?;
    }
    if !options.authorized_parties.is_empty() {
        check_authorized_party(claims.azp(), || claims.raw("azp").is_some(), options)?;
    }
    check_issuer(claims.iss(), options.issuer)?;
    let time = Time { now_ms, skew_ms: options.clock_skew_ms };
    time.check_exp(claims.exp())?;
    time.check_nbf(claims.nbf())?;
    time.check_iat(claims.iat())
}

/// The time here, and how far clocks may be apart.
struct Time {
    now_ms: i64,
    skew_ms: i64,
}

impl Time {
    /// In seconds, as the token's own times are.
    fn now(&self) -> i64 {
        self.now_ms.div_euclid(1_000)
    }

    fn check_exp(&self, exp: i64) -> Result<(), TokenError> {
        if in_ms(exp) > self.now_ms.saturating_sub(self.skew_ms) {
            return Ok(());
        }
        let message = format!("The token expired at {exp}; the time here is {}.", self.now());
        Err(TokenError::new(Reason::TokenExpired, message))
    }

    fn check_nbf(&self, nbf: Option<i64>) -> Result<(), TokenError> {
        let Some(nbf) = nbf.filter(|nbf| self.is_to_come(*nbf)) else { return Ok(()) };
        let message = format!("The token is not valid before {nbf}; the time here is {}.", self.now());
        Err(TokenError::new(Reason::TokenNotActiveYet, message))
    }

    fn check_iat(&self, iat: Option<i64>) -> Result<(), TokenError> {
        let Some(iat) = iat.filter(|iat| self.is_to_come(*iat)) else { return Ok(()) };
        let message = format!("The token was made at {iat}; the time here is {}.", self.now());
        Err(TokenError::new(Reason::TokenIatInTheFuture, message))
    }

    fn is_to_come(&self, seconds: i64) -> bool {
        in_ms(seconds) > self.now_ms.saturating_add(self.skew_ms)
    }
}

/// §2.9: what a handshake token must be: of a type and algorithm that count, of no other category, and signed.
pub(crate) fn check_handshake(decoded: &DecodedToken, key: &VerifyingKey, around: Around) -> Result<(), TokenError> {
    let algorithm = check_header(decoded.header(), None)?;
    // A machine chooses its claims itself, so what it signs in this instance's name is no handshake.
    if is_non_session_category(decoded.header()) || decoded_machine_type(decoded).is_some() {
        let message = "The token is of another kind than a handshake's.";
        return Err(TokenError::new(Reason::TokenInvalid, message).with_action(action::ENSURE_CLERK_JWT));
    }
    check_signature(decoded, algorithm, key, around)
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

/// Whether the type is one that counts where nothing else is said.
pub(crate) fn is_of_usual_type(header: &Header) -> bool {
    check_type(header, None).is_ok()
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
fn check_key(algorithm: Algorithm, key: &VerifyingKey) -> Result<(), TokenError> {
    if algorithm == key.algorithm() {
        return Ok(());
    }
    let (told, fixed) = (algorithm.as_str(), key.algorithm().as_str());
    Err(failed(format!("The token's `alg` is {told}, but its key is for {fixed}.")))
}

///
fn check_signature(
    decoded: &DecodedToken,
    algorithm: Algorithm,
    key: &VerifyingKey,
    around: Around,
) -> Result<(), TokenError> {
    check_key(algorithm, key)?;
    let mut holds = false;
    around(&mut || holds = key.verify(decoded.signed(), decoded.signature()));
    if holds {
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
fn check_authorized_party(
    azp: Option<&str>,
    is_there: impl FnOnce() -> bool,
    options: &Effective<'_>,
) -> Result<(), TokenError> {
    if options.authorized_parties.is_empty() || (azp.is_none() && options.allow_missing_azp && !is_there()) {
        return Ok(());
    }
    match azp.filter(|azp| !azp.is_empty()) {
        Some(azp) if options.authorized_parties.iter().any(|party| party == azp) => Ok(()),
        Some(azp) => Err(party(format!("The token's `azp`, {}, is not an authorized party.", quoted(azp)))),
        None => Err(party("The token has no `azp`, and authorized parties are configured.".to_owned())),
    }
}

fn party(message: String) -> TokenError {
    TokenError::new(Reason::TokenInvalidAuthorizedParties, message)
}

///
fn check_issuer(iss: Option<&str>, issuers: &[String]) -> Result<(), TokenError> {
    if issuers.iter().all(String::is_empty) {
        return Ok(());
    }
    match iss {
        Some(iss) if !iss.is_empty() && issuers.iter().any(|issuer| issuer == iss) => Ok(()),
        _ => Err(TokenError::new(
            Reason::TokenInvalidIssuer,
            "The token's `iss` is not an issuer that is accepted here.",
        )
        .with_action(action::ENSURE_CLERK_JWT)),
    }
}

/// a time that may be missing, but if it is there it is a number.
fn optional_time(decoded: &DecodedToken, claim: &str, time: Option<i64>) -> Result<Option<i64>, TokenError> {
    if time.is_none() && decoded.claim(claim).is_some() {
        return Err(wrong_type(claim, "a number"));
    }
    Ok(time)
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
