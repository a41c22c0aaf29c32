//! What the doctor tells.

use std::fmt;

use serde::Serialize;
use serde_json::json;

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// As it should be.
    Ok,
    /// It works, or may work, but is worth a look.
    Warning,
    /// It cannot work.
    Problem,
    /// It could not be checked, or there is nothing to check.
    Skipped,
}

impl Status {
    /// `ok`, `warning`, `problem` or `skipped`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
            Self::Skipped => "skipped",
        }
    }
}

/// The outcome of one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// What was checked: a name to program against, such as `secret_key` or `clock`. One check may find several things.
    pub check: &'static str,
    /// How it came out.
    pub status: Status,
    /// What was found. It names options as Rust and Python do, in backticks.
    pub message: String,
    /// What to do about it; empty where there is nothing to do.
    pub advice: String,
}

/// All findings, in the order of the checks. `Display` is text for people.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The findings.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether there is no problem. There may be warnings.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.count(Status::Problem) == 0
    }

    /// Text for people, a finding a line, advice below it.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.to_string()
    }

    /// `{"ok", "findings", "text"}`, for bindings.
    #[must_use]
    pub fn to_json(&self) -> String {
        json!({ "ok": self.is_ok(), "findings": self.findings, "text": self.to_text() }).to_string()
    }

    fn count(&self, status: Status) -> usize {
        self.findings.iter().filter(|finding| finding.status == status).count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.findings.iter().map(|finding| finding.check.len()).max().unwrap_or_default();
        for Finding { check, status, message, advice } in &self.findings {
            writeln!(f, "{:8} {check:width$}  {message}", status.as_str())?;
            if !advice.is_empty() {
                writeln!(f, "{:8} {:width$}  -> {advice}", "", "")?;
            }
        }
        let counted = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
        write!(
            f,
            "{}, {}",
            counted(self.count(Status::Problem), "problem"),
            counted(self.count(Status::Warning), "warning")
        )
    }
}

/// Findings as they are gathered.
#[derive(Debug, Default)]
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, check: &'static str, status: Status, message: impl Into<String>, advice: impl Into<String>) {
        self.0.push(Finding { check, status, message: message.into(), advice: advice.into() });
    }

    pub(super) fn ok(&mut self, check: &'static str, message: impl Into<String>) {
        self.add(check, Status::Ok, message, "");
    }

    pub(super) fn warning(&mut self, check: &'static str, message: impl Into<String>, advice: impl Into<String>) {
        self.add(check, Status::Warning, message, advice);
    }

    pub(super) fn problem(&mut self, check: &'static str, message: impl Into<String>, advice: impl Into<String>) {
        self.add(check, Status::Problem, message, advice);
    }

    pub(super) fn skipped(&mut self, check: &'static str, message: impl Into<String>) {
        self.add(check, Status::Skipped, message, "");
    }

    /// Whether something of this check has been found.
    pub(super) fn has(&self, check: &str) -> bool {
        self.0.iter().any(|finding| finding.check == check)
    }

    pub(super) fn into_report(self) -> Report {
        Report { findings: self.0 }
    }
}
