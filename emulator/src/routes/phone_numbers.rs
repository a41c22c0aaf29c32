//! Phone numbers of users.

use super::codes::{self, Kind};
use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::store::Store;
use crate::store::identification::{Contact, Status};
use crate::store::user::{Unique, User};
use crate::{render, validate};

pub(super) const ROUTES: &[Route] = &[
    Route::new("POST", "/v1/phone_numbers", create),
    Route::new("GET", "/v1/phone_numbers/{phone_number_id}", get),
    Route::new("PATCH", "/v1/phone_numbers/{phone_number_id}", update),
    Route::new("DELETE", "/v1/phone_numbers/{phone_number_id}", delete),
    Route::new("POST", "/v1/phone_numbers/{phone_number_id}/prepare_verification", prepare),
    Route::new("POST", "/v1/phone_numbers/{phone_number_id}/attempt_verification", attempt),
    Route::new("PUT", "/v1/users/{user_id}/phone_number", replace),
];

/// The id of the user who has the number of the path.
fn owner(store: &Store, id: &str) -> Result<String, ApiError> {
    store
        .users
        .values()
        .find(|user| user.phones.iter().any(|phone| phone.id == id))
        .map(|user| user.id.clone())
        .ok_or_else(ApiError::resource_not_found)
}

fn find<'a>(user: &'a User, id: &str) -> Result<&'a Contact, ApiError> {
    user.phones.iter().find(|phone| phone.id == id).ok_or_else(ApiError::resource_not_found)
}

fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let id = call.param("phone_number_id");
    let user = call.store.user(&owner(call.store, &id)?)?;
    Ok(Reply::Json(render::phone(find(user, &id)?)))
}

/// Sets the second-factor flag of a verified number; the first such number becomes the default one.
fn set_second_factor(user: &mut User, id: &str, wanted: bool) -> Result<(), ApiError> {
    let others = user.phones.iter().any(|phone| phone.id != id && phone.second_factor);
    let Some(phone) = user.phones.iter_mut().find(|phone| phone.id == id) else { return Ok(()) };
    if wanted && !phone.is_verified() {
        return Err(ApiError::new(
            400,
            "identification_update_second_factor_unverified",
            "Update failed",
            "Cannot update second factor attributes for unverified identification",
        ));
    }
    phone.second_factor = wanted;
    phone.default_second_factor = wanted && !others;
    if !user.phones.iter().any(|phone| phone.default_second_factor)
        && let Some(next) = user.phones.iter_mut().find(|phone| phone.second_factor)
    {
        next.default_second_factor = true;
    }
    Ok(())
}

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let user_id = form.required_text("user_id");
    let number = form.required_text("phone_number");
    let verified = form.boolean("verified").unwrap_or(false);
    let primary = form.boolean("primary").unwrap_or(false);
    let second_factor = form.boolean("reserved_for_second_factor").unwrap_or(false);
    form.finish_lenient()?;
    let number = validate::phone("phone_number", &number)?;
    let user = call.store.user(&user_id)?;
    if user.phones.iter().any(|phone| phone.value == number) {
        return Err(ErrorItem::taken("phone_number").into());
    }
    call.store.check_free(Unique::Phone, &number, None)?;
    if second_factor && !verified {
        return Err(ApiError::new(
            400,
            "identification_create_second_factor_unverified",
            "Create failed",
            "Unverified identifications cannot be a second factor",
        ));
    }
    let status = if verified { Status::Verified } else { Status::Unverified };
    let phone = Contact::new(call.store.ids.id("idn_"), number, status, now);
    let id = phone.id.clone();
    let user = call.store.user_mut(&user_id)?;
    let had_mfa = user.two_factor_enabled();
    if primary || user.phones.is_empty() {
        user.primary_phone_id = Some(id.clone());
    }
    user.phones.push(phone);
    if second_factor {
        set_second_factor(user, &id, true)?;
    }
    user.note_mfa(had_mfa, now);
    user.updated_at = now;
    Ok(Reply::Json(render::phone(find(user, &id)?)))
}

fn update(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("phone_number_id"), call.now);
    let mut form = call.form()?;
    let verified = form.boolean("verified");
    let primary = form.boolean("primary").unwrap_or(false);
    let second_factor = form.boolean("reserved_for_second_factor");
    form.finish_lenient()?;
    let user_id = owner(call.store, &id)?;
    let mut user = call.store.user(&user_id)?.clone();
    if verified == Some(true) {
        call.store.check_free(Unique::Phone, &find(&user, &id)?.value, Some(&user_id))?;
    }
    let had_mfa = user.two_factor_enabled();
    if let Some(phone) = user.phones.iter_mut().find(|phone| phone.id == id) {
        if let Some(verified) = verified {
            phone.set_verified(verified);
        }
        if primary && !phone.is_verified() {
            return Err(ErrorItem::format("primary", "can only be set on a verified phone number.").into());
        }
        phone.updated_at = now;
    }
    if let Some(wanted) = second_factor {
        set_second_factor(&mut user, &id, wanted)?;
    }
    if primary {
        user.primary_phone_id = Some(id);
    }
    user.note_mfa(had_mfa, now);
    user.updated_at = now;
    call.store.users.insert(user_id, user);
    get(call)
}

fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("phone_number_id"), call.now);
    let user_id = owner(call.store, &id)?;
    call.store.code_verifications.remove_all(|verification| verification.contact_id == id);
    let user = call.store.user_mut(&user_id)?;
    let had_mfa = user.two_factor_enabled();
    set_second_factor(user, &id, false)?;
    user.phones.retain(|phone| phone.id != id);
    user.repair_primaries();
    user.note_mfa(had_mfa, now);
    user.updated_at = now;
    Ok(Reply::deleted("phone_number", &id))
}

fn prepare(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("phone_number_id"), call.now);
    let user = call.store.user(&owner(call.store, &id)?)?;
    let number = find(user, &id)?.value.clone();
    let verification = call.store.prepare_code(Kind::Phone, &id, &number, now);
    Ok(Reply::Json(verification.render(now)))
}

fn attempt(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let id = call.param("phone_number_id");
    owner(call.store, &id)?;
    codes::attempt(call, Kind::Phone, &id)
}

fn replace(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (user_id, now) = (call.param("user_id"), call.now);
    let mut form = call.form()?;
    let number = form.required_text("phone_number");
    let status = form.choice("identification_status", Status::NAMES).map_or(Status::Verified, Status::parse);
    form.finish()?;
    let number = validate::phone("phone_number", &number)?;
    call.store.user(&user_id)?;
    if status != Status::Unverified {
        call.store.check_free(Unique::Phone, &number, Some(&user_id))?;
    }
    let phone = Contact::new(call.store.ids.id("idn_"), number, status, now);
    let body = render::phone(&phone);
    let user = call.store.user_mut(&user_id)?;
    let had_mfa = user.two_factor_enabled();
    user.primary_phone_id = Some(phone.id.clone());
    user.phones = vec![phone];
    user.note_mfa(had_mfa, now);
    user.updated_at = now;
    Ok(Reply::Json(body))
}
