//! Where a command runs, and what ends it early.

use std::future::Future;
use std::time::Duration;

use crate::failure::{Failure, NOT_SO, Outcome};
use crate::output;

/// Exit code of a command that was interrupted, and of one that was told to end.
const INTERRUPTED: u8 = 130;
const TERMINATED: u8 = 143;

/// How long a command may take to let go after it was interrupted.
const GRACE: Duration = Duration::from_millis(150);

/// Runs a command to its end or to an interrupt. It runs on a thread of its own, so that one which waits for a file or for
/// somebody to type is ended all the same.
pub(crate) fn drive(command: impl Future<Output = Outcome> + Send + 'static) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("usher")
        .enable_all()
        .build()
        .map_err(|error| Failure::io("no thread can be had", &error))?;
    let outcome = runtime.block_on(async {
        let mut task = tokio::spawn(command);
        tokio::select! {
            done = &mut task => done.unwrap_or_else(|_| {
                Err(Failure::NotSo("a mistake of ours: the command broke off. Please report it".to_owned()))
            }),
            code = interrupted() => {
                task.abort();
                // What is left is dropped: temporary files go, connections close.
                let _ = tokio::time::timeout(GRACE, task).await;
                Err(Failure::Told(code))
            }
        }
    });
    runtime.shutdown_timeout(GRACE);
    outcome
}

#[cfg(unix)]
async fn interrupted() -> u8 {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        output::note("usher: interrupts cannot be listened for");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => INTERRUPTED,
        _ = terminate.recv() => TERMINATED,
    }
}

#[cfg(not(unix))]
async fn interrupted() -> u8 {
    match tokio::signal::ctrl_c().await {
        Ok(()) => INTERRUPTED,
        Err(_) => std::future::pending().await,
    }
}

/// Runs what waits for a disk or computes for long beside the others.
pub(crate) async fn aside<T: Send + 'static>(work: impl FnOnce() -> Outcome<T> + Send + 'static) -> Outcome<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Failure::Told(NOT_SO)),
    }
}
