//! `usher users import`: users from a file, each once, however often it is interrupted.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use clerk_usher::args::Arguments;
use clerk_usher::{CallOptions, Clerk, Error};
use serde::Deserialize;
use tokio::task::{JoinError, JoinSet};

use super::create::{Became, create};
use super::format::Format;
use super::gate::Gate;
use super::journal::{Before, Journal};
use super::key::Key;
use super::report::{Counts, Report};
use super::rows::{self, Row, Rows};
use crate::client::KEYS_HELP;
use crate::failure::{Failure, NOT_SO, Outcome};
use crate::progress::Progress;
use crate::{client, output};

const EXAMPLES: &str = "\
Examples:
  usher users import users.csv --dry-run                         check every line, ask nobody
  usher users import users.csv --report failed.jsonl
  usher users import users.jsonl --set skip_password_requirement=true --concurrency 4

A CSV file has a column for each field (email_address, first_name, external_id, public_metadata, …: what users.create takes); \
lists have `;` between their values or are JSON, objects are JSON. In JSONL each line is an object of these fields. The id \
that an export has is passed over.

It can be interrupted or killed at any moment: run the same command again, and it goes on without creating anybody twice. \
What it has done is in the journal beside the file. Lines that failed are tried again, as they are or corrected.

Exit code 0 if every line has its user, 1 if some have not, 3 if the API could not be reached or refused all.";

/// Create users from a CSV or JSONL file; goes on where it was interrupted
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{KEYS_HELP}"))]
pub(crate) struct Import {
    /// The file: .csv, .jsonl or .ndjson
    file: PathBuf,

    /// What the file is, if its name does not say
    #[arg(long, value_enum)]
    format: Option<Format>,

    /// A field of every line that does not have it, name=value or name:=JSON; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,

    /// Check every line and send nothing; needs no key
    #[arg(long)]
    dry_run: bool,

    /// Go on although some lines are invalid, without them
    #[arg(long)]
    skip_invalid: bool,

    /// How many users are created at once
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=64))]
    concurrency: u32,

    /// Where to keep what has been done [default: FILE.usher-journal]
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,

    /// Write every line that failed here, and why, a JSON object a line
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,

    /// Show no progress
    #[arg(long)]
    quiet: bool,
}

/// What the lines of one import share.
struct Run {
    clerk: Clerk,
    gate: Gate,
    journal: Journal,
}

/// A line whose turn it is.
struct Turn {
    line: u64,
    key: Key,
    user: Arguments,
    in_doubt: bool,
}

/// What is known of an import that is under way.
struct State {
    counts: Counts,
    report: Report,
    progress: Progress,
    /// Why no more lines are sent.
    stopped: Option<Failure>,
}

impl Import {
    pub(crate) async fn run(self, json: bool) -> Outcome {
        let format = Format::of(self.format, &self.file)?;
        let defaults = rows::defaults(&self.set)?;
        let rows = || Rows::open(&self.file, format, defaults.clone());
        let mut report = Report::new(self.report.as_deref())?;
        let counts = check(rows()?, &mut report)?;
        if self.dry_run {
            return finish(counts, json, "");
        }
        if counts.invalid > 0 && !self.skip_invalid {
            let message = "Nothing was sent. Correct these lines, or leave them out with --skip-invalid.";
            return finish(counts, json, message);
        }
        let clerk = client::from_environment()?;
        let instance = instance(&clerk).await?;
        let path = self.journal.clone().unwrap_or_else(|| {
            let mut path = self.file.clone().into_os_string();
            path.push(".usher-journal");
            path.into()
        });
        let journal = Journal::open(&path, &instance)?;
        let run = Arc::new(Run { clerk, gate: Gate::new(), journal });
        let progress = Progress::new(self.quiet || json);
        let mut state = State { counts, report, progress, stopped: None };
        let ended = self.all(&run, rows()?, &mut state).await;
        state.progress.clear();
        match state.stopped.or(ended.err()) {
            None => finish(state.counts, json, ""),
            Some(failure) => {
                output::note(&state.counts.to_text());
                output::note("It broke off. Run the same command again to go on.");
                Err(failure)
            }
        }
    }

    /// Sends every line that has no user yet, so many at once.
    async fn all(&self, run: &Arc<Run>, mut rows: Rows, state: &mut State) -> Outcome {
        let at_once = self.concurrency as usize;
        let mut working = JoinSet::new();
        loop {
            while working.len() >= at_once {
                state.over(working.join_next().await)?;
            }
            while let Some(over) = working.try_join_next() {
                state.over(Some(over))?;
            }
            let turns = match state.stopped {
                None => take(&mut rows, at_once - working.len(), &run.journal, &mut state.counts),
                Some(_) => Vec::new(),
            };
            if turns.is_empty() {
                break;
            }
            // Those that begin together go on disk together.
            run.journal.begin(&turns.iter().map(|turn| turn.key).collect::<Vec<_>>())?;
            for turn in turns {
                working.spawn(one(Arc::clone(run), turn));
            }
        }
        while let Some(over) = working.join_next().await {
            state.over(Some(over))?;
        }
        Ok(())
    }
}

impl State {
    /// Takes note of a line that is over.
    fn over(&mut self, over: Option<Result<(u64, Became), JoinError>>) -> Outcome {
        let (line, became) = match over {
            None => return Ok(()),
            Some(Ok(over)) => over,
            Some(Err(_)) => return Err(Failure::NotSo("a mistake of ours: a line broke off".to_owned())),
        };
        let failed = |state: &mut Self, status: &str, message: &str, error: Option<&Error>| {
            state.progress.clear();
            state.report.add(line, status, message, error)
        };
        match became {
            Became::Created => self.counts.created += 1,
            Became::Found => self.counts.found += 1,
            Became::Refused(error) => {
                self.counts.failed += 1;
                failed(self, "failed", &error.to_string(), Some(&error))?;
            }
            Became::Unknown(why) => {
                self.counts.unknown += 1;
                failed(self, "unknown", &why, None)?;
            }
            Became::Stop { failure, .. } => {
                self.stopped.get_or_insert(failure);
            }
        }
        let without = self.counts.without_user();
        let more = if without == 0 { String::new() } else { format!("  {without} failed") };
        self.progress.at(self.counts.over(), Some(self.counts.total), &more);
        Ok(())
    }
}

/// The next lines without a user, at most so many.
fn take(rows: &mut Rows, at_most: usize, journal: &Journal, counts: &mut Counts) -> Vec<Turn> {
    let mut turns = Vec::new();
    while turns.len() < at_most {
        let Some(Row { line, user }) = rows.next() else { break };
        // Those that are invalid have been told.
        let Ok((key, user)) = user else { continue };
        match journal.before(&key) {
            Some(Before::Done) => counts.done_before += 1,
            before => turns.push(Turn { line, key, user, in_doubt: before == Some(Before::InDoubt) }),
        }
    }
    turns
}

/// Creates the user of a line, and writes down what became of it.
async fn one(run: Arc<Run>, turn: Turn) -> (u64, Became) {
    let became = create(&run.clerk, &run.gate, &turn.user, turn.in_doubt).await;
    let written = match &became {
        Became::Created | Became::Found => run.journal.done(&turn.key),
        Became::Refused(_) | Became::Stop { certain: true, .. } => run.journal.refused(&turn.key),
        Became::Unknown(_) | Became::Stop { .. } => Ok(()),
    };
    match written {
        Ok(()) => (turn.line, became),
        Err(failure) => (turn.line, Became::Stop { failure, certain: false }),
    }
}

/// Counts the lines, and tells those that cannot be sent.
fn check(rows: Rows, report: &mut Report) -> Outcome<Counts> {
    let mut counts = Counts::default();
    for Row { line, user } in rows {
        counts.total += 1;
        if let Err(message) = user {
            counts.invalid += 1;
            report.add(line, "invalid", &message, None)?;
        }
    }
    Ok(counts)
}

/// Says what came of it all.
fn finish(counts: Counts, json: bool, advice: &str) -> Outcome {
    output::line(&if json { counts.to_json().to_string() } else { counts.to_text() })?;
    if !advice.is_empty() {
        output::note(advice);
    }
    if counts.without_user() == 0 { Ok(()) } else { Err(Failure::Told(NOT_SO)) }
}

/// Which instance the users are created in: the id of the key that signs its tokens.
async fn instance(clerk: &Clerk) -> Outcome<String> {
    #[derive(Deserialize)]
    struct Keys {
        keys: Vec<Jwk>,
    }
    #[derive(Deserialize)]
    struct Jwk {
        kid: String,
    }
    let answer = clerk.call("jwks.get", &Arguments::default(), &[], &CallOptions::default()).await?;
    let keys: Option<Keys> = serde_json::from_slice(&answer.body).ok();
    let first = keys.and_then(|keys| keys.keys.into_iter().map(|key| key.kid).min());
    first.ok_or_else(|| Failure::NotSo("the API does not say which instance it is: it has no keys".to_owned()))
}
