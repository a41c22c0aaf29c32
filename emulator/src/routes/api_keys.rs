//! API keys. Unlike most of the API this service tells bad parameters with a 400.

use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::form::{Form, Patch};
use crate::query::Order;
use crate::store::api_key::{ApiKey, NewApiKey};
use serde_json::{Value, json};

pub(super) const ROUTES: &[Route] = &[
    Route::new("POST", "/v1/api_keys", create),
    Route::new("GET", "/v1/api_keys", list),
    Route::new("GET", "/v1/api_keys/{api_key_id}", get),
    Route::new("PATCH", "/v1/api_keys/{api_key_id}", update),
    Route::new("DELETE", "/v1/api_keys/{api_key_id}", delete),
    Route::new("GET", "/v1/api_keys/{api_key_id}/secret", get_secret),
    Route::new("POST", "/v1/api_keys/{api_key_id}/revoke", revoke),
    Route::new("POST", "/v1/api_keys/verify", verify),
    Route::new("POST", "/api_keys/verify", verify),
];

/// Whether a text is an id of one of these kinds.
fn is_id(text: &str, prefixes: &[&str]) -> bool {
    text.split_once('_').is_some_and(|(prefix, rest)| {
        prefixes.contains(&prefix)
            && rest.len() == 27
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

const OWNERS: &[&str] = &["user", "org", "mch", "scim"];

fn check_id(form: &mut Form, name: &str, id: &str, prefixes: &[&str]) {
    if !is_id(id, prefixes) {
        form.fail(ErrorItem::format(name, "must be an id."));
    }
}

fn check_length(form: &mut Form, name: &str, text: &str, least: usize, most: usize) {
    let length = text.chars().count();
    if length > most {
        form.fail(ErrorItem::too_long(name, most));
    } else if length < least || text.trim() != text {
        form.fail(ErrorItem::format(name, "is too short or has white space around it."));
    }
}

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut form = call.form()?;
    let kind = form.text("type").value().unwrap_or_else(|| "api_key".to_owned());
    check_length(&mut form, "type", &kind, 3, 25);
    let (named, owned) = (form.has("name"), form.has("subject"));
    let name = form.required_text("name");
    if named && !name.is_empty() {
        check_length(&mut form, "name", &name, 3, usize::MAX);
    }
    let subject = form.required_text("subject");
    // Ids that fixtures give are shorter.
    let known = call.store.users.contains_key(&subject) || call.store.organizations.contains_key(&subject);
    if owned && !subject.is_empty() && !known {
        check_id(&mut form, "subject", &subject, OWNERS);
    }
    let description = form.text("description").value();
    check_length(&mut form, "description", description.as_deref().unwrap_or_default().trim(), 0, 255);
    let created_by = form.text("created_by").value();
    if let Some(id) = &created_by {
        check_id(&mut form, "created_by", id, &["user"]);
    }
    let claims = form.any("claims").value().unwrap_or_default();
    let scopes = form.texts("scopes").unwrap_or_default();
    let life_ms = form.seconds("seconds_until_expiration").value();
    form.finish().map_err(|error| error.into_bad_request("body"))?;
    let new = NewApiKey { kind, subject, name, description, claims, scopes, created_by, life_ms };
    let key = call.store.open_api_key(new, call.now);
    let body = call.render().api_key(&key, true);
    // Versions before described 201.
    Ok(if call.is_before("2026-05-12") { Reply::Created(body) } else { Reply::Json(body) })
}

fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let page = call.query.page_up_to(100);
    let all = call.query.boolean("include_invalid").unwrap_or(false);
    let kind = call.query.text("type").unwrap_or("api_key").to_owned();
    let needle = call.query.text("query").map(str::to_lowercase);
    let subject = call.query.text("subject").map(str::to_owned);
    match &subject {
        None => call.query.fail(ErrorItem::missing("subject")),
        Some(id) if !is_id(id, OWNERS) => call.query.fail(ErrorItem::format("subject", "must be an id.")),
        Some(_) => {}
    }
    call.query.finish().map_err(|error| error.into_bad_request("query"))?;
    let mut found: Vec<&ApiKey> = call
        .store
        .api_keys
        .values()
        .filter(|key| {
            Some(&key.subject) == subject.as_ref()
                && key.kind == kind
                && (all || key.credential.is_valid(call.now))
                && needle.as_deref().is_none_or(|needle| key.name.to_lowercase().contains(needle) || key.id == needle)
        })
        .collect();
    Order::NEWEST.sort(&mut found, |key| key.credential.created_at, |key| key.age);
    let total = found.len();
    let render = call.render();
    let items: Vec<Value> = page.cut(found).into_iter().map(|key| render.api_key(key, false)).collect();
    Ok(Reply::list(items, total))
}

fn told(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let key = call.store.api_key_mut(&call.param("api_key_id"))?.clone();
    Ok(Reply::Json(call.render().api_key(&key, false)))
}

fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    told(call)
}

fn update(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("api_key_id"), call.now);
    let mut form = call.form()?;
    let claims = form.any("claims");
    let scopes = form.texts("scopes");
    let description = form.text("description");
    if let Patch::Value(text) = &description {
        check_length(&mut form, "description", text.trim(), 0, 255);
    }
    let subject = form.text("subject").value();
    if let Some(id) = &subject {
        check_id(&mut form, "subject", id, OWNERS);
    }
    let life = form.seconds("seconds_until_expiration");
    form.finish().map_err(|error| error.into_bad_request("body"))?;
    let key = call.store.api_key_mut(&id)?;
    match claims {
        Patch::Absent => {}
        Patch::Null => key.claims = Value::Null,
        Patch::Value(claims) => key.claims = claims,
    }
    match life {
        Patch::Absent => {}
        Patch::Null => key.credential.expires_at = None,
        Patch::Value(life) => key.credential.expires_at = Some(now.saturating_add(life)),
    }
    description.apply(&mut key.description);
    key.scopes = scopes.unwrap_or_else(|| key.scopes.clone());
    key.subject = subject.unwrap_or_else(|| key.subject.clone());
    key.credential.updated_at = now;
    told(call)
}

fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let id = call.store.api_key_mut(&call.param("api_key_id"))?.id.clone();
    call.store.api_keys.remove(&id);
    Ok(Reply::deleted("api_key", &id))
}

fn get_secret(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let key = call.store.api_key_mut(&call.param("api_key_id"))?;
    Ok(Reply::Json(json!({ "secret": key.credential.secret })))
}

fn revoke(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("api_key_id"), call.now);
    let mut form = call.form()?;
    let reason = form.text("revocation_reason").value();
    form.finish().map_err(|error| error.into_bad_request("body"))?;
    call.store.api_key_mut(&id)?.credential.revoke(reason, now);
    told(call)
}

fn verify(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let secret = form.required_text("secret");
    form.finish().map_err(|error| error.into_bad_request("body"))?;
    let key = call.store.valid_api_key(&secret, now)?;
    key.credential.last_used_at = Some(now);
    let key = key.clone();
    Ok(Reply::Json(call.render().api_key(&key, false)))
}
