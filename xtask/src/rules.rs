//! `cargo xtask rules`: which conformance cases show which rule of the specification.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::process::root;
use crate::{Failure, Outcome};

/// `tests/conformance/rules.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    rows: Vec<String>,
    decisions: Vec<String>,
    rules: Vec<String>,
    #[serde(default)]
    elsewhere: Vec<Elsewhere>,
    #[serde(default)]
    other_sdks: Vec<OtherSdk>,
}

/// A rule that a test in code shows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Elsewhere {
    rule: String,
    /// `file: name`
    test: String,
}

/// A rule that says what another SDK does, and nothing of ours.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OtherSdk {
    rule: String,
    why: String,
}

/// What was found.
#[derive(Debug, Default)]
struct Report {
    /// The cases of each rule, and the tests elsewhere.
    shown: BTreeMap<String, Vec<String>>,
    /// Rules of other SDKs, and why.
    others: BTreeMap<String, String>,
    faults: Vec<String>,
}

/// Lists the rules with their cases; fails on one without, and on whatever does not fit together.
pub(crate) fn run(as_json: bool) -> Outcome {
    let (report, skipped) = look()?;
    let others = &report.others;
    let wanted: Vec<&String> = report.shown.keys().filter(|rule| !others.contains_key(*rule)).collect();
    let with = wanted.iter().filter(|rule| !report.shown[**rule].is_empty()).count();
    if as_json {
        let Report { shown, others, faults } = &report;
        println!(
            "{}",
            json!({ "rules": shown, "other_sdks": others, "faults": faults, "with": with, "of": wanted.len() })
        );
    } else {
        let mut shown: Vec<_> = report.shown.iter().collect();
        shown.sort_by_key(|(rule, _)| place(rule));
        for (rule, cases) in shown {
            println!("{}", line(rule, cases));
        }
        for (rule, why) in others {
            println!("{rule} is another SDK's: {why}");
        }
        if let Some(skipped) = skipped {
            println!("{skipped}");
        }
        for fault in &report.faults {
            println!("{fault}");
        }
        println!("{with} of {} rules have a case", wanted.len());
    }
    if report.faults.is_empty() { Ok(()) } else { Err("the rules and the cases do not fit together".to_owned()) }
}

/// Rules in the order of their numbers, family by family.
fn place(rule: &str) -> (Option<char>, u32) {
    let number: String = rule.chars().filter(char::is_ascii_digit).collect();
    (rule.chars().next(), number.parse().unwrap_or(0))
}

fn line(rule: &str, cases: &[String]) -> String {
    const SHOWN: usize = 3;
    let mut names = cases.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(" · ");
    if cases.len() > SHOWN {
        names.push_str(" · …");
    }
    format!("{rule:<6} {:>3}  {names}", cases.len()).trim_end().to_owned()
}

fn look() -> Result<(Report, Option<String>), Failure> {
    let folder = root().join("tests/conformance");
    let listed: Listed = serde_saphyr::from_str(&read(&folder.join("rules.yaml"))?)
        .map_err(|error| format!("rules.yaml cannot be read: {error}"))?;
    let mut report = Report::default();
    for rule in listed.rows.iter().chain(&listed.decisions).chain(&listed.rules) {
        if report.shown.insert(rule.clone(), Vec::new()).is_some() {
            report.faults.push(format!("{rule} is listed twice"));
        }
    }
    for (case, rules) in cases(&folder)? {
        for rule in rules {
            match report.shown.get_mut(&rule) {
                Some(cases) => cases.push(case.clone()),
                None => report.faults.push(format!("{case}: there is no rule {rule}")),
            }
        }
    }
    for Elsewhere { rule, test } in listed.elsewhere {
        match report.shown.get_mut(&rule) {
            Some(cases) if is_test(&test)? => cases.push(test),
            Some(_) => report.faults.push(format!("{rule}: there is no test {test}")),
            None => report.faults.push(format!("{test}: there is no rule {rule}")),
        }
    }
    for OtherSdk { rule, why } in listed.other_sdks {
        if !report.shown.contains_key(&rule) {
            report.faults.push(format!("there is no rule {rule} to be another SDK's"));
        }
        report.others.insert(rule, why);
    }
    for (rule, cases) in &report.shown {
        match (cases.is_empty(), report.others.contains_key(rule)) {
            (true, false) => report.faults.push(format!("{rule} has no case")),
            (false, true) => report.faults.push(format!("{rule} has a case, and is listed as another SDK's")),
            _ => {}
        }
    }
    let skipped = compare(&mut report)?;
    Ok((report, skipped))
}

/// Compares the list with the specification beside this repository; says so where there is none.
fn compare(report: &mut Report) -> Result<Option<String>, Failure> {
    let path = root().join("../shared/auth-spec.md");
    if !path.is_file() {
        return Ok(Some("there is no ../shared/auth-spec.md: the list of rules was not compared with it".to_owned()));
    }
    let there = ids(&read(&path)?);
    let here: BTreeSet<String> = report.shown.keys().cloned().collect();
    report.faults.extend(there.difference(&here).map(|rule| format!("{rule} is not in rules.yaml")));
    report.faults.extend(here.difference(&there).map(|rule| format!("{rule} is not in the specification")));
    Ok(None)
}

/// The ids in the specification's text: `R-101` anywhere, a decision where it is made, a row where it stands.
fn ids(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices("R-") {
        let after = &text[at + 2..];
        let number = digits(after);
        let word = text[..at].chars().next_back().is_some_and(char::is_alphanumeric);
        if number.len() == 3 && !word && !after[3..].starts_with(char::is_alphanumeric) {
            found.insert(format!("R-{number}"));
        }
    }
    for line in text.lines() {
        if let Some(decision) = line.strip_prefix("- **D-") {
            found.insert(format!("D-{}", digits(decision)));
        }
        if let Some((row, _)) = line.strip_prefix("| C").and_then(|row| row.split_once(" |"))
            && !row.is_empty()
            && digits(row) == row
        {
            found.insert(format!("C{row}"));
        }
    }
    found
}

fn digits(text: &str) -> &str {
    &text[..text.bytes().take_while(u8::is_ascii_digit).count()]
}

/// Every case that names rules, with them.
fn cases(folder: &Path) -> Result<Vec<(String, Vec<String>)>, Failure> {
    let mut found = Vec::new();
    for path in files(folder)? {
        let file: Value =
            serde_json::from_str(&read(&path)?).map_err(|error| format!("{}: {error}", path.display()))?;
        for case in file["cases"].as_array().into_iter().flatten() {
            let rules = case["rules"].as_array().into_iter().flatten();
            let rules = rules.filter_map(|rule| Some(rule.as_str()?.to_owned())).collect();
            found.push((case["name"].as_str().unwrap_or_default().to_owned(), rules));
        }
    }
    Ok(found)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "json"));
    files.sort();
    Ok(files)
}

/// Whether `file: name` is a test: a function or, in Node, a title.
fn is_test(test: &str) -> Result<bool, Failure> {
    let Some((file, name)) = test.split_once(": ") else {
        return Err(format!("{test}: a test elsewhere is `file: name`"));
    };
    let path = root().join(file);
    if !path.is_file() {
        return Ok(false);
    }
    let text = read(&path)?;
    Ok([format!("fn {name}("), format!("def {name}("), format!("test('{name}'")].iter().any(|form| text.contains(form)))
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_stand_where_they_are_made() {
        let text =
            "- **R-101** (see R-102, XR-103, R-1040, R-10)\n- **D-1 x**: D-99\n| C1 | a |\n| C2x | b |\n- **R-370 y**";
        let found: Vec<String> = ids(text).into_iter().collect();
        assert_eq!(found, ["C1", "D-1", "R-101", "R-102", "R-370"]);
    }

    #[test]
    fn a_test_elsewhere_has_to_be_there() {
        assert_eq!(is_test("xtask/src/rules.rs: a_test_elsewhere_has_to_be_there"), Ok(true));
        assert_eq!(is_test("xtask/src/rules.rs: another"), Ok(false));
        assert_eq!(is_test("xtask/src/nowhere.rs: another"), Ok(false));
        assert!(is_test("another").is_err());
    }
}
