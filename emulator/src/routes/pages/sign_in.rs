//! Signing in, first page: who is it? And the end of every sign-in.

use super::back::{Back, Purpose};
use super::parts::{on_the_way, person};
use super::{first_factor, second_factor, ticket};
use crate::api::{Call, Reply};
use crate::errors::ApiError;
use crate::page::{Button, Field, Page, Problem, Refusal, Values, Visitor, see_other, serve};
use crate::store::sign_in::SignIn;
use crate::store::user::User;
use maud::{Markup, html};

/// How many users are offered to continue as.
const OFFERED: usize = 8;
/// The error field of the list of users.
const LISTED: &str = "user_id";

pub(super) fn show(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    serve(call, |call, visitor| {
        let back = Back::read(call)?;
        if let Some(text) = call.query.text("__clerk_ticket").map(str::to_owned) {
            return ticket::sign_in(call, visitor, &back, &text);
        }
        // `prompt=login`: who is signed in shall do so anew.
        let anew = call.query.text("prompt") == Some("login");
        if !anew && call.store.session_of_browser(&visitor.browser, call.now).is_some() {
            return Ok(back.go(call, visitor, Purpose::SignIn));
        }
        Ok(form(call, visitor, &back, "", &[]))
    })
}

pub(super) fn submit(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    serve(call, |call, visitor| {
        let back = Back::read(call)?;
        let values = Values::read(call, visitor)?;
        let picked = values.get(LISTED);
        if !picked.is_empty() {
            let refused = call.store.check_may_sign_in(picked, "", call.now).err();
            return Ok(match refused {
                Some(item) => form(call, visitor, &back, "", &[Problem::of("", &item)]),
                None => finish(call, visitor, &back, picked, None),
            });
        }
        let entered = values.get("identifier").trim();
        match begin(call, visitor, entered) {
            Ok(()) => Ok(see_other(back.page(first_factor::PATH), visitor)),
            Err(problem) => Ok(form(call, visitor, &back, entered, &[problem])),
        }
    })
}

/// Begins a sign-in as the user with this identifier.
fn begin(call: &mut Call<'_>, visitor: &Visitor, entered: &str) -> Result<(), Problem> {
    let field = "identifier";
    if entered.is_empty() {
        return Err(Problem::new(field, "Enter an email address, a username or a phone number."));
    }
    let user = call.store.user_by_identifier(entered).ok_or_else(|| {
        Problem::new(field, "There is no account with this identifier. Check the spelling, or sign up.")
    })?;
    let (id, has_password) = (user.id.clone(), user.password.is_some());
    call.store.check_may_sign_in(&id, field, call.now).map_err(|item| Problem::of(field, &item))?;
    let contact = first_factor::contact_for(user_of(call, &id), entered);
    let mut sign_in = SignIn { user_id: id, ..SignIn::default() };
    match contact {
        _ if has_password => {}
        Some(contact) => sign_in.verification_id = Some(first_factor::send(call, &contact)),
        None => {
            let text = "This user has no password and no verified address to send a code to. Continue as them from the list below.";
            return Err(Problem::new(field, text));
        }
    }
    if let Some(browser) = call.store.browsers.get_mut(&visitor.browser) {
        browser.sign_in = Some(sign_in);
    }
    Ok(())
}

pub(super) fn user_of<'a>(call: &'a Call<'_>, id: &str) -> Option<&'a User> {
    call.store.users.get(id)
}

/// After the first factor: the second one if the user has it, else the end.
pub(super) fn after_first_factor(call: &mut Call<'_>, visitor: &Visitor, back: &Back, user_id: &str) -> Reply {
    if !user_of(call, user_id).is_some_and(User::two_factor_enabled) {
        return finish(call, visitor, back, user_id, None);
    }
    let verification_id = second_factor::prepare(call, user_id);
    if let Some(browser) = call.store.browsers.get_mut(&visitor.browser) {
        browser.sign_in = Some(SignIn { user_id: user_id.to_owned(), verification_id, first_factor_done: true });
    }
    see_other(back.page(second_factor::PATH), visitor)
}

/// Opens the session and sends the browser back. Without an organization it is the one that the user's next session
/// starts in.
pub(super) fn finish(
    call: &mut Call<'_>,
    visitor: &Visitor,
    back: &Back,
    user_id: &str,
    organization_id: Option<String>,
) -> Reply {
    let organization_id =
        organization_id.or_else(|| user_of(call, user_id).and_then(|user| user.next_organization_id.clone()));
    call.store.open_session_on(&visitor.browser, user_id, organization_id, call.now);
    back.go(call, visitor, Purpose::SignIn)
}

pub(super) fn form(call: &Call<'_>, visitor: &Visitor, back: &Back, entered: &str, problems: &[Problem]) -> Reply {
    let page = Page {
        title: "Sign in",
        lead: on_the_way(back, Purpose::SignIn),
        problems,
        body: html! {
            form method="post" action=(back.page("/sign-in")) novalidate {
                (visitor.hidden())
                (Field {
                    name: "identifier", label: "Email address, username or phone number", value: entered,
                    autocomplete: "username", first: true, problems, ..Field::default()
                })
                button { "Continue" }
            }
            p.links { "No account yet? " a href=(back.page("/sign-up")) { "Sign up" } }
        },
        aside: offered(call, visitor, back),
        wide: false,
    };
    page.reply(if problems.is_empty() { 200 } else { 422 }, visitor.cookies.clone())
}

/// The users of the instance, who signed in last first: nobody remembers the passwords of test users.
fn offered(call: &Call<'_>, visitor: &Visitor, back: &Back) -> Option<Markup> {
    let mut users: Vec<&User> = call.store.users.values().collect();
    if users.is_empty() {
        return None;
    }
    users.sort_by_key(|user| std::cmp::Reverse((user.last_sign_in_at, user.age)));
    let action = back.page("/sign-in");
    let more = users.len().saturating_sub(OFFERED);
    Some(html! {
        aside aria-labelledby="users" {
            h2 #users { "Users of this instance" }
            p.note { "One press signs in, without password and code." }
            ul.rows {
                @for user in users.into_iter().take(OFFERED) {
                    li {
                        (Button {
                            action: &action,
                            fields: &[(LISTED, &user.id)],
                            label: person(user, "Continue as ", call.now),
                            look: "row",
                        }.html(visitor))
                    }
                }
            }
            @if more > 0 { p.note { "And " (more) " more: enter what they are known by above." } }
        }
    })
}

/// Where a step belongs that nobody has begun.
pub(super) fn begun(call: &Call<'_>, visitor: &Visitor, back: &Back) -> Result<SignIn, Refusal> {
    let sign_in = call.store.browsers.get(&visitor.browser).and_then(|browser| browser.sign_in.clone());
    let sign_in = sign_in.filter(|sign_in| call.store.users.contains_key(&sign_in.user_id));
    sign_in.ok_or_else(|| see_other(back.page("/sign-in"), visitor).into())
}
