//! What stands for something else in a case: `$TOKEN` for a token that is made for it, `$SECRET_KEY` for the instance's.

use clerk_usher_emulator::Emulator;
use serde_json::{Map, Value};

use crate::{compare, token};

/// The names of a case, the longest first, so that `$SESSION` is not found in `$SESSION_2`.
#[derive(Debug, Default)]
pub(crate) struct Names(Vec<(String, String)>);

impl Names {
    /// Makes the tokens of a case. One that names another is made after it, whatever the order they are written in.
    ///
    /// # Errors
    /// If a token cannot be made, or names one that is not there.
    pub(crate) fn of(emulator: &Emulator, case: &Value) -> Result<Self, String> {
        let mut names = Self::default();
        names.add("SECRET_KEY", emulator.secret_key());
        names.add("MACHINE_SECRET_KEY", emulator.machine_secret_key());
        names.add("PUBLISHABLE_KEY", emulator.publishable_key());
        names.add("INSTANCE_ID", emulator.instance_id());
        names.add("API_URL", emulator.url());
        names.add("JWT_KEY", &emulator.jwt_key().map_err(|error| error.to_string())?);
        if case.to_string().contains("$OTHER_JWT_KEY") {
            let other = Emulator::start().map_err(|error| error.to_string())?;
            names.add("OTHER_JWT_KEY", &other.jwt_key().map_err(|error| error.to_string())?);
        }
        let mut left: Vec<(&str, &Value)> =
            compare::object(&case["tokens"]).map(|(name, told)| (name.as_str(), told)).collect();
        left.extend(case.get("token").map(|told| ("TOKEN", told)));
        while !left.is_empty() {
            let waits = |told: &Value| left.iter().any(|(name, _)| told.to_string().contains(&format!("${name}")));
            let (later, now): (Vec<_>, Vec<_>) = left.iter().copied().partition(|(_, told)| waits(told));
            if now.is_empty() {
                return Err("the tokens of the case name each other in a circle".to_owned());
            }
            for (name, told) in now {
                let text = token::make(emulator, token::now(case), &names.place(told))?;
                names.add(name, &text);
            }
            left = later;
        }
        Ok(names)
    }

    fn add(&mut self, name: &str, value: &str) {
        self.0.push((format!("${name}"), value.to_owned()));
        self.0.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    }

    /// The value with every name in its texts replaced.
    pub(crate) fn place(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => {
                self.0.iter().fold(text.clone(), |text, (name, value)| text.replace(name, value)).into()
            }
            Value::Array(items) => items.iter().map(|item| self.place(item)).collect(),
            Value::Object(fields) => {
                let placed: Map<String, Value> =
                    fields.iter().map(|(name, value)| (name.clone(), self.place(value))).collect();
                Value::Object(placed)
            }
            other => other.clone(),
        }
    }
}
