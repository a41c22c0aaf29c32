//! Taking rounds, and measuring them.

use std::collections::BTreeMap;
use std::io::{BufRead as _, Write as _};
use std::time::Instant;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

pub(crate) type Whatever = Box<dyn std::error::Error>;

/// What is measured, made ready; it may tell more than its time.
pub(crate) type Run = Box<dyn FnMut() -> Result<Option<f64>, Whatever>>;

/// Makes ready so many calls; those on new tokens begin at a token of their own.
pub(crate) type Work = Box<dyn Fn(usize, usize) -> Result<Run, Whatever>>;

/// By name, what a contender can do.
pub(crate) type Works = BTreeMap<&'static str, Work>;

/// What all contenders work on.
#[derive(Deserialize)]
pub(crate) struct Fixture {
    pub(crate) pem: String,
    pub(crate) origin: String,
    pub(crate) publishable_key: String,
    pub(crate) secret_key: String,
    pub(crate) webhook_secret: String,
    pub(crate) webhook_body: String,
    pub(crate) api_url: String,
    pub(crate) user_id: String,
    pub(crate) seen: Vec<String>,
    pub(crate) tokens: Vec<String>,
}

impl Fixture {
    pub(crate) fn read() -> Result<Self, Whatever> {
        Ok(serde_json::from_str(&std::fs::read_to_string(std::env::var("BENCH_FIXTURE")?)?)?)
    }

    pub(crate) fn unseen(&self, calls: usize, first: usize) -> Result<&[String], Whatever> {
        self.tokens.get(first..first + calls).ok_or_else(|| "there are not so many tokens".into())
    }
}

#[derive(Deserialize)]
struct Round {
    work: String,
    calls: usize,
    first: usize,
}

/// Tells what this contender can do, then does what it is told.
pub(crate) fn take_rounds(works: &Works) -> Result<(), Whatever> {
    tell(&json!({ "works": works.keys().collect::<Vec<_>>() }))?;
    for line in std::io::stdin().lock().lines() {
        let round: Round = serde_json::from_str(&line?)?;
        let told = take(works, &round).unwrap_or_else(|error| json!({ "error": error.to_string() }));
        tell(&told)?;
    }
    Ok(())
}

fn take(works: &Works, round: &Round) -> Result<Value, Whatever> {
    // What was made ready before the clock runs goes after it has stopped.
    let mut run = works.get(round.work.as_str()).ok_or("no such work")?(round.calls, round.first)?;
    let (cpu, start) = (processor_time(), Instant::now());
    let gain = run()?;
    let wall = start.elapsed().as_secs_f64() * 1e6;
    let used = cpu.zip(processor_time()).map(|(before, after)| (after - before) / round.calls as f64);
    Ok(json!({ "wall": wall / round.calls as f64, "cpu": used, "gain": gain }))
}

fn tell(value: &Value) -> Result<(), Whatever> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{value}")?;
    Ok(out.flush()?)
}

/// The processor time of all threads so far, in microseconds, where the system tells it without `unsafe`.
#[cfg(unix)]
#[allow(clippy::unnecessary_wraps)] // Elsewhere it is not told.
fn processor_time() -> Option<f64> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Some(time.tv_sec as f64 * 1e6 + time.tv_nsec as f64 / 1e3)
}

#[cfg(not(unix))]
fn processor_time() -> Option<f64> {
    None
}

/// Kept for as long as the process lives.
pub(crate) fn keep<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

/// Calls on tokens that were not seen yet. `make` is what is there before the clock runs.
pub(crate) fn on_new<T: 'static>(
    fixture: &'static Fixture,
    make: impl Fn(&str) -> T + 'static,
    call: &'static (impl Fn(&T) -> Result<(), Whatever> + 'static),
) -> Work {
    Box::new(move |calls, first| {
        let items: Vec<T> = fixture.unseen(calls, first)?.iter().map(|token| make(token)).collect();
        Ok(Box::new(move || items.iter().try_for_each(call).map(|()| None)))
    })
}

/// Calls on a few tokens, each of which was seen just before.
pub(crate) fn on_seen<T: 'static>(
    fixture: &'static Fixture,
    make: impl Fn(&str) -> T + 'static,
    call: &'static (impl Fn(&T) -> Result<(), Whatever> + 'static),
) -> Work {
    Box::new(move |calls, _| {
        let items: Vec<T> = fixture.seen.iter().map(|token| make(token)).collect();
        items.iter().try_for_each(call)?;
        Ok(Box::new(move || items.iter().cycle().take(calls).try_for_each(call).map(|()| None)))
    })
}

/// How much more two threads do than one, each on tokens that were not seen yet.
pub(crate) fn threads(
    fixture: &'static Fixture,
    call: &'static (impl Fn(&String) -> Result<(), Whatever> + Sync + 'static),
) -> Work {
    let timed = |shares: &[&[String]]| {
        let start = Instant::now();
        std::thread::scope(|scope| {
            let running: Vec<_> =
                shares.iter().map(|tokens| scope.spawn(|| tokens.iter().all(|token| call(token).is_ok()))).collect();
            running.into_iter().all(|thread| thread.join().unwrap_or(false))
        })
        .then(|| start.elapsed().as_secs_f64())
        .ok_or("a thread refused a token")
    };
    Box::new(move |calls, first| {
        let share = calls / 3;
        let [one, two, three] = [0, 1, 2].map(|place| fixture.unseen(share, first + place * share));
        let (one, two, three) = (one?, two?, three?);
        Ok(Box::new(move || {
            let alone = timed(&[one])?;
            Ok(Some(2.0 * alone / timed(&[two, three])?))
        }))
    })
}

/// Calls that are awaited, one after the other.
pub(crate) fn in_turn<F: Future<Output = Result<(), Whatever>>>(
    runtime: &'static Runtime,
    call: &'static impl Fn() -> F,
) -> Work {
    Box::new(move |calls, _| {
        Ok(Box::new(move || {
            runtime.block_on(async {
                for _ in 0..calls {
                    call().await?;
                }
                Ok(None)
            })
        }))
    })
}

/// Calls that are awaited, 64 at a time.
pub(crate) fn at_once<F: Future<Output = Result<(), String>> + Send + 'static>(
    runtime: &'static Runtime,
    call: &'static impl Fn() -> F,
) -> Work {
    Box::new(move |calls, _| {
        Ok(Box::new(move || {
            runtime.block_on(async {
                for _ in (0..calls).step_by(64) {
                    let mut tasks = tokio::task::JoinSet::new();
                    for _ in 0..64 {
                        tasks.spawn(call());
                    }
                    while let Some(ended) = tasks.join_next().await {
                        ended??;
                    }
                }
                Ok(None)
            })
        }))
    })
}

/// A runtime on the thread of the contender.
pub(crate) fn runtime() -> Result<&'static Runtime, Whatever> {
    Ok(keep(tokio::runtime::Builder::new_current_thread().enable_all().build()?))
}
