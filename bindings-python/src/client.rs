//! The client: options in, calls out.

use clerk_usher::args::Arguments;
use clerk_usher::auth::{AuthenticateOptions, RequestParts};
use clerk_usher::hooks::Recorder;
use clerk_usher::token::{Step, VerifyOptions};
use clerk_usher::{CallOptions, Clerk, ClerkBuilder, Error, File};
use pyo3::prelude::*;

use crate::auth::RequestState;
use crate::claims::Claims;
use crate::clock::ManualClock;
use crate::error::raise;
use crate::helper::NativeFrontendApiProxy;
use crate::machine::MachineToken;
use crate::task::{Completions, Product, Task};
use crate::webhook;

/// Name of the argument, file name, media type, content.
type NativeFile = (String, String, Option<String>, Vec<u8>);

/// A client of the core. Options and arguments come as JSON.
#[pyclass(frozen, module = "clerk_usher._native")]
pub(crate) struct NativeClient(Clerk);

fn files(taken: Vec<NativeFile>) -> Vec<(String, File)> {
    taken
        .into_iter()
        .map(|(argument, filename, content_type, content)| {
            let file = File::new(filename, content);
            (
                argument,
                match content_type {
                    Some(content_type) => file.content_type(content_type),
                    None => file,
                },
            )
        })
        .collect()
}

/// The options of a call, and who keeps its steps if anybody wants to know.
fn call_options(py: Python<'_>, options: &str, recorded: bool) -> PyResult<(CallOptions, Option<Recorder>)> {
    let options = CallOptions::from_json(options).map_err(|error| raise(py, &error.into()))?;
    let recorder = recorded.then(Recorder::default);
    Ok(match &recorder {
        Some(recorder) => (options.recorder(recorder.clone()), Some(recorder.clone())),
        None => (options, None),
    })
}

#[pymethods]
impl NativeClient {
    #[new]
    #[pyo3(signature = (options, clock=None))]
    fn new(py: Python<'_>, options: &str, clock: Option<&ManualClock>) -> PyResult<Self> {
        let build = || -> Result<Clerk, Error> {
            let builder = ClerkBuilder::from_json(options)?;
            match clock {
                Some(clock) => builder.shared_clock(clock.shared()),
                None => builder,
            }
            .build()
        };
        build().map(Self).map_err(|error| raise(py, &error))
    }

    /// A copy with some options changed.
    fn with_options(&self, py: Python<'_>, options: &str) -> PyResult<Self> {
        let copy = self.0.with_options(|builder| builder.merge_json(options));
        copy.map(Self).map_err(|error| raise(py, &error))
    }

    /// Starts a call of an operation.
    #[pyo3(signature = (operation, arguments, files, options, completions=None, recorded=false))]
    #[allow(clippy::too_many_arguments)] // one for each part of a call
    fn start_call(
        &self,
        py: Python<'_>,
        operation: &str,
        arguments: &str,
        files: Vec<NativeFile>,
        options: &str,
        completions: Option<&Completions>,
        recorded: bool,
    ) -> PyResult<Task> {
        let arguments = Arguments::from_json(arguments).map_err(|error| raise(py, &error.into()))?;
        let (options, recorder) = call_options(py, options, recorded)?;
        // Refused here, it starts no thread and waits for none.
        let call = self.0.prepare(operation, &arguments, &self::files(files), &options);
        let call = call.map_err(|error| raise(py, &error))?;
        let task = Task::start(py, completions, async move { call.send().await.map(Product::Response) })?;
        Ok(task.recorded(recorder))
    }

    /// Starts a request that no operation describes.
    #[pyo3(signature = (method, path, query, body, options, completions=None, recorded=false))]
    #[allow(clippy::too_many_arguments)] // one for each part of a request
    fn start_request(
        &self,
        py: Python<'_>,
        method: &str,
        path: &str,
        query: Vec<(String, String)>,
        body: Option<&str>,
        options: &str,
        completions: Option<&Completions>,
        recorded: bool,
    ) -> PyResult<Task> {
        let (options, recorder) = call_options(py, options, recorded)?;
        let call = self.0.prepare_request(method, path, &query, body, &options).map_err(|error| raise(py, &error))?;
        let task = Task::start(py, completions, async move { call.send().await.map(Product::Response) })?;
        Ok(task.recorded(recorder))
    }

    /// Verifies a token with the keys in hand; None where keys have to be fetched first.
    fn try_verify_token(&self, py: Python<'_>, token: &str, options: &str) -> PyResult<Option<Claims>> {
        let options = verify_options(py, options)?;
        match self.0.try_verify_token(token, &options) {
            Step::Done(Ok(claims)) => Ok(Some(Claims::new(claims))),
            Step::Done(Err(error)) => Err(raise(py, &error)),
            Step::NeedKeys(_) => Ok(None),
        }
    }

    /// Starts a verification that may fetch keys.
    #[pyo3(signature = (token, options, completions=None))]
    fn start_verify_token(
        &self,
        py: Python<'_>,
        token: String,
        options: &str,
        completions: Option<&Completions>,
    ) -> PyResult<Task> {
        let options = verify_options(py, options)?;
        let clerk = self.0.clone();
        Task::start(py, completions, async move { clerk.verify_token(&token, &options).await.map(Product::Claims) })
    }

    /// Authenticates a request with what is in hand; None where the API has to be asked first.
    #[pyo3(signature = (request, options, awaited=false))]
    fn try_authenticate_request(
        &self,
        py: Python<'_>,
        request: &str,
        options: &str,
        awaited: bool,
    ) -> PyResult<Option<Py<PyAny>>> {
        let (request, options) = authentication(py, request, options)?;
        match self.0.try_authenticate_request(&request, &options) {
            Some(Ok(state)) => RequestState::made(py, state, awaited).map(Some),
            Some(Err(error)) => Err(raise(py, &error)),
            None => Ok(None),
        }
    }

    /// Starts an authentication that may ask the API.
    #[pyo3(signature = (request, options, completions=None))]
    fn start_authenticate_request(
        &self,
        py: Python<'_>,
        request: &str,
        options: &str,
        completions: Option<&Completions>,
    ) -> PyResult<Task> {
        let (request, options) = authentication(py, request, options)?;
        let clerk = self.0.clone();
        let awaited = completions.is_some();
        Task::start(py, completions, async move {
            clerk.authenticate_request(&request, &options).await.map(|state| Product::State(state, awaited))
        })
    }

    /// Verifies a machine's token with what is in hand; None where the API has to be asked first.
    fn try_verify_machine_token(&self, py: Python<'_>, token: &str, options: &str) -> PyResult<Option<MachineToken>> {
        let options = AuthenticateOptions::from_json(options).map_err(|error| raise(py, &error.into()))?;
        match self.0.try_verify_machine_token(token, &options) {
            Some(Ok(token)) => Ok(Some(MachineToken::new(token))),
            Some(Err(error)) => Err(raise(py, &error)),
            None => Ok(None),
        }
    }

    /// Starts the verification of a machine's token that may ask the API.
    #[pyo3(signature = (token, options, completions=None))]
    fn start_verify_machine_token(
        &self,
        py: Python<'_>,
        token: String,
        options: &str,
        completions: Option<&Completions>,
    ) -> PyResult<Task> {
        let options = AuthenticateOptions::from_json(options).map_err(|error| raise(py, &error.into()))?;
        let clerk = self.0.clone();
        Task::start(
            py,
            completions,
            async move { clerk.verify_machine_token(&token, &options).await.map(Product::Machine) },
        )
    }

    /// Starts examining this client.
    #[pyo3(signature = (token, completions=None))]
    fn start_doctor(&self, py: Python<'_>, token: Option<String>, completions: Option<&Completions>) -> PyResult<Task> {
        let clerk = self.0.clone();
        let examine = async move { Ok(Product::Text(clerk.doctor(token.as_deref()).await.to_json())) };
        Task::start(py, completions, examine)
    }

    /// Starts examining options, of which no client has to be possible.
    #[staticmethod]
    #[pyo3(signature = (options, clock, token, completions=None))]
    fn start_diagnose(
        py: Python<'_>,
        options: &str,
        clock: Option<&ManualClock>,
        token: Option<String>,
        completions: Option<&Completions>,
    ) -> PyResult<Task> {
        let builder = ClerkBuilder::from_json(options).map_err(|error| raise(py, &error))?;
        let builder = match clock {
            Some(clock) => builder.shared_clock(clock.shared()),
            None => builder,
        };
        let examine = async move { Ok(Product::Text(builder.diagnose(token.as_deref()).await.to_json())) };
        Task::start(py, completions, examine)
    }

    /// A Frontend API proxy with this client's keys.
    fn frontend_api_proxy(&self, py: Python<'_>, options: &str) -> PyResult<NativeFrontendApiProxy> {
        let made =
            || -> Result<_, Error> { Ok(self.0.frontend_api_proxy(clerk_usher::helper::proxy_options(options)?)?) };
        made().map(NativeFrontendApiProxy::new).map_err(|error| raise(py, &error))
    }

    /// As `NativeWebhook.verify`.
    fn verify_webhook(&self, headers: &Bound<'_, PyAny>, body: &[u8]) -> PyResult<Option<(String, i64)>> {
        let Some(pairs) = webhook::pairs(headers)? else { return Ok(None) };
        let verifier = self.0.webhook().map_err(|error| raise(headers.py(), &error.into()))?;
        webhook::verify(headers.py(), verifier, &pairs, body).map(Some)
    }

    /// Starts fetching the keys that verify tokens.
    #[pyo3(signature = (completions=None))]
    fn start_warm_up(&self, py: Python<'_>, completions: Option<&Completions>) -> PyResult<Task> {
        let clerk = self.0.clone();
        Task::start(py, completions, async move { clerk.warm_up().await.map(|()| Product::Nothing) })
    }
}

fn authentication(py: Python<'_>, request: &str, options: &str) -> PyResult<(RequestParts, AuthenticateOptions)> {
    let request = RequestParts::from_json(request).map_err(|error| raise(py, &error.into()))?;
    let options = AuthenticateOptions::from_json(options).map_err(|error| raise(py, &error.into()))?;
    Ok((request, options))
}

fn verify_options(py: Python<'_>, options: &str) -> PyResult<VerifyOptions> {
    VerifyOptions::from_json(options).map_err(|error| raise(py, &error.into()))
}
