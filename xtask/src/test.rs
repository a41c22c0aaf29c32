//! `cargo xtask test`: every test, with everything it needs.

use std::process::Command;

use clap::ValueEnum;

use crate::process::{Failed, cargo, command, root, tests};
use crate::{Outcome, differential, generate, packages, setup, spec};

/// A part of the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// The crates' own tests and the Rust runner of the conformance cases.
    Rust,
    /// The Python package: conformance, hosts, peers.
    Python,
    /// The Node package: conformance, hosts, peers, and random requests beside @clerk/backend.
    Node,
    /// The example applications and the emulator's pages, in Chromium.
    Browser,
    /// The wheel and the npm package, installed into empty places, with the README's snippets.
    Packages,
}

/// Runs the parts, all of them if none is named. A part that fails does not keep the others from running.
pub(crate) fn run(only: &[Part]) -> Outcome {
    let wanted = |part: Part| only.is_empty() || only.contains(&part);
    generate::run(true)?;
    if [Part::Python, Part::Node, Part::Browser, Part::Packages].into_iter().any(wanted) {
        setup::all()?;
    }
    make_room()?;
    let (mut failed, mut broke_off) = (Vec::new(), None);
    let mut note = |name: &str, outcome: Outcome| {
        if let Err(message) = outcome {
            eprintln!("   {}", message.lines().next().unwrap_or_default());
            failed.push((name.to_owned(), message));
        }
    };
    if wanted(Part::Rust) {
        note("rust", rust_twice(&mut broke_off));
    }
    if wanted(Part::Python) {
        note("python", python());
    }
    if wanted(Part::Node) {
        note("node", node());
        note("differential", differential::compare(differential::CASES, differential::SEED, false));
    }
    if wanted(Part::Browser) {
        note("browser", browser());
    }
    if wanted(Part::Packages) {
        note("packages", packages::run());
    }
    if [Part::Rust, Part::Python, Part::Node].into_iter().any(wanted) {
        note("recorded requests", spec::validate_requests());
    }
    if wanted(Part::Python) {
        note("emulator's answers", spec::validate_answers());
        note("emulator's events", spec::validate_events());
    }
    if let Some(message) = broke_off {
        eprintln!("\na test program broke off, and did not do so again; find out why:\n\n{message}\n");
    }
    if failed.is_empty() {
        return Ok(());
    }
    let (names, messages): (Vec<String>, Vec<String>) = failed.into_iter().unzip();
    Err(format!("tests failed: {}\n\n{}", names.join(", "), messages.join("\n\n")))
}

/// An empty folder for what the runners record: only this run's requests are validated.
fn make_room() -> Outcome {
    let folder = spec::recorded();
    let fail = |error: std::io::Error| format!("{} cannot be made empty: {error}", folder.display());
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(fail)?;
    }
    std::fs::create_dir_all(&folder).map_err(fail)
}

/// Tells a runner where to record.
fn recording(command: &mut Command) -> &mut Command {
    command.env("USHER_RECORDED", spec::recorded())
}

/// A program that breaks off names no test: the crates' tests are then run once more, and what the first run said is told at the
/// very end. A test that failed is never tried again, and a program that breaks off twice has failed. What does not compile names
/// none either, and does not compile the second time.
fn rust_twice(broke_off: &mut Option<String>) -> Outcome {
    match rust() {
        Err(failed) if !failed.is_named => {
            eprintln!("   a test program broke off; once more");
            // What it recorded would be there twice. Nobody else has recorded yet.
            make_room()?;
            rust()?;
            *broke_off = Some(failed.message);
            Ok(())
        }
        outcome => Ok(outcome?),
    }
}

fn rust() -> Result<(), Failed> {
    let crates = [
        "-p",
        "clerk-usher",
        "-p",
        "clerk-usher-codegen",
        "-p",
        "clerk-usher-cli",
        "-p",
        "clerk-usher-emulator",
        "-p",
        "clerk-usher-tests",
        "-p",
        "xtask",
    ];
    let whole = ["test", "--profile", "ci", "--no-fail-fast", "--features", "clerk-usher/testing"];
    tests("test the crates", recording(&mut cargo()).args(whole).args(crates), "failures:", Some("test result:"))
}

fn python() -> Outcome {
    let mut pytest = setup::venv_python();
    let pytest = recording(&mut pytest).args(["-m", "pytest", "-q", "tests/python", "tests/spec"]);
    Ok(tests("test the Python package", pytest, "=====", None)?)
}

/// Where Node begins to tell of those that failed.
const FAILING: &str = "✖ failing tests:";

fn node() -> Outcome {
    let mut files: Vec<String> = std::fs::read_dir(root().join("tests/node"))
        .map_err(|error| format!("tests/node cannot be read: {error}"))?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".test.mjs") || name.ends_with(".test.cjs"))
        .map(|name| format!("tests/node/{name}"))
        .collect();
    files.sort();
    if files.is_empty() {
        return Err("there is no test in tests/node".to_owned());
    }
    let mut node = command("node");
    let node = recording(&mut node).args(["--test", "--test-reporter=spec"]).args(files);
    Ok(tests("test the Node package", node, FAILING, None)?)
}

/// Without Chromium, and where it cannot be installed, these are skipped, unless `CI` or `USHER_BROWSER=require` is set.
fn browser() -> Outcome {
    let mut node = command("node");
    node.env("USHER_PYTHON", setup::venv_program("python"));
    let node = node.args(["--test", "--test-reporter=spec", "tests/browser/browser.test.mjs"]);
    Ok(tests("test the example applications in a browser", node, FAILING, None)?)
}
