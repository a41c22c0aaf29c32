//! What reached the emulator, kept for `tests/spec/validate_requests.py`: a line of JSON a request.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

/// Adds to the file of this way, in the folder that `USHER_RECORDED` names; without it nothing is kept.
///
/// # Errors
/// If the file cannot be written.
pub fn record(way: &str, case: &str, requests: &[Value]) -> std::io::Result<()> {
    let Some(folder) = std::env::var_os("USHER_RECORDED") else { return Ok(()) };
    let lines: String =
        requests.iter().map(|request| format!("{}\n", json!({"case": case, "request": request}))).collect();
    let path = Path::new(&folder).join(format!("{way}.jsonl"));
    OpenOptions::new().create(true).append(true).open(path)?.write_all(lines.as_bytes())
}
