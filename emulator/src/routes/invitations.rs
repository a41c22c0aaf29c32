//! Invitations to the application.

use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::form::Form;
use crate::metadata::{Change, How, Metadata};
use crate::query::Order;
use crate::store::invitation::{DAY, DEFAULT_DAYS, Invitation, STATUSES};
use crate::store::user::Unique;
use crate::store::{Message, Word};
use crate::validate;
use serde_json::{Map, Value};

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/invitations", list),
    Route::new("POST", "/v1/invitations", create),
    Route::new("POST", "/v1/invitations/bulk", create_many),
    Route::new("POST", "/v1/invitations/{invitation_id}/revoke", revoke),
];

/// What one invitation asks for.
pub(super) struct Wanted {
    email_address: String,
    public_metadata: Map<String, Value>,
    redirect_url: Option<String>,
    notify: bool,
    pub(super) ignore_existing: bool,
    days: i64,
    /// The message that it goes out with.
    pub(super) kind: Word,
}

impl Wanted {
    /// What is asked for with no more than an address.
    pub(super) fn to(email_address: String) -> Self {
        Wanted {
            email_address,
            public_metadata: Map::new(),
            redirect_url: None,
            notify: true,
            ignore_existing: false,
            days: DEFAULT_DAYS,
            kind: "invitation".into(),
        }
    }
}

fn read(mut form: Form) -> Result<Wanted, ApiError> {
    let email_address = form.required_text("email_address");
    let public_metadata = form.object("public_metadata").unwrap_or_default();
    let redirect_url = form.text("redirect_url").value().filter(|url| !url.is_empty());
    let notify = form.boolean("notify").unwrap_or(true);
    let ignore_existing = form.boolean("ignore_existing").unwrap_or(false);
    let days = form.integer("expires_in_days", 1, 365).value().unwrap_or(DEFAULT_DAYS);
    let kind = form.choice("template_slug", &["invitation", "waitlist_invitation"]).unwrap_or("invitation").into();
    if let Some(Err(item)) = redirect_url.as_deref().map(|url| validate::url("redirect_url", url)) {
        form.fail(item);
    }
    form.finish()?;
    let email_address = validate::email("email_address", &email_address)?;
    // Only to hold it against the limit.
    let change = Change { public: Some(public_metadata.clone()), ..Change::default() };
    Metadata::default().change(change, How::Replace)?;
    Ok(Wanted { email_address, public_metadata, redirect_url, notify, ignore_existing, days, kind })
}

/// Pending invitations and users stand in the way, unless they are to be ignored. In a bulk call users always do.
pub(super) fn check(call: &Call<'_>, wanted: &Wanted, users_always: bool) -> Result<(), ApiError> {
    if users_always || !wanted.ignore_existing {
        call.store.check_free(Unique::Email, &wanted.email_address, None)?;
    }
    let pending =
        call.store.invitations.values().any(|invitation| {
            invitation.email_address == wanted.email_address && invitation.status(call.now) == "pending"
        });
    if pending && !wanted.ignore_existing {
        return Err(duplicate(&wanted.email_address));
    }
    Ok(())
}

fn duplicate(email: &str) -> ApiError {
    let mut error = ApiError::new(
        400,
        "duplicate_record",
        "duplicate invitation",
        format!("There are already pending invitations for the following email addresses: {email}"),
    );
    if let Some(item) = error.errors.first_mut() {
        item.meta.insert("email_addresses".to_owned(), Value::from(vec![email]));
    }
    error
}

fn invite(call: &mut Call<'_>, wanted: Wanted) -> Value {
    let invitation = open(call, wanted);
    call.render().invitation(&invitation)
}

/// Keeps the invitation and sends it.
pub(super) fn open(call: &mut Call<'_>, wanted: Wanted) -> Invitation {
    let now = call.now;
    let ticket = call.store.ids.text(48);
    let mut url = format!("{}/v1/tickets/accept?ticket={ticket}", call.shared.url);
    if let Some(target) = &wanted.redirect_url {
        let target: String = form_urlencoded::byte_serialize(target.as_bytes()).collect();
        url.push_str(&format!("&redirect_url={target}"));
    }
    let invitation = Invitation {
        id: call.store.ids.id("inv_"),
        age: call.store.next_age(),
        email_address: wanted.email_address,
        public_metadata: wanted.public_metadata,
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
            kind: wanted.kind,
            code: None,
            url: Some(invitation.url.clone()),
            sent_at: now,
        });
    }
    call.store.invitations.insert(invitation.id.clone(), invitation.clone());
    invitation
}

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let wanted = read(call.form()?)?;
    check(call, &wanted, false)?;
    Ok(Reply::Json(invite(call, wanted)))
}

fn create_many(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut all: Vec<Wanted> = Vec::new();
    for form in call.forms(10)? {
        let wanted = read(form)?;
        check(call, &wanted, true)?;
        if all.iter().any(|other| other.email_address == wanted.email_address) {
            return Err(duplicate(&wanted.email_address));
        }
        all.push(wanted);
    }
    Ok(Reply::Json(all.into_iter().map(|wanted| invite(call, wanted)).collect()))
}

fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let page = call.query.page();
    let paginated = call.query.boolean("paginated").unwrap_or(false);
    let status = call.query.choice("status", STATUSES);
    let needle = call.query.text("query").map(str::to_lowercase);
    let order = call.query.order(&["created_at", "email_address", "expires_at"], Order::NEWEST);
    call.query.finish()?;
    let mut found: Vec<&Invitation> = call
        .store
        .invitations
        .values()
        .filter(|invitation| {
            let now = invitation.status(call.now);
            // Revoked ones are shown only to who asks for them.
            status.map_or(now != "revoked", |wanted| now == wanted)
                && needle.as_deref().is_none_or(|needle| {
                    invitation.email_address.contains(needle) || invitation.id.to_lowercase().contains(needle)
                })
        })
        .collect();
    let key = |invitation: &&Invitation| match order.field {
        "email_address" => (0, invitation.email_address.clone()),
        "expires_at" => (invitation.expires_at, String::new()),
        _ => (invitation.created_at, String::new()),
    };
    order.sort(&mut found, key, |invitation| invitation.age);
    let render = call.render();
    let items = found.into_iter().map(|invitation| render.invitation(invitation)).collect();
    Ok(Reply::page(items, page, paginated))
}

fn revoke(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("invitation_id"), call.now);
    let invitation = call.store.invitations.get_mut(&id).ok_or_else(|| ApiError::not_found("invitation", &id))?;
    let (code, text) = match invitation.status.as_ref() {
        "accepted" => ("invitation_already_accepted", "Invitation is already accepted, try signing in instead."),
        "revoked" => ("invitation_already_revoked", "Invitation is already revoked."),
        _ => {
            invitation.status = "revoked".into();
            invitation.updated_at = now;
            let invitation = invitation.clone();
            return Ok(Reply::Json(call.render().invitation(&invitation)));
        }
    };
    Err(ApiError { status: 400, errors: vec![ErrorItem::coded(code, "invitation_id", text, text)] })
}
