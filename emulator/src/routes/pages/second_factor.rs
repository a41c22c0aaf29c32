//! Signing in, third page, for users with two factors: an authenticator app, a backup code, or a text message.

use super::back::{Back, Purpose};
use super::parts::{messages, name_of, on_the_way};
use super::sign_in::{begun, finish, user_of};
use crate::api::{Call, Reply};
use crate::errors::ApiError;
use crate::page::{Button, Field, Page, Problem, Refusal, Values, Visitor, see_other, serve};
use crate::routes::codes::Kind;
use crate::store::sign_in::SignIn;
use crate::store::user::User;
use crate::totp;
use maud::{Markup, html};

pub(super) const PATH: &str = "/sign-in/factor-two";

/// The phone that second factors go to: the default one, or the first.
fn phone(user: &User) -> Option<(String, String)> {
    let mut phones = user.phones.iter().filter(|phone| phone.second_factor);
    let first = phones.clone().next();
    let found = phones.find(|phone| phone.default_second_factor).or(first)?;
    Some((found.id.clone(), found.value.clone()))
}

/// Sends a text message to a user who has no app; the id of the verification.
pub(super) fn prepare(call: &mut Call<'_>, user_id: &str) -> Option<String> {
    let user = user_of(call, user_id).filter(|user| !user.totp_enabled())?;
    let (id, to) = phone(user)?;
    Some(call.store.prepare_code(Kind::Phone, &id, &to, call.now).id)
}

/// The sign-in, if its first factor is done.
fn half_done(call: &Call<'_>, visitor: &Visitor, back: &Back) -> Result<SignIn, Refusal> {
    let sign_in = begun(call, visitor, back)?;
    if sign_in.first_factor_done { Ok(sign_in) } else { Err(see_other(back.page("/sign-in"), visitor).into()) }
}

pub(super) fn show(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    serve(call, |call, visitor| {
        let back = Back::read(call)?;
        let sign_in = half_done(call, visitor, &back)?;
        Ok(form(call, visitor, &back, &sign_in, &[]))
    })
}

pub(super) fn submit(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    serve(call, |call, visitor| {
        let back = Back::read(call)?;
        let values = Values::read(call, visitor)?;
        let sign_in = half_done(call, visitor, &back)?;
        if values.get("send") == "phone" {
            let sent = user_of(call, &sign_in.user_id).and_then(phone);
            let sent = sent.map(|(id, to)| call.store.prepare_code(Kind::Phone, &id, &to, call.now).id);
            let browser = call.store.browsers.get_mut(&visitor.browser);
            if let Some(kept) = browser.and_then(|browser| browser.sign_in.as_mut()) {
                kept.verification_id = sent;
            }
            return Ok(see_other(back.page(PATH), visitor));
        }
        let code = values.get("code").trim();
        let entered =
            if code.is_empty() { Err(Problem::new("code", "Enter a code.")) } else { check(call, &sign_in, code) };
        Ok(match entered {
            Ok(()) => finish(call, visitor, &back, &sign_in.user_id, None),
            Err(problem) => form(call, visitor, &back, &sign_in, &[problem]),
        })
    })
}

/// The code that was sent to a phone of the user's that is a second factor. Any other code shows a first one only.
fn texted<'a>(call: &Call<'_>, sign_in: &'a SignIn) -> Option<&'a str> {
    let id = sign_in.verification_id.as_deref()?;
    let contact_id = &call.store.code_verifications.get(id)?.contact_id;
    let mut phones = user_of(call, &sign_in.user_id)?.phones.iter();
    phones.any(|phone| phone.second_factor && phone.id == *contact_id).then_some(id)
}

/// Six digits are the app's or, while a text message is out, that one's; anything else can only be a backup code.
fn check(call: &mut Call<'_>, sign_in: &SignIn, code: &str) -> Result<(), Problem> {
    let digits = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
    let app = user_of(call, &sign_in.user_id).and_then(|user| user.totp.as_ref()).filter(|app| app.verified);
    let of_app = app.is_some_and(|app| totp::verify(&app.secret, code, call.now));
    let checked = match texted(call, sign_in) {
        Some(id) if digits && !of_app => call.store.enter_code(id, Some(&sign_in.user_id), code, call.now),
        _ => call.store.enter_second_factor(&sign_in.user_id, code, call.now),
    };
    checked.map_err(|item| Problem::of("code", &item))
}

fn form(call: &Call<'_>, visitor: &Visitor, back: &Back, sign_in: &SignIn, problems: &[Problem]) -> Reply {
    let Some(user) = user_of(call, &sign_in.user_id) else { return see_other(back.page("/sign-in"), visitor) };
    let phone = phone(user);
    let texted = texted(call, sign_in).is_some();
    let hint = match (&phone, texted) {
        (Some((_, to)), true) => format!("Six digits, sent to {to}, or a backup code."),
        _ => "Of the authenticator app, or a backup code.".to_owned(),
    };
    let action = back.page(PATH);
    let page = Page {
        title: "Second step",
        lead: on_the_way(back, Purpose::SignIn),
        problems,
        body: html! {
            p { "Signing in as " strong { (name_of(user)) } ". " a href=(back.page("/sign-in")) { "Somebody else?" } }
            form method="post" action=(action) novalidate {
                (visitor.hidden())
                (Field {
                    name: "code", label: "Code", hint: &hint, autocomplete: "one-time-code", first: true, problems,
                    ..Field::default()
                })
                button { "Continue" }
            }
            @if let Some((_, to)) = &phone {
                div.actions {
                    (Button {
                        action: &action, fields: &[("send", "phone")], look: "plain",
                        label: html! { @if texted { "Send a new code to " } @else { "Text a code to " } (to) },
                    }.html(visitor))
                }
            }
        },
        aside: match (&phone, texted) {
            (Some((_, to)), true) => messages(call, &[to]),
            _ => app(user, call.now),
        },
        wide: false,
    };
    page.reply(if problems.is_empty() { 200 } else { 422 }, visitor.cookies.clone())
}

/// What the user's authenticator app shows: the secret is here anyway.
fn app(user: &User, now: i64) -> Option<Markup> {
    let app = user.totp.as_ref().filter(|app| app.verified)?;
    let code = totp::code_at(&app.secret, now);
    let used = totp::unused_step(&app.secret, &code, now, app.last_step).is_none();
    Some(html! {
        aside aria-labelledby="app" {
            h2 #app { "Authenticator app" }
            p.note { "The app of this user would show this now." }
            ul.messages { li { span.code { (code) } } }
            @if used { p.note { "It was used: the next one comes within half a minute of the emulator's clock." } }
        }
    })
}
