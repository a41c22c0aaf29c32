//! The users.

use super::table::{Table, needle};
use super::{View, json, moment, show as show_view};
use crate::api::{Call, Reply};
use crate::errors::ApiError;
use crate::store::user::User;
use maud::{Markup, html};

pub(super) fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    show_view(call, |call, _| {
        let needle = needle(call);
        let found: Vec<&User> = call.store.users.values().rev().filter(|user| fits(user, &needle)).collect();
        let table = Table {
            what: "users",
            head: &["User", "Id", "External id", "Created", "Last sign-in", "State"],
            needle: &needle,
        };
        let body = table.of(&found, |user| row(user, call.now));
        Ok(View { part: "Users", title: "Users", body })
    })
}

fn fits(user: &User, needle: &str) -> bool {
    let texts = [Some(&user.id), user.external_id.as_ref(), user.username.as_ref()];
    let contacts = user.emails.iter().chain(&user.phones).map(|contact| &contact.value);
    texts.into_iter().flatten().chain(contacts).any(|text| text.to_lowercase().contains(needle))
        || user.full_name().is_some_and(|name| name.to_lowercase().contains(needle))
}

fn row(user: &User, now: i64) -> Markup {
    let name = user.full_name().unwrap_or_else(|| user.identifier());
    html! {
        tr {
            td {
                a href={ "/_usher/users/" (user.id) } { (if name.is_empty() { user.id.as_str() } else { &name }) }
                @if name != user.identifier() { br; small { (user.identifier()) } }
            }
            td { code { (user.id) } }
            td { (user.external_id.as_deref().unwrap_or("–")) }
            td { (moment(user.created_at)) }
            td { @match user.last_sign_in_at { Some(ms) => (moment(ms)), None => "–" } }
            td { (state(user, now)) }
        }
    }
}

fn state(user: &User, now: i64) -> Markup {
    html! {
        @if user.banned { span.tag.bad { "banned" } } @else if user.is_locked(now) { span.tag.bad { "locked" } } @else { span.tag { "active" } }
    }
}

pub(super) fn show(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    show_view(call, |call, _| {
        let user = call.store.user(&call.param("user_id"))?;
        let memberships = call.store.memberships.values().filter(|membership| membership.user_id == user.id);
        let organizations: Vec<_> = memberships
            .filter_map(|membership| {
                Some((call.store.organizations.get(&membership.organization_id)?, &membership.role))
            })
            .collect();
        let open = call.store.sessions.values().filter(|one| one.user_id == user.id && one.is_active(call.now)).count();
        let body = html! {
            p { (state(user, call.now)) " " (open) " open " @if open == 1 { "session" } @else { "sessions" } }
            @if !organizations.is_empty() {
                h2 { "Organizations" }
                ul {
                    @for (organization, role) in &organizations {
                        li { a href={ "/_usher/organizations/" (organization.id) } { (organization.name) } " as " code { (role) } }
                    }
                }
            }
            h2 { "As the API tells it" }
            (json(&call.render().user(user)))
        };
        Ok(View { part: "Users", title: "User", body })
    })
}
