//! Connections to the identity providers of enterprises, and their test runs.

use super::{Store, Word};
use crate::errors::ApiError;
use serde::{Deserialize, Serialize};

/// A connection. Those over SAML are also shown by the older SAML operations, under an id of their own.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct EnterpriseConnection {
    pub(crate) id: String,
    pub(crate) age: u64,
    pub(crate) name: String,
    /// Such as `saml_okta` or `oidc_custom`.
    pub(crate) provider: Word,
    pub(crate) active: bool,
    /// In lower case.
    pub(crate) domains: Vec<String>,
    pub(crate) organization_id: Option<String>,
    pub(crate) sync_user_attributes: bool,
    pub(crate) disable_additional_identifications: bool,
    pub(crate) allow_organization_account_linking: bool,
    pub(crate) custom_attributes: Vec<CustomAttribute>,
    pub(crate) protocol: Protocol,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// What a connection speaks.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Protocol {
    Saml(Saml),
    Oidc(Oidc),
}

/// What SAML needs.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Saml {
    pub(crate) id: String,
    pub(crate) idp_entity_id: Option<String>,
    pub(crate) idp_sso_url: Option<String>,
    pub(crate) idp_certificate: Option<String>,
    pub(crate) idp_metadata_url: Option<String>,
    pub(crate) idp_metadata: Option<String>,
    pub(crate) attribute_mapping: AttributeMapping,
    pub(crate) allow_subdomains: bool,
    pub(crate) allow_idp_initiated: bool,
    pub(crate) force_authn: bool,
    pub(crate) login_hint: LoginHint,
}

/// The names that the provider's attributes have.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct AttributeMapping {
    pub(crate) user_id: String,
    pub(crate) email_address: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
}

impl AttributeMapping {
    /// The names that a provider uses unless told otherwise.
    pub(crate) fn of(provider: &str) -> Self {
        let claims = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims";
        let (email, first, last) = match provider {
            "saml_google" => ("mail".to_owned(), "firstName".to_owned(), "lastName".to_owned()),
            "saml_microsoft" => {
                (format!("{claims}/emailaddress"), format!("{claims}/givenname"), format!("{claims}/surname"))
            }
            _ => ("mail".to_owned(), "givenName".to_owned(), "surname".to_owned()),
        };
        AttributeMapping { user_id: String::new(), email_address: email, first_name: first, last_name: last }
    }
}

/// What the provider is told of who wants in.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct LoginHint {
    pub(crate) mode: Word,
    /// The key in the public metadata, for the mode `custom_attribute`.
    pub(crate) source: Option<String>,
}

impl Default for LoginHint {
    fn default() -> Self {
        LoginHint { mode: "email_address".into(), source: None }
    }
}

/// What OpenID Connect needs.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Oidc {
    pub(crate) id: String,
    pub(crate) provider_key: String,
    pub(crate) client_id: Option<String>,
    pub(crate) client_secret: Option<String>,
    pub(crate) discovery_url: Option<String>,
    pub(crate) auth_url: Option<String>,
    pub(crate) token_url: Option<String>,
    pub(crate) user_info_url: Option<String>,
    pub(crate) requires_pkce: bool,
}

/// An attribute that the provider gives and the user's metadata keep.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct CustomAttribute {
    pub(crate) name: String,
    pub(crate) key: String,
    pub(crate) sso_path: Option<String>,
    pub(crate) directory_path: Option<String>,
    pub(crate) multi_valued: bool,
}

/// A try of a connection.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct TestRun {
    pub(crate) id: String,
    pub(crate) age: u64,
    pub(crate) connection_id: String,
    /// What its URL shows.
    pub(crate) token: String,
    /// None: nobody has opened the URL yet; else whether it went well.
    pub(crate) succeeded: Option<bool>,
    pub(crate) created_at: i64,
}

/// How long the URL of a test run can be opened, in milliseconds.
pub(crate) const TEST_RUN_LIFE: i64 = 10 * 60 * 1000;

impl EnterpriseConnection {
    pub(crate) fn saml(&self) -> Option<&Saml> {
        match &self.protocol {
            Protocol::Saml(saml) => Some(saml),
            Protocol::Oidc(_) => None,
        }
    }

    /// What is missing before people can come through it.
    pub(crate) fn missing(&self) -> Vec<&'static str> {
        let absent = |fields: &[(&'static str, &Option<String>)]| {
            fields.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| *name).collect::<Vec<_>>()
        };
        match &self.protocol {
            // The URL leads to all of it.
            Protocol::Saml(saml) if saml.idp_metadata_url.is_some() => Vec::new(),
            Protocol::Saml(saml) => absent(&[
                ("idp_entity_id", &saml.idp_entity_id),
                ("idp_sso_url", &saml.idp_sso_url),
                ("idp_certificate", &saml.idp_certificate),
            ]),
            Protocol::Oidc(oidc) if oidc.discovery_url.is_some() => absent(&[("client_id", &oidc.client_id)]),
            Protocol::Oidc(oidc) => absent(&[
                ("client_id", &oidc.client_id),
                ("auth_url", &oidc.auth_url),
                ("token_url", &oidc.token_url),
                ("user_info_url", &oidc.user_info_url),
            ]),
        }
    }
}

impl Store {
    pub(crate) fn connection(&self, id: &str) -> Result<&EnterpriseConnection, ApiError> {
        self.enterprise_connections.get(id).ok_or_else(|| ApiError::not_found("enterprise connection", id))
    }

    /// A connection over SAML, by the id that the older operations know.
    pub(crate) fn saml_connection(&self, id: &str) -> Result<&EnterpriseConnection, ApiError> {
        self.enterprise_connections
            .values()
            .find(|connection| connection.saml().is_some_and(|saml| saml.id == id))
            .ok_or_else(|| ApiError::not_found("SAML connection", id))
    }

    /// Takes a connection away with its test runs; directories go on without it.
    pub(crate) fn remove_connection(&mut self, id: &str) {
        self.enterprise_connections.remove(id);
        self.test_runs.remove_all(|run| run.connection_id == id);
        self.directories.change_all(
            |directory| directory.enterprise_connection_id.as_deref() == Some(id),
            |directory| directory.enterprise_connection_id = None,
        );
    }
}
