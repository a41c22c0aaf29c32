//! `cargo xtask differential`: random requests, decided by this SDK and by npm's `@clerk/backend`.

use crate::process::{command, step};
use crate::{Outcome, setup};

/// What `cargo xtask test` runs: always the same requests, so that a failure is of the change at hand.
pub(crate) const CASES: u64 = 20_000;
pub(crate) const SEED: u64 = 1;

/// Sets the Node package up and decides so many requests.
pub(crate) fn run(cases: u64, seed: u64, json: bool) -> Outcome {
    setup::natives()?;
    setup::node()?;
    compare(cases, seed, json)
}

/// The same with what is there already.
pub(crate) fn compare(cases: u64, seed: u64, json: bool) -> Outcome {
    let mut node = command("node");
    node.arg("tests/differential/run.mjs").args(["--cases", &cases.to_string(), "--seed", &seed.to_string()]);
    step(&format!("decide {cases} requests beside @clerk/backend"), node.args(json.then_some("--json")))
}
