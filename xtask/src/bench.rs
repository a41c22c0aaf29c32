//! `cargo xtask bench`: builds the contenders; `tests/bench` measures them.

use clap::ValueEnum;

use crate::process::{cargo, command, step};
use crate::{Outcome, setup};

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

/// Builds what is published (with `quick` as everything else here is built), and measures it.
pub(crate) fn run(quick: bool, json: bool, only: &[Group]) -> Outcome {
    let profile = if quick { "ci" } else { "dist" };
    let mut build = cargo();
    build.args(["build", "--profile", profile, "--lib", "--example", "bench", "-p", "clerk-usher-tests"]);
    if quick {
        setup::natives()?;
    } else {
        build.args(["-p", "clerk-usher-python", "-p", "clerk-usher-node"]);
    }
    step("build the contenders", &mut build)?;
    setup::python()?;
    setup::node()?;

    let mut node = command("node");
    node.arg("tests/bench/run.mjs").arg("--natives").arg(setup::target().join(profile));
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
