//! OAuth applications.

use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::form::{Form, Patch};
use crate::query::Order;
use crate::store::oauth::{DEFAULT_SCOPES, OAuthApplication, SCOPES};
use crate::validate;
use serde_json::Value;

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/oauth_applications", list),
    Route::new("POST", "/v1/oauth_applications", create),
    Route::new("GET", "/v1/oauth_applications/{oauth_application_id}", get),
    Route::new("PATCH", "/v1/oauth_applications/{oauth_application_id}", update),
    Route::new("DELETE", "/v1/oauth_applications/{oauth_application_id}", delete),
    Route::new("POST", "/v1/oauth_applications/{oauth_application_id}/rotate_secret", rotate_secret),
    Route::new("POST", "/v1/oauth_applications/{oauth_application_id}/revoke_token", revoke_token),
];

fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let page = call.query.page();
    let order = call.query.order(&["created_at", "name"], Order { field: "created_at", descending: false });
    let needle = call.query.text("name_query").map(str::to_owned);
    call.query.finish()?;
    let mut found: Vec<&OAuthApplication> = call
        .store
        .oauth_applications
        .values()
        .filter(|application| {
            needle.as_deref().is_none_or(|needle| {
                application.client_id == needle || application.name.to_lowercase().contains(&needle.to_lowercase())
            })
        })
        .collect();
    let key = |application: &&OAuthApplication| match order.field {
        "name" => (0, application.name.to_lowercase()),
        _ => (application.created_at, String::new()),
    };
    order.sort(&mut found, key, |application| application.age);
    let total = found.len();
    let render = call.render();
    let items: Vec<Value> =
        page.cut(found).into_iter().map(|application| render.oauth_application(application, false)).collect();
    Ok(Reply::list(items, total))
}

/// What create and update have in common.
struct Wanted {
    redirect_uris: Option<Vec<String>>,
    scopes: Option<String>,
    consent_screen_enabled: Option<bool>,
    pkce_required: Option<bool>,
    public: Option<bool>,
}

fn read(form: &mut Form) -> Wanted {
    let mut uris = form.texts("redirect_uris");
    if let Patch::Value(url) = form.text("callback_url") {
        let all = uris.get_or_insert_default();
        if !all.contains(&url) {
            all.insert(0, url);
        }
    }
    for url in uris.iter().flatten() {
        if let Err(item) = validate::url("redirect_uris", url) {
            form.fail(item);
        }
    }
    let scopes = form.text("scopes").value();
    for scope in scopes.iter().flat_map(|scopes| scopes.split_whitespace()) {
        if !SCOPES.contains(&scope) {
            form.fail(ErrorItem::value("scopes", scope));
        }
    }
    Wanted {
        redirect_uris: uris,
        scopes: scopes.map(|scopes| scopes.split_whitespace().collect::<Vec<_>>().join(" ")),
        consent_screen_enabled: form.boolean("consent_screen_enabled"),
        pkce_required: form.boolean("pkce_required"),
        public: form.boolean("public"),
    }
}

fn check_name(form: &mut Form, name: &str) {
    if name.chars().count() > 256 {
        form.fail(ErrorItem::too_long("name", 256));
    }
}

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let name = form.required_text("name");
    check_name(&mut form, &name);
    let wanted = read(&mut form);
    form.finish_lenient()?;
    let public = wanted.public.unwrap_or(false);
    let application = OAuthApplication {
        id: call.store.ids.id("oauthapp_"),
        age: call.store.next_age(),
        name,
        client_id: call.store.ids.text(16),
        client_secret: if public { String::new() } else { call.store.ids.text(32) },
        image_id: None,
        scopes: wanted.scopes.unwrap_or_else(|| DEFAULT_SCOPES.to_owned()),
        redirect_uris: wanted.redirect_uris.unwrap_or_default(),
        consent_screen_enabled: wanted.consent_screen_enabled.unwrap_or(true),
        pkce_required: wanted.pkce_required.unwrap_or(false),
        public,
        created_at: now,
        updated_at: now,
    };
    let body = call.render().oauth_application(&application, true);
    call.store.oauth_applications.insert(application.id.clone(), application);
    Ok(Reply::Json(body))
}

fn told(call: &Call<'_>, with_secret: bool) -> Result<Reply, ApiError> {
    let application = call.store.oauth_application(&call.param("oauth_application_id"))?;
    Ok(Reply::Json(call.render().oauth_application(application, with_secret)))
}

fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    told(call, false)
}

fn update(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("oauth_application_id"), call.now);
    let mut form = call.form()?;
    let name = if form.has("name") { Some(form.required_text("name")) } else { form.text("name").value() };
    check_name(&mut form, name.as_deref().unwrap_or_default());
    let wanted = read(&mut form);
    form.finish()?;
    let application = call.store.oauth_application_mut(&id)?;
    application.name = name.unwrap_or_else(|| application.name.clone());
    application.redirect_uris = wanted.redirect_uris.unwrap_or_else(|| application.redirect_uris.clone());
    application.scopes = wanted.scopes.unwrap_or_else(|| application.scopes.clone());
    application.consent_screen_enabled = wanted.consent_screen_enabled.unwrap_or(application.consent_screen_enabled);
    application.pkce_required = wanted.pkce_required.unwrap_or(application.pkce_required);
    application.public = wanted.public.unwrap_or(application.public);
    application.updated_at = now;
    told(call, false)
}

fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let application = call.store.oauth_application(&call.param("oauth_application_id"))?.clone();
    call.store.oauth_applications.remove(&application.id);
    call.store.forget_grants(|client_id, _| client_id == application.client_id);
    if let Some(image) = &application.image_id {
        call.store.images.remove(image);
    }
    Ok(Reply::deleted("oauth_application", &application.id))
}

fn rotate_secret(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("oauth_application_id"), call.now);
    let secret = call.store.ids.text(32);
    let application = call.store.oauth_application_mut(&id)?;
    if !application.public {
        application.client_secret = secret;
    }
    application.updated_at = now;
    told(call, true)
}

/// Takes either token of a grant; both end.
fn revoke_token(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("oauth_application_id"), call.now);
    let mut form = call.form()?;
    let text = form.required_text("token");
    form.finish()?;
    let client_id = call.store.oauth_application(&id)?.client_id.clone();
    let grant = call.store.grant_of_token(&text).filter(|grant| grant.client_id == client_id);
    let grant_id = grant.map(|grant| grant.id.clone()).ok_or_else(ApiError::resource_not_found)?;
    call.store.revoke_grant(&grant_id, now);
    Ok(Reply::Empty)
}
