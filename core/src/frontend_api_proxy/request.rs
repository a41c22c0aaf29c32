//! A request as the proxy looks at it.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use url::Url;

use super::origin::is_plain_host;
use crate::error::ArgumentError;
use crate::secret::names;

/// Method, address and headers of a request to the application. Any text in any of them is fine.
#[derive(Clone, Default)]
pub struct IncomingRequest {
    pub(super) method: String,
    address: String,
    scheme: String,
    pub(super) headers: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct Parts {
    #[serde(default)]
    method: Option<String>,
    #[serde(alias = "target")]
    url: String,
    #[serde(default)]
    scheme: Option<String>,
    headers: Vec<(String, String)>,
}

impl IncomingRequest {
    /// A request. `url` is absolute, or the path and query that a server got: then the `host` header completes it.
    #[must_use]
    pub fn new(method: &str, url: impl Into<String>) -> Self {
        Self { method: method.to_owned(), address: url.into(), ..Self::default() }
    }

    /// The scheme of the connection it came by, where the URL has none: `https`, or anything else for `http`.
    #[must_use]
    pub fn with_scheme(mut self, scheme: impl Into<String>) -> Self {
        self.scheme = scheme.into();
        self
    }

    /// Adds a header. One that is there several times is given several times.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The parts of an `http::Request`. Header bytes beyond ASCII are read as Latin-1.
    #[must_use]
    pub fn of<B>(request: &http::Request<B>) -> Self {
        let text = |value: &http::HeaderValue| value.as_bytes().iter().map(|byte| char::from(*byte)).collect();
        let headers = request.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value)));
        Self { headers: headers.collect(), ..Self::new(request.method().as_str(), request.uri().to_string()) }
    }

    /// Reads what the bindings make of a request: `{"method", "url" or "target", "scheme", "headers": [[name, value]]}`.
    ///
    /// # Errors
    /// [`ArgumentError`] for `request`.
    pub fn from_json(json: &str) -> Result<Self, ArgumentError> {
        let parts: Parts = serde_json::from_str(json)
            .map_err(|_| ArgumentError::new("request", "`request` must have a method, a url and headers"))?;
        Ok(Self {
            method: parts.method.unwrap_or_else(|| "GET".to_owned()),
            address: parts.url,
            scheme: parts.scheme.unwrap_or_default(),
            headers: parts.headers,
        })
    }

    /// The first header of this name that is not empty.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut all = self.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        all.find_map(|(_, value)| Some(value.trim()).filter(|value| !value.is_empty()))
    }

    /// Its URL, in the one form that has no dot segments and no backslashes; on `localhost` where it names no host.
    pub(super) fn url(&self) -> Option<Url> {
        let absolute = ["http://", "https://"]
            .iter()
            .any(|scheme| self.address.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
        if absolute && let Ok(mut url) = Url::parse(&self.address) {
            // These fail for URLs without a host only.
            let _ = url.set_username("");
            let _ = url.set_password(None);
            url.set_fragment(None);
            return Some(url);
        }
        let scheme = Some(self.scheme.as_str()).filter(|scheme| !scheme.is_empty()).or_else(|| self.header(":scheme"));
        let scheme = if scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("https")) { "https" } else { "http" };
        let host = self.header("host").or_else(|| self.header(":authority")).filter(|host| is_plain_host(host));
        let on = |host: &str| Url::parse(&format!("{scheme}://{host}/")).ok();
        let mut url = host.and_then(on).or_else(|| on("localhost"))?;
        let address = self.address.split('#').next().unwrap_or_default();
        let (path, query) = address.split_once('?').map_or((address, None), |(path, query)| (path, Some(query)));
        // A path, whatever it looks like: it is never resolved against anything (D-5).
        url.set_path(&if path.starts_with('/') { Cow::Borrowed(path) } else { Cow::Owned(format!("/{path}")) });
        url.set_query(query);
        Some(url)
    }
}

/// Without the address's query and the headers' values, which may be secrets.
impl fmt::Debug for IncomingRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IncomingRequest")
            .field("method", &self.method)
            .field("headers", &names(&self.headers))
            .finish_non_exhaustive()
    }
}
