//! The routes, one file a resource. Each file lists its own at the top.

mod accountless_applications;
mod actor_tokens;
mod admin_portal_link_tokens;
mod agent_tasks;
mod api_keys;
mod aws_credentials;
mod billing;
mod client;
mod client_sessions;
mod clients;
mod codes;
mod connection_forms;
mod dashboard;
mod directories;
mod domains;
mod email_addresses;
mod emails;
mod enterprise_connections;
mod environment;
mod frontend;
mod group_role_mappings;
mod handshake_payload;
mod instance_settings;
mod interstitial;
mod invitations;
mod jwks;
mod jwt_templates;
mod keyed;
mod listed_identifiers;
mod m2m_tokens;
mod machine_scopes;
mod machines;
mod memberships;
mod oauth_access_tokens;
mod oauth_applications;
mod oauth_settings;
mod openid;
mod organization_domains;
mod organization_invitations;
mod organization_metadata;
mod organization_permissions;
mod organization_roles;
mod organization_settings;
mod organizations;
mod pages;
mod phone_numbers;
mod plans;
mod redirect_urls;
mod role_sets;
mod saml_connections;
mod session_tokens;
mod sessions;
mod sign_in_tokens;
mod sign_ups;
mod statements;
mod stylesheet;
mod subscription_items;
mod svix;
mod templates;
mod testing_tokens;
mod uploads;
mod user_access;
mod user_credentials;
mod user_filter;
mod user_identities;
mod user_lists;
mod user_metadata;
mod user_second_factors;
mod users;
mod waitlist_entries;

use crate::api::{Call, Route};
use crate::form::Form;
use crate::metadata::Change;
use crate::render::Render;

pub(crate) use users::METADATA_APART;

/// All routes of the emulator.
pub(crate) const ROUTES: &[&[Route]] = &[
    accountless_applications::ROUTES,
    actor_tokens::ROUTES,
    admin_portal_link_tokens::ROUTES,
    agent_tasks::ROUTES,
    api_keys::ROUTES,
    aws_credentials::ROUTES,
    billing::ROUTES,
    client::ROUTES,
    client_sessions::ROUTES,
    dashboard::ROUTES,
    email_addresses::ROUTES,
    environment::ROUTES,
    clients::ROUTES,
    directories::ROUTES,
    domains::ROUTES,
    emails::ROUTES,
    enterprise_connections::ROUTES,
    frontend::ROUTES,
    group_role_mappings::ROUTES,
    handshake_payload::ROUTES,
    instance_settings::ROUTES,
    interstitial::ROUTES,
    invitations::ROUTES,
    jwks::ROUTES,
    jwt_templates::ROUTES,
    listed_identifiers::ROUTES,
    m2m_tokens::ROUTES,
    machine_scopes::ROUTES,
    machines::ROUTES,
    memberships::ROUTES,
    oauth_access_tokens::ROUTES,
    oauth_applications::ROUTES,
    oauth_settings::ROUTES,
    openid::ROUTES,
    organization_domains::ROUTES,
    organization_invitations::ROUTES,
    organization_metadata::ROUTES,
    organization_permissions::ROUTES,
    organization_roles::ROUTES,
    organization_settings::ROUTES,
    organizations::ROUTES,
    pages::ROUTES,
    phone_numbers::ROUTES,
    plans::ROUTES,
    redirect_urls::ROUTES,
    role_sets::ROUTES,
    saml_connections::ROUTES,
    session_tokens::ROUTES,
    sessions::ROUTES,
    sign_in_tokens::ROUTES,
    sign_ups::ROUTES,
    stylesheet::ROUTES,
    statements::ROUTES,
    subscription_items::ROUTES,
    svix::ROUTES,
    templates::ROUTES,
    testing_tokens::ROUTES,
    uploads::ROUTES,
    user_access::ROUTES,
    user_credentials::ROUTES,
    user_identities::ROUTES,
    user_lists::ROUTES,
    user_metadata::ROUTES,
    user_second_factors::ROUTES,
    users::ROUTES,
    waitlist_entries::ROUTES,
];

impl Call<'_> {
    /// The renderer over the store as it is now.
    pub(crate) fn render(&self) -> Render<'_> {
        Render { store: self.store, url: &self.shared.url, instance_id: &self.shared.instance_id, now: self.now }
    }
}

impl Form {
    /// The metadata fields; `unsafe_metadata` only where the resource has it.
    pub(crate) fn metadata(&mut self, with_unsafe: bool) -> Change {
        Change {
            public: self.object("public_metadata"),
            private: self.object("private_metadata"),
            r#unsafe: if with_unsafe { self.object("unsafe_metadata") } else { None },
        }
    }
}
