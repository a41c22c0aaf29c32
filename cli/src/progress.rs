//! How far something is: a bar for whoever watches standard error, a line now and then for whoever reads it later.

use std::time::{Duration, Instant};

use crate::output;

/// How often it is drawn, and how often it is told.
const DRAWN: Duration = Duration::from_millis(100);
const TOLD: Duration = Duration::from_secs(10);
/// Characters of the bar.
const WIDTH: u64 = 30;

/// Progress of a known or unknown whole.
#[derive(Debug)]
pub(crate) struct Progress {
    watched: bool,
    quiet: bool,
    began: Instant,
    last: Option<Instant>,
    began_at: Option<u64>,
    drawn: bool,
}

impl Progress {
    /// `quiet` shows nothing.
    pub(crate) fn new(quiet: bool) -> Self {
        let watched = output::is_watched();
        Self { watched, quiet, began: Instant::now(), last: None, began_at: None, drawn: false }
    }

    /// So many of so many, and what else there is to say.
    pub(crate) fn at(&mut self, count: u64, total: Option<u64>, more: &str) {
        let began_at = *self.began_at.get_or_insert(count);
        let every = if self.watched { DRAWN } else { TOLD };
        let last = *self.last.get_or_insert(if self.watched { self.began } else { Instant::now() });
        if self.quiet || last.elapsed() < every {
            return;
        }
        self.last = Some(Instant::now());
        let line = shown(count, total, rate(count.saturating_sub(began_at), self.began.elapsed()), more);
        if self.watched {
            output::note_verbatim(&format!("\r\x1b[2K{line}"));
            self.drawn = true;
        } else {
            output::note(&line);
        }
    }

    /// Takes the bar away, so that something can be said.
    pub(crate) fn clear(&mut self) {
        if std::mem::take(&mut self.drawn) {
            output::note_verbatim("\r\x1b[2K");
        }
    }
}

/// What is drawn when it breaks off stays, and what comes next is below it.
impl Drop for Progress {
    fn drop(&mut self) {
        if self.drawn {
            output::note_verbatim("\n");
        }
    }
}

fn rate(count: u64, time: Duration) -> u64 {
    let ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1);
    count.saturating_mul(1_000) / ms
}

fn shown(count: u64, total: Option<u64>, rate: u64, more: &str) -> String {
    let Some(total) = total.filter(|total| *total > 0) else { return format!("{count}  {rate}/s{more}") };
    let filled = (count.min(total) * WIDTH / total) as usize;
    let bar: String = "#".repeat(filled) + &"-".repeat(WIDTH as usize - filled);
    let left =
        (total.saturating_sub(count)).checked_div(rate).map_or_else(String::new, |left| format!("  {left} s left"));
    format!("[{bar}] {count}/{total} {}%  {rate}/s{left}{more}", count.min(total) * 100 / total)
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn a_bar_tells_how_far_it_is() {
        assert_eq!(shown(500, Some(1_000), 100, ""), "[###############---------------] 500/1000 50%  100/s  5 s left");
        assert_eq!(shown(0, Some(3), 0, "  1 failed"), "[------------------------------] 0/3 0%  0/s  1 failed");
        assert_eq!(shown(7, None, 2, ""), "7  2/s");
        assert_eq!(shown(4, Some(3), 1, ""), "[##############################] 4/3 100%  1/s  0 s left");
    }
}
