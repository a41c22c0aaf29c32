//! `usher users`: users by the thousand, in and out.

mod cell;
mod create;
mod export;
mod format;
mod gate;
mod import;
mod journal;
mod key;
mod lookup;
mod record;
mod report;
mod rows;

use clap::Subcommand;

use crate::failure::Outcome;

/// What the two are for.
pub(crate) const EXAMPLES: &str = "\
Examples:
  usher users export users.jsonl
  usher users import users.csv --dry-run
  usher users import users.csv --report failed.jsonl";

/// Import and export users, thousands of them
#[derive(Debug, Subcommand)]
pub(crate) enum Users {
    Export(export::Export),
    Import(import::Import),
}

impl Users {
    pub(crate) async fn run(self, json: bool) -> Outcome {
        match self {
            Self::Export(export) => export.run(json).await,
            Self::Import(import) => import.run(json).await,
        }
    }
}
