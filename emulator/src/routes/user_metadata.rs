//! Metadata of users: merged with PATCH, replaced with PUT.

use crate::api::{Call, Reply, Route};
use crate::errors::ApiError;
use crate::metadata::How;

pub(super) const ROUTES: &[Route] = &[
    Route::new("PATCH", "/v1/users/{user_id}/metadata", merge),
    Route::new("PUT", "/v1/users/{user_id}/metadata", replace),
];

fn change(call: &mut Call<'_>, how: How) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("user_id"), call.now);
    let mut form = call.form()?;
    let change = form.metadata(true);
    form.finish()?;
    let user = call.store.user_mut(&id)?;
    user.metadata.change(change, how)?;
    user.updated_at = now;
    let user = call.store.user(&id)?;
    Ok(Reply::Json(call.render().user(user)))
}

fn merge(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    change(call, How::Merge)
}

fn replace(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    change(call, How::Replace)
}
