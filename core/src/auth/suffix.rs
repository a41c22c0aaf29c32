//! Which of two sets of cookies counts: those with the instance's suffix or those without (§3.4). Nothing here verifies.

use super::cookies::{Cookie, Cookies};
use crate::token::{ReadToken, TokenError, Verifier};
use std::borrow::Cow;

/// What the choice depends on.
pub(crate) struct Choice<'a, 'c> {
    pub(crate) cookies: &'a Cookies<'c>,
    pub(crate) frontend_api: &'a str,
    pub(crate) production: bool,
    pub(crate) now_ms: i64,
    pub(crate) verifier: &'a Verifier,
}

/// A cookie's token, and what it says.
pub(crate) type CookieToken<'a> = (Cow<'a, str>, Result<ReadToken, TokenError>);

/// What was chosen.
pub(crate) struct Chosen<'a> {
    /// Whether the cookies with the suffix count.
    pub(crate) suffixed: bool,
    /// The session that does.
    pub(crate) session: Option<CookieToken<'a>>,
}

impl<'c> Choice<'_, 'c> {
    /// The rules of §3.4, and the session's token that comes of them: read once, whatever was asked of it meanwhile.
    pub(crate) fn make(&self) -> Chosen<'c> {
        let read = |token: Cow<'c, str>| {
            let read = self.verifier.read(&token);
            (token, read)
        };
        let session = self.cookies.get(Cookie::Session).map(read);
        // Most requests have the cookie in one form only.
        let with_suffix = self.cookies.suffixed(Cookie::Session).map(read);
        let suffixed = self.uses_suffixed(session.as_ref(), with_suffix.as_ref());
        Chosen { suffixed, session: if suffixed { with_suffix } else { session } }
    }

    /// The rules of §3.4, in their order.
    fn uses_suffixed(&self, session: Option<&CookieToken<'_>>, suffixed_session: Option<&CookieToken<'_>>) -> bool {
        let uat = self.cookies.get(Cookie::ClientUat);
        let suffixed_uat = self.cookies.suffixed(Cookie::ClientUat);
        let (uat, suffixed_uat) = (uat.as_deref(), suffixed_uat.as_deref());

        if let Some((_, read)) = session {
            let Some(claim) = read.as_ref().ok().and_then(|token| token.claim("iss")) else {
                return false;
            };
            if !is_usual_issuer(claim, self.frontend_api) {
                if crate::token::is_falsy(claim) {
                    return false;
                }
                // One that is no text is nobody's.
                if crate::token::text(claim).is_none_or(|issuer| without_schemes(&issuer) != self.frontend_api) {
                    return true;
                }
            }
        }
        if suffixed_uat.is_none() && suffixed_session.is_none() {
            return false;
        }
        let integer =
            |token: Option<&CookieToken<'_>>, name: &str| token.and_then(|(_, read)| read.as_ref().ok()?.integer(name));
        // A time that is not a number is none (D-17).
        let newer = integer(session, "iat").unwrap_or(0) > integer(suffixed_session, "iat").unwrap_or(0);
        if suffixed_uat != Some("0") && uat != Some("0") && newer {
            return false;
        }
        if suffixed_uat == Some("0") && uat != Some("0") {
            return false;
        }
        let expired = integer(suffixed_session, "exp").is_some_and(|exp| exp <= self.now_ms.div_euclid(1000));
        if !self.production && suffixed_uat != Some("0") && uat == Some("0") && expired {
            return false;
        }
        !(suffixed_uat.is_none() && suffixed_session.is_some())
    }
}

/// Whether a claim, as JSON text, is this Frontend API as instances write it: with its scheme, and nothing escaped. Any
/// other may still be.
fn is_usual_issuer(claim: &str, frontend_api: &str) -> bool {
    let host = claim.strip_prefix("\"https://").and_then(|rest| rest.strip_suffix('"'));
    // With a colon it might have a scheme of its own, with a backslash be another text.
    host == Some(frontend_api) && memchr::memchr2(b':', b'\\', frontend_api.as_bytes()).is_none()
}

/// The issuer without any `http://` or `https://`, in any case. One pass, as an issuer is as long as its sender likes;
/// what comes together by removing one is left.
fn without_schemes(issuer: &str) -> String {
    // Of the same length, as only ASCII changes.
    let lower = issuer.to_ascii_lowercase();
    let mut left = String::with_capacity(issuer.len());
    let mut done = 0;
    while let Some(at) = lower[done..].find("http").map(|at| done + at) {
        let rest = &lower[at..];
        left.push_str(&issuer[done..at]);
        done = match ["http://", "https://"].into_iter().find(|scheme| rest.starts_with(scheme)) {
            Some(scheme) => at + scheme.len(),
            None => {
                left.push_str(&issuer[at..at + "http".len()]);
                at + "http".len()
            }
        };
    }
    left.push_str(&issuer[done..]);
    left
}

#[cfg(test)]
mod tests {
    use super::{is_usual_issuer, without_schemes};
    use proptest::prelude::*;
    use serde_json::Value;

    proptest! {
        #[test]
        fn the_short_way_is_the_long_way(scheme in "(https?://)?", host in "[a-z.:/\"\\\\]{0,6}(https?://)?[a-z.:/]{0,6}") {
            let issuer = format!("{scheme}{host}");
            let claim = Value::from(issuer.as_str()).to_string();
            prop_assert!(!is_usual_issuer(&claim, &host) || without_schemes(&issuer) == host, "{issuer}");
        }
    }

    #[test]
    fn the_usual_issuer() {
        assert!(is_usual_issuer("\"https://clerk.example.com\"", "clerk.example.com"));
        for claim in
            ["null", "\"\"", "\"https://clerk.example.co\"", "\"http://clerk.example.com\"", "\"clerk.example.com\""]
        {
            assert!(!is_usual_issuer(claim, "clerk.example.com"), "{claim}");
        }
        assert!(!is_usual_issuer("\"https://a:1\"", "a:1") && !is_usual_issuer("\"https://a\\\\b\"", "a\\\\b"));
    }

    #[test]
    fn schemes_are_removed_in_one_pass() {
        for (issuer, left) in [
            ("https://clerk.example.com", "clerk.example.com"),
            ("HTTP://clerk.example.com", "clerk.example.com"),
            ("clerk.example.com", "clerk.example.com"),
            ("https://http://a", "a"),
            ("ahttps://bhttp://c", "abc"),
            ("httphttp://a", "httpa"),
            ("http:/a", "http:/a"),
            ("httpsx://a", "httpsx://a"),
            ("é\u{212a}https://é", "é\u{212a}é"),
            ("", ""),
            // What removing one puts together stays.
            ("hhttps://ttps://clerk.example.com", "https://clerk.example.com"),
        ] {
            assert_eq!(without_schemes(issuer), left, "{issuer}");
        }
        assert_eq!(without_schemes(&"https://".repeat(5_900)), "");
    }
}
