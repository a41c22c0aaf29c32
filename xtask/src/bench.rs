//! `cargo xtask bench`: builds the contenders; `tests/bench` measures them.

use std::env::consts::EXE_SUFFIX;
use std::path::PathBuf;
use std::process::Command;

use clap::ValueEnum;

use crate::process::{cargo, command, root, step};
use crate::{Failure, Outcome, setup};

/// What can be measured on its own.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Group {
    /// Session tokens, new and seen before.
    Verify,
    /// Requests, by header and by cookie.
    Authenticate,
    /// Webhooks.
    Webhook,
    /// GET a user, one at a time and 64 at once.
    Get,
    /// A page of 500 users.
    List,
    /// Import and first client: time and memory.
    Start,
    /// Size on disk.
    Size,
    /// Two threads over one.
    Threads,
    /// Instructions of a call of the core, where valgrind is installed.
    Instructions,
}

/// Where the contenders are.
struct Built {
    natives: PathBuf,
    rust: PathBuf,
    /// Today's SDK in Rust, which has dependencies of its own.
    todays: Option<PathBuf>,
}

/// Builds what is published (with `quick` as everything else here is built), and measures it.
pub(crate) fn run(quick: bool, json: bool, only: &[Group]) -> Outcome {
    let built = if quick { build_quickly()? } else { build()? };
    setup::python()?;
    setup::node()?;

    let mut node = command("node");
    node.arg("tests/bench/run.mjs").arg("--natives").arg(built.natives).arg("--rust").arg(built.rust);
    if let Some(todays) = built.todays {
        node.arg("--todays").arg(todays);
    }
    node.arg("--node-file").arg(setup::node_file("clerk-usher")).arg("--python").arg(setup::venv_program("python"));
    node.arg("--cache").arg(setup::target().join("bench"));
    node.args(quick.then_some("--quick")).args(json.then_some("--json"));
    let names: Vec<String> =
        only.iter().filter_map(|group| Some(group.to_possible_value()?.get_name().to_owned())).collect();
    if !names.is_empty() {
        node.args(["--only", &names.join(",")]);
    }
    step("measure", &mut node)
}

/// As everything else here is built; without today's SDK in Rust.
fn build_quickly() -> Result<Built, Failure> {
    setup::natives()?;
    step("build the contenders", contenders().args(["--profile", "ci"]))?;
    let folder = setup::target().join("ci");
    Ok(Built { natives: folder.clone(), rust: folder, todays: None })
}

/// Native modules as they are published. What is in Rust is built as whoever uses the crate builds it, for speed alone.
fn build() -> Result<Built, Failure> {
    let natives = ["build", "--profile", "dist", "-p", "clerk-usher-python", "-p", "clerk-usher-node"];
    step("build the native modules", cargo().args(natives))?;
    let mut fastest = contenders();
    // Not small, as those who use the crate have it.
    fastest.args(["--profile", "fastest"]).env("AWS_LC_SYS_SMALL", "0");
    step("build the contenders in Rust", &mut fastest)?;
    let todays = setup::target().join("bench/rust");
    let manifest = root().join("tests/bench/rust/Cargo.toml");
    let mut build = cargo();
    build.args(["build", "--release", "--locked"]).arg("--manifest-path").arg(manifest);
    build.arg("--target-dir").arg(&todays).env("AWS_LC_SYS_SMALL", "0");
    step("build today's SDK in Rust", &mut build)?;
    let file = format!("clerk-usher-bench-todays{}", EXE_SUFFIX);
    Ok(Built {
        natives: setup::target().join("dist"),
        rust: setup::target().join("fastest"),
        todays: Some(todays.join("release").join(file)),
    })
}

fn contenders() -> Command {
    let mut build = cargo();
    build.args(["build", "--lib", "--example", "bench", "-p", "clerk-usher-tests"]);
    build
}
