//! Reading the `cookie` header: a neighbour's odd cookie costs nothing but itself.

use std::borrow::Cow;

/// The cookies that are looked at, each of which there is with and without the instance's suffix.
#[derive(Clone, Copy)]
pub(crate) enum Cookie {
    Session,
    ClientUat,
    DevBrowser,
    Refresh,
    Handshake,
    HandshakeNonce,
    RedirectCount,
}

const NAMES: [&str; 7] = [
    "__session",
    "__client_uat",
    "__clerk_db_jwt",
    "__refresh",
    "__clerk_handshake",
    "__clerk_handshake_nonce",
    "__clerk_redirect_count",
];

/// The cookies of a request: of each name the first, as it came.
#[derive(Default)]
pub(crate) struct Cookies<'a> {
    plain: [Option<&'a str>; NAMES.len()],
    suffixed: [Option<&'a str>; NAMES.len()],
    /// Whether any of them can have something to decode.
    encoded: bool,
}

impl<'a> Cookies<'a> {
    /// Splits on `;` first and decodes each value later, so that nothing encoded ever makes a cookie.
    pub(crate) fn read(header: &'a str, suffix: &str) -> Self {
        let mut cookies = Self { encoded: memchr::memchr(b'%', header.as_bytes()).is_some(), ..Self::default() };
        let mut rest = header;
        while !rest.is_empty() {
            // The value is the long part, so it is what is searched the fast way.
            let end = memchr::memchr(b';', rest.as_bytes()).unwrap_or(rest.len());
            let (piece, after) = rest.split_at(end);
            rest = after.get(1..).unwrap_or_default();
            let Some(equals) = memchr::memchr(b'=', piece.as_bytes()) else { continue };
            let (name, value) = (piece.get(..equals), piece.get(equals + 1..));
            if let Some(place) = cookies.place(trimmed(name.unwrap_or_default()), suffix) {
                place.get_or_insert(trimmed(value.unwrap_or_default()));
            }
        }
        cookies
    }

    fn place(&mut self, name: &str, suffix: &str) -> Option<&mut Option<&'a str>> {
        // Those of the application's own are told at their first letters.
        if !name.starts_with("__") {
            return None;
        }
        if let Some(cookie) = named(name) {
            return self.plain.get_mut(cookie as usize);
        }
        let name = name.strip_suffix(suffix)?.strip_suffix('_')?;
        self.suffixed.get_mut(named(name)? as usize)
    }

    /// The first cookie of this name, unless it is empty.
    pub(crate) fn get(&self, cookie: Cookie) -> Option<Cow<'a, str>> {
        self.decoded(*self.plain.get(cookie as usize)?)
    }

    /// The first cookie of this name with the instance's suffix, unless it is empty.
    pub(crate) fn suffixed(&self, cookie: Cookie) -> Option<Cow<'a, str>> {
        self.decoded(*self.suffixed.get(cookie as usize)?)
    }

    // Most are not there.
    #[inline(always)]
    fn decoded(&self, value: Option<&'a str>) -> Option<Cow<'a, str>> {
        let value = value?;
        let value = if self.encoded { decode(value) } else { Cow::Borrowed(value) };
        (!value.is_empty()).then_some(value)
    }
}

/// The one of this name. Nearly each has a length of its own.
fn named(name: &str) -> Option<Cookie> {
    let cookie = match name.len() {
        9 if name.starts_with("__r") => Cookie::Refresh,
        9 => Cookie::Session,
        12 => Cookie::ClientUat,
        14 => Cookie::DevBrowser,
        17 => Cookie::Handshake,
        22 => Cookie::RedirectCount,
        23 => Cookie::HandshakeNonce,
        _ => return None,
    };
    NAMES.get(cookie as usize).is_some_and(|known| *known == name).then_some(cookie)
}

/// Without blanks around it. Most have none.
fn trimmed(text: &str) -> &str {
    let is_blank = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
    let bytes = text.as_bytes();
    if is_blank(bytes.first()) || is_blank(bytes.last()) { text.trim_matches([' ', '\t']) } else { text }
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
    use super::{Cookie, Cookies, NAMES, decode};

    fn session(header: &str) -> Option<String> {
        Cookies::read(header, "x").get(Cookie::Session).map(Into::into)
    }

    #[test]
    fn as_rfc_6265_has_it() {
        for (header, value) in [
            ("__session=1; a=2; __session=3", Some("1")),
            ("a=1; __session = two ;\tb=3", Some("two")),
            ("__session=%3B%3D", Some(";=")),
            ("__session", None),
            ("__session=%zz", Some("%zz")),
            ("__session=\"q\"", Some("\"q\"")),
            ("__session=", None),
            ("__session=; __session=2", None),
            ("=x", None),
            ("__session=a=b", Some("a=b")),
            ("__session=%C3%A4", Some("ä")),
            ("__session=%FF", Some("%FF")),
            (";;__session=1;;", Some("1")),
            ("a=1%3B __session=2", None),
            ("__SESSION=1; _session=2; __session_=3; __session_y=4", None),
        ] {
            assert_eq!(session(header).as_deref(), value, "{header}");
        }
    }

    #[test]
    fn each_name_with_its_suffix() {
        let all = [
            Cookie::Session,
            Cookie::ClientUat,
            Cookie::DevBrowser,
            Cookie::Refresh,
            Cookie::Handshake,
            Cookie::HandshakeNonce,
            Cookie::RedirectCount,
        ];
        let header: Vec<_> =
            NAMES.iter().map(|name| format!("{name}=p{name}; {name}_sf=s{name}; {name}_s=no")).collect();
        let header = header.join("; ");
        let cookies = Cookies::read(&header, "sf");
        for (cookie, name) in all.into_iter().zip(NAMES) {
            assert_eq!(cookies.get(cookie), Some(format!("p{name}").into()));
            assert_eq!(cookies.suffixed(cookie), Some(format!("s{name}").into()));
        }
        // `__clerk_handshake` with the suffix `nonce` would be another cookie's name.
        let cookies = Cookies::read("__clerk_handshake_nonce=1", "nonce");
        assert_eq!(cookies.get(Cookie::HandshakeNonce).as_deref(), Some("1"));
    }

    #[test]
    fn what_is_malformed_stays_raw() {
        for text in ["%", "%4", "a%4x", "%c3"] {
            assert_eq!(decode(text), text);
        }
    }
}
