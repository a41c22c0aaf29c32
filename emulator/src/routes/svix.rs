//! The app at Svix that webhooks go through: here, a page of deliveries.

use crate::api::{Call, Reply, Route};
use crate::errors::ApiError;
use serde_json::json;

pub(super) const ROUTES: &[Route] = &[
    Route::new("POST", "/v1/webhooks/svix", create),
    Route::new("DELETE", "/v1/webhooks/svix", delete),
    Route::new("POST", "/v1/webhooks/svix_url", url),
];

fn tell(call: &Call<'_>) -> Reply {
    Reply::Json(json!({ "svix_url": format!("{}/_usher/webhooks", call.shared.url) }))
}

fn check(call: &Call<'_>) -> Result<(), ApiError> {
    if call.store.settings().svix_app {
        return Ok(());
    }
    Err(ApiError::new(400, "svix_app_missing", "Svix app missing", "There is no Svix app for this instance."))
}

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    if call.store.settings().svix_app {
        let long = "There is a Svix app for this instance already.";
        return Err(ApiError::new(400, "svix_app_exists", "Svix app exists", long));
    }
    call.store.settings_mut().svix_app = true;
    Ok(tell(call))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    check(call)?;
    call.store.settings_mut().svix_app = false;
    Ok(Reply::Empty)
}

fn url(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    check(call)?;
    Ok(tell(call))
}
