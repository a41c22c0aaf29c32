//! `cargo xtask lint`: formats, lints and types in every language.

use crate::process::{cargo, command, quiet_step};
use crate::{Outcome, generate, setup};

/// A contender of the bench, which has dependencies of its own.
const OUTSIDE: &str = "tests/bench/rust/Cargo.toml";

/// Checks all; with `fix`, formats first.
pub(crate) fn run(fix: bool) -> Outcome {
    if fix {
        quiet_step("format Rust", cargo().args(["fmt", "--all"]))?;
        quiet_step("format Rust outside of the workspace", cargo().args(["fmt", "--manifest-path", OUTSIDE]))?;
    }
    generate::run(true)?;
    quiet_step("rustfmt", cargo().args(["fmt", "--all", "--check"]))?;
    quiet_step("rustfmt outside of the workspace", cargo().args(["fmt", "--manifest-path", OUTSIDE, "--check"]))?;
    quiet_step(
        "clippy",
        cargo()
            .args(["clippy", "--profile", "ci", "--workspace", "--all-targets", "--features", "clerk-usher/testing"])
            .args(["--quiet", "--", "-D", "warnings"]),
    )?;
    setup::all()?;
    python(fix)?;
    quiet_step("tsc: package, tests and examples", setup::npm().args(["run", "--silent", "typecheck"]))
}

fn python(fix: bool) -> Outcome {
    let ruff = || command(setup::venv_program("ruff"));
    let sources = [
        "bindings-python/python",
        "bindings-python-dev/python",
        "tests/python",
        "tests/spec",
        "tests/bench",
        "tests/browser",
        "examples",
    ];
    if fix {
        quiet_step("format Python", ruff().arg("format").args(sources))?;
    }
    quiet_step("ruff format", ruff().args(["format", "--check"]).args(sources))?;
    quiet_step("ruff check", ruff().arg("check").args(sources))?;
    let mut mypy = setup::venv_python();
    quiet_step(
        "mypy --strict",
        mypy.args(["-m", "mypy", "--strict"]).args([
            "bindings-python/python/clerk_usher",
            "bindings-python-dev/python/clerk_usher_dev",
            "tests/python",
            "tests/spec",
            "tests/bench/python",
            "tests/browser",
            "examples",
        ]),
    )?;
    let mut stubtest = setup::venv_python();
    quiet_step(
        "stubtest: the native modules are as their stubs say",
        stubtest.args(["-m", "mypy.stubtest", "clerk_usher._native", "clerk_usher_dev._native"]),
    )?;
    let mut pyright = command(setup::venv_program("pyright"));
    quiet_step("pyright", pyright.arg("--pythonpath").arg(setup::venv_program("python")))
}
