//! Who may ask for a page. A name that somebody else pointed at this machine (DNS rebinding) is no name of ours, and a
//! form is only taken from a page of ours.

use super::notice;
use crate::api::{Call, Reply};
use http::{Method, header};

/// The host of an authority, without port and brackets, in lower case.
fn host_of(authority: &str) -> Option<String> {
    let authority: http::uri::Authority = authority.parse().ok()?;
    if authority.as_str().contains('@') {
        return None;
    }
    Some(authority.host().trim_matches(['[', ']']).to_ascii_lowercase())
}

/// Whether a name can only mean this machine, or is the one that the emulator was given.
pub(crate) fn is_own(authority: &str, url: &str) -> bool {
    let Some(host) = host_of(authority) else { return false };
    let loopback = host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    loopback || url.split_once("://").and_then(|(_, authority)| host_of(authority)).is_some_and(|own| own == host)
}

/// # Errors
/// The page that says why not.
pub(super) fn check(call: &Call<'_>) -> Result<(), Reply> {
    let host = call.header(&header::HOST);
    if !is_own(host, &call.shared.url) {
        let text = format!("These pages are at {} and nowhere else.", call.shared.url);
        return Err(notice(403, "Wrong host", &text));
    }
    if matches!(call.head.method, Method::GET | Method::HEAD) {
        return Ok(());
    }
    let origin = call.header(&header::ORIGIN);
    if origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host)) {
        return Ok(());
    }
    Err(notice(
        403,
        "Wrong origin",
        "This form was not sent by a page of the emulator. Open the page again, and send it from there.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_this_machine() {
        let url = "http://10.0.0.7:4000";
        for own in ["localhost", "LOCALHOST:4000", "127.0.0.1:1", "127.9.9.9", "[::1]:4000", "a.localhost", "10.0.0.7"]
        {
            assert!(is_own(own, url), "{own}");
        }
        for other in
            ["", "evil.example", "evil.example:4000", "localhost.evil.example", "10.0.0.8", "u@localhost", "1270.0.0.1"]
        {
            assert!(!is_own(other, url), "{other}");
        }
    }
}
