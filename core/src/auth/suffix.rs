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
            let issuer = decoded.as_ref().and_then(|token| token.string("iss")).filter(|issuer| !issuer.is_empty());
            match issuer {
                None => return false,
                Some(issuer) if without_schemes(&issuer) != self.frontend_api => return true,
                Some(_) => {}
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

/// The issuer without any `http://` or `https://`, in any case.
fn without_schemes(issuer: &str) -> String {
    let mut rest = issuer.to_owned();
    for scheme in ["https://", "http://"] {
        while let Some(at) = rest.to_ascii_lowercase().find(scheme) {
            rest.replace_range(at..at + scheme.len(), "");
        }
    }
    rest
}
