//! The origin that browsers see.

use url::Url;

use super::IncomingRequest;

/// `x-forwarded-proto` and `x-forwarded-host`, if both are there and make an origin; else the request's own.
pub(super) fn public_origin(request: &IncomingRequest, url: &Url) -> String {
    let first = |name| request.header(name).and_then(|value| value.split(',').next()).map(str::trim);
    let forwarded = || {
        let (scheme, host) = (first("x-forwarded-proto")?, first("x-forwarded-host")?);
        let known = matches!(scheme, "http" | "https") && is_plain_host(host);
        known.then(|| Url::parse(&format!("{scheme}://{host}/")).ok()).flatten()
    };
    forwarded().as_ref().unwrap_or(url).origin().ascii_serialization()
}

/// The host, and the port if it is not the scheme's own.
pub(super) fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// A host and perhaps a port, of plain characters: nothing that a parser might take for a path or for user information.
pub(super) fn is_plain_host(host: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'[' | b']');
    !host.is_empty() && host.bytes().all(plain)
}
