//! What a change of one row tells.

use super::Event;
use crate::render::Render;
use crate::store::Changes;
use crate::store::invitation::OrganizationInvitation;
use crate::store::organization::{Membership, Organization};
use crate::store::session::Session;
use crate::store::table::Change;
use crate::store::user::User;
use crate::store::waitlist::WaitlistEntry;
use serde_json::{Value, json};

/// Fields that are no news: a row in which nothing but these has changed gives no event, at whatever depth they are.
/// All others of the API's rendering count.
const SILENT: &[&str] = &["last_active_at", "last_sign_in_at", "last_used_at", "updated_at"];

/// Fields of a user that came with a later version of the API than the one whose shapes events have.
const LATER: &[&str] = &["requires_password_reset"];

/// Events as they are found.
#[derive(Default)]
pub(super) struct Told {
    news: Vec<Event>,
    /// Deletions, kind by kind.
    gone: Vec<Vec<Event>>,
}

impl Told {
    /// Rows of a kind that has `created`, `updated` and `deleted`: what they look like, and what is left of them.
    pub(super) fn rows<T>(
        &mut self,
        kind: &str,
        changes: &[Change<T>],
        render: impl Fn(&T) -> Value,
        leave: impl Fn(&T) -> Value,
    ) {
        let mut gone = Vec::new();
        for change in changes {
            match (&change.before, &change.after) {
                (None, Some(after)) => self.news.push(event(kind, "created", render(after))),
                (Some(before), Some(after)) => {
                    let data = render(after);
                    if differ(&render(before), &data) {
                        self.news.push(event(kind, "updated", data));
                    }
                }
                (Some(before), None) => gone.push(event(kind, "deleted", leave(before))),
                (None, None) => {}
            }
        }
        self.gone.push(gone);
    }

    /// Rows of a kind with types of its own.
    pub(super) fn each<T>(&mut self, changes: &[Change<T>], tell: impl Fn(Option<&T>, Option<&T>) -> Option<Event>) {
        self.news.extend(changes.iter().filter_map(|change| tell(change.before.as_ref(), change.after.as_ref())));
    }

    pub(super) fn extend(&mut self, events: impl IntoIterator<Item = Event>) {
        self.news.extend(events);
    }

    pub(super) fn in_order(self) -> Vec<Event> {
        self.news.into_iter().chain(self.gone.into_iter().rev().flatten()).collect()
    }
}

pub(super) fn event(kind: &str, what: &str, data: Value) -> Event {
    Event { kind: format!("{kind}.{what}").into(), data }
}

/// Whether two renderings differ in a field that counts.
pub(super) fn differ(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            before.len() != after.len()
                || before.iter().any(|(name, was)| match after.get(name) {
                    _ if SILENT.contains(&name.as_str()) => false,
                    // What a caller put into metadata is theirs: no name there is one of ours.
                    Some(is) if name.ends_with("_metadata") => was != is,
                    Some(is) => differ(was, is),
                    None => true,
                })
        }
        (Value::Array(before), Value::Array(after)) => {
            before.len() != after.len() || before.iter().zip(after).any(|(was, is)| differ(was, is))
        }
        _ => before != after,
    }
}

/// A user as events have it.
pub(super) fn user(render: &Render<'_>, user: &User) -> Value {
    let mut data = render.user(user);
    if let Some(fields) = data.as_object_mut() {
        fields.retain(|name, _| !LATER.contains(&name.as_str()));
    }
    data
}

/// A session: how it began, and how it was ended. Its end by time is nobody's doing and told by nobody.
pub(super) fn session(render: &Render<'_>, before: Option<&Session>, after: Option<&Session>) -> Option<Event> {
    let after = after?;
    let was = before.map(|before| before.status.as_ref());
    let kind = match (was, after.status.as_ref()) {
        (Some(was), is) if was == is => return None,
        (None | Some("pending"), "active") => "created",
        (None, "pending") => "pending",
        (_, "ended") => "ended",
        (_, "removed") => "removed",
        (_, "revoked") => "revoked",
        _ => return None,
    };
    let mut data = render.session(after);
    // The events' description knows tasks only where there are some.
    if let Some(fields) = data.as_object_mut()
        && fields.get("tasks").is_some_and(Value::is_null)
    {
        fields.remove("tasks");
    }
    data["user"] = user(render, render.store.users.get(&after.user_id)?);
    Some(event("session", kind, data))
}

/// An entry of the waitlist. That it is gone is not told.
pub(super) fn waitlist_entry(
    render: &Render<'_>,
    before: Option<&WaitlistEntry>,
    after: Option<&WaitlistEntry>,
) -> Option<Event> {
    let data = render.waitlist_entry(after?);
    match before {
        None => Some(event("waitlistEntry", "created", data)),
        Some(before) if before.status != after?.status => Some(event("waitlistEntry", "updated", data)),
        Some(_) => None,
    }
}

/// An invitation to an organization: made, accepted or taken back. Those that go with their organization are not told.
pub(super) fn invitation(
    render: &Render<'_>,
    changes: &Changes,
    before: Option<&OrganizationInvitation>,
    after: Option<&OrganizationInvitation>,
) -> Option<Event> {
    let after = after?;
    let was = before.map(|before| before.status.as_ref());
    let kind = match (was, after.status.as_ref()) {
        (Some(was), is) if was == is => return None,
        (None, "pending") => "created",
        (_, "accepted") => "accepted",
        (_, "revoked") => "revoked",
        _ => return None,
    };
    let mut data = render.organization_invitation(after, true);
    let organization = data.as_object_mut().and_then(|data| data.remove("public_organization_data"));
    data["data"] = json!({ "public_organization_data": organization });
    if kind == "accepted" {
        data["user_id"] = json!(accepting_user(render, changes, after));
    }
    Some(event("organizationInvitation", kind, data))
}

/// Who accepted: the member that came in the same change, or else whoever has the invited address.
fn accepting_user(render: &Render<'_>, changes: &Changes, invitation: &OrganizationInvitation) -> Option<String> {
    let joined = changes.memberships.iter().filter(|change| change.before.is_none());
    let members = joined.filter_map(|change| change.after.as_ref());
    let invited = |user: &&User| user.emails.iter().any(|email| email.value == invitation.email_address);
    members
        .filter(|member| member.organization_id == invitation.organization_id)
        .map(|member| member.user_id.clone())
        .next()
        .or_else(|| render.store.users.values().find(invited).map(|user| user.id.clone()))
}

/// A membership that is no more, maybe because its organization or its user is gone too: they are told as they were.
pub(super) fn former_member(render: &Render<'_>, changes: &Changes, membership: &Membership) -> Value {
    let organization: Option<&Organization> =
        render.store.organizations.get(&membership.organization_id).or_else(|| {
            changes.organizations.iter().find(|change| change.id == membership.organization_id)?.before.as_ref()
        });
    let user: Option<&User> = render
        .store
        .users
        .get(&membership.user_id)
        .or_else(|| changes.users.iter().find(|change| change.id == membership.user_id)?.before.as_ref());
    render.membership_of(membership, organization, user)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_counts_is_a_difference() {
        let user = json!({"id": "user_1", "updated_at": 1, "passkeys": [{"id": "a", "last_used_at": 1}],
            "public_metadata": {"updated_at": 1}});
        let mut other = user.clone();
        other["updated_at"] = json!(2);
        other["passkeys"][0]["last_used_at"] = json!(2);
        assert!(!differ(&user, &other));
        other["public_metadata"]["updated_at"] = json!(2);
        assert!(differ(&user, &other), "a caller's own field counts whatever its name");
        let mut fewer = user.clone();
        fewer["passkeys"] = json!([]);
        assert!(differ(&user, &fewer));
    }
}
