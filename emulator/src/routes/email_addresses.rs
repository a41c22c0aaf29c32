//! Email addresses of users.

use super::codes::{self, Kind};
use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::store::Store;
use crate::store::identification::{Contact, Status};
use crate::store::user::{Unique, User};
use crate::{render, validate};

pub(super) const ROUTES: &[Route] = &[
    Route::new("POST", "/v1/email_addresses", create),
    Route::new("GET", "/v1/email_addresses/{email_address_id}", get),
    Route::new("PATCH", "/v1/email_addresses/{email_address_id}", update),
    Route::new("DELETE", "/v1/email_addresses/{email_address_id}", delete),
    Route::new("POST", "/v1/email_addresses/{email_address_id}/prepare_verification", prepare),
    Route::new("POST", "/v1/email_addresses/{email_address_id}/attempt_verification", attempt),
    Route::new("PUT", "/v1/users/{user_id}/email_address", replace),
];

/// The id of the user who has the address of the path.
fn owner(store: &Store, id: &str) -> Result<String, ApiError> {
    store
        .users
        .values()
        .find(|user| user.emails.iter().any(|email| email.id == id))
        .map(|user| user.id.clone())
        .ok_or_else(ApiError::resource_not_found)
}

fn find<'a>(user: &'a User, id: &str) -> Result<&'a Contact, ApiError> {
    user.emails.iter().find(|email| email.id == id).ok_or_else(ApiError::resource_not_found)
}

fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let id = call.param("email_address_id");
    let user = call.store.user(&owner(call.store, &id)?)?;
    Ok(Reply::Json(render::email(find(user, &id)?)))
}

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let user_id = form.required_text("user_id");
    let address = form.required_text("email_address");
    let verified = form.boolean("verified").unwrap_or(false);
    let primary = form.boolean("primary").unwrap_or(false);
    let notify = form.boolean("notify_primary_email_address_changed").unwrap_or(false);
    form.finish_lenient()?;
    let address = validate::email("email_address", &address)?;
    let user = call.store.user(&user_id)?;
    if user.emails.iter().any(|email| email.value == address) {
        return Err(ErrorItem::taken("email_address").into());
    }
    let first = user.emails.is_empty();
    let old = user.primary_email().map(str::to_owned);
    call.store.check_free(Unique::Email, &address, None)?;
    let status = if verified { Status::Verified } else { Status::Unverified };
    let email = Contact::new(call.store.ids.id("idn_"), address, status, now);
    let body = render::email(&email);
    let user = call.store.user_mut(&user_id)?;
    if primary || first {
        user.primary_email_id = Some(email.id.clone());
    }
    user.emails.push(email);
    user.updated_at = now;
    if primary && notify {
        call.store.tell_old_primary(old, now);
    }
    Ok(Reply::Json(body))
}

fn update(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("email_address_id"), call.now);
    let mut form = call.form()?;
    let verified = form.boolean("verified");
    let primary = form.boolean("primary").unwrap_or(false);
    let notify = form.boolean("notify_primary_email_address_changed").unwrap_or(false);
    form.finish_lenient()?;
    let user_id = owner(call.store, &id)?;
    if verified == Some(true) {
        let address = find(call.store.user(&user_id)?, &id)?.value.clone();
        call.store.check_free(Unique::Email, &address, Some(&user_id))?;
    }
    let user = call.store.user_mut(&user_id)?;
    let old = user.primary_email().map(str::to_owned);
    let was_primary = user.primary_email_id.as_deref() == Some(&id);
    if let Some(email) = user.emails.iter_mut().find(|email| email.id == id) {
        if let Some(verified) = verified {
            email.set_verified(verified);
        }
        if primary && !email.is_verified() {
            return Err(ErrorItem::format("primary", "can only be set on a verified email address.").into());
        }
        email.updated_at = now;
    }
    if primary {
        user.primary_email_id = Some(id);
    }
    user.updated_at = now;
    if primary && !was_primary && notify {
        call.store.tell_old_primary(old, now);
    }
    get(call)
}

fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("email_address_id"), call.now);
    let user_id = owner(call.store, &id)?;
    call.store.code_verifications.remove_all(|verification| verification.contact_id == id);
    let user = call.store.user_mut(&user_id)?;
    user.emails.retain(|email| email.id != id);
    user.repair_primaries();
    user.updated_at = now;
    Ok(Reply::deleted("email_address", &id))
}

fn prepare(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("email_address_id"), call.now);
    let user = call.store.user(&owner(call.store, &id)?)?;
    let address = find(user, &id)?.value.clone();
    let verification = call.store.prepare_code(Kind::Email, &id, &address, now);
    Ok(Reply::Json(verification.render(now)))
}

fn attempt(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let id = call.param("email_address_id");
    owner(call.store, &id)?;
    codes::attempt(call, Kind::Email, &id)
}

fn replace(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (user_id, now) = (call.param("user_id"), call.now);
    let mut form = call.form()?;
    let address = form.required_text("email_address");
    let status = form.choice("identification_status", Status::NAMES).map_or(Status::Verified, Status::parse);
    let notify = form.boolean("notify_primary_email_address_changed").unwrap_or(false);
    form.finish()?;
    let address = validate::email("email_address", &address)?;
    let old = call.store.user(&user_id)?.primary_email().map(str::to_owned);
    if status != Status::Unverified {
        call.store.check_free(Unique::Email, &address, Some(&user_id))?;
    }
    let email = Contact::new(call.store.ids.id("idn_"), address, status, now);
    let body = render::email(&email);
    let user = call.store.user_mut(&user_id)?;
    user.primary_email_id = Some(email.id.clone());
    let changed = old.as_deref() != Some(&email.value);
    user.emails = vec![email];
    user.updated_at = now;
    if notify && changed {
        call.store.tell_old_primary(old, now);
    }
    Ok(Reply::Json(body))
}
