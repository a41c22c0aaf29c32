//! Permissions, roles that bundle them, and sets of roles for organizations.

use super::{Store, Word};
use crate::errors::{ApiError, ErrorItem};
use crate::ids::Ids;
use serde::{Deserialize, Serialize};

/// Something that members can be allowed to do.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Permission {
    pub(crate) id: String,
    pub(crate) age: u64,
    /// Such as `org:invoices:read`.
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) description: String,
    /// `system` or `user`.
    pub(crate) kind: Word,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// A role and what it allows.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Role {
    pub(crate) id: String,
    pub(crate) age: u64,
    /// Such as `org:admin`; memberships and invitations name their role by it.
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// The ids of its permissions.
    pub(crate) permissions: Vec<String>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// The roles that the members of an organization can have.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct RoleSet {
    pub(crate) id: String,
    pub(crate) age: u64,
    /// Such as `role_set:default`.
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    /// The ids of its roles.
    pub(crate) roles: Vec<String>,
    pub(crate) default_role_id: String,
    pub(crate) creator_role_id: String,
    /// `initial` for the one that new organizations get, else `custom`.
    pub(crate) kind: Word,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// The role of who may manage everything; the creator gets it.
pub(crate) const ADMIN: &str = "org:admin";
/// The role of who may look.
pub(crate) const MEMBER: &str = "org:member";
/// The permission without which nobody can administrate an organization.
pub(crate) const MANAGES_MEMBERS: &str = "org:sys_memberships:manage";
/// What the role of creators must allow, or an organization could be left without anybody to care for it.
pub(crate) const OF_CREATORS: &[&str] = &[MANAGES_MEMBERS, "org:sys_memberships:read", "org:sys_profile:delete"];

/// The permissions that every instance has: key, name, and whether members have it too.
const SYSTEM: &[(&str, &str, bool)] = &[
    ("org:sys_profile:manage", "Manage organization", false),
    ("org:sys_profile:delete", "Delete organization", false),
    ("org:sys_memberships:read", "Read members", true),
    (MANAGES_MEMBERS, "Manage members", false),
    ("org:sys_domains:read", "Read domains", false),
    ("org:sys_domains:manage", "Manage domains", false),
    ("org:sys_billing:read", "Read billing", true),
    ("org:sys_billing:manage", "Manage billing", false),
];

/// The error for a role that is not there, about a parameter if one named it.
pub(crate) fn no_role(param: Option<&str>) -> ApiError {
    let mut error = ApiError::new(404, "resource_not_found", "not found", "Organization role not found");
    if let (Some(item), Some(param)) = (error.errors.first_mut(), param) {
        item.meta.insert("param_name".to_owned(), param.into());
    }
    error
}

impl Store {
    /// The system's permissions, its two roles, and the set of both. Their ids come from a source of their own.
    pub(crate) fn settle_in_roles(&mut self, ids: &mut Ids, now: i64) {
        for (key, name, _) in SYSTEM {
            let permission = Permission {
                id: ids.id("perm_"),
                age: self.next_age(),
                key: (*key).to_owned(),
                name: (*name).to_owned(),
                description: String::new(),
                kind: "system".into(),
                created_at: now,
                updated_at: now,
            };
            self.permissions.insert(permission.id.clone(), permission);
        }
        let mut role = |store: &mut Store, key: &str, name: &str, admits: fn(&str) -> bool| {
            let permissions =
                store.permissions.values().filter(|known| admits(&known.key)).map(|known| known.id.clone()).collect();
            let role = Role {
                id: ids.id("role_"),
                age: store.next_age(),
                key: key.to_owned(),
                name: name.to_owned(),
                description: None,
                permissions,
                created_at: now,
                updated_at: now,
            };
            store.roles.insert(role.id.clone(), role.clone());
            role.id
        };
        let admin = role(self, ADMIN, "Admin", |_| true);
        let member = role(self, MEMBER, "Member", |key| SYSTEM.iter().any(|(known, _, both)| *known == key && *both));
        let set = RoleSet {
            id: ids.id("roleset_"),
            age: self.next_age(),
            key: "role_set:default".to_owned(),
            name: "Default".to_owned(),
            description: None,
            roles: vec![admin.clone(), member.clone()],
            default_role_id: member,
            creator_role_id: admin,
            kind: "initial".into(),
            created_at: now,
            updated_at: now,
        };
        self.role_sets.insert(set.id.clone(), set);
    }

    /// A role by its key.
    pub(crate) fn role(&self, key: &str) -> Option<&Role> {
        self.roles.values().find(|role| role.key == key)
    }

    /// A role by its key, or an error about the parameter that named it.
    pub(crate) fn role_of_param(&self, key: &str, param: &str) -> Result<&Role, ApiError> {
        self.role(key).ok_or_else(|| no_role(Some(param)))
    }

    pub(crate) fn permission(&self, key: &str) -> Option<&Permission> {
        self.permissions.values().find(|permission| permission.key == key)
    }

    /// The keys of what a role allows.
    pub(crate) fn permission_keys(&self, role: &Role) -> Vec<String> {
        role.permissions.iter().filter_map(|id| self.permissions.get(id)).map(|known| known.key.clone()).collect()
    }

    /// The keys of what the role with a key allows; none if there is no such role.
    pub(crate) fn permissions_of(&self, role_key: &str) -> Vec<String> {
        self.role(role_key).map(|role| self.permission_keys(role)).unwrap_or_default()
    }

    pub(crate) fn role_allows(&self, role_key: &str, permission: &str) -> bool {
        self.role(role_key).is_some_and(|role| {
            role.permissions.iter().filter_map(|id| self.permissions.get(id)).any(|known| known.key == permission)
        })
    }

    /// Whether a role allows all that the creator of an organization needs.
    pub(crate) fn suits_creators(&self, role: &Role) -> bool {
        let keys = self.permission_keys(role);
        OF_CREATORS.iter().all(|needed| keys.iter().any(|key| key == needed))
    }

    /// An error unless a role allows all that the creator of an organization needs.
    pub(crate) fn check_suits_creators(&self, role: &Role) -> Result<(), ApiError> {
        if self.suits_creators(role) {
            return Ok(());
        }
        Err(ApiError::new(
            422,
            "organization_missing_creator_role_permissions",
            "missing permissions for creator role",
            format!("The creator role must contain the following permissions: {}", OF_CREATORS.join(", ")),
        ))
    }

    /// The set that new organizations get.
    pub(crate) fn initial_role_set(&self) -> Option<&RoleSet> {
        self.role_sets.values().find(|set| set.kind == "initial")
    }

    pub(crate) fn role_set(&self, key_or_id: &str) -> Option<&RoleSet> {
        self.role_sets.get(key_or_id).or_else(|| self.role_sets.values().find(|set| set.key == key_or_id))
    }

    /// The set that the members of an organization draw their roles from.
    pub(crate) fn role_set_of(&self, organization_id: &str) -> Option<&RoleSet> {
        let key = self.organizations.get(organization_id).and_then(|organization| organization.role_set_key.as_deref());
        key.and_then(|key| self.role_set(key)).or_else(|| self.initial_role_set())
    }

    /// The key of the role that the creator of an organization gets.
    pub(crate) fn creator_role_of(&self, organization_id: &str) -> String {
        self.role_set_of(organization_id)
            .and_then(|set| self.roles.get(&set.creator_role_id))
            .map_or_else(|| ADMIN.to_owned(), |role| role.key.clone())
    }

    /// An error unless members of an organization can have the role with a key.
    pub(crate) fn check_role_in(&self, organization_id: &str, key: &str) -> Result<(), ApiError> {
        let role = self.role_of_param(key, "role")?;
        match self.role_set_of(organization_id) {
            Some(set) if !set.roles.contains(&role.id) => Err(ErrorItem::coded(
                "form_param_value_invalid",
                "role",
                "is invalid",
                format!("The role {key} is not in the role set {} of this organization.", set.key),
            )
            .into()),
            _ => Ok(()),
        }
    }

    /// Gives those who have one role another, in the organizations that fit: members and open invitations.
    pub(crate) fn reassign_role(&mut self, organizations: &[String], from: &str, to: &str, now: i64) {
        self.memberships.change_all(
            |member| member.role == from && organizations.contains(&member.organization_id),
            |member| {
                member.role = to.to_owned();
                member.updated_at = now;
            },
        );
        self.organization_invitations.change_all(
            |invitation| {
                invitation.role == from
                    && organizations.contains(&invitation.organization_id)
                    && invitation.status(now) == "pending"
            },
            |invitation| {
                invitation.role = to.to_owned();
                invitation.updated_at = now;
            },
        );
    }

    /// The organizations that use a set.
    pub(crate) fn organizations_with(&self, set: &RoleSet) -> Vec<String> {
        self.organizations
            .values()
            .filter(|organization| self.role_set_of(&organization.id).is_some_and(|used| used.id == set.id))
            .map(|organization| organization.id.clone())
            .collect()
    }

    /// A role under a key, in the set of new organizations, with permissions by key; made where they are missing.
    pub(crate) fn put_role(&mut self, key: String, name: String, permissions: &[String], now: i64) {
        let permissions = permissions.iter().map(|key| self.put_permission(key, now)).collect();
        let known = self.role(&key).map(|role| role.id.clone());
        if let Some(role) = known.and_then(|id| self.roles.get_mut(&id)) {
            role.name = name;
            role.permissions = permissions;
            role.updated_at = now;
            return;
        }
        let (id, age) = (self.ids.id("role_"), self.next_age());
        let role =
            Role { id: id.clone(), age, key, name, description: None, permissions, created_at: now, updated_at: now };
        self.roles.insert(id.clone(), role);
        self.include_in_initial_set(id, now);
    }

    /// Puts a role into the set that new organizations get.
    pub(crate) fn include_in_initial_set(&mut self, role_id: String, now: i64) {
        if let Some(set) = self.role_sets.find_mut(|set| set.kind == "initial")
            && !set.roles.contains(&role_id)
        {
            set.roles.push(role_id);
            set.updated_at = now;
        }
    }

    fn put_permission(&mut self, key: &str, now: i64) -> String {
        if let Some(known) = self.permission(key) {
            return known.id.clone();
        }
        let (id, age) = (self.ids.id("perm_"), self.next_age());
        let permission = Permission {
            id: id.clone(),
            age,
            key: key.to_owned(),
            name: key.to_owned(),
            description: String::new(),
            kind: "user".into(),
            created_at: now,
            updated_at: now,
        };
        self.permissions.insert(id.clone(), permission);
        id
    }
}
