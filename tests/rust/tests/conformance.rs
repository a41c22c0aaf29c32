//! Every conformance case, each the ways Rust can go it.

// A test binary of its own may say why it cannot start.
#![allow(clippy::print_stderr)]

use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use clerk_usher_emulator::Emulator;
use clerk_usher_tests::call::Way;
use clerk_usher_tests::case::{self, Case, Outcome};
use clerk_usher_tests::{authenticate, call, doctor, helper, machine, mutate, token, webhook};
use libtest_mimic::{Arguments, Failed, Trial};

/// One emulator for all: the cases share it one after the other.
struct Stage {
    emulator: Emulator,
    runtime: tokio::runtime::Runtime,
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    match trials() {
        Ok(trials) => libtest_mimic::run(&arguments, trials).exit_code(),
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn trials() -> Result<Vec<Trial>, String> {
    let emulator = Emulator::builder().seed(1).start().map_err(|error| error.to_string())?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let stage = Arc::new(Mutex::new(Stage { emulator, runtime }));
    let mut trials = Vec::new();
    let cases = Arc::new(case::all()?);
    for case in cases.iter().filter(|case| case.kind == "mutation") {
        let (cases, case) = (cases.clone(), case.clone());
        trials.push(Trial::test(case.name.clone(), move || mutate::run(&case.value, &cases).map_err(Failed::from)));
    }
    let changed = mutate::called(&cases);
    for case in cases.iter().filter(|case| case.kind != "mutation").chain(&changed) {
        let ways: &[&str] = if case.kind == "call" { &["rust_typed", "rust_dispatch"] } else { &["rust"] };
        for way in ways.iter().copied().filter(|way| *way == "rust" || case.goes(way)) {
            let (stage, case, name) = (stage.clone(), case.clone(), format!("{way}: {}", case.name));
            let run = move || {
                let stage = stage.lock().unwrap_or_else(PoisonError::into_inner);
                play(&stage, &case, way).map_err(Failed::from)
            };
            trials.push(Trial::test(name, run));
        }
    }
    Ok(trials)
}

fn play(stage: &Stage, case: &Case, way: &str) -> Outcome {
    let Stage { emulator, runtime } = stage;
    match (case.kind.as_str(), way) {
        ("call", "rust_typed") => runtime.block_on(call::run(emulator, case, Way::Typed)),
        ("call", _) => runtime.block_on(call::run(emulator, case, Way::Dispatch)),
        ("token", _) => runtime.block_on(token::run(emulator, case)),
        ("authenticate", _) => runtime.block_on(authenticate::run(emulator, case)),
        ("get_token", _) => runtime.block_on(authenticate::run_get_token(emulator, case)),
        ("machine", _) => runtime.block_on(machine::run(emulator, case)),
        ("key" | "redirect" | "fapi_proxy" | "decode" | "sign" | "reverification", _) => helper::run(case),
        ("doctor", _) => runtime.block_on(doctor::run(emulator, case)),
        ("webhook", _) => webhook::run(case),
        (kind, _) => Err(format!("there is no runner for cases of kind {kind:?}")),
    }
}
