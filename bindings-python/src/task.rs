//! A call on its way, and how its end gets to whoever waits for it.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use clerk_usher::auth::RequestState as CoreState;
use clerk_usher::hooks::Recorder;
use clerk_usher::token::{Claims as CoreClaims, MachineToken as CoreMachine};
use clerk_usher::transport::{Question, asking};
use clerk_usher::{Error, RawResponse, host};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use tokio::task::AbortHandle;

use crate::auth::RequestState;
use crate::bell::{Bell, Door};
use crate::claims::Claims;
use crate::error::{exception, raise};
use crate::machine::MachineToken;
use crate::runtime;
use crate::transport::{Ask, answer_now};

/// How long a waiting thread does without a look at signals.
const SLICE: Duration = Duration::from_millis(50);

/// What a call was for.
#[allow(clippy::large_enum_variant)] // one at a time, moved once
pub(crate) enum Product {
    /// An answer of the API.
    Response(RawResponse),
    /// A token that holds.
    Claims(CoreClaims),
    /// Who sent a request, and whether that is awaited.
    State(Box<CoreState>, Py<PyAny>, bool),
    /// A machine's token that holds.
    Machine(CoreMachine),
    /// JSON text.
    Text(String),
    /// Nothing but that it was done.
    Nothing,
}

impl Product {
    /// As the facade takes it: an answer is its status, headers and body.
    fn into_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        match self {
            Self::Response(response) => {
                let body = PyBytes::new(py, &response.body);
                Ok((response.status, response.headers, body).into_pyobject(py)?.into_any().unbind())
            }
            Self::Claims(claims) => Ok(Py::new(py, Claims::new(claims))?.into_any()),
            Self::Text(text) => Ok(text.into_pyobject(py)?.into_any().unbind()),
            Self::Nothing => Ok(py.None()),
            Self::State(state, client, awaited) => RequestState::made(py, *state, Some(client), awaited),
            Self::Machine(token) => Ok(Py::new(py, MachineToken::new(token))?.into_any()),
        }
    }
}

/// How a call ended.
type End = Result<Product, Error>;

/// What is heard of a call.
#[allow(clippy::large_enum_variant)] // one at a time, moved once
enum News {
    /// It wants to send something, which the host does.
    Asks(Question),
    /// It is over.
    Ends(End),
}

impl News {
    /// As the facade takes it.
    fn into_python(self, py: Python<'_>) -> PyResult<Told> {
        Ok(match self {
            Self::Asks(question) => (Some(Py::new(py, Ask::new(py, question))?.into_any()), None),
            Self::Ends(Ok(product)) => (Some(product.into_python(py)?), None),
            Self::Ends(Err(error)) => (None, Some(exception(py, &error))),
        })
    }
}

/// What a call was for (or an `Ask` of it), or its exception.
type Told = (Option<Py<PyAny>>, Option<Py<PyAny>>);

/// The same, and the id of its task before.
type Drained = (u64, Option<Py<PyAny>>, Option<Py<PyAny>>);

static NEXT_ID: AtomicU64 = AtomicU64::new(1);

pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is guarded here is replaced whole, so a panic elsewhere cannot have left it half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where one thread waits for one call: the last that was heard of it. A question of which nobody has heard when the next
/// one comes has run out of time.
#[derive(Default)]
struct Place {
    news: Mutex<Option<News>>,
    heard: Condvar,
}

/// What was heard of a loop's tasks, until the loop takes it.
struct Queue {
    news: Mutex<VecDeque<(u64, News)>>,
    bell: Bell,
}

#[derive(Clone)]
enum Receiver {
    Place(Arc<Place>),
    Queue(u64, Arc<Queue>),
}

impl Receiver {
    fn put(&self, news: News) {
        match self {
            Self::Place(place) => {
                *locked(&place.news) = Some(news);
                place.heard.notify_all();
            }
            Self::Queue(id, queue) => {
                let mut waiting = locked(&queue.news);
                waiting.push_back((*id, news));
                if waiting.len() == 1 {
                    queue.bell.ring();
                }
            }
        }
    }
}

/// Delivers the end of a task, whatever that end is: dropped unused, it says that the task was given up, or died.
struct Delivery(Option<Receiver>);

impl Delivery {
    fn deliver(&mut self, end: End) {
        if let Some(receiver) = self.0.take() {
            receiver.put(News::Ends(end));
        }
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        let panicked = std::thread::panicking();
        self.deliver(Err(if panicked { Error::Internal("a call panicked".to_owned()) } else { Error::Cancelled }));
    }
}

/// The finished calls of one event loop. `fileno()` becomes readable when there are any.
#[pyclass(frozen, module = "clerk_usher._native")]
pub(crate) struct Completions {
    queue: Arc<Queue>,
    door: Door,
}

#[pymethods]
impl Completions {
    #[new]
    fn new() -> PyResult<Self> {
        let (bell, door) = Bell::new()?;
        Ok(Self { queue: Arc::new(Queue { news: Mutex::default(), bell }), door })
    }

    /// The descriptor to watch.
    fn fileno(&self) -> i32 {
        self.door.fileno()
    }

    /// Takes out what there is: id, and what a call was for (or an `Ask` of it), or its exception.
    fn drain(&self, py: Python<'_>) -> PyResult<Vec<Drained>> {
        let news = {
            let mut news = locked(&self.queue.news);
            // Under the lock, so that no bell rung for what is taken here is left to ring again.
            self.door.hush();
            std::mem::take(&mut *news)
        };
        let told = |(id, news): (u64, News)| news.into_python(py).map(|(answer, error)| (id, answer, error));
        news.into_iter().map(told).collect()
    }
}

/// A call on its way.
#[pyclass(frozen, module = "clerk_usher._native")]
pub(crate) struct Task {
    id: u64,
    generation: u64,
    abort: AbortHandle,
    place: Option<Arc<Place>>,
    transport: Option<Py<PyAny>>,
    recorder: Option<Recorder>,
}

impl Task {
    /// Starts it. What is heard of it goes to the queue if there is one, else to who calls [`Task::wait`]. Where there is
    /// a transport, it is that which sends.
    pub(crate) fn start<F>(
        py: Python<'_>,
        completions: Option<&Completions>,
        transport: Option<&Py<PyAny>>,
        call: F,
    ) -> PyResult<Self>
    where
        F: Future<Output = End> + Send + 'static,
    {
        let runtime = runtime::handle().map_err(|error| raise(py, &error))?;
        let id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
        let place = completions.is_none().then(Arc::<Place>::default);
        let receiver = match (completions, &place) {
            (Some(completions), _) => Some(Receiver::Queue(id, completions.queue.clone())),
            (None, Some(place)) => Some(Receiver::Place(place.clone())),
            (None, None) => None,
        };
        let desk = receiver.clone().filter(|_| transport.is_some());
        let mut delivery = Delivery(receiver);
        let running = runtime.spawn(async move {
            let end = match desk {
                Some(desk) => asking(move |question| desk.put(News::Asks(question)), call).await,
                None => call.await,
            };
            delivery.deliver(end);
        });
        let transport = transport.map(|transport| transport.clone_ref(py));
        Ok(Self { id, generation: host::generation(), abort: running.abort_handle(), place, transport, recorder: None })
    }
}

impl Task {
    /// With what keeps its steps.
    pub(crate) fn recorded(self, recorder: Option<Recorder>) -> Self {
        Self { recorder, ..self }
    }
}

#[pymethods]
impl Task {
    /// Its steps since they were last taken, as a JSON array; None where they are not kept, or are the parent's.
    fn take_steps(&self) -> Option<String> {
        // In a forked child their lock may be held by a thread that is not there.
        let recorder = self.recorder.as_ref().filter(|_| self.generation == host::generation());
        recorder.map(Recorder::take_json)
    }

    /// Tells its end in a queue from others.
    #[getter]
    fn id(&self) -> u64 {
        self.id
    }

    /// Gives it up: its request is cancelled.
    fn abort(&self) {
        // In a forked child it does not run, and the locks of what ran it may be held by nobody for ever.
        if self.generation == host::generation() {
            self.abort.abort();
        }
    }

    /// What sends for it in the place of the network.
    #[getter]
    fn transport(&self) -> Option<&Py<PyAny>> {
        self.transport.as_ref()
    }

    /// Waits for its end without the GIL, and answers on this thread what it asks. A signal (Ctrl-C) ends the waiting and
    /// gives the call up.
    fn wait(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        loop {
            let question = match self.hear(py)? {
                News::Ends(Ok(product)) => return product.into_python(py),
                News::Ends(Err(error)) => return Err(raise(py, &error)),
                News::Asks(question) => question,
            };
            if let Some(transport) = &self.transport
                && let Err(error) = answer_now(py, transport, Ask::new(py, question))
            {
                self.abort();
                return Err(error);
            }
        }
    }

    /// Waits for what is next to be heard of it: its end, or an `Ask`.
    fn next(&self, py: Python<'_>) -> PyResult<Option<Py<PyAny>>> {
        let (answer, error) = self.hear(py)?.into_python(py)?;
        match error {
            Some(error) => Err(PyErr::from_value(error.into_bound(py))),
            None => Ok(answer),
        }
    }
}

impl Task {
    fn hear(&self, py: Python<'_>) -> PyResult<News> {
        let Some(place) = &self.place else {
            return Err(raise(py, &Error::Internal("this task's end goes to a queue".to_owned())));
        };
        loop {
            let news = py.detach(|| {
                let waited = place.heard.wait_timeout_while(locked(&place.news), SLICE, |news| news.is_none());
                waited.unwrap_or_else(PoisonError::into_inner).0.take()
            });
            if let Some(news) = news {
                return Ok(news);
            }
            if let Err(interrupted) = py.check_signals() {
                self.abort.abort();
                return Err(interrupted);
            }
            // A signal's handler may have forked: in the child nothing runs that could end this.
            if self.generation != host::generation() {
                return Err(raise(py, &Error::Cancelled));
            }
        }
    }
}
