//! `cargo xtask demo`: one story, three languages, one table.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

use crate::process::{cargo, command, output, root, step};
use crate::{Failure, Outcome, setup};

const LANGUAGES: [&str; 3] = ["Rust", "Python", "Node"];

/// One line that a story printed.
struct Scene {
    step: String,
    ok: bool,
    saw: String,
}

/// Sets up, plays, draws.
pub(crate) fn run(json: bool) -> Outcome {
    setup::all()?;
    step(
        "build the story in Rust",
        cargo().args(["build", "--profile", "ci", "-p", "clerk-usher-tests", "--example", "story"]),
    )?;
    let rust = setup::target().join("ci/examples").join(format!("story{}", std::env::consts::EXE_SUFFIX));
    let mut python = setup::venv_python();
    python.arg("examples/story.py");
    let mut node = command("node");
    node.arg("examples/story.mjs");
    let mut stories: BTreeMap<&str, Vec<Scene>> = BTreeMap::new();
    let mut whole = true;
    for (language, mut program) in LANGUAGES.into_iter().zip([command(rust), python, node]) {
        eprintln!("── play it in {language}");
        let (scenes, ended_well) = play(language, &mut program, json)?;
        whole &= ended_well;
        stories.insert(language, scenes);
    }
    if !json {
        println!("\n{}", draw(&stories));
    }
    let steps = stories["Rust"].len();
    let told_alike = stories.values().all(|scenes| scenes.len() == steps && steps > 0);
    let held = stories.values().flatten().all(|scene| scene.ok);
    if whole && told_alike && held {
        if !json {
            println!("All {steps} steps held in {}.", LANGUAGES.join(", "));
        }
        return Ok(());
    }
    Err("the story did not hold; see the rows marked ✗".to_owned())
}

fn play(language: &str, program: &mut Command, json: bool) -> Result<(Vec<Scene>, bool), Failure> {
    // The emulator's keys are the story's own; the caller's must not leak into it.
    for variable in ["CLERK_SECRET_KEY", "CLERK_PUBLISHABLE_KEY", "CLERK_JWT_KEY", "CLERK_API_URL", "CLERK_API_VERSION"]
    {
        program.env_remove(variable);
    }
    let (text, ended_well) = output(program.current_dir(root()))?;
    let mut scenes = Vec::new();
    for line in text.lines() {
        let Ok(value) = serde_json::from_str::<Value>(line) else {
            eprintln!("{line}");
            continue;
        };
        let field = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        scenes.push(Scene { step: field("step"), ok: value["ok"] == true, saw: field("saw") });
        if json {
            let mut value = value;
            value["language"] = language.into();
            println!("{value}");
        }
    }
    if !ended_well {
        eprintln!("   the story in {language} ended with an error");
    }
    Ok((scenes, ended_well))
}

/// A row a step, a column a language; what was seen stands once where all saw the same.
fn draw(stories: &BTreeMap<&str, Vec<Scene>>) -> String {
    let longest = stories.values().max_by_key(|scenes| scenes.len());
    let mut rows =
        vec![["step".to_owned(), "Rust".to_owned(), "Python".to_owned(), "Node".to_owned(), "seen".to_owned()]];
    for (index, first) in longest.into_iter().flatten().enumerate() {
        let mut seen: Vec<&str> = Vec::new();
        let mut row = [first.step.clone(), String::new(), String::new(), String::new(), String::new()];
        for (column, language) in LANGUAGES.iter().enumerate() {
            let scene = stories[language].get(index);
            row[column + 1] = scene.map_or("–", |scene| if scene.ok { "✓" } else { "✗" }).to_owned();
            if let Some(scene) = scene.filter(|scene| !seen.contains(&scene.saw.as_str())) {
                seen.push(&scene.saw);
            }
        }
        row[4] = seen.join(" | ");
        rows.push(row);
    }
    let widths: Vec<usize> =
        (0..5).map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)).collect();
    let mut out = String::new();
    for (index, row) in rows.iter().enumerate() {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.chars().count())))
            .collect();
        out.push_str(format!("  {}\n", cells.join("  ")).trim_end());
        out.push('\n');
        if index == 0 {
            let line: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
            out.push_str(&format!("  {}\n", line.join("  ")));
        }
    }
    out
}
