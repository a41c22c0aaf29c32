//! Directories. The operations on SCIM directories are the same ones under older names.

use super::connection_forms::either;
use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::form::Form;
use crate::query::Order;
use crate::store::directory::{Directory, GroupRoleMapping, default_attribute_mapping};
use http::header;
use serde_json::{Value, json};

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/directories", list),
    Route::new("POST", "/v1/directories", create),
    Route::new("GET", "/v1/directories/{directory_id}", get),
    Route::new("PATCH", "/v1/directories/{directory_id}", update),
    Route::new("DELETE", "/v1/directories/{directory_id}", delete),
    Route::new("POST", "/v1/directories/{directory_id}/rotate_api_key", rotate),
    Route::new("GET", "/v1/scim_directories", list),
    Route::new("POST", "/v1/scim_directories", create),
    Route::new("GET", "/v1/scim_directories/{directory_id}", get),
    Route::new("PATCH", "/v1/scim_directories/{directory_id}", update),
    Route::new("DELETE", "/v1/scim_directories/{directory_id}", delete),
    Route::new("POST", "/v1/scim_directories/{directory_id}/rotate_api_key", rotate),
    // The key of the directory is what opens it: the API's own key does not.
    Route::public("GET", "/v1/scim/{directory_id}/ServiceProviderConfig", service_provider_config),
];

/// What the operations of the path call a directory.
pub(super) fn object(call: &Call<'_>) -> &'static str {
    if call.head.uri.path().starts_with("/v1/scim_directories") { "scim_directory" } else { "directory" }
}

fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let page = call.query.page();
    call.query.finish()?;
    let mut found: Vec<&Directory> = call.store.directories.values().collect();
    Order::NEWEST.sort(&mut found, |directory| directory.created_at, |directory| directory.age);
    let total = found.len();
    let (render, object) = (call.render(), object(call));
    let items: Vec<Value> =
        page.cut(found).into_iter().map(|directory| render.directory(object, directory, false)).collect();
    Ok(Reply::list(items, total))
}

/// The group of a mapping: the operations on SCIM directories know its older name alone.
pub(super) fn read_group(form: &mut Form, object: &str) -> String {
    if object == "scim_directory" {
        return form.required_text("scim_group_id");
    }
    match either(form, "directory_group_id", "scim_group_id").filter(|id| !id.trim().is_empty()) {
        Some(id) => id,
        None => {
            form.fail(ErrorItem::missing("directory_group_id"));
            String::new()
        }
    }
}

/// What a request says of one mapping.
pub(super) struct Wanted {
    pub(super) group_id: String,
    pub(super) group_name: Option<String>,
    pub(super) role_id: String,
    pub(super) precedence: Option<i64>,
}

fn read_mapping(form: &mut Form, object: &str) -> Wanted {
    let group_id = read_group(form, object);
    let group_name = match object {
        "scim_directory" => form.text("scim_group_display_name").value(),
        _ => either(form, "directory_group_display_name", "scim_group_display_name"),
    };
    if group_name.as_ref().is_some_and(|name| name.chars().count() > 255) {
        let name = if object == "directory" { "directory_group_display_name" } else { "scim_group_display_name" };
        form.fail(ErrorItem::too_long(name, 255));
    }
    let role_id = form.required_text("role_id");
    Wanted { group_id, group_name, role_id, precedence: form.integer("precedence", 1, i64::from(i32::MAX)).value() }
}

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (now, object) = (call.now, object(call));
    let mut form = call.form()?;
    let connection_id = form.required_text("enterprise_connection_id");
    let name = form.new_text("name");
    let provider = form.required_text("provider");
    let mappings = form.many("group_role_mappings", |form| read_mapping(form, object)).unwrap_or_default();
    form.finish()?;
    let connection = match call.store.enterprise_connections.get(&connection_id) {
        Some(connection) => connection,
        None => return Err(ErrorItem::missing_resource("enterprise_connection_id").into()),
    };
    let directory = Directory {
        name: name.unwrap_or_else(|| connection.name.clone()),
        id: call.store.ids.id("dir_"),
        age: call.store.next_age(),
        enterprise_connection_id: Some(connection_id),
        provider,
        enabled: true,
        group_role_mapping_enabled: !mappings.is_empty(),
        attribute_mapping: default_attribute_mapping(),
        api_key: new_key(call),
        older_key: None,
        created_at: now,
        updated_at: now,
    };
    call.store.directories.insert(directory.id.clone(), directory.clone());
    let mut last = 0;
    for wanted in mappings {
        last = wanted.precedence.unwrap_or(last + 1);
        super::group_role_mappings::add(call, &directory.id, Wanted { precedence: Some(last), ..wanted })?;
    }
    Ok(Reply::Json(call.render().directory(object, &directory, true)))
}

fn new_key(call: &mut Call<'_>) -> String {
    format!("scim_{}", call.store.ids.text(43))
}

pub(super) fn find(call: &Call<'_>) -> Result<Directory, ApiError> {
    call.store.directory(&call.param("directory_id")).cloned()
}

/// Keeps a changed directory and answers with it.
fn keep(call: &mut Call<'_>, mut directory: Directory, with_key: bool) -> Reply {
    directory.updated_at = call.now;
    call.store.directories.insert(directory.id.clone(), directory.clone());
    Reply::Json(call.render().directory(object(call), &directory, with_key))
}

fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    Ok(Reply::Json(call.render().directory(object(call), &find(call)?, false)))
}

fn update(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut form = call.form()?;
    let name = form.new_text("name");
    let enabled = form.boolean("enabled");
    let provider = form.new_text("provider");
    let mapping = form.object("attribute_mapping").unwrap_or_default();
    let with_groups = form.boolean("group_role_mapping_enabled");
    if mapping.values().any(|path| !path.is_null() && !path.is_string()) {
        form.fail(ErrorItem::wrong_type("attribute_mapping", "map of strings"));
    }
    form.finish()?;
    let mut directory = find(call)?;
    for (attribute, path) in mapping {
        if path.is_null() {
            directory.attribute_mapping.remove(&attribute);
        } else {
            directory.attribute_mapping.insert(attribute, path);
        }
    }
    directory.name = name.unwrap_or(directory.name);
    directory.enabled = enabled.unwrap_or(directory.enabled);
    directory.provider = provider.unwrap_or(directory.provider);
    directory.group_role_mapping_enabled = with_groups.unwrap_or(directory.group_role_mapping_enabled);
    Ok(keep(call, directory, false))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let directory = find(call)?;
    call.store.remove_directory(&directory.id);
    Ok(Reply::deleted(object(call), &directory.id))
}

fn rotate(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut directory = find(call)?;
    let key = new_key(call);
    directory.rotate(key, call.now);
    Ok(keep(call, directory, true))
}

/// The first thing that a provider asks of a directory: whether its key is good, and what there is.
fn service_provider_config(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let key = call.header(&header::AUTHORIZATION).strip_prefix("Bearer ").unwrap_or_default();
    let opens = call.store.directory(&call.param("directory_id")).is_ok_and(|known| known.opens(key, call.now));
    if !opens {
        return Err(ApiError::new(
            401,
            "authentication_invalid",
            "Invalid authentication",
            "Unable to authenticate the request, you need to supply the API key of an enabled directory",
        ));
    }
    let no = json!({ "supported": false });
    Ok(Reply::Json(json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": no,
        "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
        "filter": { "supported": false, "maxResults": 0 },
        "changePassword": no,
        "sort": no,
        "etag": no,
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "API key",
            "description": "The API key of the directory as a bearer token",
        }],
    })))
}

/// An error unless the groups of a directory give roles.
pub(super) fn check_groups(directory: &Directory) -> Result<(), ApiError> {
    if directory.group_role_mapping_enabled {
        return Ok(());
    }
    Err(ApiError::new(
        400,
        "feature_not_enabled",
        "role mapping disabled",
        "Role mapping is disabled for this SCIM directory. Enable role mapping to add, edit, or remove mappings.",
    ))
}

/// A new mapping, before it has its place.
pub(super) fn mapping(call: &mut Call<'_>, directory_id: &str, wanted: Wanted, precedence: i64) -> GroupRoleMapping {
    let now = call.now;
    GroupRoleMapping {
        id: call.store.ids.id("dirgrm_"),
        directory_id: directory_id.to_owned(),
        group_name: wanted.group_name.unwrap_or_else(|| wanted.group_id.clone()),
        group_id: wanted.group_id,
        role_id: wanted.role_id,
        precedence,
        created_at: now,
        updated_at: now,
    }
}
