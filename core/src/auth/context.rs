//! What a request says, read once (§3.3).

use super::cookies::Cookies;
use super::public_url::public_url;
use super::settings::Settings;
use super::suffix::Choice;
use super::{AuthenticateError, RequestParts};
use url::Url;

/// The request's values that decisions are made on. Empty ones are absent.
#[derive(Clone)]
pub(crate) struct Context {
    /// The URL that the browser asked for.
    pub(crate) url: Url,
    pub(crate) method_is_get: bool,
    pub(crate) referrer: Option<String>,
    pub(crate) fetch_dest: Option<String>,
    pub(crate) token_in_header: Option<String>,
    pub(crate) session_in_cookie: Option<String>,
    pub(crate) refresh_in_cookie: Option<String>,
    /// When somebody last signed in or out here; 0 for never.
    pub(crate) client_uat: i64,
    pub(crate) dev_browser: Option<String>,
    pub(crate) accept: Option<String>,
    /// What a handshake came to, as a token or as a nonce to exchange for it.
    pub(crate) handshake_token: Option<String>,
    pub(crate) handshake_nonce: Option<String>,
    /// Whether the cookies with the instance's suffix count (§3.4).
    pub(crate) suffixed: bool,
    /// How often this browser was sent on a handshake just now.
    pub(crate) loop_counter: i64,
}

impl Context {
    pub(crate) fn read(
        request: &RequestParts,
        settings: &Settings<'_>,
        now_ms: i64,
    ) -> Result<Self, AuthenticateError> {
        let header = |name| request.header(name).map(std::borrow::Cow::into_owned);
        let mut context = Self {
            url: public_url(request)?,
            method_is_get: request.method() == "GET",
            referrer: header("referer"),
            fetch_dest: header("sec-fetch-dest"),
            token_in_header: header("authorization").and_then(|value| token_of(&value)),
            session_in_cookie: None,
            refresh_in_cookie: None,
            client_uat: 0,
            dev_browser: None,
            accept: header("accept"),
            handshake_token: None,
            handshake_nonce: None,
            suffixed: false,
            loop_counter: 0,
        };
        if let Some(key) = settings.publishable_key.filter(|_| !settings.accepts.is_only_machine_without_browser()) {
            let cookies = Cookies::read(&header("cookie").unwrap_or_default());
            context.read_cookies(&cookies, key.cookie_suffix(), settings, now_ms);
        }
        Ok(context)
    }

    fn read_cookies(&mut self, cookies: &Cookies, suffix: &str, settings: &Settings<'_>, now_ms: i64) {
        let frontend_api = settings.original_frontend_api();
        let choice =
            Choice { cookies, suffix, frontend_api: &frontend_api, production: settings.is_production(), now_ms };
        let suffixed = choice.uses_suffixed();
        let chosen = |name: &str| -> Option<String> {
            let value = if suffixed { cookies.get(&format!("{name}_{suffix}")) } else { cookies.get(name) };
            value.map(str::to_owned)
        };
        self.session_in_cookie = chosen("__session");
        self.client_uat = chosen("__client_uat").map_or(0, |text| whole_number(&text));
        self.dev_browser = self.query("__clerk_db_jwt").or_else(|| chosen("__clerk_db_jwt"));
        self.refresh_in_cookie = cookies.get(&format!("__refresh_{suffix}")).map(str::to_owned);
        self.suffixed = suffixed;
        let either = |name: &str| self.query(name).or_else(|| cookies.get(name).map(str::to_owned));
        let (token, nonce) = (either("__clerk_handshake"), either("__clerk_handshake_nonce"));
        self.handshake_token = token;
        self.handshake_nonce = nonce;
        self.loop_counter = cookies.get("__clerk_redirect_count").map_or(0, whole_number);
    }

    /// The session token that a handshake and a refresh are about: the cookie's, else the header's (§3.3).
    pub(crate) fn session_token(&self) -> Option<&str> {
        self.session_in_cookie.as_deref().or(self.token_in_header.as_deref())
    }

    /// A query parameter, unless it is empty.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        self.url
            .query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
            .filter(|value| !value.is_empty())
    }

    pub(crate) fn has_query(&self, name: &str) -> bool {
        self.url.query_pairs().any(|(key, _)| key == name)
    }

    /// Whether the browser is about to show a page.
    pub(crate) fn is_document(&self) -> bool {
        self.method_is_get && self.fetch_dest.as_deref() == Some("document")
    }
}

/// `Bearer <token>`, or a token alone; any other scheme is none of ours.
fn token_of(authorization: &str) -> Option<String> {
    let mut pieces = authorization.split(' ');
    let first = pieces.next()?;
    match pieces.next() {
        None | Some("") => Some(first.to_owned()),
        Some(token) if first == "Bearer" => Some(token.to_owned()),
        Some(_) => None,
    }
}

/// Decimal digits only (D-17); anything else is 0, and what is too large is as large as can be.
fn whole_number(text: &str) -> i64 {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return 0;
    }
    text.parse().unwrap_or(i64::MAX)
}
