//! Which roles the groups of a directory give.

use super::directories::{Wanted, check_groups, find, mapping, object, read_group};
use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::store::role::no_role;
use serde_json::{Value, json};

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/directories/{directory_id}/group_role_mappings", list),
    Route::new("POST", "/v1/directories/{directory_id}/group_role_mappings", create),
    Route::new("PUT", "/v1/directories/{directory_id}/group_role_mappings", replace),
    Route::new("DELETE", "/v1/directories/{directory_id}/group_role_mappings/{mapping_id}", delete),
    Route::new("GET", "/v1/scim_directories/{directory_id}/group_role_mappings", list),
    Route::new("POST", "/v1/scim_directories/{directory_id}/group_role_mappings", create),
    Route::new("PUT", "/v1/scim_directories/{directory_id}/group_role_mappings", replace),
    Route::new("DELETE", "/v1/scim_directories/{directory_id}/group_role_mappings/{mapping_id}", delete),
];

fn answer(call: &Call<'_>, directory_id: &str) -> Reply {
    let (render, object) = (call.render(), object(call));
    let found = call.store.group_role_mappings_of(directory_id);
    let items: Vec<Value> = found.iter().map(|mapping| render.group_role_mapping(object, mapping)).collect();
    let total = items.len();
    Reply::list(items, total)
}

fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let directory = find(call)?;
    Ok(answer(call, &directory.id))
}

/// Adds a mapping; those behind its place make room. The id of it.
pub(super) fn add(call: &mut Call<'_>, directory_id: &str, wanted: Wanted) -> Result<String, ApiError> {
    if !call.store.roles.contains_key(&wanted.role_id) {
        return Err(no_role(Some("role_id")));
    }
    let known = call.store.group_role_mappings_of(directory_id);
    if known.iter().any(|mapping| mapping.group_id == wanted.group_id) {
        let param = if object(call) == "directory" { "directory_group_id" } else { "scim_group_id" };
        return Err(ErrorItem::taken(param).into());
    }
    let next = known.last().map_or(1, |last| last.precedence.saturating_add(1));
    let place = wanted.precedence.unwrap_or(next);
    if known.iter().any(|mapping| mapping.precedence == place) {
        let now = call.now;
        call.store.group_role_mappings.change_all(
            |mapping| mapping.directory_id == directory_id && mapping.precedence >= place,
            |mapping| {
                mapping.precedence = mapping.precedence.saturating_add(1);
                mapping.updated_at = now;
            },
        );
    }
    let mapping = mapping(call, directory_id, wanted, place);
    let id = mapping.id.clone();
    call.store.group_role_mappings.insert(id.clone(), mapping);
    Ok(id)
}

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let object = object(call);
    let mut form = call.form()?;
    let group_id = read_group(&mut form, object);
    let role_id = form.required_text("role_id");
    let precedence = form.integer("precedence", 1, i64::from(i32::MAX)).value();
    form.finish()?;
    let directory = find(call)?;
    check_groups(&directory)?;
    let id = add(call, &directory.id, Wanted { group_id, group_name: None, role_id, precedence })?;
    let mapping = call.store.group_role_mappings.get(&id).ok_or_else(ApiError::internal)?;
    Ok(Reply::Json(call.render().group_role_mapping(object, mapping)))
}

fn replace(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let object = object(call);
    let mut form = call.form()?;
    let wanted = form.many("mappings", |form| {
        let group_id = read_group(form, object);
        Wanted { group_id, group_name: None, role_id: form.required_text("role_id"), precedence: None }
    });
    if wanted.is_none() {
        form.fail(ErrorItem::missing("mappings"));
    }
    form.finish()?;
    let directory = find(call)?;
    check_groups(&directory)?;
    let names = call.store.group_role_mappings_of(&directory.id);
    call.store.group_role_mappings.remove_all(|mapping| mapping.directory_id == directory.id);
    for wanted in wanted.unwrap_or_default() {
        let known = names.iter().find(|mapping| mapping.group_id == wanted.group_id);
        let group_name = known.map(|mapping| mapping.group_name.clone());
        add(call, &directory.id, Wanted { group_name, ..wanted })?;
    }
    Ok(answer(call, &directory.id))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (directory, id) = (find(call)?, call.param("mapping_id"));
    let mapping = call
        .store
        .group_role_mappings
        .get(&id)
        .filter(|mapping| mapping.directory_id == directory.id)
        .ok_or_else(|| ApiError::not_found("group role mapping", &id))?;
    let object = call.render().group_role_mapping(object(call), mapping)["object"].take();
    check_groups(&directory)?;
    call.store.group_role_mappings.remove(&id);
    Ok(Reply::Json(json!({ "object": object, "id": id, "deleted": true })))
}
