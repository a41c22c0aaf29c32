//! The first page: where the instance is, its keys, its clock, and how much is in it.

use super::{View, moment, show as show_view};
use crate::api::{Call, Reply};
use crate::errors::ApiError;
use crate::page::{Button, Values, Visitor, see_other, serve};
use maud::{Markup, html};

/// How far the buttons move the clock: name and milliseconds.
const STEPS: &[(&str, i64)] =
    &[("1 minute", 60_000), ("1 hour", 3_600_000), ("1 day", 86_400_000), ("7 days", 604_800_000)];

pub(super) fn show(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    show_view(call, |call, visitor| {
        let body = html! {
            p.lead { "The API on this machine, at " code { (call.shared.url) } ". For development and tests, not for production." }
            (counts(call))
            h2 { "Settings for an application" }
            (environment(call))
            h2 { "Clock" }
            (clock(call, visitor))
            h2 { "Pages" }
            ul {
                li { a href="/sign-in" { "Sign in" } ", " a href="/sign-up" { "sign up" } ", " a href="/user" { "your account" } }
                li { a href="/.well-known/jwks.json" { "Public keys" } }
            }
        };
        Ok(View { part: "Overview", title: "Emulator", body })
    })
}

fn counts(call: &Call<'_>) -> Markup {
    let store = &*call.store;
    let open = store.sessions.values().filter(|session| session.is_active(call.now)).count();
    let tiles = [
        ("/_usher/users", store.users.len(), "users"),
        ("/_usher/sessions", open, "open sessions"),
        ("/_usher/organizations", store.organizations.len(), "organizations"),
        ("/_usher/messages", store.messages.len(), "messages"),
    ];
    html! {
        ul.tiles {
            @for (address, count, what) in tiles { li { a href=(address) { strong { (count) } " " (what) } } }
        }
    }
}

/// The block to paste into a shell or an `.env` file.
fn environment(call: &Call<'_>) -> Markup {
    let shared = call.shared;
    html! {
        pre tabindex="0" {
            "CLERK_SECRET_KEY=" (shared.secret_key) "\n"
            "CLERK_PUBLISHABLE_KEY=" (shared.publishable_key) "\n"
            "CLERK_MACHINE_SECRET_KEY=" (shared.machine_secret_key) "\n"
            "CLERK_API_URL=" (shared.url) "\n"
            "CLERK_PROXY_URL=" (shared.url) "\n"
        }
    }
}

fn clock(call: &Call<'_>, visitor: &Visitor) -> Markup {
    let frozen = call.shared.clock.is_frozen();
    html! {
        p { "It is " (moment(call.now)) " UTC here" @if frozen { ", and stays so until the clock is moved" } "." }
        div.buttons {
            @for (name, ms) in STEPS {
                (Button {
                    action: "/_usher/clock", fields: &[("by_ms", &ms.to_string())], look: "plain small",
                    label: html! { "Forward by " (name) },
                }.html(visitor))
            }
            (Button {
                action: "/_usher/clock", fields: &[("resume", "true")], look: "plain small",
                label: html! { "Back to the system's time" },
            }.html(visitor))
        }
    }
}

/// Moves the clock and does what that time brings.
fn move_by(call: &mut Call<'_>, ms: Option<i64>) {
    call.shared.clock.move_alone(ms);
    call.store.bill(call.shared.clock.now_ms());
}

pub(super) fn move_clock(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    serve(call, |call, visitor| {
        let values = Values::read(call, visitor)?;
        if values.get("resume") == "true" {
            move_by(call, None);
        } else if let Ok(ms) = values.get("by_ms").parse() {
            move_by(call, Some(ms));
        }
        Ok(see_other("/".to_owned(), visitor))
    })
}
