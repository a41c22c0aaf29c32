//! `cargo xtask fuzz`: bytes thrown at every parser, on a nightly toolchain.

use crate::process::{root, step};
use crate::{Failure, Outcome};
use clap::ValueEnum;
use std::path::PathBuf;
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
    /// A body that is read late.
    Json,
    /// Keys of every kind.
    Keys,
    /// A path pattern and a path.
    Pattern,
    /// A whole request, and the API's answers.
    Request,
    /// A webhook's headers and body.
    Webhook,
}

impl Target {
    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// What was found worth keeping in earlier runs, packed: thousands of small files.
    fn kept(self) -> PathBuf {
        root().join("fuzz/corpora").join(format!("{}.tar.gz", self.name()))
    }
}

/// Runs these targets, or all, one after the other, each for so long, starting from what earlier runs kept. With `keep`, what
/// this run found is kept too, without what adds nothing.
pub(crate) fn run(targets: &[Target], seconds: u32, keep: bool) -> Outcome {
    let all = Target::value_variants();
    install()?;
    for &target in if targets.is_empty() { all } else { targets } {
        let name = target.name();
        unpack(target)?;
        let mut fuzz = cargo_fuzz();
        fuzz.args(["run", &name, &format!("corpus/{name}"), &format!("seeds/{name}"), "--"]);
        fuzz.args([
            format!("-max_total_time={seconds}"),
            "-max_len=8192".to_owned(),
            "-print_final_stats=1".to_owned(),
        ]);
        step(&format!("fuzz {name} for {seconds} s"), &mut fuzz)?;
        if keep {
            step(&format!("find what of {name} is worth keeping"), cargo_fuzz().args(["cmin", &name]))?;
            pack(target)?;
        }
    }
    Ok(())
}

fn unpack(target: Target) -> Outcome {
    let corpus = root().join("fuzz/corpus");
    std::fs::create_dir_all(corpus.join(target.name())).map_err(|error| format!("{}: {error}", corpus.display()))?;
    if !target.kept().exists() {
        return Ok(());
    }
    let mut tar = Command::new("tar");
    step("unpack what was kept", tar.arg("-xzf").arg(target.kept()).arg("-C").arg(&corpus))
}

fn pack(target: Target) -> Outcome {
    let mut tar = Command::new("tar");
    // In the same order and with the same times, whoever packs it.
    tar.args(["--sort=name", "--mtime=2000-01-01", "--owner=0", "--group=0", "--numeric-owner", "-czf"]);
    step("pack it", tar.arg(target.kept()).arg("-C").arg(root().join("fuzz/corpus")).arg(target.name()))
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
