//! `core/api/differences.yaml`: where the catalogue departs from the API description on purpose.
//!
//! A list of entries `{at, field, what, described, reason}`, the first four as in [`Difference`](super::Difference), of
//! which `described` is what the description says: where that changes, the reason has to be thought over. `at` and
//! `field` may be lists; an entry then stands for each combination. Each must match a difference, else it is stale.

use serde::Deserialize;

use super::report::Difference;
use crate::error::Error;

/// What is allowed to differ.
#[derive(Debug)]
pub(super) struct Allowed {
    at: String,
    field: String,
    what: String,
    described: String,
    pub(super) reason: String,
}

impl Allowed {
    pub(super) fn matches(&self, difference: &Difference) -> bool {
        let named = self.at == difference.at && self.field == difference.field && self.what == difference.what;
        named && self.described == difference.description
    }

    /// How messages call it.
    pub(super) fn name(&self) -> String {
        match self.field.as_str() {
            "" => format!("{}: {}", self.at, self.what),
            field => format!("{}.{field}: {}", self.at, self.what),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    at: Names,
    #[serde(default)]
    field: Names,
    what: String,
    #[serde(default)]
    described: serde_json::Value,
    reason: String,
}

/// One name or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Names {
    One(String),
    Several(Vec<String>),
}

impl Default for Names {
    fn default() -> Self {
        Self::One(String::new())
    }
}

impl Names {
    fn each(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }
}

pub(super) fn parse(text: &str) -> Result<Vec<Allowed>, Error> {
    let entries: Option<Vec<Entry>> = serde_saphyr::from_str(text).map_err(|error| {
        let line = error.location().map_or(0, |location| location.line());
        Error::new("differences.yaml", line, error.to_string())
    })?;
    let mut all = Vec::new();
    for entry in entries.into_iter().flatten() {
        if entry.reason.trim().is_empty() {
            return Err(Error::new("differences.yaml", 0, "an entry gives its reason"));
        }
        // `described: false` is meant as the text it stands for.
        let described = match &entry.described {
            serde_json::Value::Null => String::new(),
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        for at in entry.at.each() {
            for field in entry.field.each() {
                all.push(Allowed {
                    at: at.clone(),
                    field: field.clone(),
                    what: entry.what.clone(),
                    described: described.clone(),
                    reason: entry.reason.clone(),
                });
            }
        }
    }
    Ok(all)
}
