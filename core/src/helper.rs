//! The helpers by name, with JSON in and out: the one door through which bindings reach them.

mod tokens;

use serde_json::{Map, Value, json};

use crate::decode::decode_token;
use crate::error::{ArgumentError, Error, Result};
use crate::frontend_api_proxy::{
    FrontendApiProxy, FrontendApiProxyOptions, IncomingRequest, ProxyAnswer, ProxyStep, response_of,
};
use crate::key::{
    InstanceType, PublishableKey, api_url_from_publishable_key, publishable_key_from_host,
    publishable_key_from_request_host,
};
use crate::redirect::Redirects;
use crate::reverification::reverification_error;
use crate::testing;

/// Runs a helper. Arguments are a JSON object; those that are null are as good as not given.
///
/// # Errors
/// `Argument`, naming the argument; `Config` for a key that is none; `Token` for a token that is none.
pub fn run(name: &str, arguments: &str) -> Result<String> {
    let mut given = Given::read(arguments)?;
    let value = match name {
        "parse_publishable_key" => parse_publishable_key(&mut given)?,
        "is_publishable_key" => given.any("key").as_str().is_some_and(PublishableKey::is_valid).into(),
        "instance_type_of_publishable_key" => {
            kind(given.any("key").as_str().and_then(InstanceType::of_publishable_key))
        }
        "instance_type_of_secret_key" => kind(given.any("key").as_str().and_then(InstanceType::of_secret_key)),
        "api_url_from_publishable_key" => api_url_from_publishable_key(&given.text("key")?).into(),
        "publishable_key_from_host" => publishable_key_from_host(&given.text("host")?)?.into(),
        "publishable_key_from_request_host" => {
            let (host, fallback) = (given.text("host")?, given.optional("fallback")?);
            publishable_key_from_request_host(&host, fallback.as_deref())?.into()
        }
        "to_sign_in" => {
            let (redirects, back) = redirects(&mut given)?;
            redirects.to_sign_in(back.as_deref())?.into()
        }
        "to_sign_up" => {
            let (redirects, back) = redirects(&mut given)?;
            redirects.to_sign_up(back.as_deref())?.into()
        }
        "decode_token" => decoded(&given.text("token")?)?,
        "jwt_key" => testing::jwt_key()?.into(),
        "mint_session_token" => tokens::minted(&mut given)?,
        "sign_jwt" => tokens::signed(&mut given)?,
        "reverification_error" => {
            let error = reverification_error(&given.any("config"))?;
            json!({ "status": error.status, "body": error.body })
        }
        _ => return Err(Error::Internal(format!("there is no helper {name}"))),
    };
    given.nothing_left()?;
    Ok(value.to_string())
}

fn kind(kind: Option<InstanceType>) -> Value {
    kind.map(InstanceType::as_str).into()
}

fn parse_publishable_key(given: &mut Given) -> Result<Value> {
    let text = given.any("key");
    let (proxy_url, domain) = (given.text_or_empty("proxy_url")?, given.text_or_empty("domain")?);
    let (is_satellite, fatal) = (given.flag("is_satellite")?, given.flag("fatal")?);
    match PublishableKey::parse(text.as_str().unwrap_or_default()) {
        Ok(key) => Ok(json!({
            "key": key.as_str(),
            "instance_type": key.instance_type().as_str(),
            "frontend_api": key.frontend_api_for(&proxy_url, &domain, is_satellite),
            "cookie_suffix": key.cookie_suffix(),
        })),
        Err(error) if fatal => Err(error.into()),
        Err(_) => Ok(Value::Null),
    }
}

fn redirects(given: &mut Given) -> Result<(Redirects, Option<String>)> {
    let redirects = Redirects::new(given.text_or_empty("base_url")?)
        .publishable_key(given.text_or_empty("publishable_key")?)
        .sign_in_url(given.text_or_empty("sign_in_url")?)
        .sign_up_url(given.text_or_empty("sign_up_url")?)
        .dev_browser_token(given.text_or_empty("dev_browser_token")?)
        .session_status(given.text_or_empty("session_status")?)
        .is_satellite(given.flag("is_satellite")?);
    Ok((redirects, given.optional("return_back_url")?))
}

fn decoded(token: &str) -> Result<Value> {
    let token = decode_token(token)?;
    let [header, payload, signature] = token.raw_parts();
    Ok(json!({
        // As text, so that each language reads it with its own numbers.
        "header": token.header,
        "payload": token.payload,
        "raw": { "header": header, "payload": payload, "signature": signature },
    }))
}

/// A proxy from options as JSON: `publishable_key`, `secret_key`, `path`, `fapi_url`, `environment`.
///
/// # Errors
/// `Argument` or `Config`, naming the option.
pub fn proxy_options(text: &str) -> Result<FrontendApiProxyOptions> {
    let mut given = Given::read(text)?;
    let environment = match given.any("environment") {
        Value::Null => None,
        variables => Some(serde_json::from_value(variables).map_err(|_| wrong("environment", "an object of texts"))?),
    };
    let options = FrontendApiProxyOptions {
        publishable_key: given.text_or_empty("publishable_key")?,
        secret_key: given.optional("secret_key")?.map(Into::into),
        path: given.text_or_empty("path")?,
        fapi_url: given.text_or_empty("fapi_url")?,
        environment,
    };
    given.nothing_left()?;
    Ok(options)
}

/// Whether a request is for the proxy.
///
/// # Errors
/// `Argument` for what is no request.
pub fn proxy_matches(proxy: &FrontendApiProxy, request: &str) -> Result<bool> {
    Ok(proxy.matches(&IncomingRequest::from_json(request)?))
}

/// What to do with a request: `{"answer": {status, headers, body}}` or `{"send": {method, url, headers, context}}`.
///
/// # Errors
/// As [`proxy_matches`].
pub fn proxy_prepare(proxy: &FrontendApiProxy, request: &str) -> Result<String> {
    Ok(match proxy.prepare(&IncomingRequest::from_json(request)?) {
        ProxyStep::NotMine(answer) | ProxyStep::Answer(answer) => json!({ "answer": answer_json(&answer) }),
        ProxyStep::Send(request) => json!({ "send": {
            "method": request.method,
            "url": request.url,
            "headers": request.headers,
            "context": request.context_json(),
        } }),
    }
    .to_string())
}

/// The answer for the browser: `{status, headers}`.
///
/// # Errors
/// `Argument` for headers that are none.
pub fn proxy_response(context: &str, status: u16, headers: &str) -> Result<String> {
    let headers: Vec<(String, String)> =
        serde_json::from_str(headers).map_err(|_| wrong("headers", "pairs of texts"))?;
    let response = response_of(context, status, &headers)
        .ok_or_else(|| Error::Internal("the context of a proxied request is not ours".to_owned()))?;
    Ok(json!({ "status": response.status, "headers": response.headers }).to_string())
}

/// The answer for a request that could not be sent: `{status, headers, body}`.
#[must_use]
pub fn proxy_failed() -> String {
    answer_json(&ProxyAnswer::failed()).to_string()
}

fn answer_json(answer: &ProxyAnswer) -> Value {
    json!({ "status": answer.status, "headers": answer.headers, "body": answer.body })
}

fn wrong(name: &str, what: &str) -> ArgumentError {
    ArgumentError::new(name, format!("`{name}` must be {what}"))
}

/// Arguments that are taken one by one.
struct Given(Map<String, Value>);

impl Given {
    fn read(text: &str) -> Result<Self> {
        match serde_json::from_str(text) {
            Ok(Value::Object(given)) => Ok(Self(given)),
            _ => Err(ArgumentError::new("arguments", "the arguments must be a JSON object").into()),
        }
    }

    fn any(&mut self, name: &str) -> Value {
        self.0.remove(name).unwrap_or_default()
    }

    fn optional(&mut self, name: &str) -> Result<Option<String>, ArgumentError> {
        match self.any(name) {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(text)),
            _ => Err(wrong(name, "a string")),
        }
    }

    fn object(&mut self, name: &str) -> Result<Option<Map<String, Value>>, ArgumentError> {
        match self.any(name) {
            Value::Null => Ok(None),
            Value::Object(fields) => Ok(Some(fields)),
            _ => Err(wrong(name, "an object")),
        }
    }

    /// A list of texts; empty if it is not given.
    fn texts(&mut self, name: &str) -> Result<Vec<String>, ArgumentError> {
        match self.any(name) {
            Value::Null => Ok(Vec::new()),
            list => serde_json::from_value(list).map_err(|_| wrong(name, "a list of strings")),
        }
    }

    fn integer(&mut self, name: &str) -> Result<Option<i64>, ArgumentError> {
        match self.any(name) {
            Value::Null => Ok(None),
            number => number.as_i64().map(Some).ok_or_else(|| wrong(name, "an integer")),
        }
    }

    /// Unix milliseconds; the machine's time if they are not given.
    fn now_ms(&mut self) -> Result<i64, ArgumentError> {
        match self.any("now_ms") {
            Value::Null => Ok(crate::clock::Clock::now_ms(&crate::clock::SystemClock)),
            now => {
                let now = now.as_f64().filter(|now| now.abs() < 9e15).map(|now| now as i64);
                now.ok_or_else(|| wrong("now", "a time"))
            }
        }
    }

    fn text(&mut self, name: &str) -> Result<String, ArgumentError> {
        self.optional(name)?.ok_or_else(|| wrong(name, "a string"))
    }

    fn text_or_empty(&mut self, name: &str) -> Result<String, ArgumentError> {
        Ok(self.optional(name)?.unwrap_or_default())
    }

    fn flag(&mut self, name: &str) -> Result<bool, ArgumentError> {
        match self.any(name) {
            Value::Null => Ok(false),
            Value::Bool(flag) => Ok(flag),
            _ => Err(wrong(name, "true or false")),
        }
    }

    fn nothing_left(&self) -> Result<(), ArgumentError> {
        match self.0.keys().next() {
            None => Ok(()),
            Some(name) => Err(ArgumentError::new(name.clone(), format!("`{name}` is not an argument of this helper"))),
        }
    }
}
