//! Which of two sets of cookies counts: those with the instance's suffix or those without (§3.4). Nothing here verifies.

use super::cookies::Cookies;
use crate::token::DecodedToken;

/// What the choice depends on.
pub(crate) struct Choice<'a> {
    pub(crate) cookies: &'a Cookies,
    pub(crate) suffix: &'a str,
    pub(crate) frontend_api: &'a str,
    pub(crate) production: bool,
    pub(crate) now_ms: i64,
}

impl Choice<'_> {
    /// The rules of §3.4, in their order.
    pub(crate) fn uses_suffixed(&self) -> bool {
        let suffixed = |name: &str| self.cookies.get(&format!("{name}_{}", self.suffix));
        let session = self.cookies.get("__session");
        let suffixed_session = suffixed("__session");
        let uat = self.cookies.get("__client_uat");
        let suffixed_uat = suffixed("__client_uat");

        let decoded = session.map(|token| DecodedToken::read(token).ok());
        if let Some(decoded) = &decoded {
            let claim = decoded.as_ref().and_then(|token| token.claim("iss"));
            let Some(claim) = claim.filter(|claim| !crate::token::is_falsy(claim)) else {
                return false;
            };
            // One that is no text is nobody's.
            if crate::token::string(claim).is_none_or(|issuer| without_schemes(&issuer) != self.frontend_api) {
                return true;
            }
        }
        if suffixed_uat.is_none() && suffixed_session.is_none() {
            return false;
        }
        let decoded_suffixed = suffixed_session.and_then(|token| DecodedToken::read(token).ok());
        // A time that is not a number is none (D-17).
        let made = |token: Option<&DecodedToken>| token.and_then(|token| token.integer("iat")).unwrap_or(0);
        let newer = made(decoded.flatten().as_ref()) > made(decoded_suffixed.as_ref());
        if suffixed_uat != Some("0") && uat != Some("0") && newer {
            return false;
        }
        if suffixed_uat == Some("0") && uat != Some("0") {
            return false;
        }
        let expired = decoded_suffixed
            .and_then(|token| token.integer("exp"))
            .is_some_and(|exp| exp <= self.now_ms.div_euclid(1000));
        if !self.production && suffixed_uat != Some("0") && uat == Some("0") && expired {
            return false;
        }
        !(suffixed_uat.is_none() && suffixed_session.is_some())
    }
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
    use super::without_schemes;

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
