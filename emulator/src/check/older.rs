//! What older versions of the API took and the one in the table does not.

use super::table::{Field, Kind, Place};
use crate::routes::METADATA_APART;

const METADATA: &[Field] = &[
    Field::new("public_metadata", Place::Body, Kind::Map),
    Field::new("private_metadata", Place::Body, Kind::Map),
    Field::new("unsafe_metadata", Place::Body, Kind::Map),
];

/// The body fields that this operation had, besides those it has, in the version that was asked for.
pub(super) fn fields(operation: &str, version: Option<&str>) -> &'static [Field] {
    let before = version.is_some_and(|version| version < METADATA_APART);
    match operation {
        "users.update" if before => METADATA,
        // Organizations have no unsafe metadata.
        "organizations.update" if before => METADATA.get(..2).unwrap_or_default(),
        _ => &[],
    }
}
