//! Connections to the identity providers of enterprises, and their test runs.

use super::connection_forms::{
    OidcPatch, SamlPatch, check_complete, check_domains, check_organization, custom_attributes, overtaken,
};
use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::query::Order;
use crate::render;
use crate::store::connection::{AttributeMapping, EnterpriseConnection, Oidc, Protocol, Saml, TEST_RUN_LIFE, TestRun};
use serde_json::{Value, json};

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/enterprise_connections", list),
    Route::new("POST", "/v1/enterprise_connections", create),
    Route::new("GET", "/v1/enterprise_connections/{enterprise_connection_id}", get),
    Route::new("PATCH", "/v1/enterprise_connections/{enterprise_connection_id}", update),
    Route::new("DELETE", "/v1/enterprise_connections/{enterprise_connection_id}", delete),
    Route::new("GET", "/v1/enterprise_connections/{enterprise_connection_id}/test_runs", list_test_runs),
    Route::new("POST", "/v1/enterprise_connections/{enterprise_connection_id}/test_runs", create_test_run),
    Route::public("GET", "/v1/enterprise_test_runs/{token}", open_test_run),
];

const PROVIDERS: &[&str] = &[
    "saml_custom",
    "saml_okta",
    "saml_google",
    "saml_microsoft",
    "oidc_custom",
    "oidc_github_enterprise",
    "oidc_gitlab",
];

fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let organization = call.query.text("organization_id").map(str::to_owned);
    let active = call.query.boolean("active");
    let page = call.query.page();
    call.query.finish()?;
    let mut found: Vec<&EnterpriseConnection> = call
        .store
        .enterprise_connections
        .values()
        .filter(|connection| {
            active.is_none_or(|active| connection.active == active)
                && (organization.is_none() || connection.organization_id == organization)
        })
        .collect();
    Order::NEWEST.sort(&mut found, |connection| connection.created_at, |connection| connection.age);
    let total = found.len();
    let render = call.render();
    let items: Vec<Value> =
        page.cut(found).into_iter().map(|connection| render.enterprise_connection(connection)).collect();
    Ok(Reply::list(items, total))
}

/// What a new connection speaks: its provider says so.
fn protocol(call: &mut Call<'_>, provider: &str) -> Protocol {
    if provider.starts_with("saml_") {
        let id = call.store.ids.id("samlc_");
        return Protocol::Saml(Saml { id, attribute_mapping: AttributeMapping::of(provider), ..Saml::default() });
    }
    let id = call.store.ids.id("oac_");
    let part = call.store.ids.hex(8);
    let provider_key = match provider {
        "oidc_github_enterprise" => format!("oidc_ghe_{part}"),
        "oidc_gitlab" => format!("oidc_gitlab_ent_{part}"),
        other => other.to_owned(),
    };
    Protocol::Oidc(Oidc { id, provider_key, ..Oidc::default() })
}

/// Lays what was said of the connection's own protocol over it; what was said of the other is not applied.
fn apply(
    connection: &mut EnterpriseConnection,
    saml_patch: Option<SamlPatch>,
    oidc_patch: Option<OidcPatch>,
) -> Result<(), ApiError> {
    match (&mut connection.protocol, saml_patch, oidc_patch) {
        (Protocol::Saml(saml), Some(patch), _) => patch.apply(saml),
        (Protocol::Oidc(oidc), _, Some(patch)) => patch.apply(oidc),
        _ => Ok(()),
    }
}

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let name = form.required_text("name");
    let had_provider = form.has("provider");
    let provider = form.choice("provider", PROVIDERS);
    if !had_provider {
        form.fail(ErrorItem::missing("provider"));
    }
    let domains = form.texts("domains").unwrap_or_default();
    if domains.is_empty() {
        form.fail(ErrorItem::missing("domains"));
    }
    let organization_id = form.text("organization_id").value();
    let linking = form.boolean("allow_organization_account_linking").unwrap_or(false);
    let active = form.boolean("active").unwrap_or(false);
    let saml_patch = form.nested("saml", SamlPatch::read);
    let oidc_patch = form.nested("oidc", OidcPatch::read);
    let custom_attributes = custom_attributes(&mut form).unwrap_or_default();
    form.finish()?;
    let domains = check_domains(call, "domains", &domains, None)?;
    let organization_id = organization_id.map(|id| check_organization(call, id)).transpose()?;
    let provider = provider.unwrap_or("saml_custom");
    let mut connection = EnterpriseConnection {
        protocol: protocol(call, provider),
        id: call.store.ids.id("entconn_"),
        age: call.store.next_age(),
        name,
        provider: provider.into(),
        active,
        domains,
        organization_id,
        sync_user_attributes: true,
        disable_additional_identifications: false,
        allow_organization_account_linking: linking,
        custom_attributes,
        created_at: now,
        updated_at: now,
    };
    apply(&mut connection, saml_patch, oidc_patch)?;
    if active {
        switch_on(call, &connection)?;
    }
    Ok(Reply::Created(keep(call, connection)))
}

/// What a connection takes over when it is switched on is the organizations' no longer.
fn switch_on(call: &mut Call<'_>, connection: &EnterpriseConnection) -> Result<(), ApiError> {
    check_complete(connection)?;
    let overtaken = overtaken(call, connection);
    call.store.organization_domains.remove_all(|domain| overtaken.contains(&domain.id));
    Ok(())
}

/// Keeps a new or changed connection.
fn keep(call: &mut Call<'_>, mut connection: EnterpriseConnection) -> Value {
    connection.updated_at = call.now;
    call.store.enterprise_connections.insert(connection.id.clone(), connection.clone());
    call.render().enterprise_connection(&connection)
}

fn find(call: &Call<'_>) -> Result<EnterpriseConnection, ApiError> {
    call.store.connection(&call.param("enterprise_connection_id")).cloned()
}

fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    Ok(Reply::Json(call.render().enterprise_connection(&find(call)?)))
}

fn update(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut form = call.form()?;
    let name = form.new_text("name");
    let domains = form.texts("domains").unwrap_or_default();
    let active = form.boolean("active");
    let sync = form.boolean("sync_user_attributes");
    let alone = form.boolean("disable_additional_identifications");
    let linking = form.boolean("allow_organization_account_linking");
    let organization_id = form.new_text("organization_id");
    let saml_patch = form.nested("saml", |form| (form.new_text("name"), SamlPatch::read(form)));
    let oidc_patch = form.nested("oidc", OidcPatch::read);
    let custom_attributes = custom_attributes(&mut form);
    form.finish()?;
    let mut connection = find(call)?;
    if !domains.is_empty() {
        connection.domains = check_domains(call, "domains", &domains, Some(&connection.id))?;
    }
    if let Some(id) = organization_id {
        connection.organization_id = Some(check_organization(call, id)?);
    }
    let (saml_name, saml_patch) = saml_patch.map_or((None, None), |(name, patch)| (name, Some(patch)));
    apply(&mut connection, saml_patch, oidc_patch)?;
    let saml_name = saml_name.filter(|_| connection.saml().is_some());
    connection.name = name.or(saml_name).unwrap_or(connection.name);
    connection.sync_user_attributes = sync.unwrap_or(connection.sync_user_attributes);
    connection.disable_additional_identifications = alone.unwrap_or(connection.disable_additional_identifications);
    connection.allow_organization_account_linking = linking.unwrap_or(connection.allow_organization_account_linking);
    connection.custom_attributes = custom_attributes.unwrap_or(connection.custom_attributes);
    if active == Some(true) {
        switch_on(call, &connection)?;
    }
    connection.active = active.unwrap_or(connection.active);
    Ok(Reply::Json(keep(call, connection)))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let connection = find(call)?;
    call.store.remove_connection(&connection.id);
    Ok(Reply::deleted("enterprise_connection", &connection.id))
}

fn list_test_runs(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let statuses = call.query.choices("status", &["pending", "success", "failed"]);
    let page = call.query.page();
    call.query.finish()?;
    let connection = find(call)?;
    let mut found: Vec<&TestRun> =
        call.store.test_runs.values().filter(|run| run.connection_id == connection.id).collect();
    Order::NEWEST.sort(&mut found, |run| run.created_at, |run| run.age);
    let mut items: Vec<Value> = found.into_iter().map(|run| render::test_run(run, &connection)).collect();
    items.retain(|run| statuses.is_empty() || statuses.iter().any(|status| run["status"] == *status));
    let total = items.len();
    Ok(Reply::list(page.cut(items), total))
}

fn create_test_run(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let connection = find(call)?;
    let run = TestRun {
        id: call.store.ids.id("entctr_"),
        age: call.store.next_age(),
        connection_id: connection.id,
        token: call.store.ids.text(43),
        succeeded: None,
        created_at: call.now,
    };
    let url = format!("{}/v1/enterprise_test_runs/{}", call.shared.url, run.token);
    call.store.test_runs.insert(run.id.clone(), run);
    Ok(Reply::Json(json!({ "url": url })))
}

/// Stands for the way to the provider and back: it goes well if there is all that the connection needs.
fn open_test_run(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (token, now) = (call.param("token"), call.now);
    let fits = |run: &&TestRun| {
        run.token == token && run.succeeded.is_none() && now < run.created_at.saturating_add(TEST_RUN_LIFE)
    };
    let run = call.store.test_runs.values().find(fits).cloned().ok_or_else(ApiError::resource_not_found)?;
    let connection = call.store.connection(&run.connection_id)?.clone();
    let run = TestRun { succeeded: Some(connection.missing().is_empty()), ..run };
    call.store.test_runs.insert(run.id.clone(), run.clone());
    Ok(Reply::Json(render::test_run(&run, &connection)))
}
