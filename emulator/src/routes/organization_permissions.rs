//! What members of organizations can be allowed to do.

use super::keyed::{self, is_plain};
use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::render;
use crate::store::role::Permission;

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/organization_permissions", list),
    Route::new("POST", "/v1/organization_permissions", create),
    Route::new("GET", "/v1/organization_permissions/{permission_id}", get),
    Route::new("PATCH", "/v1/organization_permissions/{permission_id}", update),
    Route::new("DELETE", "/v1/organization_permissions/{permission_id}", delete),
];

fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    keyed::list(
        call,
        |store| store.permissions.values().collect(),
        |_, permission: &Permission| render::permission(permission),
    )
}

fn find<'a>(call: &'a Call<'_>, id: &str) -> Result<&'a Permission, ApiError> {
    call.store.permissions.get(id).ok_or_else(no_permission)
}

pub(super) fn no_permission() -> ApiError {
    ApiError::new(404, "resource_not_found", "not found", "Organization permission not found")
}

/// One that is not of the system.
fn find_own<'a>(call: &'a Call<'_>, id: &str) -> Result<&'a Permission, ApiError> {
    let permission = find(call, id)?;
    if permission.kind != "system" {
        return Ok(permission);
    }
    Err(ApiError::new(
        403,
        "organization_system_permission_not_modifiable",
        "organization system permission cannot be modified",
        "This organization permission cannot be modified because it is a system permission.",
    ))
}

fn check_key(call: &Call<'_>, key: &str, except: Option<&str>) -> Result<(), ApiError> {
    let parts = key.strip_prefix("org:").and_then(|rest| rest.split_once(':'));
    if !parts.is_some_and(|(feature, action)| is_plain(feature) && is_plain(action)) {
        let rule = "must have the format org:feature:action, with lowercase letters, digits and underscores.";
        return Err(ErrorItem::format("key", rule).into());
    }
    if key.starts_with("org:sys_") {
        return Err(ErrorItem::format("key", "cannot begin with org:sys_, which is for system permissions.").into());
    }
    match call.store.permission(key) {
        Some(known) if Some(known.id.as_str()) != except => Err(ErrorItem::taken("key").into()),
        _ => Ok(()),
    }
}

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let name = form.required_text("name");
    let key = form.required_text("key");
    let description = form.text("description").value().unwrap_or_default();
    form.finish()?;
    check_key(call, &key, None)?;
    let (id, age) = (call.store.ids.id("perm_"), call.store.next_age());
    let permission =
        Permission { id, age, key, name, description, kind: "user".into(), created_at: now, updated_at: now };
    let body = render::permission(&permission);
    call.store.permissions.insert(permission.id.clone(), permission);
    Ok(Reply::Json(body))
}

fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    Ok(Reply::Json(render::permission(find(call, &call.param("permission_id"))?)))
}

fn update(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("permission_id"), call.now);
    let mut form = call.form()?;
    let name = form.new_text("name");
    let key = form.new_text("key");
    let description = form.text("description").value();
    form.finish()?;
    find_own(call, &id)?;
    if let Some(key) = &key {
        check_key(call, key, Some(&id))?;
    }
    let permission = call.store.permissions.get_mut(&id).ok_or_else(no_permission)?;
    permission.name = name.unwrap_or_else(|| permission.name.clone());
    permission.key = key.unwrap_or_else(|| permission.key.clone());
    permission.description = description.unwrap_or_else(|| permission.description.clone());
    permission.updated_at = now;
    Ok(Reply::Json(render::permission(permission)))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("permission_id"), call.now);
    find_own(call, &id)?;
    call.store.permissions.remove(&id);
    call.store.roles.change_all(
        |role| role.permissions.contains(&id),
        |role| {
            role.permissions.retain(|known| *known != id);
            role.updated_at = now;
        },
    );
    Ok(Reply::deleted("permission", &id))
}
