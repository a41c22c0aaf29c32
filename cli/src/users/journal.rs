//! What an import has done, on disk before and after each user, so that it can be killed at any moment.
//!
//! A line each: `s` before a user is sent, `d` when it is there, `f` when it is certain that it is not. Whoever was begun
//! and has neither is in doubt, and looked for before anybody is created.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use fs4::FileExt;
use serde::{Deserialize, Serialize};

use super::key::Key;
use crate::failure::{Failure, Outcome};

/// The first line: whose journal it is.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    usher_journal: u32,
    instance: String,
}

const VERSION: u32 = 1;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    s: Option<String>,
    d: Option<String>,
    f: Option<String>,
}

/// What is known of a line from runs before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// Its user is there.
    Done,
    /// It was begun, and nobody knows what became of it.
    InDoubt,
}

/// The journal of an import, held by this process alone.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: Mutex<File>,
    before: HashMap<Key, Before>,
}

impl Journal {
    /// Opens it, or makes it. `instance` says where the users are created: a journal of another is refused.
    pub(super) fn open(path: &Path, instance: &str) -> Outcome<Self> {
        let fail = |error: &dyn std::fmt::Display| Failure::Usage(format!("the journal {}: {error}", path.display()));
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(|error| fail(&error))?;
        // By name: the standard library's own is younger than the oldest Rust this builds with.
        if FileExt::try_lock(&file).is_err() {
            return Err(fail(&"another import is at work with it"));
        }
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(|error| fail(&error))?;
        // A line that was not written to its end says nothing: what it was about has not happened, or is in doubt anyway.
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        text.truncate(whole);
        let text = String::from_utf8(text).map_err(|_| fail(&"it is no journal of usher"))?;
        let before = read(&text, instance).map_err(|what| fail(&what))?;
        let prepare = |file: &mut File| -> io::Result<()> {
            file.set_len(whole as u64)?;
            file.seek(SeekFrom::Start(whole as u64))?;
            if whole == 0 {
                let header = Header { usher_journal: VERSION, instance: instance.to_owned() };
                file.write_all(format!("{}\n", serde_json::to_string(&header)?).as_bytes())?;
            }
            file.sync_data()
        };
        prepare(&mut file).map_err(|error| fail(&error))?;
        Ok(Self { path: path.to_owned(), file: Mutex::new(file), before })
    }

    /// What is known of a line from runs before.
    pub(super) fn before(&self, key: &Key) -> Option<Before> {
        self.before.get(key).copied()
    }

    /// These are about to be sent. On disk when this returns, whatever happens to the machine.
    pub(super) fn begin(&self, keys: &[Key]) -> Outcome {
        let lines: String = keys.iter().map(|key| format!("{{\"s\":\"{key}\"}}\n")).collect();
        let mut file = self.file();
        let written = file.write_all(lines.as_bytes()).and_then(|()| file.sync_data());
        written.map_err(|error| self.failed(&error))
    }

    /// This one's user is there.
    pub(super) fn done(&self, key: &Key) -> Outcome {
        self.add('d', key)
    }

    /// This one's user is certainly not there.
    pub(super) fn refused(&self, key: &Key) -> Outcome {
        self.add('f', key)
    }

    fn add(&self, kind: char, key: &Key) -> Outcome {
        let line = format!("{{\"{kind}\":\"{key}\"}}\n");
        self.file().write_all(line.as_bytes()).map_err(|error| self.failed(&error))
    }

    fn file(&self) -> MutexGuard<'_, File> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, error: &io::Error) -> Failure {
        Failure::NotSo(format!("the journal {} cannot be written: {error}", self.path.display()))
    }
}

fn read(text: &str, instance: &str) -> Result<HashMap<Key, Before>, String> {
    let mut lines = text.lines();
    let mut before = HashMap::new();
    let Some(first) = lines.next() else { return Ok(before) };
    let header: Header = serde_json::from_str(first).map_err(|_| "it is no journal of usher".to_owned())?;
    if header.usher_journal != VERSION {
        return Err(format!("it was written by another usher (version {})", header.usher_journal));
    }
    if header.instance != instance {
        return Err(format!(
            "it is about an import into {}, and this one is into {instance}; name another with --journal",
            header.instance
        ));
    }
    for (number, line) in lines.enumerate() {
        let wrong = || format!("its line {} cannot be read", number + 2);
        let record: Record = serde_json::from_str(line).map_err(|_| wrong())?;
        let key = |text: String| text.parse::<Key>().map_err(|()| wrong());
        match record {
            Record { s: Some(text), d: None, f: None } => {
                before.entry(key(text)?).or_insert(Before::InDoubt);
            }
            Record { s: None, d: Some(text), f: None } => {
                before.insert(key(text)?, Before::Done);
            }
            Record { s: None, d: None, f: Some(text) } => {
                before.remove(&key(text)?);
            }
            _ => return Err(wrong()),
        }
    }
    Ok(before)
}

#[cfg(test)]
mod tests {
    use super::{Before, Journal, read};
    use crate::users::key::Key;

    const KEY: Key = Key { digest: [7; 16], number: 1 };

    fn journal(records: &str) -> String {
        let lines: String = records.chars().map(|kind| format!("{{\"{kind}\":\"{KEY}\"}}\n")).collect();
        format!("{{\"usher_journal\":1,\"instance\":\"ins_1\"}}\n{lines}")
    }

    #[test]
    fn records_tell_what_is_known() {
        let known = |records: &str| read(&journal(records), "ins_1").unwrap().get(&KEY).copied();
        for (records, expected) in [
            ("", None),
            ("s", Some(Before::InDoubt)),
            ("sd", Some(Before::Done)),
            ("sf", None),
            ("sfs", Some(Before::InDoubt)),
            ("sfsd", Some(Before::Done)),
            ("sds", Some(Before::Done)),
        ] {
            assert_eq!(known(records), expected, "{records}");
        }
    }

    #[test]
    fn journals_of_others_are_refused() {
        assert!(read(&journal("s"), "ins_2").unwrap_err().contains("--journal"));
        assert!(read("hello\n", "ins_1").is_err());
        assert!(read(&format!("{}{{\"x\":1}}\n", journal("s")), "ins_1").unwrap_err().contains("line 3"));
    }

    #[test]
    fn a_torn_line_is_cut_off_wherever_it_was_torn() {
        let path = std::env::temp_dir().join(format!("usher-journal-{}", std::process::id()));
        let text = journal("sds");
        for length in 0..=text.len() {
            std::fs::write(&path, &text[..length]).unwrap();
            let journal = Journal::open(&path, "ins_1").unwrap();
            journal.begin(&[KEY]).unwrap();
            assert!(journal.before(&KEY).is_none() || length > 60, "{length}");
            drop(journal);
            // What was written after it can be read.
            assert!(Journal::open(&path, "ins_1").unwrap().before(&KEY).is_some());
        }
        let held = Journal::open(&path, "ins_1").unwrap();
        assert!(Journal::open(&path, "ins_1").unwrap_err().message().contains("another import"));
        drop(held);
        std::fs::remove_file(&path).unwrap();
    }
}
