//! `cargo xtask spec`: the catalogue against the API description, and what was generated against the catalogue.

use std::path::PathBuf;
use std::process::Command;

use clerk_usher_codegen::{load, spec, surface};
use serde_json::json;

use crate::process::{command, output, root, step};
use crate::{Failure, Outcome, setup};

/// The API description beside this repository, where that is.
pub(crate) fn description() -> Option<PathBuf> {
    let folder = root().join("../shared/spec");
    folder.is_dir().then_some(folder)
}

/// Proves that every language has what the catalogue has, then compares the catalogue with the description.
pub(crate) fn run(json: bool) -> Outcome {
    let (lines, whole) = generated()?;
    if !json {
        print!("{lines}");
    }
    let generated = lines.lines().collect::<Vec<_>>();
    let same = if let Some(folder) = description() {
        let report = spec::run(&root(), &folder).map_err(|error| error.to_string())?;
        if json {
            let mut report = report.to_json();
            report["generated"] = generated.into();
            println!("{report}");
        } else {
            print!("{report}");
        }
        report.is_clean()
    } else {
        let skipped = "there is no ../shared/spec beside this repository";
        if json {
            println!("{}", json!({"skipped": skipped, "generated": generated}));
        } else {
            println!("{skipped}: the catalogue was not compared with the API description");
        }
        true
    };
    match (whole, same) {
        (true, true) => Ok(()),
        (false, _) => Err("what was generated is not what the catalogue has".to_owned()),
        (true, false) => Err("the catalogue and the API description differ".to_owned()),
    }
}

/// What each language was found to have, a line each after its faults; and whether that is everything.
fn generated() -> Result<(String, bool), Failure> {
    let catalogue = load(root().join("core/api")).map_err(|error| error.to_string())?;
    let rust = surface::rust::prove(&root(), &catalogue).map_err(|error| error.to_string())?;
    setup::all()?;
    let manifest = setup::target().join("catalogue.json");
    std::fs::write(&manifest, surface::manifest(&catalogue).to_string())
        .map_err(|error| format!("{} cannot be written: {error}", manifest.display()))?;
    let (python, python_whole) = ask(setup::venv_python().arg("tests/spec/python_surface.py").arg(&manifest))?;
    let (node, node_whole) = ask(command("node").arg("tests/spec/typescript_surface.mjs").arg(&manifest))?;
    Ok((format!("{rust}{python}{node}"), rust.is_whole() && python_whole && node_whole))
}

/// What a script says, which is at least a line.
fn ask(script: &mut Command) -> Result<(String, bool), Failure> {
    let (text, well) = output(script)?;
    if text.is_empty() {
        return Err(format!("{} said nothing of what was generated", script.get_program().to_string_lossy()));
    }
    Ok((text, well))
}

/// Where the runners of the conformance cases put what reached the emulator.
pub(crate) fn recorded() -> PathBuf {
    setup::target().join("recorded")
}

/// Holds the recorded requests against the API description, with a validator that is not ours.
pub(crate) fn validate_requests() -> Outcome {
    let Some(folder) = description() else {
        println!("there is no ../shared/spec beside this repository: the recorded requests were not validated");
        return Ok(());
    };
    setup::python()?;
    let mut script = setup::venv_python();
    script.arg("tests/spec/validate_requests.py").arg(folder).arg(recorded());
    step("validate the recorded requests", &mut script)
}

/// Holds what the emulator answered to every operation against the API description, likewise.
pub(crate) fn validate_answers() -> Outcome {
    let Some(folder) = description() else {
        println!("there is no ../shared/spec beside this repository: the emulator's answers were not validated");
        return Ok(());
    };
    setup::python()?;
    let mut script = setup::venv_python();
    script.arg("tests/spec/validate_answers.py").arg(folder).arg(recorded().join("answers.ndjson"));
    step("validate the emulator's answers", &mut script)
}

/// Holds what the emulator delivered to an endpoint against the description of events, likewise.
pub(crate) fn validate_events() -> Outcome {
    let Some(folder) = description() else {
        println!("there is no ../shared/spec beside this repository: the emulator's events were not validated");
        return Ok(());
    };
    setup::python()?;
    let mut script = setup::venv_python();
    script.arg("tests/spec/validate_events.py").arg(folder).arg(recorded().join("events.ndjson"));
    step("validate the emulator's events", &mut script)
}
