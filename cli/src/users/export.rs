//! `usher users export`: all users into a file, a page in memory at a time.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use clerk_usher::args::Arguments;
use clerk_usher::page::Walk;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::cell;
use super::format::Format;
use super::record::{columns, fields};
use crate::client;
use crate::client::KEYS_HELP;
use crate::failure::{Failure, Outcome};
use crate::json::{Listing, compact, listing};
use crate::output::{self, Stdout};
use crate::progress::Progress;

const EXAMPLES: &str = "\
Examples:
  usher users export users.csv
  usher users export users.jsonl --query @example.com
  usher users export --format jsonl | jq -r .email_address[0]
  usher users export everything.jsonl --raw                 users as the API shows them

The fields are those that `usher users import` takes, and the id. Passwords and second factors cannot be exported: give \
imported users a way to set one, with --set skip_password_requirement=true. An address that its user has not verified is \
exported as reserved, which is unverified.

A file is replaced when the last user is in it, and not before; only you can read it.";

/// Write all users to a CSV or JSONL file, or to standard output
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{KEYS_HELP}"))]
pub(crate) struct Export {
    /// The file: .csv, .jsonl or .ndjson [default: standard output]
    file: Option<PathBuf>,

    /// What to write, if the file's name does not say
    #[arg(long, value_enum)]
    format: Option<Format>,

    /// Only users with this in an identifier or a name
    #[arg(long, value_name = "TEXT")]
    query: Option<String>,

    /// Users as the API shows them, not as an import takes them (JSONL)
    #[arg(long)]
    raw: bool,

    /// Show no progress
    #[arg(long)]
    quiet: bool,
}

/// Users a request.
const PAGE: i64 = 500;

impl Export {
    pub(crate) async fn run(self, json: bool) -> Outcome {
        let path = self.file.as_deref().filter(|path| path.as_os_str() != "-");
        let format = match path {
            Some(path) => Format::of(self.format, path)?,
            None => self.format.unwrap_or(Format::Jsonl),
        };
        if self.raw && format == Format::Csv {
            return Err(Failure::Usage("--raw writes JSON: name a .jsonl file, or say --format jsonl".to_owned()));
        }
        let clerk = client::from_environment()?;
        let target = Target::open(path)?;
        let shown = path.map_or_else(|| "standard output".to_owned(), |path| path.display().to_string());
        let fail = |error: io::Error| Failure::io(&shown, &error);
        let mut sink = Sink::new(target, format, self.raw).map_err(fail)?;
        let mut progress = Progress::new(self.quiet || json);
        let mut count = 0;
        // Oldest first: who signs up meanwhile comes last, and moves nobody to another page.
        let mut arguments = Arguments::default();
        arguments.set("limit", &PAGE)?;
        arguments.set("order_by", "+created_at")?;
        if let Some(query) = &self.query {
            arguments.set("query", query)?;
        }
        let mut first = true;
        let mut walk = Walk::new("users.list", arguments.clone())?;
        while let Some(next) = walk.arguments() {
            let answer = clerk.call("users.list", next, &[], &client::patient()).await?;
            let page = listing(&answer.body)?;
            for user in &page.items {
                sink.add(user).map_err(fail)?;
            }
            count += page.items.len() as u64;
            progress.at(count, None, " users");
            let (head, last) = (Listing::id(page.items.first()), Listing::id(page.items.last()));
            if let (true, Some(last)) = (first && page.items.len() as i64 >= PAGE, &last) {
                // From here on behind the last one, however many go or come before it.
                let mut behind = arguments.clone();
                behind.set("starting_after", last)?;
                walk = Walk::new("users.list", behind)?;
                first = false;
                continue;
            }
            walk.advance(page.items.len(), page.total, head.as_deref(), last.as_deref())?;
        }
        progress.clear();
        sink.finish().map_err(fail)?;
        let told = format!("{count} users written to {shown}.");
        match (json, path) {
            (true, Some(path)) => output::line(&json!({ "users": count, "file": path.to_string_lossy() }).to_string()),
            _ => {
                output::note(&told);
                Ok(())
            }
        }
    }
}

/// Where the users go. A file has another name until the last one is in it, and goes if that never comes.
enum Target {
    Stdout,
    File { file: File, temporary: PathBuf, path: PathBuf, is_done: bool },
}

impl Target {
    fn open(path: Option<&Path>) -> Outcome<Self> {
        let Some(path) = path else { return Ok(Self::Stdout) };
        let mut temporary = path.to_owned().into_os_string();
        temporary.push(format!(".{}.part", std::process::id()));
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options
            .open(&temporary)
            .map_err(|error| Failure::Usage(format!("{} cannot be written: {error}", path.display())))?;
        Ok(Self::File { file, temporary: temporary.into(), path: path.to_owned(), is_done: false })
    }

    fn finish(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout => Stdout.flush(),
            Self::File { file, temporary, path, is_done } => {
                file.sync_all()?;
                fs::rename(temporary, path)?;
                *is_done = true;
                Ok(())
            }
        }
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout => Stdout.write(bytes),
            Self::File { file, .. } => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout => Stdout.flush(),
            Self::File { file, .. } => file.flush(),
        }
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        if let Self::File { temporary, is_done: false, .. } = self {
            let _ = fs::remove_file(temporary);
        }
    }
}

/// Users as text.
struct Sink {
    to: BufWriter<Target>,
    format: Format,
    raw: bool,
}

impl Sink {
    fn new(target: Target, format: Format, raw: bool) -> io::Result<Self> {
        let mut sink = Self { to: BufWriter::new(target), format, raw };
        if format == Format::Csv {
            sink.row(columns().map(str::to_owned).collect())?;
        }
        Ok(sink)
    }

    fn add(&mut self, user: &RawValue) -> io::Result<()> {
        if self.raw {
            return writeln!(self.to, "{}", compact(user.get()));
        }
        let fields = fields(user).ok_or_else(|| io::Error::other("a user of the API is no object"))?;
        match self.format {
            Format::Csv => {
                let cell = |name| fields.iter().find(|(field, _)| *field == name).map(|(_, json)| cell::write(json));
                self.row(columns().map(|name| cell(name).unwrap_or_default()).collect())
            }
            Format::Jsonl => {
                let members: Vec<String> =
                    fields.iter().map(|(name, json)| format!("{}:{json}", Value::from(*name))).collect();
                writeln!(self.to, "{{{}}}", members.join(","))
            }
        }
    }

    fn row(&mut self, cells: Vec<String>) -> io::Result<()> {
        let mut writer = csv::WriterBuilder::new().from_writer(&mut self.to);
        writer.write_record(cells).map_err(io::Error::other)?;
        writer.flush()
    }

    fn finish(mut self) -> io::Result<()> {
        self.to.flush()?;
        self.to.get_mut().finish()
    }
}
