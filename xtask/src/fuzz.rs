//! `cargo xtask fuzz`: bytes thrown at every parser, on a nightly toolchain.

use crate::process::{root, step};
use crate::{Failure, Outcome};
use clap::ValueEnum;
use std::process::Command;

/// What bytes are thrown at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// A token.
    Token,
    /// The claims of a token.
    Claims,
    /// A `cookie` header.
    Cookies,
    /// Keys of every kind.
    Keys,
    /// A path pattern and a path.
    Pattern,
    /// A whole request, and the API's answers.
    Request,
    /// A webhook's headers and body.
    Webhook,
}

/// Runs these targets, or all, one after the other, each for so long. New inputs stay in `fuzz/corpus`.
pub(crate) fn run(targets: &[Target], seconds: u32) -> Outcome {
    let all = Target::value_variants();
    install()?;
    for target in if targets.is_empty() { all } else { targets } {
        let name = target.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        let corpus = root().join("fuzz/corpus").join(&name);
        std::fs::create_dir_all(&corpus).map_err(|error| format!("{}: {error}", corpus.display()))?;
        let mut fuzz = cargo_fuzz();
        fuzz.args(["run", &name, &format!("corpus/{name}"), &format!("seeds/{name}"), "--"]);
        fuzz.args([
            format!("-max_total_time={seconds}"),
            "-max_len=8192".to_owned(),
            "-print_final_stats=1".to_owned(),
        ]);
        step(&format!("fuzz {name} for {seconds} s"), &mut fuzz)?;
    }
    Ok(())
}

fn cargo_fuzz() -> Command {
    let mut cargo = Command::new("cargo");
    cargo.args(["+nightly", "fuzz"]).current_dir(root().join("fuzz"));
    cargo
}

fn install() -> Result<(), Failure> {
    if Command::new("cargo").args(["fuzz", "--version"]).output().is_ok_and(|out| out.status.success()) {
        return Ok(());
    }
    step("install cargo-fuzz", Command::new("cargo").args(["install", "cargo-fuzz", "--locked"]))
}
