//! Pieces that several pages have.

use super::back::{Back, Purpose};
use crate::api::Call;
use crate::store::user::User;
use maud::{Markup, html};

/// The first letters of a name.
pub(super) fn initials(name: &str) -> String {
    let letters: String =
        name.split([' ', '.', '@', '_', '-']).filter_map(|word| word.chars().next()).take(2).collect();
    letters.to_uppercase()
}

/// What to call a user.
pub(super) fn name_of(user: &User) -> String {
    user.full_name().filter(|name| !name.trim().is_empty()).unwrap_or_else(|| match user.identifier() {
        known if known.is_empty() => user.id.clone(),
        known => known,
    })
}

/// A user in a row: disc, a line, and what they are known by.
pub(super) fn person(user: &User, line: &str, now: i64) -> Markup {
    let name = name_of(user);
    let known = user.identifier();
    html! {
        span.disc aria-hidden="true" { (initials(&name)) }
        span.who {
            strong { (line) (name) }
            @if known != name { small { (known) } }
        }
        @if user.banned { span.tag.bad { "banned" } }
        @else if user.is_locked(now) { span.tag.bad { "locked" } }
    }
}

/// "to continue to localhost:3000".
pub(super) fn on_the_way(back: &Back, purpose: Purpose) -> Option<Markup> {
    back.host(purpose).map(|host| html! { "to continue to " strong { (host) } })
}

/// The messages that went to some addresses, newest first: nobody else shows them.
pub(super) fn messages(call: &Call<'_>, to: &[&str]) -> Option<Markup> {
    let all = call.store.messages.values().rev();
    let found: Vec<_> =
        all.filter(|message| to.contains(&message.to.as_str()) && message.code.is_some()).take(3).collect();
    if found.is_empty() {
        return None;
    }
    Some(html! {
        aside aria-labelledby="messages" {
            h2 #messages { "Messages" }
            p.note { "The emulator sends nothing. This is what it would have sent, newest first." }
            ul.messages {
                @for message in found {
                    li {
                        small { @if message.channel == "sms" { "Text message" } @else { "Email" } " to " (message.to) }
                        @if let Some(code) = &message.code { div { "Your code is " span.code { (code) } } }
                    }
                }
            }
        }
    })
}
