//! The client: one door for all operations, and the few that are native.

use std::sync::Arc;

use bytes::Bytes;
use clerk_usher::args::Arguments;
use clerk_usher::auth::{AuthenticateOptions, RequestParts};
use clerk_usher::token::{Step, VerifyOptions};
use clerk_usher::{CallOptions, Clerk, ClerkBuilder, Error, File};
use napi::Env;
use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::answer::{Outcome, thrown};
use crate::auth::NativeRequestState;
use crate::cancel::{Flag, NativeCanceller};
use crate::clock::NativeClock;
use crate::hooks::{NativeRecorder, recorded};
use crate::names::NativeNames;
use crate::runtime::promise;
use crate::webhook::NativeDelivery;

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
pub struct NativeClient(Clerk);

#[napi]
impl NativeClient {
    /// A client from its options, as JSON text.
    #[napi(factory, catch_unwind)]
    pub fn create(options_json: String, clock: Option<&NativeClock>) -> Result<Self> {
        let built = ClerkBuilder::from_json(&options_json)
            .map(|builder| with_clock(builder, clock))
            .and_then(ClerkBuilder::build);
        built.map(Self).map_err(|error| thrown(&error))
    }

    /// A copy with some options changed.
    #[napi(catch_unwind)]
    pub fn with_options(&self, options_json: String, clock: Option<&NativeClock>) -> Result<Self> {
        let copy = self.0.with_options(|builder| Ok(with_clock(builder.merge_json(&options_json)?, clock)));
        copy.map(Self).map_err(|error| thrown(&error))
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
        let clerk = self.0.clone();
        let recorder = recorder.map(NativeRecorder::recorder);
        let names = names.map(NativeNames::names);
        // The bytes are JavaScript's, and only until this function returns.
        let files: Vec<(String, File)> = files.into_iter().map(file).collect();
        promise(env, flag(canceller), async move {
            let arguments = Arguments::from_json(&arguments_json)?;
            let options = recorded(CallOptions::from_json(&options_json)?, recorder);
            let response = clerk.call(&operation, &arguments, &files, &options).await?;
            Ok(match names.and_then(|names| names.of(&response.body)) {
                Some((items, beside)) => Outcome::Listing(response, items, beside),
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
        let clerk = self.0.clone();
        let recorder = recorder.map(NativeRecorder::recorder);
        promise(env, flag(canceller), async move {
            let query: Vec<(String, String)> = match query_json {
                Some(text) => serde_json::from_str(&text).map_err(|error| Error::Internal(error.to_string()))?,
                None => Vec::new(),
            };
            let options = recorded(CallOptions::from_json(&options_json)?, recorder);
            clerk.request(&method, &path, &query, body_json.as_deref(), &options).await.map(Outcome::Response)
        })
    }

    /// Verifies a session token with the keys at hand: its claims as JSON text, or null if keys have to be fetched.
    #[napi(catch_unwind)]
    pub fn try_verify_token(&self, token: String, options_json: String) -> Result<Option<String>> {
        let options = verify_options(&options_json).map_err(|error| thrown(&error))?;
        match self.0.try_verify_token(&token, &options) {
            Step::Done(Ok(claims)) => Ok(Some(claims.json().to_owned())),
            Step::Done(Err(error)) => Err(thrown(&error)),
            Step::NeedKeys(_) => Ok(None),
        }
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
        let clerk = self.0.clone();
        promise(env, flag(canceller), async move {
            let claims = clerk.verify_token(&token, &verify_options(&options_json)?).await?;
            Ok(Outcome::Value(claims.json().to_owned()))
        })
    }

    /// Authenticates a request with what is at hand: null if the API has to be asked.
    #[napi(catch_unwind)]
    pub fn try_authenticate_request(
        &self,
        request_json: String,
        options_json: String,
    ) -> Result<Option<NativeRequestState>> {
        let (request, options) = authenticate_options(&request_json, &options_json).map_err(|error| thrown(&error))?;
        match self.0.try_authenticate_request(&request, &options) {
            Some(Ok(state)) => Ok(Some(NativeRequestState::new(state))),
            Some(Err(error)) => Err(thrown(&error)),
            None => Ok(None),
        }
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
        let clerk = self.0.clone();
        promise(env, flag(canceller), async move {
            let (request, options) = authenticate_options(&request_json, &options_json)?;
            let state = clerk.authenticate_request(&request, &options).await?;
            Ok(Outcome::State(Box::new(state)))
        })
    }

    /// Verifies a machine's token with what is at hand: what is known of it as JSON text, or null if the API has to be asked.
    #[napi(catch_unwind)]
    pub fn try_verify_machine_token(&self, token: String, options_json: String) -> Result<Option<String>> {
        let options = AuthenticateOptions::from_json(&options_json).map_err(|error| thrown(&error.into()))?;
        match self.0.try_verify_machine_token(&token, &options) {
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
        let clerk = self.0.clone();
        promise(env, flag(canceller), async move {
            let options = AuthenticateOptions::from_json(&options_json)?;
            Ok(Outcome::Value(clerk.verify_machine_token(&token, &options).await?.to_json()))
        })
    }

    /// The verdict on a webhook's delivery. `headers` has names and values in turn.
    #[napi(catch_unwind)]
    pub fn verify_webhook(&self, headers: Vec<String>, body: Uint8Array) -> Result<NativeDelivery> {
        let webhook = self.0.webhook().map_err(|error| thrown(&error.into()))?;
        crate::webhook::verify(webhook, &headers, &body)
    }

    /// Fetches the keys that verify tokens.
    #[napi(catch_unwind, ts_return_type = "Promise<Answer>")]
    pub fn warm_up<'env>(&self, env: &'env Env, canceller: Option<&NativeCanceller>) -> Result<Object<'env>> {
        let clerk = self.0.clone();
        promise(env, flag(canceller), async move { clerk.warm_up().await.map(|()| Outcome::Done) })
    }
}

impl NativeClient {
    pub(crate) fn clerk(&self) -> Clerk {
        self.0.clone()
    }
}

fn verify_options(json: &str) -> clerk_usher::Result<VerifyOptions> {
    Ok(VerifyOptions::from_json(json)?)
}

fn authenticate_options(request: &str, options: &str) -> clerk_usher::Result<(RequestParts, AuthenticateOptions)> {
    Ok((RequestParts::from_json(request)?, AuthenticateOptions::from_json(options)?))
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
