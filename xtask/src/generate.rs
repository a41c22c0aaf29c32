//! `cargo xtask gen`.

use crate::process::root;
use crate::{Failure, Outcome};

/// Writes what is generated, or checks it.
pub(crate) fn run(check: bool) -> Outcome {
    let report = clerk_usher_codegen::generate(&root(), check).map_err(|error| error.to_string())?;
    print!("{report}");
    if report.is_clean() {
        Ok(())
    } else if check {
        Err(Failure::from("generated files are not up to date: run cargo xtask gen"))
    } else {
        // What was only out of date is written now; what the generator does not own it leaves to people.
        let after = clerk_usher_codegen::generate(&root(), true).map_err(|error| error.to_string())?;
        if after.is_clean() { Ok(()) } else { Err(Failure::from("files stand where generated ones belong")) }
    }
}
