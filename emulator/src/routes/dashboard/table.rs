//! A table with a search field above it, and no more rows than fit.

use crate::api::Call;
use maud::{Markup, html};

/// The most rows a page shows.
const MOST: usize = 200;

/// What is looked for, in lower case; empty for everything.
pub(super) fn needle(call: &Call<'_>) -> String {
    call.query.text("q").unwrap_or_default().trim().to_lowercase()
}

/// Rows under a head. `found` are those that fit what is looked for, the newest first.
pub(super) struct Table<'a> {
    /// What the rows are, in the plural.
    pub(super) what: &'a str,
    pub(super) head: &'a [&'a str],
    pub(super) needle: &'a str,
}

impl Table<'_> {
    pub(super) fn of<T>(&self, found: &[T], row: impl Fn(&T) -> Markup) -> Markup {
        html! {
            form.search role="search" {
                label.said for="q" { "Search " (self.what) }
                input #q name="q" type="search" value=(self.needle) placeholder={ "Search " (self.what) };
                button { "Search" }
            }
            @if found.is_empty() {
                p.note { @if self.needle.is_empty() { "No " (self.what) " yet." } @else { "No " (self.what) " fit." } }
            } @else {
                div.scroll tabindex="0" role="region" aria-label=(self.what) {
                    table {
                        thead { tr { @for name in self.head { th scope="col" { (name) } } } }
                        tbody { @for item in found.iter().take(MOST) { (row(item)) } }
                    }
                }
                @if found.len() > MOST { p.note { "The newest " (MOST) " of " (found.len()) "." } }
            }
        }
    }
}
