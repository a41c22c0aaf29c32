//! The pages of the provider: consent, refusal, and the form that carries an answer.

use super::error::OAuthError;
use crate::api::Reply;
use crate::page::{Page, Visitor};
use aws_lc_rs::digest;
use data_encoding::BASE64;
use http::header;
use maud::{PreEscaped, html};

/// What sends a form without a press.
const SUBMIT: &str = "document.forms[0].submit()";

/// What the consent page tells.
pub(super) struct Consent<'a> {
    pub(super) application: &'a str,
    /// The id of its logo.
    pub(super) image: Option<&'a str>,
    /// What the user is known by.
    pub(super) identifier: &'a str,
    pub(super) session_id: &'a str,
    pub(super) scopes: &'a [String],
    pub(super) redirect_uri: &'a str,
    /// The request, as a query.
    pub(super) asked: &'a str,
}

pub(super) fn consent(consent: &Consent<'_>, visitor: &Visitor) -> Reply {
    let body = html! {
        @if let Some(id) = consent.image { p { img src={ "/images/" (id) } alt="" height="48"; } }
        @if consent.scopes.is_empty() {
            p { "It asks for no more than to know that it is you." }
        } @else {
            p { "It asks to:" }
            ul { @for scope in consent.scopes { li data-scope=(scope) { (in_words(scope)) } } }
        }
        form method="post" action="/oauth/consent" {
            (visitor.hidden())
            input type="hidden" name="request" value=(consent.asked);
            input type="hidden" name="session" value=(consent.session_id);
            div.actions {
                button name="decision" value="allow" { "Allow" }
                button.plain name="decision" value="deny" { "Deny" }
            }
        }
        p.note { "You go on to " (place(consent.redirect_uri)) }
    };
    let title = format!("{} wants to sign you in", consent.application);
    let lead = Some(html! { "You are signed in as " strong { (consent.identifier) } });
    Page { title: &title, lead, body, ..Page::default() }.reply(200, visitor.cookies.clone())
}

/// An error for the user: nobody else is known, or it is none of theirs.
pub(super) fn refusal(error: &OAuthError) -> Reply {
    let body = html! {
        p { (error.description) }
        p { code { (error.code) } }
    };
    Page { title: "This request cannot be answered", body, ..Page::default() }.reply(error.status, Vec::new())
}

/// A form that sends itself (OAuth 2.0 Form Post Response Mode); without scripts there is its button.
pub(super) fn form_post(address: &str, pairs: &[(&str, &str)]) -> Reply {
    let body = html! {
        form method="post" action=(address) {
            @for (name, value) in pairs { input type="hidden" name=(name) value=(value); }
            button { "Continue" }
        }
        script { (PreEscaped(SUBMIT)) }
    };
    let mut reply = Page { title: "One moment", body, ..Page::default() }.reply(200, Vec::new());
    if let Reply::Full { headers, .. } = &mut reply {
        let hash = BASE64.encode(digest::digest(&digest::SHA256, SUBMIT.as_bytes()).as_ref());
        for (_, policy) in headers.iter_mut().filter(|(name, _)| name == header::CONTENT_SECURITY_POLICY) {
            policy.push_str(&format!("; script-src 'sha256-{hash}'"));
        }
    }
    reply
}

/// The origin of an address, or the scheme of an app.
fn place(address: &str) -> &str {
    let Some((scheme, rest)) = address.split_once("://") else { return address };
    let end = match scheme {
        "http" | "https" => scheme.len() + 3 + rest.find(['/', '?', '#']).unwrap_or(rest.len()),
        _ => scheme.len() + 1,
    };
    address.get(..end).unwrap_or(address)
}

/// What a scope lets an application do.
fn in_words(scope: &str) -> &str {
    match scope {
        "openid" => "Know who you are",
        "profile" => "See your name, username and picture",
        "email" => "See your email address",
        "public_metadata" => "See the public data kept about you",
        "private_metadata" => "See the private data kept about you",
        "offline_access" => "Keep access while you are away",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn places() {
        assert_eq!(place("https://a.b:1/c?d"), "https://a.b:1");
        assert_eq!(place("http://a.b?d"), "http://a.b");
        assert_eq!(place("myapp://back"), "myapp:");
    }
}
