//! Machines: what calls what, and the keys they show.

use super::Store;
use super::m2m_token::M2mToken;
use crate::errors::ApiError;
use serde::{Deserialize, Serialize};

/// The life of a machine's tokens unless told otherwise, in seconds.
pub(crate) const DEFAULT_TTL: i64 = 3600;
/// The longest life of a machine's tokens, in seconds.
pub(crate) const LONGEST_TTL: i64 = 315_360_000;
/// How many machines one machine can call.
pub(crate) const MOST_SCOPES: usize = 150;

/// A machine.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Machine {
    pub(crate) id: String,
    pub(crate) age: u64,
    pub(crate) name: String,
    pub(crate) default_token_ttl: i64,
    /// The ids of the machines it may call, in the order they were added.
    pub(crate) scopes: Vec<String>,
    /// The current key, and those before it that still hold.
    keys: Vec<MachineKey>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct MachineKey {
    text: String,
    /// Set when another key took its place.
    ends_at: Option<i64>,
}

impl Machine {
    pub(crate) fn new(id: String, age: u64, name: String, key: String, now: i64) -> Self {
        Machine {
            id,
            age,
            name,
            default_token_ttl: DEFAULT_TTL,
            scopes: Vec::new(),
            keys: vec![MachineKey { text: key, ends_at: None }],
            created_at: now,
            updated_at: now,
        }
    }

    /// The key that was made last.
    pub(crate) fn secret_key(&self) -> &str {
        self.keys.last().map_or("", |key| &key.text)
    }

    /// Takes a new key; the one before holds for `grace` milliseconds more.
    pub(crate) fn rotate(&mut self, key: String, grace: i64, now: i64) {
        self.keys.retain(|key| key.holds(now));
        for old in &mut self.keys {
            let end = now.saturating_add(grace);
            old.ends_at = Some(old.ends_at.map_or(end, |before| before.min(end)));
        }
        self.keys.push(MachineKey { text: key, ends_at: None });
        self.updated_at = now;
    }

    fn has_key(&self, text: &str, now: i64) -> bool {
        self.keys.iter().any(|key| key.text == text && key.holds(now))
    }
}

impl MachineKey {
    fn holds(&self, now: i64) -> bool {
        self.ends_at.is_none_or(|end| now < end)
    }
}

impl Store {
    pub(crate) fn machine(&self, id: &str) -> Result<&Machine, ApiError> {
        self.machines.get(id).ok_or_else(|| ApiError::not_found("machine", id))
    }

    pub(crate) fn machine_mut(&mut self, id: &str) -> Result<&mut Machine, ApiError> {
        self.machines.get_mut(id).ok_or_else(|| ApiError::not_found("machine", id))
    }

    /// The machine whose key this is, now.
    pub(crate) fn machine_by_key(&self, key: &str, now: i64) -> Option<&Machine> {
        self.machines.values().find(|machine| machine.has_key(key, now))
    }

    /// Removes a machine with its tokens; nobody may call it any more.
    pub(crate) fn remove_machine(&mut self, id: &str) {
        self.machines.remove(id);
        self.m2m_tokens.remove_all(|token: &M2mToken| token.subject == id);
        self.machines.change_all(
            |machine| machine.scopes.iter().any(|scope| scope == id),
            |machine| machine.scopes.retain(|scope| scope != id),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_key_holds_for_its_time() {
        let mut machine = Machine::new("mch_1".to_owned(), 1, "m".to_owned(), "ak_1".to_owned(), 0);
        machine.rotate("ak_2".to_owned(), 1_000, 5_000);
        assert!(machine.has_key("ak_1", 5_999) && !machine.has_key("ak_1", 6_000));
        machine.rotate("ak_3".to_owned(), 8_000, 5_500);
        assert!(!machine.has_key("ak_1", 6_000), "a later rotation lengthens no life");
        assert!(machine.has_key("ak_2", 13_499) && !machine.has_key("ak_2", 13_500));
        assert_eq!(machine.secret_key(), "ak_3");
    }
}
