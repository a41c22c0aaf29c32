//! Directories: how identity providers bring users in and out, and which roles their groups give.

use super::Store;
use crate::errors::ApiError;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// How long a key still holds after another took its place, in milliseconds.
const GRACE: i64 = 60 * 60 * 1000;

/// A directory. The operations on directories and on SCIM directories show the same ones.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Directory {
    pub(crate) id: String,
    pub(crate) age: u64,
    pub(crate) name: String,
    /// None once the connection is gone.
    pub(crate) enterprise_connection_id: Option<String>,
    pub(crate) provider: String,
    pub(crate) enabled: bool,
    pub(crate) group_role_mapping_enabled: bool,
    /// From a user's attribute to the path that it is taken from.
    pub(crate) attribute_mapping: Map<String, Value>,
    pub(crate) api_key: String,
    /// The key before, and until when it holds.
    pub(crate) older_key: Option<(String, i64)>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// A group of a directory and the role that it gives.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct GroupRoleMapping {
    pub(crate) id: String,
    pub(crate) directory_id: String,
    /// As the provider knows it.
    pub(crate) group_id: String,
    pub(crate) group_name: String,
    pub(crate) role_id: String,
    /// From 1; the lowest counts for who is in several groups.
    pub(crate) precedence: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// Where attributes are taken from unless told otherwise.
pub(crate) fn default_attribute_mapping() -> Map<String, Value> {
    let paths = [
        ("email_address", "emails.#(primary==true).value"),
        ("first_name", "name.givenName"),
        ("last_name", "name.familyName"),
        ("user_id", "externalId"),
        ("username", "userName"),
    ];
    paths.into_iter().map(|(name, path)| (name.to_owned(), json!(path))).collect()
}

impl Directory {
    /// Takes a new key; the one before holds for an hour more.
    pub(crate) fn rotate(&mut self, key: String, now: i64) {
        self.older_key = Some((std::mem::replace(&mut self.api_key, key), now.saturating_add(GRACE)));
        self.updated_at = now;
    }

    /// Whether a key opens the directory.
    pub(crate) fn opens(&self, key: &str, now: i64) -> bool {
        let older = self.older_key.as_ref().is_some_and(|(older, end)| older == key && now < *end);
        self.enabled && (self.api_key == key || older)
    }
}

impl Store {
    pub(crate) fn directory(&self, id: &str) -> Result<&Directory, ApiError> {
        self.directories.get(id).ok_or_else(|| ApiError::not_found("directory", id))
    }

    /// What the groups of a directory give, in the order that counts.
    pub(crate) fn group_role_mappings_of(&self, directory_id: &str) -> Vec<GroupRoleMapping> {
        let mut found: Vec<GroupRoleMapping> =
            self.group_role_mappings.values().filter(|mapping| mapping.directory_id == directory_id).cloned().collect();
        found.sort_by_key(|mapping| mapping.precedence);
        found
    }

    pub(crate) fn remove_directory(&mut self, id: &str) {
        self.directories.remove(id);
        self.group_role_mappings.remove_all(|mapping| mapping.directory_id == id);
    }
}
