//! What is sent: JSON for programs, wherever they run, and addresses to send browsers to.

use crate::api::{Call, Reply};
use crate::errors::ApiError;
use http::{HeaderName, header};
use serde_json::Value;

/// JSON that nobody keeps, and that an app in a browser can read.
pub(super) fn json(status: u16, more: impl IntoIterator<Item = (HeaderName, String)>, body: &Value) -> Reply {
    let mut headers = vec![
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::PRAGMA, "no-cache".to_owned()),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*".to_owned()),
    ];
    headers.extend(more);
    Reply::Full { status, headers, body: body.to_string().into() }
}

/// What a browser asks before an app of another origin may call.
pub(super) fn preflight(_: &mut Call<'_>) -> Result<Reply, ApiError> {
    let headers = vec![
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*".to_owned()),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS".to_owned()),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type".to_owned()),
        (header::ACCESS_CONTROL_MAX_AGE, "600".to_owned()),
    ];
    Ok(Reply::Full { status: 204, headers, body: bytes::Bytes::new() })
}

/// An address with parameters added to its query. What cannot stand in a header is escaped, as a browser would.
pub(super) fn with_query(address: &str, pairs: &[(&str, &str)]) -> String {
    let mut text: String = address.chars().map(escaped).collect();
    text.push(if text.contains('?') { '&' } else { '?' });
    text.push_str(&encode(pairs));
    text
}

/// Pairs as a query or a form has them.
pub(super) fn encode(pairs: &[(&str, &str)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs {
        form.append_pair(name, value);
    }
    form.finish()
}

fn escaped(c: char) -> String {
    if c.is_ascii_graphic() {
        return c.to_string();
    }
    let mut bytes = [0; 4];
    c.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The emulator's origin as this browser knows it (`localhost` and `127.0.0.1` have cookies of their own).
pub(super) fn own_origin(call: &Call<'_>) -> String {
    let host = call.header(&header::HOST);
    match host.parse::<http::uri::Authority>() {
        Ok(authority) if !authority.as_str().contains('@') => format!("http://{authority}"),
        _ => call.shared.url.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_join_what_is_there() {
        assert_eq!(with_query("http://a.b/c", &[("d", "e f&")]), "http://a.b/c?d=e+f%26");
        assert_eq!(with_query("http://a.b/?x=1", &[("d", "")]), "http://a.b/?x=1&d=");
        assert_eq!(with_query("app://zurück", &[("d", "e")]), "app://zur%C3%BCck?d=e");
    }
}
