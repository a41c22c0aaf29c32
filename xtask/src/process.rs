//! Running other programs from the root of the repository.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, IsTerminal, Read, stdout};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use crate::{Failure, Outcome};

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// A program to be run at the root.
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root()).stdin(Stdio::null());
    command
}

/// Cargo, as the one that started us.
pub(crate) fn cargo() -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs a step: says what it is, lets its output through, says how long it took.
pub(crate) fn step(what: &str, command: &mut Command) -> Outcome {
    step_with(what, command, |_| {})
}

/// Tests that failed.
#[derive(Debug)]
pub(crate) struct Failed {
    /// What is to be said of it.
    pub(crate) message: Failure,
    /// Whether the runner named a test. A program that broke off names none.
    pub(crate) is_named: bool,
}

impl From<Failed> for Failure {
    fn from(failed: Failed) -> Self {
        failed.message
    }
}

/// Runs a step of tests. Where nobody can scroll, the error tells what the runner says of those that failed, so that it is
/// among the last lines of a log: what stands from a line that begins with `from` to one that begins with `to`, or to the
/// end. Of a program that broke off its last lines are told, and what was said of it meanwhile.
pub(crate) fn tests(what: &str, command: &mut Command, from: &str, to: Option<&str>) -> Result<(), Failed> {
    if stdout().is_terminal() {
        return step(what, command).map_err(|message| Failed { message, is_named: true });
    }
    heard(what, command, from, to)
}

fn heard(what: &str, command: &mut Command, from: &str, to: Option<&str>) -> Result<(), Failed> {
    let mut told = Vec::new();
    let mut last = Last::default();
    let mut complaints = Last::default();
    let outcome = std::thread::scope(|scope| {
        step_with(what, command.stdout(Stdio::piped()).stderr(Stdio::piped()), |child| {
            let errors = child.stderr.take();
            scope.spawn(|| {
                each_line(errors, |line| {
                    eprintln!("{line}");
                    complaints.note(line);
                });
            });
            each_line(child.stdout.take(), |line| {
                println!("{line}");
                note(&mut told, line.clone(), from, to);
                last.note(line);
            });
        })
    });
    outcome.map_err(|failure| {
        let is_named = !told.is_empty();
        if !is_named {
            told.extend(last.0);
        }
        told.extend(complaints.0);
        Failed { message: format!("{failure}\n{}", told.join("\n")), is_named }
    })
}

/// Keeps a line that tells of what failed.
fn note(told: &mut Vec<String>, line: String, from: &str, to: Option<&str>) {
    let goes_on = told.last().is_some_and(|last| !to.is_some_and(|to| last.starts_with(to)));
    if (goes_on || line.starts_with(from)) && told.len() < MOST {
        told.push(line);
    }
}

/// So many lines are enough.
const MOST: usize = 300;

/// The last lines of an output.
#[derive(Default)]
struct Last(VecDeque<String>);

impl Last {
    const MOST: usize = 40;

    fn note(&mut self, line: String) {
        if self.0.len() == Self::MOST {
            self.0.pop_front();
        }
        self.0.push_back(line);
    }
}

fn each_line(output: Option<impl Read>, mut hear: impl FnMut(String)) {
    let lines = output.map(BufReader::new).into_iter().flat_map(|output| output.split(b'\n'));
    for line in lines.map_while(Result::ok) {
        hear(String::from_utf8_lossy(&line).into_owned());
    }
}

/// Runs a step whose outputs are heard by `hear`.
fn step_with(what: &str, command: &mut Command, hear: impl FnOnce(&mut Child)) -> Outcome {
    eprintln!("── {what}");
    let start = Instant::now();
    let mut child = command.spawn().map_err(|error| cannot_start(command, &error))?;
    hear(&mut child);
    let status = child.wait().map_err(|error| format!("{what}: {error}"))?;
    if !status.success() {
        return Err(format!("{what}: {} ended with {status}", shown(command)));
    }
    eprintln!("   {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// Runs a step whose output is shown only if it fails.
pub(crate) fn quiet_step(what: &str, command: &mut Command) -> Outcome {
    eprintln!("── {what}");
    let start = Instant::now();
    let output = command.output().map_err(|error| cannot_start(command, &error))?;
    if !output.status.success() {
        eprint!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        return Err(format!("{what}: {} ended with {}", shown(command), output.status));
    }
    eprintln!("   {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// Runs a program and gives what it printed, and whether it succeeded. What it says on its error output is let through.
pub(crate) fn output(command: &mut Command) -> Result<(String, bool), Failure> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| cannot_start(command, &error))?;
    Ok((String::from_utf8_lossy(&output.stdout).into_owned(), output.status.success()))
}

fn cannot_start(command: &Command, error: &std::io::Error) -> Failure {
    format!("{} cannot be started: {error}; is it installed and on the PATH?", shown(command))
}

fn shown(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::{command, heard, note};

    fn told(lines: &[&str], from: &str, to: Option<&str>) -> Vec<String> {
        let mut told = Vec::new();
        lines.iter().for_each(|line| note(&mut told, (*line).to_owned(), from, to));
        told
    }

    #[test]
    fn what_failed_is_told_and_nothing_else() {
        let lines =
            ["test a ... ok", "failures:", "", "    a", "test result: FAILED", "test b ... ok", "failures:", "    c"];
        let of_two = ["failures:", "", "    a", "test result: FAILED", "failures:", "    c"];
        assert_eq!(told(&lines, "failures:", Some("test result:")), of_two);
        assert_eq!(told(&lines, "failures:", None), lines[1..]);
        assert!(told(&lines, "✖ failing tests:", None).is_empty());
    }

    #[test]
    fn a_program_that_broke_off_is_told_by_its_last_lines() {
        let mut shell = command("sh");
        shell.args(["-c", "seq 1 50; echo 'signal: 6' >&2; exit 7"]);
        let failed = heard("break off", &mut shell, "failures:", None).unwrap_err();
        assert!(!failed.is_named);
        let lines: Vec<&str> = failed.message.lines().collect();
        assert_eq!(lines[0], "break off: sh ended with exit status: 7");
        assert_eq!((lines[1], lines[40], lines[41], lines.len()), ("11", "50", "signal: 6", 42));
    }
}
