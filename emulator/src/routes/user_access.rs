//! Who may sign in: bans and locks.

use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::store::user::LOCK_LIFE;
use serde_json::Value;

pub(super) const ROUTES: &[Route] = &[
    Route::new("POST", "/v1/users/{user_id}/ban", ban),
    Route::new("POST", "/v1/users/{user_id}/unban", unban),
    Route::new("POST", "/v1/users/ban", ban_many),
    Route::new("POST", "/v1/users/unban", unban_many),
    Route::new("POST", "/v1/users/{user_id}/lock", lock),
    Route::new("POST", "/v1/users/{user_id}/unlock", unlock),
];

/// The most users that one bulk call can name.
const MOST: usize = 50;

fn set_banned(call: &mut Call<'_>, id: &str, banned: bool) -> Result<Value, ApiError> {
    let now = call.now;
    let user = call.store.user_mut(id)?;
    if user.banned != banned {
        user.banned = banned;
        user.updated_at = now;
    }
    if banned {
        call.store.revoke_sessions(id, now);
        call.store.revoke_grants_of(id, now);
    }
    let user = call.store.user(id)?;
    Ok(call.render().user(user))
}

fn ban(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let id = call.param("user_id");
    set_banned(call, &id, true).map(Reply::Json)
}

fn unban(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let id = call.param("user_id");
    set_banned(call, &id, false).map(Reply::Json)
}

/// All or nobody: an unknown user fails the call before anything is changed.
fn set_many(call: &mut Call<'_>, banned: bool) -> Result<Reply, ApiError> {
    let mut form = call.form()?;
    let had = form.has("user_ids");
    let ids = form.texts("user_ids").unwrap_or_default();
    if !had || ids.is_empty() {
        form.fail(ErrorItem::missing("user_ids"));
    } else if ids.len() > MOST {
        form.fail(ErrorItem::too_many("user_ids", MOST));
    }
    form.finish_lenient()?;
    for id in &ids {
        call.store.user(id)?;
    }
    let users: Result<Vec<Value>, ApiError> = ids.iter().map(|id| set_banned(call, id, banned)).collect();
    Ok(Reply::Json(Value::Array(users?)))
}

fn ban_many(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    set_many(call, true)
}

fn unban_many(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    set_many(call, false)
}

fn set_lock(call: &mut Call<'_>, until: Option<i64>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("user_id"), call.now);
    let user = call.store.user_mut(&id)?;
    user.locked_until = until;
    user.failed_attempts = 0;
    user.updated_at = now;
    let user = call.store.user(&id)?;
    Ok(Reply::Json(call.render().user(user)))
}

fn lock(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let until = call.now + LOCK_LIFE;
    set_lock(call, Some(until))
}

fn unlock(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    set_lock(call, None)
}
