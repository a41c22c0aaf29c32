//! The routes, one file a resource. Each file lists its own at the top.

mod admin_portal_link_tokens;
mod api_keys;
mod aws_credentials;
mod billing;
mod codes;
mod connection_forms;
mod directories;
mod email_addresses;
mod enterprise_connections;
mod frontend;
mod group_role_mappings;
mod handshake_payload;
mod invitations;
mod jwks;
mod m2m_tokens;
mod machine_scopes;
mod machines;
mod memberships;
mod oauth_access_tokens;
mod oauth_applications;
mod organization_domains;
mod organization_invitations;
mod organization_metadata;
mod organization_permissions;
mod organization_roles;
mod organizations;
mod phone_numbers;
mod plans;
mod role_sets;
mod saml_connections;
mod session_tokens;
mod sessions;
mod sign_in_tokens;
mod statements;
mod subscription_items;
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

use crate::api::{Call, Route};
use crate::form::Form;
use crate::metadata::Change;
use crate::render::Render;

/// All routes of the emulator.
pub(crate) const ROUTES: &[&[Route]] = &[
    admin_portal_link_tokens::ROUTES,
    api_keys::ROUTES,
    aws_credentials::ROUTES,
    billing::ROUTES,
    directories::ROUTES,
    email_addresses::ROUTES,
    enterprise_connections::ROUTES,
    frontend::ROUTES,
    group_role_mappings::ROUTES,
    handshake_payload::ROUTES,
    invitations::ROUTES,
    jwks::ROUTES,
    m2m_tokens::ROUTES,
    machine_scopes::ROUTES,
    machines::ROUTES,
    memberships::ROUTES,
    oauth_access_tokens::ROUTES,
    oauth_applications::ROUTES,
    organization_domains::ROUTES,
    organization_invitations::ROUTES,
    organization_metadata::ROUTES,
    organization_permissions::ROUTES,
    organization_roles::ROUTES,
    organizations::ROUTES,
    phone_numbers::ROUTES,
    plans::ROUTES,
    role_sets::ROUTES,
    saml_connections::ROUTES,
    session_tokens::ROUTES,
    sessions::ROUTES,
    sign_in_tokens::ROUTES,
    statements::ROUTES,
    subscription_items::ROUTES,
    testing_tokens::ROUTES,
    uploads::ROUTES,
    user_access::ROUTES,
    user_credentials::ROUTES,
    user_identities::ROUTES,
    user_lists::ROUTES,
    user_metadata::ROUTES,
    user_second_factors::ROUTES,
    users::ROUTES,
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
