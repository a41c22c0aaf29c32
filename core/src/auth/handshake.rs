//! Sending the browser on a handshake (§3.12): whether it may be, where to, and how often.

use super::authenticator::{Request, Stop};
use super::state::{Note, RequestState};
use super::{AuthReason, AuthenticateError};
use crate::key::scheme_of;
use crate::options::DEFAULT_API_VERSION;
use crate::token::TokenType;
use url::Url;

/// How often a browser is sent in a row (D-7).
const MAX_REDIRECTS: i64 = 3;

/// Sends the browser to the Frontend API, if the request can be answered by a redirect; else nobody is signed in, for the
/// reason that would have started it.
pub(crate) fn handshake(request: &Request<'_>, reason: AuthReason, message: String) -> Result<RequestState, Stop> {
    if !is_eligible(request) {
        return Ok(request.signed_out(TokenType::SessionToken, reason, message));
    }
    let location = frontend_api_url(request, &reason)?;
    Ok(redirect(request, reason, message, &location))
}

/// The same, to a place that is known.
pub(crate) fn handshake_to(request: &Request<'_>, reason: AuthReason, message: String, location: &Url) -> RequestState {
    if is_eligible(request) {
        redirect(request, reason, message, location)
    } else {
        request.signed_out(TokenType::SessionToken, reason, message)
    }
}

///
fn redirect(request: &Request<'_>, reason: AuthReason, message: String, location: &Url) -> RequestState {
    let count = request.context.loop_counter;
    if count >= MAX_REDIRECTS {
        let mut state = request.signed_out(TokenType::SessionToken, reason, message);
        state.note_if(true, Note::RedirectLoop);
        return state;
    }
    let cookie = format!("__clerk_redirect_count={}; SameSite=Lax; HttpOnly; Max-Age=2", count + 1);
    let headers =
        [("location", location.to_string()), ("cache-control", "no-store".to_owned()), ("set-cookie", cookie)];
    let headers = headers.map(|(name, value)| (name.to_owned(), value));
    RequestState::handshake(request.echo(), headers.into(), reason, message)
}

/// a page is being loaded, so a redirect is followed by whoever asked.
fn is_eligible(request: &Request<'_>) -> bool {
    let context = &request.context;
    context.method_is_get
        && match context.fetch_dest.as_deref() {
            Some(dest) => matches!(dest, "document" | "iframe"),
            None => context.accept.as_deref().is_some_and(|accept| accept.starts_with("text/html")),
        }
}

///
fn frontend_api_url(request: &Request<'_>, reason: &AuthReason) -> Result<Url, AuthenticateError> {
    let (settings, context) = (request.settings, request.context);
    let frontend_api = settings.frontend_api(&context.url)?;
    let mut url = base_url(&frontend_api).ok_or_else(|| {
        let option = if settings.proxy_url.is_empty() { "domain" } else { "proxy_url" };
        AuthenticateError::config(option, format!("`{option}` gives no URL of the Frontend API."))
    })?;
    let back = without_parameters(&*context.url.to_url()?, &["__clerk_db_jwt", "__dev_session"]);
    let mut query = url.query_pairs_mut();
    query
        .append_pair("redirect_url", back.as_str())
        .append_pair("__clerk_api_version", DEFAULT_API_VERSION)
        .append_pair("suffixed_cookies", if context.suffixed { "true" } else { "false" })
        .append_pair("__clerk_hs_reason", reason.as_str())
        .append_pair("format", "nonce");
    if let Some(token) = context.session_token() {
        query.append_pair("__session", token);
    }
    if let Some(browser) = context.dev_browser.as_deref().filter(|_| !settings.is_production()) {
        query.append_pair("__clerk_db_jwt", browser);
    }
    if let Some(target) = request.organization_sync.target(context.url.path()) {
        query.append_pair("organization_id", target.organization_id());
    }
    drop(query);
    Ok(url)
}

/// Where handshakes are begun at this Frontend API: a host, or the URL of a proxy, whose path stays.
fn base_url(frontend_api: &str) -> Option<Url> {
    let base = if frontend_api.starts_with("http") {
        frontend_api.trim_end_matches('/').to_owned()
    } else {
        format!("{}://{}", scheme_of(frontend_api), frontend_api.trim_end_matches('/'))
    };
    let url = Url::parse(&format!("{base}/")).ok()?.join("v1/client/handshake").ok()?;
    (matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(|host| !host.is_empty())).then_some(url)
}

/// The parameters of a URL's query. Written again, they are as a form has them.
pub(crate) fn pairs_of(url: &Url) -> Vec<(String, String)> {
    url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// A URL without these query parameters; what is left is written anew, as a form is.
pub(crate) fn without_parameters(url: &Url, names: &[&str]) -> Url {
    let mut kept = pairs_of(url);
    kept.retain(|(name, _)| !names.contains(&name.as_str()));
    let mut url = url.clone();
    if kept.is_empty() {
        url.set_query(None);
    } else {
        url.query_pairs_mut().clear().extend_pairs(kept);
    }
    url
}
