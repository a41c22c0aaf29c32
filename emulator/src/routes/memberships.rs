//! Memberships: of an organization, of a user, and of the whole instance.

use super::user_filter::Filter;
use super::user_lists::sort_key;
use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::metadata::{How, Metadata};
use crate::query::{Order, Page};
use crate::store::organization::Membership;
use crate::store::role::MANAGES_MEMBERS;
use serde_json::Value;

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/organizations/{organization_id}/memberships", list),
    Route::new("POST", "/v1/organizations/{organization_id}/memberships", create),
    Route::new("PATCH", "/v1/organizations/{organization_id}/memberships/{user_id}", update),
    Route::new("DELETE", "/v1/organizations/{organization_id}/memberships/{user_id}", delete),
    Route::new("PATCH", "/v1/organizations/{organization_id}/memberships/{user_id}/metadata", merge_metadata),
    Route::new("GET", "/v1/organization_memberships", list_all),
    Route::new("GET", "/v1/users/{user_id}/organization_memberships", list_of_user),
];

const ORDERS: &[&str] = &["phone_number", "email_address", "created_at", "first_name", "last_name", "username"];

/// Sorts, cuts and renders.
fn answer(call: &Call<'_>, mut found: Vec<&Membership>, order: Order, page: Page) -> Reply {
    let key = |membership: &&Membership| match order.field {
        "created_at" => (membership.created_at, String::new()),
        field => call.store.users.get(&membership.user_id).map(|user| sort_key(user, field)).unwrap_or_default(),
    };
    order.sort(&mut found, key, |membership| membership.age);
    let total = found.len();
    let render = call.render();
    let items: Vec<Value> = page.cut(found).into_iter().map(|membership| render.membership(membership)).collect();
    Reply::list(items, total)
}

fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let filter = Filter::for_members(&mut call.query);
    let roles = call.query.list("role");
    let order = call.query.order(ORDERS, Order::NEWEST);
    let page = call.query.page();
    call.query.finish()?;
    let organization = call.store.organization(&call.param("organization_id"))?;
    let found = call
        .store
        .memberships
        .values()
        .filter(|membership| {
            membership.organization_id == organization.id
                && (roles.is_empty() || roles.contains(&membership.role))
                && filter.admits_age(membership.created_at)
                && call.store.users.get(&membership.user_id).is_some_and(|user| filter.admits_but_age(call.store, user))
        })
        .collect();
    Ok(answer(call, found, order, page))
}

fn list_all(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let order = call.query.order(ORDERS, Order::NEWEST);
    let page = call.query.page();
    call.query.finish()?;
    Ok(answer(call, call.store.memberships.values().collect(), order, page))
}

fn list_of_user(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let page = call.query.page();
    call.query.finish()?;
    let user = call.store.user(&call.param("user_id"))?;
    let found = call.store.memberships.values().filter(|membership| membership.user_id == user.id).collect();
    Ok(answer(call, found, Order::NEWEST, page))
}

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let user_id = form.required_text("user_id");
    let role = form.required_text("role");
    let change = form.metadata(false);
    form.finish_lenient()?;
    let organization_id = call.store.organization(&call.param("organization_id"))?.id.clone();
    call.store.user(&user_id)?;
    call.store.check_role_in(&organization_id, &role)?;
    let mut metadata = Metadata::default();
    metadata.change(change, How::Replace)?;
    let membership = call.store.join(&organization_id, &user_id, &role, metadata, now)?;
    Ok(Reply::Json(call.render().membership(&membership)))
}

/// The membership of the path.
fn find<'a>(call: &'a mut Call<'_>) -> Result<&'a mut Membership, ApiError> {
    let organization_id = call.store.organization(&call.param("organization_id"))?.id.clone();
    let user_id = call.param("user_id");
    call.store.membership_mut(&organization_id, &user_id)
}

fn update(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let role = form.required_text("role");
    form.finish_lenient()?;
    let organization_id = find(call)?.organization_id.clone();
    call.store.check_role_in(&organization_id, &role)?;
    let membership = find(call)?;
    membership.role = role;
    membership.updated_at = now;
    let membership = membership.clone();
    Ok(Reply::Json(call.render().membership(&membership)))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let membership = find(call)?.clone();
    call.store.leave(&membership.id);
    Ok(Reply::Json(call.render().membership(&membership)))
}

fn merge_metadata(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let change = form.metadata(false);
    form.finish()?;
    let membership = find(call)?;
    membership.metadata.change(change, How::Merge)?;
    membership.updated_at = now;
    let membership = membership.clone();
    Ok(Reply::Json(call.render().membership(&membership)))
}

/// Whether a user may do what only administrators may.
pub(super) fn check_admin(call: &Call<'_>, organization_id: &str, user_id: &str, param: &str) -> Result<(), ApiError> {
    if !call.store.users.contains_key(user_id) {
        return Err(ErrorItem::missing_resource(param).into());
    }
    let Some(membership) = call.store.membership_of(organization_id, user_id) else {
        return Err(ApiError::new(
            403,
            "not_a_member_in_organization",
            "not a member",
            "Current user is not a member of the organization. Only organization members can perform this action.",
        ));
    };
    if call.store.role_allows(&membership.role, MANAGES_MEMBERS) {
        return Ok(());
    }
    Err(ApiError::new(
        403,
        "missing_organization_permission",
        "missing permission",
        "Current user is missing an organization permission.",
    ))
}
