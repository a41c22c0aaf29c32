//! From checked arguments to path, query and body.

use std::borrow::Cow;

use bytes::{BufMut, Bytes, BytesMut};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Arguments, check};
use crate::catalogue::{Body, Operation, Param, Place, Type};
use crate::error::ArgumentError;
use crate::file::File;

/// What RFC 3986 leaves unreserved; all else is escaped, `+` among it.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A request but for host, headers of the client, and credentials.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    /// Path below the API version, with the query.
    pub(crate) target: String,
    /// The body and its media type.
    pub(crate) body: Option<(Bytes, String)>,
}

pub(super) fn request(
    operation: &Operation,
    arguments: &Arguments,
    files: &[(String, File)],
) -> Result<Prepared, ArgumentError> {
    let mut target = operation.path.to_owned();
    let mut query = String::new();
    for param in operation.params {
        let Some(text) = arguments.get(param.name) else { continue };
        match param.place {
            Place::Path => {
                fill(&mut target, param.name, &escape(&plain(text)));
            }
            Place::Query => match param.kind {
                Type::Array(_) => {
                    for item in check::items(param.name, text)? {
                        append_query(&mut query, param.wire, &plain(item.get()));
                    }
                }
                _ => append_query(&mut query, param.wire, &plain(text)),
            },
            Place::QueryComma => {
                let items = check::items(param.name, text)?;
                let values: Vec<Cow<'_, str>> = items.iter().map(|item| plain(item.get())).collect();
                append_query(&mut query, param.wire, &values.join(","));
            }
            Place::Body | Place::ArrayBody => {}
        }
    }
    if !query.is_empty() {
        target.push('?');
        target.push_str(&query);
    }
    Ok(Prepared { target, body: body(operation, arguments, files)? })
}

fn body(
    operation: &Operation,
    arguments: &Arguments,
    files: &[(String, File)],
) -> Result<Option<(Bytes, String)>, ArgumentError> {
    let fields: Vec<(&Param, &str)> = arguments
        .iter()
        .filter_map(|(name, text)| {
            let param = operation.params.iter().find(|param| param.name == name)?;
            matches!(param.place, Place::Body).then_some((param, text))
        })
        .collect();
    let json = |text: String| Some((Bytes::from(text), "application/json".to_owned()));
    Ok(match operation.body {
        Body::None => None,
        Body::Json { send_empty } if fields.is_empty() => send_empty.then(|| "{}".to_owned()).and_then(json),
        Body::Json { .. } => {
            let sent: Vec<(&str, String)> =
                fields.iter().map(|(param, text)| (param.wire, on_the_wire(&param.kind, text))).collect();
            json(object(sent.iter().map(|(name, text)| (*name, text.as_str()))))
        }
        Body::JsonArray => {
            let param = operation.params.iter().find(|param| param.place == Place::ArrayBody);
            param.and_then(|param| arguments.get(param.name)).map(str::to_owned).and_then(json)
        }
        Body::Multipart => {
            let texts: Vec<(&str, Cow<'_, str>)> =
                fields.iter().map(|(param, text)| (param.wire, plain(text))).collect();
            let files: Vec<(&str, &File)> = files
                .iter()
                .filter_map(|(name, file)| {
                    let param = operation.params.iter().find(|param| param.name == name)?;
                    Some((param.wire, file))
                })
                .collect();
            Some(multipart(&texts, &files))
        }
    })
}

/// A value as the body has it: verbatim, but for a date given as milliseconds where the API wants text.
fn on_the_wire(kind: &Type, text: &str) -> String {
    match (kind, text.parse::<i64>()) {
        (Type::Datetime, Ok(ms)) => format!("\"{}\"", rfc3339(ms)),
        _ => text.to_owned(),
    }
}

/// A JSON object of names and JSON texts.
pub(super) fn object<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut out = String::from("{");
    for (index, (name, text)) in fields.enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push_str(&serde_json::Value::from(name).to_string());
        out.push(':');
        out.push_str(text);
    }
    out.push('}');
    out
}

/// Adds `name=value` to a query string.
pub(crate) fn append_query(query: &mut String, name: &str, value: &str) {
    if !query.is_empty() {
        query.push('&');
    }
    query.push_str(&escape(name));
    query.push('=');
    query.push_str(&escape(value));
}

/// Puts a value in the place that has this name.
fn fill(template: &mut String, name: &str, value: &str) {
    let place = template.match_indices('{').find_map(|(at, _)| {
        let rest = template.get(at + 1..)?.strip_prefix(name)?;
        rest.starts_with('}').then_some(at..at + name.len() + 2)
    });
    if let Some(place) = place {
        template.replace_range(place, value);
    }
}

/// A string without its quotes, anything else as it is. It is JSON.
fn plain(text: &str) -> Cow<'_, str> {
    match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        Some(string) if !string.contains('\\') => Cow::Borrowed(string),
        Some(_) => serde_json::from_str::<String>(text).map_or(Cow::Borrowed(text), Cow::Owned),
        None => Cow::Borrowed(text),
    }
}

fn escape(text: &str) -> Cow<'_, str> {
    utf8_percent_encode(text, ESCAPED).into()
}

/// A multipart form and its media type. The boundary is random, so that no file can contain it on purpose.
fn multipart(texts: &[(&str, Cow<'_, str>)], files: &[(&str, &File)]) -> (Bytes, String) {
    let boundary = format!("usher-{:016x}{:016x}", fastrand::u64(..), fastrand::u64(..));
    let mut out = BytesMut::new();
    for (name, text) in texts {
        out.put_slice(
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n", quoted(name)).as_bytes(),
        );
        out.put_slice(text.as_bytes());
        out.put_slice(b"\r\n");
    }
    for (name, file) in files {
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
            quoted(name),
            quoted(&file.filename),
            file.content_type
        );
        out.put_slice(head.as_bytes());
        out.put_slice(&file.bytes);
        out.put_slice(b"\r\n");
    }
    out.put_slice(format!("--{boundary}--\r\n").as_bytes());
    (out.freeze(), format!("multipart/form-data; boundary={boundary}"))
}

/// As HTML forms write names: a quote becomes `%22`; line breaks were refused before.
fn quoted(text: &str) -> String {
    text.replace('"', "%22")
}

/// Unix milliseconds as RFC 3339 in UTC.
fn rfc3339(ms: i64) -> String {
    let (days, in_day) = (ms.div_euclid(86_400_000), ms.rem_euclid(86_400_000));
    // Days since 0000-03-01, in eras of 400 years (the proleptic Gregorian calendar repeats after 146,097 days).
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second, milli) = (in_day / 3_600_000, in_day / 60_000 % 60, in_day / 1_000 % 60, in_day % 1_000);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

#[cfg(test)]
mod tests {
    use super::rfc3339;

    #[test]
    fn milliseconds_become_rfc_3339() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(rfc3339(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(rfc3339(1_700_690_400_123), "2023-11-22T22:00:00.123Z");
        assert_eq!(rfc3339(-1), "1969-12-31T23:59:59.999Z");
    }
}
