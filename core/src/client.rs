//! The client: options made fast, one pool of connections, and the door to every operation.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};

use crate::args::{Arguments, Prepared, append_query};
use crate::auth::ApiCall;
use crate::call::CallOptions;
use crate::catalogue::{Key, Operation};
use crate::clock::SharedClock;
use crate::error::{ArgumentError, ConfigError, Error, Result};
use crate::file::File;
use crate::generated::operations;
use crate::hooks::Hooks;
use crate::http::{
    Backoff, Limits, MAX_BODY_BYTES, MAX_KEYS_BODY_BYTES, Outgoing, Pool, PoolOptions, Proxy, RawResponse,
};
use crate::key::check_secret_key;
use crate::options::{self, ClerkBuilder, Values};
use crate::secret::Secret;
use crate::verification::Verification;

/// For fetching keys, all attempts: a request that waits for a verdict does not wait longer.
pub(crate) const DEFAULT_KEYS_TIMEOUT: Duration = Duration::from_secs(3);

/// A client of one Clerk instance. Cheap to clone; clones share connections and keys.
#[derive(Debug, Clone)]
pub struct Clerk {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) values: Values,
    pub(crate) clock: SharedClock,
    hooks: Hooks,
    /// The API's base with its path version, such as `https://api.clerk.com/v1`.
    base: String,
    api_version: HeaderValue,
    /// Made at the first call, which tells of a key that a header cannot carry.
    authorization: ArcSwapOption<HeaderValue>,
    transport: Arc<Pool>,
    pub(crate) verification: Verification,
    pub(crate) webhook: Option<crate::webhook::Webhook>,
}

impl Clerk {
    /// A client with all its options from the environment.
    ///
    /// # Errors
    /// `Config`, as [`ClerkBuilder::build`].
    pub fn from_env() -> Result<Self> {
        Self::builder().build()
    }

    /// Sets options.
    #[must_use]
    pub fn builder() -> ClerkBuilder {
        ClerkBuilder::default()
    }

    pub(crate) fn from_values(values: Values, hooks: Hooks, clock: SharedClock) -> Result<Self> {
        check_keys(&values)?;
        let url = options::api_url(&values)?;
        let proxy = values.proxy.as_ref().map(|proxy| {
            Proxy::all(proxy.expose())
                .ok_or_else(|| ConfigError::new("proxy", "`proxy` must be a URL such as http://proxy.example.com:3128"))
        });
        let certificates = match &values.ca_certificates {
            Some(pem) => crate::http::certificates(pem)?,
            None => Vec::new(),
        };
        let loopback = url.host_str().is_some_and(|host| {
            host == "localhost"
                || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
        });
        let transport = Pool::new(PoolOptions {
            connect_timeout: values.connect_timeout.unwrap_or(Duration::from_secs(5)),
            proxy: proxy.transpose()?,
            certificates,
            plain: url.scheme() == "http",
            loopback,
            user_agent: options::user_agent(&values)?,
            transport: values.transport.clone(),
        });
        let api_version = options::api_version(&values)?;
        let verification = Verification::new(&values, &url, &api_version)?;
        let api_version = HeaderValue::from_str(&api_version)
            .map_err(|_| ConfigError::new("api_version", "`api_version` must be a date"))?;
        let webhook = crate::webhook::of_client(values.webhook_signing_secret.as_ref(), &clock)?;
        let base = format!("{}/v1", url.as_str().trim_end_matches('/'));
        Ok(Self {
            inner: Arc::new(Inner {
                values,
                clock,
                hooks,
                base,
                api_version,
                authorization: ArcSwapOption::empty(),
                transport: Arc::new(transport),
                verification,
                webhook,
            }),
        })
    }

    /// A copy with some options changed; what is not set here stays as it is in this client. Connections and the keys that
    /// verify tokens are shared, unless an option of theirs changes. Another secret key is another instance's: JWT key and
    /// machine secret key of this client are then not those of the copy.
    ///
    /// # Errors
    /// `Config`, as [`ClerkBuilder::build`].
    pub fn with_options(&self, change: impl FnOnce(ClerkBuilder) -> Result<ClerkBuilder>) -> Result<Self> {
        let mut builder = ClerkBuilder::of(self.inner.values.clone(), self.inner.hooks.clone());
        // Keys that verify without asking are kept apart: with another secret key they would be another instance's.
        let jwt_key = builder.values.jwt_key.take();
        let machine_secret_key = builder.values.machine_secret_key.take();
        let mut changed = change(builder.shared_clock(self.inner.clock.clone()).environment([]))?;
        if changed.values.secret_key == self.inner.values.secret_key {
            let values = &mut changed.values;
            values.jwt_key = values.jwt_key.take().or(jwt_key);
            values.machine_secret_key = values.machine_secret_key.take().or(machine_secret_key);
        }
        let copy = changed.build()?;
        if !self.inner.values.same_connections(&copy.inner.values) {
            return Ok(copy);
        }
        let mut inner =
            Arc::try_unwrap(copy.inner).map_err(|_| Error::Internal("a new client is shared".to_owned()))?;
        inner.transport = self.inner.transport.clone();
        if self.inner.values.same_keys(&inner.values) {
            inner.verification = self.inner.verification.sharing_keys(&inner.values)?;
        }
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The current time of this client's clock, in Unix milliseconds.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.inner.clock.now_ms()
    }

    /// Calls an operation by its name, such as `users.list`, with its arguments by name, and gives the answer as it
    /// came. This is what the typed operations do, and what the packages for other languages call.
    ///
    /// # Errors
    /// `Argument` before anything is sent; else what the call meets.
    pub async fn call(
        &self,
        operation: &str,
        arguments: &Arguments,
        files: &[(String, File)],
        options: &CallOptions,
    ) -> Result<RawResponse> {
        self.prepare(operation, arguments, files, options)?.send().await
    }

    /// The checked half of [`Clerk::call`], which needs no runtime and sends nothing.
    ///
    /// # Errors
    /// `Argument` or `Config`.
    pub fn prepare(
        &self,
        operation: &str,
        arguments: &Arguments,
        files: &[(String, File)],
        options: &CallOptions,
    ) -> Result<PreparedCall> {
        self.prepare_operation(find_operation(operation)?, arguments, files, options)
    }

    pub(crate) fn prepare_operation(
        &self,
        operation: &'static Operation,
        arguments: &Arguments,
        files: &[(String, File)],
        options: &CallOptions,
    ) -> Result<PreparedCall> {
        let prepared = arguments.prepare(operation, files)?;
        let key = self.key_for(operation.key, operation.name)?;
        let method = method(operation.method)?;
        let idempotent = operation.idempotent || operation.method == "GET";
        let route = [operation.method, " ", operation.path].concat();
        self.prepared(method, prepared, key, idempotent, route, options)
    }

    /// Sends a request that no operation describes, with the same keys, retries, deadline and errors. `path` is below
    /// the API version (`/users/user_1`), `query` has its values as they are, `body` is JSON.
    ///
    /// # Errors
    /// `Argument` for a method or path that cannot be sent; else what the call meets.
    pub async fn request(
        &self,
        method_name: &str,
        path: &str,
        query: &[(String, String)],
        body: Option<&str>,
        options: &CallOptions,
    ) -> Result<RawResponse> {
        self.prepare_request(method_name, path, query, body, options)?.send().await
    }

    /// The checked half of [`Clerk::request`], which needs no runtime and sends nothing.
    ///
    /// # Errors
    /// `Argument` or `Config`.
    pub fn prepare_request(
        &self,
        method_name: &str,
        path: &str,
        query: &[(String, String)],
        body: Option<&str>,
        options: &CallOptions,
    ) -> Result<PreparedCall> {
        let method = method(&method_name.to_ascii_uppercase())?;
        check_path(path)?;
        let mut target = path.to_owned();
        let mut text = String::new();
        for (name, value) in query {
            append_query(&mut text, name, value);
        }
        if !text.is_empty() {
            target.push(if path.contains('?') { '&' } else { '?' });
            target.push_str(&text);
        }
        if let Some(body) = body {
            serde_json::from_str::<&serde_json::value::RawValue>(body)
                .map_err(|error| ArgumentError::new("body", format!("`body` is not JSON: {error}")))?;
        }
        let body = body.map(|body| (bytes::Bytes::copy_from_slice(body.as_bytes()), "application/json".to_owned()));
        let key = self.key_for(Key::Secret, "request")?;
        let idempotent = method.is_safe();
        let route = format!("{method} {}", path.split('?').next().unwrap_or(path));
        self.prepared(method, Prepared { target, body }, key, idempotent, route, options)
    }

    fn prepared(
        &self,
        method: http::Method,
        prepared: Prepared,
        key: Option<&Secret>,
        idempotent: bool,
        route: String,
        options: &CallOptions,
    ) -> Result<PreparedCall> {
        let outgoing = Outgoing {
            method,
            url: [self.inner.base.as_str(), &prepared.target].concat(),
            headers: self.headers(key, options)?,
            body: prepared.body,
            idempotent,
            route,
            max_body: MAX_BODY_BYTES,
        };
        let hooks = self.inner.hooks.with(options.recorder.clone());
        Ok(PreparedCall { clerk: self.clone(), outgoing, limits: self.limits(options), hooks })
    }

    /// The key set that verifies an instance's tokens, as it came, within its own deadline.
    pub(crate) async fn fetch_keys(&self, secret_key: &Secret) -> Result<RawResponse> {
        let outgoing = Outgoing {
            method: http::Method::GET,
            url: self.keys_url(),
            headers: self.headers(Some(secret_key), &CallOptions::default())?,
            body: None,
            idempotent: true,
            route: "GET /jwks".to_owned(),
            max_body: MAX_KEYS_BODY_BYTES,
        };
        let values = &self.inner.values;
        let limits = Limits {
            total: values.keys_timeout.unwrap_or(DEFAULT_KEYS_TIMEOUT),
            attempt: values.attempt_timeout,
            max_retries: 4,
            backoff: Backoff::Doubling(values.retry_delay.unwrap_or(Duration::from_millis(125))),
        };
        self.inner.transport.send(&outgoing, &limits, &self.inner.clock, &self.inner.hooks).await
    }

    /// Makes a call that a request waits for, within the deadline of keys.
    pub(crate) async fn call_for_authentication(&self, call: &ApiCall) -> Result<RawResponse> {
        let mut url = format!("{}{}", self.inner.base.strip_suffix("/v1").unwrap_or(&self.inner.base), call.path);
        let mut query = String::new();
        for (name, value) in &call.query {
            append_query(&mut query, name, value);
        }
        if !query.is_empty() {
            url.push('?');
            url.push_str(&query);
        }
        let outgoing = Outgoing {
            method: method(call.method)?,
            url,
            headers: self.headers(Some(&call.secret_key), &CallOptions::default())?,
            body: call.body.as_ref().map(|body| (bytes::Bytes::from(body.clone()), "application/json".to_owned())),
            idempotent: call.idempotent,
            route: format!("{} {}", call.method, call.route),
            max_body: MAX_KEYS_BODY_BYTES,
        };
        let values = &self.inner.values;
        let limits = Limits {
            total: values.keys_timeout.unwrap_or(DEFAULT_KEYS_TIMEOUT),
            attempt: values.attempt_timeout,
            max_retries: values.max_retries.unwrap_or(2),
            backoff: Backoff::FullJitter(values.retry_delay.unwrap_or(Duration::from_millis(125))),
        };
        self.inner.transport.send(&outgoing, &limits, &self.inner.clock, &self.inner.hooks).await
    }

    /// Where the keys are.
    pub(crate) fn keys_url(&self) -> String {
        format!("{}/jwks", self.inner.base)
    }

    fn limits(&self, options: &CallOptions) -> Limits {
        let values = &self.inner.values;
        Limits {
            total: options.timeout.or(values.timeout).unwrap_or(Duration::from_secs(10)),
            attempt: options.attempt_timeout.or(values.attempt_timeout),
            max_retries: options.max_retries.or(values.max_retries).unwrap_or(2),
            backoff: Backoff::FullJitter(values.retry_delay.unwrap_or(Duration::from_millis(500))),
        }
    }

    fn headers(&self, key: Option<&Secret>, options: &CallOptions) -> Result<HeaderMap> {
        // With room for what is added where it is sent: media type, user agent and host.
        let mut headers = HeaderMap::with_capacity(options.headers.len() + 6);
        headers.insert(HeaderName::from_static("clerk-api-version"), self.inner.api_version.clone());
        headers.insert(http::header::ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(key) = key {
            headers.insert(AUTHORIZATION, self.authorization(key)?);
        }
        for (name, value) in &options.headers {
            headers.insert(name.clone(), value.clone());
        }
        Ok(headers)
    }

    /// That of the client's own secret key is made once.
    fn authorization(&self, key: &Secret) -> Result<HeaderValue, ConfigError> {
        let own = self.inner.values.secret_key.as_ref().is_some_and(|own| std::ptr::eq(own, key));
        if own && let Some(value) = self.inner.authorization.load().as_deref() {
            return Ok(value.clone());
        }
        let value = bearer(key)?;
        if own {
            self.inner.authorization.store(Some(Arc::new(value.clone())));
        }
        Ok(value)
    }

    fn key_for(&self, key: Key, what: &str) -> Result<Option<&Secret>> {
        let values = &self.inner.values;
        let found = match key {
            Key::None => return Ok(values.secret_key.as_ref()),
            Key::Secret => values.secret_key.as_ref(),
            Key::MachineOrSecret => values.machine_secret_key.as_ref().or(values.secret_key.as_ref()),
        };
        match found {
            Some(key) => Ok(Some(key)),
            None => Err(ConfigError::new(
                "secret_key",
                format!(
                    "{what} needs the instance's secret key: set the option `secret_key` or CLERK_SECRET_KEY (sk_…)"
                ),
            )
            .into()),
        }
    }
}

/// A call that has been checked and can be sent.
#[derive(Debug)]
#[must_use = "a call does nothing until it is sent"]
pub struct PreparedCall {
    clerk: Clerk,
    outgoing: Outgoing,
    limits: Limits,
    hooks: Hooks,
}

impl PreparedCall {
    /// Sends it, and gives the answer as it came.
    ///
    /// # Errors
    /// What the call meets: `Connection`, `Timeout`, `Api`.
    pub async fn send(self) -> Result<RawResponse> {
        let inner = &self.clerk.inner;
        inner.transport.send(&self.outgoing, &self.limits, &inner.clock, &self.hooks).await
    }
}

/// The operation of this name.
pub(crate) fn find_operation(name: &str) -> Result<&'static Operation, ArgumentError> {
    operations::find(name).ok_or_else(|| {
        let meant = crate::args::closest(name, operations::OPERATIONS.iter().map(|operation| operation.name));
        let hint = meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
        ArgumentError::new("operation", format!("`{name}` is not an operation{hint}"))
    })
}

fn method(name: &str) -> Result<http::Method, ArgumentError> {
    Ok(match name {
        "GET" => http::Method::GET,
        "POST" => http::Method::POST,
        "PUT" => http::Method::PUT,
        "PATCH" => http::Method::PATCH,
        "DELETE" => http::Method::DELETE,
        "HEAD" => http::Method::HEAD,
        _ => return Err(ArgumentError::new("method", "`method` must be GET, POST, PUT, PATCH, DELETE or HEAD")),
    })
}

fn bearer(key: &Secret) -> Result<HeaderValue, ConfigError> {
    let mut value = HeaderValue::try_from(["Bearer ", key.expose()].concat())
        .map_err(|_| ConfigError::new("secret_key", "`secret_key` has a character that a header cannot carry"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// A path of ours stays below the API's base.
fn check_path(path: &str) -> Result<(), ArgumentError> {
    let fail = |what: &str| Err(ArgumentError::new("path", format!("`path` {what}; it must be like /users/user_2abc")));
    let (segments, _) = path.split_once('?').unwrap_or((path, ""));
    let folded = segments.to_ascii_lowercase().replace("%2e", ".");
    if !path.starts_with('/') {
        return fail("must start with a slash");
    }
    if path.contains(|c: char| c.is_control() || c == '\\' || c == '#' || c == ' ') {
        return fail("has a character that a path cannot have");
    }
    if folded.split('/').skip(1).any(|segment| segment == "." || segment == ".." || segment.is_empty()) {
        return fail("has an empty or dot segment");
    }
    Ok(())
}

/// A client needs some key, and each must be able to be what it is given as.
fn check_keys(values: &Values) -> Result<()> {
    for (name, key) in [("secret_key", &values.secret_key), ("machine_secret_key", &values.machine_secret_key)] {
        if let Some(key) = key {
            check_secret_key(name, key.expose())?;
        }
    }
    let keys = [&values.secret_key, &values.machine_secret_key, &values.jwt_key];
    if keys.iter().all(|key| key.is_none()) && values.publishable_key.is_none() {
        return Err(ConfigError::new(
            "secret_key",
            "there is no key: set the option `secret_key` or CLERK_SECRET_KEY (sk_…), or `jwt_key` to only verify tokens",
        )
        .into());
    }
    Ok(())
}

impl Values {
    /// Whether a client with these options may, over the same connections, use the keys of one with the others: how they
    /// are fetched is a setting of theirs.
    fn same_keys(&self, other: &Self) -> bool {
        self.keys_cooldown == other.keys_cooldown && self.keys_timeout == other.keys_timeout
    }

    /// Whether a client with these options may use the connections of one with the others.
    fn same_connections(&self, other: &Self) -> bool {
        self.secret_key == other.secret_key
            && self.api_url == other.api_url
            && self.api_version == other.api_version
            && self.connect_timeout == other.connect_timeout
            && self.ca_certificates == other.ca_certificates
            && self.proxy == other.proxy
            && self.user_agent_suffix == other.user_agent_suffix
            && match (&self.transport, &other.transport) {
                (None, None) => true,
                (Some(one), Some(other)) => one.is_same(other),
                _ => false,
            }
    }
}
