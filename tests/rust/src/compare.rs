//! Comparing what came with what a case says.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::case::Outcome;

/// Both JSON values are the same.
///
/// # Errors
/// With both, if they differ.
pub fn same(what: &str, expected: &Value, got: &Value) -> Outcome {
    if equal(expected, got) { Ok(()) } else { Err(format!("{what}: expected {expected}, got {got}")) }
}

/// Every field of `expected` is in `got`, with the same value; objects within likewise.
///
/// # Errors
/// With the first field that differs.
pub fn within(what: &str, expected: &Value, got: &Value) -> Outcome {
    match (expected, got) {
        (Value::Object(fields), Value::Object(_)) => {
            fields.iter().try_for_each(|(name, value)| within(&format!("{what}.{name}"), value, &got[name]))
        }
        _ => same(what, expected, got),
    }
}

/// The text has that in it.
///
/// # Errors
/// With both, if it has not.
pub fn contains(what: &str, expected: &Value, text: &str) -> Outcome {
    match expected.as_str() {
        Some(part) if text.contains(part) => Ok(()),
        _ => Err(format!("{what}: {expected} is not in {text:?}")),
    }
}

/// Numbers are compared by value: `1` and `1.0` are one number.
fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| equal(a, b)))
        }
        _ => left == right,
    }
}

/// The requests that reached the emulator are those of the case.
///
/// # Errors
/// With the first difference.
pub fn requests(expected: &[Value], got: &[Value], secret_key: &str) -> Outcome {
    if expected.len() != got.len() {
        return Err(format!("expected {} requests, got {}: {got:?}", expected.len(), got.len()));
    }
    for (index, (expected, got)) in expected.iter().zip(got).enumerate() {
        request(&format!("request {}", index + 1), expected, got, secret_key)?;
    }
    Ok(())
}

fn request(what: &str, expected: &Value, got: &Value, secret_key: &str) -> Outcome {
    same(&format!("{what} method"), &expected["method"], &got["method"])?;
    same(&format!("{what} path"), &expected["path"], &got["path"])?;
    if let Some(query) = expected["query"].as_array() {
        let sorted = |pairs: &[Value]| {
            let mut texts: Vec<String> = pairs.iter().map(Value::to_string).collect();
            texts.sort();
            texts
        };
        let got = got["query"].as_array().map(Vec::as_slice).unwrap_or_default();
        if sorted(query) != sorted(got) {
            return Err(format!("{what} query: expected {query:?}, got {got:?}"));
        }
    }
    let header = |name: &str| {
        let headers = got["headers"].as_array();
        let found = headers
            .into_iter()
            .flatten()
            .find(|pair| pair[0].as_str().is_some_and(|key| key.eq_ignore_ascii_case(name)));
        found.and_then(|pair| pair[1].as_str()).unwrap_or_default().to_owned()
    };
    for (name, value) in object(&expected["headers"]) {
        // Null is for one that must not be there.
        let value = value.as_str().unwrap_or_default().replace("$SECRET_KEY", secret_key);
        if header(name) != value {
            return Err(format!("{what} header {name}: it is not what it should be"));
        }
    }
    for (name, value) in object(&expected["header_contains"]) {
        if !header(name).contains(value.as_str().unwrap_or_default()) {
            return Err(format!("{what} header {name}: {value} is not in {:?}", header(name)));
        }
    }
    if let Some(body) = expected.get("body") {
        let text = got["body"].as_str().unwrap_or_default();
        let sent =
            if text.is_empty() { Value::Null } else { serde_json::from_str(text).unwrap_or_else(|_| text.into()) };
        same(&format!("{what} body"), body, &sent)?;
    }
    if let Some(fields) = expected.get("body_within") {
        let sent = serde_json::from_str(got["body"].as_str().unwrap_or_default()).map_err(|error| error.to_string())?;
        within(&format!("{what} body"), fields, &sent)?;
    }
    if let Some(parts) = expected.get("multipart") {
        form(what, parts, &header("content-type"), got["body_base64"].as_str().unwrap_or_default())?;
    }
    Ok(())
}

/// The parts of a multipart form, each as the case has it: `text`, or `base64` with its file name and media type.
fn form(what: &str, expected: &Value, content_type: &str, body: &str) -> Outcome {
    let boundary = content_type.split_once("boundary=").map(|(_, boundary)| boundary).unwrap_or_default();
    let body = STANDARD.decode(body).map_err(|error| error.to_string())?;
    // Latin-1, so that every byte is one character and offsets stay what they are.
    let text: String = body.iter().map(|byte| char::from(*byte)).collect();
    let mut parts: Vec<Value> = Vec::new();
    for part in text.split(&format!("--{boundary}")).skip(1).filter(|part| part.starts_with("\r\n")) {
        let (head, content) = part.split_once("\r\n\r\n").ok_or_else(|| format!("{what}: a part without a head"))?;
        let content = content.strip_suffix("\r\n").unwrap_or(content);
        let bytes = latin1(content);
        let head = String::from_utf8_lossy(&latin1(head)).into_owned();
        let quoted = |key: &str| head.split(&format!(" {key}=\"")).nth(1).and_then(|rest| rest.split('"').next());
        let mut found = serde_json::json!({ "name": quoted("name") });
        match quoted("filename") {
            Some(filename) => {
                found["filename"] = filename.into();
                found["content_type"] = head.split("Content-Type: ").nth(1).unwrap_or_default().trim().into();
                found["base64"] = STANDARD.encode(&bytes).into();
            }
            None => found["text"] = String::from_utf8_lossy(&bytes).into(),
        }
        parts.push(found);
    }
    let by_name = |parts: &[Value]| {
        let mut parts = parts.to_vec();
        parts.sort_by_key(|part| part["name"].to_string());
        Value::Array(parts)
    };
    let expected = expected.as_array().map(Vec::as_slice).unwrap_or_default();
    same(&format!("{what} form"), &by_name(expected), &by_name(&parts))
}

/// The bytes that these characters stand for.
fn latin1(text: &str) -> Vec<u8> {
    text.chars().filter_map(|c| u8::try_from(c).ok()).collect()
}

/// The error is the one the case names.
///
/// # Errors
/// With the first difference.
pub fn error(expected: &Value, envelope: &Value) -> Outcome {
    for (name, value) in object(expected) {
        let got = match name.as_str() {
            "message_contains" => {
                contains("error message", value, envelope["message"].as_str().unwrap_or_default())?;
                continue;
            }
            "code" => &envelope["errors"][0]["code"],
            "param_name" => &envelope["errors"][0]["meta"]["param_name"],
            _ => &envelope[name],
        };
        same(&format!("error {name}"), value, got)?;
    }
    Ok(())
}

/// The fields of an object, none of anything else.
pub(crate) fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().map(Map::iter).into_iter().flatten()
}

/// Every step that hooks were told of, in order; of each, the fields that are named.
///
/// # Errors
/// With what differs.
pub fn events(expected: &[Value], got: &[Value]) -> Outcome {
    if expected.len() != got.len() {
        return Err(format!("events: expected {}, got {}: {got:?}", expected.len(), got.len()));
    }
    for (expected, got) in expected.iter().zip(got) {
        for (name, value) in object(expected) {
            same(&format!("event.{name}"), value, &got[name])?;
        }
    }
    Ok(())
}
