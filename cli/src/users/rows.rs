//! The lines of an import, one after the other, each as the arguments of the call that creates its user.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek as _, SeekFrom};
use std::path::Path;

use clerk_usher::args::Arguments;
use clerk_usher::catalogue::{Operation, Param};
use clerk_usher::generated::operations;
use serde_json::value::RawValue;

use super::cell;
use super::format::Format;
use super::key::{Key, digest};
use crate::api::{Given, typed};
use crate::failure::{Failure, Outcome};
use crate::json::members;

/// The operation that creates them.
pub(super) const CREATE: &str = "users.create";

/// The field of an export that an import passes over: a user gets an id from the instance it is created in.
pub(super) const ID: &str = "id";

/// One line.
#[derive(Debug)]
pub(super) struct Row {
    /// Where it begins in the file, from 1.
    pub(super) line: u64,
    /// What it is known by in the journal, and what to send; or what is wrong with it.
    pub(super) user: Result<(Key, Arguments), String>,
}

/// All lines of a file.
pub(super) struct Rows {
    source: Source,
    line: u64,
    defaults: Vec<(String, Box<RawValue>)>,
    seen: HashMap<[u8; 16], u32>,
}

enum Source {
    Csv { reader: Box<csv::Reader<BufReader<File>>>, columns: Vec<Option<&'static Param>>, record: csv::StringRecord },
    Jsonl { reader: BufReader<File>, text: Vec<u8> },
}

fn operation() -> Outcome<&'static Operation> {
    operations::find(CREATE).ok_or_else(|| Failure::NotSo(format!("there is no {CREATE}")))
}

/// What every line has that does not say otherwise, from `name=value` and `name:=JSON`.
pub(super) fn defaults(given: &[String]) -> Outcome<Vec<(String, Box<RawValue>)>> {
    let params = operation()?.params;
    let raw = |json: String| RawValue::from_string(json).map_err(|error| Failure::Usage(format!("--set: {error}")));
    let read = |text: &String| match Given::read(text)? {
        Given::Json(name, value) => Ok((name, value)),
        Given::Text(name, text) => {
            let param = params.iter().find(|param| param.name == name);
            let param = param.ok_or_else(|| Failure::Usage(format!("--set: `{name}` is no field of {CREATE}")))?;
            let json = cell::read(&name, &param.kind, &text)?.map_or_else(|| typed(&name, &param.kind, ""), Ok)?;
            Ok((name, raw(json)?))
        }
        Given::File(name, _) => Err(Failure::Usage(format!("--set: `{name}` is no file"))),
    };
    given.iter().map(read).collect()
}

impl Rows {
    /// Opens a file. Columns that no user has are refused here.
    pub(super) fn open(path: &Path, format: Format, defaults: Vec<(String, Box<RawValue>)>) -> Outcome<Self> {
        let fail =
            |error: &dyn std::fmt::Display| Failure::Usage(format!("{} cannot be read: {error}", path.display()));
        let mut file = File::open(path).map_err(|error| fail(&error))?;
        skip_mark(&mut file).map_err(|error| fail(&error))?;
        let reader = BufReader::new(file);
        let source = match format {
            Format::Jsonl => Source::Jsonl { reader, text: Vec::new() },
            Format::Csv => {
                let mut reader = csv::ReaderBuilder::new().from_reader(reader);
                let header = reader.headers().map_err(|error| fail(&error))?;
                let columns = columns(header).map_err(|what| Failure::NotSo(format!("{}: {what}", path.display())))?;
                Source::Csv { reader: Box::new(reader), columns, record: csv::StringRecord::new() }
            }
        };
        Ok(Self { source, line: 0, defaults, seen: HashMap::new() })
    }

    fn read(&mut self) -> Option<Result<Arguments, String>> {
        match &mut self.source {
            Source::Csv { reader, columns, record } => {
                self.line = reader.position().line();
                match reader.read_record(record) {
                    Ok(false) => None,
                    Ok(true) => {
                        self.line = record.position().map_or(self.line, csv::Position::line);
                        Some(of_record(columns, record))
                    }
                    Err(error) => Some(Err(match error.kind() {
                        csv::ErrorKind::UnequalLengths { expected_len, len, pos } => {
                            self.line = pos.as_ref().map_or(self.line, csv::Position::line);
                            format!("it has {len} cells, and there are {expected_len} columns")
                        }
                        csv::ErrorKind::Utf8 { pos, .. } => {
                            self.line = pos.as_ref().map_or(self.line, csv::Position::line);
                            "it is not UTF-8 text".to_owned()
                        }
                        _ => error.to_string(),
                    })),
                }
            }
            Source::Jsonl { reader, text } => loop {
                text.clear();
                self.line += 1;
                match reader.read_until(b'\n', text) {
                    Ok(0) => return None,
                    Ok(_) if text.trim_ascii().is_empty() => {}
                    Ok(_) => return Some(of_line(text)),
                    Err(error) => return Some(Err(format!("it cannot be read: {error}"))),
                }
            },
        }
    }

    /// Names it, gives it what every line has, and checks it.
    fn finish(&mut self, mut user: Arguments) -> Result<(Key, Arguments), String> {
        // Before the defaults: another `--set` does not make other users of them.
        let digest = digest(&user);
        for (name, value) in &self.defaults {
            if user.get(name).is_none() {
                user.set(name, value).map_err(|error| error.message)?;
            }
        }
        user.check(CREATE).map_err(|error| error.message)?;
        let number = self.seen.entry(digest).or_default();
        *number += 1;
        Ok((Key { digest, number: *number }, user))
    }
}

impl Iterator for Rows {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        let user = self.read()?;
        let user = user.and_then(|user| self.finish(user));
        Some(Row { line: self.line, user })
    }
}

/// Some programs begin UTF-8 files with a mark.
fn skip_mark(file: &mut File) -> std::io::Result<()> {
    let mut mark = Vec::with_capacity(3);
    file.by_ref().take(3).read_to_end(&mut mark)?;
    if mark != b"\xEF\xBB\xBF" {
        file.seek(SeekFrom::Start(0))?;
    }
    Ok(())
}

/// The field of each column; none for the id.
fn columns(header: &csv::StringRecord) -> Result<Vec<Option<&'static Param>>, String> {
    let params = operation().map_err(|failure| failure.message())?.params;
    let mut names: Vec<&str> = Vec::new();
    let mut columns = Vec::new();
    for name in header {
        let name = name.trim();
        if names.contains(&name) {
            return Err(format!("there are two columns `{name}`"));
        }
        names.push(name);
        let param = params.iter().find(|param| param.name == name);
        if param.is_none() && name != ID {
            let known: Vec<&str> = params.iter().map(|param| param.name).collect();
            return Err(format!("the column `{name}` is no field of a new user; there are {}", known.join(", ")));
        }
        columns.push(param);
    }
    Ok(columns)
}

fn of_record(columns: &[Option<&'static Param>], record: &csv::StringRecord) -> Result<Arguments, String> {
    let mut user = Arguments::default();
    for (param, cell) in columns.iter().zip(record) {
        let Some(param) = param else { continue };
        if let Some(json) = cell::read(param.name, &param.kind, cell).map_err(|failure| failure.message())? {
            let raw = RawValue::from_string(json).map_err(|error| format!("`{}`: {error}", param.name))?;
            user.set(param.name, &raw).map_err(|error| error.message)?;
        }
    }
    Ok(user)
}

fn of_line(text: &[u8]) -> Result<Arguments, String> {
    let text = std::str::from_utf8(text).map_err(|_| "it is not UTF-8 text".to_owned())?;
    let fields = members(text).ok_or_else(|| "it must be a JSON object of a user's fields".to_owned())?;
    let mut user = Arguments::default();
    for (name, value) in fields.into_iter().filter(|(name, _)| name != ID) {
        user.set(&name, value).map_err(|error| error.message)?;
    }
    Ok(user)
}
