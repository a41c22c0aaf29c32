//! Directories and what their groups give, under the names of either kind of operations.

use super::Render;
use super::connections::custom_attribute;
use crate::store::directory::{Directory, GroupRoleMapping};
use serde_json::{Value, json};

impl Render<'_> {
    /// A directory as an object of a kind, `directory` or `scim_directory`; its key only where it was just made.
    pub(crate) fn directory(&self, object: &str, directory: &Directory, with_key: bool) -> Value {
        let connection =
            directory.enterprise_connection_id.as_ref().and_then(|id| self.store.enterprise_connections.get(id));
        let custom: Option<Vec<Value>> =
            connection.map(|connection| connection.custom_attributes.iter().map(custom_attribute).collect());
        let mut body = json!({
            "object": object,
            "id": directory.id,
            "name": directory.name,
            "enterprise_connection_id": directory.enterprise_connection_id,
            "endpoint_url": format!("{}/v1/scim/{}", self.url, directory.id),
            "provider": directory.provider,
            "enabled": directory.enabled,
            "group_role_mapping_enabled": directory.group_role_mapping_enabled,
            "attribute_mapping": directory.attribute_mapping,
            "custom_attributes": custom.unwrap_or_default(),
            "created_at": directory.created_at,
            "updated_at": directory.updated_at,
        });
        if with_key {
            body["api_key"] = json!(directory.api_key);
        }
        body
    }

    pub(crate) fn group_role_mapping(&self, object: &str, mapping: &GroupRoleMapping) -> Value {
        let mut body = json!({
            "object": format!("{object}_group_role_mapping").replace("scim_directory", "scim"),
            "id": mapping.id,
            "directory_id": mapping.directory_id,
            "scim_directory_id": mapping.directory_id,
            "directory_group_id": mapping.group_id,
            "scim_group_id": mapping.group_id,
            "directory_group_display_name": mapping.group_name,
            "scim_group_display_name": mapping.group_name,
            "precedence": mapping.precedence,
            "created_at": mapping.created_at,
            "updated_at": mapping.updated_at,
        });
        if let Some(role) = self.store.roles.get(&mapping.role_id) {
            body["role"] = self.role(role);
        }
        body
    }
}
