//! Writes the output, or compares it with what is there.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::error::Error;
use crate::output::{MARKER, Output};

/// Folders of which every file is generated, wherever they stand, and the one with another name.
const GENERATED: &[&str] = &["generated"];
const GENERATED_PATHS: &[&str] = &["tests/conformance/operations"];
/// Where no source of ours is.
const SKIPPED: &[&str] = &["target", "node_modules", "dist", "__pycache__", "build", "venv"];

/// What `gen` did, or, checking, what it would have to do.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Files of the output.
    pub total: usize,
    /// Files that differ from the output or are missing (checking: found; else: written).
    pub changed: Vec<String>,
    /// Files in a generated folder, or with the marker, that the generator did not write (checking: found; else:
    /// removed where they have the marker).
    pub orphans: Vec<String>,
    /// Files of the output that stand there without the marker on their first line.
    pub unmarked: Vec<String>,
    /// Orphans without a marker: nothing of the generator's, so never removed by it.
    pub foreign: Vec<String>,
}

impl Report {
    /// Whether what is on disk is what the generator writes.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.changed.is_empty() && self.orphans.is_empty() && self.unmarked.is_empty() && self.foreign.is_empty()
    }
}

/// Formats the Rust files as `cargo fmt` would, so that the two never disagree.
pub(crate) fn format_rust(root: &Path, out: &mut Output) -> Result<(), Error> {
    for (path, text) in out.files_mut() {
        if path.ends_with(".rs") {
            *text = rustfmt(root, text).map_err(|message| Error::general(format!("{path}: {message}")))?;
        }
    }
    Ok(())
}

fn rustfmt(root: &Path, text: &str) -> Result<String, String> {
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024"])
        .current_dir(root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("rustfmt does not start: {error}"))?;
    // rustfmt reads everything before it writes, so this cannot block on a full pipe.
    let stdin = child.stdin.take();
    stdin.map_or(Ok(()), |mut stdin| stdin.write_all(text.as_bytes())).map_err(|error| format!("rustfmt: {error}"))?;
    let done = child.wait_with_output().map_err(|error| format!("rustfmt: {error}"))?;
    if !done.status.success() {
        return Err(format!("rustfmt refuses it: {}", String::from_utf8_lossy(&done.stderr)));
    }
    String::from_utf8(done.stdout).map_err(|error| error.to_string())
}

/// Compares the output with the files under `root`, and writes it unless `check`.
pub(crate) fn settle(root: &Path, out: &Output, check: bool) -> Result<Report, Error> {
    let mut report = Report { total: out.files().len(), ..Report::default() };
    for (path, text) in out.files() {
        let there = std::fs::read_to_string(root.join(path)).ok();
        if there.as_ref().is_some_and(|there| !is_marked(there)) {
            report.unmarked.push(path.clone());
        }
        if there.as_deref() == Some(text) {
            continue;
        }
        report.changed.push(path.clone());
        if !check {
            write(&root.join(path), text)?;
        }
    }
    let known: BTreeSet<&str> = out.files().keys().map(String::as_str).collect();
    let mut found = Vec::new();
    walk(root, "", false, &mut found)?;
    for (path, in_generated) in found {
        if known.contains(path.as_str()) {
            continue;
        }
        let marked = first_bytes(&root.join(&path)).is_some_and(|text| is_marked(&text));
        if marked {
            report.orphans.push(path.clone());
            if !check {
                std::fs::remove_file(root.join(&path)).map_err(|error| Error::general(format!("{path}: {error}")))?;
            }
        } else if in_generated {
            report.foreign.push(path);
        }
    }
    if !check {
        report.unmarked.clear();
    }
    Ok(report)
}

fn is_marked(text: &str) -> bool {
    text.lines().next().is_some_and(|line| line.contains(MARKER))
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    let fail = |error: std::io::Error| Error::general(format!("{}: {error}", path.display()));
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(fail)?;
    }
    std::fs::write(path, text).map_err(fail)
}

/// The start of a file, if it is text.
fn first_bytes(path: &Path) -> Option<String> {
    use std::io::Read;
    let mut start = Vec::new();
    std::fs::File::open(path).ok()?.take(256).read_to_end(&mut start).ok()?;
    Some(String::from_utf8_lossy(&start).into_owned())
}

/// All files below, as (path, whether they stand in a generated folder), sorted.
fn walk(root: &Path, folder: &str, in_generated: bool, found: &mut Vec<(String, bool)>) -> Result<(), Error> {
    let fail = |error: std::io::Error| Error::general(format!("{folder}: {error}"));
    let mut entries: Vec<_> = std::fs::read_dir(root.join(folder)).map_err(fail)?.filter_map(Result::ok).collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            if !name.starts_with('.') && !SKIPPED.contains(&name.as_str()) {
                let inside =
                    in_generated || GENERATED.contains(&name.as_str()) || GENERATED_PATHS.contains(&path.as_str());
                walk(root, &path, inside, found)?;
            }
        } else if kind.is_file() {
            found.push((path, in_generated));
        }
    }
    Ok(())
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let lists = [
            ("differs", &self.changed),
            ("orphan", &self.orphans),
            ("no marker", &self.unmarked),
            ("not generated, in a generated folder", &self.foreign),
        ];
        for (what, paths) in lists {
            for path in paths {
                writeln!(f, "{what}: {path}")?;
            }
        }
        writeln!(f, "{} generated files", self.total)
    }
}
