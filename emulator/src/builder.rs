//! Options of an emulator, and its start.

use crate::api::Router;
use crate::clock::{Clock, Mode};
use crate::disk::{Disk, KeptIdentity, Wanted};
use crate::emulator::Emulator;
use crate::errors::EmulatorError;
use crate::fixtures::Fixtures;
use crate::ids::Ids;
use crate::keys::LazyKey;
use crate::rate::{RateLimits, Rates};
use crate::state::{Identity, Shared, State};
use crate::store::Store;
use data_encoding::BASE64_NOPAD;
use serde::Deserialize;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

/// Options of an emulator. All have defaults; `start` starts it.
///
/// Other languages hand them over as a JSON object with the same names:
/// `{"host", "listen_beyond_loopback", "port", "seed", "clock_ms", "secret_key", "publishable_key", "machine_secret_key",
/// "instance_id", "production", "data_dir", "fixtures", "rate_limits"}`.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[must_use]
pub struct EmulatorBuilder {
    host: Option<IpAddr>,
    listen_beyond_loopback: bool,
    port: u16,
    seed: Option<u64>,
    clock_ms: Option<i64>,
    secret_key: Option<String>,
    publishable_key: Option<String>,
    machine_secret_key: Option<String>,
    instance_id: Option<String>,
    production: bool,
    data_dir: Option<PathBuf>,
    fixtures: Option<PathBuf>,
    rate_limits: RateLimits,
}

impl fmt::Debug for EmulatorBuilder {
    /// Of the secrets it only tells whether they were given.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given = |secret: &Option<String>| secret.as_ref().map(|_| "…");
        f.debug_struct("EmulatorBuilder")
            .field("host", &self.host)
            .field("listen_beyond_loopback", &self.listen_beyond_loopback)
            .field("port", &self.port)
            .field("seed", &self.seed)
            .field("clock_ms", &self.clock_ms)
            .field("secret_key", &given(&self.secret_key))
            .field("publishable_key", &self.publishable_key)
            .field("machine_secret_key", &given(&self.machine_secret_key))
            .field("instance_id", &self.instance_id)
            .field("production", &self.production)
            .field("data_dir", &self.data_dir)
            .field("fixtures", &self.fixtures)
            .field("rate_limits", &self.rate_limits)
            .finish()
    }
}

impl EmulatorBuilder {
    /// Reads the options from a JSON object.
    ///
    /// # Errors
    /// [`EmulatorError::Argument`] for malformed JSON, an unknown option or a wrong type.
    pub fn from_json(text: &str) -> Result<Self, EmulatorError> {
        serde_json::from_str(text).map_err(|error| EmulatorError::Argument(error.to_string()))
    }

    /// The address to listen on. Default 127.0.0.1. One that others can reach needs
    /// [`listen_beyond_loopback`](EmulatorBuilder::listen_beyond_loopback) too.
    pub fn host(mut self, host: IpAddr) -> Self {
        self.host = Some(host);
        self
    }

    /// Allows a [`host`](EmulatorBuilder::host) that is not this machine's loopback. Whoever reaches it can then read and
    /// change all that is in the emulator: its keys are no secrets. Default: no.
    pub fn listen_beyond_loopback(mut self, allowed: bool) -> Self {
        self.listen_beyond_loopback = allowed;
        self
    }

    /// The port on the host. Default 0: any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Makes resource ids, codes and the like the same in every run. Keys, secrets and the instance id stay
    /// unlike those of any other emulator.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Freezes the clock at this time (Unix milliseconds) from the start. Default: the system's time, running.
    pub fn clock_ms(mut self, ms: i64) -> Self {
        self.clock_ms = Some(ms);
        self
    }

    /// The secret key that the API accepts. Default: a fresh `sk_test_…`.
    pub fn secret_key(mut self, key: impl Into<String>) -> Self {
        self.secret_key = Some(key.into());
        self
    }

    /// The publishable key. Default: `pk_test_…` of the emulator's own host and port.
    pub fn publishable_key(mut self, key: impl Into<String>) -> Self {
        self.publishable_key = Some(key.into());
        self
    }

    /// The machine secret key. Default: a fresh `ak_…`.
    pub fn machine_secret_key(mut self, key: impl Into<String>) -> Self {
        self.machine_secret_key = Some(key.into());
        self
    }

    /// The instance id, which is the `kid` of its tokens. Default: a fresh `ins_…`.
    pub fn instance_id(mut self, id: impl Into<String>) -> Self {
        self.instance_id = Some(id.into());
        self
    }

    /// Makes the keys those of a production instance (`sk_live_…`, `pk_live_…`), where they are not given. Whether an
    /// instance is one of production is told by its publishable key alone.
    pub fn production(mut self, production: bool) -> Self {
        self.production = production;
        self
    }

    /// Keeps everything in this directory, which is made if it is not there: resources, keys, the clock if it was
    /// moved, and what ids depend on. Every change is durable before its request is answered. The secret key and the
    /// publishable key can be given anew; the instance id and the key of the machine stay. One emulator at a time can
    /// use it. Default: nothing is kept.
    pub fn data_dir(mut self, path: impl Into<PathBuf>) -> Self {
        self.data_dir = Some(path.into());
        self
    }

    /// Makes what a YAML file describes before the first request, and again at each [`reset`](Emulator::reset); see
    /// [`Emulator::load_fixtures`]. It is read when the emulator starts. What is there already stays as it is, so that the file can go
    /// with a directory of data.
    pub fn fixtures(mut self, path: impl Into<PathBuf>) -> Self {
        self.fixtures = Some(path.into());
        self
    }

    /// Limits the requests with the secret key, by the emulator's clock. Default: no limits.
    pub fn rate_limits(mut self, limits: RateLimits) -> Self {
        self.rate_limits = limits;
        self
    }

    /// Starts the server on a thread of its own.
    ///
    /// # Errors
    /// [`EmulatorError::Io`] if the port is taken or no thread can be had; [`EmulatorError::Argument`] for an
    /// empty key or one that cannot stand in a header, for a host beyond the loopback that was not allowed, for a rate
    /// limit of nothing, and for fixtures that cannot be read; [`EmulatorError::Data`] if the directory of data is used by
    /// another emulator, damaged, of a newer version or not an emulator's.
    pub fn start(self) -> Result<Emulator, EmulatorError> {
        for (name, key) in [
            ("secret_key", &self.secret_key),
            ("publishable_key", &self.publishable_key),
            ("machine_secret_key", &self.machine_secret_key),
            ("instance_id", &self.instance_id),
        ] {
            if key.as_deref().is_some_and(|key| key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic())) {
                return Err(EmulatorError::Argument(format!("{name} must be printable ASCII without spaces")));
            }
        }
        self.rate_limits.check()?;
        let address = self.host.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        if !address.is_loopback() && !self.listen_beyond_loopback {
            let text = format!("host {address} is not this machine's loopback; allow it with listen_beyond_loopback");
            return Err(EmulatorError::Argument(text));
        }
        let (disk, kept) = match &self.data_dir {
            Some(directory) => {
                let (disk, kept) = Disk::open(directory)?;
                (Some(Arc::new(disk)), kept)
            }
            None => (None, None),
        };
        let listener = TcpListener::bind((address, self.port))?;
        listener.set_nonblocking(true)?;
        let is_remote = !address.is_loopback();
        let rates = Rates::new(self.rate_limits);
        let host = reachable(listener.local_addr()?).to_string();
        let mut mode = self.clock_ms.map(Mode::frozen_at);
        let (identity, store, signing_key, unreadable) = match kept {
            Some(kept) => {
                mode = mode.or(Some(kept.clock));
                (kept.identity.adopt(&self.wanted())?, Some(kept.store), kept.signing_key, kept.unreadable)
            }
            None => (self.fresh_identity(), None, None, Vec::new()),
        };
        let clock = Clock::new(mode.unwrap_or_default(), disk.clone());
        let mut store = store.unwrap_or_else(|| {
            Store::new(identity.seed, &identity.machine_id, &identity.machine_secret_key, clock.now_ms())
        });
        if let Some(disk) = &disk {
            disk.start(&identity, &store, clock.current())?;
        }
        // What is there from the first moment is not for the first failed request to undo.
        store.settle();
        let key = LazyKey::new(signing_key, disk.clone());
        let seed = identity.seed;
        let fixtures = self.fixtures.as_deref().map(Fixtures::open).transpose()?;
        let state = State { store, clock, key, disk, fixtures, unreadable, rates, is_remote };
        let shared = Arc::new(Shared::new(Identity::new(identity, &host), seed, state, Router::new()?));
        if let Some(fixtures) = &shared.fixtures {
            fixtures.load(&shared)?;
        }
        Emulator::launch(listener, shared)
    }

    fn wanted(&self) -> Wanted<'_> {
        Wanted {
            secret_key: self.secret_key.as_deref(),
            publishable_key: self.publishable_key.as_deref(),
            machine_secret_key: self.machine_secret_key.as_deref(),
            instance_id: self.instance_id.as_deref(),
            production: self.production,
            seed: self.seed,
        }
    }

    /// The keys and ids of a new instance. Never from the seed: two emulators with one seed must not accept each
    /// other's keys.
    fn fresh_identity(&self) -> KeptIdentity {
        let mut fresh = Ids::new(None);
        let kind = if self.production { "live" } else { "test" };
        KeptIdentity {
            secret_key: self.secret_key.clone().unwrap_or_else(|| format!("sk_{kind}_emulator{}", fresh.text(34))),
            publishable_key: self.publishable_key.clone(),
            machine_secret_key: self
                .machine_secret_key
                .clone()
                .unwrap_or_else(|| format!("ak_emulator{}", fresh.text(34))),
            // Not from the store's ids: those that a seed gives to users and others do not depend on it.
            machine_id: Ids::new(self.seed.map(|seed| !seed)).id("mch_"),
            instance_id: self.instance_id.clone().unwrap_or_else(|| fresh.id("ins_")),
            production: self.production,
            seed: self.seed,
        }
    }
}

impl Identity {
    fn new(kept: KeptIdentity, host: &str) -> Self {
        let kind = if kept.production { "live" } else { "test" };
        Identity {
            url: format!("http://{host}"),
            secret_key: kept.secret_key,
            publishable_key: kept
                .publishable_key
                .unwrap_or_else(|| format!("pk_{kind}_{}", BASE64_NOPAD.encode(format!("{host}$").as_bytes()))),
            machine_secret_key: kept.machine_secret_key,
            machine_id: kept.machine_id,
            instance_id: kept.instance_id,
        }
    }
}

/// Where this machine reaches a listener: one on every address, at the loopback.
fn reachable(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => SocketAddr::from((Ipv4Addr::LOCALHOST, v4.port())),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => SocketAddr::from((Ipv6Addr::LOCALHOST, v6.port())),
        other => other,
    }
}
