//! Letting scripts of applications call the Frontend API from their own origin, with cookies (CORS).

use crate::origin;
use crate::state::Shared;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue};

const LOCAL: HeaderName = HeaderName::from_static("access-control-request-private-network");
const LOCAL_ALLOWED: HeaderName = HeaderName::from_static("access-control-allow-private-network");

/// Adds what a browser wants to see, for the applications of the instance. To the pages of others the browser shows
/// nothing then, nor to `null`, which is the origin of files and sandboxes.
pub(crate) fn allow(shared: &Shared, request: &HeaderMap, answer: &mut HeaderMap) {
    answer.append(VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = request.get(ORIGIN) else { return };
    let known = |url: &str| shared.read(|store| origin::is_known_to(shared, store, request, url));
    if !origin.to_str().is_ok_and(known) {
        return;
    }
    answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    answer.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    answer.insert(ACCESS_CONTROL_EXPOSE_HEADERS, AUTHORIZATION.into());
    if request.get(ACCESS_CONTROL_REQUEST_METHOD).is_none() {
        return;
    }
    answer.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE"));
    answer.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    if let Some(names) = request.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        answer.insert(ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    if request.get(LOCAL).is_some() {
        answer.insert(LOCAL_ALLOWED, HeaderValue::from_static("true"));
    }
}
