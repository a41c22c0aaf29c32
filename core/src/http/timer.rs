//! The limit of time of one attempt, by timers that are used again.
//!
//! A timer is set for each attempt, and nearly none of them ever ends: the answer is there first. Telling the runtime of
//! a new one costs a system call where it does not wait for an earlier one already. So a timer stays set when its attempt
//! has ended, and serves the next one: until that one's time is over it ends early, and is then set anew.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use atomic_waker::AtomicWaker;
use tokio::runtime::{Handle, Id};
use tokio::task::unconstrained;
use tokio::time::{Instant, Sleep};

/// How many are kept: as many as there are attempts at one time, within reason.
const KEPT: usize = 256;

/// Timers that nobody waits for at present.
#[derive(Default)]
pub(super) struct Timers(Mutex<Vec<Timer>>);

/// A timer belongs to the runtime it was made in.
struct Timer {
    sleep: Pin<Box<Sleep>>,
    attempt: Arc<Attempt>,
    /// What wakes it.
    waker: Waker,
    runtime: Id,
}

/// The task that waits for an attempt, if any does. The timer knows only of this, so the task can be forgotten without
/// asking the timer, which panics where its runtime is about to end.
#[derive(Default)]
struct Attempt(AtomicWaker);

impl Wake for Attempt {
    fn wake(self: Arc<Self>) {
        self.0.wake();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.wake();
    }
}

impl Timers {
    /// What comes of this, unless the time is over before.
    pub(super) async fn until<T>(&self, deadline: Instant, going: impl Future<Output = T>) -> Option<T> {
        let mut going = pin!(going);
        let mut timer: Option<Timer> = None;
        poll_fn(|cx| {
            if let Poll::Ready(done) = going.as_mut().poll(cx) {
                if let Some(timer) = timer.take() {
                    self.keep(timer);
                }
                return Poll::Ready(Some(done));
            }
            timer.get_or_insert_with(|| self.take(deadline)).poll(deadline, cx).map(|()| None)
        })
        .await
    }

    fn take(&self, deadline: Instant) -> Timer {
        let runtime = Handle::current().id();
        match self.kept(runtime) {
            Some(mut timer) => {
                if timer.sleep.deadline() > deadline || timer.sleep.is_elapsed() {
                    timer.sleep.as_mut().reset(deadline);
                }
                timer
            }
            None => {
                let attempt = Arc::new(Attempt::default());
                let waker = Waker::from(Arc::clone(&attempt));
                Timer { sleep: Box::pin(tokio::time::sleep_until(deadline)), attempt, waker, runtime }
            }
        }
    }

    fn kept(&self, runtime: Id) -> Option<Timer> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let timer = kept.pop()?;
        if timer.runtime == runtime {
            return Some(timer);
        }
        // Of another runtime, as most likely are all: that has ended, and they hold on to what is left of it.
        let gone: Vec<Timer> = kept.extract_if(.., |timer| timer.runtime != runtime).collect();
        let found = kept.pop();
        drop(kept);
        drop((timer, gone));
        found
    }

    /// Only where an attempt has ended by itself, on the runtime of its timer. One that was dropped takes its timer along.
    fn keep(&self, timer: Timer) {
        if !Handle::try_current().is_ok_and(|current| current.id() == timer.runtime) {
            return;
        }
        // As all are where the runtime is about to end.
        if timer.sleep.is_elapsed() {
            return;
        }
        // It is not to hold on to the task of the call.
        timer.attempt.0.take();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT {
            kept.push(timer);
        }
    }
}

impl Timer {
    /// Whatever of its share of the runtime the attempt has used up.
    fn ended(&mut self) -> Poll<()> {
        pin!(unconstrained(self.sleep.as_mut())).poll(&mut Context::from_waker(&self.waker))
    }

    fn poll(&mut self, deadline: Instant, cx: &mut Context<'_>) -> Poll<()> {
        self.attempt.0.register(cx.waker());
        loop {
            match self.ended() {
                Poll::Ready(()) if self.sleep.deadline() < deadline => self.sleep.as_mut().reset(deadline),
                polled => return polled,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use std::future::pending;
    use std::sync::{Arc, Weak};
    use std::task::Wake;
    use std::time::Duration;

    use tokio::time::sleep;

    use super::*;

    fn kept(timers: &Timers) -> usize {
        timers.0.lock().unwrap().len()
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn a_time_is_over_when_it_is_over_whatever_the_timer_served_before() {
        let timers = Timers::default();
        // Of the first the timer stays; the others get it with what it was set to before: less, more, and over.
        for (before, limit, pause) in [(10, 10, 0), (10, 25, 3), (25, 4, 3), (4, 2, 60), (2, 30, 60)] {
            let answer = timers.until(Instant::now() + SECOND * before, sleep(SECOND / 2)).await;
            assert_eq!((answer, kept(&timers)), (Some(()), 1));
            sleep(SECOND * pause).await;
            let began = Instant::now();
            assert_eq!(timers.until(began + SECOND * limit, pending::<()>()).await, None);
            assert!(began.elapsed() >= SECOND * limit && began.elapsed() < SECOND * limit + SECOND / 10);
            // One that has ended with its time is not kept.
            assert_eq!(kept(&timers), 0);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_over_at_once_needs_no_timer_and_what_is_dropped_keeps_none() {
        let timers = Timers::default();
        assert_eq!(timers.until(Instant::now(), async { 7 }).await, Some(7));
        assert_eq!(kept(&timers), 0);
        let outer = tokio::time::timeout(SECOND, timers.until(Instant::now() + SECOND * 9, pending::<()>())).await;
        assert!(outer.is_err());
        assert_eq!(kept(&timers), 0);
    }

    #[test]
    fn a_timer_of_another_runtime_is_not_used() {
        let timers = Timers::default();
        for _ in 0..3 {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            runtime.block_on(async {
                let limit = Duration::from_millis(20);
                assert_eq!(timers.until(Instant::now() + limit, pending::<()>()).await, None);
                assert_eq!(timers.until(Instant::now() + SECOND, sleep(limit)).await, Some(()));
            });
            assert_eq!(kept(&timers), 1);
        }
        // An attempt that is dropped when its runtime has ended: nothing of it is touched.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let mut left = Box::pin(timers.until(Instant::now() + SECOND, pending::<()>()));
        runtime.block_on(poll_fn(|cx| {
            assert!(left.as_mut().poll(cx).is_pending());
            Poll::Ready(())
        }));
        drop(runtime);
        drop(left);
    }

    #[test]
    fn the_timers_of_a_runtime_that_has_ended_go_together() {
        let timers = Timers::default();
        let short = Duration::from_millis(5);
        let some = |count: usize| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            runtime.block_on(async {
                let one = || Box::pin(timers.until(Instant::now() + SECOND, sleep(short)));
                let mut all: Vec<_> = (0..count).map(|_| one()).collect();
                poll_fn(|cx| {
                    all.retain_mut(|one| one.as_mut().poll(cx).is_pending());
                    if all.is_empty() { Poll::Ready(()) } else { Poll::Pending }
                })
                .await;
            });
        };
        some(5);
        assert_eq!(kept(&timers), 5);
        some(1);
        assert_eq!(kept(&timers), 1);
    }

    #[test]
    fn a_runtime_may_end_during_an_attempt() {
        for _ in 0..50 {
            let (timers, runtime) = (Timers::default(), tokio::runtime::Runtime::new().unwrap());
            let handle = runtime.handle().clone();
            let (begun, begins) = std::sync::mpsc::channel();
            let waiting = std::thread::spawn(move || {
                handle.block_on(async {
                    let task = tokio::spawn(pending::<()>());
                    let mut attempt = pin!(timers.until(Instant::now() + SECOND * 60, task));
                    let ended = poll_fn(|cx| {
                        let polled = attempt.as_mut().poll(cx);
                        // It waits, with its timer.
                        let _ = begun.send(());
                        polled
                    });
                    assert!(ended.await.unwrap().is_err());
                });
            });
            begins.recv().unwrap();
            runtime.shutdown_background();
            waiting.join().unwrap();
        }
    }

    #[tokio::test]
    async fn an_attempt_that_is_always_busy_is_ended_all_the_same() {
        let (timers, limit) = (Timers::default(), Duration::from_millis(30));
        let busy = async {
            loop {
                tokio::task::consume_budget().await;
            }
        };
        let ended: Option<()> = timers.until(Instant::now() + limit, busy).await;
        assert_eq!(ended, None);
    }

    #[tokio::test]
    async fn a_kept_timer_holds_on_to_nobody() {
        struct Task;
        impl Wake for Task {
            fn wake(self: Arc<Self>) {}
        }
        let (timers, task) = (Timers::default(), Arc::new(Task));
        let seen: Weak<Task> = Arc::downgrade(&task);
        let waker = Waker::from(task);
        let mut polls = 0;
        let mut going = Box::pin(timers.until(
            Instant::now() + SECOND,
            poll_fn(|_| {
                polls += 1;
                if polls > 1 { Poll::Ready(()) } else { Poll::Pending }
            }),
        ));
        assert!(going.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        assert!(going.as_mut().poll(&mut Context::from_waker(&waker)).is_ready());
        drop(waker);
        assert!(seen.upgrade().is_none());
    }
}
