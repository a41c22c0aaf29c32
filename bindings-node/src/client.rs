//! The client: one door for all operations, and the few that are native.

use std::sync::Arc;

use bytes::Bytes;
use clerk_usher::args::Arguments;
use clerk_usher::auth::{AuthenticateOptions, RequestParts, latin1};
use clerk_usher::token::{Step, VerifyOptions};
use clerk_usher::{CallOptions, Clerk, ClerkBuilder, Error, File};
use napi::Env;
use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::answer::{Outcome, thrown};
use crate::at_once;
use crate::auth::{NativeRequestState, identity, number, numbered, whose};
use crate::cancel::{Flag, NativeCanceller};
use crate::clock::NativeClock;
use crate::hooks::{NativeRecorder, recorded};
use crate::names::NativeNames;
use crate::request;
use crate::runtime::promise;
use crate::transport::with_transport;
use crate::webhook::NativeWebhook;

/// A file of a multipart form.
#[napi(object, object_to_js = false)]
pub struct NativeFile {
    /// The argument's name.
    pub field: String,
    /// The name the API is told.
    pub filename: Option<String>,
    /// Its media type.
    pub content_type: Option<String>,
    /// What is in it.
    pub data: Uint8Array,
}

/// A client of one instance.
#[napi]
#[derive(Debug)]
pub struct NativeClient {
    clerk: Clerk,
    /// Whether its transport is the host's.
    asks: bool,
}

#[napi]
impl NativeClient {
    /// A client from its options, as JSON text.
    #[napi(factory, catch_unwind)]
    pub fn create(options_json: String, clock: Option<&NativeClock>, asks: bool) -> Result<Self> {
        let built = ClerkBuilder::from_json(&options_json)
            .map(|builder| with_transport(with_clock(builder, clock), asks))
            .and_then(ClerkBuilder::build);
        built.map(|clerk| Self { clerk, asks }).map_err(|error| thrown(&error))
    }

    /// A copy with some options changed; `asks` says whether it has a transport that this one has not.
    #[napi(catch_unwind)]
    pub fn with_options(&self, options_json: String, clock: Option<&NativeClock>, asks: bool) -> Result<Self> {
        let change =
            |builder: ClerkBuilder| Ok(with_transport(with_clock(builder.merge_json(&options_json)?, clock), asks));
        let copy = self.clerk.with_options(change);
        copy.map(|clerk| Self { clerk, asks: asks || self.asks }).map_err(|error| thrown(&error))
    }

    /// Calls an operation.
    #[napi(catch_unwind, ts_return_type = "Promise<Answer>")]
    #[allow(clippy::too_many_arguments)]
    pub fn call<'env>(
        &self,
        env: &'env Env,
        operation: String,
        arguments_json: String,
        files: Vec<NativeFile>,
        options_json: String,
        canceller: Option<&NativeCanceller>,
        recorder: Option<&NativeRecorder>,
        names: Option<&NativeNames>,
    ) -> Result<Object<'env>> {
        let clerk = self.clerk.clone();
        let recorder = recorder.map(NativeRecorder::recorder);
        let names = names.map(NativeNames::names);
        // The bytes are JavaScript's, and only until this function returns.
        let files: Vec<(String, File)> = files.into_iter().map(file).collect();
        promise(env, flag(canceller), self.asks, async move {
            let arguments = Arguments::from_json(&arguments_json)?;
            let options = recorded(CallOptions::from_json(&options_json)?, recorder);
            let response = clerk.call(&operation, &arguments, &files, &options).await?;
            Ok(match names.and_then(|names| names.of(&response.body)) {
                Some(named) => Outcome::Listing(response, named),
                None => Outcome::Response(response),
            })
        })
    }

    /// Sends a request that no operation describes.
    #[napi(catch_unwind, ts_return_type = "Promise<Answer>")]
    #[allow(clippy::too_many_arguments)]
    pub fn request<'env>(
        &self,
        env: &'env Env,
        method: String,
        path: String,
        query_json: Option<String>,
        body_json: Option<String>,
        options_json: String,
        canceller: Option<&NativeCanceller>,
        recorder: Option<&NativeRecorder>,
    ) -> Result<Object<'env>> {
        let clerk = self.clerk.clone();
        let recorder = recorder.map(NativeRecorder::recorder);
        promise(env, flag(canceller), self.asks, async move {
            let query: Vec<(String, String)> = match query_json {
                Some(text) => serde_json::from_str(&text).map_err(|error| Error::Internal(error.to_string()))?,
                None => Vec::new(),
            };
            let options = recorded(CallOptions::from_json(&options_json)?, recorder);
            clerk.request(&method, &path, &query, body_json.as_deref(), &options).await.map(Outcome::Response)
        })
    }

    /// The functions of a token and of a request for calls without options: as `try_verify_token` and
    /// `try_authenticate_request`, without a class around them.
    #[napi(catch_unwind)]
    pub fn at_once<'env>(&self, env: &'env Env) -> Result<Vec<Function<'env>>> {
        at_once::functions(env, &self.clerk)
    }

    /// Verifies a session token with the keys at hand, or gives null if keys have to be fetched. Of claims that were verified
    /// before it gives their number; else, and if `whole`, the number and the claims' JSON text, as one text.
    #[napi(catch_unwind)]
    pub fn try_verify_token(
        &self,
        token: Latin1String,
        options_json: Option<String>,
        whole: Option<bool>,
    ) -> Result<Option<Either<f64, String>>> {
        let options = verify_options(options_json.as_deref()).map_err(|error| thrown(&error))?;
        verified(&self.clerk, &latin1(&token), &options, whole == Some(true))
    }

    /// The same, fetching keys.
    #[napi(catch_unwind, ts_return_type = "Promise<Answer>")]
    pub fn verify_token<'env>(
        &self,
        env: &'env Env,
        token: String,
        options_json: String,
        canceller: Option<&NativeCanceller>,
    ) -> Result<Object<'env>> {
        let clerk = self.clerk.clone();
        promise(env, flag(canceller), self.asks, async move {
            let claims = clerk.verify_token(&token, &verify_options(Some(&options_json))?).await?;
            Ok(Outcome::Value(numbered(&claims)))
        })
    }

    /// Authenticates a request with what is at hand: null if the API has to be asked, or all of the request is needed. A state
    /// that says nothing but whose session it is, is the number of the session's claims if those were verified before; else,
    /// and if `whole`, who is calling, as texts in one.
    #[napi(catch_unwind)]
    pub fn try_authenticate_request(
        &self,
        request: Latin1String,
        fields: u32,
        options_json: Option<String>,
        whole: Option<bool>,
    ) -> Result<Option<Either3<f64, String, NativeRequestState>>> {
        let options = authenticate_options(options_json.as_deref()).map_err(|error| thrown(&error))?;
        let text = latin1(&request);
        let Some(request) = request::read(&text, fields) else { return Ok(None) };
        authenticated(&self.clerk, &request, &options, whole == Some(true))
    }

    /// What an authentication of this request is made on, as JSON text.
    #[napi(catch_unwind)]
    pub fn context_json(&self, request_json: String, options_json: Option<String>) -> Result<String> {
        let told = || {
            let options = authenticate_options(options_json.as_deref())?;
            self.clerk.context_json(&RequestParts::from_json(&request_json)?, &options)
        };
        told().map_err(|error| thrown(&error))
    }

    /// How many tokens that were verified are remembered at most.
    #[napi(catch_unwind)]
    #[must_use]
    #[allow(clippy::cast_precision_loss)] // a number of things in memory
    pub fn remembers_tokens(&self) -> f64 {
        self.clerk.remembers_tokens() as f64
    }

    /// The settings that a state repeats unless its call says otherwise, as JSON text.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn echo_json(&self) -> String {
        self.clerk.echo().to_json()
    }

    /// The same, asking the API.
    #[napi(catch_unwind, ts_return_type = "Promise<Answer>")]
    pub fn authenticate_request<'env>(
        &self,
        env: &'env Env,
        request_json: String,
        options_json: String,
        canceller: Option<&NativeCanceller>,
    ) -> Result<Object<'env>> {
        let clerk = self.clerk.clone();
        promise(env, flag(canceller), self.asks, async move {
            let options = authenticate_options(Some(&options_json))?;
            let request = RequestParts::from_json(&request_json)?;
            let state = clerk.authenticate_request(&request, &options).await?;
            Ok(Outcome::State(Box::new(state)))
        })
    }

    /// Verifies a machine's token with what is at hand: what is known of it as JSON text, or null if the API has to be asked.
    #[napi(catch_unwind)]
    pub fn try_verify_machine_token(&self, token: String, options_json: String) -> Result<Option<String>> {
        let options = AuthenticateOptions::from_json(&options_json).map_err(|error| thrown(&error.into()))?;
        match self.clerk.try_verify_machine_token(&token, &options) {
            Some(Ok(token)) => Ok(Some(token.to_json())),
            Some(Err(error)) => Err(thrown(&error)),
            None => Ok(None),
        }
    }

    /// The same, asking the API.
    #[napi(catch_unwind, ts_return_type = "Promise<Answer>")]
    pub fn verify_machine_token<'env>(
        &self,
        env: &'env Env,
        token: String,
        options_json: String,
        canceller: Option<&NativeCanceller>,
    ) -> Result<Object<'env>> {
        let clerk = self.clerk.clone();
        promise(env, flag(canceller), self.asks, async move {
            let options = AuthenticateOptions::from_json(&options_json)?;
            Ok(Outcome::Value(clerk.verify_machine_token(&token, &options).await?.to_json()))
        })
    }

    /// What verifies webhooks with the client's secret.
    #[napi(catch_unwind)]
    pub fn webhook(&self) -> Result<NativeWebhook> {
        let webhook = self.clerk.webhook().map_err(|error| thrown(&error.into()))?;
        Ok(NativeWebhook::of(webhook.clone()))
    }

    /// Fetches the keys that verify tokens.
    #[napi(catch_unwind, ts_return_type = "Promise<Answer>")]
    pub fn warm_up<'env>(&self, env: &'env Env, canceller: Option<&NativeCanceller>) -> Result<Object<'env>> {
        let clerk = self.clerk.clone();
        promise(env, flag(canceller), self.asks, async move { clerk.warm_up().await.map(|()| Outcome::Done) })
    }
}

impl NativeClient {
    pub(crate) fn clerk(&self) -> Clerk {
        self.clerk.clone()
    }

    pub(crate) fn asks(&self) -> bool {
        self.asks
    }
}

/// A session token with the keys at hand: see [`NativeClient::try_verify_token`].
pub(crate) fn verified(
    clerk: &Clerk,
    token: &str,
    options: &VerifyOptions,
    whole: bool,
) -> Result<Option<Either<f64, String>>> {
    match clerk.try_verify_token(token, options) {
        Step::Done(Ok(claims)) if claims.were_remembered() && !whole => Ok(Some(Either::A(number(&claims)))),
        Step::Done(Ok(claims)) => Ok(Some(Either::B(numbered(&claims)))),
        Step::Done(Err(error)) => Err(thrown(&error)),
        Step::NeedKeys(_) => Ok(None),
    }
}

/// A request with what is at hand: see [`NativeClient::try_authenticate_request`].
pub(crate) fn authenticated(
    clerk: &Clerk,
    request: &RequestParts<'_>,
    options: &AuthenticateOptions,
    whole: bool,
) -> Result<Option<Either3<f64, String, NativeRequestState>>> {
    let state = match clerk.try_authenticate_request(request, options) {
        Some(decided) => decided.map_err(|error| thrown(&error))?,
        None => return Ok(None),
    };
    Ok(Some(match whose(&state, &clerk.echo()) {
        Some(claims) if claims.were_remembered() && !whole => Either3::A(number(claims)),
        Some(claims) => Either3::B(identity(claims, &state)),
        None => Either3::C(NativeRequestState::new(state)),
    }))
}

fn verify_options(json: Option<&str>) -> clerk_usher::Result<VerifyOptions> {
    Ok(json.map(VerifyOptions::from_json).transpose()?.unwrap_or_default())
}

fn authenticate_options(json: Option<&str>) -> clerk_usher::Result<AuthenticateOptions> {
    Ok(json.map(AuthenticateOptions::from_json).transpose()?.unwrap_or_default())
}

fn with_clock(builder: ClerkBuilder, clock: Option<&NativeClock>) -> ClerkBuilder {
    match clock {
        Some(clock) => builder.shared_clock(clock.shared()),
        None => builder,
    }
}

fn flag(canceller: Option<&NativeCanceller>) -> Option<Arc<Flag>> {
    canceller.map(NativeCanceller::flag)
}

fn file(file: NativeFile) -> (String, File) {
    let bytes = Bytes::copy_from_slice(&file.data);
    let made = File::new(file.filename.unwrap_or_else(|| file.field.clone()), bytes);
    let made = match file.content_type {
        Some(content_type) => made.content_type(content_type),
        None => made,
    };
    (file.field, made)
}
