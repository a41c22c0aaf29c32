//! What a Frontend API's host says: which of Clerk's environments it belongs to, where that one's APIs are, the instance's
//! account portal, and the publishable key of a host (R-352, R-442, R-453, R-454).

use super::{InstanceType, PublishableKey};
use crate::error::ArgumentError;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// One of the environments that Clerk itself runs.
#[derive(Clone, Copy)]
enum Environment {
    Production,
    Local,
    Staging,
}

const LEGACY_DEVELOPMENT: [&str; 3] = [".lcl.dev", ".lclstage.dev", ".lclclerk.com"];

impl Environment {
    fn of(frontend_api: &str) -> Self {
        let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| frontend_api.ends_with(suffix));
        if is_legacy_development(frontend_api) {
            Self::Production
        } else if ends(&[".lcl.dev", "lclstage.dev", ".lclclerk.com"]) {
            Self::Local
        } else if ends(&[".accountsstage.dev"]) {
            Self::Staging
        } else {
            Self::Production
        }
    }
}

fn is_legacy_development(frontend_api: &str) -> bool {
    frontend_api.starts_with("clerk.") && LEGACY_DEVELOPMENT.iter().any(|suffix| frontend_api.ends_with(suffix))
}

/// Where the Backend API of the instance with this publishable key is (R-453). For a key that is none: where it is for all.
///
/// ```
/// use clerk_usher::key::api_url_from_publishable_key;
/// assert_eq!(api_url_from_publishable_key("pk_test_Y2xlcmsuZXhhbXBsZS5jb20k"), "https://api.clerk.com");
/// ```
#[must_use]
pub fn api_url_from_publishable_key(key: &str) -> &'static str {
    match environment_of_key(key) {
        Environment::Production => "https://api.clerk.com",
        Environment::Local => "https://api.lclclerk.com",
        Environment::Staging => "https://api.clerkstage.dev",
    }
}

/// Where the Frontend API proxy sends the requests of the instance with this publishable key (R-442).
pub(crate) fn fapi_url_from_publishable_key(key: &str) -> &'static str {
    match environment_of_key(key) {
        Environment::Production => "https://frontend-api.clerk.dev",
        Environment::Local => "https://frontend-api.lclclerk.com",
        Environment::Staging => "https://frontend-api.clerkstage.dev",
    }
}

fn environment_of_key(key: &str) -> Environment {
    PublishableKey::parse(key).map_or(Environment::Production, |key| Environment::of(key.frontend_api()))
}

/// The account portal of the instance with this Frontend API (R-352).
pub(crate) fn accounts_portal(frontend_api: &str) -> String {
    if frontend_api.is_empty() {
        return String::new();
    }
    let host = frontend_api.replacen("clerk.accountsstage.", "accountsstage.", 1);
    let of_development = "clerk.accounts.";
    let cut = if host.contains(of_development) { of_development } else { "clerk." };
    format!("{}://{}", scheme_of(frontend_api), host.replacen(cut, "accounts.", 1))
}

/// How a Frontend API's host is spoken to. On this machine's loopback it is an emulator, which has no TLS.
pub(crate) fn scheme_of(frontend_api: &str) -> &'static str {
    let without_port = frontend_api.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    let host = without_port.map_or(frontend_api, |(host, _)| host);
    let loopback = host == "localhost"
        || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    if loopback { "http" } else { "https" }
}

/// The publishable key of the instance whose Frontend API is at this host (R-454).
///
/// # Errors
/// [`ArgumentError`] for `host`, if no key can hold it.
pub fn publishable_key_from_host(host: &str) -> Result<String, ArgumentError> {
    let kind = if is_development_host(host) { InstanceType::Development } else { InstanceType::Production };
    let prefix = match kind {
        InstanceType::Development => "pk_test_",
        InstanceType::Production => "pk_live_",
    };
    let key = format!("{prefix}{}", STANDARD_NO_PAD.encode(format!("{host}$")));
    let plain = !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_graphic() && !b"/\\@?#".contains(&byte));
    if plain && PublishableKey::parse(&key).is_ok() {
        return Ok(key);
    }
    Err(ArgumentError::new("host", "`host` must be the host of a Frontend API, such as clerk.example.com"))
}

/// The publishable key for requests to this host (R-454): that of `clerk.<host>`, for applications with many domains.
/// `fallback` is the application's own key; if it is one of a development instance it is the answer.
///
/// # Errors
/// [`ArgumentError`] for `host`, if it is empty or no host.
pub fn publishable_key_from_request_host(host: &str, fallback: Option<&str>) -> Result<String, ArgumentError> {
    if let Some(key) = fallback
        && InstanceType::of_publishable_key(key) == Some(InstanceType::Development)
    {
        return Ok(key.to_owned());
    }
    let wrong = || ArgumentError::new("host", "`host` must be the host of a request, such as app.example.com:3000");
    let lower = host.to_ascii_lowercase();
    let name = match lower.split_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        Some(_) => return Err(wrong()),
        None => lower.as_str(),
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    if name.is_empty() || !name.bytes().all(plain) {
        return Err(wrong());
    }
    publishable_key_from_host(&format!("clerk.{name}"))
}

/// `two-words-12.clerk.accounts….dev` or `….com`, in any case; or a legacy development host.
fn is_development_host(host: &str) -> bool {
    if is_legacy_development(host) {
        return true;
    }
    let lower = host.to_ascii_lowercase();
    let Some((name, rest)) = lower.split_once(".clerk.accounts") else {
        return false;
    };
    let parts: Vec<&str> = name.split('-').collect();
    let [first, second, number] = parts.as_slice() else {
        return false;
    };
    let word = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase());
    let digits = (1..=2).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    let middle = rest.strip_suffix("dev").or_else(|| rest.strip_suffix("com"));
    let letters = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'.');
    word(first) && word(second) && digits && middle.is_some_and(letters)
}

#[cfg(test)]
mod tests {
    use super::{accounts_portal, publishable_key_from_host, publishable_key_from_request_host, scheme_of};
    use crate::key::PublishableKey;
    use proptest::prelude::*;

    #[test]
    fn portals() {
        assert_eq!(accounts_portal("one-two-three.clerk.accounts.dev"), "https://one-two-three.accounts.dev");
        assert_eq!(accounts_portal("one-two-three.clerk.accountsstage.dev"), "https://one-two-three.accountsstage.dev");
        assert_eq!(accounts_portal("clerk.example.com"), "https://accounts.example.com");
        assert_eq!(accounts_portal(""), "");
        assert_eq!(accounts_portal("127.0.0.1:4000"), "http://127.0.0.1:4000");
    }

    #[test]
    fn only_this_machine_is_spoken_to_without_tls() {
        for host in ["127.0.0.1", "127.0.0.1:4000", "localhost:80", "localhost", "[::1]:4000", "[::1]"] {
            assert_eq!(scheme_of(host), "http", "{host}");
        }
        for host in ["", "clerk.example.com", "10.0.0.1:80", "localhost.example.com", "127.0.0.1.example.com", "a:b:1"]
        {
            assert_eq!(scheme_of(host), "https", "{host}");
        }
    }

    proptest! {
        #[test]
        fn what_is_built_can_be_read(host in "\\PC{0,40}") {
            if let Ok(key) = publishable_key_from_host(&host) {
                prop_assert_eq!(PublishableKey::parse(&key).map(|key| key.frontend_api().to_owned()), Ok(host.clone()));
            }
            if let Ok(key) = publishable_key_from_request_host(&host, None) {
                prop_assert!(PublishableKey::parse(&key).is_ok_and(|key| key.frontend_api().starts_with("clerk.")));
            }
        }
    }
}
