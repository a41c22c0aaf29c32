//! Verifying session tokens (§2.3): which key, then the rules.

use super::cache::{DEFAULT_ENTRIES, TokenCache};
use super::decode::{DecodedToken, Header, KnownHeader};
use super::error::{TokenError, TokenErrorReason as Reason, action};
use super::json;
use super::kind::{TokenType, is_m2m_category};
use super::machine::{MachineError, MachineToken, check_oauth_audience};
use super::options::{Effective, VerifyOptions};
use super::read::{Known, ReadToken};
use super::rules::{check_handshake, check_header, quoted, verify, verify_again};
use super::{Claims, Step};
use crate::clock::Clock;
use crate::key::{
    InstanceType, KeyCache, KeyCaches, KeyFailure, KeyFailureReason, KeySource, LocalKey, Lookup, NeedKeys, Progress,
    PublishableKey, VerifyingKey,
};
use arc_swap::ArcSwapOption;
use std::fmt::Write as _;
use std::ops::Deref;
use std::sync::Arc;

/// Which instance this client is of, for messages: a host, and test or live.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Instance {
    /// The Frontend API's host, where a publishable key says it.
    pub host: Option<String>,
    /// Development or production, where a key says it.
    pub kind: Option<InstanceType>,
}

impl Instance {
    /// What these keys say. The secret key itself is not kept.
    #[must_use]
    pub fn of(publishable_key: Option<&PublishableKey>, secret_key: Option<&str>) -> Self {
        Self {
            host: publishable_key.map(|key| key.frontend_api().to_owned()),
            kind: publishable_key
                .map(PublishableKey::instance_type)
                .or_else(|| secret_key.and_then(InstanceType::of_secret_key)),
        }
    }
}

/// What a decision lacks: keys that have to be fetched.
#[derive(Debug, Clone)]
pub struct Missing {
    cache: Arc<KeyCache>,
    need: NeedKeys,
}

impl Missing {
    /// Asks the key endpoint, or waits for the one who is asking; then the decision is to be made again, with the progress
    /// that this returns.
    pub async fn load<S: KeySource>(&self, clock: &dyn Clock, source: &S) -> Progress {
        self.cache.refresh(self.need, clock, source).await
    }
}

/// The key of a decision.
enum Key<'a> {
    /// The client's own, or the call's.
    Given(&'a Arc<VerifyingKey>),
    /// One that was fetched.
    Found(Arc<VerifyingKey>),
}

impl Deref for Key<'_> {
    type Target = Arc<VerifyingKey>;

    fn deref(&self) -> &Arc<VerifyingKey> {
        match self {
            Self::Given(key) => key,
            Self::Found(key) => key,
        }
    }
}

/// The most times that one decision is begun anew. The second always ends it; the third is for what should not happen.
const MAX_STEPS: usize = 3;

/// Verifies session tokens with the keys of one client.
#[derive(Debug, Clone)]
pub struct Verifier {
    local: Option<LocalKey>,
    remote: Arc<KeyCaches>,
    instance: Instance,
    defaults: VerifyOptions,
    pub(super) seen: Arc<TokenCache>,
    /// The header of the last token that was accepted.
    pub(super) header: Arc<ArcSwapOption<KnownHeader>>,
}

impl Verifier {
    /// A verifier. `jwt_key` goes before the own secret key of `keys`, and a key of a call before both; `defaults`
    /// hold where a call says nothing, but for its keys, which are given here.
    #[must_use]
    pub fn new(jwt_key: Option<LocalKey>, keys: Arc<KeyCaches>, instance: Instance, defaults: VerifyOptions) -> Self {
        Self {
            local: jwt_key,
            remote: keys,
            instance,
            defaults,
            seen: Arc::new(TokenCache::new(DEFAULT_ENTRIES)),
            header: Arc::default(),
        }
    }

    /// The same, remembering at most so many session tokens whose signature held: 0 for none. Default 10 000.
    #[must_use]
    pub fn with_token_cache(mut self, entries: usize) -> Self {
        self.seen = Arc::new(TokenCache::new(entries));
        self
    }

    /// The same, remembering tokens together with this one, if it is to remember as many. A JWT key that both have becomes
    /// one, so that what held with it counts for both.
    #[must_use]
    pub(crate) fn sharing_tokens(mut self, other: &Self) -> Self {
        if self.seen.entries() == other.seen.entries() {
            self.seen = Arc::clone(&other.seen);
        }
        if let (Some(own), Some(theirs)) = (&self.local, &other.local)
            && own.key().algorithm() == theirs.key().algorithm()
            && own.key().is_same_key(theirs.key())
        {
            self.local = Some(theirs.clone());
        }
        self
    }

    /// The caches that keys are kept in.
    #[must_use]
    pub fn keys(&self) -> &Arc<KeyCaches> {
        &self.remote
    }

    /// How many tokens are remembered at most.
    pub(crate) fn remembers(&self) -> usize {
        self.seen.entries()
    }

    /// Whether the client has a key that needs no network.
    pub(crate) fn has_local_key(&self) -> bool {
        self.local.is_some()
    }

    /// The client's own settings.
    #[must_use]
    pub fn defaults(&self) -> &VerifyOptions {
        &self.defaults
    }

    /// Decides with the keys in hand, without any I/O. `now_ms` is Unix time in milliseconds.
    ///
    /// # Errors
    /// Inside `Done`: [`TokenError`]. With its `unavailable` set, nothing was decided about the token.
    #[must_use]
    pub fn try_verify(&self, token: &str, options: &VerifyOptions, now_ms: i64) -> Step<Result<Claims, TokenError>> {
        self.step(token, options, now_ms, &Progress::Start)
    }

    /// The same, given what has been done for this decision before.
    #[must_use]
    pub fn step(
        &self,
        token: &str,
        options: &VerifyOptions,
        now_ms: i64,
        progress: &Progress,
    ) -> Step<Result<Claims, TokenError>> {
        match self.decide(token, options, now_ms, progress) {
            Ok(done) => Step::Done(done),
            Err(missing) => Step::NeedKeys(missing),
        }
    }

    /// Decides, asking the key endpoint at most once if the keys in hand do not suffice.
    ///
    /// # Errors
    /// [`TokenError`]. With its `unavailable` set, nothing was decided about the token.
    pub async fn verify<S: KeySource>(
        &self,
        token: &str,
        options: &VerifyOptions,
        clock: &dyn Clock,
        source: &S,
    ) -> Result<Claims, TokenError> {
        let mut progress = Progress::Start;
        for _ in 0..MAX_STEPS {
            match self.step(token, options, clock.now_ms(), &progress) {
                Step::Done(done) => return done,
                Step::NeedKeys(missing) => progress = missing.load(clock, source).await,
            }
        }
        Err(undecided())
    }

    /// Fetches the keys of the client's own secret key unless they are in hand: for start-up hooks, so that no request has
    /// to wait. Nothing to do where there is a JWT key.
    ///
    /// # Errors
    /// [`TokenError`], as verifying a token would end: `jwk-failed-to-resolve` without any key, or what the key endpoint
    /// said, or `unavailable`.
    pub async fn warm_up<S: KeySource>(&self, clock: &dyn Clock, source: &S) -> Result<(), TokenError> {
        if self.local.is_some() {
            return Ok(());
        }
        let cache = self.remote.own().ok_or_else(no_keys)?;
        if cache.is_warm(clock.now_ms()) {
            return Ok(());
        }
        let progress = cache.refresh(cache.need(), clock, source).await;
        match progress {
            Progress::GaveUp { failure, .. } => Err(token_error(&failure)),
            _ if cache.is_warm(clock.now_ms()) => Ok(()),
            _ => Err(cache.failure().map_or_else(undecided, |failure| token_error(&failure))),
        }
    }

    /// The decision itself: a verdict, or the keys that it lacks.
    pub(crate) fn decide(
        &self,
        token: &str,
        options: &VerifyOptions,
        now_ms: i64,
        progress: &Progress,
    ) -> Result<Result<Claims, TokenError>, Missing> {
        let read = match self.read(token) {
            Ok(read) => read,
            Err(error) => return Ok(Err(error)),
        };
        Ok(self.judge(token, &read, options, now_ms, progress)?.and_then(|claims| match (claims, read.known) {
            (Some(claims), _) | (None, Known::Seen(claims)) => Ok(claims),
            (None, Known::New(_)) => Err(undecided()),
        }))
    }

    /// The same of a token that was read already.
    pub(crate) fn decide_read(
        &self,
        token: &str,
        read: &ReadToken,
        options: &VerifyOptions,
        now_ms: i64,
        progress: &Progress,
    ) -> Result<Result<Claims, TokenError>, Missing> {
        Ok(self.judge(token, read, options, now_ms, progress)?.and_then(|claims| match (claims, &read.known) {
            (Some(claims), _) => Ok(claims),
            (None, Known::Seen(claims)) => Ok(claims.clone()),
            (None, Known::New(_)) => Err(undecided()),
        }))
    }

    /// The claims of a token that was read, if they hold; none if those do that were read.
    fn judge(
        &self,
        token: &str,
        read: &ReadToken,
        options: &VerifyOptions,
        now_ms: i64,
        progress: &Progress,
    ) -> Result<Result<Option<Claims>, TokenError>, Missing> {
        let rules = options.or(&self.defaults);
        // What was accepted once is of a category that counts.
        if let Known::New(decoded) = &read.known
            && let Err(error) = check_category(decoded.header())
        {
            return Ok(Err(error));
        }
        // The key is chosen as if the token were new.
        let issuer = || read.claim("iss").and_then(json::string);
        let key = match self.key_for(read.header(), issuer, options, now_ms, progress, false)? {
            Ok(key) => key,
            Err(error) => return Ok(Err(error)),
        };
        let again;
        let decoded = match &read.known {
            // Only if it is the very one, the signature is known to hold. Whoever wants keys of this moment wants no word of
            // an earlier one.
            Known::Seen(seen) if seen.remembered().holds_with(&key) && !options.skip_jwks_cache => {
                seen.remembered().note_use();
                return Ok(verify_again(seen, &key, &rules, now_ms).map(|()| None));
            }
            Known::Seen(_) => match DecodedToken::read_with(token, self.header.load().as_deref()) {
                Ok(decoded) => {
                    again = decoded;
                    &again
                }
                Err(error) => return Ok(Err(error)),
            },
            Known::New(decoded) => decoded,
        };
        let verdict = verify(decoded, &key, &rules, now_ms, progress.around());
        if let Ok(claims) = &verdict {
            if !self.header.load().as_ref().is_some_and(|known| known.is(decoded.parsed().header())) {
                self.header.store(Some(Arc::new(KnownHeader::of(decoded.parsed()))));
            }
            if let (Some(place), false) = (read.place, options.skip_jwks_cache) {
                self.seen.keep(place, claims, now_ms);
            }
        }
        Ok(verdict.map(Some))
    }

    /// Verifies the JWT of a machine with the keys in hand (§2.8 item 1). `token_type` is what the token says of itself.
    /// Of the options only keys, audience and clock skew hold (D-2): who may have asked for a session says nothing here.
    pub(crate) fn machine_jwt(
        &self,
        token: &str,
        token_type: TokenType,
        options: &VerifyOptions,
        now_ms: i64,
        progress: &Progress,
    ) -> Result<Result<MachineToken, MachineError>, Missing> {
        let failed = |error| Ok(Err(MachineError::of_jwt(token_type, error)));
        let decoded = match DecodedToken::read(token) {
            Ok(decoded) => decoded,
            Err(error) => return Ok(Err(MachineError::new(token_type, Reason::TokenInvalid, error.message))),
        };
        let is_m2m = token_type == TokenType::M2mToken;
        if is_m2m && decoded.header().cat.is_some() && !is_m2m_category(decoded.header()) {
            let message = "The token's category is not that of M2M tokens.";
            return Ok(Err(MachineError::new(token_type, Reason::TokenInvalid, message)));
        }
        let key = match self.key_for(decoded.header(), || decoded.string("iss"), options, now_ms, progress, false)? {
            Ok(key) => key,
            Err(error) => return failed(error),
        };
        let asked = options.or(&self.defaults);
        let types = ["at+jwt".to_owned(), "application/at+jwt".to_owned()];
        let rules = Effective {
            audience: if is_m2m { asked.audience } else { &[] },
            authorized_parties: &[],
            allow_missing_azp: false,
            issuer: &[],
            clock_skew_ms: asked.clock_skew_ms,
            header_type: if is_m2m { None } else { Some(&types) },
        };
        let claims = match verify(&decoded, &key, &rules, now_ms, progress.around()) {
            Ok(claims) => claims,
            Err(error) => return failed(error),
        };
        if let Some(refused) = check_oauth_audience(claims.raw("aud"), asked.audience).err().filter(|_| !is_m2m) {
            return Ok(Err(refused));
        }
        Ok(Ok(MachineToken::of_jwt(token_type, &claims, now_ms.saturating_sub(asked.clock_skew_ms))))
    }

    /// The payload of a handshake token (§2.9), as JSON text: its signature holds, and its claims are not looked at.
    pub(crate) fn handshake(
        &self,
        token: &str,
        options: &VerifyOptions,
        now_ms: i64,
        progress: &Progress,
    ) -> Result<Result<String, TokenError>, Missing> {
        let decoded = match DecodedToken::read(token) {
            Ok(decoded) => decoded,
            Err(error) => return Ok(Err(error)),
        };
        let key = match self.key_for(decoded.header(), || decoded.string("iss"), options, now_ms, progress, true)? {
            Ok(key) => key,
            Err(error) => return Ok(Err(error)),
        };
        Ok(check_handshake(&decoded, &key, progress.around()).map(|()| decoded.payload().to_owned()))
    }

    /// §2.3 item 3: a JWT key, else the keys that a secret key fetches. Those of the call go before those of the client, so
    /// that a client with a JWT key, asked about another tenant's token, does not decide by its own.
    fn key_for<'a>(
        &'a self,
        header: &Header,
        issuer: impl Fn() -> Option<String>,
        options: &'a VerifyOptions,
        now_ms: i64,
        progress: &Progress,
        of_handshake: bool,
    ) -> Result<Result<Key<'a>, TokenError>, Missing> {
        let cache = match (&options.jwt_key, &options.secret_key, &self.local, self.remote.own()) {
            (Some(local), ..) | (None, None, Some(local), _) => return Ok(Ok(Key::Given(local.key()))),
            (None, Some(secret_key), ..) => self.remote.for_decision(secret_key, now_ms, progress),
            (None, None, None, Some(own)) => Arc::clone(own),
            (None, None, None, None) => return Ok(Err(no_keys())),
        };
        match cache.look_up(header.kid(), now_ms, options.skip_jwks_cache, progress) {
            Lookup::Key(key) => Ok(Ok(Key::Found(key))),
            Lookup::Unusable(why) => {
                // In the order of §2.2: what is wrong with the token itself is told first.
                let types = if of_handshake { None } else { options.or(&self.defaults).header_type };
                if let Err(error) = check_header(header, types) {
                    return Ok(Err(error));
                }
                let message = format!("The instance's key of this id cannot be used: {why}.");
                Ok(Err(TokenError::new(Reason::TokenVerificationFailed, message).with_action(action::ENSURE_CLERK_JWT)))
            }
            Lookup::Unknown => Ok(Err(self.no_such_key(header, issuer()))),
            Lookup::Failed(failure) => Ok(Err(token_error(&failure))),
            Lookup::Need(need) => Err(Missing { cache, need }),
        }
    }

    /// names the token's key id and issuer and this instance, never the ids of other keys.
    fn no_such_key(&self, header: &Header, issuer: Option<String>) -> TokenError {
        let kid = header.kid().map_or_else(|| "no `kid`".to_owned(), |kid| format!("the `kid` {}", quoted(kid)));
        let issuer = issuer.filter(|iss| !iss.is_empty());
        let from = issuer.as_deref().map_or_else(|| "no `iss`".to_owned(), |iss| format!("the `iss` {}", quoted(iss)));
        let mut message = format!("No key for this token: it has {kid} and {from}; this client is of ");
        let kind = match self.instance.kind {
            Some(InstanceType::Development) => " (test)",
            Some(InstanceType::Production) => " (live)",
            None => "",
        };
        let host = self.instance.host.as_deref();
        let _ = write!(message, "{}{kind}", host.unwrap_or("an instance whose host is not known here"));
        if let (Some(issuer), Some(host)) = (&issuer, host) {
            let theirs = issuer.strip_prefix("https://").or_else(|| issuer.strip_prefix("http://")).unwrap_or(issuer);
            if theirs != host {
                message.push_str(", and the token is of another instance");
            }
        }
        message.push('.');
        TokenError::new(Reason::JwkKidMismatch, message).with_action(action::CHECK_KEYS)
    }
}

/// A machine's token is no session's, whoever signed it.
fn check_category(header: &Header) -> Result<(), TokenError> {
    if is_m2m_category(header) {
        let message = "The token is a machine's, not a session's.";
        return Err(TokenError::new(Reason::TokenInvalid, message).with_action(action::ENSURE_CLERK_JWT));
    }
    Ok(())
}

fn no_keys() -> TokenError {
    TokenError::new(Reason::JwkFailedToResolve, "There is neither a JWT key nor a secret key to fetch keys with.")
        .with_action(action::SET_JWT_KEY)
}

/// What a failure of the key endpoint is to the token that had to wait for it (R-236, R-237, D-15).
fn token_error(failure: &KeyFailure) -> TokenError {
    let (reason, action) = match failure.reason {
        KeyFailureReason::SecretKeyInvalid => (Reason::SecretKeyInvalid, Some(action::CONTACT_SUPPORT)),
        KeyFailureReason::FailedToLoad => (Reason::JwkRemoteFailedToLoad, Some(action::CONTACT_SUPPORT)),
        KeyFailureReason::Unexpected => (Reason::UnexpectedError, None),
    };
    let mut error = TokenError::new(reason, format!("{}.", failure.message.trim_end_matches('.')));
    error.action = action;
    error.unavailable = failure.outage;
    error.retry_after_ms = failure.retry_after_ms;
    error
}

/// For a loop that should have ended by itself.
pub(crate) fn undecided() -> TokenError {
    let mut error =
        TokenError::new(Reason::UnexpectedError, "The keys changed faster than the token could be verified.");
    error.unavailable = true;
    error
}
