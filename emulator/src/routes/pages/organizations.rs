//! Which organization is active: the personal account, or one that the user is a member of.

use super::back::{Back, Purpose};
use super::parts::{initials, on_the_way};
use super::user::signed_in;
use crate::api::{Call, Reply};
use crate::errors::ApiError;
use crate::form::Form;
use crate::page::{Button, Field, Page, Problem, Values, Visitor, serve};
use crate::routes::organizations;
use crate::store::organization::{Membership, Organization};
use crate::store::session::Session;
use maud::{Markup, html};
use serde_json::json;

const PATH: &str = "/organizations";

pub(super) fn show(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    serve(call, |call, visitor| {
        let back = Back::read(call)?;
        let session = signed_in(call, visitor, back.page("/sign-in"))?;
        Ok(form(call, visitor, &back, &session, "", &[]))
    })
}

pub(super) fn submit(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    serve(call, |call, visitor| {
        let back = Back::read(call)?;
        let values = Values::read(call, visitor)?;
        let session = signed_in(call, visitor, back.page("/sign-in"))?;
        let wanted = match values.get("do") {
            "create" => {
                let name = values.get("name").trim();
                match create(call, &session.user_id, name) {
                    Ok(id) => id,
                    Err(problem) => return Ok(form(call, visitor, &back, &session, name, &[problem])),
                }
            }
            _ => values.get("organization_id").to_owned(),
        };
        call.store.activate(&session.id, &wanted, call.now)?;
        if back.host(Purpose::Other).is_some() {
            return Ok(back.go(call, visitor, Purpose::Other));
        }
        let session = call.store.session(&session.id)?.clone();
        Ok(form(call, visitor, &back, &session, "", &[]))
    })
}

/// Makes an organization of a user, by the rules of the API.
fn create(call: &mut Call<'_>, user_id: &str, name: &str) -> Result<String, Problem> {
    let field = "name";
    let user = call.store.user(user_id).map_err(|_| Problem::new(field, "You are no user any more."))?;
    let (allowed, limit) = (user.create_organization_enabled, user.create_organizations_limit);
    let made = call.store.organizations.values().filter(|known| known.created_by.as_deref() == Some(user_id)).count();
    if !allowed {
        return Err(Problem::new(field, "This user may not create organizations."));
    }
    if limit.filter(|most| *most > 0).is_some_and(|most| i64::try_from(made).unwrap_or(i64::MAX) >= most) {
        return Err(Problem::new(field, "This user has created as many organizations as they may."));
    }
    if name.is_empty() {
        return Err(Problem::new(field, "Enter a name for the organization."));
    }
    let mut fields = serde_json::Map::new();
    fields.insert("name".to_owned(), json!(name));
    fields.insert("created_by".to_owned(), json!(user_id));
    organizations::open(call, Form::new(fields)).map_err(|error| {
        let text = error.errors.first().map(|item| item.long_message.clone()).unwrap_or_default();
        Problem::new(field, text)
    })
}

fn form(call: &Call<'_>, visitor: &Visitor, back: &Back, session: &Session, name: &str, problems: &[Problem]) -> Reply {
    let mut memberships: Vec<(&Membership, &Organization)> = call
        .store
        .memberships
        .values()
        .filter(|membership| membership.user_id == session.user_id)
        .filter_map(|membership| Some((membership, call.store.organizations.get(&membership.organization_id)?)))
        .collect();
    memberships.sort_by_key(|(_, organization)| (organization.name.to_lowercase(), organization.age));
    let active = session.organization_id.as_deref();
    let action = back.page(PATH);
    let choice = |id: &str, label: &str, small: &str| -> Markup {
        let current = active.unwrap_or_default() == id;
        let label = html! {
            span.disc.square[!id.is_empty()] aria-hidden="true" { (initials(label)) }
            span.who { strong { (label) } small { (small) } }
            @if current { span.tag { "active" } }
        };
        let look = if current { "row current" } else { "row" };
        Button { action: &action, fields: &[("organization_id", id)], label, look }.html(visitor)
    };
    let may_create = call.store.users.get(&session.user_id).is_some_and(|user| user.create_organization_enabled);
    let page = Page {
        title: "Switch organization",
        lead: on_the_way(back, Purpose::Other),
        problems,
        body: html! {
            ul.rows {
                li { (choice("", "Personal account", "Yourself, without an organization")) }
                @for (membership, organization) in memberships {
                    @let role = call.store.roles.get(&membership.role).map_or(membership.role.as_str(), |role| &role.name);
                    li { (choice(&organization.id, &organization.name, role)) }
                }
            }
            p.links { a href=(back.page("/user")) { "Your account" } }
        },
        aside: may_create.then(|| html! {
            aside aria-labelledby="create" {
                h2 #create { "A new organization" }
                form method="post" action=(action) novalidate {
                    (visitor.hidden())
                    input type="hidden" name="do" value="create";
                    (Field { name: "name", label: "Name", value: name, autocomplete: "organization", problems, ..Field::default() })
                    button.plain { "Create it" }
                }
            }
        }),
        wide: false,
    };
    page.reply(if problems.is_empty() { 200 } else { 422 }, visitor.cookies.clone())
}
