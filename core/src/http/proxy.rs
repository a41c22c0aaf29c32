//! Which proxy a request goes by way of.

use std::sync::Arc;

use http::header::HeaderValue;
use http::uri::{Scheme, Uri};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use url::{ParseError, Url};

/// A proxy, or the rules that the environment or the system has for them.
#[derive(Clone)]
pub(crate) struct Proxy(Arc<Matcher>);

impl Proxy {
    /// One for everything. A URL without a scheme is taken as one of http.
    pub(crate) fn all(text: &str) -> Option<Self> {
        let url = match Url::parse(text) {
            Ok(url) if url.has_host() => url,
            Ok(_) | Err(ParseError::RelativeUrlWithoutBase) => {
                Url::parse(&format!("http://{text}")).ok().filter(Url::has_host)?
            }
            Err(_) => return None,
        };
        Some(Self(Arc::new(Matcher::builder().all(String::from(url)).build())))
    }

    /// What the environment, or else the system, says now.
    pub(super) fn system() -> Self {
        Self(Arc::new(Matcher::from_system()))
    }

    pub(super) fn intercept(&self, to: &Uri) -> Option<Intercept> {
        self.0.intercept(to)
    }

    /// What the proxy is to know of who asks. Of a tunnel it is told when that is made.
    pub(super) fn authorization(&self, to: &Uri) -> Option<HeaderValue> {
        if to.scheme() != Some(&Scheme::HTTP) {
            return None;
        }
        let proxy = self.intercept(to)?;
        let scheme = proxy.uri().scheme();
        let forwards = scheme == Some(&Scheme::HTTP) || scheme == Some(&Scheme::HTTPS);
        proxy.basic_auth().filter(|_| forwards).cloned()
    }
}
