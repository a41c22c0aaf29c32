//! Faults on request: what a test wants to go wrong, where, and how often.

use std::collections::BTreeMap;

use crate::errors::EmulatorError;
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// One fault. The first one in order of addition that matches a request applies to it, and its count goes down.
///
/// A fault with `status`, `body`, `retry_after` or `malformed` answers in the API's place, before
/// authentication and validation. One with `latency_ms`, `headers` or `truncate` alone lets the API answer,
/// and delays, adds to, or cuts that answer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fault {
    /// Only requests with this method. Default: any.
    pub method: Option<String>,
    /// Only this route, as a template (`/v1/users/{user_id}`, whatever the placeholder's name) or a literal
    /// path. Default: any.
    pub route: Option<String>,
    /// Only requests whose query has these values, whatever else it has. Default: any.
    pub query: BTreeMap<String, String>,
    /// How many requests it applies to. Default: all.
    pub count: Option<u64>,
    /// Wait so many milliseconds before anything else.
    pub latency_ms: Option<u64>,
    /// Answer with this status. Default: 429 with `retry_after`, else 200.
    pub status: Option<u16>,
    /// Headers of the answer; a value can be a text or a list of texts.
    pub headers: Map<String, Value>,
    /// Answer with this body: a text is sent as `text/plain`, any other value as JSON. Default: an API error
    /// that fits the status.
    pub body: Option<Value>,
    /// Answer with this `Retry-After`: a number of seconds, or a text as it is.
    pub retry_after: Option<Value>,
    /// Close the connection without an answer.
    pub drop: bool,
    /// Announce the whole body, send half of it, close.
    pub truncate: bool,
    /// Answer with a body that says it is JSON and is not.
    pub malformed: bool,
}

/// A canned answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Canned {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: Vec<u8>,
}

impl Fault {
    pub(crate) fn check(&self) -> Result<(), EmulatorError> {
        let refuse = |text: String| Err(EmulatorError::Argument(text));
        if let Some(status) = self.status
            && !(200..=599).contains(&status)
        {
            return refuse(format!("status must be 200 to 599, not {status}"));
        }
        if let Some(route) = &self.route
            && !route.starts_with('/')
        {
            return refuse(format!("route must begin with a slash: {route}"));
        }
        if let Some(value) = &self.retry_after
            && !(value.is_string() || value.is_number())
        {
            return refuse("retry_after must be a number of seconds or a text".to_owned());
        }
        for (name, value) in self.header_pairs() {
            if http::HeaderName::try_from(&name).is_err() || http::HeaderValue::try_from(&value).is_err() {
                return refuse(format!("not a header: {name}"));
            }
        }
        Ok(())
    }

    /// Headers to add, `Retry-After` among them.
    pub(crate) fn header_pairs(&self) -> Vec<(String, String)> {
        fn text(value: &Value) -> String {
            value.as_str().map_or_else(|| value.to_string(), str::to_owned)
        }
        let mut pairs: Vec<(String, String)> = Vec::new();
        if let Some(value) = &self.retry_after {
            pairs.push(("retry-after".to_owned(), text(value)));
        }
        for (name, value) in &self.headers {
            match value {
                Value::Array(items) => pairs.extend(items.iter().map(|item| (name.clone(), text(item)))),
                value => pairs.push((name.clone(), text(value))),
            }
        }
        pairs
    }

    /// The answer in the API's place, if the fault gives one.
    pub(crate) fn canned(&self, trace_id: &str) -> Option<Canned> {
        if self.malformed {
            let body = br#"{"object":"list","data":[{"id":"#.to_vec();
            return Some(Canned { status: self.status.unwrap_or(200), content_type: "application/json", body });
        }
        if self.status.is_none() && self.body.is_none() && self.retry_after.is_none() {
            return None;
        }
        let status = self.status.unwrap_or(if self.retry_after.is_some() { 429 } else { 200 });
        let (content_type, body) = match &self.body {
            Some(Value::String(text)) => ("text/plain; charset=utf-8", text.clone().into_bytes()),
            Some(value) => ("application/json", value.to_string().into_bytes()),
            None if status < 400 => ("application/json", b"{}".to_vec()),
            None => ("application/json", error_body(status, trace_id).to_string().into_bytes()),
        };
        Some(Canned { status, content_type, body })
    }
}

fn error_body(status: u16, trace_id: &str) -> Value {
    let (code, message) = match status {
        400 => ("bad_request", "Bad request"),
        401 => ("authentication_invalid", "Invalid authentication"),
        402 => ("unsupported_subscription_plan_features", "Unsupported plan features"),
        403 => ("authorization_invalid", "Unauthorized request"),
        404 => ("resource_not_found", "Resource not found"),
        409 => ("conflict", "Conflict"),
        410 => ("operation_deprecated", "endpoint is deprecated and pending removal"),
        422 => ("form_param_value_invalid", "is invalid"),
        429 => ("too_many_requests", "Too many requests. Please try again in a bit."),
        503 => ("maintenance_mode", "System under maintenance"),
        _ => ("internal_clerk_error", "Oops, an unexpected error occurred"),
    };
    json!({
        "errors": [{ "message": message, "long_message": message, "code": code, "meta": {} }],
        "clerk_trace_id": trace_id,
    })
}

/// The faults that are waiting.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// The fault for a request, counted down. `template` is the route that the path belongs to.
    pub(crate) fn take(
        &mut self,
        method: &str,
        path: &str,
        template: Option<&str>,
        query: &[(String, String)],
    ) -> Option<Fault> {
        let at = self.0.iter().position(|fault| {
            fault.count != Some(0)
                && fault.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
                && fault.route.as_deref().is_none_or(|route| {
                    route == path || template.is_some_and(|template| shape(route) == shape(template))
                })
                && fault.query.iter().all(|wanted| query.iter().any(|(name, value)| (name, value) == wanted))
        })?;
        let fault = self.0.get_mut(at)?;
        let taken = fault.clone();
        if let Some(count) = &mut fault.count {
            *count -= 1;
            if *count == 0 {
                self.0.remove(at);
            }
        }
        Some(taken)
    }
}

/// A template with its placeholders nameless.
fn shape(template: &str) -> String {
    template
        .split('/')
        .map(|part| if part.starts_with('{') && part.ends_with('}') { "{}" } else { part })
        .collect::<Vec<_>>()
        .join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(route: Option<&str>, count: Option<u64>, status: u16) -> Fault {
        Fault { route: route.map(str::to_owned), count, status: Some(status), ..Fault::default() }
    }

    #[test]
    fn first_match_wins_and_is_used_up() {
        let mut faults = Faults::default();
        faults.add(fault(Some("/v1/users"), Some(1), 500));
        faults.add(fault(None, Some(2), 503));
        let mut next = |path: &str| faults.take("GET", path, Some(path), &[]).and_then(|fault| fault.status);
        assert_eq!(next("/v1/users"), Some(500));
        assert_eq!(next("/v1/users"), Some(503));
        assert_eq!(next("/v1/jwks"), Some(503));
        assert_eq!(next("/v1/users"), None);
    }

    #[test]
    fn templates_and_literals_match() {
        let mut faults = Faults::default();
        faults.add(fault(Some("/v1/users/{id}"), None, 500));
        let template = Some("/v1/users/{user_id}");
        assert!(faults.take("GET", "/v1/users/user_1", template, &[]).is_some());
        assert!(faults.take("GET", "/v1/users/count", Some("/v1/users/count"), &[]).is_none());
        faults.clear();
        faults.add(fault(Some("/v1/users/user_1"), None, 500));
        assert!(faults.take("GET", "/v1/users/user_1", template, &[]).is_some());
        assert!(faults.take("GET", "/v1/users/user_2", template, &[]).is_none());
    }

    #[test]
    fn methods_and_zero_counts() {
        let mut faults = Faults::default();
        faults.add(Fault { method: Some("post".into()), ..fault(None, None, 500) });
        faults.add(fault(None, Some(0), 501));
        assert!(faults.take("GET", "/v1/users", None, &[]).is_none());
        assert!(faults.take("POST", "/v1/users", None, &[]).is_some());
    }

    #[test]
    fn a_query_is_matched_by_what_it_has() {
        let mut faults = Faults::default();
        let query = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let wanted = query(&[("offset", "10")]).into_iter().collect();
        faults.add(Fault { query: wanted, ..fault(None, None, 500) });
        let mut hit = |pairs: &[(&str, &str)]| faults.take("GET", "/v1/users", None, &query(pairs)).is_some();
        assert!(hit(&[("limit", "5"), ("offset", "10")]));
        assert!(!hit(&[("limit", "10"), ("offset", "100")]));
        assert!(!hit(&[]));
    }

    #[test]
    fn canned_answers() {
        let with = |text: &str| serde_json::from_str::<Fault>(text).expect("a fault").canned("trace");
        assert_eq!(with(r#"{"latency_ms": 5, "truncate": true, "headers": {"a": "b"}}"#), None);
        assert_eq!(with(r#"{"retry_after": 2}"#).map(|canned| canned.status), Some(429));
        assert_eq!(with(r#"{"body": "<html>", "status": 502}"#).map(|canned| canned.body), Some(b"<html>".to_vec()));
        assert!(serde_json::from_slice::<Value>(&with(r#"{"malformed": true}"#).expect("canned").body).is_err());
        assert!(serde_json::from_str::<Fault>(r#"{"staus": 1}"#).is_err());
        assert!(Fault { status: Some(99), ..Fault::default() }.check().is_err());
    }
}
