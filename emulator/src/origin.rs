//! Whose application is this origin? Any page that a developer visits can reach the loopback, and only applications of the
//! instance may learn who is signed in.

use crate::errors::ApiError;
use crate::page::is_own;
use crate::state::Shared;
use crate::store::Store;
use http::{HeaderMap, HeaderName, header};
use std::net::IpAddr;

const PROXY_URL: HeaderName = HeaderName::from_static("clerk-proxy-url");
const SECRET_KEY: HeaderName = HeaderName::from_static("clerk-secret-key");

/// The parts of the origin of a URL, in lower case, with the port that its scheme stands for.
#[derive(Debug, PartialEq)]
struct Origin {
    scheme: String,
    host: String,
    port: Option<u16>,
}

impl Origin {
    /// Reads the beginning of a URL; none where a browser might see another host in it than is seen here.
    fn parse(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let scheme = scheme.to_ascii_lowercase();
        let authority = rest.split(['/', '?', '#']).next()?;
        let (host, port) = split(authority)?;
        let port = match port {
            "" => standard_port(&scheme),
            port => Some(port.parse().ok()?),
        };
        Some(Origin { scheme, host: host.to_ascii_lowercase(), port })
    }

    fn is_web(&self) -> bool {
        matches!(&*self.scheme, "http" | "https")
    }

    /// Whether only this machine or its own network can have it: nobody can register such a name or address.
    fn is_near(&self) -> bool {
        if self.host == "localhost" || self.host.ends_with(".localhost") {
            return true;
        }
        let address = match self.host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(address) => address.to_canonical(),
            Err(_) => return false,
        };
        match address {
            IpAddr::V4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
            IpAddr::V6(address) => {
                address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
            }
        }
    }

    /// Whether it is at a domain or below it. The port does not count: it takes the host to open one.
    fn is_at(&self, domain: &str) -> bool {
        let Some((domain, _)) = split(domain) else { return false };
        let domain = domain.to_ascii_lowercase();
        let below = || self.host.strip_suffix(&*domain).is_some_and(|rest| rest.ends_with('.'));
        self.host == domain || (domain.contains('.') && !domain.starts_with('[') && below())
    }
}

fn standard_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

/// Host and port of an authority that has no credentials, no escapes and nothing else to read in two ways.
fn split(authority: &str) -> Option<(&str, &str)> {
    let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.find(']')) {
        Some(end) => authority.split_at(end + 2),
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let port = if port.is_empty() { port } else { port.strip_prefix(':')? };
    let inner = host.strip_prefix('[').map_or(host, |rest| rest.trim_end_matches(']'));
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c) || (c == ':' && inner != host);
    (!inner.is_empty() && inner.chars().all(plain) && port.chars().all(|c| c.is_ascii_digit())).then_some((host, port))
}

/// Whether a URL, or an origin, belongs to an application of this instance.
pub(crate) fn is_known(shared: &Shared, store: &Store, url: &str) -> bool {
    let Some(origin) = Origin::parse(url) else { return false };
    let same = |known: &str| Origin::parse(known).is_some_and(|known| known == origin);
    let settings = store.settings();
    if settings.allowed_origins.iter().flatten().any(|allowed| same(allowed)) {
        return true;
    }
    // An app's own scheme, such as `capacitor`, is anybody's who is on the phone: it has to be allowed by name.
    origin.is_web()
        && (origin.is_near()
            || same(&shared.url)
            || settings.development_origin.as_deref().is_some_and(same)
            || store.redirect_urls.values().any(|row| same(&row.url))
            || store.domains.values().any(|domain| {
                domain.name.as_deref().is_some_and(|name| origin.is_at(name))
                    || domain.proxy_url.as_deref().is_some_and(same)
            }))
}

/// As [`is_known`], of a URL in a request. A proxy that shows the secret key speaks for the origin it stands at.
pub(crate) fn is_known_to(shared: &Shared, store: &Store, headers: &HeaderMap, url: &str) -> bool {
    let proxied = || {
        let proxy = text(headers, &SECRET_KEY).filter(|key| *key == shared.secret_key).and(text(headers, &PROXY_URL));
        proxy.and_then(Origin::parse).is_some_and(|proxy| proxy.is_web() && Origin::parse(url) == Some(proxy))
    };
    is_known(shared, store, url) || proxied()
}

/// Whether a page that is no application of this instance may have sent the browser here.
pub(crate) fn is_foreign(shared: &Shared, store: &Store, headers: &HeaderMap) -> bool {
    match text(headers, &header::ORIGIN).or_else(|| text(headers, &header::REFERER)) {
        Some(sender) => !is_known_to(shared, store, headers, sender),
        None => text(headers, &HeaderName::from_static("sec-fetch-site")) == Some("cross-site"),
    }
}

/// The address without what follows the origin, to name it to people.
pub(crate) fn shown(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url.get(start..).and_then(|rest| rest.find(['/', '?', '#'])).map_or(url.len(), |at| start + at);
    url.get(..end).unwrap_or(url)
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("?"))
}

/// Refuses what came under a name that somebody else pointed at this machine (DNS rebinding): to the browser such a page
/// and the emulator are one origin. Who has the secret key is no such page, whatever it calls this machine.
///
/// # Errors
/// 403 with the names that are right.
pub(crate) fn check_host(shared: &Shared, head: &http::request::Parts) -> Result<(), ApiError> {
    let headers = &head.headers;
    let own = text(headers, &header::HOST).is_none_or(|host| is_own(host, &shared.url));
    if shared.is_remote || own || !head.uri.path().starts_with("/v1/") {
        return Ok(());
    }
    let bearer =
        text(headers, &header::AUTHORIZATION).and_then(|value| value.split_once(' ')).map(|(_, key)| key.trim());
    if [bearer, text(headers, &SECRET_KEY)].into_iter().flatten().any(|key| key == shared.secret_key) {
        return Ok(());
    }
    let why = format!("The Host must be that of {}, localhost or a loopback address.", shared.url);
    Err(ApiError::new(403, "host_invalid", "Invalid host", why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn near_are_names_and_addresses_that_nobody_can_register() {
        for near in [
            "http://localhost:3000/a?b",
            "https://LOCALHOST",
            "http://a.localhost",
            "http://127.9.9.9:1",
            "http://[::1]:80",
            "http://10.1.2.3",
            "http://172.31.0.1",
            "http://192.168.0.9",
            "http://169.254.1.1",
            "http://[fd00::1]",
            "http://[fe80::1]",
            "http://[::ffff:10.0.0.1]",
        ] {
            assert!(Origin::parse(near).is_some_and(|origin| origin.is_near()), "{near}");
        }
        for far in [
            "http://evil.example",
            "http://localhost.evil.example",
            "http://evillocalhost",
            "http://172.32.0.1",
            "http://8.8.8.8",
            "http://010.0.0.1",
            "http://2130706433",
            "http://[2001:db8::1]",
            "http://127.0.0.1.evil.example",
        ] {
            assert!(Origin::parse(far).is_some_and(|origin| !origin.is_near()), "{far}");
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_no_origin() {
        for odd in [
            "",
            "null",
            "localhost",
            "//localhost",
            "http://",
            "http:///a",
            "http://evil.example\\@localhost",
            "http://localhost\\.evil.example",
            "http://u@localhost",
            "http://[::1]evil.example",
            "http://[::1",
            "http://localhost%2eevil.example",
            "http://localhost:1x",
            "http://localhost:99999",
            "http://local host",
            "http://ü.localhost",
        ] {
            assert!(Origin::parse(odd).is_none(), "{odd}");
        }
    }

    #[test]
    fn the_standard_port_need_not_be_said() {
        assert_eq!(Origin::parse("https://a.b"), Origin::parse("HTTPS://A.b:443/x"));
        assert_ne!(Origin::parse("https://a.b"), Origin::parse("http://a.b"));
        assert_ne!(Origin::parse("http://a.b"), Origin::parse("http://a.b:8080"));
    }

    #[test]
    fn below_a_domain_is_at_it() {
        let at = |url: &str, domain: &str| Origin::parse(url).expect("an origin").is_at(domain);
        assert!(at("https://a.io", "A.io:3000") && at("https://x.a.io:1", "a.io"));
        assert!(
            !at("https://xa.io", "a.io") && !at("https://a.io.evil.example", "a.io") && !at("https://evil.com", "com")
        );
    }

    proptest! {
        #[test]
        fn no_text_but_a_plain_origin_is_near(text in "https?://[a-z\\\\@:.%\\[\\]/?# 0-9]{0,12}(localhost|127\\.0\\.0\\.1)\\PC{0,8}") {
            let near = Origin::parse(&text).is_some_and(|origin| origin.is_near());
            // The judge: what the parser of addresses sees as the host, if it takes the text at all.
            let uri = crate::target::Target::parse(&text).and_then(|target| target.plain().parse::<http::Uri>().ok());
            let host = uri.as_ref().and_then(http::Uri::host).unwrap_or("localhost").to_ascii_lowercase();
            prop_assert!(!near || host.ends_with("localhost") || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok());
        }
    }

    #[test]
    fn an_origin_is_shown_without_the_rest() {
        assert_eq!(shown("https://a.b:1/c?d"), "https://a.b:1");
        assert_eq!((shown("http://a.b?x"), shown("x")), ("http://a.b", "x"));
    }
}
