//! Everything the emulated instance knows. One store belongs to one emulator and is lost with it.

pub(crate) mod api_key;
pub(crate) mod billing;
pub(crate) mod browser;
pub(crate) mod credential;
pub(crate) mod identification;
pub(crate) mod invitation;
pub(crate) mod m2m_token;
pub(crate) mod machine;
pub(crate) mod oauth;
pub(crate) mod organization;
pub(crate) mod session;
pub(crate) mod sign_in_token;
pub(crate) mod user;

use crate::errors::ApiError;
use crate::ids::Ids;
use indexmap::IndexMap;
use serde::Serialize;
use serde_json::{Map, Value};

use api_key::ApiKey;
use billing::Account;
use browser::{Browser, HandshakePayload};
use identification::CodeVerification;
use invitation::{Invitation, OrganizationInvitation};
use m2m_token::M2mToken;
use machine::Machine;
use oauth::{AccessToken, OAuthApplication};
use organization::{Membership, Organization, Role};
use session::Session;
use sign_in_token::SignInToken;
use user::User;

/// A JWT template: claims in which `{{user.id}}` and the like stand for values.
#[derive(Clone, Debug)]
pub(crate) struct JwtTemplate {
    pub(crate) claims: Map<String, Value>,
    pub(crate) lifetime: i64,
}

/// An uploaded image.
#[derive(Clone, Debug)]
pub(crate) struct Image {
    pub(crate) content_type: String,
    pub(crate) bytes: bytes::Bytes,
}

/// A message the real API would have sent to a person.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Message {
    /// `email` or `sms`.
    pub channel: &'static str,
    /// The address or number.
    pub to: String,
    /// `verification_code`, `invitation`, `organization_invitation` or `primary_email_address_changed`.
    pub kind: &'static str,
    /// The one-time code, for `verification_code`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The link in the message, for invitations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Unix milliseconds.
    pub sent_at: i64,
}

/// The state of one instance.
pub(crate) struct Store {
    pub(crate) ids: Ids,
    age: u64,
    pub(crate) users: IndexMap<String, User>,
    pub(crate) sessions: IndexMap<String, Session>,
    pub(crate) organizations: IndexMap<String, Organization>,
    pub(crate) memberships: IndexMap<String, Membership>,
    pub(crate) organization_invitations: IndexMap<String, OrganizationInvitation>,
    pub(crate) invitations: IndexMap<String, Invitation>,
    pub(crate) sign_in_tokens: IndexMap<String, SignInToken>,
    pub(crate) code_verifications: IndexMap<String, CodeVerification>,
    pub(crate) accounts: IndexMap<String, Account>,
    pub(crate) roles: IndexMap<String, Role>,
    pub(crate) templates: IndexMap<String, JwtTemplate>,
    pub(crate) images: IndexMap<String, Image>,
    pub(crate) messages: Vec<Message>,
    pub(crate) machines: IndexMap<String, Machine>,
    pub(crate) m2m_tokens: IndexMap<String, M2mToken>,
    pub(crate) api_keys: IndexMap<String, ApiKey>,
    pub(crate) oauth_applications: IndexMap<String, OAuthApplication>,
    pub(crate) access_tokens: IndexMap<String, AccessToken>,
    /// By the token that a browser shows.
    pub(crate) browsers: IndexMap<String, Browser>,
    /// By the nonce.
    pub(crate) nonces: IndexMap<String, HandshakePayload>,
}

impl Store {
    /// The store of a new instance: nobody in it but one machine.
    pub(crate) fn new(seed: Option<u64>, machine_id: &str, machine_key: &str, now: i64) -> Self {
        let machine = Machine::new(machine_id.to_owned(), 0, "Default".to_owned(), machine_key.to_owned(), now);
        Store {
            ids: Ids::new(seed),
            age: 0,
            users: IndexMap::new(),
            sessions: IndexMap::new(),
            organizations: IndexMap::new(),
            memberships: IndexMap::new(),
            organization_invitations: IndexMap::new(),
            invitations: IndexMap::new(),
            sign_in_tokens: IndexMap::new(),
            code_verifications: IndexMap::new(),
            accounts: IndexMap::new(),
            roles: organization::default_roles(),
            templates: IndexMap::new(),
            images: IndexMap::new(),
            messages: Vec::new(),
            machines: IndexMap::from([(machine.id.clone(), machine)]),
            m2m_tokens: IndexMap::new(),
            api_keys: IndexMap::new(),
            oauth_applications: IndexMap::new(),
            access_tokens: IndexMap::new(),
            browsers: IndexMap::new(),
            nonces: IndexMap::new(),
        }
    }

    /// A number that grows with every creation: it orders what was created within one millisecond.
    pub(crate) fn next_age(&mut self) -> u64 {
        self.age += 1;
        self.age
    }

    pub(crate) fn user(&self, id: &str) -> Result<&User, ApiError> {
        self.users.get(id).ok_or_else(|| ApiError::not_found("user", id))
    }

    pub(crate) fn user_mut(&mut self, id: &str) -> Result<&mut User, ApiError> {
        self.users.get_mut(id).ok_or_else(|| ApiError::not_found("user", id))
    }

    pub(crate) fn session(&self, id: &str) -> Result<&Session, ApiError> {
        self.sessions.get(id).ok_or_else(|| ApiError::not_found("session", id))
    }

    pub(crate) fn session_mut(&mut self, id: &str) -> Result<&mut Session, ApiError> {
        self.sessions.get_mut(id).ok_or_else(|| ApiError::not_found("session", id))
    }

    /// An organization by id or slug.
    pub(crate) fn organization(&self, id_or_slug: &str) -> Result<&Organization, ApiError> {
        self.organizations
            .get(id_or_slug)
            .or_else(|| self.organizations.values().find(|organization| organization.slug == id_or_slug))
            .ok_or_else(|| ApiError::new(404, "resource_not_found", "not found", "Given organization not found."))
    }

    /// An organization by its id alone.
    pub(crate) fn organization_mut(&mut self, id: &str) -> Result<&mut Organization, ApiError> {
        self.organizations
            .get_mut(id)
            .ok_or_else(|| ApiError::new(404, "resource_not_found", "not found", "Given organization not found."))
    }

    pub(crate) fn send(&mut self, message: Message) {
        self.messages.push(message);
    }
}
