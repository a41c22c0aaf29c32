//! One request to the API: what a route sees of it, what it answers, and the way from path to route.

use crate::check::check;
use crate::check::table::Operation;
use crate::errors::{ApiError, EmulatorError};
use crate::form::Form;
use crate::generated::OPERATIONS;
use crate::mint::Issuer;
use crate::query::{Page, Query};
use crate::routes::ROUTES;
use crate::state::Shared;
use crate::store::Store;
use bytes::Bytes;
use http::{HeaderName, header};
use indexmap::IndexMap;
use serde_json::{Value, json};
use std::sync::Arc;

/// What a route gets to work with.
pub(crate) struct Call<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) store: &'a mut Store,
    /// Method, target and headers.
    pub(crate) head: &'a http::request::Parts,
    pub(crate) path: Vec<(String, String)>,
    pub(crate) query: Query,
    pub(crate) body: Bytes,
    pub(crate) caller: Caller,
    /// The parts of a multipart body; empty for others.
    pub(crate) parts: Vec<Part>,
    pub(crate) now: i64,
}

/// One part of a multipart body.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) content_type: Option<String>,
    pub(crate) is_file: bool,
    pub(crate) bytes: Bytes,
}

/// What a route answers: 200 with JSON unless it says otherwise.
pub(crate) enum Reply {
    Json(Value),
    /// 201 with JSON.
    Created(Value),
    /// 204.
    Empty,
    Raw {
        content_type: String,
        bytes: Bytes,
    },
    /// Another place to go to, with cookies for the browser; never kept by anyone.
    Redirect {
        /// 307 repeats the method; 303 does not.
        status: u16,
        location: String,
        cookies: Vec<String>,
    },
    /// Anything else.
    Full {
        status: u16,
        headers: Vec<(HeaderName, String)>,
        body: Bytes,
    },
}

/// Whose key came with a request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Caller {
    /// Nobody's: the route is public.
    Anyone,
    /// The instance's secret key.
    Instance,
    /// A machine's secret key; the id of the machine.
    Machine(String),
}

/// Which keys a route takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Public,
    /// Public, and for pages of any origin: those of applications.
    Browser,
    Secret,
    SecretOrMachine,
}

pub(crate) type Handler = fn(&mut Call<'_>) -> Result<Reply, ApiError>;

/// A method on a path.
pub(crate) struct Route {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) handler: Handler,
    pub(crate) access: Access,
}

impl Route {
    pub(crate) const fn new(method: &'static str, path: &'static str, handler: Handler) -> Self {
        Route { method, path, handler, access: Access::Secret }
    }

    pub(crate) const fn public(method: &'static str, path: &'static str, handler: Handler) -> Self {
        Route { method, path, handler, access: Access::Public }
    }

    /// A route that scripts of applications call.
    pub(crate) const fn browser(method: &'static str, path: &'static str, handler: Handler) -> Self {
        Route { method, path, handler, access: Access::Browser }
    }

    /// A route that also takes the secret key of a machine.
    pub(crate) const fn machine(method: &'static str, path: &'static str, handler: Handler) -> Self {
        Route { method, path, handler, access: Access::SecretOrMachine }
    }
}

/// A method on a path: a route, and the operation of the API that it answers, if it does.
#[derive(Clone, Copy)]
pub(crate) struct Endpoint {
    pub(crate) method: &'static str,
    pub(crate) access: Access,
    pub(crate) path: &'static str,
    pub(crate) handler: Handler,
    pub(crate) operation: Option<&'static Operation>,
}

impl Endpoint {
    /// Holds the request against the table, and runs the route.
    pub(crate) fn answer(&self, call: &mut Call<'_>) -> Result<Reply, ApiError> {
        match self.operation.and_then(|operation| check(operation, call).err()) {
            None => (self.handler)(call),
            // What it does is undone, since this fails anyway: it is run for what else it finds.
            Some(error) => Err(error.together_with((self.handler)(call).err())),
        }
    }
}

/// The paths, and for each the methods it has.
pub(crate) struct Router(matchit::Router<Arc<[Endpoint]>>);

/// A path that is known.
pub(crate) struct Found {
    pub(crate) template: &'static str,
    pub(crate) routes: Arc<[Endpoint]>,
    pub(crate) path: Vec<(String, String)>,
}

impl Found {
    /// Whether scripts of applications call it.
    pub(crate) fn is_for_scripts(&self) -> bool {
        self.routes.iter().any(|route| route.access == Access::Browser)
    }
}

/// A path template without the names of its placeholders: routes and table may name them differently.
pub(crate) fn shape(path: &str) -> String {
    let nameless = |segment| match segment {
        rest if str::starts_with(rest, "{*") => "{*}",
        one if one.starts_with('{') => "{}",
        fixed => fixed,
    };
    path.split('/').map(nameless).collect::<Vec<_>>().join("/")
}

/// All routes of the emulator, each with its operation.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    let operations: IndexMap<(&str, String), &'static Operation> = OPERATIONS
        .iter()
        .copied()
        .flatten()
        .map(|operation| ((operation.method, shape(operation.path)), operation))
        .collect();
    let bound = |route: &Route| {
        let operation = operations.get(&(route.method, shape(route.path))).copied();
        Endpoint { method: route.method, path: route.path, access: route.access, handler: route.handler, operation }
    };
    ROUTES.iter().copied().flatten().map(bound).collect()
}

/// Where the paths begin that are also answered without the version.
const UNVERSIONED: &[&str] = &["/api_keys", "/m2m_tokens"];

impl Router {
    /// All routes of the emulator; an error only if two of them collide.
    pub(crate) fn new() -> Result<Self, EmulatorError> {
        let mut paths: IndexMap<String, Vec<Endpoint>> = IndexMap::new();
        for endpoint in endpoints() {
            paths.entry(shape(endpoint.path)).or_default().push(endpoint);
        }
        let mut router = matchit::Router::new();
        for routes in paths.into_values() {
            let path = routes.first().map(|endpoint| endpoint.path).unwrap_or_default();
            router
                .insert(path, Arc::from(routes))
                .map_err(|error| EmulatorError::Argument(format!("route {path}: {error}")))?;
        }
        Ok(Router(router))
    }

    pub(crate) fn find(&self, path: &str) -> Option<Found> {
        // Some clients send what belongs to machines without the version.
        let versioned = UNVERSIONED.iter().any(|start| path.starts_with(start)).then(|| format!("/v1{path}"));
        let matched = self.0.at(path).or_else(|error| versioned.as_deref().map_or(Err(error), |path| self.0.at(path)));
        let matched = matched.ok()?;
        let path = matched.params.iter().map(|(name, value)| (name.to_owned(), decode_segment(value))).collect();
        let routes = Arc::clone(matched.value);
        Some(Found { template: routes.first()?.path, routes, path })
    }
}

/// Takes percent escapes out of a path segment; here a plus is a plus.
fn decode_segment(segment: &str) -> String {
    let kept = segment.replace('+', "%2B");
    form_urlencoded::parse(kept.as_bytes()).next().map_or_else(String::new, |(name, value)| {
        if value.is_empty() { name.into_owned() } else { format!("{name}={value}") }
    })
}

impl<'a> Call<'a> {
    /// A placeholder of the path.
    pub(crate) fn param(&self, name: &str) -> String {
        self.path.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// A header; empty where there is none, or one that is not ASCII.
    pub(crate) fn header(&self, name: &HeaderName) -> &str {
        self.head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body as a JSON object.
    pub(crate) fn form(&self) -> Result<Form, ApiError> {
        self.check_json()?;
        Form::parse(&self.body)
    }

    /// The body as an array of objects.
    pub(crate) fn forms(&self, most: usize) -> Result<Vec<Form>, ApiError> {
        self.check_json()?;
        crate::form::parse_forms(&self.body, most)
    }

    pub(crate) fn check_json(&self) -> Result<(), ApiError> {
        let kind = self.header(&header::CONTENT_TYPE).split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if self.body.is_empty() || kind.is_empty() || kind == "application/json" || kind.ends_with("+json") {
            return Ok(());
        }
        Err(ApiError::unsupported_content_type(&kind, "application/json"))
    }

    /// The `Clerk-API-Version` that was asked for, if any.
    pub(crate) fn version(&self) -> Option<&str> {
        Some(self.header(&HeaderName::from_static("clerk-api-version"))).filter(|version| !version.is_empty())
    }

    /// Whether the caller asked for a version before `date`.
    pub(crate) fn is_before(&self, date: &str) -> bool {
        self.version().is_some_and(|version| version < date)
    }

    /// What all tokens have in common.
    pub(crate) fn issuer(&self) -> Result<Issuer<'a>, ApiError> {
        let shared: &'a Shared = self.shared;
        let key = shared.key.get().map_err(|_| ApiError::internal())?;
        Ok(Issuer { iss: &shared.url, kid: &shared.instance_id, key, now_ms: self.now })
    }
}

impl Reply {
    /// `{data, total_count}` of one page.
    pub(crate) fn list(items: Vec<Value>, total: usize) -> Self {
        Reply::Json(json!({ "data": items, "total_count": total }))
    }

    /// One page, cut here, as a bare array or, with `paginated=true`, as `{data, total_count}`.
    pub(crate) fn page(items: Vec<Value>, page: Page, paginated: bool) -> Self {
        let total = items.len();
        let items = page.cut(items);
        if paginated { Reply::list(items, total) } else { Reply::Json(Value::Array(items)) }
    }

    /// `{object, id, deleted}`.
    pub(crate) fn deleted(object: &str, id: &str) -> Self {
        Reply::Json(json!({ "object": object, "id": id, "deleted": true }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_find_their_templates() {
        let router = Router::new().expect("no collisions");
        let template = |path: &str| router.find(path).map(|found| found.template);
        assert_eq!(template("/v1/users/count"), Some("/v1/users/count"));
        assert_eq!(template("/v1/users/user_1"), Some("/v1/users/{user_id}"));
        assert_eq!(template("/m2m_tokens"), Some("/v1/m2m_tokens"));
        assert_eq!((template("/v1/nowhere"), template("/users")), (None, None));
        assert_eq!(template("/v1/users/a/b/c"), None);
    }

    #[test]
    fn segments_are_decoded() {
        assert_eq!(decode_segment("a%20b"), "a b");
        assert_eq!(decode_segment("a+b"), "a+b");
        assert_eq!(decode_segment("a%2Bb"), "a+b");
        assert_eq!(decode_segment("a=b"), "a=b");
    }
}
