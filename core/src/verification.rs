//! What a client verifies with: its keys, its settings, and how it fetches what it lacks.

use std::sync::Arc;
use std::time::Duration;

use crate::args::Arguments;
use crate::auth::{
    Answers, ApiAnswer, ApiCall, Auth, AuthApi, AuthenticateOptions, Authenticator, Decision, Echo, RequestParts,
    RequestState, TokenRequest,
};
use crate::call::CallOptions;
use crate::client::{Clerk, DEFAULT_KEYS_TIMEOUT};
use crate::error::{Error, Result};
use crate::http::RawResponse;
use crate::key::{
    Around, KeyCacheSettings, KeyCaches, KeyResponse, KeySource, LocalKey, NoAnswer, Progress, PublishableKey,
};
use crate::options::Values;
use crate::secret::Secret;
use crate::token::{Claims, Instance, MachineToken, Step, Verifier, VerifyOptions};

/// The part of a client that verifies.
#[derive(Debug)]
pub(crate) struct Verification {
    authenticator: Authenticator,
}

impl Verification {
    pub(crate) fn new(values: &Values, api_url: &url::Url, api_version: &str) -> Result<Self> {
        let keys = KeyCaches::new(api_url.as_str(), api_version, values.secret_key.as_ref(), settings(values));
        Self::with_keys(values, Arc::new(keys), None)
    }

    /// For these options, with the keys that this one's client has fetched, of the same API and secret key, and the tokens
    /// that held with them.
    pub(crate) fn sharing_keys(&self, values: &Values) -> Result<Self> {
        let verifier = self.authenticator.verifier();
        Self::with_keys(values, Arc::clone(verifier.keys()), Some(verifier))
    }

    fn with_keys(values: &Values, keys: Arc<KeyCaches>, shared: Option<&Verifier>) -> Result<Self> {
        let publishable_key = values.publishable_key.as_deref().map(PublishableKey::parse).transpose()?;
        let jwt_key = values.jwt_key.as_ref().map(|key| LocalKey::parse(key.expose())).transpose()?;
        let secret_key = values.secret_key.as_ref();
        let instance = Instance::of(publishable_key.as_ref(), secret_key.map(Secret::expose));
        let mut verifier = Verifier::new(jwt_key, keys, instance, defaults(values));
        if let Some(entries) = values.token_cache_entries {
            verifier = verifier.with_token_cache(usize::try_from(entries).unwrap_or(usize::MAX));
        }
        if let Some(shared) = shared {
            verifier = verifier.sharing_tokens(shared);
        }
        let own = AuthenticateOptions {
            publishable_key,
            machine_secret_key: values.machine_secret_key.clone(),
            domain: values.domain.clone().unwrap_or_default(),
            is_satellite: values.is_satellite.unwrap_or_default(),
            proxy_url: values.proxy_url.clone().unwrap_or_default(),
            sign_in_url: values.sign_in_url.clone().unwrap_or_default(),
            organization_patterns: values.organization_patterns.clone().unwrap_or_default(),
            personal_account_patterns: values.personal_account_patterns.clone().unwrap_or_default(),
            auto_proxy: values.auto_proxy.unwrap_or_default(),
            machine_cache_ms: values.machine_cache.map_or(0, ms),
            ..AuthenticateOptions::default()
        };
        let authenticator = Authenticator::new(verifier, secret_key.cloned(), own);
        authenticator.check_patterns()?;
        Ok(Self { authenticator })
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
        self.verify_step(token, options, &Progress::Start)
    }

    /// The same with something around the signature, if one has to be computed: for hosts that let go of a
    /// lock meanwhile.
    pub fn try_verify_token_around(
        &self,
        token: &str,
        options: &VerifyOptions,
        around: Around,
    ) -> Step<Result<Claims>> {
        self.verify_step(token, options, &Progress::Around(around))
    }

    fn verify_step(&self, token: &str, options: &VerifyOptions, progress: &Progress) -> Step<Result<Claims>> {
        match self.authenticator().verifier().step(token, options, self.now_ms(), progress) {
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
        request: &RequestParts<'_>,
        options: &AuthenticateOptions,
    ) -> Result<RequestState> {
        Ok(self.authenticator().authenticate(request, options, &*self.inner.clock, self).await?)
    }

    /// The same with what is in hand: no I/O, no waiting. `None` says that [`Clerk::authenticate_request`] would ask the API.
    #[must_use]
    pub fn try_authenticate_request(
        &self,
        request: &RequestParts<'_>,
        options: &AuthenticateOptions,
    ) -> Option<Result<RequestState>> {
        self.authenticate_step(request, options, &Answers::default())
    }

    /// The same with something around the signature, if one has to be computed: for hosts that let go of a lock meanwhile.
    #[must_use]
    pub fn try_authenticate_request_around(
        &self,
        request: &RequestParts<'_>,
        options: &AuthenticateOptions,
        around: Around,
    ) -> Option<Result<RequestState>> {
        self.authenticate_step(request, options, &Answers::around(around))
    }

    fn authenticate_step(
        &self,
        request: &RequestParts<'_>,
        options: &AuthenticateOptions,
        answers: &Answers,
    ) -> Option<Result<RequestState>> {
        match self.authenticator().step(request, options, self.now_ms(), answers) {
            Decision::Done(state) => Some(state.map_err(Error::from)),
            Decision::Need(_) => None,
        }
    }

    /// What an authentication of this request would be made on, as [`RequestState::debug_json`] tells it: for bindings that
    /// keep a state which says nothing but who is signed in.
    ///
    /// # Errors
    /// As [`Clerk::authenticate_request`].
    pub fn context_json(&self, request: &RequestParts<'_>, options: &AuthenticateOptions) -> Result<String> {
        Ok(self.authenticator().context_json(request, options, self.now_ms())?)
    }

    /// How many tokens that were verified are remembered at most.
    #[must_use]
    pub fn remembers_tokens(&self) -> usize {
        self.authenticator().verifier().remembers()
    }

    /// The settings that a state repeats unless its call says otherwise.
    #[must_use]
    pub fn echo(&self) -> Arc<Echo> {
        Arc::clone(self.authenticator().echo())
    }

    /// Verifies a machine's token (§2.8): an API key, an M2M or an OAuth token. A JWT is verified here, an opaque one by the
    /// API. Of the options, keys, audience and clock skew hold.
    ///
    /// # Errors
    /// `Token` with one of the reasons of §2.7; `Unavailable` if it could not be found out.
    pub async fn verify_machine_token(&self, token: &str, options: &AuthenticateOptions) -> Result<MachineToken> {
        let verified = self.authenticator().verify_machine(token, options, &*self.inner.clock, self).await;
        Ok(verified.map_err(|refused| refused.error)?)
    }

    /// The same with what is in hand: no I/O, no waiting. `None` says that [`Clerk::verify_machine_token`] would ask the API.
    #[must_use]
    pub fn try_verify_machine_token(&self, token: &str, options: &AuthenticateOptions) -> Option<Result<MachineToken>> {
        let decided =
            self.authenticator().try_verify_machine(token, options, self.now_ms(), &Answers::default()).ok()?;
        Some(decided.map_err(|refused| refused.error.into()))
    }

    /// A token for this caller: the one that the request had; with a template or a life of its own, one that the API
    /// makes. `None` for nobody.
    ///
    /// # Errors
    /// What the call of the API meets.
    pub async fn get_token(
        &self,
        auth: &Auth,
        template: Option<&str>,
        expires_in_seconds: Option<i64>,
    ) -> Result<Option<String>> {
        match auth.token_request(template, expires_in_seconds) {
            TokenRequest::Ready(token) => Ok(token),
            TokenRequest::Call { operation, arguments } => {
                let arguments = Arguments::from_json(&arguments)?;
                let answer = self.call(operation, &arguments, &[], &CallOptions::default()).await?;
                let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
                Ok(body.get("jwt").and_then(serde_json::Value::as_str).map(str::to_owned))
            }
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

fn ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn settings(values: &Values) -> KeyCacheSettings {
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
        clock_skew_ms: values.clock_skew.map(ms),
        ..VerifyOptions::default()
    }
}

impl KeySource for Clerk {
    async fn fetch(&self, secret_key: &Secret) -> Result<KeyResponse, NoAnswer> {
        answer(self.fetch_keys(secret_key).await)
    }
}

impl AuthApi for Clerk {
    async fn call(&self, call: &ApiCall) -> ApiAnswer {
        answer(self.call_for_authentication(call).await)
    }
}

fn answer(result: Result<RawResponse>) -> ApiAnswer {
    match result {
        Ok(response) => Ok(KeyResponse { status: response.status, body: response.body.to_vec(), retry_after: None }),
        Err(Error::Api(error)) => Ok(KeyResponse {
            status: error.status,
            body: error.body.to_vec(),
            retry_after: error.retry_after.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
        }),
        Err(error) => Err(NoAnswer { message: error.to_string() }),
    }
}
