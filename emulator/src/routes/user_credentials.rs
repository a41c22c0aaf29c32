//! Passwords of users: checking, removing, marking as compromised.

use crate::api::{Call, Reply, Route};
use crate::errors::ApiError;
use serde_json::json;

pub(super) const ROUTES: &[Route] = &[
    Route::new("POST", "/v1/users/{user_id}/verify_password", verify),
    Route::new("POST", "/v1/users/{user_id}/remove_password", remove),
    Route::new("POST", "/v1/users/{user_id}/password/set_compromised", set_compromised),
    Route::new("POST", "/v1/users/{user_id}/password/unset_compromised", unset_compromised),
];

fn no_password() -> ApiError {
    ApiError::new(400, "no_password_set", "no password set", "This user does not have a password set for their account")
}

fn verify(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut form = call.form()?;
    let given = form.required_text("password");
    form.finish()?;
    let user = call.store.user(&call.param("user_id"))?;
    if user.password.as_ref().ok_or_else(no_password)?.verify(&given) {
        return Ok(Reply::Json(json!({ "verified": true })));
    }
    Err(ApiError::new(
        422,
        "incorrect_password",
        "incorrect password",
        "The provided password is not the one the user has set",
    ))
}

fn remove(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("user_id"), call.now);
    let mut form = call.form()?;
    let sign_out = form.boolean("sign_out_of_other_sessions").unwrap_or(false);
    form.finish()?;
    let user = call.store.user_mut(&id)?;
    if user.password.take().is_some() {
        user.password_compromised = false;
        user.updated_at = now;
        if sign_out {
            call.store.revoke_sessions(&id, now);
        }
    }
    let user = call.store.user(&id)?;
    Ok(Reply::Json(call.render().user(user)))
}

fn mark(call: &mut Call<'_>, compromised: bool) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("user_id"), call.now);
    let mut form = call.form()?;
    let revoke = compromised && form.boolean("revoke_all_sessions").unwrap_or(false);
    form.finish()?;
    let user = call.store.user_mut(&id)?;
    if user.password.is_none() {
        return Err(no_password());
    }
    user.password_compromised = compromised;
    user.updated_at = now;
    if revoke {
        call.store.revoke_sessions(&id, now);
    }
    let user = call.store.user(&id)?;
    Ok(Reply::Json(call.render().user(user)))
}

fn set_compromised(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    mark(call, true)
}

fn unset_compromised(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    mark(call, false)
}
