//! The requests as they came, the newest first.

use super::table::{Table, needle};
use super::{View, moment, show as show_view};
use crate::api::{Call, Reply};
use crate::errors::ApiError;
use crate::log::RequestRecord;
use maud::{Markup, html};

pub(super) fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    show_view(call, |call, _| {
        let needle = needle(call);
        let mut found = call.shared.log().tell(None, None);
        found.reverse();
        found.retain(|record| {
            record.path.to_lowercase().contains(&needle)
                || record.method.to_lowercase() == needle
                || record.status.is_some_and(|status| status.to_string() == needle)
        });
        let head = ["Time", "Method", "Path", "Answer", "Details"];
        let body = Table { what: "requests", head: &head, needle: &needle }.of(&found, row);
        Ok(View { part: "Requests", title: "Requests", body })
    })
}

fn row(record: &RequestRecord) -> Markup {
    let bad = record.status.is_none_or(|status| status >= 400);
    html! {
        tr {
            td { (moment(record.time_ms)) }
            td { code { (record.method) } }
            td { code { (record.path) @for (at, (name, value)) in record.query.iter().enumerate() { (if at == 0 { "?" } else { "&" }) (name) "=" (value) } } }
            td { span.tag.bad[bad] { @match record.status { Some(status) => (status), None => "none" } } }
            td {
                details {
                    summary { "Headers and body" }
                    pre tabindex="0" {
                        @for (name, value) in &record.headers { (name) ": " (shown(name, value)) "\n" }
                        @if let Some(body) = &record.body { "\n" (body) }
                    }
                }
            }
        }
    }
}

/// Keys and cookies are cut: the page may be on a screen that others see.
fn shown<'a>(name: &str, value: &'a str) -> std::borrow::Cow<'a, str> {
    if !matches!(name, "authorization" | "cookie") {
        return value.into();
    }
    let start: String = value.chars().take(16).collect();
    if start.len() < value.len() { format!("{start}…").into() } else { value.into() }
}
