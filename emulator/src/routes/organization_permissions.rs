//! What members of organizations can be allowed to do.

use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::query::Order;
use crate::render;
use crate::store::role::Permission;
use serde_json::Value;

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/organization_permissions", list),
    Route::new("POST", "/v1/organization_permissions", create),
    Route::new("GET", "/v1/organization_permissions/{permission_id}", get),
    Route::new("PATCH", "/v1/organization_permissions/{permission_id}", update),
    Route::new("DELETE", "/v1/organization_permissions/{permission_id}", delete),
];

/// Whether a search hits: all of the id, or part of the name or the key.
pub(super) fn hits(needle: Option<&str>, id: &str, name: &str, key: &str) -> bool {
    needle.is_none_or(|needle| {
        let part = needle.to_lowercase();
        id == needle || name.to_lowercase().contains(&part) || key.to_lowercase().contains(&part)
    })
}

/// Whether a text is not empty and has nothing but lower-case letters, digits and underscores.
pub(super) fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let needle = call.query.text("query").map(str::to_owned);
    let order = call.query.order(&["created_at", "name", "key"], Order::NEWEST);
    let page = call.query.page();
    call.query.finish()?;
    let mut found: Vec<&Permission> = call
        .store
        .permissions
        .values()
        .filter(|permission| hits(needle.as_deref(), &permission.id, &permission.name, &permission.key))
        .collect();
    let key = |permission: &&Permission| match order.field {
        "name" => (0, permission.name.to_lowercase()),
        "key" => (0, permission.key.clone()),
        _ => (permission.created_at, String::new()),
    };
    order.sort(&mut found, key, |permission| permission.age);
    let total = found.len();
    let items: Vec<Value> = page.cut(found).into_iter().map(render::permission).collect();
    Ok(Reply::list(items, total))
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
