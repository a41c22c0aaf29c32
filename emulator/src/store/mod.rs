//! Everything the emulated instance knows. One store belongs to one emulator.

pub(crate) mod accountless;
pub(crate) mod actor_token;
pub(crate) mod api_key;
pub(crate) mod billing;
pub(crate) mod browser;
mod claims;
pub(crate) mod client;
pub(crate) mod connection;
pub(crate) mod credential;
pub(crate) mod directory;
pub(crate) mod domain;
pub(crate) mod email;
pub(crate) mod grant;
pub(crate) mod identification;
mod image;
pub(crate) mod instance;
pub(crate) mod invitation;
pub(crate) mod jwt_template;
pub(crate) mod kept;
pub(crate) mod listed;
pub(crate) mod m2m_token;
pub(crate) mod machine;
pub(crate) mod message_template;
pub(crate) mod oauth;
pub(crate) mod organization;
pub(crate) mod organization_domain;
pub(crate) mod plan;
pub(crate) mod portal;
pub(crate) mod redirect_url;
pub(crate) mod renewal;
pub(crate) mod role;
pub(crate) mod session;
pub(crate) mod sign_in;
pub(crate) mod sign_in_token;
pub(crate) mod sign_up;
pub(crate) mod subscription;
pub(crate) mod table;
pub(crate) mod user;
pub(crate) mod waitlist;
pub(crate) mod webhook;

use crate::errors::ApiError;
use crate::ids::Ids;
use kept::Journal;
use serde::{Deserialize, Serialize};

use accountless::Accountless;
use actor_token::{ActorToken, AgentTask};
use api_key::ApiKey;
use billing::Account;
use browser::{Browser, HandshakePayload};
use claims::Claims;
use connection::{EnterpriseConnection, TestRun};
use directory::{Directory, GroupRoleMapping};
use domain::{Domain, ProxyCheck};
use email::Email;
use grant::{AuthorizationCode, Consent, Grant, RefreshToken};
use identification::CodeVerification;
use instance::Instance;
use invitation::{Invitation, OrganizationInvitation};
use jwt_template::JwtTemplate;
use listed::Listed;
use m2m_token::M2mToken;
use machine::Machine;
use message_template::MessageTemplate;
use oauth::{AccessToken, OAuthApplication, OAuthSettings};
use organization::{Membership, Organization};
use organization_domain::OrganizationDomain;
use plan::{Discount, Plan, Price};
use portal::{AdminPortalLinkToken, AwsCredential};
use redirect_url::RedirectUrl;
use role::{Permission, Role, RoleSet};
use session::Session;
use sign_in_token::SignInToken;
use sign_up::SignUp;
use subscription::{PaymentAttempt, Redemption, Statement, SubscriptionItem};
use table::{Change, Table};
use user::User;
use waitlist::WaitlistEntry;
use webhook::{WebhookDelivery, WebhookEndpoint, WebhookEvent};

/// A word out of a short list, such as a status. Those that the emulator writes take no memory of their own.
pub(crate) type Word = std::borrow::Cow<'static, str>;

/// An uploaded image.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Image {
    pub(crate) content_type: String,
    #[serde(with = "image")]
    pub(crate) bytes: bytes::Bytes,
}

/// How many messages are kept: the newest.
pub(crate) const MOST_MESSAGES: usize = 10_000;

/// A message the real API would have sent to a person.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Message {
    /// `email` or `sms`.
    pub channel: Word,
    /// The address or number.
    pub to: String,
    /// `verification_code`, `invitation`, `organization_invitation`, `primary_email_address_changed`,
    /// `waitlist_confirmation`, `waitlist_invitation` or `custom`.
    pub kind: Word,
    /// The one-time code, for `verification_code`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The link in the message, for invitations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Unix milliseconds.
    pub sent_at: i64,
}

/// Declares the store with its tables. Each row can be written as JSON and read again: that is how state is kept.
/// What that asks of a row's fields: see [`kept`].
macro_rules! store {
    ($($(#[$doc:meta])* $name:ident: $row:ty,)*) => {
        /// The state of one instance.
        pub(crate) struct Store {
            pub(crate) ids: Ids,
            age: u64,
            quiet: bool,
            claims: Claims,
            $($(#[$doc])* pub(crate) $name: Table<$row>,)*
        }

        /// What was touched since the last time, kind by kind.
        #[derive(Debug)]
        #[allow(dead_code)] // Not every kind of rows has events.
        pub(crate) struct Changes {
            $(pub(crate) $name: Vec<Change<$row>>,)*
        }

        impl Store {
            fn empty(ids: Ids) -> Self {
                Store { ids, age: 0, quiet: false, claims: Claims::default(), $($name: Table::default(),)* }
            }

            pub(crate) fn is_changed(&self) -> bool {
                false $(|| self.$name.is_changed())*
            }

            /// Ends a failed request: all it changed is undone.
            pub(crate) fn rollback(&mut self) {
                $(self.$name.rollback();)*
            }

            /// What was touched since the last time.
            pub(crate) fn changes(&self) -> Changes {
                Changes { $($name: self.$name.changes(),)* }
            }

            /// Ends a change: it can no longer be taken back.
            pub(crate) fn settle(&mut self) {
                self.quiet = false;
                self.settle_claims();
                $(self.$name.settle();)*
            }

            /// Tells a journal of everything that was touched since the last time.
            pub(crate) fn tell_changes<J: Journal>(&self, journal: &mut J) -> Result<(), J::Error> {
                $(kept::tell_changes(journal, stringify!($name), &self.$name)?;)*
                Ok(())
            }

            /// Tells a journal of everything.
            pub(crate) fn tell_all<J: Journal>(&self, journal: &mut J) -> Result<(), J::Error> {
                $(kept::tell_all(journal, stringify!($name), &self.$name)?;)*
                Ok(())
            }

            /// Puts back a row that was kept; [`sort`](Store::sort) ends it.
            pub(crate) fn restore(&mut self, table: &str, id: &str, serial: u64, json: &[u8]) -> Result<(), String> {
                match table {
                    $(stringify!($name) => self.$name.restore(id.to_owned(), serial, kept::read(json)?),)*
                    _ => return Err("there is no such table".to_owned()),
                }
                Ok(())
            }

            /// Puts a row in, or in the place of another.
            pub(crate) fn take_in(&mut self, table: &str, id: &str, json: &[u8]) -> Result<(), String> {
                match table {
                    $(stringify!($name) => self.$name.insert(id.to_owned(), kept::read(json)?),)*
                    _ => return Err("there is no such table".to_owned()),
                }
                Ok(())
            }

            /// Puts the rows of all tables in their order, after they were put back.
            pub(crate) fn sort(&mut self) {
                $(self.$name.sort();)*
                self.users.values().for_each(|user| self.claims.add(user));
            }

            pub(crate) fn clear(&mut self) {
                $(self.$name.clear();)*
            }
        }
    };
}

store! {
    access_tokens: AccessToken,
    accountless: Accountless,
    /// By the id of the user or organization.
    accounts: Account,
    actor_tokens: ActorToken,
    admin_portal_link_tokens: AdminPortalLinkToken,
    agent_tasks: AgentTask,
    allowlist: Listed,
    api_keys: ApiKey,
    /// By the code itself.
    authorization_codes: AuthorizationCode,
    aws_credentials: AwsCredential,
    blocklist: Listed,
    /// By the token that a browser shows.
    browsers: Browser,
    code_verifications: CodeVerification,
    consents: Consent,
    directories: Directory,
    discounts: Discount,
    domains: Domain,
    emails: Email,
    enterprise_connections: EnterpriseConnection,
    grants: Grant,
    group_role_mappings: GroupRoleMapping,
    images: Image,
    /// One row, once a setting was changed.
    instance: Instance,
    invitations: Invitation,
    jwt_templates: JwtTemplate,
    m2m_tokens: M2mToken,
    machines: Machine,
    memberships: Membership,
    /// By type and slug; those that were changed.
    message_templates: MessageTemplate,
    messages: Message,
    /// By the nonce.
    nonces: HandshakePayload,
    oauth_applications: OAuthApplication,
    oauth_settings: OAuthSettings,
    organization_domains: OrganizationDomain,
    organization_invitations: OrganizationInvitation,
    organizations: Organization,
    payment_attempts: PaymentAttempt,
    permissions: Permission,
    plans: Plan,
    prices: Price,
    proxy_checks: ProxyCheck,
    redemptions: Redemption,
    redirect_urls: RedirectUrl,
    /// By the token itself.
    refresh_tokens: RefreshToken,
    role_sets: RoleSet,
    roles: Role,
    sessions: Session,
    sign_in_tokens: SignInToken,
    sign_ups: SignUp,
    statements: Statement,
    subscription_items: SubscriptionItem,
    test_runs: TestRun,
    users: User,
    waitlist_entries: WaitlistEntry,
    /// By the ids of event and endpoint.
    webhook_deliveries: WebhookDelivery,
    webhook_endpoints: WebhookEndpoint,
    webhook_events: WebhookEvent,
}

impl Store {
    /// The store of a new instance: nobody in it but one machine.
    pub(crate) fn new(seed: Option<u64>, machine_id: &str, machine_key: &str, now: i64) -> Self {
        let mut store = Store::empty(Ids::new(seed));
        store.settle_in(seed, machine_id, machine_key, now);
        store
    }

    /// A store to fill with what was kept.
    pub(crate) fn kept(ids: Ids, age: u64) -> Self {
        let mut store = Store::empty(ids);
        store.age = age;
        store
    }

    /// The number of the last creation.
    pub(crate) fn age(&self) -> u64 {
        self.age
    }

    /// Numbers the next creation behind this one.
    pub(crate) fn go_on_from(&mut self, age: u64) {
        self.age = age;
    }

    /// What an instance has from its first moment.
    fn settle_in(&mut self, seed: Option<u64>, machine_id: &str, machine_key: &str, now: i64) {
        self.hush();
        let machine = Machine::new(machine_id.to_owned(), 0, "Default".to_owned(), machine_key.to_owned(), now);
        self.machines.insert(machine.id.clone(), machine);
        let domain = Domain::primary(machine_id, now);
        self.domains.insert(domain.id.clone(), domain);
        // Apart from the ids of what is created later: those do not depend on what an instance starts with.
        let mut ids = Ids::new(seed.map(|seed| !seed));
        self.settle_in_roles(&mut ids, now);
        self.settle_in_plans(&mut ids, now);
    }

    /// Back to the first moment. Everything that was there counts as removed.
    pub(crate) fn reset(&mut self, seed: Option<u64>, machine_id: &str, machine_key: &str, now: i64) {
        self.clear();
        self.ids = Ids::new(seed);
        self.age = 0;
        self.settle_in(seed, machine_id, machine_key, now);
    }

    /// Says that nobody is to be told of what is changed: it is no event in the life of the instance.
    pub(crate) fn hush(&mut self) {
        self.quiet = true;
    }

    /// Whether nobody is to be told; from now on they are again.
    pub(crate) fn take_quiet(&mut self) -> bool {
        std::mem::take(&mut self.quiet)
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
        let id = self.ids.id("msg_");
        self.messages.insert(id, message);
        while self.messages.len() > MOST_MESSAGES {
            let Some(first) = self.messages.keys().next().cloned() else { return };
            self.messages.remove(&first);
        }
    }
}
