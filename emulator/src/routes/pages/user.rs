//! Who is signed in, and where.

use super::back::{Back, Purpose};
use super::parts::person;
use crate::api::{Call, Reply};
use crate::errors::ApiError;
use crate::page::{Button, Page, Refusal, Values, Visitor, see_other, serve};
use crate::store::session::Session;
use crate::store::user::User;
use maud::{Markup, html};

/// The session of the browser, or the sign-in page.
pub(super) fn signed_in(call: &Call<'_>, visitor: &Visitor, sign_in: String) -> Result<Session, Refusal> {
    let session = call.store.session_of_browser(&visitor.browser, call.now).cloned();
    session.ok_or_else(|| see_other(sign_in, visitor).into())
}

pub(super) fn show(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    serve(call, |call, visitor| {
        let back = Back::read(call)?;
        let session = signed_in(call, visitor, back.page("/sign-in"))?;
        let user = call.store.user(&session.user_id)?;
        let page = Page {
            title: "Your account",
            body: html! {
                div.row { (person(user, "", call.now)) }
                (facts(call, user, &session))
                div.actions {
                    @if let Some(host) = back.host(Purpose::Other) {
                        (Button {
                            action: &back.page("/user"), fields: &[("do", "back")], look: "",
                            label: html! { "Back to " (host) },
                        }.html(visitor))
                    }
                    a.button.plain href=(back.page("/organizations")) { "Switch organization" }
                    a.button.plain href=(back.page("/sign-out")) { "Sign out" }
                }
            },
            aside: Some(sessions(call, visitor, &back, user, &session)),
            ..Page::default()
        };
        Ok(page.reply(200, visitor.cookies.clone()))
    })
}

fn facts(call: &Call<'_>, user: &User, session: &Session) -> Markup {
    let organization = session.organization_id.as_ref().and_then(|id| call.store.organizations.get(id));
    html! {
        dl {
            dt { "User" } dd { code { (user.id) } }
            @for email in &user.emails { dt { "Email" } dd { (email.value) @if !email.is_verified() { " (not verified)" } } }
            @for phone in &user.phones { dt { "Phone" } dd { (phone.value) } }
            @if let Some(username) = &user.username { dt { "Username" } dd { (username) } }
            dt { "Organization" } dd { @match organization { Some(known) => (known.name), None => "Personal account" } }
        }
    }
}

/// All sessions of the user, each with a way to end it.
fn sessions(call: &Call<'_>, visitor: &Visitor, back: &Back, user: &User, current: &Session) -> Markup {
    let all = call.store.sessions.values().rev();
    let open: Vec<&Session> = all.filter(|session| session.user_id == user.id && session.is_active(call.now)).collect();
    let action = back.page("/user");
    html! {
        aside aria-labelledby="sessions" {
            h2 #sessions { "Sessions" }
            ul.rows {
                @for session in &open {
                    @let here = session.id == current.id;
                    li.row.current[here] {
                        span.who {
                            strong { @if here { "This browser" } @else { "Another browser" } }
                            small { code { (session.id) } }
                        }
                        (Button {
                            action: &action, fields: &[("do", "end"), ("session_id", &session.id)], look: "plain small",
                            label: html! { "Sign out" span.said { " of " (session.id) } },
                        }.html(visitor))
                    }
                }
            }
            @if open.len() > 1 {
                div.actions {
                    (Button {
                        action: &action, fields: &[("do", "end_all")], look: "plain",
                        label: html! { "Sign out everywhere" },
                    }.html(visitor))
                }
            }
        }
    }
}

pub(super) fn submit(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    serve(call, |call, visitor| {
        let back = Back::read(call)?;
        let values = Values::read(call, visitor)?;
        let current = signed_in(call, visitor, back.page("/sign-in"))?;
        let now = call.now;
        match values.get("do") {
            "back" => return Ok(back.go(call, visitor, Purpose::Other)),
            "end_all" => call.store.revoke_sessions(&current.user_id, now),
            _ => {
                let session = call.store.session_mut(values.get("session_id"))?;
                if session.user_id != current.user_id {
                    return Err(ApiError::not_found("session", values.get("session_id")).into());
                }
                session.end("revoked", now);
            }
        }
        if call.store.session_of_browser(&visitor.browser, now).is_some() {
            return Ok(see_other(back.page("/user"), visitor));
        }
        Ok(back.go(call, visitor, Purpose::SignOut))
    })
}
