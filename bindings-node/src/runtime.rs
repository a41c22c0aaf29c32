//! The one tokio runtime of this process, shared by all environments (the main thread and every worker thread).

use std::future::{Future, poll_fn};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::Poll;

use clerk_usher::Error;
use clerk_usher::transport::asking;
use napi::bindgen_prelude::*;
use napi::{Env, JsDeferred};
use tokio::runtime::Runtime;
use tokio::sync::mpsc::{self, UnboundedReceiver};

use crate::answer::{Answer, Outcome};
use crate::cancel::Flag;
use crate::transport::{NativeAsk, News};

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
/// the process stays alive, as with `fetch`. Where the future `asks`, the promise is of what is heard of it first.
pub(crate) fn promise<'env, F>(env: &'env Env, flag: Option<Arc<Flag>>, asks: bool, future: F) -> Result<Object<'env>>
where
    F: Future<Output = clerk_usher::Result<Outcome>> + Send + 'static,
{
    if asks {
        let (news, heard) = mpsc::unbounded_channel();
        let desk = news.clone();
        started()?.spawn(async move {
            // Nobody hears what is said after the host has given the call up.
            let ask = move |question| drop(desk.send(News::Asks(question)));
            let end = guarded(flag, asking(ask, future)).await;
            let _ = news.send(News::Ends(end));
        });
        return hear(env, heard);
    }
    settled(env, async move { Heard::End(guarded(flag, future).await) })
}

/// A promise of what is heard of a call next.
pub(crate) fn hear<'env>(env: &'env Env, mut heard: UnboundedReceiver<News>) -> Result<Object<'env>> {
    settled(env, async move {
        match heard.recv().await {
            Some(News::Asks(question)) => Heard::Ask(NativeAsk::new(question, heard)),
            Some(News::Ends(end)) => Heard::End(end),
            None => Heard::End(Err(Error::Cancelled)),
        }
    })
}

/// What a promise is of, before it is on JavaScript's side.
#[allow(clippy::large_enum_variant)] // one at a time, moved once
enum Heard {
    Ask(NativeAsk),
    End(clerk_usher::Result<Outcome>),
}

fn settled<'env, F>(env: &'env Env, future: F) -> Result<Object<'env>>
where
    F: Future<Output = Heard> + Send + 'static,
{
    let runtime = started()?;
    let (deferred, promise) = env.create_deferred::<Answer, Resolver>()?;
    let settle = Settle(Some(deferred));
    runtime.spawn(async move { settle.settle(future.await) });
    Ok(promise)
}

fn started() -> Result<&'static Runtime> {
    runtime().map_err(|error| {
        let message = format!("no threads can be had for calls: {error}");
        crate::answer::thrown(&Error::Internal(message))
    })
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
    fn settle(mut self, heard: Heard) {
        self.put(heard);
    }

    fn put(&mut self, heard: Heard) {
        if let Some(deferred) = self.0.take() {
            deferred.resolve(Box::new(move |_| {
                Ok(match heard {
                    Heard::Ask(ask) => Answer::asks(ask),
                    Heard::End(end) => Answer::of(end),
                })
            }));
        }
    }
}

impl Drop for Settle {
    fn drop(&mut self) {
        self.put(Heard::End(Err(Error::Cancelled)));
    }
}
