//! Sign-ups that are on their way.

use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::store::sign_up::{OPTIONAL, REQUIRED, SignUp};
use crate::store::user::Unique;
use serde_json::{Value, json};

pub(super) const ROUTES: &[Route] =
    &[Route::new("GET", "/v1/sign_ups/{id}", get), Route::new("PATCH", "/v1/sign_ups/{id}", update)];

fn body(sign_up: &SignUp, now: i64) -> Value {
    let unverified = sign_up.unverified_fields();
    let next = |field: &str, given: bool, strategy: &str| {
        if !given {
            return Value::Null;
        }
        let action = if unverified.contains(&field) { "needs_prepare" } else { "" };
        json!({ "next_action": action, "supported_strategies": [strategy] })
    };
    json!({
        "object": "sign_up_attempt",
        "id": sign_up.id,
        "status": sign_up.status(now),
        "required_fields": REQUIRED,
        "optional_fields": OPTIONAL,
        "missing_fields": sign_up.missing_fields(),
        "unverified_fields": unverified,
        "verifications": {
            "email_address": next("email_address", sign_up.email_address.is_some(), "email_code"),
            "phone_number": next("phone_number", sign_up.phone_number.is_some(), "phone_code"),
            "web3_wallet": next("web3_wallet", sign_up.web3_wallet.is_some(), "web3_metamask_signature"),
            "external_account": null,
        },
        "username": sign_up.username,
        "email_address": sign_up.email_address,
        "phone_number": sign_up.phone_number,
        "web3_wallet": sign_up.web3_wallet,
        "password_enabled": sign_up.password.is_some(),
        "first_name": sign_up.first_name,
        "last_name": sign_up.last_name,
        "unsafe_metadata": sign_up.unsafe_metadata,
        "public_metadata": sign_up.public_metadata,
        "custom_action": sign_up.custom_action,
        "external_id": sign_up.external_id,
        "created_session_id": sign_up.created_session_id,
        "created_user_id": sign_up.created_user_id,
        "abandon_at": sign_up.abandon_at,
        "legal_accepted_at": sign_up.legal_accepted_at,
        "locale": sign_up.locale,
    })
}

fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    Ok(Reply::Json(body(call.store.sign_up(&call.param("id"))?, call.now)))
}

fn update(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("id"), call.now);
    let mut form = call.form()?;
    let external_id = form.text("external_id");
    let custom_action = form.boolean("custom_action");
    form.finish_lenient()?;
    if let crate::form::Patch::Value(external_id) = &external_id {
        call.store.check_free(Unique::ExternalId, external_id, None).map_err(|_| ErrorItem::taken("external_id"))?;
    }
    let sign_up = call.store.open_sign_up_mut(&id, now)?;
    external_id.apply(&mut sign_up.external_id);
    sign_up.custom_action = custom_action.unwrap_or(sign_up.custom_action);
    sign_up.updated_at = now;
    get(call)
}
