//! `cargo xtask spec`.

use crate::Outcome;
use crate::process::root;

/// Compares the catalogue with the API description beside this repository.
pub(crate) fn run(json: bool) -> Outcome {
    let folder = root().join("../shared/spec");
    if !folder.is_dir() {
        if json {
            println!("{{\"skipped\":\"there is no ../shared/spec\"}}");
        } else {
            println!(
                "there is no ../shared/spec beside this repository: the catalogue was not compared with the API description"
            );
        }
        return Ok(());
    }
    let report = clerk_usher_codegen::spec::run(&root(), &folder).map_err(|error| error.to_string())?;
    if json {
        println!("{}", report.to_json());
    } else {
        print!("{report}");
    }
    if report.is_clean() { Ok(()) } else { Err("the catalogue and the API description differ".to_owned()) }
}
