//! The organizations and their members.

use super::table::{Table, needle};
use super::{View, json, moment, show as show_view};
use crate::api::{Call, Reply};
use crate::errors::ApiError;
use crate::store::organization::Organization;
use maud::html;

pub(super) fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    show_view(call, |call, _| {
        let needle = needle(call);
        let store = &*call.store;
        let found: Vec<&Organization> = store
            .organizations
            .values()
            .rev()
            .filter(|one| [&one.id, &one.name, &one.slug].into_iter().any(|text| text.to_lowercase().contains(&needle)))
            .collect();
        let head = ["Organization", "Id", "Slug", "Members", "Open invitations", "Created"];
        let body = Table { what: "organizations", head: &head, needle: &needle }.of(&found, |one| {
            html! {
                tr {
                    td { a href={ "/_usher/organizations/" (one.id) } { (one.name) } }
                    td { code { (one.id) } }
                    td { (one.slug) }
                    td { (store.members_count(&one.id)) }
                    td { (store.pending_invitations_count(&one.id, call.now)) }
                    td { (moment(one.created_at)) }
                }
            }
        });
        Ok(View { part: "Organizations", title: "Organizations", body })
    })
}

pub(super) fn show(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    show_view(call, |call, _| {
        let store = &*call.store;
        let organization = store.organization(&call.param("organization_id"))?;
        let members: Vec<_> = store
            .memberships
            .values()
            .filter(|membership| membership.organization_id == organization.id)
            .filter_map(|membership| Some((store.users.get(&membership.user_id)?, &membership.role)))
            .collect();
        let body = html! {
            h2 { "Members" }
            @if members.is_empty() { p.note { "No members yet." } }
            ul {
                @for (user, role) in &members {
                    li { a href={ "/_usher/users/" (user.id) } { (user.identifier()) } " as " code { (role) } }
                }
            }
            h2 { "As the API tells it" }
            (json(&call.render().organization(organization, true, false)))
        };
        Ok(View { part: "Organizations", title: "Organization", body })
    })
}
