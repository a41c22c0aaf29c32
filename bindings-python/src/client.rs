//! The client: options in, calls out.

use clerk_usher::args::Arguments;
use std::borrow::Cow;

use clerk_usher::auth::{AuthenticateOptions, RequestParts};
use clerk_usher::hooks::Recorder;
use clerk_usher::token::Step;
use clerk_usher::{CallOptions, Clerk, ClerkBuilder, Error, File};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};

use crate::auth::RequestState;
use crate::claims::Claims;
use crate::clock::ManualClock;
use crate::error::raise;
use crate::helper::NativeFrontendApiProxy;
use crate::machine::MachineToken;
use crate::options::{authenticate_options, verify_options};
use crate::request::Source;
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
    fn try_verify_token(
        &self,
        py: Python<'_>,
        token: &Bound<'_, PyAny>,
        options: &Bound<'_, PyDict>,
    ) -> PyResult<Option<Claims>> {
        let options = verify_options(options)?;
        let token = token_text(token);
        let verdict = match self.0.verify_token_at_once(&token, &options) {
            Some(verdict) => verdict,
            // A signature takes a while: others may run meanwhile.
            None => match py.detach(|| self.0.try_verify_token(&token, &options)) {
                Step::Done(verdict) => verdict,
                Step::NeedKeys(_) => return Ok(None),
            },
        };
        verdict.map(|claims| Some(Claims::new(claims))).map_err(|error| raise(py, &error))
    }

    /// Starts a verification that may fetch keys.
    #[pyo3(signature = (token, options, completions=None))]
    fn start_verify_token(
        &self,
        py: Python<'_>,
        token: &Bound<'_, PyAny>,
        options: &Bound<'_, PyDict>,
        completions: Option<&Completions>,
    ) -> PyResult<Task> {
        let (token, options) = (token_text(token).into_owned(), verify_options(options)?);
        let clerk = self.0.clone();
        Task::start(py, completions, async move { clerk.verify_token(&token, &options).await.map(Product::Claims) })
    }

    /// Authenticates a request with what is in hand; where the API has to be asked first, what is to be started for it.
    /// `client` is who gets tokens for the caller.
    #[pyo3(signature = (request, options, client, awaited=false))]
    fn authenticate_request(
        &self,
        request: &Bound<'_, PyAny>,
        options: &Bound<'_, PyDict>,
        client: Py<PyAny>,
        awaited: bool,
    ) -> PyResult<Py<PyAny>> {
        let py = request.py();
        let (source, parts) = Source::read(request)?;
        let options = authenticate_options(options)?;
        let parts = parts.view();
        let decided = match self.0.authenticate_request_at_once(&parts, &options) {
            Some(decided) => Some(decided),
            // A signature takes a while: others may run meanwhile.
            None => py.detach(|| self.0.try_authenticate_request(&parts, &options)),
        };
        match decided {
            Some(Ok(state)) => RequestState::made(py, state, Some(client), awaited),
            Some(Err(error)) => Err(raise(py, &error)),
            None => {
                let request = source.all()?.view().into_owned();
                let undecided = Undecided { clerk: self.0.clone(), request, options, client, awaited };
                Ok(Py::new(py, undecided)?.into_any())
            }
        }
    }

    /// Verifies a machine's token with what is in hand; None where the API has to be asked first.
    fn try_verify_machine_token(
        &self,
        py: Python<'_>,
        token: &Bound<'_, PyAny>,
        options: &Bound<'_, PyDict>,
    ) -> PyResult<Option<MachineToken>> {
        let (token, options) = (token_text(token), authenticate_options(options)?);
        match py.detach(|| self.0.try_verify_machine_token(&token, &options)) {
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
        token: &Bound<'_, PyAny>,
        options: &Bound<'_, PyDict>,
        completions: Option<&Completions>,
    ) -> PyResult<Task> {
        let (token, options) = (token_text(token).into_owned(), authenticate_options(options)?);
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

/// A request whose authentication has to ask the API.
#[pyclass(frozen, module = "clerk_usher._native")]
pub(crate) struct Undecided {
    clerk: Clerk,
    request: RequestParts<'static>,
    options: AuthenticateOptions,
    client: Py<PyAny>,
    awaited: bool,
}

#[pymethods]
impl Undecided {
    /// Starts it.
    #[pyo3(signature = (completions=None))]
    fn start(&self, py: Python<'_>, completions: Option<&Completions>) -> PyResult<Task> {
        let (clerk, request, options) = (self.clerk.clone(), self.request.clone(), self.options.clone());
        let (client, awaited) = (self.client.clone_ref(py), self.awaited);
        Task::start(py, completions, async move {
            let state = clerk.authenticate_request(&request, &options).await?;
            Ok(Product::State(Box::new(state), client, awaited))
        })
    }
}

/// Whatever is no text is no token either: it becomes one that cannot be valid. So do lone surrogates.
fn token_text<'a>(token: &'a Bound<'_, PyAny>) -> Cow<'a, str> {
    if let Ok(text) = token.cast::<PyString>() {
        return text.to_string_lossy();
    }
    token.cast::<PyBytes>().map_or(Cow::Borrowed(""), |bytes| String::from_utf8_lossy(bytes.as_bytes()))
}
