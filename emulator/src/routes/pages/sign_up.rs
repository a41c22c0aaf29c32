//! Signing up: who one is, then the code that proves the address. An invitation has proved it already.

use super::back::{Back, Purpose};
use super::parts::{messages, on_the_way};
use super::sign_in::finish;
use super::ticket::{self, Ticket};
use crate::api::{Call, Reply};
use crate::errors::{ApiError, ErrorItem};
use crate::form::Form;
use crate::page::{Button, Field, Page, Problem, Refusal, Values, Visitor, notice, see_other, serve};
use crate::password::{self, Password};
use crate::routes::codes::Kind;
use crate::routes::users;
use crate::store::sign_in::SignUp;
use crate::validate;
use maud::html;
use serde_json::{Map, Value, json};

const PATH: &str = "/sign-up";
pub(super) const VERIFY: &str = "/sign-up/verify-email-address";

/// The page for a ticket.
pub(super) fn page(back: &Back, ticket: &str) -> String {
    back.page_with(PATH, &[("__clerk_ticket", ticket)])
}

pub(super) fn moved(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    serve(call, |call, visitor| Ok(see_other(Back::read(call)?.page(PATH), visitor)))
}

/// The ticket in the query, if there is one.
fn ticket_of(call: &Call<'_>) -> Result<Option<(String, Ticket)>, Refusal> {
    let Some(text) = call.query.text("__clerk_ticket") else { return Ok(None) };
    let ticket = call.store.ticket(text, call.now);
    let ticket = ticket.map_err(|why| Refusal::from(notice(400, "This link does not work", &why)))?;
    Ok(Some((text.to_owned(), ticket)))
}

fn invited(ticket: &Option<(String, Ticket)>) -> Option<&str> {
    match ticket {
        Some((_, Ticket::Invitation { email_address, .. } | Ticket::OrganizationInvitation { email_address, .. })) => {
            Some(email_address)
        }
        _ => None,
    }
}

pub(super) fn show(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    serve(call, |call, visitor| {
        let back = Back::read(call)?;
        let ticket = ticket_of(call)?;
        if let Some((text, Ticket::SignIn { .. } | Ticket::Acting { .. })) = &ticket {
            return ticket::sign_in(call, visitor, &back, text);
        }
        if ticket.is_none() && call.store.session_of_browser(&visitor.browser, call.now).is_some() {
            return Ok(back.go(call, visitor, Purpose::SignUp));
        }
        Ok(form(visitor, &back, &ticket, &SignUp::default(), &[]))
    })
}

pub(super) fn submit(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    serve(call, |call, visitor| {
        let back = Back::read(call)?;
        let values = Values::read(call, visitor)?;
        let ticket = ticket_of(call)?;
        let (mut sign_up, problems) = read(call, &values, invited(&ticket));
        if !problems.is_empty() {
            return Ok(form(visitor, &back, &ticket, &sign_up, &problems));
        }
        let Some((_, ticket)) = ticket else {
            sign_up.id = call.store.ids.id("sua_");
            let sent = call.store.prepare_code(Kind::Email, &sign_up.id, &sign_up.email_address, call.now).id;
            sign_up.verification_id = Some(sent);
            let client_id = call.store.browsers.get(&visitor.browser).map(|browser| browser.client_id.clone());
            call.store.track_sign_up(&sign_up, client_id, call.now);
            if let Some(browser) = call.store.browsers.get_mut(&visitor.browser) {
                browser.sign_up = Some(sign_up);
            }
            return Ok(see_other(back.page(VERIFY), visitor));
        };
        accept(call, visitor, &back, sign_up, ticket)
    })
}

/// Reads and checks what was entered.
fn read(call: &Call<'_>, values: &Values, invited: Option<&str>) -> (SignUp, Vec<Problem>) {
    let mut problems = Vec::new();
    let given = |name: &str| Some(values.get(name).trim().to_owned()).filter(|text| !text.is_empty());
    let mut sign_up = SignUp {
        email_address: invited.map_or_else(|| values.get("email_address").trim().to_owned(), str::to_owned),
        username: given("username"),
        first_name: given("first_name"),
        last_name: given("last_name"),
        ..SignUp::default()
    };
    if sign_up.email_address.is_empty() {
        problems.push(Problem::new("email_address", "Enter an email address."));
    } else {
        match validate::email("email_address", &sign_up.email_address) {
            Ok(email) => sign_up.email_address = email,
            Err(_) => problems.push(Problem::new("email_address", "Enter an email address, such as ann@example.com.")),
        }
    }
    match sign_up.username.as_deref().map(validate::username) {
        Some(Ok(name)) => sign_up.username = Some(name),
        Some(Err(item)) => problems.push(Problem::of("username", &item)),
        None => {}
    }
    for (field, value) in [("first_name", &sign_up.first_name), ("last_name", &sign_up.last_name)] {
        if value.as_ref().is_some_and(|value| value.chars().count() > 256) {
            problems.push(Problem::new(field, "A name has at most 256 characters."));
        }
    }
    match values.get("password") {
        "" => problems.push(Problem::new("password", "Enter a password.")),
        plain => match password::check(plain) {
            Ok(()) => sign_up.password = Password::hash(plain),
            Err(item) => problems.push(Problem::of("password", &item)),
        },
    }
    if problems.is_empty() {
        let taken = call.store.check_newcomer(&sign_up.email_address, sign_up.username.as_deref());
        problems.extend(taken.iter().map(problem_of));
        // Whom somebody invited is let in.
        if invited.is_none()
            && let Err(error) = call.store.may_sign_up(&sign_up.email_address)
        {
            problems.extend(error.errors.iter().map(problem_of));
        }
    }
    (sign_up, problems)
}

/// An error of the API, at the field of the form that it is about.
fn problem_of(item: &ErrorItem) -> Problem {
    let param = item.meta.get("param_name").and_then(Value::as_str).unwrap_or_default();
    let fields = ["email_address", "username", "first_name", "last_name", "password"];
    let field = fields.into_iter().find(|field| *field == param).unwrap_or("email_address");
    Problem::of(field, item)
}

/// Makes the user; the id.
fn open(call: &mut Call<'_>, sign_up: SignUp, public_metadata: Map<String, Value>) -> Result<String, ApiError> {
    let mut fields = Map::new();
    fields.insert("email_address".to_owned(), json!([sign_up.email_address]));
    fields.insert("public_metadata".to_owned(), Value::Object(public_metadata));
    let names = [("username", sign_up.username), ("first_name", sign_up.first_name), ("last_name", sign_up.last_name)];
    for (name, value) in names {
        if let Some(value) = value {
            fields.insert(name.to_owned(), json!(value));
        }
    }
    let id = users::open(call, Form::new(fields))?;
    let now = call.now;
    let user = call.store.user_mut(&id)?;
    user.password = sign_up.password;
    user.password_last_updated_at = Some(now);
    Ok(id)
}

/// Ends the sign-up of somebody who was invited.
fn accept(
    call: &mut Call<'_>,
    visitor: &Visitor,
    back: &Back,
    sign_up: SignUp,
    ticket: Ticket,
) -> Result<Reply, Refusal> {
    let now = call.now;
    let mut organization = None;
    let user_id = match ticket {
        Ticket::Invitation { id, .. } => {
            let metadata = call.store.invitations.get(&id).map(|invitation| invitation.public_metadata.clone());
            let user_id = open(call, sign_up, metadata.unwrap_or_default())?;
            if let Some(invitation) = call.store.invitations.get_mut(&id) {
                invitation.status = "accepted".into();
                invitation.updated_at = now;
                let email_address = invitation.email_address.clone();
                call.store.complete_waitlist_entry(&email_address, now);
            }
            user_id
        }
        Ticket::OrganizationInvitation { id, organization_id, .. } => {
            let user_id = open(call, sign_up, Map::new())?;
            ticket::join(call.store, &id, now)?;
            organization = Some(organization_id);
            user_id
        }
        Ticket::SignIn { .. } | Ticket::Acting { .. } => return Ok(see_other(back.page("/sign-in"), visitor)),
    };
    Ok(end(call, visitor, back, &user_id, organization))
}

fn end(call: &mut Call<'_>, visitor: &Visitor, back: &Back, user_id: &str, organization_id: Option<String>) -> Reply {
    // Opens the session; the way back is that of a sign-up.
    finish(call, visitor, back, user_id, organization_id);
    back.go(call, visitor, Purpose::SignUp)
}

fn form(
    visitor: &Visitor,
    back: &Back,
    ticket: &Option<(String, Ticket)>,
    entered: &SignUp,
    problems: &[Problem],
) -> Reply {
    let invited = invited(ticket);
    let action = ticket.as_ref().map_or_else(|| back.page(PATH), |(text, _)| page(back, text));
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let (username, first, last) = (text(&entered.username), text(&entered.first_name), text(&entered.last_name));
    let page = Page {
        title: "Sign up",
        lead: on_the_way(back, Purpose::SignUp),
        problems,
        body: html! {
            form method="post" action=(action) novalidate {
                (visitor.hidden())
                @if let Some(email) = invited {
                    p #email_address tabindex="-1" { "Invited as " strong { (email) } "." }
                    @for problem in problems.iter().filter(|problem| problem.field == "email_address") {
                        p.error { (problem.text) }
                    }
                } @else {
                    (Field {
                        name: "email_address", label: "Email address", kind: "email", value: &entered.email_address,
                        autocomplete: "email", first: true, problems, ..Field::default()
                    })
                }
                (Field {
                    name: "first_name", label: "First name", value: &first, autocomplete: "given-name", optional: true,
                    first: invited.is_some(), problems, ..Field::default()
                })
                (Field {
                    name: "last_name", label: "Last name", value: &last, autocomplete: "family-name", optional: true,
                    problems, ..Field::default()
                })
                (Field {
                    name: "username", label: "Username", value: &username, autocomplete: "username", optional: true,
                    problems, ..Field::default()
                })
                (Field {
                    name: "password", label: "Password", kind: "password", autocomplete: "new-password",
                    hint: "Eight characters or more.", problems, ..Field::default()
                })
                button { "Continue" }
            }
            p.links { "Have an account? " a href=(back.page("/sign-in")) { "Sign in" } }
        },
        ..Page::default()
    };
    page.reply(if problems.is_empty() { 200 } else { 422 }, visitor.cookies.clone())
}

/// The sign-up that this browser has begun.
fn begun(call: &Call<'_>, visitor: &Visitor, back: &Back) -> Result<SignUp, Refusal> {
    let sign_up = call.store.browsers.get(&visitor.browser).and_then(|browser| browser.sign_up.clone());
    sign_up.ok_or_else(|| see_other(back.page(PATH), visitor).into())
}

pub(super) fn show_code(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    serve(call, |call, visitor| {
        let back = Back::read(call)?;
        let sign_up = begun(call, visitor, &back)?;
        Ok(code_form(call, visitor, &back, &sign_up, &[]))
    })
}

pub(super) fn submit_code(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    serve(call, |call, visitor| {
        let back = Back::read(call)?;
        let values = Values::read(call, visitor)?;
        let sign_up = begun(call, visitor, &back)?;
        let now = call.now;
        if !values.get("send").is_empty() {
            let sent = call.store.prepare_code(Kind::Email, &sign_up.id, &sign_up.email_address, now).id;
            let browser = call.store.browsers.get_mut(&visitor.browser);
            if let Some(kept) = browser.and_then(|browser| browser.sign_up.as_mut()) {
                kept.verification_id = Some(sent);
            }
            return Ok(see_other(back.page(VERIFY), visitor));
        }
        let code = values.get("code").trim();
        let sent = sign_up.verification_id.clone().unwrap_or_default();
        // Who may sign up can have changed since.
        let refused =
            call.store.may_sign_up(&sign_up.email_address).err().and_then(|error| error.errors.into_iter().next());
        let mut problem = match refused {
            _ if code.is_empty() => Some(Problem::new("code", "Enter the code.")),
            Some(item) => Some(Problem::of("code", &item)),
            None => call.store.enter_code(&sent, None, code, now).err().map(|item| Problem::of("code", &item)),
        };
        if problem.is_none() {
            // Somebody else may have been faster.
            let taken = call.store.check_newcomer(&sign_up.email_address, sign_up.username.as_deref());
            problem = taken.first().map(|item| Problem::of("code", item));
        }
        if let Some(problem) = problem {
            return Ok(code_form(call, visitor, &back, &sign_up, &[problem]));
        }
        let id = sign_up.id.clone();
        let user_id = open(call, sign_up, Map::new())?;
        let reply = end(call, visitor, &back, &user_id, None);
        let session_id = call.store.browsers.get(&visitor.browser).and_then(|browser| browser.session_id.clone());
        call.store.end_sign_up(&id, &user_id, session_id, now);
        Ok(reply)
    })
}

fn code_form(call: &Call<'_>, visitor: &Visitor, back: &Back, sign_up: &SignUp, problems: &[Problem]) -> Reply {
    let action = back.page(VERIFY);
    let page = Page {
        title: "Verify your email address",
        lead: on_the_way(back, Purpose::SignUp),
        problems,
        body: html! {
            form method="post" action=(action) novalidate {
                (visitor.hidden())
                (Field {
                    name: "code", label: "Code", hint: &format!("Six digits, sent to {}.", sign_up.email_address),
                    autocomplete: "one-time-code", first: true, problems, ..Field::default()
                })
                button { "Continue" }
            }
            div.actions {
                (Button { action: &action, fields: &[("send", "email")], look: "plain", label: html! { "Send a new code" } }.html(visitor))
            }
            p.links { a href=(back.page(PATH)) { "Another address" } }
        },
        aside: messages(call, &[&sign_up.email_address]),
        wide: false,
    };
    page.reply(if problems.is_empty() { 200 } else { 422 }, visitor.cookies.clone())
}
