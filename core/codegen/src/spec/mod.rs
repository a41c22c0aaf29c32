//! The catalogue held against the API description it was written from: the engine of `cargo xtask spec`.
//!
//! The description is a folder that is not part of this project: `backend-api-<date>.yml` (OpenAPI 3.0; of several, the
//! newest), `extra-operations.yml` (operations the description leaves out, see [`extra`]) and `operations.tsv` (the
//! names we give to all operations); and `webhooks-<date>.yml`, where it is there, the events of webhooks. Only the resources that the catalogue has are compared; of these, everything is:
//! operations, parameters, bodies, answers, and all models as deep as they go. What differs and is meant to is listed
//! with its reason in `differences.yaml`, see [`differences`].

mod description;
mod differences;
mod events;
mod extra;
mod fields;
mod models;
mod operations;
mod report;
mod shape;
#[cfg(test)]
mod tests;

use std::path::Path;

use crate::error::Error;
use crate::ir::Catalogue;

pub use report::{Difference, Report};

/// Where differences and their reasons are listed, under the project's root.
const DIFFERENCES: &str = "core/api/differences.yaml";

/// Compares the catalogue under `root`, the project's folder, with the description in `spec_dir`.
///
/// # Errors
/// If the catalogue has problems, or a file of the description cannot be read. That they differ is no error: see
/// [`Report::is_clean`].
pub fn run(root: &Path, spec_dir: &Path) -> Result<Report, Error> {
    let catalogue = crate::load(root.join("core/api"))?;
    compare(&catalogue, spec_dir, &root.join(DIFFERENCES))
}

/// Compares a catalogue with the description in `spec_dir`; `differences` is the file of what may differ.
///
/// # Errors
/// If one of the files is missing or cannot be parsed.
pub fn compare(catalogue: &Catalogue, spec_dir: &Path, differences: &Path) -> Result<Report, Error> {
    let webhooks = newest(spec_dir, "webhooks-")?.map(|path| read(&path)).transpose()?;
    let texts = Texts {
        description: &read(&described(spec_dir)?)?,
        extra: &read(&spec_dir.join("extra-operations.yml"))?,
        operations: &read(&spec_dir.join("operations.tsv"))?,
        webhooks: webhooks.as_deref(),
        differences: &read(differences)?,
    };
    compare_texts(catalogue, &texts)
}

/// The contents of the files.
struct Texts<'a> {
    description: &'a str,
    extra: &'a str,
    operations: &'a str,
    /// The events, if they are described.
    webhooks: Option<&'a str>,
    differences: &'a str,
}

fn compare_texts(catalogue: &Catalogue, texts: &Texts<'_>) -> Result<Report, Error> {
    let description = description::Description::parse(texts)?;
    let listed = differences::parse(texts.differences)?;
    let mut comparer = operations::Comparer::new(catalogue, &description);
    let operations = comparer.all();
    let mut reported = report::Reported::new(listed);
    let fields = reported.add(comparer.done());
    let mut events = None;
    if let Some(text) = texts.webhooks {
        let description = description::Description::of_events(text)?;
        let mut comparer = operations::Comparer::new(catalogue, &description);
        let covered = comparer.events();
        events = Some((covered, reported.add(comparer.done())));
    }
    Ok(reported.report(operations, fields, events))
}

fn read(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|error| Error::new(path.display().to_string(), 0, error.to_string()))
}

/// The description of the operations.
fn described(spec_dir: &Path) -> Result<std::path::PathBuf, Error> {
    let none = || Error::new(spec_dir.display().to_string(), 0, "there is no backend-api-<date>.yml".to_owned());
    newest(spec_dir, "backend-api-")?.ok_or_else(none)
}

/// The file of this kind with the latest date in its name, if there is one.
fn newest(spec_dir: &Path, start: &str) -> Result<Option<std::path::PathBuf>, Error> {
    let fault = |message: String| Error::new(spec_dir.display().to_string(), 0, message);
    let entries = std::fs::read_dir(spec_dir).map_err(|error| fault(error.to_string()))?;
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut found: Vec<_> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| name(path).starts_with(start) && name(path).ends_with(".yml"))
        .collect();
    found.sort();
    Ok(found.pop())
}
