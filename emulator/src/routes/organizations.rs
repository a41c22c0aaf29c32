//! Organizations: create, read, list, change, delete.

use super::users::METADATA_APART;
use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::form::{Form, Patch};
use crate::metadata::{How, Metadata};
use crate::query::{Order, Signed};
use crate::store::organization::Organization;
use crate::validate;
use serde_json::Value;

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/organizations", list),
    Route::new("POST", "/v1/organizations", create),
    Route::new("GET", "/v1/organizations/{organization_id}", get),
    Route::new("PATCH", "/v1/organizations/{organization_id}", update),
    Route::new("DELETE", "/v1/organizations/{organization_id}", delete),
];

fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let page = call.query.page();
    let order = call.query.order(&["name", "created_at", "members_count"], Order::NEWEST);
    let with_members = call.query.boolean("include_members_count").unwrap_or(false);
    let with_missing = call.query.boolean("include_missing_member_with_elevated_permissions").unwrap_or(false);
    let users = Signed::new(call.query.list("user_id"));
    let ids = Signed::new(call.query.list("organization_id"));
    let needle = call.query.text("query").map(str::to_lowercase);
    call.query.finish()?;
    let store = &*call.store;
    let mut found: Vec<&Organization> = store
        .organizations
        .values()
        .filter(|organization| {
            ids.admits(|id| organization.id == id)
                && users.admits(|id| store.membership_of(&organization.id, id).is_some())
                && needle.as_deref().is_none_or(|needle| {
                    organization.id.to_lowercase() == needle
                        || organization.name.to_lowercase().contains(needle)
                        || organization.slug.contains(needle)
                })
        })
        .collect();
    let key = |organization: &&Organization| match order.field {
        "name" => (0, organization.name.to_lowercase()),
        "members_count" => (i64::try_from(store.members_count(&organization.id)).unwrap_or(i64::MAX), String::new()),
        _ => (organization.created_at, String::new()),
    };
    order.sort(&mut found, key, |organization| organization.age);
    let total = found.len();
    let render = call.render();
    let items: Vec<Value> = page
        .cut(found)
        .into_iter()
        .map(|organization| render.organization(organization, with_members, with_missing))
        .collect();
    Ok(Reply::list(items, total))
}

fn read_slug(form: &mut Form) -> Patch<String> {
    match form.text("slug") {
        Patch::Value(text) if text.is_empty() => Patch::Absent,
        Patch::Value(text) => match validate::slug(&text) {
            Ok(slug) => Patch::Value(slug),
            Err(item) => {
                form.fail(item);
                Patch::Absent
            }
        },
        other => other,
    }
}

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let form = call.form()?;
    let id = open(call, form)?;
    let organization = call.store.organization(&id)?;
    Ok(Reply::Json(call.render().organization(organization, true, false)))
}

/// Makes the organization that a form asks for; the id.
pub(super) fn open(call: &mut Call<'_>, mut form: Form) -> Result<String, ApiError> {
    let now = call.now;
    let name = form.required_text("name");
    let creator = form.text("created_by").value().filter(|id| !id.is_empty());
    let change = form.metadata(false);
    let slug = read_slug(&mut form).value();
    let most = form.integer("max_allowed_memberships", 0, i64::from(i32::MAX)).value();
    let created_at = form.time("created_at").value().unwrap_or(now);
    let role_set = form.text("role_set_key").value();
    form.finish_lenient()?;
    let role_set_key = match role_set {
        Some(key) => Some(role_set_key(call, &key)?),
        None => call.store.initial_role_set().map(|set| set.key.clone()),
    };
    let name = validate::organization_name(&name)?;
    if let Some(id) = &creator
        && !call.store.users.contains_key(id)
    {
        return Err(ApiError::new(
            400,
            "organization_creator_not_found",
            "creator not found",
            format!("No users found with id {id}."),
        ));
    }
    let slug = match slug {
        Some(slug) if call.store.slug_taken(&slug, None) => return Err(slug_taken()),
        Some(slug) => slug,
        None => call.store.slug_for(&name),
    };
    let mut metadata = Metadata::default();
    metadata.change(change, How::Replace)?;
    let settings = call.store.settings().organizations.clone();
    let organization = Organization {
        id: call.store.ids.id("org_"),
        age: call.store.next_age(),
        name,
        slug,
        image_id: None,
        max_allowed_memberships: most.unwrap_or(settings.max_allowed_memberships),
        admin_delete_enabled: settings.admin_delete_enabled,
        metadata,
        created_by: creator.clone(),
        role_set_key,
        created_at,
        updated_at: now,
    };
    let id = organization.id.clone();
    call.store.organizations.insert(id.clone(), organization);
    if let Some(user_id) = creator {
        let role = call.store.creator_role_of(&id);
        call.store.join(&id, &user_id, &role, Metadata::default(), now)?;
    }
    Ok(id)
}

/// The key of a set of roles that is there.
fn role_set_key(call: &Call<'_>, key: &str) -> Result<String, ApiError> {
    match call.store.role_set(key) {
        Some(set) => Ok(set.key.clone()),
        None => Err(ErrorItem::missing_resource("role_set_key").into()),
    }
}

/// An error if a member has a role that a set lacks.
fn check_roles_of_members(call: &Call<'_>, id: &str, key: &str) -> Result<(), ApiError> {
    let has = |role: &str| {
        call.store
            .role_set(key)
            .is_some_and(|set| call.store.role(role).is_some_and(|role| set.roles.contains(&role.id)))
    };
    let lost = call.store.memberships.values().find(|member| member.organization_id == id && !has(&member.role));
    lost.map_or(Ok(()), |member| {
        Err(ErrorItem::coded(
            "form_param_value_invalid",
            "role_set_key",
            "is invalid",
            format!("Members have the role {}, which is not in the role set {key}.", member.role),
        )
        .into())
    })
}

fn slug_taken() -> ApiError {
    ErrorItem::coded("form_identifier_exists", "slug", "already exists", "That slug is taken. Please try another.")
        .into()
}

fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let with_members = call.query.boolean("include_members_count").unwrap_or(false);
    let with_missing = call.query.boolean("include_missing_member_with_elevated_permissions").unwrap_or(false);
    call.query.finish()?;
    let organization = call.store.organization(&call.param("organization_id"))?;
    Ok(Reply::Json(call.render().organization(organization, with_members, with_missing)))
}

fn update(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("organization_id"), call.now);
    let with_metadata = call.is_before(METADATA_APART);
    let mut form = call.form()?;
    let name = form.text("name").value();
    let slug = read_slug(&mut form).value();
    let most = form.integer("max_allowed_memberships", 0, i64::from(i32::MAX)).value();
    let admin_delete = form.boolean("admin_delete_enabled");
    let created_at = form.time("created_at").value();
    let role_set = form.text("role_set_key").value();
    let change = if with_metadata { form.metadata(false) } else { Default::default() };
    form.finish()?;
    let name = name.map(|name| validate::organization_name(&name)).transpose()?;
    if slug.as_deref().is_some_and(|slug| call.store.slug_taken(slug, Some(&id))) {
        return Err(slug_taken());
    }
    let role_set_key = role_set.map(|key| role_set_key(call, &key)).transpose()?;
    if let Some(key) = &role_set_key {
        check_roles_of_members(call, &id, key)?;
    }
    let organization = call.store.organization_mut(&id)?;
    organization.metadata.change(change, How::Replace)?;
    organization.name = name.unwrap_or_else(|| organization.name.clone());
    organization.slug = slug.unwrap_or_else(|| organization.slug.clone());
    organization.max_allowed_memberships = most.unwrap_or(organization.max_allowed_memberships);
    organization.admin_delete_enabled = admin_delete.unwrap_or(organization.admin_delete_enabled);
    organization.created_at = created_at.unwrap_or(organization.created_at);
    organization.role_set_key = role_set_key.or_else(|| organization.role_set_key.take());
    organization.updated_at = now;
    let organization = call.store.organization(&id)?;
    Ok(Reply::Json(call.render().organization(organization, true, false)))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let id = call.store.organization(&call.param("organization_id"))?.id.clone();
    call.store.remove_organization(&id);
    Ok(Reply::deleted("organization", &id))
}
