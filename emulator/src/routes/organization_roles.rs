//! Roles: create, read, list, change, delete, and what they allow.

use super::keyed::{self, is_plain};
use super::organization_permissions::no_permission;
use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::store::role::{Role, no_role};

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/organization_roles", list),
    Route::new("POST", "/v1/organization_roles", create),
    Route::new("GET", "/v1/organization_roles/{organization_role_id}", get),
    Route::new("PATCH", "/v1/organization_roles/{organization_role_id}", update),
    Route::new("DELETE", "/v1/organization_roles/{organization_role_id}", delete),
    Route::new("POST", "/v1/organization_roles/{organization_role_id}/permissions/{permission_id}", assign),
    Route::new("DELETE", "/v1/organization_roles/{organization_role_id}/permissions/{permission_id}", unassign),
];

fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    keyed::list(call, |store| store.roles.values().collect(), |render, role: &Role| render.role(role))
}

fn find(call: &Call<'_>) -> Result<Role, ApiError> {
    call.store.roles.get(&call.param("organization_role_id")).cloned().ok_or_else(|| no_role(None))
}

/// Keeps a changed role and answers with it.
fn keep(call: &mut Call<'_>, mut role: Role) -> Reply {
    role.updated_at = call.now;
    call.store.roles.insert(role.id.clone(), role.clone());
    Reply::Json(call.render().role(&role))
}

fn check_key(call: &Call<'_>, key: &str, except: Option<&str>) -> Result<(), ApiError> {
    if !key.strip_prefix("org:").is_some_and(is_plain) {
        let rule = "must start with org: and contain only lowercase letters, digits and underscores.";
        return Err(ErrorItem::format("key", rule).into());
    }
    match call.store.role(key) {
        Some(known) if Some(known.id.as_str()) != except => Err(ErrorItem::taken("key").into()),
        _ => Ok(()),
    }
}

/// The permissions that a request names by id, each once.
fn check_permissions(call: &Call<'_>, ids: Vec<String>) -> Result<Vec<String>, ApiError> {
    let mut known: Vec<String> = Vec::new();
    for id in ids {
        if !call.store.permissions.contains_key(&id) {
            let mut error = no_permission();
            if let Some(item) = error.errors.first_mut() {
                item.meta.insert("param_name".to_owned(), "permissions".into());
            }
            return Err(error);
        }
        if !known.contains(&id) {
            known.push(id);
        }
    }
    Ok(known)
}

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let name = form.required_text("name");
    let key = form.required_text("key");
    let description = form.text("description").value();
    let permissions = form.texts("permissions").unwrap_or_default();
    let include = form.boolean("include_in_initial_role_set").unwrap_or(false);
    form.finish()?;
    check_key(call, &key, None)?;
    let permissions = check_permissions(call, permissions)?;
    let (id, age) = (call.store.ids.id("role_"), call.store.next_age());
    let role = Role { id, age, key, name, description, permissions, created_at: now, updated_at: now };
    call.store.roles.insert(role.id.clone(), role.clone());
    if include {
        call.store.include_in_initial_set(role.id.clone(), now);
    }
    Ok(Reply::Json(call.render().role(&role)))
}

fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    Ok(Reply::Json(call.render().role(&find(call)?)))
}

/// An error if the role is that of creators and would no longer allow what they need.
fn check_creators(call: &Call<'_>, role: &Role) -> Result<(), ApiError> {
    let of_creators = call.store.role_sets.values().any(|set| set.creator_role_id == role.id);
    if of_creators { call.store.check_suits_creators(role) } else { Ok(()) }
}

fn update(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let name = form.new_text("name");
    let key = form.new_text("key");
    let description = form.text("description");
    let permissions = form.texts("permissions");
    form.finish()?;
    let mut role = find(call)?;
    if let Some(key) = key {
        check_key(call, &key, Some(&role.id))?;
        let everywhere: Vec<String> = call.store.organizations.keys().cloned().collect();
        call.store.reassign_role(&everywhere, &role.key, &key, now);
        role.key = key;
    }
    if let Some(permissions) = permissions {
        role.permissions = check_permissions(call, permissions)?;
        check_creators(call, &role)?;
    }
    role.name = name.unwrap_or(role.name);
    description.apply(&mut role.description);
    Ok(keep(call, role))
}

/// What keeps a role from being deleted.
fn check_unused(call: &Call<'_>, role: &Role) -> Result<(), ApiError> {
    let store = &*call.store;
    let refusal = |code, message: &str, long: &str| Err(ApiError::new(422, code, message, long));
    if store.role_sets.values().any(|set| set.creator_role_id == role.id) {
        return refusal(
            "organization_role_default_creator_role",
            "role is used as the creator role",
            "The organization role cannot be deleted as it is currently used as the creator role.",
        );
    }
    if store.role_sets.values().any(|set| set.default_role_id == role.id) {
        return refusal(
            "organization_role_domain_default_role",
            "role is used as the domain default role",
            "The organization role cannot be deleted as it is currently used as the default domain role.",
        );
    }
    if store.memberships.values().any(|member| member.role == role.key) {
        return refusal(
            "organization_role_assigned_members",
            "role is assigned to organization members",
            "The organization role is currently assigned to one or more organization members.",
        );
    }
    let invited = |invitation: &&crate::store::invitation::OrganizationInvitation| {
        invitation.role == role.key && invitation.status(call.now) == "pending"
    };
    if store.organization_invitations.values().any(|invitation| invited(&invitation)) {
        return refusal(
            "organization_role_exists_in_invitations",
            "role exists in pending organization invitations",
            "The organization role exists in one or more pending organization invitations. Please revoke these invitations to proceed.",
        );
    }
    Ok(())
}

fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let role = find(call)?;
    check_unused(call, &role)?;
    call.store.roles.remove(&role.id);
    call.store.group_role_mappings.remove_all(|mapping| mapping.role_id == role.id);
    call.store.role_sets.change_all(
        |set| set.roles.contains(&role.id),
        |set| {
            set.roles.retain(|id| *id != role.id);
            set.updated_at = now;
        },
    );
    Ok(Reply::deleted("role", &role.id))
}

/// The role and the permission of the path.
fn pair(call: &Call<'_>) -> Result<(Role, String), ApiError> {
    let (role, permission) = (find(call)?, call.param("permission_id"));
    if call.store.permissions.contains_key(&permission) { Ok((role, permission)) } else { Err(no_permission()) }
}

fn assign(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (mut role, permission) = pair(call)?;
    if role.permissions.contains(&permission) {
        return Err(ApiError::new(
            409,
            "organization_role_permission_association_exists",
            "permission already assigned to role",
            "This organization permission is already associated to this organization role.",
        ));
    }
    role.permissions.push(permission);
    Ok(keep(call, role))
}

fn unassign(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (mut role, permission) = pair(call)?;
    if !role.permissions.contains(&permission) {
        return Err(ApiError::new(
            404,
            "organization_role_permission_association_not_found",
            "permission not assigned to role",
            "This organization permission is not associated to this organization role.",
        ));
    }
    role.permissions.retain(|id| *id != permission);
    check_creators(call, &role)?;
    Ok(keep(call, role))
}
