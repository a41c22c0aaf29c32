//! Permissions, roles and sets of roles.

use super::Render;
use crate::store::role::{Permission, Role, RoleSet};
use serde_json::{Value, json};

pub(crate) fn permission(permission: &Permission) -> Value {
    json!({
        "object": "permission",
        "id": permission.id,
        "name": permission.name,
        "key": permission.key,
        "description": permission.description,
        "type": permission.kind,
        "created_at": permission.created_at,
        "updated_at": permission.updated_at,
    })
}

impl Render<'_> {
    pub(crate) fn role(&self, role: &Role) -> Value {
        let permissions = role.permissions.iter().filter_map(|id| self.store.permissions.get(id));
        json!({
            "object": "role",
            "id": role.id,
            "name": role.name,
            "key": role.key,
            "description": role.description,
            "is_creator_eligible": self.store.suits_creators(role),
            "permissions": permissions.map(permission).collect::<Vec<_>>(),
            "created_at": role.created_at,
            "updated_at": role.updated_at,
        })
    }

    pub(crate) fn role_set(&self, set: &RoleSet) -> Value {
        let organizations = self.store.organizations_with(set);
        let item = |id: &String| {
            let role = self.store.roles.get(id)?;
            let members = self
                .store
                .memberships
                .values()
                .filter(|member| member.role == role.key && organizations.contains(&member.organization_id))
                .count();
            Some(json!({
                "object": "role_set_item",
                "id": role.id,
                "name": role.name,
                "key": role.key,
                "description": role.description,
                "members_count": members,
                "has_members": members > 0,
                "created_at": role.created_at,
                "updated_at": role.updated_at,
            }))
        };
        json!({
            "object": "role_set",
            "id": set.id,
            "name": set.name,
            "key": set.key,
            "description": set.description,
            "roles": set.roles.iter().filter_map(item).collect::<Vec<_>>(),
            "default_role": item(&set.default_role_id),
            "creator_role": item(&set.creator_role_id),
            "type": set.kind,
            // Members are moved at once: there is never a migration under way.
            "role_set_migration": null,
            "created_at": set.created_at,
            "updated_at": set.updated_at,
        })
    }
}
