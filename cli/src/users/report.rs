//! What became of the lines: counts, and those that failed.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use clerk_usher::Error;
use serde_json::{Value, json};

use crate::failure::{Failure, Outcome};
use crate::{output, redact};

/// How many failures are shown as they happen; all are in the report.
const SHOWN: u64 = 20;

/// Counts of an import.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Counts {
    /// Lines with a user in them.
    pub(super) total: u64,
    pub(super) created: u64,
    /// Created before, by a call whose answer was lost.
    pub(super) found: u64,
    /// Done by a run before.
    pub(super) done_before: u64,
    pub(super) failed: u64,
    /// Nobody knows whether they were created.
    pub(super) unknown: u64,
    /// Not sent, as they cannot be.
    pub(super) invalid: u64,
}

impl Counts {
    /// How many lines need no more work in this run.
    pub(super) fn over(&self) -> u64 {
        self.created + self.found + self.done_before + self.failed + self.unknown + self.invalid
    }

    /// How many lines have no user.
    pub(super) fn without_user(&self) -> u64 {
        self.failed + self.unknown + self.invalid
    }

    /// For programs.
    pub(super) fn to_json(self) -> Value {
        json!({
            "total": self.total,
            "created": self.created,
            "found": self.found,
            "done_before": self.done_before,
            "failed": self.failed,
            "unknown": self.unknown,
            "invalid": self.invalid,
        })
    }

    /// For people.
    pub(super) fn to_text(self) -> String {
        let parts = [
            (self.created, "created"),
            (self.found, "found to have been created before"),
            (self.done_before, "done in a run before"),
            (self.failed, "failed"),
            (self.unknown, "of which nobody knows whether they were created"),
            (self.invalid, "invalid and not sent"),
        ];
        let parts: Vec<String> =
            parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        let what = if parts.is_empty() { "nothing to do".to_owned() } else { parts.join(", ") };
        format!("{} users: {what}.", self.total)
    }
}

/// Where failures are told.
#[derive(Debug)]
pub(super) struct Report {
    file: Option<File>,
    shown: u64,
}

impl Report {
    /// With a file for all of them, a JSON object a line.
    pub(super) fn new(path: Option<&Path>) -> Outcome<Self> {
        let open = |path: &Path| {
            File::create(path).map_err(|error| Failure::Usage(format!("--report {}: {error}", path.display())))
        };
        Ok(Self { file: path.map(open).transpose()?, shown: 0 })
    }

    /// A line that failed: `status` is `invalid`, `failed` or `unknown`.
    pub(super) fn add(&mut self, line: u64, status: &str, message: &str, error: Option<&Error>) -> Outcome {
        let message = redact::redact(message);
        self.shown += 1;
        if self.shown <= SHOWN {
            output::note(&format!("line {line}: {message}"));
        } else if self.shown == SHOWN + 1 {
            let more = if self.file.is_some() { "the rest is in the report" } else { "--report FILE has all of them" };
            output::note(&format!("… {more}"));
        }
        let Some(file) = &mut self.file else { return Ok(()) };
        let mut entry = json!({ "line": line, "status": status, "message": message });
        if let Some(api) = error.and_then(Error::as_api) {
            let errors =
                api.errors.iter().map(|item| json!({ "code": item.code, "message": item.message, "meta": item.meta }));
            entry["http_status"] = api.status.into();
            entry["errors"] = errors.collect();
            entry["trace_id"] = api.trace_id.clone().into();
        }
        file.write_all(format!("{entry}\n").as_bytes()).map_err(|error| Failure::io("--report", &error))
    }
}
