//! The part of the Frontend API that backends send browsers to: the handshake.
//!
//! It looks up what the browser is signed in to, and sends it back where it came from with cookies for the
//! application: behind a nonce, or in a signed token.

use crate::api::{Call, Reply, Route};
use crate::cookies::{SessionCookies, Writer};
use crate::errors::{ApiError, ErrorItem};
use crate::mint::{DEFAULT_LIFE, HandshakeOptions, handshake_token};
use crate::page::{check_way_back, known_browser, own_cookies};
use crate::routes::session_tokens;
use crate::store::session::Session;
use crate::target::Target;

pub(super) const ROUTES: &[Route] = &[Route::public("GET", "/v1/client/handshake", handshake)];

fn handshake(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let Some(text) = call.query.text("redirect_url") else {
        return Err(ErrorItem::missing("redirect_url").into());
    };
    let target = Target::parse(text)
        .ok_or_else(|| ErrorItem::format("redirect_url", "must be an absolute http or https url."))?;
    if let Err(page) = check_way_back(call, &target.plain()) {
        return Ok(page);
    }
    let production = call.shared.is_production();
    let browser = known_browser(call);
    let browser = match browser {
        None if !production => Some(call.store.open_browser(call.now)),
        browser => browser,
    };
    let session = browser.as_deref().and_then(|token| call.store.session_of_browser(token, call.now)).cloned();
    let session = match session {
        Some(session) => Some(activate(call, session)?),
        None => None,
    };
    let writer = Writer::new(call.shared, target.secure);
    let mut directives = Vec::new();
    match (&browser, production) {
        (Some(token), false) => directives.extend(writer.both("__clerk_db_jwt", token)),
        // Those that brought the browser here must not bring it again.
        _ => {
            for name in ["__clerk_handshake", "__clerk_handshake_nonce"] {
                directives.extend(writer.gone(name).into_iter().take(1));
            }
        }
    }
    directives.extend(session_cookies(call, &writer, browser.as_deref(), session.as_ref(), &target.origin)?);
    let (name, value) = if call.query.text("format") == Some("nonce") {
        ("__clerk_handshake_nonce", call.store.open_nonce(directives, call.now))
    } else {
        let options = HandshakeOptions { directives, ..HandshakeOptions::default() };
        let token = handshake_token(&call.issuer()?, &options).map_err(|_| ApiError::internal())?;
        ("__clerk_handshake", token)
    };
    let mut set = browser.as_deref().map(|token| own_cookies(call.shared, token)).unwrap_or_default();
    if production {
        set.push(Writer::new(call.shared, false).brief(name, &value));
        return Ok(Reply::Redirect { status: 307, location: target.plain(), cookies: set });
    }
    Ok(Reply::Redirect { status: 307, location: target.with(name, &value), cookies: set })
}

/// Makes the organization active that the query names by id or slug; empty means the personal account. What the user
/// is no member of changes nothing.
fn activate(call: &mut Call<'_>, session: Session) -> Result<Session, ApiError> {
    let Some(wanted) = call.query.raw("organization_id").map(str::to_owned) else { return Ok(session) };
    let organization_id = match wanted.as_str() {
        "" => None,
        wanted => match call.store.membership_by(wanted, &session.user_id) {
            Some(id) => Some(id),
            None => return Ok(session),
        },
    };
    let now = call.now;
    let stored = call.store.session_mut(&session.id)?;
    stored.organization_id = organization_id;
    stored.updated_at = now;
    Ok(stored.clone())
}

fn session_cookies(
    call: &mut Call<'_>,
    writer: &Writer,
    browser: Option<&str>,
    session: Option<&Session>,
    origin: &str,
) -> Result<Vec<String>, ApiError> {
    let Some(session) = session else { return Ok(writer.session(None)) };
    let jwt = session_tokens::mint(call, session, DEFAULT_LIFE, Some(origin.to_owned()))?;
    let now = call.now;
    call.store.session_mut(&session.id)?.last_active_at = now;
    let browser = browser.and_then(|token| call.store.browsers.get(token));
    let signed_in_at = browser.map(|browser| browser.signed_in_at).unwrap_or_default();
    Ok(writer.session(Some(&SessionCookies { jwt: &jwt, refresh_token: &session.refresh_token, signed_in_at })))
}
