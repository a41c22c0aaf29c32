//! What makes an instance the same one after a restart.

use crate::errors::EmulatorError;
use serde::{Deserialize, Serialize};

/// The keys and ids of an instance.
#[derive(Clone, Deserialize, PartialEq, Serialize)]
pub(crate) struct KeptIdentity {
    pub(crate) secret_key: String,
    /// None: it follows the port.
    pub(crate) publishable_key: Option<String>,
    pub(crate) machine_secret_key: String,
    pub(crate) machine_id: String,
    pub(crate) instance_id: String,
    /// Which kind of publishable key follows the port.
    pub(crate) production: bool,
    pub(crate) seed: Option<u64>,
}

/// What the builder was told.
pub(crate) struct Wanted<'a> {
    pub(crate) secret_key: Option<&'a str>,
    pub(crate) publishable_key: Option<&'a str>,
    pub(crate) machine_secret_key: Option<&'a str>,
    pub(crate) instance_id: Option<&'a str>,
    pub(crate) production: bool,
    pub(crate) seed: Option<u64>,
}

impl KeptIdentity {
    /// Takes over the keys that the builder was told: they hold from now on.
    ///
    /// # Errors
    /// [`EmulatorError::Argument`] for what cannot change: the instance id is in the tokens that are out, and the
    /// machine has its keys from the API.
    pub(crate) fn adopt(mut self, wanted: &Wanted<'_>) -> Result<Self, EmulatorError> {
        let refuse = |name: &str, fix: &str| {
            Err(EmulatorError::Argument(format!(
                "{name} is not that of the instance in data_dir ({}): leave {name} out, or {fix}",
                self.instance_id
            )))
        };
        if wanted.instance_id.is_some_and(|id| id != self.instance_id) {
            return refuse("instance_id", "take another directory");
        }
        if wanted.machine_secret_key.is_some_and(|key| key != self.machine_secret_key) {
            return refuse("machine_secret_key", "rotate the machine's key by the API");
        }
        if wanted.production && !self.production {
            return refuse("production", "take another directory");
        }
        if let Some(key) = wanted.secret_key {
            key.clone_into(&mut self.secret_key);
        }
        if let Some(key) = wanted.publishable_key {
            self.publishable_key = Some(key.to_owned());
        }
        self.seed = wanted.seed.or(self.seed);
        Ok(self)
    }
}
