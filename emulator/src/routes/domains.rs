//! The domains of the instance, and the check of a proxy.

use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::form::{Form, Patch};
use crate::store::domain::{Domain, ProxyCheck};
use serde_json::{Value, json};

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/domains", list),
    Route::new("POST", "/v1/domains", add),
    Route::new("PATCH", "/v1/domains/{domain_id}", update),
    Route::new("DELETE", "/v1/domains/{domain_id}", delete),
    Route::new("POST", "/v1/proxy_checks", check_proxy),
];

/// The host, with its port, of an absolute http or https address.
pub(super) fn host_of(url: &str) -> Option<String> {
    let uri: http::Uri = url.parse().ok()?;
    uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https"))?;
    let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'))?;
    Some(authority.as_str().to_lowercase())
}

fn read_name(form: &mut Form, text: &str, production: bool) -> String {
    let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    let labels = host.split('.').all(|label| {
        !label.is_empty() && label.len() <= 63 && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    });
    let fits = labels
        && match port {
            Some(port) => !production && port.parse::<u16>().is_ok(),
            None => !production || host.contains('.'),
        };
    if !fits {
        form.fail(ErrorItem::format("name", "must be a domain name without a scheme, such as example.com."));
    }
    text.to_lowercase()
}

fn body(call: &Call<'_>, domain: &Domain) -> Value {
    let shared = call.shared;
    let own = shared.url.split_once("://").map_or("", |(_, host)| host);
    let name = domain.name.as_deref().unwrap_or(own);
    let target = |host: &str, value: &str, required: bool| json!({ "host": format!("{host}.{name}"), "value": value, "required": required });
    let targets = if !shared.is_production() || domain.proxy_url.is_some() {
        Vec::new()
    } else if domain.is_satellite {
        vec![target("clerk", "frontend-api.clerk.services", true)]
    } else {
        vec![target("clerk", "frontend-api.clerk.services", true), target("accounts", "accounts.clerk.services", true)]
    };
    json!({
        "object": "domain",
        "id": domain.id,
        "name": name,
        "is_satellite": domain.is_satellite,
        // Here the Frontend API is in one place, whatever the domain.
        "frontend_api_url": domain.proxy_url.as_deref().unwrap_or(&shared.url),
        "accounts_portal_url": if domain.is_satellite { Value::Null } else { json!(shared.url) },
        "proxy_url": domain.proxy_url,
        "development_origin": call.store.settings().development_origin.as_deref().unwrap_or_default(),
        "cname_targets": targets,
    })
}

fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let domains: Vec<Value> = call.store.domains.values().map(|domain| body(call, domain)).collect();
    let total = domains.len();
    Ok(Reply::list(domains, total))
}

/// Only production instances can have one, and it has to lead somewhere.
fn check_proxy_url(call: &Call<'_>, url: &str) -> Result<(), ApiError> {
    if !call.shared.is_production() {
        return Err(ApiError::new(
            400,
            "request_invalid_for_environment",
            "Invalid request for environment",
            "Request only valid for production instances.",
        ));
    }
    reach(url)
}

/// Whether a proxy works. Nothing is asked over the network: all do but those that never can, under `.invalid`.
fn reach(url: &str) -> Result<(), ApiError> {
    let host = host_of(url).ok_or_else(|| ErrorItem::format("proxy_url", "must be a valid url."))?;
    let name = host.split(':').next().unwrap_or_default();
    if name == "invalid" || name.ends_with(".invalid") {
        return Err(ErrorItem::coded(
            "invalid_proxy_configuration",
            "proxy_url",
            "is invalid",
            "The Frontend API cannot be reached through the proxy URL. Make sure your proxy is configured correctly.",
        )
        .into());
    }
    Ok(())
}

fn check_name_free(call: &Call<'_>, name: &str, except: Option<&str>) -> Result<(), ApiError> {
    let taken = call
        .store
        .domains
        .values()
        .any(|domain| domain.name.as_deref() == Some(name) && Some(domain.id.as_str()) != except);
    if taken { Err(ErrorItem::taken("name").into()) } else { Ok(()) }
}

fn add(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let name = form.required_text("name");
    let is_satellite = form.boolean("is_satellite");
    let proxy_url = form.text("proxy_url").value().filter(|url| !url.is_empty());
    match is_satellite {
        Some(true) => {}
        None => form.fail(ErrorItem::missing("is_satellite")),
        Some(false) => form.fail(ErrorItem::coded(
            "primary_domain_already_exists",
            "is_satellite",
            "primary domain already exists",
            "The instance has a primary domain already. All new domains need to be satellites.",
        )),
    }
    let name = if name.is_empty() { name } else { read_name(&mut form, &name, call.shared.is_production()) };
    form.finish_lenient()?;
    check_name_free(call, &name, None)?;
    if let Some(url) = &proxy_url {
        check_proxy_url(call, url)?;
    }
    let domain = Domain {
        id: call.store.ids.id("dmn_"),
        name: Some(name),
        is_satellite: true,
        is_secondary: false,
        proxy_url,
        created_at: now,
        updated_at: now,
    };
    let answer = body(call, &domain);
    call.store.domains.insert(domain.id.clone(), domain);
    Ok(Reply::Json(answer))
}

fn update(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("domain_id"), call.now);
    let mut form = call.form()?;
    let name = form.text("name").value();
    let proxy_url = form.text("proxy_url");
    let is_secondary = form.boolean("is_secondary");
    let name = name.map(|name| read_name(&mut form, &name, call.shared.is_production()));
    form.finish()?;
    call.store.domain(&id)?;
    if let Some(name) = &name {
        check_name_free(call, name, Some(&id))?;
    }
    if let Patch::Value(url) = &proxy_url {
        check_proxy_url(call, url)?;
    }
    let domain = call.store.domain_mut(&id)?;
    domain.name = name.or(domain.name.take());
    proxy_url.apply(&mut domain.proxy_url);
    domain.is_secondary = is_secondary.unwrap_or(domain.is_secondary);
    domain.updated_at = now;
    Ok(Reply::Json(body(call, call.store.domain(&id)?)))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let id = call.param("domain_id");
    if !call.store.domain(&id)?.is_satellite {
        return Err(ApiError::new(
            403,
            "operation_not_allowed_on_primary_domain",
            "operation not allowed",
            "This operation is not allowed on a primary domain. Try again with a satellite domain of the instance.",
        ));
    }
    call.store.domains.remove(&id);
    call.store.proxy_checks.remove_all(|check| check.domain_id == id);
    Ok(Reply::deleted("domain", &id))
}

fn check_proxy(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let domain_id = form.required_text("domain_id");
    let proxy_url = form.required_text("proxy_url");
    form.finish_lenient()?;
    if !call.store.domains.contains_key(&domain_id) {
        return Err(ErrorItem::missing_resource("domain_id").into());
    }
    reach(&proxy_url)?;
    let known = call
        .store
        .proxy_checks
        .values()
        .find(|check| check.domain_id == domain_id && check.proxy_url == proxy_url)
        .map(|check| (check.id.clone(), check.created_at));
    let (id, created_at) = known.unwrap_or_else(|| (call.store.ids.id("proxchk_"), now));
    let answer = json!({
        "object": "proxy_check",
        "id": id,
        "domain_id": domain_id,
        "last_run_at": now,
        "proxy_url": proxy_url,
        "successful": true,
        "created_at": created_at,
        "updated_at": now,
    });
    let check = ProxyCheck { id: id.clone(), domain_id, proxy_url, created_at, updated_at: now };
    call.store.proxy_checks.insert(id, check);
    Ok(Reply::Json(answer))
}
