//! Reading the cases.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// What a case says when it does not hold.
pub type Outcome = Result<(), String>;

/// One case: its name, its file, and all it says.
#[derive(Debug, Clone)]
pub struct Case {
    /// Unique over all files.
    pub name: String,
    /// Which runner it has.
    pub kind: String,
    /// The case as written.
    pub value: Value,
}

/// Every case of every file.
///
/// # Errors
/// If a file cannot be read or a name is used twice.
pub fn all() -> Result<Vec<Case>, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance");
    let mut cases: Vec<Case> = Vec::new();
    for path in files(&root)?.into_iter().chain(files(&root.join("operations"))?) {
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let file: Value = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        for value in file["cases"].as_array().into_iter().flatten() {
            let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
            cases.push(Case { name: text("name"), kind: text("kind"), value: value.clone() });
        }
    }
    let mut names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("two cases are named {}", pair[0])),
        None => Ok(cases),
    }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| is_cases(path)).collect();
    files.sort();
    Ok(files)
}

/// `peers_….json` explain differences to other SDKs; they hold no cases.
fn is_cases(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    name.ends_with(".json") && !name.starts_with("peers_")
}

impl Case {
    /// Whether the case goes this way.
    #[must_use]
    pub fn goes(&self, way: &str) -> bool {
        self.value["ways"].as_array().is_none_or(|ways| ways.iter().any(|name| name == way))
    }
}
