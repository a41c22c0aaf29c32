//! Enterprise connections, and SAML connections as the older operations show them.

use super::Render;
use crate::idp_metadata;
use crate::store::connection::{CustomAttribute, EnterpriseConnection, LoginHint, Oidc, Protocol, Saml, TestRun};
use serde_json::{Value, json};

fn login_hint(hint: &LoginHint) -> Value {
    let mut body = json!({ "mode": hint.mode });
    if let Some(source) = &hint.source {
        body["source"] = json!(source);
    }
    body
}

/// The parts that are there; the two names of a directory's path say the same.
pub(super) fn custom_attribute(attribute: &CustomAttribute) -> Value {
    let mut body = json!({ "name": attribute.name, "key": attribute.key, "multi_valued": attribute.multi_valued });
    if let Some(path) = &attribute.sso_path {
        body["sso_path"] = json!(path);
    }
    if let Some(path) = &attribute.directory_path {
        body["scim_path"] = json!(path);
        body["directory_path"] = json!(path);
    }
    body
}

/// A test run; whoever came through it is made up.
pub(crate) fn test_run(run: &TestRun, connection: &EnterpriseConnection) -> Value {
    let is_saml = connection.saml().is_some();
    let status = match run.succeeded {
        None => "pending",
        Some(true) => "success",
        Some(false) => "failed",
    };
    let host = connection.domains.first().map_or("example.com", String::as_str);
    let user = (run.succeeded == Some(true)).then(|| {
        json!({
            "email_address": format!("test@{host}"),
            "first_name": "Test",
            "last_name": "User",
            "user_id": "test",
        })
    });
    let logs: Vec<Value> = (run.succeeded == Some(false))
        .then(|| {
            json!({
                "level": "error",
                "code": "configuration_incomplete",
                "short_message": "Configuration incomplete",
                "message": format!("The connection lacks {}.", connection.missing().join(", ")),
            })
        })
        .into_iter()
        .collect();
    json!({
        "id": run.id,
        "status": status,
        "connection_type": if is_saml { "saml" } else { "oauth" },
        "parsed_user_info": user,
        "logs": logs,
        "saml": if is_saml { json!({ "relay_state": run.id }) } else { Value::Null },
        "oauth": if is_saml { Value::Null } else { json!({}) },
        "created_at": run.created_at,
    })
}

impl Render<'_> {
    fn acs_url(&self, saml: &Saml) -> String {
        format!("{}/v1/saml/acs/{}", self.url, saml.id)
    }

    fn sp_entity_id(&self, saml: &Saml) -> String {
        format!("{}/saml/{}", self.url, saml.id)
    }

    fn sp_metadata_url(&self, saml: &Saml) -> String {
        format!("{}/v1/saml/metadata/{}.xml", self.url, saml.id)
    }

    /// A connection over SAML; null for others.
    pub(crate) fn saml_connection(&self, connection: &EnterpriseConnection) -> Value {
        let Some(saml) = connection.saml() else { return Value::Null };
        let validity = saml.idp_certificate.as_deref().and_then(idp_metadata::validity);
        let mapping = &saml.attribute_mapping;
        json!({
            "object": "saml_connection",
            "id": saml.id,
            "name": connection.name,
            "domain": connection.domains.first(),
            "domains": connection.domains,
            "idp_entity_id": saml.idp_entity_id,
            "idp_sso_url": saml.idp_sso_url,
            "idp_certificate": saml.idp_certificate,
            "idp_certificate_issued_at": validity.map(|(from, _)| from),
            "idp_certificate_expires_at": validity.map(|(_, to)| to),
            "idp_metadata_url": saml.idp_metadata_url,
            "idp_metadata": saml.idp_metadata,
            "acs_url": self.acs_url(saml),
            "sp_entity_id": self.sp_entity_id(saml),
            "sp_metadata_url": self.sp_metadata_url(saml),
            "organization_id": connection.organization_id,
            "attribute_mapping": {
                "user_id": mapping.user_id,
                "email_address": mapping.email_address,
                "first_name": mapping.first_name,
                "last_name": mapping.last_name,
            },
            "active": connection.active,
            "provider": connection.provider,
            // Nobody comes through a provider here: that takes one.
            "user_count": 0,
            "sync_user_attributes": connection.sync_user_attributes,
            "allow_subdomains": saml.allow_subdomains,
            "allow_idp_initiated": saml.allow_idp_initiated,
            "disable_additional_identifications": connection.disable_additional_identifications,
            "allow_organization_account_linking": connection.allow_organization_account_linking,
            "force_authn": saml.force_authn,
            "login_hint": login_hint(&saml.login_hint),
            "enterprise_connection_id": connection.id,
            "authenticatable": true,
            "disable_jit_provisioning": false,
            "created_at": connection.created_at,
            "updated_at": connection.updated_at,
        })
    }

    pub(crate) fn enterprise_connection(&self, connection: &EnterpriseConnection) -> Value {
        let (saml, oauth) = match &connection.protocol {
            Protocol::Saml(saml) => (self.saml_part(connection, saml), Value::Null),
            Protocol::Oidc(oidc) => (Value::Null, oauth_part(connection, oidc)),
        };
        json!({
            "object": "enterprise_connection",
            "id": connection.id,
            "name": connection.name,
            "provider": connection.provider,
            "logo_public_url": null,
            "active": connection.active,
            "domains": connection.domains,
            "organization_id": connection.organization_id,
            "sync_user_attributes": connection.sync_user_attributes,
            "disable_additional_identifications": connection.disable_additional_identifications,
            "allow_organization_account_linking": connection.allow_organization_account_linking,
            "authenticatable": true,
            "disable_jit_provisioning": false,
            "custom_attributes": connection.custom_attributes.iter().map(custom_attribute).collect::<Vec<_>>(),
            "saml_connection": saml,
            "oauth_config": oauth,
            "created_at": connection.created_at,
            "updated_at": connection.updated_at,
        })
    }

    fn saml_part(&self, connection: &EnterpriseConnection, saml: &Saml) -> Value {
        json!({
            "id": saml.id,
            "name": connection.name,
            "idp_entity_id": saml.idp_entity_id,
            "idp_sso_url": saml.idp_sso_url,
            "idp_metadata_url": saml.idp_metadata_url,
            "acs_url": self.acs_url(saml),
            "sp_entity_id": self.sp_entity_id(saml),
            "sp_metadata_url": self.sp_metadata_url(saml),
            "active": connection.active,
            "allow_idp_initiated": saml.allow_idp_initiated,
            "allow_subdomains": saml.allow_subdomains,
            "force_authn": saml.force_authn,
            "login_hint": login_hint(&saml.login_hint),
        })
    }
}

fn oauth_part(connection: &EnterpriseConnection, oidc: &Oidc) -> Value {
    json!({
        "id": oidc.id,
        "name": connection.name,
        "provider_key": oidc.provider_key,
        "client_id": oidc.client_id,
        "discovery_url": oidc.discovery_url,
        "auth_url": oidc.auth_url,
        "token_url": oidc.token_url,
        "user_info_url": oidc.user_info_url,
        "requires_pkce": oidc.requires_pkce,
        "logo_public_url": null,
        "created_at": connection.created_at,
        "updated_at": connection.updated_at,
    })
}
