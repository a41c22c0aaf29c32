//! `cargo xtask gen`.

use crate::process::root;
use crate::{Failure, Outcome};

/// Writes what is generated, or checks it.
pub(crate) fn run(check: bool) -> Outcome {
    let report = clerk_usher_codegen::generate(&root(), check).map_err(|error| error.to_string())?;
    print!("{report}");
    if report.is_clean() {
        Ok(())
    } else {
        Err(Failure::from("generated files are not up to date: run cargo xtask gen"))
    }
}
