//! Cases of the helpers: keys, redirects, the Frontend API proxy, tokens taken apart and signed, the reverification answer.

use base64::Engine as _;
use clerk_usher::clock::ManualClock;
use clerk_usher::frontend_api_proxy::{FrontendApiProxy, IncomingRequest, ProxyStep};
use clerk_usher::token::VerifyOptions;
use clerk_usher::{ClerkBuilder, Error, helper};
use serde_json::{Value, json};

use crate::case::{Case, Outcome};
use crate::compare;

/// Carries out one case.
///
/// # Errors
/// With what differs.
pub fn run(case: &Case) -> Outcome {
    let value = &case.value;
    match case.kind.as_str() {
        "key" => {
            let mut arguments = value["arguments"].clone();
            if value["function"] == "parse_publishable_key" && arguments["fatal"].is_null() {
                arguments["fatal"] = true.into();
            }
            check(value, call(value["function"].as_str().unwrap_or_default(), &arguments))
        }
        "redirect" => {
            let mut arguments = value["options"].clone();
            arguments["return_back_url"] = value["return_back_url"].clone();
            check(value, call(if value["to"] == "sign_in" { "to_sign_in" } else { "to_sign_up" }, &arguments))
        }
        "decode" => check(value, decode(&value["token"])),
        "sign" => sign(value),
        "reverification" => check(value, call("reverification_error", &json!({ "config": value["config"] }))),
        _ => proxy(value),
    }
}

fn call(name: &str, arguments: &Value) -> Result<Value, Error> {
    let answer = helper::run(name, &arguments.to_string())?;
    serde_json::from_str(&answer).map_err(|error| Error::Internal(error.to_string()))
}

fn check(case: &Value, got: Result<Value, Error>) -> Outcome {
    match (got, case.get("error")) {
        (Ok(got), None) => compare::same("result", &case["result"], &got),
        (Err(error), Some(expected)) => refused(expected, &error),
        (Ok(got), Some(expected)) => Err(format!("expected the error {expected}, got {got}")),
        (Err(error), None) => Err(format!("unexpected error: {error}")),
    }
}

fn refused(expected: &Value, error: &Error) -> Outcome {
    compare::error(expected, &serde_json::from_str(&error.to_json()).map_err(|error| error.to_string())?)
}

fn decode(token: &Value) -> Result<Value, Error> {
    let token = clerk_usher::decode_token(token.as_str().unwrap_or_default())?;
    let json = |text: &str| serde_json::from_str::<Value>(text).map_err(|error| Error::Internal(error.to_string()));
    let [header, payload, signature] = token.raw_parts();
    Ok(json!({
        "header": json(&token.header)?,
        "payload": json(&token.payload)?,
        "signature_base64": base64::engine::general_purpose::STANDARD.encode(&token.signature),
        "raw": { "header": header, "payload": payload, "signature": signature },
    }))
}

fn sign(case: &Value) -> Outcome {
    let mut arguments = case["arguments"].clone();
    arguments["now_ms"] = case["now"].clone();
    let jwt = match (call("sign_jwt", &arguments), case.get("error")) {
        (Err(error), Some(expected)) => return refused(expected, &error),
        (Err(error), None) => return Err(format!("unexpected error: {error}")),
        (Ok(jwt), None) => jwt,
        (Ok(_), Some(expected)) => return Err(format!("expected the error {expected}")),
    };
    let told = decode(&jwt).map_err(|error| error.to_string())?;
    for (name, wanted) in compare::object(&case["result"]) {
        compare::same(name, wanted, &told[name])?;
    }
    let Some(key) = case["jwt_key"].as_str() else { return Ok(()) };
    let clock = ManualClock::new(case["now"].as_i64().unwrap_or_default());
    let clerk = ClerkBuilder::default().jwt_key(key).environment([]).clock(clock).build();
    let clerk = clerk.map_err(|error| error.to_string())?;
    match clerk.try_verify_token(jwt.as_str().unwrap_or_default(), &VerifyOptions::default()) {
        clerk_usher::token::Step::Done(Ok(_)) => Ok(()),
        step => Err(format!("it does not verify: {step:?}")),
    }
}

fn proxy(case: &Value) -> Outcome {
    let made = helper::proxy_options(&case["proxy"].to_string())
        .and_then(|options| FrontendApiProxy::new(options).map_err(Error::from));
    let proxy = match (made, case.get("error")) {
        (Ok(proxy), None) => proxy,
        (Err(error), Some(expected)) => return refused(expected, &error),
        (made, _) => return Err(format!("unexpected: {made:?}")),
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let given = &case["request"];
    let mut request = IncomingRequest::new(&text(&given["method"]), text(&given["url"]));
    for (name, value) in compare::object(&given["headers"]) {
        request = request.with_header(name.clone(), text(value));
    }
    for pair in given["headers"].as_array().into_iter().flatten() {
        request = request.with_header(text(&pair[0]), text(&pair[1]));
    }
    if let Some(matches) = case.get("matches") {
        compare::same("matches", matches, &proxy.matches(&request).into())?;
    }
    match (proxy.prepare(&request), case.get("answer")) {
        (ProxyStep::NotMine(answer) | ProxyStep::Answer(answer), Some(wanted)) => {
            let body: Value = serde_json::from_str(&answer.body).map_err(|error| error.to_string())?;
            compare::same("status", &wanted["status"], &answer.status.into())?;
            compare::same("code", &wanted["code"], &body["errors"][0]["code"])?;
            for (name, value) in compare::object(&wanted["headers"]) {
                compare::same(name, &json!([value]), &named(&answer.headers, name))?;
            }
            Ok(())
        }
        (ProxyStep::Send(outgoing), None) => {
            let send = &case["send"];
            for (name, got) in [("method", &outgoing.method), ("url", &outgoing.url)] {
                if let Some(wanted) = send.get(name) {
                    compare::same(name, wanted, &got.as_str().into())?;
                }
            }
            for (name, values) in compare::object(&send["headers"]) {
                compare::same(name, values, &named(&outgoing.headers, name))?;
            }
            let Some(upstream) = case.get("upstream") else { return Ok(()) };
            let headers: Vec<(String, String)> =
                serde_json::from_value(upstream["headers"].clone()).map_err(|error| error.to_string())?;
            let status = upstream["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or_default();
            let response = outgoing.response(status, &headers);
            compare::same("status", &case["response"]["status"], &response.status.into())?;
            compare::same("headers", &case["response"]["headers"], &json!(response.headers))
        }
        (step, _) => Err(format!("unexpected: {step:?}")),
    }
}

/// The values of the headers of this name.
fn named(headers: &[(String, String)], name: &str) -> Value {
    headers.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
}
