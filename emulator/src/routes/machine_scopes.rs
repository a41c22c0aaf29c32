//! Which machine may call which.

use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::store::machine::MOST_SCOPES;
use serde_json::json;

pub(super) const ROUTES: &[Route] = &[
    Route::new("POST", "/v1/machines/{machine_id}/scopes", create),
    Route::new("DELETE", "/v1/machines/{machine_id}/scopes/{other_machine_id}", delete),
];

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (from, now) = (call.param("machine_id"), call.now);
    let mut form = call.form()?;
    let to = form.required_text("to_machine_id");
    form.finish_lenient()?;
    call.store.machine(&from)?;
    if !call.store.machines.contains_key(&to) {
        return Err(ErrorItem::missing_resource("to_machine_id").into());
    }
    let machine = call.store.machine_mut(&from)?;
    if machine.scopes.contains(&to) {
        return Err(ApiError::new(
            409,
            "machine_scope_already_exists",
            "already exists",
            format!("Machine {from} has access to machine {to} already."),
        ));
    }
    if machine.scopes.len() >= MOST_SCOPES {
        return Err(ErrorItem::too_many("scoped_machines", MOST_SCOPES).into());
    }
    machine.scopes.push(to.clone());
    machine.updated_at = now;
    Ok(Reply::Json(json!({
        "object": "machine_scope", "from_machine_id": from, "to_machine_id": to, "created_at": now,
    })))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (from, to, now) = (call.param("machine_id"), call.param("other_machine_id"), call.now);
    let machine = call.store.machine_mut(&from)?;
    if !machine.scopes.contains(&to) {
        return Err(ApiError::not_found("machine scope", &to));
    }
    machine.scopes.retain(|id| *id != to);
    machine.updated_at = now;
    Ok(Reply::Json(json!({
        "object": "machine_scope", "from_machine_id": from, "to_machine_id": to, "deleted": true,
    })))
}
