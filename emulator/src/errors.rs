//! Errors: those the emulated API answers with, and those of the emulator itself.

use serde_json::{Map, Value, json};
use std::fmt;

/// One entry of the `errors` list of an API answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ErrorItem {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) long_message: String,
    pub(crate) meta: Map<String, Value>,
}

/// A failed request: a status and at least one error.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    pub(crate) errors: Vec<ErrorItem>,
}

impl ApiError {
    /// The body the API sends, with the trace id that is in the headers too.
    pub(crate) fn body(&self, trace_id: &str) -> Value {
        let errors: Vec<Value> = self
            .errors
            .iter()
            .map(|item| {
                json!({
                    "message": item.message,
                    "long_message": item.long_message,
                    "code": item.code,
                    "meta": item.meta,
                })
            })
            .collect();
        json!({ "errors": errors, "clerk_trace_id": trace_id })
    }

    fn one(status: u16, code: &'static str, message: &str, long: impl Into<String>) -> Self {
        ApiError {
            status,
            errors: vec![ErrorItem { code, message: message.to_owned(), long_message: long.into(), meta: Map::new() }],
        }
    }

    /// An error under any status and code, for the rules that only one route has.
    pub(crate) fn new(status: u16, code: &'static str, message: &str, long: impl Into<String>) -> Self {
        Self::one(status, code, message, long)
    }

    pub(crate) fn no_authorization() -> Self {
        Self::one(
            401,
            "authorization_header_missing",
            "Missing Authorization header",
            "The Authorization header is missing. It must be 'Bearer <YOUR_API_KEY>'.",
        )
    }

    pub(crate) fn bad_authorization() -> Self {
        Self::one(
            401,
            "authorization_header_format_invalid",
            "Invalid Authorization header format",
            "Invalid Authorization header format. Must be 'Bearer <YOUR_API_KEY>'",
        )
    }

    pub(crate) fn wrong_key() -> Self {
        let text = "The provided Clerk Secret Key is invalid. Make sure that your Clerk Secret Key is correct.";
        Self::one(401, "clerk_key_invalid", text, text)
    }

    pub(crate) fn unknown_route() -> Self {
        Self::one(404, "resource_not_found", "URL not found", "The URL was not found")
    }

    pub(crate) fn wrong_method(method: &str) -> Self {
        Self::one(
            405,
            "method_not_allowed",
            "Method not allowed",
            format!("The method {method} is not allowed for this URL."),
        )
    }

    pub(crate) fn invalid_body() -> Self {
        Self::one(
            400,
            "request_body_invalid",
            "Request body invalid",
            "The request body is invalid. Please consult the API documentation for more information.",
        )
    }

    pub(crate) fn unsupported_content_type(actual: &str, expected: &str) -> Self {
        Self::one(
            415,
            "unsupported_content_type",
            "Content-Type is unsupported",
            format!("Content-Type {actual} is unsupported. You should use {expected} instead."),
        )
    }

    /// The same error as the services of machine tokens and API keys tell it: 400, and the place in words.
    pub(crate) fn into_bad_request(self, place: &str) -> Self {
        if self.status != 422 {
            return self;
        }
        let tell = |item: ErrorItem| {
            let name = item.meta.get("param_name").and_then(Value::as_str).unwrap_or_default();
            let long_message = format!("Invalid '{place}.{name}': {}", item.long_message);
            ErrorItem { code: "bad_request", message: "Bad Request".to_owned(), long_message, meta: Map::new() }
        };
        ApiError { status: 400, errors: self.errors.into_iter().map(tell).collect() }
    }

    /// All errors about parameters in one: those of the handler, whose words are more exact, and those of these that are
    /// about other parameters. An error of any other kind does not come to light before these are put right.
    pub(crate) fn together_with(self, handler: Option<ApiError>) -> Self {
        let about_parameters =
            |error: &ApiError| error.status == self.status && error.errors.iter().all(|item| item.subject().is_some());
        let Some(mut told) = handler.filter(about_parameters) else { return self };
        if !about_parameters(&self) {
            return self;
        }
        for item in self.errors {
            let known = |other: &ErrorItem| match (other.subject(), item.subject()) {
                (Some(other), Some(whole)) => is_of(whole, other),
                _ => false,
            };
            if !told.errors.iter().any(known) {
                told.errors.push(item);
            }
        }
        told
    }

    /// 400 of those services, for one parameter.
    pub(crate) fn bad_request(place: &str, param: &str, rule: &str) -> Self {
        Self::form(ErrorItem::format(param, rule)).into_bad_request(place)
    }

    /// 404 for a resource of a named kind, such as `user`.
    pub(crate) fn not_found(kind: &str, id: &str) -> Self {
        Self::one(404, "resource_not_found", "not found", format!("No {kind} was found with id {id}"))
    }

    pub(crate) fn resource_not_found() -> Self {
        Self::one(404, "resource_not_found", "Resource not found", "Resource not found")
    }

    pub(crate) fn inactive_session() -> Self {
        Self::one(
            401,
            "authentication_invalid",
            "Invalid authentication",
            "Unable to authenticate the request, you need to supply an active session",
        )
    }

    pub(crate) fn user_banned() -> Self {
        Self::one(
            403,
            "user_banned",
            "User banned",
            "You have been banned. If you think this was by mistake, please contact support.",
        )
    }

    pub(crate) fn user_locked() -> Self {
        Self::one(
            403,
            "user_locked",
            "Account locked",
            "Your account is locked. You will be able to try again once the lock expires.",
        )
    }

    pub(crate) fn too_many_requests() -> Self {
        let text = "Too many requests. Please try again in a bit.";
        Self::one(429, "too_many_requests", text, text)
    }

    pub(crate) fn internal() -> Self {
        Self::one(
            500,
            "internal_clerk_error",
            "Oops, an unexpected error occurred",
            "There was an internal error on our servers.",
        )
    }

    /// A 422 about one parameter.
    pub(crate) fn form(item: ErrorItem) -> Self {
        ApiError { status: 422, errors: vec![item] }
    }
}

impl ErrorItem {
    fn param(code: &'static str, param: &str, message: &str, long: String) -> Self {
        let mut meta = Map::new();
        meta.insert("param_name".to_owned(), Value::from(param));
        ErrorItem { code, message: message.to_owned(), long_message: long, meta }
    }

    pub(crate) fn missing(param: &str) -> Self {
        Self::param("form_param_missing", param, "is missing", format!("{param} must be included."))
    }

    /// Which parameter it is about, if it is about one.
    pub(crate) fn subject(&self) -> Option<&str> {
        match self.meta.get("param_name") {
            Some(name) => name.as_str(),
            // Of the services that tell it in words: `Invalid 'body.name': …`.
            None => self.long_message.strip_prefix("Invalid '")?.split_once("': ").map(|(name, _)| name),
        }
    }

    /// One of several is missing; `param` is the one to name.
    pub(crate) fn missing_one_of(param: &str, names: &[&str]) -> Self {
        let all = names.join(", ");
        Self::param("form_param_missing", param, "is missing", format!("one of {all} must be included."))
    }

    /// The same error of a field of the object at `prefix`.
    pub(crate) fn place_in(&mut self, prefix: &str) {
        if let (Some(Value::String(name)), false) = (self.meta.get_mut("param_name"), prefix.is_empty()) {
            *name = format!("{prefix}.{name}");
        }
    }

    pub(crate) fn nil(param: &str) -> Self {
        Self::param("form_param_nil", param, "is nil", format!("{param} cannot be nil."))
    }

    pub(crate) fn unknown(param: &str) -> Self {
        Self::param(
            "form_param_unknown",
            param,
            "is unknown",
            format!("{param} is not a valid parameter for this request."),
        )
    }

    pub(crate) fn wrong_type(param: &str, expected: &str) -> Self {
        Self::param("form_param_type_invalid", param, "is invalid", format!("`{param}` must be a `{expected}`."))
    }

    pub(crate) fn format(param: &str, rule: &str) -> Self {
        Self::param("form_param_format_invalid", param, "is invalid", format!("{param} {rule}"))
    }

    pub(crate) fn value(param: &str, value: &str) -> Self {
        Self::param(
            "form_param_value_invalid",
            param,
            "is invalid",
            format!("{value} does not match one of the allowed values for parameter {param}"),
        )
    }

    pub(crate) fn too_large(param: &str, most: i64) -> Self {
        Self::param(
            "form_param_value_too_large",
            param,
            "Value too large",
            format!("The value of {param} can't be greater than {most}"),
        )
    }

    pub(crate) fn too_small(param: &str, least: i64) -> Self {
        Self::param(
            "form_param_value_invalid",
            param,
            "is invalid",
            format!("The value of {param} must be greater than or equal to {least}"),
        )
    }

    pub(crate) fn too_long(param: &str, most: usize) -> Self {
        Self::param(
            "form_param_max_length_exceeded",
            param,
            "exceeds maximum length",
            format!("{param} should not exceed {most} characters."),
        )
    }

    pub(crate) fn too_many(param: &str, most: usize) -> Self {
        Self::param(
            "form_param_array_size_exceeded",
            param,
            "exceeds maximum size",
            format!("{param} should not exceed {most} items."),
        )
    }

    pub(crate) fn too_big(param: &str, bytes: usize) -> Self {
        Self::param(
            "form_param_exceeds_allowed_size",
            param,
            "exceeds allowed size",
            format!("{param} exceeds the maximum allowed size of {bytes} bytes."),
        )
    }

    pub(crate) fn time(param: &str) -> Self {
        Self::param(
            "form_param_invalid_time",
            param,
            "invalid format",
            format!("{param} must contain a datetime specified in RFC3339 format (e.g. `2022-10-20T10:00:27.645Z`)."),
        )
    }

    pub(crate) fn taken(param: &str) -> Self {
        let what = param.replace('_', " ");
        let text = format!("That {what} is taken. Please try another.");
        Self::param("form_identifier_exists", param, &text, text.clone())
    }

    pub(crate) fn missing_resource(param: &str) -> Self {
        Self::param(
            "form_resource_not_found",
            param,
            "is missing",
            format!("The resource associated with the supplied {param} was not found."),
        )
    }

    pub(crate) fn needs(param: &str, because_of: &str) -> Self {
        Self::param(
            "form_conditional_param_missing",
            param,
            "is missing",
            format!("`{param}` is required when `{because_of}` is present."),
        )
    }

    pub(crate) fn excludes(param: &str, present: &str) -> Self {
        Self::param(
            "form_conditional_param_disallowed",
            param,
            "is not allowed",
            format!("`{param}` isn't allowed when `{present}` is present."),
        )
    }

    /// A 422 under a code of its own.
    pub(crate) fn coded(code: &'static str, param: &str, message: &str, long: impl Into<String>) -> Self {
        Self::param(code, param, message, long.into())
    }
}

impl From<ErrorItem> for ApiError {
    fn from(item: ErrorItem) -> Self {
        ApiError::form(item)
    }
}

/// What can go wrong with the emulator itself (never an answer of the emulated API).
#[derive(Debug)]
#[non_exhaustive]
pub enum EmulatorError {
    /// An option, a control command or its arguments are not valid.
    Argument(String),
    /// The port could not be bound or the server thread could not be started.
    Io(std::io::Error),
    /// A signing key could not be made, or a token not be signed.
    Key(String),
    /// The directory of data cannot be used, or a change could not be kept in it.
    Data(String),
}

impl fmt::Display for EmulatorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EmulatorError::Argument(text) => write!(f, "invalid argument: {text}"),
            EmulatorError::Io(error) => write!(f, "cannot start the emulator: {error}"),
            EmulatorError::Key(text) => write!(f, "signing key: {text}"),
            EmulatorError::Data(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for EmulatorError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            EmulatorError::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<std::io::Error> for EmulatorError {
    fn from(error: std::io::Error) -> Self {
        EmulatorError::Io(error)
    }
}

/// Whether a parameter is what a shorter name means: `mode` in `login_hint.mode`, `domains` in `domains[0]`.
fn is_of(whole: &str, name: &str) -> bool {
    whole == name
        || whole.strip_suffix(name).is_some_and(|before| before.ends_with('.'))
        || whole.strip_prefix(name).is_some_and(|after| after.starts_with('['))
}
