//! What is in the instance, for the eyes of who develops against it: users, sessions, organizations, messages,
//! webhooks, requests. What can be done here: move the clock, end a session, replay an event.

mod messages;
mod organizations;
mod overview;
mod requests;
mod sessions;
mod table;
mod users;
mod webhooks;

use crate::api::{Call, Reply, Route};
use crate::errors::ApiError;
use crate::page::{LIVE_PATH, Page, Refusal, Visitor, live, serve};
use maud::{Markup, html};
use time::OffsetDateTime;
use time::macros::format_description;

pub(super) const ROUTES: &[Route] = &[
    Route::public("GET", "/", overview::show),
    Route::public("POST", "/_usher/clock", overview::move_clock),
    Route::public("GET", "/_usher/users", users::list),
    Route::public("GET", "/_usher/users/{user_id}", users::show),
    Route::public("GET", "/_usher/sessions", sessions::list),
    Route::public("POST", "/_usher/sessions/end", sessions::end),
    Route::public("GET", "/_usher/organizations", organizations::list),
    Route::public("GET", "/_usher/organizations/{organization_id}", organizations::show),
    Route::public("GET", "/_usher/messages", messages::list),
    Route::public("GET", "/_usher/requests", requests::list),
    Route::public("GET", "/_usher/webhooks", webhooks::list),
    Route::public("POST", "/_usher/webhooks/replay", webhooks::replay),
    Route::public("GET", LIVE_PATH, live),
];

/// The parts of the dashboard: address and name.
const PARTS: &[(&str, &str)] = &[
    ("/", "Overview"),
    ("/_usher/users", "Users"),
    ("/_usher/sessions", "Sessions"),
    ("/_usher/organizations", "Organizations"),
    ("/_usher/messages", "Messages"),
    ("/_usher/webhooks", "Webhooks"),
    ("/_usher/requests", "Requests"),
];

/// One page of the dashboard; what it shows follows the instance while it is open.
struct View<'a> {
    /// The part it belongs to, by its name.
    part: &'a str,
    title: &'a str,
    body: Markup,
}

impl View<'_> {
    fn reply(self, visitor: &Visitor) -> Reply {
        let body = html! {
            nav.parts aria-label="Dashboard" {
                ul {
                    @for (address, name) in PARTS {
                        li { a href=(address) aria-current=[(*name == self.part).then_some("page")] { (name) } }
                    }
                }
                label.live { input #live type="checkbox" checked; " Live" }
            }
            div #content data-live { (self.body) }
        };
        Page { title: self.title, body, wide: true, ..Page::default() }.reply(200, visitor.cookies.clone())
    }
}

/// Serves a page that only shows something.
fn show<'a>(
    call: &mut Call<'_>,
    look: impl FnOnce(&mut Call<'_>, &Visitor) -> Result<View<'a>, Refusal>,
) -> Result<Reply, ApiError> {
    serve(call, |call, visitor| Ok(look(call, visitor)?.reply(visitor)))
}

/// A time as people read it, in UTC.
fn moment(ms: i64) -> Markup {
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000).ok();
    let shown = time
        .and_then(|time| time.format(format_description!("[year]-[month]-[day] [hour]:[minute]:[second]")).ok())
        .unwrap_or_else(|| ms.to_string());
    html! { time { (shown) } }
}

/// A value of the API as indented text.
fn json(value: &serde_json::Value) -> Markup {
    html! { pre tabindex="0" { (serde_json::to_string_pretty(value).unwrap_or_default()) } }
}
