//! Credentials of Amazon Web Services. No operation makes some: the control door does.

use crate::api::{Call, Reply, Route};
use crate::errors::ApiError;
use crate::store::portal::AwsCredential;
use serde_json::{Value, json};

pub(super) const ROUTES: &[Route] = &[
    Route::new("PATCH", "/v1/aws_credentials/{id}", update),
    Route::new("DELETE", "/v1/aws_credentials/{id}", delete),
];

/// Without the secret.
fn render(credential: &AwsCredential) -> Value {
    json!({
        "object": "aws_credential",
        "id": credential.id,
        "access_key_id": credential.access_key_id,
        "user_pool_ids": credential.user_pool_ids,
        "created_at": credential.created_at,
        "updated_at": credential.updated_at,
    })
}

fn update(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("id"), call.now);
    let mut form = call.form()?;
    let access_key_id = form.new_text("access_key_id");
    let secret_access_key = form.new_text("secret_access_key");
    let user_pool_ids = form.texts("user_pool_ids");
    form.finish()?;
    let credential =
        call.store.aws_credentials.get_mut(&id).ok_or_else(|| ApiError::not_found("AWS credential", &id))?;
    credential.access_key_id = access_key_id.unwrap_or_else(|| credential.access_key_id.clone());
    credential.secret_access_key = secret_access_key.unwrap_or_else(|| credential.secret_access_key.clone());
    credential.user_pool_ids = user_pool_ids.unwrap_or_else(|| credential.user_pool_ids.clone());
    credential.updated_at = now;
    Ok(Reply::Json(render(credential)))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let id = call.param("id");
    call.store.aws_credentials.remove(&id).ok_or_else(|| ApiError::not_found("AWS credential", &id))?;
    Ok(Reply::deleted("aws_credential", &id))
}
