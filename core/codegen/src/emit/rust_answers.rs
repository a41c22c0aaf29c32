//! What the operations answer, read without a call: `tests/rust/src/generated/answers.rs`.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::error::Error;
use crate::ir::{Catalogue, Returns};
use crate::output::Output;

/// Writes its file to `out`.
///
/// # Errors
/// If the path is written twice.
pub fn emit(catalogue: &Catalogue, out: &mut Output) -> Result<(), Error> {
    let mut by_model: BTreeMap<&str, Vec<(String, bool)>> = BTreeMap::new();
    for operation in catalogue.resources.iter().flat_map(|resource| &resource.operations) {
        let (model, list) = match &operation.returns {
            Returns::Model(name) => (name, false),
            Returns::List { item, .. } => (item, true),
            Returns::None | Returns::Text => continue,
        };
        by_model.entry(model).or_default().push((operation.full_name(), list));
    }
    let (mut answers, mut readers) = (String::new(), String::new());
    for (model, operations) in by_model {
        for list in [false, true] {
            let names: Vec<String> =
                operations.iter().filter(|found| found.1 == list).map(|found| format!("{:?}", found.0)).collect();
            if !names.is_empty() {
                let _ = writeln!(answers, "{} => Some(({model:?}, {list})),", names.join(" | "));
            }
        }
        let _ = writeln!(readers, "{model:?} => read::<models::{model}>(text),");
    }
    let mut unions = String::new();
    for union in &catalogue.unions {
        let _ = writeln!(unions, "(<models::{0} as Union>::TAG, <models::{0} as Union>::MEMBERS),", union.name);
    }
    let union = if unions.is_empty() { "" } else { "use clerk_usher::model::Union;\n" };
    let text = format!(
        "//! What each operation answers, and reading it without a call.

use clerk_usher::generated::models;
{union}
use crate::intact::Telling;
use crate::mutate::{{Seen, read}};

/// What tells the members of each union apart.
pub const UNIONS: &[Telling] = &[{unions}];

/// The model that an operation answers, and whether it lists them; none where it answers no model.
#[must_use]
pub fn answer(operation: &str) -> Option<(&'static str, bool)> {{
    match operation {{
        {answers}
        _ => None,
    }}
}}

/// Reads a model by its name.
///
/// # Errors
/// If the text is not read.
pub fn read_model(model: &str, text: &str) -> Result<Seen, String> {{
    match model {{
        {readers}
        _ => Err(format!(\"no operation answers `{{model}}`\")),
    }}
}}
"
    );
    out.add("tests/rust/src/generated/answers.rs", &text)
}
