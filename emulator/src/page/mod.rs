//! Pages for people: one layout, one stylesheet, the same headers everywhere. All of it is in the binary, and none of it
//! needs a script.
//!
//! Text goes into a page through `maud`, which escapes it. A handler calls [`serve`], which refuses other people's hosts
//! and origins and says who visits, and answers with [`Page::reply`] or [`see_other`].

mod field;
mod guard;
mod visitor;

use crate::api::{Call, Reply};
use crate::errors::ApiError;
use crate::origin;
use http::header;
use maud::{DOCTYPE, Markup, Render, html};
use serde_json::json;

pub(crate) use field::{Button, Field, Problem, Values};
pub(crate) use guard::is_own;
pub(crate) use visitor::{Visitor, known_browser, own_cookies};

/// Where the stylesheet is.
pub(crate) const STYLE_PATH: &str = "/_page/style.css";
/// The stylesheet.
pub(crate) const STYLE: &str = include_str!("style.css");

/// No script and nothing from elsewhere. Without `form-action`: browsers hold it against the places that the answer to a
/// form redirects to, and these are the applications' own.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'";
/// As that, for a page with the script that keeps it current.
const LIVE_POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'";
/// Where that script is.
pub(crate) const LIVE_PATH: &str = "/_page/live.js";

/// Serves that script.
pub(crate) fn live(_: &mut Call<'_>) -> Result<Reply, ApiError> {
    let bytes = include_bytes!("live.js").as_slice().into();
    Ok(Reply::Raw { content_type: "text/javascript; charset=utf-8".to_owned(), bytes })
}

/// A small mark that takes no request.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%234f46e5'/%3E%3Cpath d='M5 4v5a3 3 0 0 0 6 0V4' fill='none' stroke='%23fff' stroke-width='2' stroke-linecap='round'/%3E%3C/svg%3E";

/// A page.
#[derive(Default)]
pub(crate) struct Page<'a> {
    /// What the page is for: the document's title and its heading.
    pub(crate) title: &'a str,
    /// A line below the heading.
    pub(crate) lead: Option<Markup>,
    /// What is wrong with what was entered: listed above the content, each linked to its field.
    pub(crate) problems: &'a [Problem],
    pub(crate) body: Markup,
    /// What stands beside the content, such as the messages of the emulator.
    pub(crate) aside: Option<Markup>,
    /// For the dashboard: as wide as the window, and what is marked `data-live` follows the instance while it is open.
    pub(crate) wide: bool,
}

impl Page<'_> {
    /// The page as an answer. `cookies` are whole `Set-Cookie` values.
    pub(crate) fn reply(&self, status: u16, cookies: Vec<String>) -> Reply {
        let mut headers = vec![
            (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
            (header::CONTENT_SECURITY_POLICY, if self.wide { LIVE_POLICY } else { POLICY }.to_owned()),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
            (header::X_FRAME_OPTIONS, "DENY".to_owned()),
            // Not `no-referrer`: with it a form of our own comes with the origin `null`.
            (header::REFERRER_POLICY, "same-origin".to_owned()),
            (header::CACHE_CONTROL, "no-store".to_owned()),
        ];
        headers.extend(cookies.into_iter().map(|cookie| (header::SET_COOKIE, cookie)));
        Reply::Full { status, headers, body: self.render().into_string().into() }
    }
}

impl Render for Page<'_> {
    fn render(&self) -> Markup {
        let failed = if self.problems.is_empty() { "" } else { "Error: " };
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (failed) (self.title) " · Emulator" }
                    link rel="icon" href=(ICON);
                    link rel="stylesheet" href=(STYLE_PATH);
                    @if self.wide { script src=(LIVE_PATH) defer {} }
                }
                body class=[self.wide.then_some("wide")] {
                    a.skip href="#main" { "Skip to the content" }
                    header.brand {
                        span.mark aria-hidden="true" {}
                        span { "Emulator" }
                    }
                    main #main tabindex="-1" {
                        section.card aria-labelledby="title" {
                            h1 #title { (self.title) }
                            @if let Some(lead) = &self.lead { p.lead { (lead) } }
                            (field::summary(self.problems))
                            (self.body)
                        }
                        @if let Some(aside) = &self.aside { (aside) }
                    }
                    footer { p { "An emulator on this machine, for development and tests. Nothing here is real, and nothing leaves it." } }
                }
            }
        }
    }
}

/// Why a page is not served as it was asked for.
pub(crate) enum Refusal {
    /// With this instead. What was changed stays, such as a count of attempts.
    Page(Reply),
    /// With an error of the API, told as a page. What was changed is undone.
    Error(ApiError),
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Refusal::Error(error)
    }
}

impl From<Reply> for Refusal {
    fn from(reply: Reply) -> Self {
        Refusal::Page(reply)
    }
}

/// Serves a page: only under the emulator's own name, forms only from its own pages, and to a browser that it knows.
///
/// # Errors
/// None: what fails is told as a page.
pub(crate) fn serve(
    call: &mut Call<'_>,
    run: impl FnOnce(&mut Call<'_>, &Visitor) -> Result<Reply, Refusal>,
) -> Result<Reply, ApiError> {
    let served = guard::check(call).map_err(Refusal::from).and_then(|()| {
        let visitor = Visitor::of(call);
        run(call, &visitor)
    });
    Ok(match served {
        Ok(reply) | Err(Refusal::Page(reply)) => reply,
        Err(Refusal::Error(error)) => {
            call.store.rollback();
            told(&error)
        }
    })
}

/// Sends the browser to another page with GET.
pub(crate) fn see_other(location: String, visitor: &Visitor) -> Reply {
    Reply::Redirect { status: 303, location, cookies: visitor.cookies.clone() }
}

/// A page that says no more than what went wrong.
pub(crate) fn notice(status: u16, title: &str, text: &str) -> Reply {
    Page { title, body: html! { p { (text) } }, ..Page::default() }.reply(status, Vec::new())
}

/// Nobody is sent to an application that the instance does not know: what would go along says who is signed in.
///
/// # Errors
/// The page that names the origin, and says how to allow it.
pub(crate) fn check_way_back(call: &Call<'_>, url: &str) -> Result<(), Reply> {
    if origin::is_known_to(call.shared, call.store, &call.head.headers, url) {
        return Ok(());
    }
    let origin = origin::shown(url);
    let allow = json!({ "allowed_origins": [origin] }).to_string();
    let body = html! {
        p { "You were about to be sent to " strong { (origin) } ", with what says who is signed in here. This instance has no application there." }
        p { "If it is yours, allow it in one of these ways, and open the link again:" }
        ul {
            li { "with the secret key: " code { "PATCH /v1/instance " (allow) } }
            li { "in the emulator's fixtures file: " code { "instance: " (allow) } }
            li { "as a redirect URL: " code { "POST /v1/redirect_urls " (json!({ "url": format!("{origin}/") })) } }
        }
    };
    Err(Page { title: "Unknown application", body, ..Page::default() }.reply(400, Vec::new()))
}

fn told(error: &ApiError) -> Reply {
    let body = html! { @for item in &error.errors { p { (item.long_message) } } };
    Page { title: "That did not work", body, ..Page::default() }.reply(error.status, Vec::new())
}
