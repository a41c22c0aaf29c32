//! Signing in anew: some requests want it of whoever is signed in. Where it stands is kept with the browser. In the
//! address that the sign-in page leads back to, anybody could say that it was done.

use super::params::Params;
use crate::api::Call;
use crate::page::Visitor;
use crate::store::browser::AskedAnew;
use crate::store::session::Session;
use aws_lc_rs::digest;
use data_encoding::BASE64URL_NOPAD;

/// What a request is told from others by. What is to be shown is no part of it: the consent page asks without.
fn request_of(params: &Params) -> String {
    let mut params = params.clone();
    params.set("prompt", None);
    BASE64URL_NOPAD.encode(digest::digest(&digest::SHA256, params.encode().as_bytes()).as_ref())
}

/// Whether the session was opened after this request sent the browser to the sign-in page.
pub(super) fn is_done(call: &Call<'_>, visitor: &Visitor, params: &Params, session: &Session) -> bool {
    let asked = call.store.browsers.get(&visitor.browser).and_then(|browser| browser.asked_anew.as_ref());
    asked.is_some_and(|asked| {
        asked.prior_session_id.as_ref() != Some(&session.id) && asked.request == request_of(params)
    })
}

/// Notes that the browser is sent to the sign-in page, and what it is signed in to. The last request counts.
pub(super) fn ask(call: &mut Call<'_>, visitor: &Visitor, params: &Params, session: Option<&Session>) {
    if let Some(browser) = call.store.browsers.get_mut(&visitor.browser) {
        let prior_session_id = session.map(|session| session.id.clone());
        browser.asked_anew = Some(AskedAnew { request: request_of(params), prior_session_id });
    }
}

/// Ends it for a request that was answered: the next one like it asks again.
pub(super) fn end(call: &mut Call<'_>, visitor: &Visitor, params: &Params) {
    let known = call.store.browsers.get(&visitor.browser).and_then(|browser| browser.asked_anew.as_ref());
    if known.is_none_or(|asked| asked.request != request_of(params)) {
        return;
    }
    if let Some(browser) = call.store.browsers.get_mut(&visitor.browser) {
        browser.asked_anew = None;
    }
}
