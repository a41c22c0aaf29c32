//! Where a visitor comes from (§3.16).

use super::AuthenticateError;
use super::plain_url::PublicUrl;
use crate::key::accounts_portal;
use url::Url;

/// the referrer is a URL of another origin.
pub(crate) fn is_cross_origin(referrer: &str, url: &PublicUrl) -> Result<bool, AuthenticateError> {
    // As nearly all are: another page of the same site.
    let same = url.origin().and_then(|origin| referrer.strip_prefix(origin));
    if same.is_some_and(|rest| rest.starts_with('/')) {
        return Ok(false);
    }
    let Ok(referrer) = Url::parse(referrer) else { return Ok(false) };
    Ok(referrer.origin() != url.to_url()?.origin())
}

/// the referrer is one of Clerk's own pages for this instance. `frontend_api` is a host or a URL.
pub(crate) fn is_known(referrer: &str, frontend_api: &str, production: bool) -> bool {
    let Ok(referrer) = Url::parse(referrer) else {
        return false;
    };
    let Some(host) = referrer.host_str() else {
        return false;
    };
    let absolute =
        if frontend_api.starts_with("http") { frontend_api.to_owned() } else { format!("https://{frontend_api}") };
    let frontend_host =
        Url::parse(&absolute).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    if host == frontend_host || (!production && is_development_portal(host)) {
        return true;
    }
    let portal = accounts_portal(&frontend_host);
    !portal.is_empty() && Url::parse(&portal).is_ok_and(|portal| portal.origin() == referrer.origin())
}

fn is_development_portal(host: &str) -> bool {
    let legacy = [".lcl.dev", ".lclstage.dev", ".lclclerk.com"];
    if host.starts_with("accounts.") && legacy.iter().any(|suffix| host.ends_with(suffix)) {
        return true;
    }
    [".accounts.dev", ".accountsstage.dev", ".accounts.lclclerk.com"]
        .iter()
        .any(|suffix| host.strip_suffix(suffix).is_some_and(|before| !before.is_empty() && !before.ends_with(".clerk")))
}

#[cfg(test)]
mod tests {
    use super::{PublicUrl, is_cross_origin, is_known};
    use url::Url;

    #[test]
    fn known_referrers() {
        let known = |referrer, production| is_known(referrer, "clerk.example.com", production);
        assert!(known("https://clerk.example.com/v1", true));
        assert!(known("https://accounts.example.com/sign-in", true));
        assert!(!known("https://accounts.other.com/", true));
        assert!(!known("http://accounts.example.com/", true), "another scheme is another origin");
        assert!(!known("https://foo-bar-13.accounts.dev/", true));
        assert!(known("https://foo-bar-13.accounts.dev/", false));
        assert!(!known("https://foo-bar-13.clerk.accounts.dev/", false));
        assert!(known("https://accounts.foo.lclclerk.com/", false));
        assert!(!known("not a url", false));
        assert!(is_known("https://app.example.com/x", "https://app.example.com/__clerk", true), "a proxy's host");
    }

    #[test]
    fn cross_origin() -> Result<(), Box<dyn std::error::Error>> {
        let plain = PublicUrl::plain("https", "app.example.com", "/p", 0).ok_or("not plain")?;
        for url in [plain, Url::parse("https://app.example.com/p")?.into()] {
            assert!(is_cross_origin("https://other.com/x", &url)?);
            assert!(is_cross_origin("http://app.example.com/", &url)?);
            assert!(is_cross_origin("https://app.example.com.evil.com/", &url)?);
            assert!(is_cross_origin("https://app.example.com@evil.com/", &url)?);
            assert!(is_cross_origin("https://app.example.com:8443/", &url)?);
            assert!(!is_cross_origin("https://app.example.com/q", &url)?);
            assert!(!is_cross_origin("https://app.example.com", &url)?);
            assert!(!is_cross_origin("https://app.example.com:443/q", &url)?);
            assert!(!is_cross_origin("nonsense", &url)?);
        }
        Ok(())
    }
}
