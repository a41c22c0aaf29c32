//! The request that is sent on, and what becomes of its answer.

use std::fmt;

use http::{HeaderName, HeaderValue};
use serde_json::{Value, json};
use url::Url;

use super::IncomingRequest;
use super::origin::{authority, public_origin};
use crate::error::ArgumentError;
use crate::secret::{Secret, names};

/// What belongs to one connection and not to a request.
const HOP_BY_HOP: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// A request to send to the Frontend API. Its headers hold the secret key: `Debug` shows their names only.
#[derive(Clone)]
#[non_exhaustive]
pub struct ProxyRequest {
    /// The method, as it came.
    pub method: String,
    /// Where to send it: always on the Frontend API's own host.
    pub url: String,
    /// Its headers, names in lower case; `host` is among them.
    pub headers: Vec<(String, String)>,
    context: Context,
}

/// What its answer is read with.
#[derive(Debug, Clone)]
struct Context {
    proxy_url: String,
    base: Url,
    url: Url,
}

/// The head of the answer for the browser; its body is that of the Frontend API's answer, decoded if it was encoded.
#[derive(Clone)]
#[non_exhaustive]
pub struct ProxyResponse {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case; `set-cookie` may be there several times.
    pub headers: Vec<(String, String)>,
}

impl ProxyRequest {
    /// `None` if that would not be the Frontend API's host any more.
    pub(super) fn to(
        base: &Url,
        secret_key: &Secret,
        path: &str,
        remainder: &str,
        from: &Url,
        request: &IncomingRequest,
    ) -> Option<Self> {
        let below = if remainder.is_empty() { "/" } else { remainder };
        let query = from.query().map_or_else(String::new, |query| format!("?{query}"));
        let url = Url::parse(&format!("{}{below}{query}", base.as_str().trim_end_matches('/'))).ok()?;
        // Joined behind a host, a path cannot change it. It is looked at all the same: a key is at stake.
        let same = url.origin() == base.origin() && url.username().is_empty() && url.password().is_none();
        if !same {
            return None;
        }
        let proxy_url = format!("{}{path}", public_origin(request, from));
        let mut headers = Headers(kept(&request.headers));
        headers.set("clerk-proxy-url", &proxy_url);
        headers.set("clerk-secret-key", secret_key.expose());
        headers.set("host", &authority(base));
        headers.set("accept-encoding", "identity");
        if request.header("x-forwarded-host").is_none() {
            headers.set("x-forwarded-host", &authority(from));
        }
        if request.header("x-forwarded-proto").is_none() {
            headers.set("x-forwarded-proto", from.scheme());
        }
        let first = |value: &str| Some(value.split(',').next()?.trim().to_owned()).filter(|value| !value.is_empty());
        let client = ["cf-connecting-ip", "x-real-ip"].iter().find_map(|name| request.header(name).map(str::to_owned));
        if let Some(client) = client.or_else(|| request.header("x-forwarded-for").and_then(first)) {
            headers.set("x-forwarded-for", &client);
        }
        let context = Context { proxy_url, base: base.clone(), url: url.clone() };
        Some(Self { method: request.method.clone(), url: url.into(), headers: headers.0, context })
    }

    /// What to answer the browser with, given the status and headers that the Frontend API answered.
    #[must_use]
    pub fn response(&self, status: u16, headers: &[(String, String)]) -> ProxyResponse {
        self.context.response(status, headers)
    }

    /// Method, URL and headers as the `http` crate has them, for a body of the host's.
    ///
    /// # Errors
    /// [`ArgumentError`] for `request`, if its method is none.
    pub fn to_http<B>(&self, body: B) -> Result<http::Request<B>, ArgumentError> {
        let mut made = http::Request::builder().method(self.method.as_str()).uri(self.url.as_str());
        for (name, value) in &self.headers {
            made = made.header(name, latin1(value));
        }
        made.body(body)
            .map_err(|_| ArgumentError::new("request", "`request` has a method or a path that cannot be sent"))
    }

    /// The answer for the browser as the `http` crate has it, from the Frontend API's: its body is kept as it is.
    #[must_use]
    pub fn to_http_response<B>(&self, answer: http::Response<B>) -> http::Response<B> {
        let (mut parts, body) = answer.into_parts();
        let text = |value: &HeaderValue| value.as_bytes().iter().map(|byte| char::from(*byte)).collect();
        let headers: Vec<(String, String)> =
            parts.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        let told = self.response(parts.status.as_u16(), &headers);
        // What could not be a header has been left out already.
        parts.headers = told
            .headers
            .iter()
            .filter_map(|(name, value)| {
                Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_bytes(&latin1(value)).ok()?))
            })
            .collect();
        http::Response::from_parts(parts, body)
    }

    /// What a binding keeps to read the answer with.
    pub(crate) fn context_json(&self) -> String {
        let Context { proxy_url, base, url } = &self.context;
        json!({ "proxy_url": proxy_url, "base": base.as_str(), "url": url.as_str() }).to_string()
    }
}

/// [`ProxyRequest::response`] for a binding, which has kept the context.
pub(crate) fn response_of(context: &str, status: u16, headers: &[(String, String)]) -> Option<ProxyResponse> {
    let context: Value = serde_json::from_str(context).ok()?;
    let url = |name: &str| Url::parse(context[name].as_str()?).ok();
    let context =
        Context { proxy_url: context["proxy_url"].as_str()?.to_owned(), base: url("base")?, url: url("url")? };
    Some(context.response(status, headers))
}

impl Context {
    fn response(&self, status: u16, headers: &[(String, String)]) -> ProxyResponse {
        // What the host's client has decoded is neither encoded nor as long any more.
        let mut headers = kept(headers);
        headers.retain(|(name, _)| name != "content-encoding" && name != "content-length");
        for (name, value) in &mut headers {
            if name == "location"
                && let Some(moved) = self.moved(value)
            {
                *value = moved;
            }
        }
        ProxyResponse { status, headers }
    }

    /// A place on the Frontend API's host, as a place below the proxy.
    fn moved(&self, location: &str) -> Option<String> {
        let to = self.url.join(location).ok()?;
        let ours = matches!(to.scheme(), "http" | "https") && authority(&to) == authority(&self.base);
        let base = self.base.path().trim_end_matches('/');
        let below = to.path().strip_prefix(base).filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let mut moved = format!("{}{}", self.proxy_url, below.unwrap_or(to.path()));
        for (mark, part) in [('?', to.query()), ('#', to.fragment())] {
            if let Some(part) = part {
                moved.push(mark);
                moved.push_str(part);
            }
        }
        ours.then_some(moved)
    }
}

/// The headers that may go on, names in lower case. What cannot be a header is left out.
fn kept(headers: &[(String, String)]) -> Vec<(String, String)> {
    let named: Vec<String> = headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("connection"))
        .flat_map(|(_, value)| value.split(',').map(|name| name.trim().to_ascii_lowercase()))
        .collect();
    headers
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
        .filter(|(name, value)| {
            !HOP_BY_HOP.contains(&name.as_str())
                && !named.contains(name)
                && HeaderName::from_bytes(name.as_bytes()).is_ok()
                && HeaderValue::from_bytes(&latin1(value)).is_ok()
                && value.chars().all(|c| u32::from(c) < 256)
        })
        .collect()
}

fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()
}

struct Headers(Vec<(String, String)>);

impl Headers {
    /// One value in the place of all that were there.
    fn set(&mut self, name: &str, value: &str) {
        self.0.retain(|(other, _)| other != name);
        self.0.push((name.to_owned(), value.to_owned()));
    }
}

impl fmt::Debug for ProxyRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = authority(&self.context.base);
        f.debug_struct("ProxyRequest")
            .field("method", &self.method)
            .field("host", &host)
            .field("headers", &names(&self.headers))
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ProxyResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxyResponse").field("status", &self.status).field("headers", &names(&self.headers)).finish()
    }
}
