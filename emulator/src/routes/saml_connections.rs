//! SAML connections, by the older operations: the same connections as under `/enterprise_connections`.

use super::connection_forms::{
    SAML_PROVIDERS, SamlPatch, check_complete, check_domains, check_organization, overtaken,
};
use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::form::Form;
use crate::query::{Order, Signed};
use crate::store::connection::{AttributeMapping, EnterpriseConnection, Protocol, Saml};
use serde_json::Value;

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/saml_connections", list),
    Route::new("POST", "/v1/saml_connections", create),
    Route::new("GET", "/v1/saml_connections/{saml_connection_id}", get),
    Route::new("PATCH", "/v1/saml_connections/{saml_connection_id}", update),
    Route::new("DELETE", "/v1/saml_connections/{saml_connection_id}", delete),
];

fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let needle = call.query.text("query").map(str::to_lowercase);
    // The description names the fields of members here; those of a connection are the ones that can be meant.
    let orders = ["created_at", "name", "phone_number", "email_address", "first_name", "last_name", "username"];
    let order = call.query.order(&orders, Order::NEWEST);
    let organizations = Signed::new(call.query.list("organization_id"));
    let page = call.query.page();
    call.query.finish()?;
    let mut found: Vec<&EnterpriseConnection> = call
        .store
        .enterprise_connections
        .values()
        .filter(|connection| {
            connection.saml().is_some()
                && needle.as_deref().is_none_or(|needle| connection.name.to_lowercase().contains(needle))
                && organizations.admits(|id| connection.organization_id.as_deref() == Some(id))
        })
        .collect();
    let key = |connection: &&EnterpriseConnection| match order.field {
        "name" => (0, connection.name.to_lowercase()),
        _ => (connection.created_at, String::new()),
    };
    order.sort(&mut found, key, |connection| connection.age);
    let total = found.len();
    let render = call.render();
    let items: Vec<Value> = page.cut(found).into_iter().map(|connection| render.saml_connection(connection)).collect();
    Ok(Reply::list(items, total))
}

/// `domain` or `domains`, and under which name they came.
fn read_domains(form: &mut Form) -> Option<(&'static str, Vec<String>)> {
    let one = form.text("domain").value();
    let many = form.texts("domains");
    match (one, many) {
        (Some(_), Some(_)) => {
            form.fail(ErrorItem::excludes("domain", "domains"));
            None
        }
        (Some(one), None) => Some(("domain", vec![one])),
        (None, many) => many.map(|many| ("domains", many)),
    }
}

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let name = form.required_text("name");
    let had_provider = form.has("provider");
    let provider = form.choice("provider", SAML_PROVIDERS);
    if !had_provider {
        form.fail(ErrorItem::missing("provider"));
    }
    let domains = read_domains(&mut form);
    let organization_id = form.text("organization_id").value();
    let patch = SamlPatch::read(&mut form);
    form.finish()?;
    let Some((param, domains)) = domains.filter(|(_, domains)| !domains.is_empty()) else {
        return Err(ErrorItem::missing("domains").into());
    };
    let domains = check_domains(call, param, &domains, None)?;
    let organization_id = organization_id.map(|id| check_organization(call, id)).transpose()?;
    let provider = provider.unwrap_or("saml_custom");
    let mut saml =
        Saml { id: call.store.ids.id("samlc_"), attribute_mapping: AttributeMapping::of(provider), ..Saml::default() };
    patch.apply(&mut saml)?;
    let connection = EnterpriseConnection {
        id: call.store.ids.id("entconn_"),
        age: call.store.next_age(),
        name,
        provider: provider.into(),
        active: false,
        domains,
        organization_id,
        sync_user_attributes: true,
        disable_additional_identifications: false,
        allow_organization_account_linking: false,
        custom_attributes: Vec::new(),
        protocol: Protocol::Saml(saml),
        created_at: now,
        updated_at: now,
    };
    Ok(keep(call, connection))
}

/// Keeps a new or changed connection and answers with it.
fn keep(call: &mut Call<'_>, mut connection: EnterpriseConnection) -> Reply {
    connection.updated_at = call.now;
    call.store.enterprise_connections.insert(connection.id.clone(), connection.clone());
    Reply::Json(call.render().saml_connection(&connection))
}

fn find(call: &Call<'_>) -> Result<EnterpriseConnection, ApiError> {
    call.store.saml_connection(&call.param("saml_connection_id")).cloned()
}

fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    Ok(Reply::Json(call.render().saml_connection(&find(call)?)))
}

fn update(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let mut form = call.form()?;
    let name = form.new_text("name");
    let domains = read_domains(&mut form);
    let organization_id = form.text("organization_id");
    let active = form.boolean("active");
    let sync = form.boolean("sync_user_attributes");
    let alone = form.boolean("disable_additional_identifications");
    let linking = form.boolean("allow_organization_account_linking");
    let consent = form.boolean("consent_verified_domains_deletion").unwrap_or(false);
    let patch = SamlPatch::read(&mut form);
    form.finish()?;
    let mut connection = find(call)?;
    if let Some((param, domains)) = domains.filter(|(_, domains)| !domains.is_empty()) {
        connection.domains = check_domains(call, param, &domains, Some(&connection.id))?;
    }
    if let Some(id) = organization_id.clone().value() {
        check_organization(call, id)?;
    }
    organization_id.apply(&mut connection.organization_id);
    if let Protocol::Saml(saml) = &mut connection.protocol {
        patch.apply(saml)?;
    }
    connection.name = name.unwrap_or(connection.name);
    connection.sync_user_attributes = sync.unwrap_or(connection.sync_user_attributes);
    connection.disable_additional_identifications = alone.unwrap_or(connection.disable_additional_identifications);
    connection.allow_organization_account_linking = linking.unwrap_or(connection.allow_organization_account_linking);
    if active == Some(true) && !connection.active {
        check_complete(&connection)?;
        let overtaken = overtaken(call, &connection);
        if !overtaken.is_empty() && !consent {
            return Err(ApiError::new(
                409,
                "conflict",
                "verified domains exist",
                "Verified domains of organizations have a name of this connection. Send consent_verified_domains_deletion to delete them.",
            ));
        }
        call.store.organization_domains.remove_all(|domain| overtaken.contains(&domain.id));
    }
    connection.active = active.unwrap_or(connection.active);
    Ok(keep(call, connection))
}

fn delete(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let connection = find(call)?;
    call.store.remove_connection(&connection.id);
    Ok(Reply::deleted("saml_connection", &call.param("saml_connection_id")))
}
