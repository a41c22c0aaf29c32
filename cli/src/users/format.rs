//! How users stand in a file.

use std::path::Path;

use clap::ValueEnum;

use crate::failure::{Failure, Outcome};

/// The two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Columns named after the fields, a user a row
    Csv,
    /// A JSON object a line
    Jsonl,
}

impl Format {
    /// What was asked for, else what the name of the file says.
    pub(super) fn of(asked: Option<Self>, path: &Path) -> Outcome<Self> {
        let ending = path.extension().map(|ending| ending.to_ascii_lowercase());
        let by_name = || match ending.as_deref().and_then(|ending| ending.to_str()) {
            Some("csv") => Some(Self::Csv),
            Some("jsonl" | "ndjson") => Some(Self::Jsonl),
            _ => None,
        };
        asked.or_else(by_name).ok_or_else(|| {
            Failure::Usage(format!("{}: say --format csv or --format jsonl, or name it so", path.display()))
        })
    }
}
