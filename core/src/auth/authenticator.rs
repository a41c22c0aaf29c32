//! The decision (§3.6): which path a request takes, and the loop around it.

use super::context::Context;
use super::options::AcceptsToken;
use super::settings::Settings;
use super::state::{Echo, RequestState};
use super::{AuthReason, AuthenticateError, AuthenticateOptions, RequestParts, cookie_path, header_path, precondition};
use crate::clock::Clock;
use crate::key::{KeySource, Progress};
use crate::secret::Secret;
use crate::token::{Claims, Missing, Step, TokenError, TokenType, Verifier, machine_token_type, undecided};
use std::fmt;

/// Authenticates requests with the keys and settings of one client.
pub struct Authenticator {
    verifier: Verifier,
    secret_key: Option<Secret>,
    defaults: AuthenticateOptions,
}

/// Why a decision was left before its end.
pub(crate) enum Stop {
    Error(AuthenticateError),
    Missing(Missing),
}

impl From<AuthenticateError> for Stop {
    fn from(error: AuthenticateError) -> Self {
        Self::Error(error)
    }
}

/// One request on its way through the decision.
pub(crate) struct Request<'a> {
    pub(crate) settings: Settings<'a>,
    pub(crate) context: Context,
    verifier: &'a Verifier,
    now_ms: i64,
    progress: &'a Progress,
}

impl Request<'_> {
    /// The settings that a state repeats.
    pub(crate) fn echo(&self) -> Echo {
        Echo::of(&self.settings, Some(&self.context.url))
    }

    /// Nobody is signed in, for this reason.
    pub(crate) fn signed_out(&self, kind: TokenType, reason: AuthReason, message: String) -> RequestState {
        RequestState::signed_out(self.echo(), kind, reason, message)
    }

    /// §2.3, with this call's options.
    pub(crate) fn verify(&self, token: &str) -> Result<Result<Claims, TokenError>, Stop> {
        match self.verifier.step(token, self.settings.verify, self.now_ms, self.progress) {
            Step::Done(done) => Ok(done),
            Step::NeedKeys(missing) => Err(Stop::Missing(missing)),
        }
    }
}

/// The most times that one decision is begun anew; see [`Verifier::verify`].
const MAX_STEPS: usize = 3;

impl Authenticator {
    /// An authenticator. `defaults` are the client's own settings, publishable and machine secret key among them; the
    /// verifier has its own; `secret_key` is the one that the verifier's keys are fetched with.
    #[must_use]
    pub fn new(verifier: Verifier, secret_key: Option<Secret>, defaults: AuthenticateOptions) -> Self {
        Self { verifier, secret_key, defaults }
    }

    /// The verifier of session tokens.
    #[must_use]
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    pub(crate) fn secret_key(&self) -> Option<&Secret> {
        self.secret_key.as_ref()
    }

    pub(crate) fn defaults(&self) -> &AuthenticateOptions {
        &self.defaults
    }

    /// Decides with the keys in hand, without any I/O. `now_ms` is Unix time in milliseconds.
    ///
    /// # Errors
    /// Inside `Done`: [`AuthenticateError`], if client or call are set up wrongly (§3.2). Whatever is wrong with the
    /// request is a state.
    #[must_use]
    pub fn try_authenticate(
        &self,
        request: &RequestParts,
        options: &AuthenticateOptions,
        now_ms: i64,
    ) -> Step<Result<RequestState, AuthenticateError>> {
        self.step(request, options, now_ms, &Progress::Start)
    }

    /// The same, given what has been done for this decision before.
    #[must_use]
    pub fn step(
        &self,
        request: &RequestParts,
        options: &AuthenticateOptions,
        now_ms: i64,
        progress: &Progress,
    ) -> Step<Result<RequestState, AuthenticateError>> {
        match self.decide(request, options, now_ms, progress) {
            Ok(state) => Step::Done(Ok(state)),
            Err(Stop::Error(error)) => Step::Done(Err(error)),
            Err(Stop::Missing(missing)) => Step::NeedKeys(missing),
        }
    }

    /// Decides, asking the key endpoint at most once if the keys in hand do not suffice.
    ///
    /// # Errors
    /// [`AuthenticateError`], if client or call are set up wrongly (§3.2).
    pub async fn authenticate<S: KeySource>(
        &self,
        request: &RequestParts,
        options: &AuthenticateOptions,
        clock: &dyn Clock,
        source: &S,
    ) -> Result<RequestState, AuthenticateError> {
        let mut progress = Progress::Start;
        for _ in 0..MAX_STEPS {
            match self.step(request, options, clock.now_ms(), &progress) {
                Step::Done(done) => return done,
                Step::NeedKeys(missing) => progress = missing.load(clock, source).await,
            }
        }
        let echo = Echo::of(&Settings::of(self, options), None);
        Ok(RequestState::unavailable(echo, TokenType::SessionToken, &undecided()))
    }

    fn decide(
        &self,
        parts: &RequestParts,
        options: &AuthenticateOptions,
        now_ms: i64,
        progress: &Progress,
    ) -> Result<RequestState, Stop> {
        let settings = Settings::of(self, options);
        precondition::check(&settings, parts)?;
        let context = Context::read(parts, &settings, now_ms)?;
        let request = Request { settings, context, verifier: &self.verifier, now_ms, progress };
        dispatch(&request)
    }
}

/// §3.6. A token in the header goes before all cookies.
fn dispatch(request: &Request<'_>) -> Result<RequestState, Stop> {
    let settings = &request.settings;
    let token = request.context.token_in_header.as_deref();
    if let AcceptsToken::List(kinds) = settings.accepts {
        let kind = token.and_then(machine_token_type).unwrap_or(TokenType::SessionToken);
        if !kinds.contains(&kind) {
            return Ok(RequestState::invalid_token());
        }
    }
    match (token, settings.accepts) {
        (Some(token), AcceptsToken::One(TokenType::SessionToken)) => header_path::session(request, token),
        (Some(token), AcceptsToken::One(kind)) => Ok(header_path::machine(request, token, *kind)),
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
