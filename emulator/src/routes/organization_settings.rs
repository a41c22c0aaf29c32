//! What holds for all organizations.

use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::store::instance::{ENROLLMENT_MODES, OrganizationSettings};
use serde_json::json;

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/instance/organization_settings", get_organizations),
    Route::new("PATCH", "/v1/instance/organization_settings", update_organizations),
];

/// How many roles an instance can have.
const MOST_ROLES: i64 = 10;
/// How many domains an organization can have.
const MOST_DOMAINS: i64 = 10;
/// What the creator of an organization must be able to do.
const CREATOR_NEEDS: &[&str] = &["org:sys_profile:delete", "org:sys_memberships:read", "org:sys_memberships:manage"];

fn get_organizations(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let settings = &call.store.settings().organizations;
    Ok(Reply::Json(json!({
        "object": "organization_settings",
        "enabled": settings.enabled,
        "max_allowed_memberships": settings.max_allowed_memberships,
        "max_allowed_roles": MOST_ROLES,
        "max_allowed_domains": MOST_DOMAINS,
        "creator_role": settings.creator_role,
        "admin_delete_enabled": settings.admin_delete_enabled,
        "domains_enabled": settings.domains_enabled,
        "slug_disabled": settings.slug_disabled,
        "domains_enrollment_modes": settings.domains_enrollment_modes,
        "domains_default_role": settings.domains_default_role,
        "initial_role_set_key": null,
    })))
}

/// The key of a role that is named by id or key.
fn role(call: &Call<'_>, param: &str, id: &str) -> Result<String, ApiError> {
    call.store.role_key(id).ok_or_else(|| {
        let mut error = ApiError::new(404, "resource_not_found", "not found", "Organization role not found");
        if let Some(item) = error.errors.first_mut() {
            item.meta.insert("param_name".to_owned(), param.into());
        }
        error
    })
}

fn check_creator(call: &Call<'_>, role: &str) -> Result<(), ApiError> {
    let granted = call.store.roles.get(role).map(|role| role.permissions.as_slice()).unwrap_or_default();
    if CREATOR_NEEDS.iter().all(|needed| granted.iter().any(|permission| permission == needed)) {
        return Ok(());
    }
    let long = format!("The creator role must contain the following permissions: {}", CREATOR_NEEDS.join(", "));
    Err(ErrorItem::coded(
        "organization_missing_creator_role_permissions",
        "creator_role_id",
        "missing permissions for creator role",
        long,
    )
    .into())
}

fn update_organizations(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut form = call.form()?;
    let enabled = form.boolean("enabled");
    let most = form.integer("max_allowed_memberships", 0, i64::from(i32::MAX)).value();
    let admin_delete = form.boolean("admin_delete_enabled");
    let domains = form.boolean("domains_enabled");
    let slug_disabled = form.boolean("slug_disabled");
    let modes = form.texts("domains_enrollment_modes");
    let creator = form.text("creator_role_id").value().filter(|id| !id.is_empty());
    let default = form.text("domains_default_role_id").value().filter(|id| !id.is_empty());
    if let Some(mode) = modes.iter().flatten().find(|mode| !ENROLLMENT_MODES.contains(&mode.as_str())) {
        form.fail(ErrorItem::value("domains_enrollment_modes", mode));
    }
    form.finish()?;
    let creator = creator.map(|id| role(call, "creator_role_id", &id)).transpose()?;
    let default = default.map(|id| role(call, "domains_default_role_id", &id)).transpose()?;
    if let Some(role) = &creator {
        check_creator(call, role)?;
    }
    let settings = &mut call.store.settings_mut().organizations;
    let before = std::mem::take(settings);
    *settings = OrganizationSettings {
        enabled: enabled.unwrap_or(before.enabled),
        max_allowed_memberships: most.unwrap_or(before.max_allowed_memberships),
        creator_role: creator.unwrap_or(before.creator_role),
        admin_delete_enabled: admin_delete.unwrap_or(before.admin_delete_enabled),
        domains_enabled: domains.unwrap_or(before.domains_enabled),
        slug_disabled: slug_disabled.unwrap_or(before.slug_disabled),
        domains_enrollment_modes: modes.unwrap_or(before.domains_enrollment_modes),
        domains_default_role: default.unwrap_or(before.domains_default_role),
    };
    get_organizations(call)
}
