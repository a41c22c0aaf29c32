//! Machines and their secret keys.

use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::form::Form;
use crate::query::Order;
use crate::store::machine::{LONGEST_TTL, MOST_SCOPES, Machine};
use serde_json::{Value, json};

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/machines", list),
    Route::new("POST", "/v1/machines", create),
    Route::new("GET", "/v1/machines/{machine_id}", get),
    Route::new("PATCH", "/v1/machines/{machine_id}", update),
    Route::new("DELETE", "/v1/machines/{machine_id}", delete),
    Route::new("GET", "/v1/machines/{machine_id}/secret_key", get_secret_key),
    Route::new("POST", "/v1/machines/{machine_id}/secret_key/rotate", rotate_secret_key),
];

/// The longest time that a replaced key can go on, in seconds.
const LONGEST_GRACE: i64 = 28_800;

fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let page = call.query.page();
    let order = call.query.order(&["name", "created_at"], Order::NEWEST);
    let needle = call.query.text("query").map(str::to_owned);
    call.query.finish()?;
    let mut found: Vec<&Machine> = call
        .store
        .machines
        .values()
        .filter(|machine| {
            needle.as_deref().is_none_or(|needle| {
                machine.id == needle || machine.name.to_lowercase().contains(&needle.to_lowercase())
            })
        })
        .collect();
    let key = |machine: &&Machine| match order.field {
        "name" => (0, machine.name.to_lowercase()),
        _ => (machine.created_at, String::new()),
    };
    order.sort(&mut found, key, |machine| machine.age);
    let total = found.len();
    let render = call.render();
    let items: Vec<Value> = page.cut(found).into_iter().map(|machine| render.machine(machine)).collect();
    Ok(Reply::list(items, total))
}

/// A name that is too long is an error; a missing one is the caller's to judge.
fn check_name(form: &mut Form, name: &str) {
    if name.chars().count() > 255 {
        form.fail(ErrorItem::too_long("name", 255));
    }
}

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut form = call.form()?;
    let name = form.required_text("name");
    check_name(&mut form, &name);
    let mut scopes = form.texts("scoped_machines").unwrap_or_default();
    if scopes.len() > MOST_SCOPES {
        form.fail(ErrorItem::too_many("scoped_machines", MOST_SCOPES));
    }
    if scopes.iter().any(|id| !call.store.machines.contains_key(id)) {
        form.fail(ErrorItem::missing_resource("scoped_machines"));
    }
    let life = form.integer("default_token_ttl", 1, LONGEST_TTL).value();
    form.finish_lenient()?;
    let mut seen: Vec<String> = Vec::new();
    scopes.retain(|id| {
        let new = !seen.contains(id);
        seen.push(id.clone());
        new
    });
    let key = format!("ak_{}", call.store.ids.text(42));
    let mut machine = Machine::new(call.store.ids.id("mch_"), call.store.next_age(), name, key, call.now);
    machine.scopes = scopes;
    machine.default_token_ttl = life.unwrap_or(machine.default_token_ttl);
    let mut body = call.render().machine(&machine);
    body["secret_key"] = json!(machine.secret_key());
    call.store.machines.insert(machine.id.clone(), machine);
    Ok(Reply::Json(body))
}

fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let machine = call.store.machine(&call.param("machine_id"))?;
    Ok(Reply::Json(call.render().machine(machine)))
}

fn update(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("machine_id"), call.now);
    let mut form = call.form()?;
    let name = if form.has("name") { Some(form.required_text("name")) } else { None };
    check_name(&mut form, name.as_deref().unwrap_or_default());
    let life = form.integer("default_token_ttl", 1, LONGEST_TTL).value();
    form.finish_lenient()?;
    let machine = call.store.machine_mut(&id)?;
    machine.name = name.unwrap_or_else(|| machine.name.clone());
    machine.default_token_ttl = life.unwrap_or(machine.default_token_ttl);
    machine.updated_at = now;
    get(call)
}

fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let id = call.store.machine(&call.param("machine_id"))?.id.clone();
    call.store.remove_machine(&id);
    Ok(Reply::deleted("machine", &id))
}

fn get_secret_key(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let machine = call.store.machine(&call.param("machine_id"))?;
    Ok(Reply::Json(json!({ "object": "machine_secret_key", "secret": machine.secret_key() })))
}

fn rotate_secret_key(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("machine_id"), call.now);
    let mut form = call.form()?;
    if !form.has("previous_token_ttl") {
        form.fail(ErrorItem::missing("previous_token_ttl"));
    }
    let grace = form.integer("previous_token_ttl", 0, LONGEST_GRACE).value().unwrap_or_default();
    form.finish_lenient()?;
    let key = format!("ak_{}", call.store.ids.text(42));
    call.store.machine_mut(&id)?.rotate(key, grace.saturating_mul(1000), now);
    get_secret_key(call)
}
