//! The URL that the browser asked for, behind whatever proxies (R-301 to R-304, D-5, D-19).

use super::{AuthenticateError, RequestParts};
use url::Url;

/// The request's URL on the origin that the forwarding headers name. Only scheme, host and port are ever replaced; the
/// path is never resolved against anything, so a path such as `//other.host/x` stays a path (D-5).
pub(crate) fn public_url(request: &RequestParts) -> Result<Url, AuthenticateError> {
    let url = request_url(request)?;
    let first = |name| request.raw_header(name).map(|value| value.split(',').next().unwrap_or_default().to_owned());
    let host = first("x-forwarded-host").or_else(|| request.raw_header("host").map(std::borrow::Cow::into_owned));
    let scheme = first("x-forwarded-proto").unwrap_or_else(|| url.scheme().to_owned());
    let Some(host) = host.filter(|host| !host.is_empty()) else {
        return Ok(url);
    };
    Ok(on_origin(&url, &scheme, &host).unwrap_or(url))
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

fn request_url(request: &RequestParts) -> Result<Url, AuthenticateError> {
    let wrong = || {
        AuthenticateError::argument(
            "request.url",
            "must be an absolute http or https URL, or a path that starts with a slash",
        )
    };
    let text = request.url();
    if !text.starts_with('/') {
        return Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https")).ok_or_else(wrong);
    }
    let host = request.header("host").filter(|host| is_plain_host(host));
    let mut url = Url::parse(&format!("http://{}/", host.as_deref().unwrap_or("localhost"))).map_err(|_| wrong())?;
    let text = text.split('#').next().unwrap_or_default();
    let (path, query) = text.split_once('?').map_or((text, None), |(path, query)| (path, Some(query)));
    url.set_path(path);
    url.set_query(query);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::{RequestParts, public_url};

    fn public(url: &str, headers: &[(&str, &str)]) -> String {
        let request = headers
            .iter()
            .fold(RequestParts::new("GET", url), |request, (name, value)| request.with_header(*name, *value));
        public_url(&request).map_or_else(|error| error.to_string(), |url| url.to_string())
    }

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

    #[test]
    fn what_is_no_origin_changes_nothing() {
        let url = "http://localhost:3000/path";
        for host in [
            "",
            ",x",
            "<script>alert(1)</script>",
            "user@evil.com",
            "evil.com/x",
            "a b",
            "evil.com\\x",
            "a:b",
            "a:99999",
            "[::1",
            "a?x",
            "a#x",
            "a.com ,b",
        ] {
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
}
