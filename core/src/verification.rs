//! What a client verifies with: its keys, its settings, and how it fetches what it lacks.

use std::sync::Arc;
use std::time::Duration;

use crate::auth::{AuthenticateOptions, Authenticator, RequestParts, RequestState};
use crate::client::{Clerk, DEFAULT_KEYS_TIMEOUT};
use crate::error::{Error, Result};
use crate::key::{KeyCacheSettings, KeyCaches, KeyResponse, KeySource, LocalKey, NoAnswer, PublishableKey};
use crate::options::Values;
use crate::secret::Secret;
use crate::token::{Claims, Instance, Step, Verifier, VerifyOptions};

/// The part of a client that verifies.
#[derive(Debug)]
pub(crate) struct Verification {
    authenticator: Authenticator,
}

impl Verification {
    pub(crate) fn new(values: &Values, api_url: &reqwest::Url, api_version: &str) -> Result<Self> {
        let keys = KeyCaches::new(api_url.as_str(), api_version, values.secret_key.as_ref(), settings(values));
        Self::with_keys(values, Arc::new(keys))
    }

    /// For these options, with the keys that this one's client has fetched: of the same API and secret key.
    pub(crate) fn sharing_keys(&self, values: &Values) -> Result<Self> {
        Self::with_keys(values, Arc::clone(self.authenticator.verifier().keys()))
    }

    fn with_keys(values: &Values, keys: Arc<KeyCaches>) -> Result<Self> {
        let publishable_key = values.publishable_key.as_deref().map(PublishableKey::parse).transpose()?;
        let jwt_key = values.jwt_key.as_ref().map(|key| LocalKey::parse(key.expose())).transpose()?;
        let secret_key = values.secret_key.as_ref();
        let instance = Instance::of(publishable_key.as_ref(), secret_key.map(Secret::expose));
        let verifier = Verifier::new(jwt_key, keys, instance, defaults(values));
        let own = AuthenticateOptions {
            publishable_key,
            machine_secret_key: values.machine_secret_key.clone(),
            domain: values.domain.clone().unwrap_or_default(),
            is_satellite: values.is_satellite.unwrap_or_default(),
            proxy_url: values.proxy_url.clone().unwrap_or_default(),
            sign_in_url: values.sign_in_url.clone().unwrap_or_default(),
            ..AuthenticateOptions::default()
        };
        Ok(Self { authenticator: Authenticator::new(verifier, secret_key.cloned(), own) })
    }
}

impl Clerk {
    fn authenticator(&self) -> &Authenticator {
        &self.inner.verification.authenticator
    }

    /// Verifies a session token (§2.3), fetching keys if those in hand do not suffice.
    ///
    /// # Errors
    /// `Token` with the reason; `Unavailable` if the keys could not be had, which says nothing of the token.
    pub async fn verify_token(&self, token: &str, options: &VerifyOptions) -> Result<Claims> {
        let clock = &*self.inner.clock;
        Ok(self.authenticator().verifier().verify(token, options, clock, self).await?)
    }

    /// Verifies a session token with the keys in hand: no I/O, no waiting. `NeedKeys` says that [`Clerk::verify_token`]
    /// would ask the key endpoint.
    pub fn try_verify_token(&self, token: &str, options: &VerifyOptions) -> Step<Result<Claims>> {
        match self.authenticator().verifier().try_verify(token, options, self.now_ms()) {
            Step::Done(verdict) => Step::Done(verdict.map_err(Error::from)),
            Step::NeedKeys(missing) => Step::NeedKeys(missing),
        }
    }

    /// Who sent this request? Whatever is wrong with the request itself is a state; so is an outage.
    ///
    /// # Errors
    /// `Config` or `Argument`, if client or call are set up wrongly (§3.2).
    pub async fn authenticate_request(
        &self,
        request: &RequestParts,
        options: &AuthenticateOptions,
    ) -> Result<RequestState> {
        Ok(self.authenticator().authenticate(request, options, &*self.inner.clock, self).await?)
    }

    /// The same with the keys in hand: no I/O, no waiting.
    pub fn try_authenticate_request(
        &self,
        request: &RequestParts,
        options: &AuthenticateOptions,
    ) -> Step<Result<RequestState>> {
        match self.authenticator().try_authenticate(request, options, self.now_ms()) {
            Step::Done(state) => Step::Done(state.map_err(Error::from)),
            Step::NeedKeys(missing) => Step::NeedKeys(missing),
        }
    }

    /// Fetches the keys that verify tokens, so that the first request does not wait for them: for start-up hooks. Does
    /// nothing with a JWT key, or if they are in hand.
    ///
    /// # Errors
    /// `Unavailable` or `Token`, as verifying would say; `Config` without any key.
    pub async fn warm_up(&self) -> Result<()> {
        Ok(self.authenticator().verifier().warm_up(&*self.inner.clock, self).await?)
    }
}

fn settings(values: &Values) -> KeyCacheSettings {
    let ms = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    let usual = KeyCacheSettings::default();
    KeyCacheSettings {
        unknown_kid_cooldown_ms: values.keys_cooldown.map_or(usual.unknown_kid_cooldown_ms, ms),
        wait_ms: u64::try_from(values.keys_timeout.unwrap_or(DEFAULT_KEYS_TIMEOUT).as_millis()).unwrap_or(u64::MAX),
        ..usual
    }
}

fn defaults(values: &Values) -> VerifyOptions {
    let list = |list: &Option<Vec<String>>| list.clone().unwrap_or_default();
    VerifyOptions {
        audience: list(&values.audience),
        authorized_parties: list(&values.authorized_parties),
        issuer: list(&values.issuer),
        header_type: values.header_type.clone(),
        clock_skew_ms: values.clock_skew.map(|skew| i64::try_from(skew.as_millis()).unwrap_or(i64::MAX)),
        ..VerifyOptions::default()
    }
}

impl KeySource for Clerk {
    async fn fetch(&self, secret_key: &Secret) -> Result<KeyResponse, NoAnswer> {
        match self.fetch_keys(secret_key).await {
            Ok(response) => {
                Ok(KeyResponse { status: response.status, body: response.body.to_vec(), retry_after: None })
            }
            Err(Error::Api(error)) => Ok(KeyResponse {
                status: error.status,
                body: error.body.to_vec(),
                retry_after: error.retry_after.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
            }),
            Err(error) => Err(NoAnswer { message: error.to_string() }),
        }
    }
}
