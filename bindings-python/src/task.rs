//! A call on its way, and how its end gets to whoever waits for it.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use clerk_usher::auth::RequestState as CoreState;
use clerk_usher::hooks::Recorder;
use clerk_usher::token::{Claims as CoreClaims, MachineToken as CoreMachine};
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

/// Id of a task, and what it was for, or its exception.
type Drained = (u64, Option<Py<PyAny>>, Option<Py<PyAny>>);

static NEXT_ID: AtomicU64 = AtomicU64::new(1);

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is guarded here is replaced whole, so a panic elsewhere cannot have left it half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where one thread waits for one end.
#[derive(Default)]
struct Place {
    end: Mutex<Option<End>>,
    ended: Condvar,
}

/// Where the ends of a loop's tasks are, until the loop takes them.
struct Queue {
    ends: Mutex<VecDeque<(u64, End)>>,
    bell: Bell,
}

impl Queue {
    fn put(&self, id: u64, end: End) {
        let mut ends = locked(&self.ends);
        ends.push_back((id, end));
        if ends.len() == 1 {
            self.bell.ring();
        }
    }
}

enum Receiver {
    Place(Arc<Place>),
    Queue(u64, Arc<Queue>),
}

/// Delivers the end of a task, whatever that end is: dropped unused, it says that the task was given up, or died.
struct Delivery(Option<Receiver>);

impl Delivery {
    fn deliver(&mut self, end: End) {
        match self.0.take() {
            Some(Receiver::Place(place)) => {
                *locked(&place.end) = Some(end);
                place.ended.notify_all();
            }
            Some(Receiver::Queue(id, queue)) => queue.put(id, end),
            None => {}
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
        Ok(Self { queue: Arc::new(Queue { ends: Mutex::default(), bell }), door })
    }

    /// The descriptor to watch.
    fn fileno(&self) -> i32 {
        self.door.fileno()
    }

    /// Takes out what is finished: id, and what it was for or its exception.
    fn drain(&self, py: Python<'_>) -> PyResult<Vec<Drained>> {
        let ends = {
            let mut ends = locked(&self.queue.ends);
            // Under the lock, so that no bell rung for what is taken here is left to ring again.
            self.door.hush();
            std::mem::take(&mut *ends)
        };
        ends.into_iter()
            .map(|(id, end)| match end {
                Ok(product) => Ok((id, Some(product.into_python(py)?), None)),
                Err(error) => Ok((id, None, Some(exception(py, &error)))),
            })
            .collect()
    }
}

/// A call on its way.
#[pyclass(frozen, module = "clerk_usher._native")]
pub(crate) struct Task {
    id: u64,
    generation: u64,
    abort: AbortHandle,
    place: Option<Arc<Place>>,
    recorder: Option<Recorder>,
}

impl Task {
    /// Starts it. Its end goes to the queue if there is one, else to who calls [`Task::wait`].
    pub(crate) fn start<F>(py: Python<'_>, completions: Option<&Completions>, call: F) -> PyResult<Self>
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
        let mut delivery = Delivery(receiver);
        let running = runtime.spawn(async move {
            let end = call.await;
            delivery.deliver(end);
        });
        Ok(Self { id, generation: host::generation(), abort: running.abort_handle(), place, recorder: None })
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

    /// Waits for its end without the GIL. A signal (Ctrl-C) ends the waiting and gives the call up.
    fn wait(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let Some(place) = &self.place else {
            return Err(raise(py, &Error::Internal("this task's end goes to a queue".to_owned())));
        };
        loop {
            let end = py.detach(|| {
                let waited = place.ended.wait_timeout_while(locked(&place.end), SLICE, |end| end.is_none());
                waited.unwrap_or_else(PoisonError::into_inner).0.take()
            });
            match end {
                Some(Ok(product)) => return product.into_python(py),
                Some(Err(error)) => return Err(raise(py, &error)),
                None => {}
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
