//! TLS without anything process-wide: our own provider and our own roots, for our own connections.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::error::ConfigError;

/// Reads the certificates of a PEM bundle.
pub(crate) fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>, ConfigError> {
    let wrong = |what: String| ConfigError::new("ca_certificates", format!("`ca_certificates` {what}"));
    let all: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|error| wrong(format!("is not a PEM bundle: {error}")))?;
    let mut store = RootCertStore::empty();
    for certificate in &all {
        store
            .add(certificate.clone())
            .map_err(|error| wrong(format!("has a certificate that cannot be used: {error}")))?;
    }
    if all.is_empty() {
        return Err(wrong("must be PEM text with at least one certificate (-----BEGIN CERTIFICATE-----)".to_owned()));
    }
    Ok(all)
}

/// A configuration that trusts the system's roots (`SSL_CERT_FILE` and `SSL_CERT_DIR` are honoured), Mozilla's where
/// the system has none, and the caller's own besides. `plain` is for an API without TLS: no roots are loaded.
pub(super) fn config(extra: &[CertificateDer<'static>], plain: bool) -> Result<ClientConfig, ConfigError> {
    let mut roots = RootCertStore::empty();
    if !plain {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
    }
    roots.add_parsable_certificates(extra.iter().cloned());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ConfigError::new("api_url", format!("TLS cannot be set up: {error}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// What a client of another kind connects with, such as that of the command: the same roots, nothing process-wide.
///
/// # Errors
/// `Config`, if TLS cannot be set up.
pub fn tls_config() -> Result<ClientConfig, ConfigError> {
    config(&[], false)
}
