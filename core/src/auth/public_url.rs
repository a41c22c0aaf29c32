//! The URL that the browser asked for, behind whatever proxies (R-301 to R-304, D-5, D-19).

use super::plain_url::{PublicUrl, is_plain_authority};
use super::request::Header;
use super::{AuthenticateError, RequestParts};
use std::borrow::Cow;
use url::Url;

/// The request's URL on the origin that the forwarding headers name. Only scheme, host and port are ever replaced; the
/// path is never resolved against anything, so a path such as `//other.host/x` stays a path (D-5).
///
/// Where that costs nothing, room for so many bytes more is left behind its text.
pub(crate) fn public_url(request: &RequestParts<'_>, room: usize) -> Result<PublicUrl, AuthenticateError> {
    let forwarded = Forwarded::of(request);
    match plain_url(request, &forwarded, room) {
        Some(url) => Ok(url),
        None => parsed_url(request, &forwarded).map(PublicUrl::from),
    }
}

/// What the forwarding headers name: of a list, its first.
struct Forwarded<'a> {
    host: Option<Cow<'a, str>>,
    scheme: Option<Cow<'a, str>>,
}

impl<'a> Forwarded<'a> {
    fn of(request: &'a RequestParts<'_>) -> Self {
        let first = |header| request.raw_header(header).map(first_of);
        Self { host: first(Header::ForwardedHost).or_else(|| request.host()), scheme: first(Header::ForwardedProto) }
    }
}

fn first_of(list: Cow<'_, str>) -> Cow<'_, str> {
    match list {
        Cow::Borrowed(text) => Cow::Borrowed(text.split(',').next().unwrap_or_default()),
        Cow::Owned(text) => Cow::Owned(text.split(',').next().unwrap_or_default().to_owned()),
    }
}

/// The URL where all that makes it up is plain: nearly always. What is in the end none of it need not be looked at.
fn plain_url(request: &RequestParts<'_>, forwarded: &Forwarded<'_>, room: usize) -> Option<PublicUrl> {
    let text = request.url();
    let (scheme, authority, target) = if text.starts_with('/') {
        (request.scheme(), None, text)
    } else {
        let (scheme, rest) = match text.strip_prefix("https://") {
            Some(rest) => ("https", rest),
            None => ("http", text.strip_prefix("http://")?),
        };
        let (authority, target) = rest.split_at(memchr::memchr(b'/', rest.as_bytes())?);
        (scheme, Some(authority), target)
    };
    match forwarded.host.as_deref().filter(|host| !host.is_empty()) {
        // One of its own that cannot be parsed is none.
        Some(_) if authority.is_some_and(|authority| !is_plain_authority(scheme, authority)) => None,
        Some(host) => PublicUrl::plain(forwarded.scheme.as_deref().unwrap_or(scheme), host, target, room),
        // A scheme alone moves nothing.
        None => PublicUrl::plain(scheme, authority?, target, room),
    }
}

/// The same by parsing whatever came.
fn parsed_url(request: &RequestParts<'_>, forwarded: &Forwarded<'_>) -> Result<Url, AuthenticateError> {
    let url = request_url(request)?;
    let scheme = forwarded.scheme.as_deref().unwrap_or(url.scheme());
    let Some(host) = forwarded.host.as_deref().filter(|host| !host.is_empty()) else {
        return Ok(url);
    };
    Ok(on_origin(&url, scheme, host).unwrap_or(url))
}

/// The same URL on another origin. `None` if that is none, or its own.
fn on_origin(url: &Url, scheme: &str, host: &str) -> Option<Url> {
    if !matches!(scheme, "http" | "https") || !is_plain_host(host) {
        return None;
    }
    let origin = Url::parse(&format!("{scheme}://{host}/")).ok()?;
    if origin.origin() == url.origin() {
        return None;
    }
    let mut rebased = url.clone();
    // In this order: setting the scheme drops a port that is the new scheme's own.
    rebased.set_scheme(origin.scheme()).ok()?;
    rebased.set_host(origin.host_str()).ok()?;
    rebased.set_port(origin.port()).ok()?;
    rebased.set_fragment(None);
    Some(rebased)
}

/// A host and perhaps a port, of plain characters: no user information, path, or anything that a parser might read
/// another way (D-19).
fn is_plain_host(host: &str) -> bool {
    let plain = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
    };
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, after))
                if address.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.')) =>
            {
                ("ipv6", if after.is_empty() { None } else { Some(after.strip_prefix(':').unwrap_or("-")) })
            }
            _ => return false,
        },
        None => match host.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (host, None),
        },
    };
    plain(name) && port.is_none_or(|port| port.parse::<u16>().is_ok() && port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The URL as the server got it. Nothing that a client can send is an error; what is no host is `localhost`.
fn request_url(request: &RequestParts<'_>) -> Result<Url, AuthenticateError> {
    let wrong = || {
        AuthenticateError::argument(
            "request.url",
            "must be an absolute http or https URL, or a path that starts with a slash",
        )
    };
    let text = request.url();
    let after_scheme = after_scheme(text);
    if after_scheme.is_none() && !text.starts_with('/') && text != "*" && !request.is_received() {
        return Err(wrong());
    }
    if let (Some(_), Ok(mut url)) = (after_scheme, Url::parse(text)) {
        // These fail for URLs without a host only.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        return Ok(url);
    }
    let on = |host: &str| Url::parse(&format!("{}://{host}/", request.scheme())).ok();
    let named = request.host().filter(|host| is_plain_host(host)).and_then(|host| on(&host));
    let mut url = named.or_else(|| on("localhost")).ok_or_else(wrong)?;
    let text = match after_scheme {
        Some(rest) => rest.find(['/', '?', '#']).and_then(|end| rest.get(end..)).unwrap_or_default(),
        None => text,
    };
    let text = text.split('#').next().unwrap_or_default();
    let (path, query) = text.split_once('?').map_or((text, None), |(path, query)| (path, Some(query)));
    url.set_path(path);
    url.set_query(query);
    Ok(url)
}

/// What follows `http://` or `https://`.
fn after_scheme(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once("://")?;
    ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::{Forwarded, RequestParts, parsed_url, public_url};
    use proptest::prelude::*;

    fn public(url: &str, headers: &[(&str, &str)]) -> String {
        shown(RequestParts::new("GET", url), headers)
    }

    fn received(target: &str, headers: &[(&str, &str)]) -> String {
        shown(RequestParts::received("GET", target), headers)
    }

    fn shown(request: RequestParts<'_>, headers: &[(&str, &str)]) -> String {
        let request = headers.iter().fold(request, |request, (name, value)| request.with_header(*name, *value));
        let shown = public_url(&request, 0).map_or_else(|error| error.to_string(), |url| url.as_str().to_owned());
        let parsed = parsed_url(&request, &Forwarded::of(&request));
        assert_eq!(shown, parsed.map_or_else(|error| error.to_string(), |url| url.to_string()), "by either way");
        shown
    }

    /// Hosts that a client can send and that are none.
    const NO_HOSTS: [&str; 20] = [
        "",
        ",x",
        "<script>alert(1)</script>",
        "user@evil.com",
        "user:pass@evil.com",
        "evil.com/x",
        "evil.com/x?y=1#",
        "a b",
        "exa mple",
        "evil.com\\x",
        "a:b",
        "a:99999",
        "a:",
        "[::1",
        "[:::]",
        "1.2.3.999",
        "xn--a",
        "a?x",
        "a#x",
        "a.com ,b",
    ];

    #[test]
    fn forwarding_headers_move_the_origin() {
        let url = "http://localhost:3000/path?a=1#top";
        assert_eq!(public(url, &[]), "http://localhost:3000/path?a=1#top");
        assert_eq!(public(url, &[("Host", "localhost:3000")]), "http://localhost:3000/path?a=1#top");
        assert_eq!(public(url, &[("host", "example.com")]), "http://example.com/path?a=1");
        assert_eq!(
            public(
                url,
                &[("X-Forwarded-Host", "example.com,inner"), ("X-FORWARDED-PROTO", "https,http"), ("host", "inner")]
            ),
            "https://example.com/path?a=1"
        );
        assert_eq!(public(url, &[("x-forwarded-host", "example.com:3213")]), "http://example.com:3213/path?a=1");
        assert_eq!(public(url, &[("x-forwarded-host", "[::1]:8080")]), "http://[::1]:8080/path?a=1");
        assert_eq!(
            public("https://a.example/p", &[("x-forwarded-proto", "http"), ("host", "a.example")]),
            "http://a.example/p"
        );
    }

    proptest! {
        /// Whichever way is taken, as `shown` holds the two together.
        #[test]
        fn what_is_plain_is_what_is_parsed(
            url in "(https?://)?([a-z]{1,3}\\.[a-z]{1,3}|A|localhost)?(:[0-9]{1,4})?/[a-z./?%&=#' ]{0,8}",
            headers in prop::collection::vec(
                (
                    prop::sample::select(vec!["host", "x-forwarded-host", "x-forwarded-proto", ":authority", ":scheme"]),
                    prop::sample::select(vec!["", "a.io", "b.io:81", "https", "http", "ftp", "a.io,b.io", "a b", "A.io", "[::1]", "1.2.3.4"]),
                ),
                0..4,
            ),
            scheme in "(https?)?",
            is_received: bool,
        ) {
            let request =
                if is_received { RequestParts::received("GET", url) } else { RequestParts::new("GET", url) };
            shown(request.with_scheme(scheme), &headers);
        }
    }

    #[test]
    fn a_scheme_alone_moves_nothing() {
        for host in [None, Some(("x-forwarded-host", ""))] {
            let headers: Vec<_> = host.into_iter().chain([("x-forwarded-proto", "https")]).collect();
            assert_eq!(public("http://app.example.com/p", &headers), "http://app.example.com/p");
        }
    }

    #[test]
    fn what_is_no_origin_changes_nothing() {
        let url = "http://localhost:3000/path";
        for host in NO_HOSTS {
            assert_eq!(public(url, &[("x-forwarded-host", host), ("host", "localhost:3000")]), url, "{host}");
        }
        for proto in ["", "ftp", "javascript", "https:"] {
            assert_eq!(
                public(url, &[("x-forwarded-host", "example.com"), ("x-forwarded-proto", proto)]),
                url,
                "{proto}"
            );
        }
    }

    #[test]
    fn a_path_is_never_an_origin() {
        let https = [("x-forwarded-proto", "https"), ("x-forwarded-host", "app.example.com")];
        assert_eq!(public("http://localhost//evil.com/x", &https), "https://app.example.com//evil.com/x");
        assert_eq!(public("//evil.com/x", &[("host", "app.example.com")]), "http://app.example.com//evil.com/x");
        assert_eq!(public("/p?q=//x#f", &[("host", "app.example.com:81")]), "http://app.example.com:81/p?q=//x");
        assert_eq!(public("/p", &[("host", "evil.com/x@y")]), "http://localhost/p");
        assert!(public("p", &[]).contains("request.url"));
        assert!(public("ftp://x/y", &[]).contains("request.url"));
        assert!(public("", &[]).contains("request.url"));
    }

    #[test]
    fn nothing_that_is_sent_is_an_error() {
        for host in NO_HOSTS {
            let headers = [("host", host)];
            assert_eq!(received("/p?a=1", &headers), "http://localhost/p?a=1", "{host}");
            assert_eq!(public("/p?a=1", &headers), "http://localhost/p?a=1", "{host}");
            if !host.starts_with(',') {
                let absolute = public(&format!("http://{host}/p?a=1"), &[]);
                assert!(absolute.starts_with("http://") && !absolute.contains('@'), "{host}: {absolute}");
            }
        }
        let host = [("host", "a.io")];
        assert_eq!(received("*", &host), "http://a.io/*");
        assert_eq!(public("*", &host), "http://a.io/*");
        assert_eq!(received("", &host), "http://a.io/");
        assert_eq!(received("p", &host), "http://a.io/p");
        assert_eq!(received("ftp://x/y?z", &host), "http://a.io/ftp://x/y?z");
        assert_eq!(received("\u{0}\u{ff}\\x", &host), "http://a.io/%00%C3%BF/x");
        assert_eq!(received("http://a:99999/p?q#f", &host), "http://a.io/p?q");
        assert_eq!(received("http://a:99999", &host), "http://a.io/");
        assert_eq!(received("HTTP://me:secret@b.io/p", &[]), "http://b.io/p");
        assert_eq!(public("https://me@b.io/p", &host), "https://a.io/p");
    }

    #[test]
    fn the_connection_says_the_scheme() {
        let of = |scheme: &str, headers: &[(&str, &str)]| {
            shown(RequestParts::received("GET", "/p").with_scheme(scheme), headers)
        };
        assert_eq!(of("https", &[("host", "a.io")]), "https://a.io/p");
        assert_eq!(of("https", &[]), "https://localhost/p");
        assert_eq!(of("HTTPS", &[("host", "a.io:443")]), "https://a.io/p");
        for scheme in ["", "http", "javascript", "ws", "https://evil.com/"] {
            assert_eq!(of(scheme, &[("host", "a.io")]), "http://a.io/p", "{scheme}");
        }
        // As HTTP/2 has it.
        let fields = [(":authority", "a.io:81"), (":scheme", "https")];
        assert_eq!(of("", &fields), "https://a.io:81/p");
        assert_eq!(of("http", &fields), "http://a.io:81/p");
        assert_eq!(of("", &[(":authority", "me@a.io"), (":scheme", "x")]), "http://localhost/p");
        assert_eq!(of("http", &[(":authority", "a.io"), ("x-forwarded-proto", "https")]), "https://a.io/p");
    }
}
