//! Addresses that browsers and apps may be sent to.

use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::query::Order;
use crate::store::redirect_url::RedirectUrl;
use crate::validate;
use serde_json::{Value, json};

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/redirect_urls", list),
    Route::new("POST", "/v1/redirect_urls", create),
    Route::new("GET", "/v1/redirect_urls/{id}", get),
    Route::new("DELETE", "/v1/redirect_urls/{id}", delete),
];

fn body(row: &RedirectUrl) -> Value {
    json!({
        "object": "redirect_url",
        "id": row.id,
        "url": row.url,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    })
}

fn not_found(id: &str) -> ApiError {
    ApiError::new(404, "resource_not_found", "Redirect url not found", format!("No RedirectURL exists with id: {id}"))
}

fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let page = call.query.page();
    let paginated = call.query.boolean("paginated").unwrap_or(false);
    call.query.finish()?;
    let mut found: Vec<&RedirectUrl> = call.store.redirect_urls.values().collect();
    Order::NEWEST.sort(&mut found, |row| row.created_at, |row| row.age);
    Ok(Reply::page(found.into_iter().map(body).collect(), page, paginated))
}

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let url = form.required_text("url");
    form.finish_lenient()?;
    let url = validate::url("url", &url)?;
    if call.store.redirect_urls.values().any(|known| known.url == url) {
        return Err(ErrorItem::taken("url").into());
    }
    let row =
        RedirectUrl { id: call.store.ids.id("ru_"), age: call.store.next_age(), url, created_at: now, updated_at: now };
    let answer = body(&row);
    call.store.redirect_urls.insert(row.id.clone(), row);
    Ok(Reply::Json(answer))
}

fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let id = call.param("id");
    call.store.redirect_urls.get(&id).map(|row| Reply::Json(body(row))).ok_or_else(|| not_found(&id))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let id = call.param("id");
    call.store.redirect_urls.remove(&id).ok_or_else(|| not_found(&id))?;
    Ok(Reply::deleted("redirect_url", &id))
}
