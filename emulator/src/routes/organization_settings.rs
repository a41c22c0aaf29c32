//! What holds for all organizations.

use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::store::instance::{ENROLLMENT_MODES, OrganizationSettings};
use crate::store::role::{Role, no_role};
use serde_json::json;

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/instance/organization_settings", get_organizations),
    Route::new("PATCH", "/v1/instance/organization_settings", update_organizations),
];

/// How many roles an instance can have.
const MOST_ROLES: i64 = 10;
/// How many domains an organization can have.
const MOST_DOMAINS: i64 = 10;

fn get_organizations(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (store, settings) = (&call.store, &call.store.settings().organizations);
    let set = store.initial_role_set();
    let key_of =
        |id: Option<&String>| id.and_then(|id| store.roles.get(id)).map_or_else(String::new, |role| role.key.clone());
    Ok(Reply::Json(json!({
        "object": "organization_settings",
        "enabled": settings.enabled,
        "max_allowed_memberships": settings.max_allowed_memberships,
        "max_allowed_roles": MOST_ROLES,
        "max_allowed_domains": MOST_DOMAINS,
        "creator_role": key_of(set.map(|set| &set.creator_role_id)),
        "admin_delete_enabled": settings.admin_delete_enabled,
        "domains_enabled": settings.domains_enabled,
        "slug_disabled": settings.slug_disabled,
        "domains_enrollment_modes": settings.domains_enrollment_modes,
        "domains_default_role": settings.domains_default_role.clone()
            .unwrap_or_else(|| key_of(set.map(|set| &set.default_role_id))),
        "initial_role_set_key": set.map(|set| &set.key),
    })))
}

/// A role that is named by id or key.
fn role(call: &Call<'_>, param: &str, id: &str) -> Result<Role, ApiError> {
    let found = call.store.roles.get(id).or_else(|| call.store.role(id));
    found.cloned().ok_or_else(|| no_role(Some(param)))
}

/// Creators get the role from now on: the set that new organizations get has it.
fn set_creator_role(call: &mut Call<'_>, role: &Role) {
    let now = call.now;
    if let Some(set) = call.store.role_sets.find_mut(|set| set.kind == "initial") {
        if !set.roles.contains(&role.id) {
            set.roles.push(role.id.clone());
        }
        set.creator_role_id.clone_from(&role.id);
        set.updated_at = now;
    }
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
        call.store.check_suits_creators(role)?;
        set_creator_role(call, role);
    }
    let settings = &mut call.store.settings_mut().organizations;
    let before = std::mem::take(settings);
    *settings = OrganizationSettings {
        enabled: enabled.unwrap_or(before.enabled),
        max_allowed_memberships: most.unwrap_or(before.max_allowed_memberships),
        admin_delete_enabled: admin_delete.unwrap_or(before.admin_delete_enabled),
        domains_enabled: domains.unwrap_or(before.domains_enabled),
        slug_disabled: slug_disabled.unwrap_or(before.slug_disabled),
        domains_enrollment_modes: modes.unwrap_or(before.domains_enrollment_modes),
        domains_default_role: default.map(|role| role.key).or(before.domains_default_role),
    };
    get_organizations(call)
}
