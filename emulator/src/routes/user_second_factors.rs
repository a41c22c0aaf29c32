//! Second factors of users: authenticator apps and backup codes.

use crate::api::{Call, Reply, Route};
use crate::errors::ApiError;
use crate::password::backup_code_matches;
use crate::store::user::{Totp, User};
use crate::totp;
use serde_json::json;

pub(super) const ROUTES: &[Route] = &[
    Route::new("POST", "/v1/users/{user_id}/totp", create_totp),
    Route::new("DELETE", "/v1/users/{user_id}/totp", delete_totp),
    Route::new("POST", "/v1/users/{user_id}/verify_totp", verify_totp),
    Route::new("DELETE", "/v1/users/{user_id}/backup_code", delete_backup_codes),
    Route::new("DELETE", "/v1/users/{user_id}/mfa", disable_mfa),
];

/// A fresh secret; it counts as a factor from its first right code on.
fn create_totp(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let user_id = call.param("user_id");
    let identifier = call.store.user(&user_id)?.identifier();
    let (id, secret) = (call.store.ids.id("totp_"), call.store.ids.bytes::<20>().to_vec());
    let totp = Totp { id, secret, verified: false, last_step: None };
    let secret = totp::encode_secret(&totp.secret);
    let label: String = form_urlencoded::byte_serialize(identifier.as_bytes()).collect();
    let body = json!({
        "object": "totp",
        "id": totp.id,
        "secret": secret,
        "uri": format!("otpauth://totp/Emulator:{label}?algorithm=SHA1&digits=6&issuer=Emulator&period=30&secret={secret}"),
        "verified": false,
        "backup_codes": null,
    });
    let now = call.now;
    change(call, |user| user.totp = Some(totp), now)?;
    Ok(Reply::Json(body))
}

/// Changes a user's factors and notes when two-factor went on or off.
fn change(call: &mut Call<'_>, change: impl FnOnce(&mut User), now: i64) -> Result<Reply, ApiError> {
    let id = call.param("user_id");
    let user = call.store.user_mut(&id)?;
    let before = user.two_factor_enabled();
    change(user);
    user.note_mfa(before, now);
    user.updated_at = now;
    Ok(Reply::Json(json!({ "user_id": id })))
}

fn verify_totp(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let code = form.required_text("code");
    form.finish()?;
    let user = call.store.user_mut(&call.param("user_id"))?;
    if user.totp.is_none() && user.backup_codes.is_empty() {
        return Err(ApiError::new(
            400,
            "totp_disabled",
            "TOTP is disabled",
            "This user does not have TOTP enabled in their account",
        ));
    }
    let before = user.two_factor_enabled();
    if let Some(totp) = &mut user.totp
        && totp::verify(&totp.secret, &code, now)
    {
        totp.verified = true;
        user.note_mfa(before, now);
        return Ok(Reply::Json(json!({ "verified": true, "code_type": "totp" })));
    }
    if let Some(at) = user.backup_codes.iter().position(|stored| backup_code_matches(stored, &code)) {
        user.backup_codes.remove(at);
        return Ok(Reply::Json(json!({ "verified": true, "code_type": "backup_code" })));
    }
    if user.backup_codes.is_empty() && code.chars().count() != 6 {
        return Err(ApiError::new(
            422,
            "totp_invalid_length",
            "invalid length",
            "The provided TOTP code must be 6 characters long.",
        ));
    }
    Err(ApiError::new(422, "totp_incorrect_code", "incorrect TOTP", "The provided TOTP code is incorrect"))
}

fn delete_totp(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    if call.store.user(&call.param("user_id"))?.totp.is_none() {
        return Err(ApiError::resource_not_found());
    }
    change(call, |user| user.totp = None, now)
}

fn delete_backup_codes(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    if call.store.user(&call.param("user_id"))?.backup_codes.is_empty() {
        return Err(ApiError::resource_not_found());
    }
    change(call, |user| user.backup_codes.clear(), now)
}

fn disable_mfa(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let off = |user: &mut User| {
        user.totp = None;
        user.backup_codes.clear();
        for phone in &mut user.phones {
            phone.second_factor = false;
            phone.default_second_factor = false;
        }
    };
    change(call, off, now)
}
