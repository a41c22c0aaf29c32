//! From files to [`crate::raw`]: the notation only, no meaning yet.

use std::path::Path;

use crate::error::Error;
use crate::raw;

/// A file of the catalogue, parsed.
#[derive(Debug)]
pub(crate) struct Source {
    /// File name without extension: the resource.
    pub(crate) home: String,
    /// What messages call the file.
    pub(crate) file: String,
    pub(crate) content: raw::File,
}

/// Parses one file's text. YAML 1.2 booleans only, so that `no` in an enum stays a string; no merge keys, no aliases
/// worth the name: what stands there is what is meant.
pub(crate) fn parse(home: &str, file: &str, text: &str) -> Result<Source, Error> {
    let mut options = serde_saphyr::Options::default();
    options.duplicate_keys = serde_saphyr::DuplicateKeyPolicy::Error;
    options.merge_keys = serde_saphyr::MergeKeyPolicy::Error;
    options.strict_booleans = true;
    options.with_snippet = false;
    let content = serde_saphyr::from_str_with_options::<raw::File>(text, options).map_err(|error| {
        let line = error.location().map_or(0, |location| location.line());
        Error::new(file, line, error.to_string())
    })?;
    Ok(Source { home: home.to_owned(), file: file.to_owned(), content })
}

/// Reads every `*.yaml` of a folder, sorted by name. All files that cannot be read are told of, not the first only.
pub(crate) fn folder(dir: &Path) -> Result<Vec<Source>, Error> {
    let entries =
        std::fs::read_dir(dir).map_err(|error| Error::new(dir.display().to_string(), 0, error.to_string()))?;
    let mut paths: Vec<_> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    let (mut sources, mut problems) = (Vec::new(), Vec::new());
    for path in paths {
        let shown = path.display().to_string();
        // Belongs to `cargo xtask spec` (crate::spec), not to the catalogue.
        if path.file_name().is_some_and(|name| name == "differences.yaml") {
            continue;
        }
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("yaml") => {}
            Some("md") => continue,
            _ => {
                problems.extend(Error::new(shown, 0, "only .yaml files and FORMAT.md belong here").problems);
                continue;
            }
        }
        let home = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        let parsed = std::fs::read_to_string(&path)
            .map_err(|error| Error::new(&shown, 0, error.to_string()))
            .and_then(|text| parse(&home, &shown, &text));
        match parsed {
            Ok(source) => sources.push(source),
            Err(error) => problems.extend(error.problems),
        }
    }
    if problems.is_empty() { Ok(sources) } else { Err(Error { problems }) }
}
