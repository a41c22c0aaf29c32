//! The URI of a request. A URL that is plain is taken as it is written, as parsing it would give the same text.

use http::uri::Uri;
use url::Url;

use super::network::Unsendable;

/// Of an absolute URL whose base was parsed before.
pub(super) fn uri(url: &str) -> Result<Uri, Unsendable> {
    let parsed = if url.find("://").and_then(|at| url.get(at + 3..)).is_some_and(is_plain) {
        Uri::try_from(url)
    } else {
        let url = Url::parse(url).map_err(|error| Unsendable(error.to_string()))?;
        Uri::try_from(String::from(url))
    };
    parsed.map_err(|_| Unsendable("Parsed Url is not a valid Uri".to_owned()))
}

/// Whether parsing changes nothing behind the base: every character stays as it is in path and query, and no segment of
/// dots goes away.
fn is_plain(url: &str) -> bool {
    let mut before = 0;
    url.bytes().all(|byte| {
        let dot = byte == b'.' || byte == b'%';
        // Only what is behind a slash, or may be more of such a segment, can be one.
        let plain = !(dot && before == b'/')
            && matches!(byte,
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b'?' | b'&' | b'='
                | b'%' | b'+' | b',' | b':' | b';' | b'@' | b'!' | b'$' | b'(' | b')' | b'*' | b'[' | b']');
        before = byte;
        plain
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn parsed(url: &str) -> String {
        Uri::try_from(String::from(Url::parse(url).unwrap())).unwrap().to_string()
    }

    proptest! {
        /// What is taken as it is written is what parsing it would have given.
        #[test]
        fn a_plain_url_is_what_parsing_gives(
            base in "https?://(api\\.clerk\\.com|127\\.0\\.0\\.1:8080|\\[::1\\]:81)(/base)?/v1",
            path in "(/([.%2eE]{0,6}|[!-~]{0,8})){0,4}",
            query in "(\\?[ -~]{0,12})?",
        ) {
            let url = format!("{base}{path}{query}");
            if is_plain(&url) {
                prop_assert_eq!(uri(&url).unwrap().to_string(), parsed(&url));
            }
        }
    }

    #[test]
    fn what_calls_send_is_plain_and_what_is_not_is_parsed() {
        let base = "https://api.clerk.com/v1";
        for path in ["/users", "/users/user_2abc/metadata", "/users?limit=10&email_address=a%40b.c&q=a+b", "/a(b)/@c"] {
            assert!(is_plain(&format!("{base}{path}")), "{path}");
        }
        for (path, sent) in [
            ("/a/../b", "/v1/b"),
            ("/a/%2E%2e/b", "/v1/b"),
            ("/a/.b/%41", "/v1/a/.b/%41"),
            ("/caf\u{e9}", "/v1/caf%C3%A9"),
            ("/a?b='\"", "/v1/a?b=%27%22"),
            ("/a#b", "/v1/a"),
        ] {
            assert!(!is_plain(&format!("{base}{path}")), "{path}");
            assert_eq!(uri(&format!("{base}{path}")).unwrap().path_and_query().unwrap().as_str(), sent);
        }
    }

    #[test]
    fn a_url_that_cannot_be_sent_is_told_without_itself() {
        let error = uri(&format!("https://api.clerk.com/v1/users?q={}", "hidden".repeat(20_000))).unwrap_err();
        assert_eq!(error.to_string(), "Parsed Url is not a valid Uri");
    }
}
