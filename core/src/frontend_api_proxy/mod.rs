//! The Frontend API under a path of one's own (§4.2): which requests are for it, what to send on, what to answer.
//!
//! Nothing here does I/O and no body is touched: the host sends what [`FrontendApiProxy::prepare`] says with a client of
//! its own, without following redirects, and streams both bodies. The secret key goes into one header of a request whose
//! host is the Frontend API's, whatever path, host or headers the browser sent.
//!
//! ```no_run
//! use clerk_usher::frontend_api_proxy::{FrontendApiProxy, IncomingRequest, ProxyAnswer, ProxyStep};
//! # type Body = Vec<u8>;
//! # type Answer = Result<http::Response<Body>, std::io::Error>;
//!
//! /// `send` is the client of your choice.
//! async fn clerk(
//!     proxy: &FrontendApiProxy,
//!     request: http::Request<Body>,
//!     send: impl AsyncFnOnce(http::Request<Body>) -> Answer,
//! ) -> http::Response<Body> {
//!     let step = proxy.prepare(&IncomingRequest::of(&request));
//!     let ProxyStep::Send(outgoing) = &step else { return step.into_answer().into() };
//!     let Ok(onward) = outgoing.to_http(request.into_body()) else { return ProxyAnswer::failed().into() };
//!     match send(onward).await {
//!         Ok(answer) => outgoing.to_http_response(answer),
//!         Err(_) => ProxyAnswer::failed().into(),
//!     }
//! }
//! ```

mod origin;
mod outgoing;
mod request;

pub(crate) use outgoing::response_of;
pub use outgoing::{ProxyRequest, ProxyResponse};
pub use request::IncomingRequest;

use std::collections::BTreeMap;
use std::fmt;

use serde_json::json;
use url::Url;

use crate::client::Clerk;
use crate::error::ConfigError;
use crate::key::{check_secret_key, fapi_url_from_publishable_key};
use crate::secret::Secret;

/// Where the proxy is unless told otherwise.
pub const DEFAULT_PROXY_PATH: &str = "/__clerk";

/// How a proxy is set up. What is empty comes from the environment: `CLERK_PUBLISHABLE_KEY`, `CLERK_SECRET_KEY`,
/// `CLERK_FAPI_URL`.
#[derive(Debug, Clone, Default)]
pub struct FrontendApiProxyOptions {
    /// The instance's publishable key.
    pub publishable_key: String,
    /// The instance's secret key.
    pub secret_key: Option<Secret>,
    /// The path that is the proxy's, with all below it. Default [`DEFAULT_PROXY_PATH`].
    pub path: String,
    /// Where the Frontend API is. Default: as the publishable key says (R-442).
    pub fapi_url: String,
    /// Variables to use instead of the process's.
    pub environment: Option<BTreeMap<String, String>>,
}

/// Proxies the Frontend API under a path of the application's own.
#[derive(Debug, Clone)]
pub struct FrontendApiProxy {
    /// Without a slash at its end.
    path: String,
    target: Result<Target, &'static str>,
}

/// What is known once the proxy is set up well.
#[derive(Debug, Clone)]
struct Target {
    secret_key: Secret,
    base: Url,
}

/// What is to be done with a request.
#[derive(Debug)]
pub enum ProxyStep {
    /// It is not for the proxy. A host that has asked all the same can answer with this (R-441).
    NotMine(ProxyAnswer),
    /// It is, and this is the answer: the proxy is not set up well.
    Answer(ProxyAnswer),
    /// Send this, with the body of the request, and answer as [`ProxyRequest::response`] says.
    Send(Box<ProxyRequest>),
}

impl ProxyStep {
    /// The answer that needs nobody else; for a request that would have to be sent, that it could not be.
    #[must_use]
    pub fn into_answer(self) -> ProxyAnswer {
        match self {
            Self::NotMine(answer) | Self::Answer(answer) => answer,
            Self::Send(_) => ProxyAnswer::failed(),
        }
    }
}

/// An answer that needs nobody else: an error, as JSON (R-441).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyAnswer {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body: JSON text.
    pub body: String,
}

impl ProxyAnswer {
    fn new(status: u16, code: &str, message: &str) -> Self {
        let headers = [("content-type", "application/json"), ("cache-control", "no-store")];
        Self {
            status,
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            body: json!({ "errors": [{ "code": code, "message": message }] }).to_string(),
        }
    }

    /// For a request that could not be sent, or got no answer: 502.
    #[must_use]
    pub fn failed() -> Self {
        Self::new(502, REQUEST_FAILED, "The Frontend API could not be reached")
    }
}

impl<B: From<Vec<u8>>> From<ProxyAnswer> for http::Response<B> {
    fn from(answer: ProxyAnswer) -> Self {
        let mut response = Self::new(B::from(answer.body.into_bytes()));
        *response.status_mut() = http::StatusCode::from_u16(answer.status).unwrap_or(http::StatusCode::BAD_GATEWAY);
        for (name, value) in answer.headers {
            if let (Ok(name), Ok(value)) =
                (http::HeaderName::try_from(name.as_str()), http::HeaderValue::try_from(value.as_str()))
            {
                response.headers_mut().append(name, value);
            }
        }
        response
    }
}

const CONFIGURATION: &str = "proxy_configuration_error";
const REQUEST_FAILED: &str = "proxy_request_failed";

impl FrontendApiProxy {
    /// A proxy. Missing keys and a bad URL are no errors here: requests are answered with 500 then (R-441), and the rest
    /// of the application lives.
    ///
    /// # Errors
    /// [`ConfigError`] for a `path` that is none.
    pub fn new(options: FrontendApiProxyOptions) -> Result<Self, ConfigError> {
        let path = if options.path.is_empty() { DEFAULT_PROXY_PATH } else { &options.path };
        let path = path.trim_end_matches('/').to_owned();
        check_path(&path)?;
        Ok(Self { path, target: target(&options) })
    }

    /// The path, without a slash at its end: empty where everything is the proxy's.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether a request is for the proxy: its path is the proxy's, or below it (R-440).
    #[must_use]
    pub fn matches(&self, request: &IncomingRequest) -> bool {
        request.url().is_some_and(|url| self.remainder(&url).is_some())
    }

    /// What to do with a request (R-441 to R-444).
    #[must_use]
    pub fn prepare(&self, request: &IncomingRequest) -> ProxyStep {
        let url = request.url();
        let matched = url.as_ref().and_then(|url| Some((url, self.remainder(url)?)));
        let Some((url, remainder)) = matched else {
            let message = format!("The path of the request is not below {}", self.path);
            return ProxyStep::NotMine(ProxyAnswer::new(400, "proxy_path_mismatch", &message));
        };
        let target = match &self.target {
            Ok(target) => target,
            Err(why) => return ProxyStep::Answer(ProxyAnswer::new(500, CONFIGURATION, why)),
        };
        match ProxyRequest::to(&target.base, &target.secret_key, &self.path, remainder, url, request) {
            Some(outgoing) => ProxyStep::Send(Box::new(outgoing)),
            None => {
                ProxyStep::Answer(ProxyAnswer::new(400, REQUEST_FAILED, "The request would leave the Frontend API"))
            }
        }
    }

    /// What follows the proxy's path: nothing, or something that starts with a slash.
    fn remainder<'a>(&self, url: &'a Url) -> Option<&'a str> {
        url.path().strip_prefix(self.path.as_str()).filter(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl Clerk {
    /// A proxy with this client's keys, where the options have none.
    ///
    /// # Errors
    /// As [`FrontendApiProxy::new`].
    pub fn frontend_api_proxy(&self, mut options: FrontendApiProxyOptions) -> Result<FrontendApiProxy, ConfigError> {
        let values = &self.inner.values;
        if options.publishable_key.is_empty() {
            options.publishable_key = values.publishable_key.clone().unwrap_or_default();
        }
        options.secret_key = options.secret_key.or_else(|| values.secret_key.clone());
        options.environment = options.environment.or_else(|| values.variables.given().cloned());
        FrontendApiProxy::new(options)
    }
}

fn check_path(path: &str) -> Result<(), ConfigError> {
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '?' | '#' | '\\');
    let dots = path.split('/').any(|segment| matches!(segment, "." | ".."));
    // As it would be seen in a request, or it could never match.
    let kept = Url::parse("http://localhost").is_ok_and(|mut url| {
        url.set_path(path);
        url.path() == path || path.is_empty()
    });
    if (path.is_empty() || path.starts_with('/')) && path.chars().all(plain) && !dots && kept {
        Ok(())
    } else {
        Err(ConfigError::new("path", format!("`path` must be a path such as {DEFAULT_PROXY_PATH}")))
    }
}

fn target(options: &FrontendApiProxyOptions) -> Result<Target, &'static str> {
    let variable = |name: &str| {
        let value = match &options.environment {
            None => std::env::var(name).unwrap_or_default(),
            Some(variables) => variables.get(name).cloned().unwrap_or_default(),
        };
        value.trim().to_owned()
    };
    let given = |option: &str, name: &str| if option.is_empty() { variable(name) } else { option.to_owned() };
    let publishable_key = given(&options.publishable_key, "CLERK_PUBLISHABLE_KEY");
    if publishable_key.is_empty() {
        return Err("The publishable key is missing: set CLERK_PUBLISHABLE_KEY");
    }
    let secret_key = options.secret_key.as_ref().map(Secret::expose).unwrap_or_default();
    let secret_key = given(secret_key, "CLERK_SECRET_KEY");
    if secret_key.is_empty() {
        return Err("The secret key is missing: set CLERK_SECRET_KEY");
    }
    let secret_key = check_secret_key("secret_key", &secret_key).map_err(|_| "The secret key is not valid")?;
    let fapi_url = given(&options.fapi_url, "CLERK_FAPI_URL");
    let fapi_url =
        if fapi_url.is_empty() { fapi_url_from_publishable_key(&publishable_key) } else { fapi_url.as_str() };
    let base = base(fapi_url).ok_or("The Frontend API's URL is not valid: see CLERK_FAPI_URL")?;
    Ok(Target { secret_key, base })
}

/// The Frontend API's URL, without slashes at its end.
fn base(text: &str) -> Option<Url> {
    let mut url = Url::parse(text).ok()?;
    // Nothing has credentials, a query or a fragment without one of these, and an empty one of them is none either.
    let plain = matches!(url.scheme(), "http" | "https") && !text.contains(['@', '?', '#']);
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    plain.then_some(url)
}

impl fmt::Display for ProxyAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, self.body)
    }
}

#[cfg(test)]
mod tests;
