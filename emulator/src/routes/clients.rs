//! Clients: browsers and apps, each with its sessions.

use super::sessions::read_token;
use crate::api::{Call, Reply, Route};
use crate::errors::ApiError;
use crate::query::Order;
use crate::store::client::Client;
use serde_json::{Value, json};

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/clients", list),
    Route::new("POST", "/v1/clients/verify", verify),
    Route::new("GET", "/v1/clients/{client_id}", get),
];

fn body(call: &Call<'_>, client: &Client<'_>) -> Value {
    let (render, now) = (call.render(), call.now);
    let on_its_way = call.store.sign_ups.values().find(|sign_up| {
        sign_up.client_id.as_deref() == Some(client.id) && sign_up.status(now) == "missing_requirements"
    });
    json!({
        "object": "client",
        "id": client.id,
        "session_ids": client.live(now).map(|session| &session.id).collect::<Vec<_>>(),
        "sessions": client.live(now).map(|session| render.session(session)).collect::<Vec<_>>(),
        "sign_in_id": null,
        "sign_up_id": on_its_way.map(|sign_up| &sign_up.id),
        "last_active_session_id": client.last_active(now).map(|session| &session.id),
        "last_authentication_strategy": null,
        "updated_at": client.updated_at(),
        "created_at": client.created_at(),
    })
}

fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let page = call.query.page();
    let paginated = call.query.boolean("paginated").unwrap_or(false);
    call.query.finish()?;
    let mut found = call.store.clients();
    Order::NEWEST.sort(&mut found, Client::created_at, Client::age);
    let items = found.iter().map(|client| body(call, client)).collect();
    Ok(Reply::page(items, page, paginated))
}

fn find(call: &Call<'_>, id: &str) -> Result<Reply, ApiError> {
    let client = call.store.client(id).ok_or_else(|| {
        ApiError::new(404, "resource_not_found", "Client not found", format!("No client was found with id {id}"))
    })?;
    Ok(Reply::Json(body(call, &client)))
}

fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    find(call, &call.param("client_id"))
}

/// The client that a token stands for: a signed one with the client's `id`, or what a browser has as `__client` here.
fn verify(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut form = call.form()?;
    let token = form.required_text("token");
    form.finish()?;
    if let Some(id) = call.store.browsers.get(&token).map(|browser| browser.client_id.clone()) {
        return find(call, &id);
    }
    let invalid = |long: &str| ApiError::new(400, "cookie_invalid", "Invalid client token", long);
    let claims =
        read_token(call, &token).ok_or_else(|| invalid("The token provided could not be successfully verified"))?;
    if claims["exp"].as_i64().is_some_and(|exp| exp <= call.now.div_euclid(1000)) {
        return Err(invalid("The token provided has expired"));
    }
    let missing: Vec<&str> = ["id", "rotating_token"].into_iter().filter(|name| !claims[*name].is_string()).collect();
    match claims["id"].as_str() {
        Some(id) if missing.is_empty() => find(call, id),
        _ => Err(invalid(&format!("The token is missing the following claims: {}", missing.join(", ")))),
    }
}
