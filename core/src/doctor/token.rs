//! What a token says of itself, and whether it could hold here. It is looked into, never trusted, never told.

use serde_json::Value;

use super::api::{Instance, without_scheme};
use super::keys::Keys;
use super::report::Findings;
use crate::key::VerifyingKey;
use crate::options::Values;
use crate::token::{DecodedToken, TokenType, is_non_session_category, machine_token_type};

pub(super) fn check(
    token: &str,
    values: &Values,
    now_ms: i64,
    keys: &Keys,
    instance: Option<&Instance>,
    findings: &mut Findings,
) {
    let machine = machine_token_type(token);
    let decoded = match DecodedToken::read(token) {
        Ok(decoded) => decoded,
        Err(_) if machine.is_some() => {
            findings.ok("token", "the token is opaque: only the API can verify it");
            kind(machine, None, findings);
            return;
        }
        Err(error) => {
            findings.problem(
                "token",
                format!("the token cannot be read: {}", error.message),
                "Pass the token alone, whole, and without `Bearer`.",
            );
            return;
        }
    };
    findings.ok("token", "the token can be read");
    kind(machine, Some(&decoded), findings);
    signature(&decoded, keys, instance, findings);
    issuer(&decoded, values, keys, findings);
    times(&decoded, values, now_ms, findings);
    parties(&decoded, machine, values, findings);
    audience(&decoded, values, findings);
}

fn kind(machine: Option<TokenType>, decoded: Option<&DecodedToken>, findings: &mut Findings) {
    const CHECK: &str = "token_kind";
    if let Some(machine) = machine {
        let name = machine.as_str();
        findings.warning(
            CHECK,
            format!("it is a machine's token ({name}), not a session's"),
            format!("Where requests may bring one, name {name} in `accepts_token`."),
        );
        return;
    }
    let Some(decoded) = decoded else { return };
    let has_session = decoded.string("sid").is_some_and(|sid| !sid.is_empty());
    if is_non_session_category(decoded.header()) || !has_session {
        findings.warning(
            CHECK,
            "it was made from a JWT template, or for something else than a session: requests are not authenticated by it",
            "Send the session token. For a template's token use `verify_token`.",
        );
    } else {
        findings.ok(CHECK, "it is a session token");
    }
}

fn signature(decoded: &DecodedToken, keys: &Keys, instance: Option<&Instance>, findings: &mut Findings) {
    const CHECK: &str = "token_signature";
    let kid = decoded.header().kid().unwrap_or_default();
    let signed_by = |key: &VerifyingKey| {
        let algorithm = decoded.header().alg.as_ref().and_then(Option::as_deref) == Some(key.algorithm().as_str());
        algorithm && key.verify(decoded.signed(), decoded.signature())
    };
    if let Some(local) = &keys.jwt_key {
        if signed_by(local.key()) {
            findings.ok(CHECK, "`jwt_key` verifies its signature");
        } else {
            findings.problem(
                CHECK,
                "`jwt_key` does not verify its signature",
                "The token was changed, or it or `jwt_key` is of another instance.",
            );
        }
        return;
    }
    let Some(instance) = instance else {
        findings.skipped(CHECK, "there are no keys to verify its signature with");
        return;
    };
    match instance.keys.keys.iter().find(|(known, _)| known == kid) {
        None => findings.problem(
            CHECK,
            "the instance of `secret_key` does not know the key that the token names (`kid`)",
            "The token is of another instance: check both keys, and where the browser got it.",
        ),
        Some((_, Err(why))) => findings.problem(CHECK, format!("the instance's key cannot be used: {why}"), ""),
        Some((_, Ok(key))) if signed_by(key) => findings.ok(CHECK, "the instance's key verifies its signature"),
        Some((_, Ok(_))) => findings.problem(
            CHECK,
            "the instance's key does not verify its signature",
            "The token was changed on its way, or was not made by Clerk.",
        ),
    }
}

fn issuer(decoded: &DecodedToken, values: &Values, keys: &Keys, findings: &mut Findings) {
    const CHECK: &str = "token_instance";
    let Some(key) = &keys.publishable_key else {
        findings.skipped(CHECK, "there is no `publishable_key` to compare its issuer with");
        return;
    };
    let Some(issuer) = decoded.string("iss") else {
        findings.warning(CHECK, "it names no issuer", "Tokens of Clerk do: it may not be one.");
        return;
    };
    let text = |option: &Option<String>| option.clone().unwrap_or_default();
    let ours = key.frontend_api_for("", &text(&values.domain), values.is_satellite.unwrap_or_default());
    let places = [ours.as_str(), key.frontend_api(), values.proxy_url.as_deref().unwrap_or_default()];
    let named = without_scheme(&issuer).trim_end_matches('/');
    if places.iter().any(|place| without_scheme(place).trim_end_matches('/') == named) {
        findings.ok(CHECK, "its issuer is the instance of `publishable_key`");
    } else {
        findings.problem(
            CHECK,
            format!("its issuer is {}, and `publishable_key` is of {ours}", shown(&issuer)),
            "The token is of another instance: check the keys here and in the frontend.",
        );
    }
}

fn times(decoded: &DecodedToken, values: &Values, now_ms: i64, findings: &mut Findings) {
    const CHECK: &str = "token_time";
    let skew = values.clock_skew.map_or(5_000, |skew| i64::try_from(skew.as_millis()).unwrap_or(i64::MAX));
    let fresh = "Session tokens live for a minute: get a new one for every request.";
    let clock = "Check the clock of this machine.";
    let in_ms = |seconds: i64| seconds.saturating_mul(1_000);
    let Some(exp) = decoded.integer("exp") else {
        findings.problem(CHECK, "it does not say when it expires (`exp`)", "It is no token of Clerk's.");
        return;
    };
    let late = now_ms.saturating_sub(in_ms(exp));
    for (name, what) in [("nbf", "it is not valid for another"), ("iat", "it was made in the future, by")] {
        let early = decoded.integer(name).map_or(0, |time| in_ms(time).saturating_sub(now_ms));
        if early > skew {
            findings.problem(CHECK, format!("{what} {} s (`{name}`)", early.div_euclid(1_000)), clock);
            return;
        }
    }
    let seconds = late.saturating_abs().div_euclid(1_000);
    if late >= skew {
        findings.problem(CHECK, format!("it expired {seconds} s ago"), fresh);
    } else if late >= 0 {
        findings.warning(CHECK, format!("it expired {seconds} s ago, which is within `clock_skew`"), fresh);
    } else {
        findings.ok(CHECK, format!("it is valid for another {seconds} s"));
    }
}

fn parties(decoded: &DecodedToken, machine: Option<TokenType>, values: &Values, findings: &mut Findings) {
    const CHECK: &str = "token_authorized_parties";
    let parties = values.authorized_parties.as_deref().unwrap_or_default();
    let azp = decoded.string("azp").filter(|azp| !azp.is_empty());
    if machine.is_some() || parties.is_empty() {
        let why = if machine.is_some() { "a machine's token names none" } else { "`authorized_parties` is not set" };
        findings.skipped(CHECK, why);
        return;
    }
    match azp {
        Some(azp) if parties.contains(&azp) => findings.ok(CHECK, "its origin is one of `authorized_parties`"),
        Some(azp) => findings.problem(
            CHECK,
            format!("its origin (`azp`) is {}, which is not one of `authorized_parties`", shown(&azp)),
            "If that origin is yours, add it.",
        ),
        None => findings.problem(
            CHECK,
            "it names no origin (`azp`), and `authorized_parties` is set",
            "Tokens that a backend minted name none: for these there is `allow_missing_azp`.",
        ),
    }
}

fn audience(decoded: &DecodedToken, values: &Values, findings: &mut Findings) {
    const CHECK: &str = "token_audience";
    let wanted = values.audience.as_deref().unwrap_or_default();
    let named: Vec<String> = match decoded.claim("aud").and_then(|aud| serde_json::from_str(aud).ok()) {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(all)) => all.iter().map(|one| one.as_str().unwrap_or_default().to_owned()).collect(),
        _ => Vec::new(),
    };
    if wanted.is_empty() || named.is_empty() {
        let why =
            if wanted.is_empty() { "`audience` is not set" } else { "it names no audience, which is no obstacle" };
        findings.skipped(CHECK, why);
    } else if named.iter().any(|one| wanted.contains(one)) {
        findings.ok(CHECK, "its audience is one of `audience`");
    } else {
        let named = named.iter().map(|one| shown(one)).collect::<Vec<_>>().join(", ");
        findings.problem(
            CHECK,
            format!("its audience (`aud`) is {named}, which is not in `audience`"),
            "Compare `audience` with the JWT template.",
        );
    }
}

/// A claim on one line and not too long: anybody may have written it.
fn shown(text: &str) -> String {
    let cut: String = text.chars().take(100).collect();
    format!("{cut:?}")
}
