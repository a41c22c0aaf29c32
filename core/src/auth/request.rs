//! The parts of a request that are looked at. The body is none of them.

use super::AuthenticateError;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

/// The headers that decisions are made on, by their names in lower case.
pub const LOOKED_AT: [&str; 11] = [
    "host",
    "cookie",
    "authorization",
    "referer",
    "accept",
    "origin",
    "sec-fetch-dest",
    "x-forwarded-host",
    "x-forwarded-proto",
    ":authority",
    ":scheme",
];

/// One of them, in their order.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Header {
    Host,
    Cookie,
    Authorization,
    Referer,
    Accept,
    Origin,
    SecFetchDest,
    ForwardedHost,
    ForwardedProto,
    /// HTTP/2's.
    Authority,
    /// HTTP/2's.
    Scheme,
}

impl Header {
    /// The one of this name, whatever its case.
    fn named(name: &str) -> Option<Self> {
        let header = match name.len() {
            4 => Self::Host,
            6 if name.starts_with(['c', 'C']) => Self::Cookie,
            6 if name.starts_with(['a', 'A']) => Self::Accept,
            6 => Self::Origin,
            7 if name.starts_with(':') => Self::Scheme,
            7 => Self::Referer,
            10 => Self::Authority,
            13 => Self::Authorization,
            14 => Self::SecFetchDest,
            16 => Self::ForwardedHost,
            17 => Self::ForwardedProto,
            _ => return None,
        };
        header.name().eq_ignore_ascii_case(name).then_some(header)
    }

    const fn name(self) -> &'static str {
        LOOKED_AT[self as usize]
    }
}

/// Where the headers that are looked at stand.
#[derive(Clone, Copy, Default)]
enum Found {
    #[default]
    Nowhere,
    Once(usize),
    /// Several times.
    Again,
}

/// Method, URL and headers of a request, which may be borrowed from wherever they are.
#[derive(Clone, Default)]
pub struct RequestParts<'a> {
    method: Cow<'a, str>,
    url: Cow<'a, str>,
    /// Whether the URL is what a client sent, so that no form of it is a mistake of the program.
    received: bool,
    scheme: Cow<'a, str>,
    headers: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    found: [Found; LOOKED_AT.len()],
}

impl<'a> RequestParts<'a> {
    /// A request. `url` is absolute, or the path and query that a server got: then the `host` header completes it.
    #[must_use]
    pub fn new(method: impl Into<Cow<'a, str>>, url: impl Into<Cow<'a, str>>) -> Self {
        Self { method: method.into(), url: url.into(), ..Self::default() }
    }

    /// A request as a server got it. `target` is whatever stood in its first line: a path with a query, an absolute URL,
    /// `*`, or nonsense, none of which is an error.
    #[must_use]
    pub fn received(method: impl Into<Cow<'a, str>>, target: impl Into<Cow<'a, str>>) -> Self {
        Self { received: true, ..Self::new(method, target) }
    }

    /// The same with texts of its own, for what outlives the request.
    #[must_use]
    pub fn into_owned(self) -> RequestParts<'static> {
        let own = |text: Cow<'a, str>| Cow::Owned(text.into_owned());
        RequestParts {
            method: own(self.method),
            url: own(self.url),
            received: self.received,
            scheme: own(self.scheme),
            headers: self.headers.into_iter().map(|(name, value)| (own(name), own(value))).collect(),
            found: self.found,
        }
    }

    /// The scheme of the connection it came by, where the URL has none: `https`, or anything else for `http`.
    #[must_use]
    pub fn with_scheme(mut self, scheme: impl Into<Cow<'a, str>>) -> Self {
        self.scheme = scheme.into();
        self
    }

    /// Adds a header. One that is there several times is given several times.
    #[must_use]
    pub fn with_header(self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        self.with_headers([(name, value)])
    }

    /// Adds headers, in their order.
    #[must_use]
    pub fn with_headers<N: Into<Cow<'a, str>>, V: Into<Cow<'a, str>>>(
        mut self,
        headers: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let headers = headers.into_iter();
        self.headers.reserve(headers.size_hint().0);
        for (name, value) in headers {
            let name = name.into();
            if let Some(found) = Header::named(&name).and_then(|header| self.found.get_mut(header as usize)) {
                *found = if matches!(found, Found::Nowhere) { Found::Once(self.headers.len()) } else { Found::Again };
            }
            self.headers.push((name, value.into()));
        }
        self
    }

    /// The parts of an `http::Request`. Its body is not touched; header bytes beyond ASCII are read as Latin-1.
    #[must_use]
    pub fn of<B>(request: &'a http::Request<B>) -> Self {
        let uri = request.uri();
        let target = match uri.path_and_query() {
            Some(target) if uri.authority().is_none() => Cow::Borrowed(target.as_str()),
            _ => Cow::Owned(uri.to_string()),
        };
        let headers = request.headers().iter().map(|(name, value)| (name.as_str(), latin1(value.as_bytes())));
        Self::received(request.method().as_str(), target).with_headers(headers)
    }

    /// Reads `{"method": …, "url": …, "scheme": …, "headers": …}`, where headers are pairs, or an object with a string or
    /// a list of strings for each name. With `target` instead of `url` it is as [`RequestParts::received`] has it. Without
    /// a method it is GET.
    ///
    /// # Errors
    /// [`AuthenticateError::Argument`] for anything else.
    pub fn from_json(json: &str) -> Result<Self, AuthenticateError> {
        let wrong = |argument: &str, message: &str| AuthenticateError::argument(argument, message);
        let Ok(Value::Object(mut parts)) = serde_json::from_str(json) else {
            return Err(wrong("request", "must be an object with method, url and headers"));
        };
        let method = match parts.remove("method") {
            None | Some(Value::Null) => "GET".to_owned(),
            Some(Value::String(method)) => method,
            Some(_) => return Err(wrong("request.method", "must be a string")),
        };
        let (url, received) = match (parts.remove("url"), parts.remove("target")) {
            (Some(Value::String(url)), None) => (url, false),
            (None, Some(Value::String(target))) => (target, true),
            _ => return Err(wrong("request.url", "must be a string")),
        };
        let scheme = match parts.remove("scheme") {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(scheme)) => scheme,
            Some(_) => return Err(wrong("request.scheme", "must be a string")),
        };
        let headers = read_headers(parts.remove("headers"))
            .ok_or_else(|| wrong("request.headers", "must be pairs of strings, or an object of strings"))?;
        if let Some(name) = parts.keys().next() {
            return Err(wrong(&format!("request.{name}"), "is not a part of a request that is looked at"));
        }
        let parts = Self { received, ..Self::new(method, url) };
        Ok(parts.with_scheme(scheme).with_headers(headers))
    }

    /// Whether the method is GET, in any case.
    pub(crate) fn is_get(&self) -> bool {
        self.method.eq_ignore_ascii_case("GET")
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Whether the URL is a client's and not the program's.
    pub(crate) fn is_received(&self) -> bool {
        self.received
    }

    /// `https` if the connection was such, as told or by HTTP/2's own field; else `http`.
    pub(crate) fn scheme(&self) -> &'static str {
        let told =
            if self.scheme.is_empty() { self.header(Header::Scheme) } else { Some(Cow::Borrowed(&*self.scheme)) };
        if told.is_some_and(|scheme| scheme.eq_ignore_ascii_case("https")) { "https" } else { "http" }
    }

    /// All headers by their names in lower case, several of one name joined, each as a list of one: as the API wants them
    /// when a token is refreshed (§2.11).
    pub(crate) fn all_headers(&self) -> BTreeMap<String, [String; 1]> {
        let mut all: BTreeMap<String, [String; 1]> = BTreeMap::new();
        for (name, value) in &self.headers {
            let name = name.to_ascii_lowercase();
            if name.is_empty() || name.starts_with(':') {
                continue;
            }
            let value = trimmed(value);
            let joint = joint_of(&name);
            match all.entry(name) {
                Entry::Vacant(place) => {
                    place.insert([value.to_owned()]);
                }
                Entry::Occupied(mut place) => {
                    let [joined] = place.get_mut();
                    joined.push_str(joint);
                    joined.push_str(value);
                }
            }
        }
        all
    }

    /// The host as the client named it, by the header or HTTP/2's own field.
    pub(crate) fn host(&self) -> Option<Cow<'_, str>> {
        self.header(Header::Host).or_else(|| self.header(Header::Authority))
    }

    /// Whether a header of this name, in any case, is one that a decision may be made on. Who hands over these only gets the
    /// same decision, unless it needs a refresh, which tells the API of all (§2.11).
    #[must_use]
    pub fn looks_at(name: &str) -> bool {
        Header::named(name).is_some()
    }

    /// A header, whose name may have come in any case (D-13); several of one name are joined, as HTTP says. An empty one is
    /// none.
    pub(crate) fn header(&self, header: Header) -> Option<Cow<'_, str>> {
        self.raw_header(header).filter(|value| !value.is_empty())
    }

    /// The same, but an empty one is there.
    pub(crate) fn raw_header(&self, header: Header) -> Option<Cow<'_, str>> {
        match self.found.get(header as usize)? {
            Found::Nowhere => None,
            Found::Once(at) => self.headers.get(*at).map(|(_, value)| Cow::Borrowed(trimmed(value))),
            Found::Again => self.any_header(header.name()),
        }
    }

    /// The same of any name.
    pub(crate) fn any_header(&self, name: &str) -> Option<Cow<'_, str>> {
        let mut values =
            self.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| trimmed(value));
        let mut joined = Cow::Borrowed(values.next()?);
        for value in values {
            let text = joined.to_mut();
            text.push_str(joint_of(name));
            text.push_str(value);
        }
        Some(joined)
    }
}

/// Header bytes as the text that they are in Latin-1.
#[must_use]
pub fn latin1(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes).ok().filter(|_| bytes.is_ascii()) {
        Some(text) => Cow::Borrowed(text),
        None => Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect()),
    }
}

/// Without white space around it. Most have none.
fn trimmed(value: &str) -> &str {
    let is_blank = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t' | b'\r' | b'\n'));
    let bytes = value.as_bytes();
    let found = is_blank(bytes.first()) || is_blank(bytes.last());
    if found { value.trim_matches([' ', '\t', '\r', '\n']) } else { value }
}

/// What stands between the values of a header that came several times.
fn joint_of(name: &str) -> &'static str {
    if name == "cookie" { "; " } else { ", " }
}

fn read_headers(headers: Option<Value>) -> Option<Vec<(String, String)>> {
    let mut out = Vec::new();
    match headers {
        None | Some(Value::Null) => {}
        Some(Value::Array(pairs)) => {
            for pair in pairs {
                match pair.as_array().map(Vec::as_slice) {
                    Some([Value::String(name), Value::String(value)]) => out.push((name.clone(), value.clone())),
                    _ => return None,
                }
            }
        }
        Some(Value::Object(map)) => {
            for (name, value) in map {
                match value {
                    Value::Null => {}
                    Value::String(value) => out.push((name, value)),
                    Value::Array(values) => {
                        for value in values {
                            out.push((name.clone(), value.as_str()?.to_owned()));
                        }
                    }
                    _ => return None,
                }
            }
        }
        Some(_) => return None,
    }
    Some(out)
}

/// Names the headers, but not what is in them: that is where tokens are.
impl fmt::Debug for RequestParts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| &**name).collect();
        f.debug_struct("RequestParts").field("method", &self.method).field("headers", &names).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{Header, LOOKED_AT, RequestParts};

    #[test]
    fn each_name_is_told() {
        for (place, name) in LOOKED_AT.into_iter().enumerate() {
            for name in [name, &name.to_ascii_uppercase()] {
                assert_eq!(Header::named(name).map(|header| header as usize), Some(place), "{name}");
            }
            let other = format!("{}x", &name[..name.len() - 1]);
            assert!(Header::named(&other).is_none(), "{other}");
        }
        assert!(Header::named("").is_none());
    }

    #[test]
    fn what_comes_again_is_joined() {
        let request = RequestParts::new("GET", "/").with_header("Accept", " a ").with_header("cookie", "x=1");
        assert_eq!(request.header(Header::Accept).as_deref(), Some("a"));
        let request = request.with_headers([("ACCEPT", "b"), ("Cookie", "y=2"), ("accept", "c")]);
        assert_eq!(request.header(Header::Accept).as_deref(), Some("a, b, c"));
        assert_eq!(request.header(Header::Cookie).as_deref(), Some("x=1; y=2"));
        assert_eq!(request.into_owned().header(Header::Accept).as_deref(), Some("a, b, c"));
        assert_eq!(RequestParts::new("GET", "/").with_header("accept", " ").header(Header::Accept), None);
    }
}
