//! Whether the API can be reached, takes the secret key, agrees on the time, and is of the instance that the other keys say.

use std::time::Duration;

use serde_json::Value;

use super::keys::Keys;
use super::report::Findings;
use crate::call::CallOptions;
use crate::client::Clerk;
use crate::clock::SharedClock;
use crate::error::Error;
use crate::hooks::Hooks;
use crate::key::JwkSet;
use crate::options::{self, Values};

/// What the API says of the instance.
#[derive(Debug)]
pub(super) struct Instance {
    pub(super) keys: JwkSet,
}

pub(super) async fn check(
    values: &Values,
    clock: &SharedClock,
    keys: &Keys,
    findings: &mut Findings,
) -> Option<Instance> {
    api_url(values, findings);
    let clerk = match probe(values, clock, keys) {
        Ok(clerk) => clerk,
        Err(why) => {
            for check in ["api", "secret_key_accepted", "clock", "instance"] {
                findings.skipped(check, why.clone());
            }
            return None;
        }
    };
    let began = clock.now_ms();
    let answer = Answer::of(get(&clerk, "/jwks").await);
    let ended = clock.now_ms();
    let Some(answer) = reached(answer, findings) else {
        for check in ["secret_key_accepted", "clock", "instance"] {
            findings.skipped(check, "the API did not answer");
        }
        return None;
    };
    accepted(&answer, findings);
    skew(&answer, began, ended, values, findings);
    if answer.status != 200 {
        findings.skipped("instance", "the API does not tell of the instance");
        return None;
    }
    let set = JwkSet::read(&answer.body).unwrap_or_default();
    if set.keys.is_empty() {
        findings.problem(
            "instance",
            "the API gave no keys: what answers may not be the API",
            "Check `api_url`, and proxies on the way.",
        );
        return None;
    }
    jwt_key(keys, &set, findings);
    publishable_key(&clerk, keys, findings).await;
    Some(Instance { keys: set })
}

fn api_url(values: &Values, findings: &mut Findings) {
    const CHECK: &str = "api_url";
    match options::api_url(values) {
        Err(error) => findings.problem(CHECK, error.message, "Leave it out for the API of everybody."),
        Ok(url) => {
            let here = url.host_str().is_some_and(|host| {
                host == "localhost"
                    || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
            });
            if url.scheme() == "http" && !here {
                findings.warning(
                    CHECK,
                    "`api_url` is not https: the secret key can be read on the way",
                    "Use https, unless the network is yours.",
                );
            } else {
                findings.ok(CHECK, format!("the API is at {url}"));
            }
        }
    }
}

/// A client that only has what calls need, so that no other option keeps it from being made.
fn probe(values: &Values, clock: &SharedClock, keys: &Keys) -> Result<Clerk, String> {
    let Some(secret_key) = &keys.secret_key else {
        return Err("there is no `secret_key` to ask with".to_owned());
    };
    let values = Values {
        secret_key: Some(secret_key.clone()),
        publishable_key: None,
        machine_secret_key: None,
        jwt_key: None,
        ..values.clone()
    };
    Clerk::from_values(values, Hooks::default(), clock.clone())
        .map_err(|error| format!("no client can be made: {error}"))
}

async fn get(clerk: &Clerk, path: &str) -> Result<crate::RawResponse, Error> {
    // Once: whoever asks a doctor wants to know what happens, not what could have happened.
    let options = CallOptions::default().max_retries(0);
    clerk.request("GET", path, &[], None, &options).await
}

/// An answer, whatever its status.
struct Answer {
    status: u16,
    date: Option<String>,
    body: Vec<u8>,
    codes: Vec<String>,
}

impl Answer {
    fn of(answer: Result<crate::RawResponse, Error>) -> Result<Self, Error> {
        let date = |headers: &[(String, String)]| {
            headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("date")).map(|(_, value)| value.clone())
        };
        match answer {
            Ok(answer) => Ok(Self {
                status: answer.status,
                date: date(&answer.headers),
                body: answer.body.to_vec(),
                codes: Vec::new(),
            }),
            Err(Error::Api(error)) => Ok(Self {
                status: error.status,
                date: date(&error.headers),
                body: Vec::new(),
                codes: error.errors.iter().map(|item| item.code.clone()).collect(),
            }),
            Err(error) => Err(error),
        }
    }
}

fn reached(answer: Result<Answer, Error>, findings: &mut Findings) -> Option<Answer> {
    const CHECK: &str = "api";
    match answer {
        Ok(answer) if answer.status == 429 || answer.status >= 500 => {
            findings.warning(
                CHECK,
                format!("the API answered with status {}: it has no time, or is out", answer.status),
                "Try again later; see https://status.clerk.com.",
            );
            Some(answer)
        }
        Ok(answer) => {
            findings.ok(CHECK, "the API answers");
            Some(answer)
        }
        Err(error) => {
            let (what, advice) = obstacle(&error);
            findings.problem(CHECK, format!("the API cannot be reached: {what} ({error})"), advice);
            None
        }
    }
}

/// What stands in the way, as far as it can be told.
pub(super) fn obstacle(error: &Error) -> (&'static str, &'static str) {
    let text = match error {
        Error::Timeout(_) => {
            return ("no answer in time", "Check firewalls and proxies on the way, or give it more time.");
        }
        Error::Connection(error) => error.message.to_ascii_lowercase(),
        _ => return ("the request could not be made", "Check the options of the client."),
    };
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(&["dns error", "failed to lookup", "name or service not known", "nodename nor servname", "no such host"]) {
        ("its name is not known", "Check `api_url`, and this machine's name server.")
    } else if says(&["certificate", "tls", "ssl", "handshake", "corrupt message", "unknownissuer"]) {
        (
            "no secure connection can be made",
            "Check this machine's root certificates; behind a proxy that looks into connections, set `ca_certificates`.",
        )
    } else if says(&["timed out", "deadline"]) {
        ("no connection in time", "Check firewalls and proxies on the way.")
    } else if says(&["refused"]) {
        ("the connection is refused", "Nothing listens there: check `api_url` and `proxy`.")
    } else if says(&["proxy", "tunnel"]) {
        ("the proxy is in the way", "Check `proxy`, or HTTPS_PROXY and friends.")
    } else if says(&["unreachable"]) {
        ("there is no way there", "Check this machine's network.")
    } else {
        ("the connection broke", "Check firewalls and proxies on the way.")
    }
}

fn accepted(answer: &Answer, findings: &mut Findings) {
    const CHECK: &str = "secret_key_accepted";
    let roll = "Copy the secret key anew from the API keys page of the Clerk Dashboard: it may have been rolled.";
    match answer.status {
        200..=299 => findings.ok(CHECK, "the API takes `secret_key`"),
        401 | 403 => {
            let codes = if answer.codes.is_empty() { String::new() } else { format!(" ({})", answer.codes.join(", ")) };
            findings.problem(CHECK, format!("the API refuses `secret_key` with status {}{codes}", answer.status), roll);
        }
        404 => findings.problem(
            CHECK,
            "status 404 where the API has its keys: what answers may not be the API",
            "Check `api_url`: it is without /v1.",
        ),
        status => findings.skipped(CHECK, format!("status {status} does not say whether the API takes `secret_key`")),
    }
}

/// The API's clock has whole seconds, and stood somewhere between the two times here.
fn skew(answer: &Answer, began: i64, ended: i64, values: &Values, findings: &mut Findings) {
    const CHECK: &str = "clock";
    let there = answer.date.as_deref().and_then(|date| httpdate::parse_http_date(date).ok());
    let there = there.and_then(|date| date.duration_since(std::time::UNIX_EPOCH).ok());
    let Some(there) = there.and_then(|there| i64::try_from(there.as_millis()).ok()) else {
        findings.skipped(CHECK, "the API's answer has no date");
        return;
    };
    let allowed = values.clock_skew.unwrap_or(Duration::from_secs(5));
    let (latest, earliest) = (there.saturating_add(999), there);
    let (off, way) = if began > latest {
        (began.saturating_sub(latest), "ahead of")
    } else {
        (earliest.saturating_sub(ended).max(0), "behind")
    };
    let seconds = off.div_euclid(1_000);
    if u128::try_from(off).unwrap_or_default() > allowed.as_millis() {
        findings.problem(
            CHECK,
            format!("the clock here is at least {seconds} s {way} the API's; {} s are allowed", allowed.as_secs_f64()),
            "Set this machine's clock by a time server. Until then tokens seem expired, or not valid yet.",
        );
    } else if seconds > 0 {
        findings.ok(CHECK, format!("the clock here is {seconds} s {way} the API's, which is within `clock_skew`"));
    } else {
        findings.ok(CHECK, "the clock here agrees with the API's");
    }
}

fn jwt_key(keys: &Keys, set: &JwkSet, findings: &mut Findings) {
    const CHECK: &str = "jwt_key_of_instance";
    let Some(local) = &keys.jwt_key else { return };
    let one = set.keys.iter().any(|(_, key)| key.as_ref().is_ok_and(|key| key.is_same_key(local.key())));
    if one {
        findings.ok(CHECK, "`jwt_key` is a key of the instance that `secret_key` is of");
    } else {
        findings.problem(
            CHECK,
            "`jwt_key` is no key of the instance that `secret_key` is of: its tokens will not verify",
            "Copy the JWKS public key of the same instance, or leave `jwt_key` out to have the keys fetched.",
        );
    }
}

/// Whether the publishable key and the secret key are of one instance.
async fn publishable_key(clerk: &Clerk, keys: &Keys, findings: &mut Findings) {
    const CHECK: &str = "instance";
    let Some(key) = &keys.publishable_key else {
        findings.skipped(CHECK, "there is no `publishable_key` to compare with the instance");
        return;
    };
    let json = async |path: &str| -> Option<Value> { serde_json::from_slice(&get(clerk, path).await.ok()?.body).ok() };
    let kind = json("/instance").await;
    let kind = kind.as_ref().and_then(|instance| instance.get("environment_type")).and_then(Value::as_str);
    let same = "Copy both keys from the same instance in the Clerk Dashboard.";
    if let Some(kind) = kind.filter(|kind| *kind != key.instance_type().as_str()) {
        let ours = key.instance_type().as_str();
        findings.problem(
            CHECK,
            format!("`publishable_key` is of a {ours} instance, and the API says that `secret_key` is of a {kind} one"),
            same,
        );
        return;
    }
    let domains = json("/domains").await;
    let domains = domains.as_ref().and_then(|list| list.get("data")).and_then(Value::as_array);
    let hosts: Vec<&str> = domains
        .into_iter()
        .flatten()
        .filter_map(|domain| domain.get("frontend_api_url")?.as_str())
        .map(|url| without_scheme(url).trim_end_matches('/'))
        .collect();
    if hosts.contains(&key.frontend_api()) {
        findings.ok(CHECK, "`publishable_key` and `secret_key` are of the same instance");
    } else if hosts.is_empty() {
        findings.skipped(CHECK, "the API does not say where the instance's Frontend API is");
    } else {
        findings.problem(
            CHECK,
            format!(
                "`publishable_key` has its Frontend API at {}, and the instance of `secret_key` at {}",
                key.frontend_api(),
                hosts.join(", ")
            ),
            same,
        );
    }
}

pub(super) fn without_scheme(url: &str) -> &str {
    url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or(url)
}
