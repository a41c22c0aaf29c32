//! The comparison, and what it says.

use std::fmt;

use super::params;
use super::rust::{Read, Typed};
use crate::ir::{Catalogue, Operation};

/// What a language was shown to have.
#[derive(Debug, Default)]
pub struct Proof {
    /// Operations that are as the catalogue has them, and all.
    pub operations: (usize, usize),
    /// Parameters that are as the catalogue has them, and all.
    pub params: (usize, usize),
    /// What is missing, too much or different.
    pub faults: Vec<String>,
}

impl Proof {
    /// Whether everything is there, and nothing else.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.faults.is_empty() && self.operations.0 == self.operations.1 && self.params.0 == self.params.1
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in &self.faults {
            writeln!(f, "rust: {fault}")?;
        }
        let ((operations, all), (params, of)) = (self.operations, self.params);
        writeln!(f, "rust: {operations} of {all} operations, {params} of {of} parameters (typed and by dispatch)")
    }
}

/// Holds what was read against the catalogue.
pub(super) fn compare(catalogue: &Catalogue, read: &Read) -> Proof {
    let mut proof = Proof { faults: read.faults.clone(), ..Proof::default() };
    for operation in catalogue.resources.iter().flat_map(|resource| &resource.operations) {
        let name = operation.full_name();
        let before = proof.faults.len();
        let all = params(operation).len();
        proof.operations.1 += 1;
        proof.params.1 += all;
        let missing = one(operation, &name, read, &mut proof.faults);
        proof.params.0 += all - missing.min(all);
        proof.operations.0 += usize::from(proof.faults.len() == before);
    }
    let known: Vec<String> =
        catalogue.resources.iter().flat_map(|resource| &resource.operations).map(Operation::full_name).collect();
    for name in read.typed.keys().chain(read.table.keys()).filter(|name| !known.contains(name)) {
        proof.faults.push(format!("{name}: not in the catalogue"));
    }
    proof
}

/// Compares one operation; the number of parameters that are not as they should be.
fn one(operation: &Operation, name: &str, read: &Read, faults: &mut Vec<String>) -> usize {
    let expected = params(operation);
    let mut wrong = vec![false; expected.len()];
    match read.table.get(name) {
        None => {
            faults.push(format!("{name}: not in the table of operations"));
            wrong.fill(true);
        }
        Some(rows) => {
            for (index, (place, field)) in expected.iter().enumerate() {
                let row = rows.iter().find(|row| row.name == field.name);
                if row.is_none_or(|row| (row.place, row.required) != (*place, field.required)) {
                    faults.push(format!("{name}: {} ({place}): not so in the table", field.name));
                    wrong[index] = true;
                }
            }
            let known = |name: &str| expected.iter().any(|(_, field)| field.name == name);
            for row in rows.iter().filter(|row| !known(&row.name)) {
                faults.push(format!("{name}: {} in the table only", row.name));
            }
        }
    }
    let Some(Typed { required, optional }) = read.typed.get(name) else {
        faults.push(format!("{name}: no method of the typed API"));
        return expected.len();
    };
    for (index, (_, field)) in expected.iter().enumerate() {
        let (there, elsewhere) = if field.required { (required, optional) } else { (optional, required) };
        if !there.contains(&field.name) || elsewhere.contains(&field.name) {
            let kind = if field.required { "an argument" } else { "a setter" };
            faults.push(format!("{name}: {} is not {kind} of the typed API", field.name));
            wrong[index] = true;
        }
    }
    let wanted: Vec<&str> =
        expected.iter().filter(|(_, field)| field.required).map(|(_, field)| field.name.as_str()).collect();
    if *required != wanted {
        faults.push(format!("{name}: the arguments of the typed API are {required:?}, not {wanted:?}"));
    }
    for extra in optional.iter().filter(|name| !expected.iter().any(|(_, field)| field.name == **name)) {
        faults.push(format!("{name}: {extra} in the typed API only"));
    }
    wrong.iter().filter(|wrong| **wrong).count()
}
