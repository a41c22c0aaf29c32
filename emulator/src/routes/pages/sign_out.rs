//! Signing out of this browser.

use super::back::{Back, Purpose};
use super::parts::{on_the_way, person};
use crate::api::{Call, Reply};
use crate::errors::ApiError;
use crate::page::{Button, Page, Values, serve};
use maud::html;

/// Asks first: a link alone, or a picture that points here, must sign nobody out.
pub(super) fn show(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    serve(call, |call, visitor| {
        let back = Back::read(call)?;
        let session = call.store.session_of_browser(&visitor.browser, call.now);
        let Some(user) = session.and_then(|session| call.store.users.get(&session.user_id)) else {
            return Ok(back.go(call, visitor, Purpose::SignOut));
        };
        let page = Page {
            title: "Sign out?",
            lead: on_the_way(&back, Purpose::SignOut),
            body: html! {
                div.row { (person(user, "", call.now)) }
                div.actions {
                    (Button { action: &back.page("/sign-out"), label: html! { "Sign out" }, ..Button::default() }.html(visitor))
                    a.button.plain href=(back.page("/user")) { "Stay signed in" }
                }
            },
            ..Page::default()
        };
        Ok(page.reply(200, visitor.cookies.clone()))
    })
}

pub(super) fn submit(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    serve(call, |call, visitor| {
        let back = Back::read(call)?;
        Values::read(call, visitor)?;
        call.store.close_session_on(&visitor.browser, "removed", call.now);
        Ok(back.go(call, visitor, Purpose::SignOut))
    })
}
