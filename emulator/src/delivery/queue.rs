//! What waits for delivery, endpoint by endpoint. It follows the rows of the store and holds nothing of its own but
//! which endpoints have a delivery under way.

use crate::clock::Clock;
use crate::store::table::Change;
use crate::store::webhook::WebhookDelivery;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Condvar, Mutex, MutexGuard};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// When it is due, its place among all, and its id: first come, first served.
type Entry = (i64, u64, String);

#[derive(Debug, Default)]
struct State {
    lanes: HashMap<String, BTreeSet<Entry>>,
    /// By endpoint: the number of the turn that is under way, and the delivery.
    busy: HashMap<String, (u64, String)>,
    turns: u64,
    /// The thread that delivers.
    thread: Option<ThreadId>,
    ended: bool,
}

/// The deliveries of one emulator that wait.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    /// For threads that wait for all to be done.
    quieter: Condvar,
    /// For the task that delivers.
    changed: Notify,
}

/// A delivery whose turn it is.
pub(super) struct Turn {
    number: u64,
    pub(super) endpoint_id: String,
    pub(super) delivery_id: String,
}

/// An endpoint with a delivery under way: it is free again when this is dropped.
pub(super) struct Busy<'a> {
    pub(super) queue: &'a Queue,
    pub(super) turn: &'a Turn,
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        let mut state = self.queue.lock();
        if state.is_under_way(self.turn) {
            state.busy.remove(&self.turn.endpoint_id);
        }
        drop(state);
        self.queue.tell();
    }
}

/// Dropped when nobody delivers any more: then nobody waits either.
pub(super) struct End<'a>(pub(super) &'a Queue);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.lock().ended = true;
        self.0.tell();
    }
}

fn entry(delivery: &WebhookDelivery) -> Option<Entry> {
    Some((delivery.due()?, delivery.age, delivery.id.clone()))
}

impl State {
    fn add(&mut self, delivery: &WebhookDelivery) {
        if let Some(entry) = entry(delivery) {
            self.lanes.entry(delivery.endpoint_id.clone()).or_default().insert(entry);
        }
    }

    fn remove(&mut self, delivery: &WebhookDelivery) {
        if let (Some(entry), Some(lane)) = (entry(delivery), self.lanes.get_mut(&delivery.endpoint_id)) {
            lane.remove(&entry);
            if lane.is_empty() {
                self.lanes.remove(&delivery.endpoint_id);
            }
        }
    }

    fn is_under_way(&self, turn: &Turn) -> bool {
        self.busy.get(&turn.endpoint_id).is_some_and(|(number, _)| *number == turn.number)
    }

    /// Ends the turn of a delivery that is gone: after a reset another one can have the same ids.
    fn void(&mut self, delivery: &WebhookDelivery) {
        if self.busy.get(&delivery.endpoint_id).is_some_and(|(_, id)| *id == delivery.id) {
            self.busy.remove(&delivery.endpoint_id);
        }
    }

    fn is_idle(&self, now: i64) -> bool {
        self.busy.is_empty() && !self.lanes.values().filter_map(BTreeSet::first).any(|(due, ..)| *due <= now)
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn tell(&self) {
        self.quieter.notify_all();
        self.changed.notify_one();
    }

    /// Starts with what a store has.
    pub(super) fn load<'a>(&self, deliveries: impl Iterator<Item = &'a WebhookDelivery>) {
        let mut state = self.lock();
        state.thread = Some(thread::current().id());
        state.lanes.clear();
        deliveries.for_each(|delivery| state.add(delivery));
    }

    /// Follows a change of the store.
    pub(crate) fn follow(&self, changes: &[Change<WebhookDelivery>]) {
        if changes.is_empty() {
            return;
        }
        let mut state = self.lock();
        for change in changes {
            change.before.iter().for_each(|delivery| state.remove(delivery));
            match (&change.before, &change.after) {
                (_, Some(delivery)) => state.add(delivery),
                (Some(gone), None) => state.void(gone),
                (None, None) => {}
            }
        }
        drop(state);
        self.tell();
    }

    /// Takes the first due delivery of each endpoint that is free; from now on they are not.
    pub(super) fn take_due(&self, now: i64) -> Vec<Turn> {
        let mut state = self.lock();
        let State { lanes, busy, turns: count, .. } = &mut *state;
        let mut turns = Vec::new();
        for (endpoint_id, lane) in lanes.iter_mut().filter(|(endpoint_id, _)| !busy.contains_key(*endpoint_id)) {
            if lane.first().is_some_and(|(due, ..)| *due <= now)
                && let Some((_, _, delivery_id)) = lane.pop_first()
            {
                *count += 1;
                turns.push(Turn { number: *count, endpoint_id: endpoint_id.clone(), delivery_id });
            }
        }
        lanes.retain(|_, lane| !lane.is_empty());
        busy.extend(turns.iter().map(|turn| (turn.endpoint_id.clone(), (turn.number, turn.delivery_id.clone()))));
        turns
    }

    /// Whether a turn still counts: its delivery was not taken away meanwhile.
    pub(super) fn is_under_way(&self, turn: &Turn) -> bool {
        self.lock().is_under_way(turn)
    }

    /// When the next delivery of a free endpoint is due.
    pub(super) fn next_due(&self) -> Option<i64> {
        let state = self.lock();
        let free = state.lanes.iter().filter(|(endpoint_id, _)| !state.busy.contains_key(*endpoint_id));
        free.filter_map(|(_, lane)| lane.first()).map(|(due, ..)| *due).min()
    }

    /// Waits until something here has changed since the last time.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Waits, for so long at most, until nothing is due and nothing under way; whether it came to that.
    pub(crate) fn wait(&self, clock: &Clock, at_most: Duration) -> bool {
        let began = Instant::now();
        let mut state = self.lock();
        // Who delivers cannot wait for itself.
        let at_most = if state.thread == Some(thread::current().id()) { Duration::ZERO } else { at_most };
        loop {
            if state.is_idle(clock.now_ms()) {
                return true;
            }
            let left = at_most.saturating_sub(began.elapsed());
            if state.ended || left.is_zero() {
                return false;
            }
            state = match self.quieter.wait_timeout(state, left) {
                Ok((state, _)) => state,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Mode;

    fn delivery(age: u64, endpoint_id: &str, failures: usize, at: i64) -> WebhookDelivery {
        WebhookDelivery {
            id: WebhookDelivery::key(&format!("msg_{age}"), endpoint_id),
            age,
            event_id: format!("msg_{age}"),
            endpoint_id: endpoint_id.to_owned(),
            state: "pending".into(),
            failures,
            next_attempt_at: Some(at),
            attempts: Vec::new(),
            created_at: 0,
        }
    }

    fn added(delivery: WebhookDelivery) -> Change<WebhookDelivery> {
        Change { id: delivery.id.clone(), before: None, after: Some(delivery) }
    }

    fn ids(turns: &[Turn]) -> Vec<&str> {
        let mut ids: Vec<_> = turns.iter().map(|turn| turn.delivery_id.as_str()).collect();
        ids.sort_unstable();
        ids
    }

    #[test]
    fn each_endpoint_has_one_turn_at_a_time() {
        let queue = Queue::default();
        queue.follow(&[
            added(delivery(2, "a", 0, 50)),
            added(delivery(1, "a", 0, 50)),
            added(delivery(1, "b", 0, 50)),
            added(delivery(1, "c", 1, 50)),
        ]);
        let turns = queue.take_due(49);
        assert_eq!(ids(&turns), ["msg_1/a", "msg_1/b"], "the first attempt waits for no clock, a retry does");
        assert!(queue.take_due(49).is_empty());
        assert_eq!(queue.next_due(), Some(50), "what waits behind a busy endpoint is not next");
        let turn = turns.iter().find(|turn| turn.endpoint_id == "a").expect("a turn");
        drop(Busy { queue: &queue, turn });
        assert_eq!(ids(&queue.take_due(50)), ["msg_1/c", "msg_2/a"]);
    }

    #[test]
    fn what_is_removed_has_no_turn() {
        let queue = Queue::default();
        let row = delivery(1, "a", 0, 0);
        queue.follow(&[added(row.clone())]);
        queue.follow(&[Change { id: row.id.clone(), before: Some(row), after: None }]);
        assert!(queue.take_due(1).is_empty());
        assert!(queue.wait(&Clock::new(Mode::frozen_at(1), None), Duration::ZERO));
    }

    #[test]
    fn a_turn_ends_with_its_row() {
        let queue = Queue::default();
        let row = delivery(1, "a", 0, 0);
        queue.follow(&[added(row.clone())]);
        let old = queue.take_due(0);
        let old = old.first().expect("a turn");
        assert!(queue.is_under_way(old));
        queue.follow(&[Change { id: row.id.clone(), before: Some(row.clone()), after: None }]);
        queue.follow(&[added(row)]);
        let new = queue.take_due(0);
        let new = new.first().expect("a turn of the row with the same ids");
        drop(Busy { queue: &queue, turn: old });
        assert!(!queue.is_under_way(old) && queue.is_under_way(new));
    }

    #[test]
    fn waiting_ends_with_the_time_or_the_emulator() {
        let queue = Queue::default();
        let clock = Clock::new(Mode::frozen_at(1), None);
        queue.follow(&[added(delivery(1, "a", 0, 0))]);
        assert!(!queue.wait(&clock, Duration::ZERO));
        drop(End(&queue));
        assert!(!queue.wait(&clock, Duration::MAX));
    }
}
