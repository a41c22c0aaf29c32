//! Every task of this repository, on any system: `cargo xtask --help`.

// A task runner prints; that is what it is for.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod bench;
mod demo;
mod differential;
mod fuzz;
mod generate;
mod lint;
mod packages;
mod process;
mod rules;
mod setup;
mod spec;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// What went wrong, in a sentence.
pub(crate) type Failure = String;
/// A task's result.
pub(crate) type Outcome = Result<(), Failure>;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Every task of Usher's repository.", disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Play one story in Rust, Python and Node against the emulator, and draw what happened. Sets everything up.
    Demo {
        /// Print one JSON object a step and language instead of the table.
        #[arg(long)]
        json: bool,
    },
    /// Run every test. Sets everything up.
    Test {
        /// Run only these parts.
        #[arg(long, value_enum, value_delimiter = ',')]
        only: Vec<test::Part>,
    },
    /// Write the generated code, API.md and conformance cases from the catalogue in core/api.
    Gen {
        /// Write nothing; fail if anything differs, is left over, or lacks its mark.
        #[arg(long)]
        check: bool,
    },
    /// Formatting, lints and types in every language, and that the generated code is up to date.
    Lint {
        /// Format instead of checking the format.
        #[arg(long)]
        fix: bool,
    },
    /// Prove that what was generated has every operation and parameter of the catalogue, and compare the catalogue with
    /// the API description in ../shared/spec, where that folder is present.
    Spec {
        /// Print the report as JSON.
        #[arg(long)]
        json: bool,
    },
    /// List the rules of the specification with the conformance cases that show them; fails on a rule without one.
    Rules {
        /// Print the list as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Measure this SDK beside its peers in one run, as ratios, and draw docs/bench.svg. Installs the peers into target/bench.
    Bench {
        /// Only show that it runs: figures that mean nothing; nothing is installed, and docs stay as they are.
        #[arg(long)]
        quick: bool,
        /// Print the figures as JSON.
        #[arg(long)]
        json: bool,
        /// Measure only these.
        #[arg(long, value_enum, value_delimiter = ',')]
        only: Vec<bench::Group>,
    },
    /// Decide random requests with this SDK and with npm's @clerk/backend, and compare all that comes of it.
    Differential {
        /// How many requests.
        #[arg(long, default_value_t = differential::CASES)]
        cases: u64,
        /// Whence chance starts: a run with the same seed has the same requests.
        #[arg(long, default_value_t = differential::SEED)]
        seed: u64,
        /// Print the report as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Throw bytes at every parser. Needs a nightly toolchain; installs cargo-fuzz where it is missing.
    Fuzz {
        /// Only these.
        #[arg(value_enum)]
        targets: Vec<fuzz::Target>,
        /// For how long each, in seconds.
        #[arg(long, default_value_t = 600)]
        seconds: u32,
        /// Keep what is found in fuzz/corpora, for the next run to start from.
        #[arg(long)]
        keep: bool,
    },
    /// Build what the packages need in place: native modules, TypeScript, virtual environment, node_modules.
    Setup,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().task {
        Task::Demo { json } => demo::run(json),
        Task::Test { only } => test::run(&only),
        Task::Gen { check } => generate::run(check),
        Task::Lint { fix } => lint::run(fix),
        Task::Spec { json } => spec::run(json),
        Task::Rules { json } => rules::run(json),
        Task::Bench { quick, json, only } => bench::run(quick, json, &only),
        Task::Differential { cases, seed, json } => differential::run(cases, seed, json),
        Task::Fuzz { targets, seconds, keep } => fuzz::run(&targets, seconds, keep),
        Task::Setup => setup::all(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("\nxtask: {message}");
            ExitCode::FAILURE
        }
    }
}
