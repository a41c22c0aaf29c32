//! The URL that a browser asked for. One that is plain is taken as it is written, as parsing it would give the same text;
//! it is parsed where something has to be made of it.

use super::AuthenticateError;
use std::borrow::Cow;
use url::{Url, form_urlencoded};

/// A URL of scheme http or https.
#[derive(Clone)]
pub(crate) enum PublicUrl {
    /// As it is written.
    Plain {
        text: String,
        /// Where its path begins.
        path: usize,
        /// Where its query begins, after the question mark.
        query: Option<usize>,
    },
    Parsed(Box<Url>),
}

impl PublicUrl {
    /// From its parts, if all of them are plain.
    ///
    /// Room for so many bytes more is left behind it.
    pub(crate) fn plain(scheme: &str, authority: &str, target: &str, room: usize) -> Option<Self> {
        if !is_plain_authority(scheme, authority) {
            return None;
        }
        let query = plain_query(target)?;
        let path = scheme.len() + "://".len() + authority.len();
        let mut text = String::with_capacity(path + target.len() + room);
        for part in [scheme, "://", authority, target] {
            text.push_str(part);
        }
        Some(Self::Plain { text, path, query: query.map(|at| path + at) })
    }

    /// The text of it.
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Plain { text, .. } => text,
            Self::Parsed(url) => url.as_str(),
        }
    }

    /// The same, to keep.
    pub(crate) fn into_string(self) -> String {
        match self {
            Self::Plain { text, .. } => text,
            Self::Parsed(url) => String::from(*url),
        }
    }

    /// Scheme, host and port, where they are known without parsing.
    pub(crate) fn origin(&self) -> Option<&str> {
        match self {
            Self::Plain { text, path, .. } => text.get(..*path),
            Self::Parsed(_) => None,
        }
    }

    /// The path, without the query.
    pub(crate) fn path(&self) -> &str {
        match self {
            Self::Plain { text, path, query: None } => text.get(*path..).unwrap_or_default(),
            Self::Plain { text, path, query: Some(query) } => text.get(*path..*query - 1).unwrap_or_default(),
            Self::Parsed(url) => url.path(),
        }
    }

    /// The query, as it is written.
    pub(crate) fn query(&self) -> Option<&str> {
        match self {
            Self::Plain { text, query, .. } => text.get((*query)?..),
            Self::Parsed(url) => url.query(),
        }
    }

    /// The parameters of the query, decoded, in their order.
    pub(crate) fn query_pairs(&self) -> form_urlencoded::Parse<'_> {
        form_urlencoded::parse(self.query().unwrap_or_default().as_bytes())
    }

    /// The same as a parsed URL.
    ///
    /// # Errors
    /// None that is known of: what is plain can be parsed.
    pub(crate) fn to_url(&self) -> Result<Cow<'_, Url>, AuthenticateError> {
        match self {
            Self::Parsed(url) => Ok(Cow::Borrowed(url)),
            Self::Plain { text, .. } => Url::parse(text)
                .map(Cow::Owned)
                .map_err(|_| AuthenticateError::argument("request.url", "cannot be read as a URL")),
        }
    }
}

impl From<Url> for PublicUrl {
    fn from(url: Url) -> Self {
        Self::Parsed(Box::new(url))
    }
}

/// A name of lower-case labels that cannot be taken for a number, and perhaps a port that is not the scheme's own.
pub(crate) fn is_plain_authority(scheme: &str, authority: &str) -> bool {
    let own = match scheme {
        "https" => "443",
        "http" => "80",
        _ => return false,
    };
    let (mut label, mut host, mut dash, mut at) = (0, authority.len(), false, 0);
    while let Some(next) =
        authority.as_bytes().get(at..).and_then(|rest| rest.iter().position(|byte| !is_of(*byte, NAME)))
    {
        at += next;
        match authority.as_bytes().get(at) {
            Some(b'-') => dash = true,
            Some(b'.') if at > label => label = at + 1,
            Some(b':') => {
                host = at;
                break;
            }
            _ => return false,
        }
        at += 1;
    }
    let (name, port) = authority.split_at(host);
    // The last label decides whether it is a number; one for other scripts is for the parser.
    let last = name.as_bytes().get(label).is_some_and(u8::is_ascii_lowercase);
    let is_port = |port: &str| {
        port != own
            && !port.starts_with('0')
            && port.bytes().all(|byte| byte.is_ascii_digit())
            && port.parse::<u16>().is_ok()
    };
    // Shorter than any label may be long, or looked at label by label.
    let fits = name.len() < 64 || (name.len() < 254 && name.split('.').all(|label| label.len() < 64));
    last && fits && !(dash && name.contains("xn--")) && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
}

/// Of a path from the slash on, without anything to resolve or encode, and perhaps a query of which the same holds: where
/// the query begins.
fn plain_query(target: &str) -> Option<Option<usize>> {
    let bytes = target.as_bytes();
    if bytes.first() != Some(&b'/') {
        return None;
    }
    let (mut query, mut before) = (None, 0);
    for (at, byte) in bytes.iter().enumerate() {
        let plain = match byte {
            byte if is_of(*byte, TARGET) => true,
            b'?' if query.is_none() => {
                query = Some(at + 1);
                true
            }
            b'?' | b'%' => query.is_some(),
            b'\'' => query.is_none(),
            b'.' => query.is_some() || before != b'/',
            _ => false,
        };
        if !plain {
            return None;
        }
        before = *byte;
    }
    Some(query)
}

/// The bytes of a label, but for the dash.
const NAME: u8 = 1;
/// The bytes of a target that are plain wherever they stand.
const TARGET: u8 = 2;

/// What each byte may be: one look instead of many comparisons.
static KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < kinds.len() {
        kinds[byte] = match byte as u8 {
            b'a'..=b'z' | b'0'..=b'9' => NAME | TARGET,
            b'A'..=b'Z' | b'/' | b'-' | b'_' | b'~' | b'=' => TARGET,
            b'!' | b'$' | b'&' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b':' | b'@' => TARGET,
            _ => 0,
        };
        byte += 1;
    }
    kinds
};

fn is_of(byte: u8, kind: u8) -> bool {
    KINDS[usize::from(byte)] & kind != 0
}

#[cfg(test)]
mod tests {
    use super::PublicUrl;
    use proptest::prelude::*;
    use url::Url;

    #[test]
    fn what_is_plain() {
        let text = |scheme, authority, target| {
            PublicUrl::plain(scheme, authority, target, 0).map(|url| url.as_str().to_owned())
        };
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
            assert!(PublicUrl::plain(scheme, authority, target, 0).is_none(), "{scheme} {authority} {target}");
        }
    }

    proptest! {
        #[test]
        fn parsing_what_is_plain_gives_the_same(
            scheme in "https?",
            authority in "[a-z0-9.:x-]{1,20}|[a-z]{1,3}\\.[a-z]{1,3}(:[0-9]{1,5})?",
            target in "/[a-zA-Z0-9./?%&='+;:@~!$()*,_-]{0,20}",
        ) {
            if let Some(url) = PublicUrl::plain(&scheme, &authority, &target, 0) {
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
