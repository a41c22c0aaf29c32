//! Reading the `cookie` header: a neighbour's odd cookie costs nothing but itself.

use std::borrow::Cow;

/// The cookies of a request, in order.
pub(crate) struct Cookies<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Cookies<'a> {
    /// Splits on `;` first and decodes each value then, so that nothing encoded ever makes a cookie.
    pub(crate) fn read(header: &'a str) -> Self {
        let blank = [' ', '\t'];
        let mut cookies = Vec::with_capacity(16);
        let mut rest = header;
        while !rest.is_empty() {
            // The value is the long part, so it is what is searched the fast way.
            let end = memchr::memchr(b';', rest.as_bytes()).unwrap_or(rest.len());
            let (piece, after) = rest.split_at(end);
            rest = after.get(1..).unwrap_or_default();
            if let Some((name, value)) = piece.split_once('=') {
                cookies.push((name.trim_matches(blank), value.trim_matches(blank)));
            }
        }
        Self(cookies)
    }

    /// The first cookie of this name, unless it is empty.
    pub(crate) fn get(&self, name: &str) -> Option<Cow<'a, str>> {
        self.find(|key| key == name)
    }

    /// The first cookie of this name with the instance's suffix, unless it is empty.
    pub(crate) fn suffixed(&self, name: &str, suffix: &str) -> Option<Cow<'a, str>> {
        self.find(|key| key.strip_prefix(name).and_then(|rest| rest.strip_prefix('_')) == Some(suffix))
    }

    fn find(&self, is_it: impl Fn(&str) -> bool) -> Option<Cow<'a, str>> {
        let (_, value) = self.0.iter().find(|(key, _)| is_it(key))?;
        Some(decode(value)).filter(|value| !value.is_empty())
    }
}

/// Percent-decodes a value; one that cannot be decoded as a whole stays as it is.
fn decode(value: &str) -> Cow<'_, str> {
    if memchr::memchr(b'%', value.as_bytes()).is_none() {
        return value.into();
    }
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first == b'%' {
            let digit = |at: usize| tail.get(at).and_then(|byte| char::from(*byte).to_digit(16));
            let (Some(high), Some(low)) = (digit(0), digit(1)) else {
                return value.into();
            };
            #[allow(clippy::cast_possible_truncation)] // two hexadecimal digits
            bytes.push((high * 16 + low) as u8);
            rest = &tail[2..];
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(value), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::Cookies;
    use std::borrow::Cow;

    #[test]
    fn as_rfc_6265_has_it() {
        let cookies =
            Cookies::read("a=1; b = two ;\tc=%3B%3D; a=2; nothing; d=%zz; e=\"q\"; f=; =x; g=a=b; h=%C3%A4; i=%FF");
        let own = |name| cookies.get(name).map(Cow::into_owned);
        let found = ["a", "b", "c", "nothing", "d", "e", "f", "g", "h", "i"].map(|name| (name, own(name)));
        let get = |name| found.iter().find(|(key, _)| *key == name).and_then(|(_, value)| value.as_deref());
        assert_eq!(get("a"), Some("1"), "the first of a name wins");
        assert_eq!(get("b"), Some("two"));
        assert_eq!(get("c"), Some(";="), "decoded after the split");
        assert_eq!(get("nothing"), None);
        assert_eq!(get("d"), Some("%zz"), "malformed stays raw");
        assert_eq!(get("e"), Some("\"q\""), "quotes stay");
        assert_eq!(get("f"), None, "empty is none");
        assert_eq!(get("g"), Some("a=b"));
        assert_eq!(get("h"), Some("ä"));
        assert_eq!(get("i"), Some("%FF"), "not UTF-8 stays raw");
        assert_eq!(Cookies::read("a=1%3B b=2").get("b"), None, "an encoded separator makes no cookie");
        let cookies = Cookies::read("a_x=1; ax=2; a_xy=3; _x=4");
        assert_eq!(cookies.suffixed("a", "x").as_deref(), Some("1"));
        assert_eq!(cookies.suffixed("a", "xy").as_deref(), Some("3"));
        assert_eq!(cookies.suffixed("a", ""), None);
        assert_eq!(cookies.suffixed("b", "x"), None);
    }
}
