//! What a request says, read once (§3.3).

use super::cookies::{Cookie, Cookies};
use super::plain_url::PublicUrl;
use super::public_url::public_url;
use super::request::Header;
use super::settings::Settings;
use super::suffix::{Choice, Chosen};
use super::{AuthenticateError, RequestParts};
use crate::token::{ReadToken, TokenError, Verifier};
use std::borrow::Cow;
use std::cell::OnceCell;

/// The request's values that decisions are made on. Empty ones are absent.
pub(crate) struct Context<'a> {
    /// The URL that the browser asked for.
    pub(crate) url: PublicUrl,
    pub(crate) method_is_get: bool,
    pub(crate) referrer: Option<Cow<'a, str>>,
    pub(crate) fetch_dest: Option<Cow<'a, str>>,
    pub(crate) token_in_header: Option<Cow<'a, str>>,
    pub(crate) session_in_cookie: Option<Cow<'a, str>>,
    pub(crate) refresh_in_cookie: Option<Cow<'a, str>>,
    /// When somebody last signed in or out here; 0 for never.
    pub(crate) client_uat: i64,
    pub(crate) dev_browser: Option<Cow<'a, str>>,
    pub(crate) accept: Option<Cow<'a, str>>,
    /// What a handshake came to, as a token or as a nonce to exchange for it.
    pub(crate) handshake_token: Option<Cow<'a, str>>,
    pub(crate) handshake_nonce: Option<Cow<'a, str>>,
    /// Whether the cookies with the instance's suffix count (§3.4).
    pub(crate) suffixed: bool,
    /// How often this browser was sent on a handshake just now.
    pub(crate) loop_counter: i64,
    /// What the header's token says, once it was asked.
    header_read: OnceCell<Result<ReadToken, TokenError>>,
    /// What the cookie's token says.
    cookie_read: Option<Result<ReadToken, TokenError>>,
}

impl<'a> Context<'a> {
    /// `cookies` is the header of that name.
    pub(crate) fn read(
        request: &'a RequestParts<'_>,
        cookies: &'a str,
        settings: &Settings<'_>,
        verifier: &Verifier,
        now_ms: i64,
    ) -> Result<Self, AuthenticateError> {
        let [referrer, fetch_dest, accept] =
            [Header::Referer, Header::SecFetchDest, Header::Accept].map(|header| request.header(header));
        // The text of the URL is kept with the outcome, and these behind it.
        let room = [&referrer, &fetch_dest, &accept].into_iter().flatten().map(|text| text.len()).sum();
        let mut context = Self {
            url: public_url(request, room)?,
            method_is_get: request.is_get(),
            referrer,
            fetch_dest,
            token_in_header: request.header(Header::Authorization).and_then(token_of),
            session_in_cookie: None,
            refresh_in_cookie: None,
            client_uat: 0,
            dev_browser: None,
            accept,
            handshake_token: None,
            handshake_nonce: None,
            suffixed: false,
            loop_counter: 0,
            header_read: OnceCell::new(),
            cookie_read: None,
        };
        if let Some(key) = settings.publishable_key.filter(|_| !settings.accepts.is_only_machine_without_browser()) {
            context.read_cookies(&Cookies::read(cookies, key.cookie_suffix()), settings, verifier, now_ms);
        }
        Ok(context)
    }

    fn read_cookies(&mut self, cookies: &Cookies<'a>, settings: &Settings<'_>, verifier: &Verifier, now_ms: i64) {
        let frontend_api = settings.original_frontend_api();
        let production = settings.is_production();
        let choice = Choice { cookies, frontend_api: &frontend_api, production, now_ms, verifier };
        let Chosen { suffixed, session } = choice.make();
        let chosen = |cookie| if suffixed { cookies.suffixed(cookie) } else { cookies.get(cookie) };
        if let Some((token, read)) = session {
            (self.session_in_cookie, self.cookie_read) = (Some(token), Some(read));
        }
        self.client_uat = chosen(Cookie::ClientUat).map_or(0, |text| whole_number(&text));
        let [dev_browser, token, nonce] =
            self.queries(["__clerk_db_jwt", "__clerk_handshake", "__clerk_handshake_nonce"]);
        self.dev_browser = dev_browser.or_else(|| chosen(Cookie::DevBrowser));
        self.handshake_token = token.or_else(|| cookies.get(Cookie::Handshake));
        self.handshake_nonce = nonce.or_else(|| cookies.get(Cookie::HandshakeNonce));
        self.refresh_in_cookie = cookies.suffixed(Cookie::Refresh);
        self.suffixed = suffixed;
        self.loop_counter = cookies.get(Cookie::RedirectCount).map_or(0, |text| whole_number(&text));
    }

    /// What this token of the header says.
    pub(crate) fn read_of_header(&self, token: &str, verifier: &Verifier) -> Result<&ReadToken, &TokenError> {
        self.header_read.get_or_init(|| verifier.read(token)).as_ref()
    }

    /// The session's cookie, and what it says.
    pub(crate) fn cookie_session(&self) -> Option<(&str, Result<&ReadToken, &TokenError>)> {
        Some((self.session_in_cookie.as_deref()?, self.cookie_read.as_ref()?.as_ref()))
    }

    /// The session token that a handshake and a refresh are about: the cookie's, else the header's (§3.3).
    pub(crate) fn session_token(&self) -> Option<&str> {
        self.session_in_cookie.as_deref().or(self.token_in_header.as_deref())
    }

    /// A query parameter, unless it is empty.
    pub(crate) fn query(&self, name: &str) -> Option<Cow<'_, str>> {
        self.url.query()?;
        self.url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value).filter(|value| !value.is_empty())
    }

    /// The same of several, in one pass.
    fn queries<const N: usize>(&self, names: [&str; N]) -> [Option<Cow<'a, str>>; N] {
        if self.url.query().is_none() {
            return [const { None }; N];
        }
        let mut found: [Option<Cow<'_, str>>; N] = [const { None }; N];
        for (key, value) in self.url.query_pairs() {
            if let Some((_, place)) = names.into_iter().zip(&mut found).find(|(name, _)| key == *name) {
                place.get_or_insert(value);
            }
        }
        found.map(|value| value.filter(|value| !value.is_empty()).map(|value| Cow::Owned(value.into_owned())))
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
fn token_of(authorization: Cow<'_, str>) -> Option<Cow<'_, str>> {
    match authorization {
        Cow::Borrowed(text) => token_in(text).map(Cow::Borrowed),
        Cow::Owned(text) => token_in(&text).map(|token| Cow::Owned(token.to_owned())),
    }
}

fn token_in(authorization: &str) -> Option<&str> {
    // A token is long, so its end is searched the fast way.
    let until_space = |text: &'_ str| memchr::memchr(b' ', text.as_bytes());
    let Some(end) = until_space(authorization) else { return Some(authorization) };
    let (first, rest) = (authorization.get(..end)?, authorization.get(end + 1..)?);
    let token = until_space(rest).map_or(Some(rest), |end| rest.get(..end))?;
    match token {
        "" => Some(first),
        token if first == "Bearer" => Some(token),
        _ => None,
    }
}

/// Decimal digits only (D-17); anything else is 0, and what is too large is as large as can be.
fn whole_number(text: &str) -> i64 {
    let mut number: i64 = 0;
    for byte in text.bytes() {
        if !byte.is_ascii_digit() {
            return 0;
        }
        number = number.saturating_mul(10).saturating_add(i64::from(byte - b'0'));
    }
    number
}
