//! The decision (§3.6): which path a request takes, and the loop around it.

use super::api::{Answers, AuthApi, Need};
use super::context::Context;
use super::debug::DebugContext;
use super::machine::MachineVerifier;
use super::machine_cache::MachineCache;
use super::options::AcceptsToken;
use super::organization_sync::{OrganizationSync, Patterns};
use super::request::Header;
use super::settings::Settings;
use super::state::{Echo, RequestState};
use super::{AuthReason, AuthenticateError, AuthenticateOptions, RequestParts, cookie_path, header_path, precondition};
use crate::clock::Clock;
use crate::secret::Secret;
use crate::token::{
    Claims, MachineError, MachineToken, Missing, ReadToken, TokenError, TokenType, Verifier, VerifyOptions,
    opaque_type, undecided,
};
use std::fmt;
use std::sync::Arc;

/// Authenticates requests with the keys and settings of one client.
pub struct Authenticator {
    verifier: Verifier,
    secret_key: Option<Secret>,
    defaults: AuthenticateOptions,
    patterns: Patterns,
    machine_cache: MachineCache,
    /// What a state repeats where the call changes none of it, with a proxy as it was given.
    echo: Arc<Echo>,
}

/// Why a decision was left before its end.
pub(crate) enum Stop {
    Error(AuthenticateError),
    Need(Need),
}

impl From<AuthenticateError> for Stop {
    fn from(error: AuthenticateError) -> Self {
        Self::Error(error)
    }
}

impl From<Missing> for Stop {
    fn from(missing: Missing) -> Self {
        Self::Need(Need::Keys(missing))
    }
}

/// A decision, or what it lacks.
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // one at a time, moved once
pub enum Decision {
    /// Decided; or client or call are set up wrongly (§3.2).
    Done(Result<RequestState, AuthenticateError>),
    /// This has to be asked first.
    Need(Need),
}

/// One request on its way through the decision.
pub(crate) struct Request<'a> {
    pub(crate) settings: &'a Settings<'a>,
    pub(crate) context: &'a Context<'a>,
    pub(crate) parts: &'a RequestParts<'a>,
    echo: &'a Arc<Echo>,
    pub(crate) answers: &'a Answers,
    pub(crate) organization_sync: OrganizationSync,
    client: &'a Authenticator,
    now_ms: i64,
}

impl Request<'_> {
    /// The settings that a state repeats.
    pub(crate) fn echo(&self) -> Arc<Echo> {
        Arc::clone(self.echo)
    }

    /// What the header's token says.
    pub(crate) fn read_header(&self, token: &str) -> Result<&ReadToken, &TokenError> {
        self.context.read_of_header(token, &self.client.verifier)
    }

    /// Which kind of machine the header's token is of, if it is.
    pub(crate) fn machine_type_of_header(&self, token: &str) -> Option<TokenType> {
        opaque_type(token).or_else(|| self.read_header(token).ok()?.machine_type())
    }

    /// §2.3, with this call's options, of a token that was read already.
    pub(crate) fn verify_read(&self, token: &str, read: &ReadToken) -> Result<Result<Claims, TokenError>, Missing> {
        self.client.verifier.decide_read(token, read, self.settings.verify, self.now_ms, &self.answers.keys)
    }

    /// Nobody is signed in, for this reason.
    pub(crate) fn signed_out(&self, kind: TokenType, reason: AuthReason, message: String) -> RequestState {
        RequestState::signed_out(self.echo(), kind, reason, message)
    }

    /// Nothing is known, as the API is out (D-15).
    pub(crate) fn unavailable(&self, reason: AuthReason, message: String, retry_after_ms: Option<i64>) -> RequestState {
        RequestState::unavailable(self.echo(), TokenType::SessionToken, reason, message, retry_after_ms)
    }

    /// The same, as verifying a session token found out.
    pub(crate) fn unavailable_for(&self, error: &TokenError) -> RequestState {
        self.unavailable(error.reason.into(), error.full_message(), error.retry_after_ms)
    }

    /// §2.3, with this call's options.
    pub(crate) fn verify(&self, token: &str) -> Result<Result<Claims, TokenError>, Missing> {
        self.client.verifier.decide(token, self.settings.verify, self.now_ms, &self.answers.keys)
    }

    /// The same with another clock skew.
    pub(crate) fn verify_with_skew(&self, token: &str, skew_ms: i64) -> Result<Result<Claims, TokenError>, Missing> {
        let options = VerifyOptions { clock_skew_ms: Some(skew_ms), ..self.settings.verify.clone() };
        self.client.verifier.decide(token, &options, self.now_ms, &self.answers.keys)
    }

    /// §2.9, with this call's keys.
    pub(crate) fn handshake_payload(&self, token: &str) -> Result<Result<String, TokenError>, Missing> {
        self.client.verifier.handshake(token, self.settings.verify, self.now_ms, &self.answers.keys)
    }

    /// §2.8, with this call's keys and options.
    pub(crate) fn verify_machine(&self, token: &str) -> Result<Result<MachineToken, MachineError>, Stop> {
        self.client.machine(self.settings, self.now_ms, self.answers).verify(token).map_err(Stop::Need)
    }
}

/// The most times that one decision is begun anew: keys, a nonce or a refresh, and a machine's token at most, and one for
/// what should not happen.
const MAX_STEPS: usize = 6;

impl Authenticator {
    /// An authenticator. `defaults` are the client's own settings, publishable and machine secret key among them; the
    /// verifier has its own; `secret_key` is the one that the verifier's keys are fetched with.
    #[must_use]
    pub fn new(verifier: Verifier, secret_key: Option<Secret>, defaults: AuthenticateOptions) -> Self {
        let machine_cache = MachineCache::new(defaults.machine_cache_ms);
        let patterns = Patterns::default();
        let mut client = Self { verifier, secret_key, defaults, patterns, machine_cache, echo: Arc::default() };
        client.echo = Arc::new(Echo::of(&Settings::of(&client, &AuthenticateOptions::default())));
        client
    }

    /// The verifier of session tokens.
    #[must_use]
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// Whether the client's own patterns can be used.
    pub(crate) fn check_patterns(&self) -> Result<(), AuthenticateError> {
        let own = &self.defaults;
        self.patterns.sync(&own.organization_patterns, &own.personal_account_patterns).map(|_| ())
    }

    /// The settings that a state repeats unless its call says otherwise.
    pub(crate) fn echo(&self) -> &Arc<Echo> {
        &self.echo
    }

    /// What a decision about this request would be made on, for looking at.
    pub(crate) fn context_json(
        &self,
        parts: &RequestParts<'_>,
        options: &AuthenticateOptions,
        now_ms: i64,
    ) -> Result<String, AuthenticateError> {
        let settings = Settings::of(self, options);
        let cookies = parts.header(Header::Cookie).unwrap_or_default();
        let context = Context::read(parts, &cookies, &settings, &self.verifier, now_ms)?;
        Ok(DebugContext::new(context, &settings).to_json())
    }

    pub(crate) fn secret_key(&self) -> Option<&Secret> {
        self.secret_key.as_ref()
    }

    pub(crate) fn defaults(&self) -> &AuthenticateOptions {
        &self.defaults
    }

    /// Decides with what is in hand, without any I/O. `now_ms` is Unix time in milliseconds.
    ///
    /// # Errors
    /// Inside `Done`: [`AuthenticateError`], if client or call are set up wrongly (§3.2). Whatever is wrong with the
    /// request is a state.
    #[must_use]
    pub fn try_authenticate(&self, request: &RequestParts<'_>, options: &AuthenticateOptions, now_ms: i64) -> Decision {
        self.step(request, options, now_ms, Answers::none())
    }

    /// The same, given what has been asked for this decision before.
    #[must_use]
    pub fn step(
        &self,
        request: &RequestParts<'_>,
        options: &AuthenticateOptions,
        now_ms: i64,
        answers: &Answers,
    ) -> Decision {
        match self.decide(request, options, now_ms, answers) {
            Ok(state) => Decision::Done(Ok(state)),
            Err(Stop::Error(error)) => Decision::Done(Err(error)),
            Err(Stop::Need(need)) => Decision::Need(need),
        }
    }

    /// Decides, asking for what is missing: keys, refresh, nonce and machine token each once at most.
    ///
    /// # Errors
    /// [`AuthenticateError`], if client or call are set up wrongly (§3.2).
    pub async fn authenticate<S: AuthApi>(
        &self,
        request: &RequestParts<'_>,
        options: &AuthenticateOptions,
        clock: &dyn Clock,
        api: &S,
    ) -> Result<RequestState, AuthenticateError> {
        let mut answers = Answers::default();
        for _ in 0..MAX_STEPS {
            match self.step(request, options, clock.now_ms(), &answers) {
                Decision::Done(done) => return done,
                Decision::Need(need) => answers = answers.load(&need, clock, api).await,
            }
        }
        let echo = Arc::new(Echo::of(&Settings::of(self, options)));
        let error = undecided();
        Ok(RequestState::unavailable(echo, TokenType::SessionToken, error.reason.into(), error.full_message(), None))
    }

    /// Verifies a machine's token with what is in hand (§2.8); else says what is missing. `options` are those of a request.
    ///
    /// # Errors
    /// Inside `Ok`: [`MachineError`]. With its error's `unavailable` set, nothing was decided about the token.
    pub fn try_verify_machine(
        &self,
        token: &str,
        options: &AuthenticateOptions,
        now_ms: i64,
        answers: &Answers,
    ) -> Result<Result<MachineToken, MachineError>, Need> {
        self.machine(&Settings::of(self, options), now_ms, answers).verify(token)
    }

    /// Verifies a machine's token (§2.8), asking for what is missing.
    ///
    /// # Errors
    /// [`MachineError`]. With its error's `unavailable` set, nothing was decided about the token.
    pub async fn verify_machine<S: AuthApi>(
        &self,
        token: &str,
        options: &AuthenticateOptions,
        clock: &dyn Clock,
        api: &S,
    ) -> Result<MachineToken, MachineError> {
        let mut answers = Answers::default();
        for _ in 0..MAX_STEPS {
            match self.try_verify_machine(token, options, clock.now_ms(), &answers) {
                Ok(done) => return done,
                Err(need) => answers = answers.load(&need, clock, api).await,
            }
        }
        Err(MachineError { token_type: TokenType::M2mToken, error: undecided(), status: None })
    }

    fn machine<'a>(&'a self, settings: &Settings<'a>, now_ms: i64, answers: &'a Answers) -> MachineVerifier<'a> {
        MachineVerifier {
            verifier: &self.verifier,
            options: settings.verify,
            secret_key: settings.secret_key,
            machine_secret_key: settings.machine_secret_key,
            cache: &self.machine_cache,
            now_ms,
            answers,
        }
    }

    fn decide(
        &self,
        parts: &RequestParts<'_>,
        options: &AuthenticateOptions,
        now_ms: i64,
        answers: &Answers,
    ) -> Result<RequestState, Stop> {
        let settings = Settings::of(self, options);
        precondition::check(&settings, parts)?;
        let organization_sync =
            self.patterns.sync(settings.organization_patterns, settings.personal_account_patterns)?;
        let cookies = parts.header(Header::Cookie).unwrap_or_default();
        let context = Context::read(parts, &cookies, &settings, &self.verifier, now_ms)?;
        let own;
        let echo = if settings.is_proxied_by_path() {
            let proxy_url = settings.proxy_url_on(&context.url)?.into_owned();
            own = Arc::new(Echo { proxy_url, ..Echo::of(&settings) });
            &own
        } else if options.changes_echo() {
            own = Arc::new(Echo::of(&settings));
            &own
        } else {
            &self.echo
        };
        let request = Request {
            settings: &settings,
            context: &context,
            parts,
            echo,
            answers,
            organization_sync,
            client: self,
            now_ms,
        };
        let mut state = dispatch(&request)?;
        state.keep_context(DebugContext::new(context, &settings));
        Ok(state)
    }
}

/// §3.6. A token in the header goes before all cookies.
fn dispatch(request: &Request<'_>) -> Result<RequestState, Stop> {
    let settings = request.settings;
    let token = request.context.token_in_header.as_deref();
    if let AcceptsToken::List(kinds) = settings.accepts {
        let machine = token.and_then(|token| request.machine_type_of_header(token));
        let kind = machine.unwrap_or(TokenType::SessionToken);
        if !kinds.contains(&kind) {
            return Ok(RequestState::invalid_token());
        }
    }
    match (token, settings.accepts) {
        (Some(token), AcceptsToken::One(TokenType::SessionToken)) => header_path::session(request, token),
        (Some(token), AcceptsToken::One(kind)) => header_path::machine(request, token, *kind),
        (Some(token), AcceptsToken::Any | AcceptsToken::List(_)) => header_path::any(request, token),
        (None, AcceptsToken::One(kind)) if *kind != TokenType::SessionToken => {
            Ok(request.signed_out(*kind, AuthReason::NO_TOKEN_IN_HEADER, String::new()))
        }
        (None, _) => cookie_path::decide(request),
    }
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticator").field("verifier", &self.verifier).finish_non_exhaustive()
    }
}
