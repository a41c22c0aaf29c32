//! The sessions, the newest first.

use super::table::{Table, needle};
use super::{View, moment, show as show_view};
use crate::api::{Call, Reply};
use crate::errors::ApiError;
use crate::page::{Button, Values, see_other, serve};
use crate::store::session::Session;
use maud::html;

pub(super) fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    show_view(call, |call, visitor| {
        let needle = needle(call);
        let store = &*call.store;
        let who =
            |session: &Session| store.users.get(&session.user_id).map_or_else(String::new, |user| user.identifier());
        let found: Vec<&Session> = store
            .sessions
            .values()
            .rev()
            .filter(|session| {
                [&session.id, &session.user_id].into_iter().any(|id| id.to_lowercase().contains(&needle))
                    || session.status(call.now).contains(&needle)
                    || who(session).to_lowercase().contains(&needle)
            })
            .collect();
        let head = ["User", "Session", "Organization", "State", "Last active", "Ends", "Action"];
        let body = Table { what: "sessions", head: &head, needle: &needle }.of(&found, |session| {
            let organization = session.organization_id.as_ref().and_then(|id| store.organizations.get(id));
            let open = session.is_active(call.now);
            html! {
                tr {
                    td { a href={ "/_usher/users/" (session.user_id) } { (who(session)) } }
                    td { code { (session.id) } }
                    td { @match organization { Some(known) => (known.name), None => "–" } }
                    td { span.tag.bad[!open] { (session.status(call.now)) } }
                    td { (moment(session.last_active_at)) }
                    td { (moment(session.expire_at)) }
                    td {
                        @if open {
                            (Button {
                                action: "/_usher/sessions/end", fields: &[("session_id", &session.id)], look: "plain small",
                                label: html! { "End" span.said { " " (session.id) } },
                            }.html(visitor))
                        }
                    }
                }
            }
        });
        Ok(View { part: "Sessions", title: "Sessions", body })
    })
}

pub(super) fn end(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    serve(call, |call, visitor| {
        let values = Values::read(call, visitor)?;
        let now = call.now;
        call.store.session_mut(values.get("session_id"))?.end("revoked", now);
        Ok(see_other("/_usher/sessions".to_owned(), visitor))
    })
}
