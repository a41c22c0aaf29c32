//! The client: options in, calls out.

use std::borrow::Cow;

use clerk_usher::args::Arguments;
use clerk_usher::auth::{AuthenticateOptions, RequestParts};
use clerk_usher::hooks::Recorder;
use clerk_usher::token::Step;
use clerk_usher::{CallOptions, Clerk, ClerkBuilder, Error, File, PreparedCall};
use pyo3::gc::{PyTraverseError, PyVisit};
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
use crate::transport::with_transport;
use crate::webhook;

/// Name of the argument, file name, media type, content.
type NativeFile = (String, String, Option<String>, Vec<u8>);

/// A client of the core. Options and arguments come as JSON.
#[pyclass(frozen, module = "clerk_usher._native")]
pub(crate) struct NativeClient {
    clerk: Clerk,
    /// What sends in the place of the network: a function of the host's.
    transport: Option<Py<PyAny>>,
}

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

impl NativeClient {
    fn send(&self, py: Python<'_>, completions: Option<&Completions>, call: PreparedCall) -> PyResult<Task> {
        let send = async move { call.send().await.map(Product::Response) };
        Task::start(py, completions, self.transport.as_ref(), send)
    }
}

/// The options of a client. Whether its transport is the host's, is known by whether there is one.
fn builder(options: &str, clock: Option<&ManualClock>, transport: Option<&Py<PyAny>>) -> Result<ClerkBuilder, Error> {
    let builder = with_transport(ClerkBuilder::from_json(options)?, transport);
    Ok(match clock {
        Some(clock) => builder.shared_clock(clock.shared()),
        None => builder,
    })
}

#[pymethods]
impl NativeClient {
    #[new]
    #[pyo3(signature = (options, clock=None, transport=None))]
    fn new(py: Python<'_>, options: &str, clock: Option<&ManualClock>, transport: Option<Py<PyAny>>) -> PyResult<Self> {
        let built = builder(options, clock, transport.as_ref()).and_then(ClerkBuilder::build);
        built.map(|clerk| Self { clerk, transport }).map_err(|error| raise(py, &error))
    }

    /// A copy with some options changed.
    #[pyo3(signature = (options, transport=None))]
    fn with_options(&self, py: Python<'_>, options: &str, transport: Option<Py<PyAny>>) -> PyResult<Self> {
        let change = |builder: ClerkBuilder| Ok(with_transport(builder.merge_json(options)?, transport.as_ref()));
        let clerk = self.clerk.with_options(change).map_err(|error| raise(py, &error))?;
        let transport = transport.or_else(|| self.transport.as_ref().map(|transport| transport.clone_ref(py)));
        Ok(Self { clerk, transport })
    }

    /// What sends in the place of the network.
    #[getter]
    fn transport(&self) -> Option<&Py<PyAny>> {
        self.transport.as_ref()
    }

    /// A transport may well know its client.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.transport.as_ref().map_or(Ok(()), |transport| visit.call(transport))
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
        let call = self.clerk.prepare(operation, &arguments, &self::files(files), &options);
        let call = call.map_err(|error| raise(py, &error))?;
        Ok(self.send(py, completions, call)?.recorded(recorder))
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
        let call =
            self.clerk.prepare_request(method, path, &query, body, &options).map_err(|error| raise(py, &error))?;
        Ok(self.send(py, completions, call)?.recorded(recorder))
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
        match self.clerk.try_verify_token_around(&token, &options, letting_others_run) {
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
        token: &Bound<'_, PyAny>,
        options: &Bound<'_, PyDict>,
        completions: Option<&Completions>,
    ) -> PyResult<Task> {
        let (token, options) = (token_text(token).into_owned(), verify_options(options)?);
        let clerk = self.clerk.clone();
        Task::start(py, completions, self.transport.as_ref(), async move {
            clerk.verify_token(&token, &options).await.map(Product::Claims)
        })
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
        match self.clerk.try_authenticate_request_around(&parts, &options, letting_others_run) {
            Some(Ok(state)) => RequestState::made(py, state, Some(client), awaited),
            Some(Err(error)) => Err(raise(py, &error)),
            None => {
                let request = source.all()?.view().into_owned();
                let transport = self.transport.as_ref().map(|transport| transport.clone_ref(py));
                let (clerk, options) = (self.clerk.clone(), options.into_owned());
                let undecided = Undecided { clerk, transport, request, options, client, awaited };
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
        match py.detach(|| self.clerk.try_verify_machine_token(&token, &options)) {
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
        let clerk = self.clerk.clone();
        Task::start(py, completions, self.transport.as_ref(), async move {
            clerk.verify_machine_token(&token, &options).await.map(Product::Machine)
        })
    }

    /// Starts examining this client.
    #[pyo3(signature = (token, completions=None))]
    fn start_doctor(&self, py: Python<'_>, token: Option<String>, completions: Option<&Completions>) -> PyResult<Task> {
        let clerk = self.clerk.clone();
        let examine = async move { Ok(Product::Text(clerk.doctor(token.as_deref()).await.to_json())) };
        Task::start(py, completions, self.transport.as_ref(), examine)
    }

    /// Starts examining options, of which no client has to be possible.
    #[staticmethod]
    #[pyo3(signature = (options, clock, transport, token, completions=None))]
    fn start_diagnose(
        py: Python<'_>,
        options: &str,
        clock: Option<&ManualClock>,
        transport: Option<Py<PyAny>>,
        token: Option<String>,
        completions: Option<&Completions>,
    ) -> PyResult<Task> {
        let builder = builder(options, clock, transport.as_ref()).map_err(|error| raise(py, &error))?;
        let examine = async move { Ok(Product::Text(builder.diagnose(token.as_deref()).await.to_json())) };
        Task::start(py, completions, transport.as_ref(), examine)
    }

    /// A Frontend API proxy with this client's keys.
    fn frontend_api_proxy(&self, py: Python<'_>, options: &str) -> PyResult<NativeFrontendApiProxy> {
        let made =
            || -> Result<_, Error> { Ok(self.clerk.frontend_api_proxy(clerk_usher::helper::proxy_options(options)?)?) };
        made().map(NativeFrontendApiProxy::new).map_err(|error| raise(py, &error))
    }

    /// As `NativeWebhook.verify`.
    fn verify_webhook(&self, headers: &Bound<'_, PyAny>, body: &[u8]) -> PyResult<Option<webhook::Verdict>> {
        let Some(pairs) = webhook::pairs(headers)? else { return Ok(None) };
        let verifier = self.clerk.webhook().map_err(|error| raise(headers.py(), &error.into()))?;
        webhook::verify(headers.py(), verifier, &pairs, body).map(Some)
    }

    /// Starts fetching the keys that verify tokens.
    #[pyo3(signature = (completions=None))]
    fn start_warm_up(&self, py: Python<'_>, completions: Option<&Completions>) -> PyResult<Task> {
        let clerk = self.clerk.clone();
        Task::start(py, completions, self.transport.as_ref(), async move {
            clerk.warm_up().await.map(|()| Product::Nothing)
        })
    }
}

/// A signature takes a while: other threads may run meanwhile.
fn letting_others_run(compute: &mut (dyn FnMut() + Send)) {
    Python::attach(|py| py.detach(compute));
}

/// A request whose authentication has to ask the API.
#[pyclass(frozen, module = "clerk_usher._native")]
pub(crate) struct Undecided {
    clerk: Clerk,
    transport: Option<Py<PyAny>>,
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
        Task::start(py, completions, self.transport.as_ref(), async move {
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
