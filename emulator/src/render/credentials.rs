//! Machines, OAuth applications, and what they and others show to be let in.

use super::Render;
use crate::store::api_key::ApiKey;
use crate::store::m2m_token::M2mToken;
use crate::store::machine::Machine;
use crate::store::oauth::{AccessToken, OAuthApplication};
use serde_json::{Value, json};

impl Render<'_> {
    fn machine_alone(&self, machine: &Machine) -> Value {
        json!({
            "object": "machine",
            "id": machine.id,
            "name": machine.name,
            "instance_id": self.instance_id,
            "created_at": machine.created_at,
            "updated_at": machine.updated_at,
            "default_token_ttl": machine.default_token_ttl,
        })
    }

    /// A machine with those it may call.
    pub(crate) fn machine(&self, machine: &Machine) -> Value {
        let scoped = machine.scopes.iter().filter_map(|id| self.store.machines.get(id));
        let mut body = self.machine_alone(machine);
        body["scoped_machines"] = scoped.map(|machine| self.machine_alone(machine)).collect();
        body
    }

    /// A machine token; the text of it only where it was just made.
    pub(crate) fn m2m_token(&self, token: &M2mToken, with_token: bool) -> Value {
        let mut body = json!({
            "object": "machine_to_machine_token",
            "id": token.id,
            "subject": token.subject,
            "claims": token.claims,
            "scopes": token.scopes,
            "last_used_at": token.credential.last_used_at,
        });
        token.credential.tell(&mut body, self.now);
        if with_token {
            body["token"] = json!(token.credential.secret);
        }
        body
    }

    /// An API key; its secret only where it was just made.
    pub(crate) fn api_key(&self, key: &ApiKey, with_secret: bool) -> Value {
        let mut body = json!({
            "object": "api_key",
            "id": key.id,
            "type": key.kind,
            "subject": key.subject,
            "name": key.name,
            "description": key.description,
            "claims": key.claims,
            "scopes": key.scopes,
            "created_by": key.created_by,
            "last_used_at": key.credential.last_used_at,
        });
        key.credential.tell(&mut body, self.now);
        if with_secret {
            body["secret"] = json!(key.credential.secret);
        }
        body
    }

    pub(crate) fn access_token(&self, token: &AccessToken) -> Value {
        let mut body = json!({
            "object": "clerk_idp_oauth_access_token",
            "id": token.id,
            "client_id": token.client_id,
            "subject": token.subject,
            "scopes": token.scopes,
        });
        token.credential.tell(&mut body, self.now);
        body
    }

    pub(crate) fn oauth_application(&self, application: &OAuthApplication, with_secret: bool) -> Value {
        let url = self.url;
        let mut body = json!({
            "object": "oauth_application",
            "id": application.id,
            "instance_id": self.instance_id,
            "name": application.name,
            "client_id": application.client_id,
            "client_uri": null,
            "client_image_url": application.image_id.as_ref().map(|id| format!("{url}/images/{id}")),
            "dynamically_registered": false,
            "consent_screen_enabled": application.consent_screen_enabled,
            "pkce_required": application.pkce_required,
            "public": application.public,
            "scopes": application.scopes,
            "redirect_uris": application.redirect_uris,
            "callback_url": application.redirect_uris.first().map_or("", String::as_str),
            "authorize_url": format!("{url}/oauth/authorize"),
            "token_fetch_url": format!("{url}/oauth/token"),
            "user_info_url": format!("{url}/oauth/userinfo"),
            "discovery_url": format!("{url}/.well-known/openid-configuration"),
            "token_introspection_url": format!("{url}/oauth/token_info"),
            "created_at": application.created_at,
            "updated_at": application.updated_at,
        });
        if with_secret {
            body["client_secret"] = json!(application.client_secret);
        }
        body
    }
}
