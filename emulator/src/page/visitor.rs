//! The browser that asks for a page, and the token that ties its forms to it.

use super::notice;
use crate::api::{Call, Reply};
use crate::cookies::{self, Writer};
use crate::origin::is_foreign;
use crate::state::Shared;
use aws_lc_rs::{constant_time, hmac};
use data_encoding::BASE64URL_NOPAD;
use http::header;

/// A browser that the emulator knows.
pub(crate) struct Visitor {
    /// What it is known by (`dvb_…`).
    pub(crate) browser: String,
    /// Stands in every form, under [`Visitor::FORM_TOKEN`].
    pub(crate) form_token: String,
    /// What keeps it known: whole `Set-Cookie` values, for the answer.
    pub(crate) cookies: Vec<String>,
}

impl Visitor {
    /// The name of the form token among the fields of a form.
    pub(crate) const FORM_TOKEN: &'static str = "form_token";

    /// The browser of the request; one that nobody has heard of becomes known.
    pub(super) fn of(call: &mut Call<'_>) -> Self {
        let browser = known_browser(call).unwrap_or_else(|| call.store.open_browser(call.now));
        let cookies = own_cookies(call.shared, &browser);
        Visitor { form_token: form_token(call.shared, &browser), browser, cookies }
    }

    /// An error page unless a form was made for this browser.
    pub(super) fn check(&self, given: &str) -> Result<(), Reply> {
        constant_time::verify_slices_are_equal(self.form_token.as_bytes(), given.as_bytes()).map_err(|_| {
            let text =
                "This form was made for another browser, or for one whose cookies are gone. Open the page again.";
            notice(403, "Form out of date", text)
        })
    }
}

/// Only who knows the secret key can make it, and it fits one browser.
fn form_token(shared: &Shared, browser: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, shared.secret_key.as_bytes());
    BASE64URL_NOPAD.encode(hmac::sign(&key, format!("form\n{browser}").as_bytes()).as_ref())
}

/// The browser by its own cookie or, in development, by the dev-browser token in the query: none if nobody has heard of it.
///
/// The token is an application's to give. Where another page may have sent the browser, it is a token that this page could
/// know: then it does not take the place of a cookie, unless it is signed in and the cookie is not.
pub(crate) fn known_browser(call: &Call<'_>) -> Option<String> {
    let by_query = call.query.text("__clerk_db_jwt").filter(|_| !call.shared.is_production()).map(str::to_owned);
    // Apps without a cookie jar send it as what they authenticate with.
    let native = call.query.text("_is_native").map(|_| call.header(&header::AUTHORIZATION));
    let native = native.map(|text| text.strip_prefix("Bearer ").unwrap_or(text).trim().to_owned());
    let header = call.header(&header::COOKIE);
    let suffixed = format!("__client_{}", call.shared.cookie_suffix());
    let by_cookie = [suffixed.as_str(), "__client"].map(|name| cookies::read(header, name));
    let known = |token: &String| call.store.browsers.contains_key(token);
    let signed_in = |token: &String| call.store.session_of_browser(token, call.now).is_some();
    let by_query = by_query.filter(known);
    let by_cookie = by_cookie.into_iter().flatten().find(known);
    match (by_query, by_cookie) {
        (Some(given), Some(own)) if given != own && is_foreign(call.shared, call.store, &call.head.headers) => {
            Some(if signed_in(&own) || !signed_in(&given) { own } else { given })
        }
        (given, own) => given.or_else(|| native.filter(known)).or(own),
    }
}

/// The browser's cookies at the emulator itself, which has no TLS. The suffix keeps those of several emulators on one
/// host apart: cookies know no ports.
pub(crate) fn own_cookies(shared: &Shared, browser: &str) -> Vec<String> {
    Writer::new(shared, false).both("__client", browser).map(|cookie| cookie + "; HttpOnly").into()
}
