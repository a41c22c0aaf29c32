//! Invitations to organizations.

use super::memberships::check_admin;
use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::form::Form;
use crate::metadata::{Change, How, Metadata};
use crate::query::Order;
use crate::store::Message;
use crate::store::invitation::{DAY, DEFAULT_DAYS, OrganizationInvitation, STATUSES};
use crate::store::organization::quota_exceeded;
use crate::validate;
use serde_json::Value;

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/organizations/{organization_id}/invitations", list),
    Route::new("POST", "/v1/organizations/{organization_id}/invitations", create),
    Route::new("POST", "/v1/organizations/{organization_id}/invitations/bulk", create_many),
    Route::new("GET", "/v1/organizations/{organization_id}/invitations/pending", list_pending),
    Route::new("GET", "/v1/organizations/{organization_id}/invitations/{invitation_id}", get),
    Route::new("POST", "/v1/organizations/{organization_id}/invitations/{invitation_id}/revoke", revoke),
    Route::new("GET", "/v1/organization_invitations", list_all),
    Route::new("GET", "/v1/users/{user_id}/organization_invitations", list_of_user),
];

const ORDERS: &[&str] = &["created_at", "email_address"];

/// What one invitation asks for.
struct Wanted {
    email_address: String,
    inviter_id: Option<String>,
    role: String,
    change: Change,
    redirect_url: Option<String>,
    days: i64,
    notify: bool,
}

fn read(form: &mut Form) -> Wanted {
    let email_address = form.required_text("email_address");
    let email_address = if email_address.is_empty() {
        email_address
    } else {
        validate::email("email_address", &email_address).unwrap_or_else(|item| {
            form.fail(item);
            String::new()
        })
    };
    let redirect_url = form.text("redirect_url").value().filter(|url| !url.is_empty());
    if let Some(Err(item)) = redirect_url.as_deref().map(|url| validate::url("redirect_url", url)) {
        form.fail(item);
    }
    Wanted {
        email_address,
        inviter_id: form.text("inviter_user_id").value(),
        role: form.required_text("role"),
        change: form.metadata(false),
        redirect_url,
        days: form.integer("expires_in_days", 1, 365).value().unwrap_or(DEFAULT_DAYS),
        notify: form.boolean("notify").unwrap_or(true),
    }
}

/// All of the checks, so that a bulk call can make them before it changes anything.
fn check(call: &Call<'_>, organization_id: &str, wanted: &Wanted) -> Result<(), ApiError> {
    call.store.check_role_in(organization_id, &wanted.role)?;
    if let Some(inviter) = &wanted.inviter_id {
        check_admin(call, organization_id, inviter, "inviter_user_id")?;
    }
    let member = call.store.memberships.values().any(|membership| {
        membership.organization_id == organization_id
            && call.store.users.get(&membership.user_id).is_some_and(|user| {
                user.emails.iter().any(|email| email.value == wanted.email_address && email.is_verified())
            })
    });
    if member {
        return Err(ApiError::new(
            400,
            "already_a_member_in_organization",
            "already a member",
            format!("{} is already a member of the organization.", wanted.email_address),
        ));
    }
    let pending = call.store.organization_invitations.values().any(|invitation| {
        invitation.organization_id == organization_id
            && invitation.email_address == wanted.email_address
            && invitation.status(call.now) == "pending"
    });
    if pending { Err(not_unique()) } else { Ok(()) }
}

fn not_unique() -> ApiError {
    ApiError::new(
        400,
        "organization_invitation_not_unique",
        "organization invitation not unique",
        "Organizations cannot have duplicate pending invitations for an email address.",
    )
}

fn check_quota(call: &Call<'_>, organization_id: &str, more: usize) -> Result<(), ApiError> {
    let most = call.store.organization(organization_id)?.max_allowed_memberships;
    let taken = call.store.members_count(organization_id)
        + call.store.pending_invitations_count(organization_id, call.now)
        + more;
    if most > 0 && i64::try_from(taken).unwrap_or(i64::MAX) > most { Err(quota_exceeded(most)) } else { Ok(()) }
}

fn invite(call: &mut Call<'_>, organization_id: &str, wanted: Wanted) -> Result<Value, ApiError> {
    let now = call.now;
    let mut metadata = Metadata::default();
    metadata.change(wanted.change, How::Replace)?;
    let ticket = call.store.ids.text(48);
    let mut url = format!("{}/v1/tickets/accept?ticket={ticket}", call.shared.url);
    if let Some(target) = &wanted.redirect_url {
        let target: String = form_urlencoded::byte_serialize(target.as_bytes()).collect();
        url.push_str(&format!("&redirect_url={target}"));
    }
    let invitation = OrganizationInvitation {
        id: call.store.ids.id("orginv_"),
        age: call.store.next_age(),
        organization_id: organization_id.to_owned(),
        email_address: wanted.email_address,
        role: wanted.role,
        inviter_id: wanted.inviter_id,
        metadata,
        url,
        status: "pending".into(),
        expires_at: now + wanted.days * DAY,
        created_at: now,
        updated_at: now,
    };
    if wanted.notify {
        call.store.send(Message {
            channel: "email".into(),
            to: invitation.email_address.clone(),
            kind: "organization_invitation".into(),
            code: None,
            url: Some(invitation.url.clone()),
            sent_at: now,
        });
    }
    let body = call.render().organization_invitation(&invitation, false);
    call.store.organization_invitations.insert(invitation.id.clone(), invitation);
    Ok(body)
}

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut form = call.form()?;
    let wanted = read(&mut form);
    form.finish_lenient()?;
    let organization_id = call.store.organization(&call.param("organization_id"))?.id.clone();
    check(call, &organization_id, &wanted)?;
    check_quota(call, &organization_id, 1)?;
    invite(call, &organization_id, wanted).map(Reply::Json)
}

fn create_many(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut all: Vec<Wanted> = Vec::new();
    for mut form in call.forms(10)? {
        let wanted = read(&mut form);
        form.finish_lenient()?;
        if all.iter().any(|other| other.email_address == wanted.email_address) {
            return Err(not_unique());
        }
        all.push(wanted);
    }
    let organization_id = call.store.organization(&call.param("organization_id"))?.id.clone();
    for wanted in &all {
        check(call, &organization_id, wanted)?;
    }
    check_quota(call, &organization_id, all.len())?;
    let total = all.len();
    let items: Result<Vec<Value>, ApiError> =
        all.into_iter().map(|wanted| invite(call, &organization_id, wanted)).collect();
    Ok(Reply::list(items?, total))
}

/// Which invitations a listing shows.
#[derive(Default)]
struct Shown {
    organization_id: Option<String>,
    statuses: Vec<&'static str>,
    address: Option<String>,
    addresses: Option<Vec<String>>,
    needle: Option<String>,
    with_organization: bool,
}

fn answer(call: &mut Call<'_>, shown: &Shown) -> Result<Reply, ApiError> {
    let order = call.query.order(ORDERS, Order::NEWEST);
    let page = call.query.page();
    call.query.finish()?;
    let mut found: Vec<&OrganizationInvitation> = call
        .store
        .organization_invitations
        .values()
        .filter(|invitation| {
            shown.organization_id.as_ref().is_none_or(|id| invitation.organization_id == *id)
                && (shown.statuses.is_empty() || shown.statuses.contains(&invitation.status(call.now)))
                && shown.address.as_ref().is_none_or(|address| invitation.email_address == *address)
                && shown.addresses.as_ref().is_none_or(|all| all.contains(&invitation.email_address))
                && shown.needle.as_ref().is_none_or(|needle| invitation.email_address.contains(needle))
        })
        .collect();
    let key = |invitation: &&OrganizationInvitation| match order.field {
        "email_address" => (0, invitation.email_address.clone()),
        _ => (invitation.created_at, String::new()),
    };
    order.sort(&mut found, key, |invitation| invitation.age);
    let total = found.len();
    let render = call.render();
    let items = page
        .cut(found)
        .into_iter()
        .map(|invitation| render.organization_invitation(invitation, shown.with_organization))
        .collect();
    Ok(Reply::list(items, total))
}

fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let statuses = call.query.choices("status", STATUSES);
    let address = call.query.text("email_address").map(str::to_lowercase);
    let organization_id = Some(call.store.organization(&call.param("organization_id"))?.id.clone());
    answer(call, &Shown { organization_id, statuses, address, ..Shown::default() })
}

fn list_pending(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let organization_id = Some(call.store.organization(&call.param("organization_id"))?.id.clone());
    answer(call, &Shown { organization_id, statuses: vec!["pending"], ..Shown::default() })
}

fn list_all(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let statuses = call.query.choices("status", STATUSES);
    let needle = call.query.text("query").map(str::to_lowercase);
    answer(call, &Shown { statuses, needle, with_organization: true, ..Shown::default() })
}

fn list_of_user(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let statuses = call.query.choices("status", STATUSES);
    let user = call.store.user(&call.param("user_id"))?;
    let addresses = Some(user.emails.iter().map(|email| email.value.clone()).collect());
    answer(call, &Shown { statuses, addresses, with_organization: true, ..Shown::default() })
}

/// The invitation of the path.
fn find<'a>(call: &'a mut Call<'_>) -> Result<&'a mut OrganizationInvitation, ApiError> {
    let organization_id = call.store.organization(&call.param("organization_id"))?.id.clone();
    let id = call.param("invitation_id");
    call.store
        .organization_invitations
        .get_mut(&id)
        .filter(|invitation| invitation.organization_id == organization_id)
        .ok_or_else(|| ApiError::not_found("organization invitation", &id))
}

fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let invitation = find(call)?.clone();
    Ok(Reply::Json(call.render().organization_invitation(&invitation, false)))
}

fn revoke(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let requesting = form.text("requesting_user_id").value();
    form.finish_lenient()?;
    let organization_id = find(call)?.organization_id.clone();
    if let Some(user_id) = requesting {
        check_admin(call, &organization_id, &user_id, "requesting_user_id")?;
    }
    let invitation = find(call)?;
    let status = invitation.status(now);
    if status != "pending" {
        return Err(ApiError {
            status: 400,
            errors: vec![ErrorItem::coded(
                "organization_invitation_not_pending",
                "invitation_id",
                "organization invitation not pending",
                format!("The organization invitation cannot be revoked because its status is {status}."),
            )],
        });
    }
    invitation.status = "revoked".into();
    invitation.updated_at = now;
    get(call)
}
