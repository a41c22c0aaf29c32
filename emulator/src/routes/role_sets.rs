//! Sets of roles: create, read, list, change, and taking one role or set in the place of another.

use super::keyed::{self, is_plain};
use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::form::Form;
use crate::store::role::RoleSet;
use serde_json::{Map, Value};

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/role_sets", list),
    Route::new("POST", "/v1/role_sets", create),
    Route::new("GET", "/v1/role_sets/{role_set_key_or_id}", get),
    Route::new("PATCH", "/v1/role_sets/{role_set_key_or_id}", update),
    Route::new("POST", "/v1/role_sets/{role_set_key_or_id}/replace", replace),
    Route::new("POST", "/v1/role_sets/{role_set_key_or_id}/roles", add_roles),
    Route::new("POST", "/v1/role_sets/{role_set_key_or_id}/roles/replace", replace_role),
];

/// How many roles a set can have.
const MOST_ROLES: usize = 10;

fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    keyed::list(call, |store| store.role_sets.values().collect(), |render, set: &RoleSet| render.role_set(set))
}

fn no_set() -> ApiError {
    ApiError::new(404, "resource_not_found", "not found", "Role set not found")
}

fn find(call: &Call<'_>) -> Result<RoleSet, ApiError> {
    call.store.role_set(&call.param("role_set_key_or_id")).cloned().ok_or_else(no_set)
}

/// Keeps a changed set and answers with it.
fn keep(call: &mut Call<'_>, mut set: RoleSet) -> Reply {
    set.updated_at = call.now;
    call.store.role_sets.insert(set.id.clone(), set.clone());
    Reply::Json(call.render().role_set(&set))
}

fn check_key(call: &Call<'_>, key: &str, except: Option<&str>) -> Result<(), ApiError> {
    if !key.strip_prefix("role_set:").is_some_and(is_plain) {
        let rule = "must start with role_set: and contain only lowercase letters, digits and underscores.";
        return Err(ErrorItem::format("key", rule).into());
    }
    match call.store.role_set(key) {
        Some(known) if Some(known.id.as_str()) != except => Err(ErrorItem::taken("key").into()),
        _ => Ok(()),
    }
}

/// The key that a name gives, with a number behind it if it is taken.
fn key_for(call: &mut Call<'_>, name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let base = format!("role_set:{}", name.trim().chars().map(plain).collect::<String>());
    if call.store.role_set(&base).is_none() {
        return base;
    }
    loop {
        let candidate = format!("{base}_{}", call.store.ids.code());
        if call.store.role_set(&candidate).is_none() {
            return candidate;
        }
    }
}

/// The ids of the 1 to 10 roles whose keys a field holds.
fn read_roles(call: &Call<'_>, form: &mut Form, param: &str) -> Result<Vec<String>, ApiError> {
    let keys = form.texts(param).unwrap_or_default();
    if keys.is_empty() {
        form.fail(ErrorItem::missing(param));
    }
    let mut ids: Vec<String> = Vec::new();
    for key in keys {
        let id = &call.store.role_of_param(&key, param)?.id;
        if ids.contains(id) {
            form.fail(ErrorItem::coded(
                "form_param_duplicate",
                param,
                "duplicate values",
                format!("{param} contains duplicate values"),
            ));
            break;
        }
        ids.push(id.clone());
    }
    if ids.len() > MOST_ROLES {
        form.fail(ErrorItem::too_many(param, MOST_ROLES));
    }
    Ok(ids)
}

/// The id of a role that must be one of those given.
fn one_of(call: &Call<'_>, key: &str, param: &str, ids: &[String]) -> Result<String, ApiError> {
    match call.store.role(key) {
        Some(role) if ids.contains(&role.id) => Ok(role.id.clone()),
        _ => Err(ErrorItem::coded(
            "form_param_value_invalid",
            param,
            "is invalid",
            format!("{param} must be the key of a role in the role set, not {key}."),
        )
        .into()),
    }
}

/// The id of a role that can be that of creators.
fn of_creators(call: &Call<'_>, key: &str, ids: &[String]) -> Result<String, ApiError> {
    let id = one_of(call, key, "creator_role_key", ids)?;
    if let Some(role) = call.store.roles.get(&id) {
        call.store.check_suits_creators(role)?;
    }
    Ok(id)
}

/// Makes room for another initial set: there is one at any time.
fn demote_initial(call: &mut Call<'_>) {
    let now = call.now;
    call.store.role_sets.change_all(
        |set| set.kind == "initial",
        |set| {
            set.kind = "custom".into();
            set.updated_at = now;
        },
    );
}

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let name = form.required_text("name");
    let key = form.new_text("key");
    let description = form.text("description").value();
    let default_role = form.required_text("default_role_key");
    let creator_role = form.required_text("creator_role_key");
    let kind = form.choice("type", &["initial", "custom"]).unwrap_or("custom");
    let roles = read_roles(call, &mut form, "roles")?;
    form.finish()?;
    let key = match key {
        Some(key) => {
            check_key(call, &key, None)?;
            key
        }
        None => key_for(call, &name),
    };
    let default_role_id = one_of(call, &default_role, "default_role_key", &roles)?;
    let creator_role_id = of_creators(call, &creator_role, &roles)?;
    if kind == "initial" {
        demote_initial(call);
    }
    let set = RoleSet {
        id: call.store.ids.id("roleset_"),
        age: call.store.next_age(),
        key,
        name,
        description,
        roles,
        default_role_id,
        creator_role_id,
        kind: kind.into(),
        created_at: now,
        updated_at: now,
    };
    Ok(keep(call, set))
}

fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    Ok(Reply::Json(call.render().role_set(&find(call)?)))
}

fn update(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let name = form.new_text("name");
    let key = form.new_text("key");
    let description = form.text("description");
    let kind = form.choice("type", &["initial"]);
    let default_role = form.new_text("default_role_key");
    let creator_role = form.new_text("creator_role_key");
    form.finish()?;
    let mut set = find(call)?;
    if let Some(key) = key {
        check_key(call, &key, Some(&set.id))?;
        let old = std::mem::replace(&mut set.key, key);
        call.store.organizations.change_all(
            |organization| organization.role_set_key.as_ref() == Some(&old),
            |organization| {
                organization.role_set_key = Some(set.key.clone());
                organization.updated_at = now;
            },
        );
    }
    if let Some(key) = default_role {
        set.default_role_id = one_of(call, &key, "default_role_key", &set.roles)?;
    }
    if let Some(key) = creator_role {
        set.creator_role_id = of_creators(call, &key, &set.roles)?;
    }
    if kind.is_some() {
        demote_initial(call);
        set.kind = "initial".into();
    }
    set.name = name.unwrap_or(set.name);
    description.apply(&mut set.description);
    Ok(keep(call, set))
}

fn add_roles(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut form = call.form()?;
    let mut set = find(call)?;
    let added = read_roles(call, &mut form, "role_keys")?;
    let default_role = form.new_text("default_role_key");
    let creator_role = form.new_text("creator_role_key");
    form.finish()?;
    let known = added.iter().find(|id| set.roles.contains(id)).and_then(|id| call.store.roles.get(id));
    if let Some(role) = known {
        return Err(ErrorItem::coded(
            "form_param_value_invalid",
            "role_keys",
            "is invalid",
            format!("The role {} is in the role set already.", role.key),
        )
        .into());
    }
    if set.roles.len() + added.len() > MOST_ROLES {
        return Err(ErrorItem::too_many("role_keys", MOST_ROLES - set.roles.len().min(MOST_ROLES)).into());
    }
    if let Some(key) = default_role {
        set.default_role_id = one_of(call, &key, "default_role_key", &added)?;
    }
    if let Some(key) = creator_role {
        set.creator_role_id = of_creators(call, &key, &added)?;
    }
    set.roles.extend(added);
    Ok(keep(call, set))
}

fn replace_role(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let from = form.required_text("role_key");
    let to = form.required_text("to_role_key");
    form.finish()?;
    let mut set = find(call)?;
    let from_id = one_of(call, &from, "role_key", &set.roles)?;
    let target = call.store.role_of_param(&to, "to_role_key")?.clone();
    if target.id == from_id {
        return Err(ErrorItem::value("to_role_key", &to).into());
    }
    if set.creator_role_id == from_id {
        call.store.check_suits_creators(&target)?;
        set.creator_role_id = target.id.clone();
    }
    if set.default_role_id == from_id {
        set.default_role_id = target.id.clone();
    }
    if set.roles.contains(&target.id) {
        set.roles.retain(|id| *id != from_id);
    } else if let Some(place) = set.roles.iter_mut().find(|id| **id == from_id) {
        *place = target.id.clone();
    }
    let organizations = call.store.organizations_with(&set);
    call.store.reassign_role(&organizations, &from, &to, now);
    Ok(keep(call, set))
}

/// From the key of each role that the source has and the destination lacks to the key that takes its place, as far as
/// anybody has it.
fn plan(
    call: &Call<'_>,
    organizations: &[String],
    to: &RoleSet,
    given: &Map<String, Value>,
) -> Result<Vec<(String, String)>, ApiError> {
    let refuse = |text: String| {
        Err(ErrorItem::coded("form_param_value_invalid", "reassignment_mappings", "is invalid", text).into())
    };
    let lands = |key: &str| call.store.role(key).is_some_and(|role| to.roles.contains(&role.id));
    let mut moves: Vec<(String, String)> = Vec::new();
    for (from, target) in given {
        let Some(target) = target.as_str() else {
            return Err(ErrorItem::wrong_type("reassignment_mappings", "map of strings").into());
        };
        if !lands(target) {
            return refuse(format!("The role {target} is not in the role set {}.", to.key));
        }
        moves.push((from.clone(), target.to_owned()));
    }
    let members = call.store.memberships.values().map(|member| (&member.organization_id, &member.role));
    let invited = call
        .store
        .organization_invitations
        .values()
        .filter(|invitation| invitation.status(call.now) == "pending")
        .map(|invitation| (&invitation.organization_id, &invitation.role));
    for (organization, role) in members.chain(invited) {
        let stays = lands(role) || given.contains_key(role.as_str());
        if organizations.contains(organization) && !stays {
            return refuse(format!(
                "Members have the role {role}, which is not in the role set {}: say which one they get.",
                to.key
            ));
        }
    }
    Ok(moves)
}

fn replace(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let dest = form.required_text("dest_role_set_key");
    let mappings = form.object("reassignment_mappings").unwrap_or_default();
    form.finish()?;
    let source = find(call)?;
    let mut dest = call.store.role_set(&dest).cloned().ok_or_else(no_set)?;
    if dest.id == source.id {
        return Err(ErrorItem::value("dest_role_set_key", &dest.key).into());
    }
    let organizations = call.store.organizations_with(&source);
    let moves = plan(call, &organizations, &dest, &mappings)?;
    // Under names that nobody has, or what was moved once would be moved again.
    for (place, (from, _)) in moves.iter().enumerate() {
        call.store.reassign_role(&organizations, from, &format!("\0{place}"), now);
    }
    for (place, (_, to)) in moves.iter().enumerate() {
        call.store.reassign_role(&organizations, &format!("\0{place}"), to, now);
    }
    call.store.organizations.change_all(
        |organization| organizations.contains(&organization.id),
        |organization| {
            organization.role_set_key = Some(dest.key.clone());
            organization.updated_at = now;
        },
    );
    call.store.role_sets.remove(&source.id);
    if source.kind == "initial" {
        dest.kind = "initial".into();
        keep(call, dest);
    }
    Ok(Reply::deleted("role_set", &source.id))
}
