//! The one tokio runtime of this process, shared by all environments (the main thread and every worker thread).

use std::future::{Future, poll_fn};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::Poll;

use clerk_usher::Error;
use napi::bindgen_prelude::*;
use napi::{Env, JsDeferred};
use tokio::runtime::Runtime;

use crate::answer::{Answer, Outcome};
use crate::cancel::Flag;

static RUNTIME: OnceLock<Runtime> = OnceLock::new();
static MAKING: Mutex<()> = Mutex::new(());

/// Never dropped: at exit its threads end with the process, whatever they are doing.
fn runtime() -> io::Result<&'static Runtime> {
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime);
    }
    let _making = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime);
    }
    let made = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("clerk-usher")
        .enable_all()
        .build()?;
    Ok(RUNTIME.get_or_init(|| made))
}

type Resolver = Box<dyn FnOnce(Env) -> Result<Answer> + Send>;

/// Runs a future on the runtime, and gives a promise of what it comes to. The promise never rejects. While it is pending
/// the process stays alive, as with `fetch`.
pub(crate) fn promise<'env, F>(env: &'env Env, flag: Option<Arc<Flag>>, future: F) -> Result<Object<'env>>
where
    F: Future<Output = clerk_usher::Result<Outcome>> + Send + 'static,
{
    let runtime = runtime().map_err(|error| {
        let message = format!("no threads can be had for calls: {error}");
        crate::answer::thrown(&Error::Internal(message))
    })?;
    let (deferred, promise) = env.create_deferred::<Answer, Resolver>()?;
    let deferred = Settle(Some(deferred));
    runtime.spawn(async move {
        let outcome = guarded(flag, future).await;
        deferred.settle(outcome);
    });
    Ok(promise)
}

/// The future, unless the flag is raised first; a panic in it is an internal error.
async fn guarded<F>(flag: Option<Arc<Flag>>, future: F) -> clerk_usher::Result<Outcome>
where
    F: Future<Output = clerk_usher::Result<Outcome>>,
{
    let mut future = pin!(future);
    let work = poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(poll) => poll,
        Err(panic) => Poll::Ready(Err(Error::Internal(text(&*panic)))),
    });
    match flag {
        None => work.await,
        Some(flag) => {
            let mut work = pin!(work);
            let mut raised = pin!(flag.raised());
            poll_fn(|context| {
                if raised.as_mut().poll(context).is_ready() {
                    return Poll::Ready(Err(Error::Cancelled));
                }
                work.as_mut().poll(context)
            })
            .await
        }
    }
}

fn text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic".to_owned())
}

/// A promise that is settled whatever happens: one that is dropped would keep the process alive for ever.
struct Settle(Option<JsDeferred<Answer, Resolver>>);

impl Settle {
    fn settle(mut self, outcome: clerk_usher::Result<Outcome>) {
        self.put(outcome);
    }

    fn put(&mut self, outcome: clerk_usher::Result<Outcome>) {
        if let Some(deferred) = self.0.take() {
            deferred.resolve(Box::new(move |_| Ok(Answer::of(outcome))));
        }
    }
}

impl Drop for Settle {
    fn drop(&mut self) {
        self.put(Err(Error::Cancelled));
    }
}
