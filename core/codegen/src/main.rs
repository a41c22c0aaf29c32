//! `cargo run --profile ci -p clerk-usher-codegen -- gen [--check]`, run in the project's root. `cargo xtask gen` is
//! the same with the project's root found for you.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let check = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["gen"] => false,
        ["gen", "--check"] => true,
        _ => return say("usage: gen [--check]", 2),
    };
    match clerk_usher_codegen::generate(Path::new("."), check) {
        Err(error) => say(&error.to_string(), 1),
        Ok(report) => {
            let failed = !report.foreign.is_empty() || (check && !report.is_clean());
            say(&report.to_string(), u8::from(failed))
        }
    }
}

fn say(text: &str, code: u8) -> ExitCode {
    // Nowhere is left to complain to if this fails.
    let _ = writeln!(std::io::stderr(), "{}", text.trim_end());
    ExitCode::from(code)
}
