//! The emails and text messages that would have been sent.

use super::table::{Table, needle};
use super::{View, moment, show as show_view};
use crate::api::{Call, Reply};
use crate::errors::ApiError;
use crate::store::Message;
use maud::html;

pub(super) fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    show_view(call, |call, _| {
        let needle = needle(call);
        let found: Vec<&Message> = call
            .store
            .messages
            .values()
            .rev()
            .filter(|message| message.to.to_lowercase().contains(&needle) || message.kind.contains(&needle))
            .collect();
        let head = ["To", "What", "By", "Code or link", "Sent"];
        let body = Table { what: "messages", head: &head, needle: &needle }.of(&found, |message| {
            html! {
                tr {
                    td { (message.to) }
                    td { (message.kind.replace('_', " ")) }
                    td { (message.channel) }
                    td {
                        @if let Some(code) = &message.code { code { (code) } }
                        @if let Some(url) = message.url.as_deref().filter(|url| url.starts_with("http")) { a href=(url) { (url) } }
                    }
                    td { (moment(message.sent_at)) }
                }
            }
        });
        Ok(View { part: "Messages", title: "Messages", body })
    })
}
