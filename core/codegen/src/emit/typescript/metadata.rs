//! Whose metadata a field holds: the interfaces of `bindings-node/ts/metadata.ts`, which users make their own.

use std::collections::BTreeSet;

use crate::ir::{Field, Type};

const PATCH: &str = "MetadataPatch";

/// Beginnings of the names of what holds metadata, and whose it is; the first that fits.
const OWNERS: &[(&str, &str)] = &[
    ("NewOrganizationInvitation", "OrganizationInvitation"),
    ("OrganizationInvitation", "OrganizationInvitation"),
    ("OrganizationMembership", "OrganizationMembership"),
    ("Organization", "Organization"),
    // An invitation's metadata, and a sign-up's, becomes that of the user.
    ("Invitation", "User"),
    ("NewInvitation", "User"),
    ("SignUp", "User"),
    ("User", "User"),
];

/// The interface of a field's metadata, if it is one of an owner that is known. `holder` is the interface it is in.
fn interface(holder: &str, field: &Field) -> Option<String> {
    let kind = match field.name.as_str() {
        "public_metadata" => "Public",
        "private_metadata" => "Private",
        "unsafe_metadata" => "Unsafe",
        _ => return None,
    };
    let (_, owner) = OWNERS.iter().find(|(start, _)| holder.starts_with(start))?;
    if field.kind != Type::Map || (kind == "Unsafe" && *owner != "User") {
        return None;
    }
    Some(format!("{owner}{kind}Metadata"))
}

/// The type of such a field: a patch, where it is merged into what is there.
pub(super) fn kind(holder: &str, field: &Field) -> Option<String> {
    let name = interface(holder, field)?;
    let merged = holder.ends_with("UpdateMetadataParams") || holder.ends_with("MergeMetadataParams");
    Some(if merged { format!("{PATCH}<{name}>") } else { name })
}

/// Collects the names of `metadata.ts` that such a field needs.
pub(super) fn names_in(holder: &str, field: &Field, names: &mut BTreeSet<String>) {
    if kind(holder, field).is_some_and(|kind| kind.starts_with(PATCH)) {
        names.insert(PATCH.to_owned());
    }
    names.extend(interface(holder, field));
}
