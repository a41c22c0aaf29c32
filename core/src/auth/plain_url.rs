//! The URL that a browser asked for. One that is plain is taken as it is written, as parsing it would give the same text;
//! it is parsed where something has to be made of it.

use super::AuthenticateError;
use std::borrow::Cow;
use url::{Url, form_urlencoded};

/// A URL of scheme http or https.
#[derive(Clone)]
pub(crate) struct PublicUrl {
    text: Cow<'static, str>,
    /// Where its path begins.
    path: usize,
    /// What parsing it gave, if that was needed.
    parsed: Option<Box<Url>>,
}

impl PublicUrl {
    /// From its parts, if all of them are plain.
    pub(crate) fn plain(scheme: &str, authority: &str, target: &str) -> Option<Self> {
        if !is_plain_authority(scheme, authority) || !is_plain_target(target) {
            return None;
        }
        let path = scheme.len() + "://".len() + authority.len();
        let mut text = String::with_capacity(path + target.len());
        for part in [scheme, "://", authority, target] {
            text.push_str(part);
        }
        Some(Self { text: text.into(), path, parsed: None })
    }

    /// The text of it.
    pub(crate) fn as_str(&self) -> &str {
        self.parsed.as_deref().map_or(&self.text, Url::as_str)
    }

    /// Scheme, host and port, where they are known without parsing.
    pub(crate) fn origin(&self) -> Option<&str> {
        self.parsed.is_none().then(|| self.text.get(..self.path)).flatten()
    }

    /// The path, without the query.
    pub(crate) fn path(&self) -> &str {
        match &self.parsed {
            Some(url) => url.path(),
            None => self.target().split('?').next().unwrap_or_default(),
        }
    }

    /// The parameters of the query, decoded, in their order.
    pub(crate) fn query_pairs(&self) -> form_urlencoded::Parse<'_> {
        let query = match &self.parsed {
            Some(url) => url.query(),
            None => self.target().split_once('?').map(|(_, query)| query),
        };
        form_urlencoded::parse(query.unwrap_or_default().as_bytes())
    }

    /// The same as a parsed URL.
    ///
    /// # Errors
    /// None that is known of: what is plain can be parsed.
    pub(crate) fn to_url(&self) -> Result<Cow<'_, Url>, AuthenticateError> {
        match &self.parsed {
            Some(url) => Ok(Cow::Borrowed(url)),
            None => Url::parse(&self.text)
                .map(Cow::Owned)
                .map_err(|_| AuthenticateError::argument("request.url", "cannot be read as a URL")),
        }
    }

    fn target(&self) -> &str {
        self.text.get(self.path..).unwrap_or_default()
    }
}

impl From<Url> for PublicUrl {
    fn from(url: Url) -> Self {
        Self { text: Cow::Borrowed(""), path: 0, parsed: Some(Box::new(url)) }
    }
}

/// A name of lower-case labels that cannot be taken for a number, and perhaps a port that is not the scheme's own.
pub(crate) fn is_plain_authority(scheme: &str, authority: &str) -> bool {
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    let own = match scheme {
        "https" => "443",
        "http" => "80",
        _ => return false,
    };
    let is_label = |label: &str| {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !label.is_empty() && label.bytes().all(plain) && !label.starts_with("xn--")
    };
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_port = |port: &str| {
        port != own
            && !port.starts_with('0')
            && port.bytes().all(|byte| byte.is_ascii_digit())
            && port.parse::<u16>().is_ok()
    };
    host.len() < 254
        && host.split('.').all(|label| label.len() < 64 && is_label(label))
        && last.starts_with(|first: char| first.is_ascii_lowercase())
        && port.is_none_or(is_port)
}

/// A path from the slash on, without anything to resolve or encode, and perhaps a query of which the same holds.
fn is_plain_target(target: &str) -> bool {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let in_path = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_~!$&'()*+,;=:@.".contains(&byte);
    let in_query = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_~!$&()*+,;=:@.?%".contains(&byte);
    path.starts_with('/') && !path.contains("/.") && path.bytes().all(in_path) && query.bytes().all(in_query)
}

#[cfg(test)]
mod tests {
    use super::PublicUrl;
    use proptest::prelude::*;
    use url::Url;

    #[test]
    fn what_is_plain() {
        let text =
            |scheme, authority, target| PublicUrl::plain(scheme, authority, target).map(|url| url.as_str().to_owned());
        assert_eq!(
            text("https", "app.example.com", "/a/b?c=%20d").as_deref(),
            Some("https://app.example.com/a/b?c=%20d")
        );
        assert_eq!(text("http", "localhost:3000", "/").as_deref(), Some("http://localhost:3000/"));
        for (scheme, authority, target) in [
            ("ftp", "a.com", "/"),
            ("https", "A.com", "/"),
            ("https", "a.com:443", "/"),
            ("http", "a.com:080", "/"),
            ("http", "a.com:", "/"),
            ("http", "1.2.3.4", "/"),
            ("http", "a.0x1", "/"),
            ("http", "[::1]", "/"),
            ("http", "xn--a.com", "/"),
            ("http", "a..com", "/"),
            ("http", "a.com.", "/"),
            ("http", "", "/"),
            ("http", "me@a.com", "/"),
            ("https", "a.com", ""),
            ("https", "a.com", "p"),
            ("https", "a.com", "/../p"),
            ("https", "a.com", "/%2e%2e/p"),
            ("https", "a.com", "/a b"),
            ("https", "a.com", "/a\\b"),
            ("https", "a.com", "/?a='b'"),
            ("https", "a.com", "/#a"),
            ("https", "a.com", "/ä"),
        ] {
            assert!(PublicUrl::plain(scheme, authority, target).is_none(), "{scheme} {authority} {target}");
        }
    }

    proptest! {
        #[test]
        fn parsing_what_is_plain_gives_the_same(
            scheme in "https?",
            authority in "[a-z0-9.:x-]{1,20}|[a-z]{1,3}\\.[a-z]{1,3}(:[0-9]{1,5})?",
            target in "/[a-zA-Z0-9./?%&='+;:@~!$()*,_-]{0,20}",
        ) {
            if let Some(url) = PublicUrl::plain(&scheme, &authority, &target) {
                let parsed = Url::parse(url.as_str()).map(PublicUrl::from);
                prop_assert!(parsed.is_ok(), "{}", url.as_str());
                if let Ok(parsed) = parsed {
                    prop_assert_eq!(parsed.as_str(), url.as_str());
                    prop_assert_eq!(parsed.path(), url.path());
                    prop_assert!(parsed.query_pairs().eq(url.query_pairs()));
                    let origin = parsed.to_url().map(|url| url.origin().ascii_serialization()).unwrap_or_default();
                    prop_assert_eq!(Some(origin.as_str()), url.origin());
                }
            }
        }
    }
}
