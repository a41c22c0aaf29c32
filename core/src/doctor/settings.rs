//! Settings that cannot work, or are best not left as they are.

use url::Url;

use super::keys::Keys;
use super::report::Findings;
use crate::key::InstanceType;
use crate::options::{self, Values};

pub(super) fn check(values: &Values, keys: &Keys, findings: &mut Findings) {
    authorized_parties(values, findings);
    proxy_url(values, findings);
    satellite(values, keys, findings);
    if let Err(error) = options::api_version(values) {
        findings.problem("api_version", error.message, "Leave it out unless you need an older one.");
    }
}

fn text(option: Option<&String>) -> &str {
    option.map(String::as_str).unwrap_or_default()
}

fn authorized_parties(values: &Values, findings: &mut Findings) {
    const CHECK: &str = "authorized_parties";
    let parties = values.authorized_parties.as_deref().unwrap_or_default();
    if parties.is_empty() {
        findings.warning(
            CHECK,
            "`authorized_parties` is not set: a session cookie is accepted whichever origin it was made for",
            "Name the origins of your application, such as https://app.example.com, here or at each call.",
        );
        return;
    }
    let odd: Vec<&str> = parties.iter().map(String::as_str).filter(|party| !is_origin(party)).collect();
    if odd.is_empty() {
        findings.ok(CHECK, format!("`authorized_parties` names {} origin(s)", parties.len()));
    } else {
        findings.problem(
            CHECK,
            format!("`authorized_parties` names what is no origin, and what no token can name: {}", odd.join(", ")),
            "An origin is scheme, host and port without a slash at the end: https://app.example.com.",
        );
    }
}

fn is_origin(text: &str) -> bool {
    match Url::parse(text) {
        // Of apps and extensions too, whose origins the URL standard does not know.
        Ok(url) if url.origin().is_tuple() => url.origin().ascii_serialization() == text,
        Ok(url) => matches!(url.path(), "" | "/") && !text.ends_with('/'),
        Err(_) => false,
    }
}

fn proxy_url(values: &Values, findings: &mut Findings) {
    const CHECK: &str = "proxy_url";
    let proxy = text(values.proxy_url.as_ref());
    let advice = "It must be like https://app.example.com/__clerk, or a path such as /__clerk.";
    if proxy.is_empty() {
        return;
    }
    if proxy.starts_with('/') {
        findings.ok(CHECK, "`proxy_url` is a path on the origin of each request");
    } else if Url::parse(proxy).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
        findings.ok(CHECK, "`proxy_url` is an absolute URL");
    } else {
        findings.problem(CHECK, "`proxy_url` is neither an absolute URL nor a path that starts with a slash", advice);
    }
}

fn satellite(values: &Values, keys: &Keys, findings: &mut Findings) {
    const CHECK: &str = "satellite";
    let (domain, proxy) = (text(values.domain.as_ref()), text(values.proxy_url.as_ref()));
    let sign_in_url = text(values.sign_in_url.as_ref());
    let is_satellite = values.is_satellite.unwrap_or_default();
    let development = keys.publishable_key.as_ref().map(|key| key.instance_type() == InstanceType::Development);
    if domain.contains(['/', ':', '@', '?', '#', ' ']) {
        findings.problem(CHECK, "`domain` is more than a host", "Leave out scheme, port and path: app.example.com.");
    }
    if !is_satellite {
        if !domain.is_empty() {
            findings.warning(
                CHECK,
                "`domain` is set and `is_satellite` is not: then it does nothing",
                "Set `is_satellite`, or leave `domain` out.",
            );
        }
        return;
    }
    if domain.is_empty() && proxy.is_empty() {
        findings.problem(CHECK, "a satellite needs its `domain`, or a `proxy_url`", "Set one of them.");
    }
    if !domain.is_empty() && !proxy.is_empty() {
        findings.warning(CHECK, "`domain` and `proxy_url` are both set: the proxy wins", "Leave one of them out.");
    }
    if development == Some(true) && sign_in_url.is_empty() {
        findings.problem(
            CHECK,
            "a satellite of a development instance needs `sign_in_url`",
            "Set it to the sign-in page of the primary domain.",
        );
    }
    if !sign_in_url.is_empty() && Url::parse(sign_in_url).is_err() {
        findings.problem(
            CHECK,
            "the `sign_in_url` of a satellite must be absolute: it is on another domain",
            "Set it to the sign-in page of the primary domain.",
        );
    }
    if !findings.has(CHECK) {
        findings.ok(CHECK, "what a satellite needs is there");
    }
}
