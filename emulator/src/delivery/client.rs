//! The HTTP clients that deliver. Made at their first use: most emulators never need one.

use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use rustls::{ClientConfig, RootCertStore};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// How long an endpoint has for its answer, as with Svix.
const TIMEOUT: Duration = Duration::from_secs(15);

/// One client for each kind of place: with TLS or without, on this machine or elsewhere.
#[derive(Debug, Default)]
pub(super) struct Clients([OnceLock<Result<Client, String>>; 4]);

/// Whether a URL leads to this machine, as far as its text tells.
fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    host == "localhost" || host.ends_with(".localhost") || address.is_ok_and(|address| address.is_loopback())
}

impl Clients {
    /// The client for a URL, or why there is none.
    pub(super) fn of(&self, url: &Url) -> Result<&Client, String> {
        let (tls, loopback) = (url.scheme() == "https", is_loopback(url));
        let [local, local_tls, far, far_tls] = &self.0;
        let slot = match (loopback, tls) {
            (true, false) => local,
            (true, true) => local_tls,
            (false, false) => far,
            (false, true) => far_tls,
        };
        slot.get_or_init(|| build(tls, loopback)).as_ref().map_err(Clone::clone)
    }
}

fn build(tls: bool, loopback: bool) -> Result<Client, String> {
    let mut roots = RootCertStore::empty();
    if tls {
        // The system's, with what SSL_CERT_FILE names; Mozilla's where there are none.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS cannot be set up: {error}"))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let builder = Client::builder()
        .tls_backend_preconfigured(config)
        .user_agent(concat!("clerk-usher-emulator/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .timeout(TIMEOUT);
    // A proxy that the environment names for everything is not meant for this machine itself.
    let builder = if loopback { builder.no_proxy() } else { builder };
    builder.build().map_err(|error| format!("the HTTP client cannot be set up: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_told_from_others() {
        for (url, here) in [
            ("http://127.0.0.1:3000/hooks", true),
            ("http://[::1]:3000", true),
            ("https://app.localhost", true),
            ("http://localhost", true),
            ("https://example.com", false),
            ("http://10.0.0.1", false),
        ] {
            assert_eq!(Url::parse(url).as_ref().map(is_loopback), Ok(here), "{url}");
        }
    }
}
