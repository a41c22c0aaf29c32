//! Running other programs from the root of the repository.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
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
    eprintln!("── {what}");
    let start = Instant::now();
    let status = command.status().map_err(|error| cannot_start(command, &error))?;
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
