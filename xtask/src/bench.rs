//! `cargo xtask bench`.

use crate::Outcome;
use crate::process::{cargo, step};

/// Builds the measurements with full optimisation and runs them.
pub(crate) fn run(quick: bool, json: bool) -> Outcome {
    let profile = if quick { "ci" } else { "release" };
    let mut bench = cargo();
    bench.args(["run", "--quiet", "--profile", profile, "-p", "clerk-usher-tests", "--example", "bench", "--"]);
    bench.args(quick.then_some("--quick")).args(json.then_some("--json"));
    step("measure", &mut bench)
}
