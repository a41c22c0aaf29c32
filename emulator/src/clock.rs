//! The time of the emulated API. It runs with the system's until a test freezes or moves it.

use crate::disk::Disk;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::Notify;

/// How the clock runs; kept as it is.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    /// System time plus so many milliseconds.
    Running(i64),
    /// Always this time.
    Frozen(i64),
}

impl Default for Mode {
    fn default() -> Self {
        Mode::Running(0)
    }
}

impl Mode {
    pub(crate) fn frozen_at(ms: i64) -> Self {
        Mode::Frozen(within(ms))
    }

    fn advanced(self, by_ms: i64) -> Self {
        match self {
            Mode::Running(offset) => Mode::Running(within(offset.saturating_add(by_ms))),
            Mode::Frozen(ms) => Mode::frozen_at(ms.saturating_add(by_ms)),
        }
    }
}

/// How far from 1970 the clock can be, in milliseconds: what a JavaScript date can tell.
const FURTHEST: i64 = 8_640_000_000_000_000;

fn within(ms: i64) -> i64 {
    ms.clamp(-FURTHEST, FURTHEST)
}

/// The emulator's clock. All times are Unix milliseconds; they stay within 275,000 years of 1970. What the passage of
/// time brings, such as the end of a subscription's period, has happened when a call that moves it returns.
pub struct Clock {
    mode: Mutex<Mode>,
    disk: Option<Arc<Disk>>,
    moved: Notify,
    follower: OnceLock<Follower>,
}

/// What is done at once when the clock was moved.
type Follower = Box<dyn Fn() + Send + Sync>;

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Clock").field(&self.current()).finish()
    }
}

impl Clock {
    pub(crate) fn new(mode: Mode, disk: Option<Arc<Disk>>) -> Self {
        Clock { mode: Mutex::new(mode), disk, moved: Notify::new(), follower: OnceLock::new() }
    }

    fn mode(&self) -> std::sync::MutexGuard<'_, Mode> {
        self.mode.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    pub(crate) fn current(&self) -> Mode {
        *self.mode()
    }

    fn change(&self, change: impl FnOnce(Mode) -> Mode) {
        let mode = {
            let mut mode = self.mode();
            *mode = change(*mode);
            *mode
        };
        if let Some(disk) = &self.disk {
            // If it fails, the next commit of rows carries it.
            let _ = disk.keep("clock", &mode);
        }
        self.moved.notify_one();
    }

    fn move_on(&self, change: impl FnOnce(Mode) -> Mode) {
        self.change(change);
        if let Some(follow) = self.follower.get() {
            follow();
        }
    }

    /// Has this done whenever somebody has moved the clock, before they go on. Only the first one counts.
    pub(crate) fn set_follower(&self, follow: impl Fn() + Send + Sync + 'static) {
        let _ = self.follower.set(Box::new(follow));
    }

    /// Waits until somebody has moved, frozen or resumed the clock since the last time.
    pub(crate) async fn moved(&self) {
        self.moved.notified().await;
    }

    /// The emulator's time now.
    pub fn now_ms(&self) -> i64 {
        match *self.mode() {
            Mode::Running(offset) => within(system_ms().saturating_add(offset)),
            Mode::Frozen(ms) => ms,
        }
    }

    /// Whether time stands still (after [`Clock::set`]).
    pub fn is_frozen(&self) -> bool {
        matches!(*self.mode(), Mode::Frozen(_))
    }

    /// Freezes the clock at this time.
    pub fn set(&self, ms: i64) {
        self.move_on(|_| Mode::frozen_at(ms));
    }

    /// Moves the clock by so many milliseconds (negative: back). A running clock runs on from there.
    pub fn advance(&self, by_ms: i64) {
        self.move_on(|mode| mode.advanced(by_ms));
    }

    /// Goes back to the system's time.
    pub fn resume(&self) {
        self.move_on(|_| Mode::default());
    }

    /// As [`advance`](Clock::advance), or [`resume`](Clock::resume) without milliseconds, for who holds the store and does
    /// what time brings: the follower would wait for it forever.
    pub(crate) fn move_alone(&self, by_ms: Option<i64>) {
        self.change(|mode| by_ms.map_or_else(Mode::default, |ms| mode.advanced(ms)));
    }
}

fn system_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_millis()).ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frozen_time_moves_only_on_request() {
        let clock = Clock::new(Mode::frozen_at(1_000), None);
        assert_eq!(clock.now_ms(), 1_000);
        clock.advance(-200);
        assert_eq!(clock.now_ms(), 800);
        assert!(clock.is_frozen());
    }

    #[test]
    fn no_time_is_too_far() {
        let clock = Clock::new(Mode::frozen_at(i64::MAX), None);
        clock.advance(i64::MAX);
        assert_eq!(clock.now_ms(), FURTHEST);
        clock.set(i64::MIN);
        assert_eq!(clock.now_ms(), -FURTHEST);
        clock.resume();
        clock.advance(i64::MAX);
        clock.advance(i64::MAX);
        assert_eq!(clock.now_ms(), FURTHEST);
    }

    #[test]
    fn running_time_keeps_running_after_a_move() {
        let clock = Clock::new(Mode::default(), None);
        clock.advance(3_600_000);
        let ahead = clock.now_ms() - system_ms();
        assert!((3_599_000..=3_601_000).contains(&ahead), "{ahead}");
        assert!(!clock.is_frozen());
        clock.set(5);
        assert_eq!(clock.now_ms(), 5);
        clock.resume();
        assert!((clock.now_ms() - system_ms()).abs() < 1_000);
    }
}
