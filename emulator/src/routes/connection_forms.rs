//! Reading what both kinds of operations on enterprise connections take, and the rules both have.

use crate::api::Call;
use crate::errors::{ApiError, ErrorItem};
use crate::form::{Form, Patch};
use crate::idp_metadata;
use crate::store::connection::{CustomAttribute, EnterpriseConnection, LoginHint, Oidc, Saml};
use crate::validate;

pub(super) const SAML_PROVIDERS: &[&str] = &["saml_custom", "saml_okta", "saml_google", "saml_microsoft"];

/// What a request says of SAML.
pub(super) struct SamlPatch {
    idp_entity_id: Patch<String>,
    idp_sso_url: Patch<String>,
    idp_certificate: Patch<String>,
    idp_metadata_url: Patch<String>,
    idp_metadata: Patch<String>,
    mapping: Option<[Option<String>; 4]>,
    allow_subdomains: Option<bool>,
    allow_idp_initiated: Option<bool>,
    force_authn: Option<bool>,
    login_hint: Option<LoginHint>,
}

/// A URL; the empty text clears it as null does.
fn url(form: &mut Form, name: &str) -> Patch<String> {
    match form.text(name) {
        Patch::Value(text) if text.is_empty() => Patch::Null,
        Patch::Value(text) => match validate::url(name, &text) {
            Ok(text) => Patch::Value(text),
            Err(item) => {
                form.fail(item);
                Patch::Absent
            }
        },
        other => other,
    }
}

fn login_hint(form: &mut Form) -> LoginHint {
    let had_mode = form.has("mode");
    let mode = form.choice("mode", &["email_address", "custom_attribute", "off"]);
    if !had_mode {
        form.fail(ErrorItem::missing("mode"));
    }
    let source = form.new_text("source");
    if mode == Some("custom_attribute") && source.is_none() {
        form.fail(ErrorItem::needs("source", "mode"));
    }
    LoginHint { mode: mode.unwrap_or("off").into(), source: source.filter(|_| mode == Some("custom_attribute")) }
}

impl SamlPatch {
    pub(super) fn read(form: &mut Form) -> Self {
        SamlPatch {
            idp_entity_id: form.text("idp_entity_id"),
            idp_sso_url: url(form, "idp_sso_url"),
            idp_certificate: form.text("idp_certificate"),
            idp_metadata_url: url(form, "idp_metadata_url"),
            idp_metadata: form.text("idp_metadata"),
            mapping: form.nested("attribute_mapping", |form| {
                ["user_id", "email_address", "first_name", "last_name"].map(|name| form.text(name).value())
            }),
            allow_subdomains: form.boolean("allow_subdomains"),
            allow_idp_initiated: form.boolean("allow_idp_initiated"),
            force_authn: form.boolean("force_authn"),
            login_hint: form.nested("login_hint", login_hint),
        }
    }

    /// Lays it over what is there; metadata go before the fields that they hold.
    pub(super) fn apply(self, saml: &mut Saml) -> Result<(), ApiError> {
        self.idp_entity_id.apply(&mut saml.idp_entity_id);
        self.idp_sso_url.apply(&mut saml.idp_sso_url);
        self.idp_certificate.apply(&mut saml.idp_certificate);
        self.idp_metadata_url.apply(&mut saml.idp_metadata_url);
        if let Patch::Value(xml) = &self.idp_metadata {
            let read = idp_metadata::read(xml)?;
            saml.idp_entity_id = Some(read.entity_id);
            saml.idp_sso_url = Some(read.sso_url);
            saml.idp_certificate = Some(read.certificate);
        }
        self.idp_metadata.apply(&mut saml.idp_metadata);
        if let Some([user_id, email_address, first_name, last_name]) = self.mapping {
            let mapping = &mut saml.attribute_mapping;
            for (value, target) in [
                (user_id, &mut mapping.user_id),
                (email_address, &mut mapping.email_address),
                (first_name, &mut mapping.first_name),
                (last_name, &mut mapping.last_name),
            ] {
                if let Some(value) = value {
                    *target = value;
                }
            }
        }
        saml.allow_subdomains = self.allow_subdomains.unwrap_or(saml.allow_subdomains);
        saml.allow_idp_initiated = self.allow_idp_initiated.unwrap_or(saml.allow_idp_initiated);
        saml.force_authn = self.force_authn.unwrap_or(saml.force_authn);
        if let Some(hint) = self.login_hint {
            saml.login_hint = hint;
        }
        Ok(())
    }
}

/// What a request says of OpenID Connect.
pub(super) struct OidcPatch {
    client_id: Patch<String>,
    client_secret: Patch<String>,
    discovery_url: Patch<String>,
    auth_url: Patch<String>,
    token_url: Patch<String>,
    user_info_url: Patch<String>,
    requires_pkce: Option<bool>,
}

impl OidcPatch {
    pub(super) fn read(form: &mut Form) -> Self {
        OidcPatch {
            client_id: form.text("client_id"),
            client_secret: form.text("client_secret"),
            discovery_url: url(form, "discovery_url"),
            auth_url: url(form, "auth_url"),
            token_url: url(form, "token_url"),
            user_info_url: url(form, "user_info_url"),
            requires_pkce: form.boolean("requires_pkce"),
        }
    }

    pub(super) fn apply(self, oidc: &mut Oidc) -> Result<(), ApiError> {
        self.client_id.apply(&mut oidc.client_id);
        self.client_secret.apply(&mut oidc.client_secret);
        self.discovery_url.apply(&mut oidc.discovery_url);
        self.auth_url.apply(&mut oidc.auth_url);
        self.token_url.apply(&mut oidc.token_url);
        self.user_info_url.apply(&mut oidc.user_info_url);
        oidc.requires_pkce = self.requires_pkce.unwrap_or(oidc.requires_pkce);
        let is_public = oidc.client_id.is_some() && oidc.client_secret.is_none();
        if is_public && self.requires_pkce == Some(false) {
            return Err(ErrorItem::format("requires_pkce", "must be true for a client without a secret.").into());
        }
        oidc.requires_pkce |= is_public;
        Ok(())
    }
}

pub(super) fn custom_attributes(form: &mut Form) -> Option<Vec<CustomAttribute>> {
    form.many("custom_attributes", |form| {
        let name = form.required_text("name");
        let key = form.required_text("key");
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if !key.is_empty() && (key.starts_with('_') || key.chars().count() < 2 || !key.chars().skip(1).all(plain)) {
            form.fail(ErrorItem::format("key", "must not start with _, and have only letters, digits, _ and -."));
        }
        let sso_path = form.text("sso_path").value();
        let directory_path = either(form, "directory_path", "scim_path");
        CustomAttribute {
            name,
            key,
            sso_path,
            directory_path,
            multi_valued: form.boolean("multi_valued").unwrap_or(false),
        }
    })
}

/// A field that has an older name too; both may be given if they say the same.
pub(super) fn either(form: &mut Form, name: &str, older: &str) -> Option<String> {
    match (form.text(name).value(), form.text(older).value()) {
        (Some(new), Some(old)) if new != old => {
            let text = format!("{name} and {older} must have the same value.");
            form.fail(ErrorItem::coded("form_param_value_invalid", name, "is invalid", text));
            Some(new)
        }
        (new, old) => new.or(old),
    }
}

/// Domain names, each once; an error if one is no domain name or another connection's.
pub(super) fn check_domains(
    call: &Call<'_>,
    param: &str,
    names: &[String],
    except: Option<&str>,
) -> Result<Vec<String>, ApiError> {
    let mut domains: Vec<String> = Vec::new();
    for name in names {
        let name = validate::domain(param, name)?;
        let taken = call
            .store
            .enterprise_connections
            .values()
            .any(|known| Some(known.id.as_str()) != except && known.domains.contains(&name));
        if taken {
            return Err(ErrorItem::taken(param).into());
        }
        if !domains.contains(&name) {
            domains.push(name);
        }
    }
    Ok(domains)
}

/// The id of an organization that is there.
pub(super) fn check_organization(call: &Call<'_>, id: String) -> Result<String, ApiError> {
    match call.store.organizations.contains_key(&id) {
        true => Ok(id),
        false => Err(ErrorItem::missing_resource("organization_id").into()),
    }
}

/// An error if a connection cannot be switched on.
pub(super) fn check_complete(connection: &EnterpriseConnection) -> Result<(), ApiError> {
    let missing = connection.missing();
    if missing.is_empty() {
        return Ok(());
    }
    let (code, what) = match connection.saml() {
        Some(_) => ("saml_connection_cant_be_activated", "SAML Connection can't be activated"),
        None => ("enterprise_connection_cant_be_activated", "Enterprise connection can't be activated"),
    };
    let text =
        format!("You have to provide the {} before you are able to activate this connection.", missing.join(", "));
    Err(ApiError::new(422, code, what, text))
}

/// The domains of organizations that let people in by themselves and that a connection takes over.
pub(super) fn overtaken(call: &Call<'_>, connection: &EnterpriseConnection) -> Vec<String> {
    call.store
        .organization_domains
        .values()
        .filter(|domain| domain.enrols() && connection.domains.contains(&domain.name))
        .map(|domain| domain.id.clone())
        .collect()
}
