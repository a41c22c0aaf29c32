//! What holds for one request: the call's options over the client's (§3.1), checked (§3.2).

use super::options::AcceptsToken;
use super::plain_url::PublicUrl;
use super::{AuthenticateError, AuthenticateOptions, Authenticator};
use crate::key::{InstanceType, PublishableKey};
use crate::secret::Secret;
use crate::token::{TokenType, VerifyOptions};
use std::borrow::Cow;

/// The merged settings of one request.
#[derive(Clone, Copy)]
pub(crate) struct Settings<'a> {
    pub(crate) verify: &'a VerifyOptions,
    pub(crate) accepts: &'a AcceptsToken,
    pub(crate) publishable_key: Option<&'a PublishableKey>,
    pub(crate) secret_key: Option<&'a Secret>,
    pub(crate) machine_secret_key: Option<&'a Secret>,
    pub(crate) authorized_parties_set: bool,
    pub(crate) domain: &'a str,
    pub(crate) is_satellite: bool,
    pub(crate) proxy_url: &'a str,
    pub(crate) organization_patterns: &'a [String],
    pub(crate) personal_account_patterns: &'a [String],
    /// Whether a key is given that needs no network.
    pub(crate) jwt_key_set: bool,
    /// What most requests do not ask for is looked up when it is asked for.
    call: &'a AuthenticateOptions,
    defaults: &'a AuthenticateOptions,
}

/// Where a proxy is unless told otherwise.
const DEFAULT_PROXY_PATH: &str = "/__clerk";

const SESSIONS_ONLY: AcceptsToken = AcceptsToken::One(TokenType::SessionToken);

/// The first that is not empty.
fn first<'a>(own: &'a str, other: &'a str) -> &'a str {
    if own.is_empty() { other } else { own }
}

impl<'a> Settings<'a> {
    /// The first that is set, the call's own first.
    pub(crate) fn of(client: &'a Authenticator, call: &'a AuthenticateOptions) -> Self {
        let defaults = client.defaults();
        let parties = |options: &VerifyOptions| !options.authorized_parties.is_empty();
        fn list<'a>(own: &'a [String], other: &'a [String]) -> &'a [String] {
            if own.is_empty() { other } else { own }
        }
        let publishable_key = call.publishable_key.as_ref().or(defaults.publishable_key.as_ref());
        let domain = first(&call.domain, &defaults.domain);
        let production = publishable_key.is_some_and(|key| key.instance_type() == InstanceType::Production);
        let mut proxy_url = first(&call.proxy_url, &defaults.proxy_url);
        if proxy_url.is_empty() && domain.is_empty() && production && defaults.auto_proxy {
            // as a path, it is on the request's public origin.
            proxy_url = DEFAULT_PROXY_PATH;
        }
        Self {
            verify: &call.verify,
            accepts: call.accepts_token.as_ref().or(defaults.accepts_token.as_ref()).unwrap_or(&SESSIONS_ONLY),
            publishable_key,
            secret_key: call.verify.secret_key.as_ref().or(client.secret_key()),
            // Whoever names a tenant's secret key means that tenant: the client's machine is another's (law 10).
            machine_secret_key: match (&call.machine_secret_key, &call.verify.secret_key) {
                (Some(own), _) => Some(own),
                (None, Some(_)) => None,
                (None, None) => defaults.machine_secret_key.as_ref(),
            },
            authorized_parties_set: parties(&call.verify) || parties(client.verifier().defaults()),
            domain,
            is_satellite: call.is_satellite || defaults.is_satellite,
            proxy_url,
            organization_patterns: list(&call.organization_patterns, &defaults.organization_patterns),
            personal_account_patterns: list(&call.personal_account_patterns, &defaults.personal_account_patterns),
            jwt_key_set: call.verify.jwt_key.is_some() || client.verifier().has_local_key(),
            call,
            defaults,
        }
    }

    pub(crate) fn sign_in_url(&self) -> &'a str {
        first(&self.call.sign_in_url, &self.defaults.sign_in_url)
    }

    pub(crate) fn sign_up_url(&self) -> &'a str {
        first(&self.call.sign_up_url, &self.defaults.sign_up_url)
    }

    pub(crate) fn after_sign_in_url(&self) -> &'a str {
        first(&self.call.after_sign_in_url, &self.defaults.after_sign_in_url)
    }

    pub(crate) fn after_sign_up_url(&self) -> &'a str {
        first(&self.call.after_sign_up_url, &self.defaults.after_sign_up_url)
    }

    pub(crate) fn satellite_auto_sync(&self) -> bool {
        self.call.satellite_auto_sync || self.defaults.satellite_auto_sync
    }

    /// Whether the instance is for production. Without a publishable key it is not known, and nothing depends on it.
    pub(crate) fn is_production(&self) -> bool {
        self.publishable_key.is_some_and(|key| key.instance_type() == InstanceType::Production)
    }

    /// Whether the proxy is on the request's own origin.
    pub(crate) fn is_proxied_by_path(&self) -> bool {
        self.proxy_url.starts_with('/')
    }

    /// The proxy's URL; a path is one of the request's own origin.
    pub(crate) fn proxy_url_on(&self, url: &PublicUrl) -> Result<Cow<'a, str>, AuthenticateError> {
        if !self.is_proxied_by_path() {
            return Ok(self.proxy_url.into());
        }
        let mut proxy = url.to_url()?.into_owned();
        proxy.set_fragment(None);
        proxy.set_query(None);
        proxy.set_path(self.proxy_url);
        Ok(String::from(proxy).into())
    }

    /// Where the Frontend API is: the proxy, else a production satellite's domain, else the key's host.
    pub(crate) fn frontend_api(&self, url: &PublicUrl) -> Result<Cow<'a, str>, AuthenticateError> {
        if self.proxy_url.is_empty() { Ok(self.original_frontend_api()) } else { self.proxy_url_on(url) }
    }

    /// The Frontend API's host as the key and a production satellite's domain have it, whatever the proxy (§3.4, R-310).
    pub(crate) fn original_frontend_api(&self) -> Cow<'a, str> {
        if self.is_production() && self.is_satellite && !self.domain.is_empty() {
            return format!("clerk.{}", self.domain).into();
        }
        self.publishable_key.map(PublishableKey::frontend_api).unwrap_or_default().into()
    }
}
