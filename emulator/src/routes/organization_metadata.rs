//! Metadata of organizations: merged with PATCH, replaced with PUT.

use crate::api::{Call, Reply, Route};
use crate::errors::ApiError;
use crate::metadata::How;

pub(super) const ROUTES: &[Route] = &[
    Route::new("PATCH", "/v1/organizations/{organization_id}/metadata", merge),
    Route::new("PUT", "/v1/organizations/{organization_id}/metadata", replace),
];

fn change(call: &mut Call<'_>, how: How) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("organization_id"), call.now);
    let mut form = call.form()?;
    let change = form.metadata(false);
    form.finish()?;
    let organization = call.store.organization_mut(&id)?;
    organization.metadata.change(change, how)?;
    organization.updated_at = now;
    let organization = call.store.organization(&id)?;
    Ok(Reply::Json(call.render().organization(organization, false, false)))
}

fn merge(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    change(call, How::Merge)
}

fn replace(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    change(call, How::Replace)
}
