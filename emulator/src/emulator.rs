//! The handle of a running emulator.

use crate::builder::EmulatorBuilder;
use crate::clock::Clock;
use crate::control;
use crate::errors::EmulatorError;
use crate::faults::Fault;
use crate::log::RequestRecord;
use crate::mint::{self, Issuer, MintKey, MintOptions, OrgOptions};
use crate::rate::{RateLimits, Rates};
use crate::server;
use crate::state::Shared;
use crate::store::{Message, Store};
use serde_json::{Map, Value};
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError, Weak, mpsc};
use std::thread::{self, JoinHandle};
use std::{fmt, io};
use tokio::sync::oneshot;

/// A running emulator. Clones are handles of the same one; it stops when told to, or when the last is dropped.
#[derive(Clone)]
pub struct Emulator {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    shared: Arc<Shared>,
    server: Mutex<Option<(oneshot::Sender<()>, JoinHandle<()>)>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Inner {
    fn stop(&self) {
        let server = self.server.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((stop, thread)) = server {
            let _ = stop.send(());
            // The thread ends at once: it drops its runtime, and with it all connections.
            let _ = thread.join();
            if let Some(disk) = &self.shared.disk {
                disk.close();
            }
        }
    }
}

impl fmt::Debug for Emulator {
    /// Without the secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator").field("url", &self.url()).field("instance_id", &self.instance_id()).finish()
    }
}

impl Emulator {
    /// Options; nothing is started before [`EmulatorBuilder::start`].
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder::default()
    }

    /// Starts with all defaults.
    ///
    /// # Errors
    /// As [`EmulatorBuilder::start`].
    pub fn start() -> Result<Self, EmulatorError> {
        Self::builder().start()
    }

    pub(crate) fn launch(listener: TcpListener, shared: Arc<Shared>) -> Result<Self, EmulatorError> {
        shared.follow_clock();
        let following = Arc::downgrade(&shared);
        shared.clock.set_follower(move || {
            if let Some(shared) = following.upgrade() {
                shared.follow_clock();
            }
        });
        let (stop, stopped) = oneshot::channel();
        let (ready, started) = mpsc::channel();
        let served = Arc::clone(&shared);
        // The runtime lives and dies on this thread: dropping one inside another's context would panic.
        let thread = thread::Builder::new().name("clerk-usher-emulator".to_owned()).spawn(move || {
            match server::runtime(listener) {
                Ok((runtime, listener)) => {
                    let _ = ready.send(Ok(()));
                    runtime.block_on(server::serve(listener, served, stopped));
                    // Nobody waits for a name that is being looked up for a delivery.
                    runtime.shutdown_background();
                }
                Err(error) => {
                    let _ = ready.send(Err(error));
                }
            }
        })?;
        started.recv().unwrap_or_else(|_| Err(io::Error::other("the server thread ended")))?;
        // An RSA key takes a tenth of a second or more: made beside the start, waited for at its first use.
        let keyed = Arc::clone(&shared);
        thread::Builder::new().name("clerk-usher-key".to_owned()).spawn(move || {
            let _ = keyed.key.get();
        })?;
        let inner = Arc::new(Inner { shared, server: Mutex::new(Some((stop, thread))) });
        let _ = inner.shared.handle.set(Arc::downgrade(&inner));
        Ok(Emulator { inner })
    }

    /// A handle of an emulator that still has others.
    pub(crate) fn from_weak(weak: &Weak<Inner>) -> Option<Self> {
        Some(Emulator { inner: weak.upgrade()? })
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.inner.shared
    }

    /// `http://127.0.0.1:PORT`: the API URL for clients (they append `/v1`), and the issuer of tokens.
    pub fn url(&self) -> &str {
        &self.shared().url
    }

    /// The secret key that the API accepts (`sk_test_…`).
    pub fn secret_key(&self) -> &str {
        &self.shared().secret_key
    }

    /// The publishable key; it names the emulator's host and port, which speak plain HTTP. An SDK that knows no
    /// Frontend API without TLS takes [`url`](Emulator::url) as `proxy_url`, which is used as it is.
    pub fn publishable_key(&self) -> &str {
        &self.shared().publishable_key
    }

    /// The machine secret key (`ak_…`).
    pub fn machine_secret_key(&self) -> &str {
        &self.shared().machine_secret_key
    }

    /// The id of the machine that the machine secret key belongs to (`mch_…`). It is there from the start.
    pub fn machine_id(&self) -> &str {
        &self.shared().machine_id
    }

    /// The instance id (`ins_…`), which is the `kid` of tokens.
    pub fn instance_id(&self) -> &str {
        &self.shared().instance_id
    }

    /// The public key as SPKI PEM, for verification without the network. Waits for the key if it is being made.
    ///
    /// # Errors
    /// [`EmulatorError::Key`] if no key could be made.
    pub fn jwt_key(&self) -> Result<String, EmulatorError> {
        Ok(self.shared().key.get()?.pem().to_owned())
    }

    /// The clock: read, freeze, move.
    pub fn clock(&self) -> &Clock {
        &self.shared().clock
    }

    /// Adds a fault behind those that wait.
    ///
    /// # Errors
    /// [`EmulatorError::Argument`] for a status out of range, a route without a leading slash or a bad header.
    pub fn add_fault(&self, fault: Fault) -> Result<(), EmulatorError> {
        fault.check()?;
        self.shared().faults().add(fault);
        Ok(())
    }

    /// Forgets all faults.
    pub fn clear_faults(&self) {
        self.shared().faults().clear();
    }

    /// The last requests, oldest first: at most 10,000 of them and 4 MiB.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.shared().log().tell(None, None)
    }

    /// The requests after the one with the id `since`, oldest first, at most `limit` of them.
    pub fn requests_since(&self, since: u64, limit: usize) -> Vec<RequestRecord> {
        self.shared().log().tell(Some(since), Some(limit))
    }

    /// Sets the rate limits from now on; what was used before is forgotten.
    ///
    /// # Errors
    /// [`EmulatorError::Argument`] for no requests or no seconds.
    pub fn set_rate_limits(&self, limits: RateLimits) -> Result<(), EmulatorError> {
        limits.check()?;
        *self.shared().rates() = Rates::new(limits);
        Ok(())
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.shared().log().clear();
    }

    /// The emails and text messages the API would have sent, oldest first.
    pub fn messages(&self) -> Vec<Message> {
        self.shared().read(|store| store.messages.values().cloned().collect())
    }

    /// Makes a session token; see [`MintOptions`]. It asks nothing of the store but what the options leave open.
    ///
    /// # Errors
    /// [`EmulatorError::Argument`] for a version other than 1 and 2; [`EmulatorError::Key`] if signing fails.
    pub fn mint_session_token(&self, options: &MintOptions) -> Result<String, EmulatorError> {
        let shared = self.shared();
        let key = match options.key {
            MintKey::Instance => shared.key.get()?,
            MintKey::Other => shared.other_key.get()?,
        };
        let mut options = options.clone();
        shared.change(|store| {
            let now = shared.clock.now_ms();
            store.bill(now);
            if let Some(session) = options.session_id.as_ref().and_then(|id| store.sessions.get(id)) {
                options.user_id.get_or_insert_with(|| session.user_id.clone());
                if options.org.is_none() {
                    options.org = store.org_options(session);
                }
                for (name, value) in session.own_claims() {
                    options.claims.entry(name).or_insert(value);
                }
            }
            if let Some(user_id) = options.user_id.clone() {
                store.fill_plans(&mut options, &user_id);
            }
            let issuer = Issuer { iss: &shared.url, kid: &shared.instance_id, key, now_ms: now };
            mint::session_token(&issuer, &mut store.ids, &options)
        })
    }

    /// Registers a JWT template, or replaces it. `{{user.id}}` and the like in its claims stand for values.
    ///
    /// # Errors
    /// [`EmulatorError::Data`] if it cannot be kept in the directory of data.
    pub fn add_jwt_template(
        &self,
        name: &str,
        claims: Map<String, Value>,
        lifetime_seconds: i64,
    ) -> Result<(), EmulatorError> {
        let now = self.clock().now_ms();
        self.shared().alter(|store| store.set_jwt_template(name, claims, lifetime_seconds, now))?;
        Ok(())
    }

    /// Back to the first moment: nothing in the store but the [`fixtures`](crate::EmulatorBuilder::fixtures) it was
    /// started with, the seed's ids again, no faults, no requests. Keys and clock stay.
    ///
    /// # Errors
    /// [`EmulatorError::Data`] if that cannot be kept in the directory of data; then everything is as it was.
    /// [`EmulatorError::Argument`] if the fixtures speak of what was only in that directory; then the store is empty.
    pub fn reset(&self) -> Result<(), EmulatorError> {
        let shared = self.shared();
        let empty = |store: &mut Store| {
            store.reset(shared.seed, &shared.machine_id, &shared.machine_secret_key, shared.clock.now_ms());
        };
        shared.change_twice(empty, |store| match &shared.fixtures {
            Some(fixtures) => fixtures.apply(shared, store).map(|_| ()),
            None => Ok(()),
        })?;
        shared.faults().clear();
        shared.log().clear();
        Ok(())
    }

    /// Runs a control command with arguments as a JSON object; the answer is JSON.
    ///
    /// | command | arguments | answer |
    /// |---|---|---|
    /// | `info` | `{jwt_key?}`: false leaves it out and does not wait for it | `{url, secret_key, publishable_key, machine_secret_key, machine_id, instance_id, jwt_key, data_dir, unreadable}`; the last one: rows of the directory that could not be read, `{table, id, reason}` each |
    /// | `mint_session_token` | as [`MintOptions`] | `{jwt}` |
    /// | `mint_handshake_token` | as [`HandshakeOptions`](crate::HandshakeOptions) | `{jwt}` |
    /// | `mint_m2m_token` | as [`M2mTokenOptions`](crate::M2mTokenOptions) | `{id, token}` |
    /// | `mint_oauth_token` | as [`OAuthTokenOptions`](crate::OAuthTokenOptions) | `{id, token}` |
    /// | `mint_api_key` | as [`ApiKeyOptions`](crate::ApiKeyOptions) | `{id, token}` |
    /// | `create_handshake_nonce` | `{directives}`: `Set-Cookie` values; it holds for a minute | `{nonce}` |
    /// | `browser_sign_in` | `{user_id, org_id?, browser?}`: an id or slug; no `browser` is a new one | `{browser, session_id}` |
    /// | `browser_sign_out` | `{browser}` | `{}` |
    /// | `clock_get` | | `{now_ms, frozen}` |
    /// | `clock_set` | `{now_ms}`; null: back to the system's time | `{now_ms, frozen}` |
    /// | `clock_advance` | `{by_ms}` | `{now_ms, frozen}` |
    /// | `add_fault` | as [`Fault`] | `{}` |
    /// | `clear_faults` | | `{}` |
    /// | `export` | `{with_keys?}` | a document; see [`export`](Emulator::export) |
    /// | `import` | `{document}` or `{path}`, `mode?`: `replace` or `merge` (replace) | `{rows}` |
    /// | `load_fixtures` | `{yaml}` or `{path}`; see [`load_fixtures`](Emulator::load_fixtures) | as [`FixtureReport`](crate::FixtureReport) |
    /// | `set_rate_limit` | `{limit}`: `true` (as documented), `false`, `{requests, per_seconds}` | `{}` |
    /// | `requests` | `{since?, limit?}`: after the id `since`; without it the last | a list, each as [`RequestRecord`] |
    /// | `clear_requests` | | `{}` |
    /// | `messages` | | a list, each as [`Message`] |
    /// | `add_jwt_template` | `{name, claims, lifetime_seconds?}` (60) | `{}` |
    /// | `add_role` | `{key, name, permissions?}`; in the set of roles that new organizations get | `{}` |
    /// | `add_aws_credential` | `{access_key_id, secret_access_key, user_pool_ids?}` | `{id}` |
    /// | `add_external_account` | as [`ExternalAccount`](crate::ExternalAccount) | `{id}` |
    /// | `add_passkey` | `{user_id, name?}` | `{id}` |
    /// | `add_plan` | `{slug, name?, description?, payer_type?, amount?, annual_monthly_amount?, currency?, features?, free_trial_days?}`: cents a month; `user` or `org`; slugs of features | `{id, price_id}` |
    /// | `add_discount` | `{name, percent_off?, amount_off?, cycles?}`: one of the two, cents | `{id}` |
    /// | `subscribe` | `{payer, plan_slug, period?, free_trial?}`: a user or an organization; `month` or `annual` | `{subscription_item_id, statement_id}` |
    /// | `decline_payments` | `{payer, declined?}` (true): a user or an organization; false pays what is owed | `{}` |
    /// | `add_trusted_device` | `{user_id, platform?, app_identifier?, name?}` | `{id}` |
    /// | `accept_invitation` | `{invitation_id}`: signs the invited person up | `{user_id}` |
    /// | `accept_organization_invitation` | `{invitation_id}`: the invited user joins | `{membership_id}` |
    /// | `accept_actor_token` | `{token}`: opens a session with an actor | `{session_id}` |
    /// | `accept_agent_task` | `{token}`: the ticket of the task's url; opens the agent's session | `{session_id}` |
    /// | `create_sign_up` | `{email_address?, phone_number?, web3_wallet?, username?, password?, first_name?, last_name?, unsafe_metadata?, locale?, legal_accepted?, client_id?}` | `{id}` |
    /// | `complete_sign_up` | `{sign_up_id}`: as if every code was entered | `{user_id, session_id}` |
    /// | `client_token` | `{client_id}`: what `clients.verify` takes | `{jwt}` |
    /// | `accept_sign_in_token` | `{token}`: opens a session | `{session_id}` |
    /// | `refresh_token` | `{session_id}` | `{refresh_token}` |
    /// | `totp_code` | `{user_id}`: what the authenticator app shows now; it signs in once | `{code}` |
    /// | `add_webhook_endpoint` | as [`WebhookEndpointOptions`](crate::WebhookEndpointOptions) | `{id, secret}` |
    /// | `update_webhook_endpoint` | as [`WebhookEndpointUpdate`](crate::WebhookEndpointUpdate) | as [`WebhookEndpoint`](crate::WebhookEndpoint) |
    /// | `remove_webhook_endpoint` | `{endpoint_id}` | `{}` |
    /// | `webhook_endpoints` | | a list, each as [`WebhookEndpoint`](crate::WebhookEndpoint) |
    /// | `webhook_events` | as [`WebhookEventFilter`](crate::WebhookEventFilter) | a list, each as [`WebhookEvent`](crate::WebhookEvent), the payload as JSON |
    /// | `webhook_deliveries` | as [`WebhookDeliveryFilter`](crate::WebhookDeliveryFilter) | a list, each as [`WebhookDelivery`](crate::WebhookDelivery) |
    /// | `replay_webhook` | `{event_id, endpoint_id?}` | `{deliveries}`: how many |
    /// | `wait_for_webhooks` | `{timeout_ms?}` (10,000): blocks until no attempt is due or under way; 0 only asks | `{idle}`: whether it came to that |
    /// | `reset` | | `{}` |
    /// | `stop` | | `{}` |
    ///
    /// Empty arguments are an empty object.
    ///
    /// # Errors
    /// [`EmulatorError::Argument`] for an unknown command or wrong arguments, and what the command itself may give.
    pub fn control(&self, command: &str, arguments: &str) -> Result<String, EmulatorError> {
        control::run(self, command, arguments)
    }

    /// Stops the server: open connections are cut, the port refuses new ones, and another emulator can use the
    /// directory of data. Stopping twice is no error.
    pub fn stop(&self) {
        self.inner.stop();
    }
}

impl Store {
    /// What a token tells of the session's active organization.
    pub(crate) fn org_options(&self, session: &crate::store::session::Session) -> Option<OrgOptions> {
        let organization = self.organizations.get(session.organization_id.as_ref()?)?;
        let membership = self.membership_of(&organization.id, &session.user_id)?;
        Some(OrgOptions {
            id: organization.id.clone(),
            slug: Some(organization.slug.clone()),
            role: membership.role.clone(),
            permissions: self.permissions_of(&membership.role),
            features: self.features_for_tokens(&organization.id),
        })
    }

    fn features_for_tokens(&self, owner_id: &str) -> Vec<String> {
        self.plan_for_tokens(owner_id)
            .map(|plan| plan.features.iter().map(|feature| feature.slug.clone()).collect())
            .unwrap_or_default()
    }

    /// Fills in what the user and the active organization have subscribed to, as far as the options leave it open.
    pub(crate) fn fill_plans(&self, options: &mut MintOptions, user_id: &str) {
        if !self.users.contains_key(user_id) {
            return;
        }
        if options.features.is_empty() {
            options.features = self.features_for_tokens(user_id);
        }
        if options.plans.is_empty() {
            let slug = |owner: &str| self.plan_for_tokens(owner).map(|plan| &plan.slug);
            let of_user = slug(user_id).map(|slug| format!("u:{slug}"));
            let organization = options.org.as_ref().filter(|org| self.organizations.contains_key(&org.id));
            let of_organization = organization.and_then(|org| slug(&org.id)).map(|slug| format!("o:{slug}"));
            options.plans = of_user.into_iter().chain(of_organization).collect();
        }
    }
}
