//! The pages of the provider: consent, refusal, and the form that carries an answer.

use super::error::OAuthError;
use crate::api::Reply;
use aws_lc_rs::digest;
use data_encoding::BASE64;
use http::{HeaderName, header};

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:10vh auto;padding:0 1rem}\
h1{font-size:1.25rem}\
button{font:inherit;padding:.5rem 1.25rem;border-radius:.5rem;border:1px solid;cursor:pointer}\
button[value=allow]{background:#4338ca;border-color:#4338ca;color:#fff}\
:focus-visible{outline:3px solid #818cf8;outline-offset:2px}\
img{max-height:3rem}\
small{opacity:.75;overflow-wrap:anywhere}";

const SUBMIT: &str = "document.forms[0].submit()";

/// What the consent page tells.
pub(super) struct Consent<'a> {
    pub(super) application: &'a str,
    pub(super) image: Option<&'a str>,
    /// What the user is known by.
    pub(super) identifier: &'a str,
    pub(super) scopes: &'a [String],
    pub(super) redirect_uri: &'a str,
    pub(super) token: &'a str,
    pub(super) asked: &'a str,
}

pub(super) fn consent(consent: &Consent<'_>) -> Reply {
    let name = escape(consent.application);
    let image = consent.image.map(|id| format!("<img src=\"/images/{}\" alt=\"\">", escape(id))).unwrap_or_default();
    let asked: String = consent
        .scopes
        .iter()
        .map(|scope| format!("<li data-scope=\"{}\">{}</li>", escape(scope), escape(in_words(scope))))
        .collect();
    let wishes = match asked.is_empty() {
        true => "<p>It asks for no more than to know that it is you.</p>".to_owned(),
        false => format!("<p>It asks to:</p><ul>{asked}</ul>"),
    };
    let body = format!(
        "{image}<h1>{name} wants to sign you in</h1><p>You are signed in as <strong>{who}</strong>.</p>{wishes}\
         <form method=\"post\" action=\"/oauth/consent\">\
         <input type=\"hidden\" name=\"request\" value=\"{asked}\">\
         <input type=\"hidden\" name=\"token\" value=\"{token}\">\
         <button name=\"decision\" value=\"allow\">Allow</button> \
         <button name=\"decision\" value=\"deny\">Deny</button></form>\
         <p><small>You go on to {to}</small></p>",
        who = escape(consent.identifier),
        asked = escape(consent.asked),
        token = escape(consent.token),
        to = escape(place(consent.redirect_uri)),
    );
    html(200, &format!("{} wants to sign you in", consent.application), &body, place(consent.redirect_uri), false)
}

/// An error for the user: the application is not known, or its address is not.
pub(super) fn refusal(error: &OAuthError) -> Reply {
    let body = format!(
        "<h1>This request cannot be answered</h1><p>{}</p><p><small>{}</small></p>",
        escape(&error.description),
        escape(error.code),
    );
    html(error.status, "This request cannot be answered", &body, "'self'", false)
}

/// A form that sends itself (OAuth 2.0 Form Post Response Mode); without scripts there is a button.
pub(super) fn form_post(address: &str, pairs: &[(&str, &str)]) -> Reply {
    let fields: String = pairs
        .iter()
        .map(|(name, value)| format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", escape(name), escape(value)))
        .collect();
    let body = format!(
        "<form method=\"post\" action=\"{}\">{fields}<button>Go on</button></form><script>{SUBMIT}</script>",
        escape(address)
    );
    html(200, "Going on", &body, place(address), true)
}

fn html(status: u16, title: &str, body: &str, target: &str, script: bool) -> Reply {
    let text = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{}</title><style>{STYLE}</style></head>\
         <body><main>{body}</main></body></html>",
        escape(title)
    );
    let scripts = if script { format!("; script-src {}", hash(SUBMIT)) } else { String::new() };
    // Where a form leads in the end counts too, or a browser stops at the redirect.
    let policy = format!(
        "default-src 'none'; img-src 'self'; style-src {}{scripts}; form-action 'self' {target}; \
         frame-ancestors 'none'; base-uri 'none'",
        hash(STYLE)
    );
    let headers = vec![
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::X_FRAME_OPTIONS, "DENY".to_owned()),
        // With no referrer at all the form would come without its origin.
        (header::REFERRER_POLICY, "same-origin".to_owned()),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin".to_owned()),
    ];
    Reply::Full { status, headers, body: text.into() }
}

fn hash(text: &str) -> String {
    format!("'sha256-{}'", BASE64.encode(digest::digest(&digest::SHA256, text.as_bytes()).as_ref()))
}

/// The origin of an address, or the scheme of an app.
fn place(address: &str) -> &str {
    let Some((scheme, rest)) = address.split_once("://") else { return "'self'" };
    let end = match scheme {
        "http" | "https" => scheme.len() + 3 + rest.find(['/', '?', '#']).unwrap_or(rest.len()),
        _ => scheme.len() + 1,
    };
    let place = address.get(..end).unwrap_or_default();
    // It stands in a header, between spaces and semicolons.
    if place.bytes().all(|byte| byte.is_ascii_graphic() && !b";,'\"".contains(&byte)) { place } else { "'self'" }
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

fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_for_a_policy() {
        assert_eq!(place("https://a.b:1/c?d"), "https://a.b:1");
        assert_eq!(place("http://a.b?d"), "http://a.b");
        assert_eq!(place("myapp://back"), "myapp:");
        assert_eq!(place("https://a;script-src *"), "'self'");
    }

    #[test]
    fn text_stays_text() {
        assert_eq!(escape("<a b='\"&"), "&lt;a b=&#39;&quot;&amp;");
    }
}
