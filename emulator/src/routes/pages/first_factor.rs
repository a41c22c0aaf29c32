//! Signing in, second page: the password, or a code that was sent.

use super::back::{Back, Purpose};
use super::parts::{messages, name_of, on_the_way};
use super::second_factor;
use super::sign_in::{after_first_factor, begun, user_of};
use crate::api::{Call, Reply};
use crate::errors::ApiError;
use crate::page::{Button, Field, Page, Problem, Refusal, Values, Visitor, see_other, serve};
use crate::routes::codes::Kind;
use crate::store::identification::Contact;
use crate::store::sign_in::SignIn;
use crate::store::user::User;
use maud::{Markup, html};

pub(super) const PATH: &str = "/sign-in/factor-one";

/// Somewhere that a code can be sent to.
#[derive(Clone, Debug)]
pub(super) struct Reach {
    pub(super) kind: Kind,
    pub(super) id: String,
    pub(super) to: String,
}

/// Where codes can be sent to: what is verified.
fn reaches(user: &User) -> Vec<Reach> {
    let of = |kind: Kind, contacts: &[Contact]| -> Vec<Reach> {
        let verified = contacts.iter().filter(|contact| contact.is_verified() && !contact.second_factor);
        verified.map(|contact| Reach { kind, id: contact.id.clone(), to: contact.value.clone() }).collect()
    };
    let mut all = of(Kind::Email, &user.emails);
    all.extend(of(Kind::Phone, &user.phones));
    all
}

/// What was entered, if a code can be sent there; else the first that one can be sent to.
pub(super) fn contact_for(user: Option<&User>, entered: &str) -> Option<Reach> {
    let all = reaches(user?);
    let plain = entered.to_lowercase();
    all.iter().find(|reach| reach.to == plain).or(all.first()).cloned()
}

/// Sends a code; the id of the verification.
pub(super) fn send(call: &mut Call<'_>, reach: &Reach) -> String {
    call.store.prepare_code(reach.kind, &reach.id, &reach.to, call.now).id
}

fn keep(call: &mut Call<'_>, visitor: &Visitor, verification_id: Option<String>) {
    let browser = call.store.browsers.get_mut(&visitor.browser);
    if let Some(sign_in) = browser.and_then(|browser| browser.sign_in.as_mut()) {
        sign_in.verification_id = verification_id;
    }
}

/// The sign-in, if its first factor is still to be shown. Where it was, no other way to show it begins: its code would
/// stand where that of the second factor does.
fn open(call: &Call<'_>, visitor: &Visitor, back: &Back) -> Result<SignIn, Refusal> {
    let sign_in = begun(call, visitor, back)?;
    if sign_in.first_factor_done { Err(see_other(back.page(second_factor::PATH), visitor).into()) } else { Ok(sign_in) }
}

pub(super) fn show(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    serve(call, |call, visitor| {
        let back = Back::read(call)?;
        let sign_in = open(call, visitor, &back)?;
        Ok(form(call, visitor, &back, &sign_in, &[]))
    })
}

pub(super) fn submit(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    serve(call, |call, visitor| {
        let back = Back::read(call)?;
        let values = Values::read(call, visitor)?;
        let sign_in = open(call, visitor, &back)?;
        let wanted = values.get("send");
        if wanted == "password" {
            keep(call, visitor, None);
            return Ok(see_other(back.page(PATH), visitor));
        }
        if !wanted.is_empty() {
            let user = user_of(call, &sign_in.user_id);
            let reach = user.and_then(|user| reaches(user).into_iter().find(|reach| reach.id == wanted));
            if let Some(reach) = reach {
                let id = send(call, &reach);
                keep(call, visitor, Some(id));
            }
            return Ok(see_other(back.page(PATH), visitor));
        }
        let entered = match &sign_in.verification_id {
            Some(_) if values.get("code").trim().is_empty() => Err(Problem::new("code", "Enter the code.")),
            Some(id) => call
                .store
                .enter_code(id, Some(&sign_in.user_id), values.get("code"), call.now)
                .map_err(|item| Problem::of("code", &item)),
            None if values.get("password").is_empty() => Err(Problem::new("password", "Enter the password.")),
            None => call
                .store
                .enter_password(&sign_in.user_id, values.get("password"), call.now)
                .map_err(|item| Problem::of("password", &item)),
        };
        Ok(match entered {
            Ok(()) => after_first_factor(call, visitor, &back, &sign_in.user_id),
            Err(problem) => form(call, visitor, &back, &sign_in, &[problem]),
        })
    })
}

fn form(call: &Call<'_>, visitor: &Visitor, back: &Back, sign_in: &SignIn, problems: &[Problem]) -> Reply {
    let Some(user) = user_of(call, &sign_in.user_id) else { return see_other(back.page("/sign-in"), visitor) };
    let all = reaches(user);
    let sent = sign_in.verification_id.as_ref().and_then(|id| call.store.code_verifications.get(id));
    let sent_to = sent.and_then(|sent| all.iter().find(|reach| reach.id == sent.contact_id));
    let addresses: Vec<&str> = all.iter().map(|reach| reach.to.as_str()).collect();
    let known = user.identifier();
    let page = Page {
        title: if sent.is_some() { "Enter the code" } else { "Enter the password" },
        lead: on_the_way(back, Purpose::SignIn),
        problems,
        body: html! {
            p { "Signing in as " strong { (name_of(user)) } ". " a href=(back.page("/sign-in")) { "Somebody else?" } }
            form method="post" action=(back.page(PATH)) novalidate {
                (visitor.hidden())
                // For password managers: whose password it is.
                input type="text" name="username" value=(known) autocomplete="username" hidden;
                @if sent.is_some() {
                    (Field {
                        name: "code", label: "Code",
                        hint: &sent_to.map(|reach| format!("Six digits, sent to {}.", reach.to)).unwrap_or_default(),
                        autocomplete: "one-time-code", first: true, problems, ..Field::default()
                    })
                } @else {
                    (Field {
                        name: "password", label: "Password", kind: "password", autocomplete: "current-password",
                        first: true, problems, ..Field::default()
                    })
                }
                button { "Continue" }
            }
            (others(visitor, back, user, &all, sent.is_some()))
        },
        aside: sent.and_then(|_| messages(call, &addresses)),
        wide: false,
    };
    page.reply(if problems.is_empty() { 200 } else { 422 }, visitor.cookies.clone())
}

/// The other ways to show who one is.
fn others(visitor: &Visitor, back: &Back, user: &User, all: &[Reach], coded: bool) -> Markup {
    let action = back.page(PATH);
    let plain = |value: &str, label: Markup| {
        Button { action: &action, fields: &[("send", value)], label, look: "plain" }.html(visitor)
    };
    html! {
        div.actions {
            @for reach in all {
                (plain(&reach.id, html! {
                    @if coded { "Send a new code to " } @else if reach.kind == Kind::Email { "Email a code to " } @else { "Text a code to " }
                    (reach.to)
                }))
            }
            @if coded && user.password.is_some() { (plain("password", html! { "Use the password" })) }
        }
    }
}
