//! Introspection (RFC 7662) and revocation (RFC 7009), for the client that a token was given to.

use super::answer;
use super::client;
use super::error::OAuthError;
use super::params::Params;
use super::userinfo::bearer;
use crate::api::{Call, Reply};
use crate::errors::ApiError;
use crate::routes::oauth_access_tokens;
use crate::store::oauth::AccessToken;
use serde_json::{Value, json};

pub(super) fn introspect(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    Ok(introspection(call).map_or_else(OAuthError::reply, |body| answer::json(200, None, &body)))
}

pub(super) fn revoke(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    Ok(revocation(call).map_or_else(OAuthError::reply, |()| answer::json(200, None, &json!({}))))
}

/// An access token that opens doors now.
pub(super) fn live(call: &Call<'_>, text: &str) -> Option<AccessToken> {
    oauth_access_tokens::find(call, text).filter(|token| token.credential.is_valid(call.now) && stands(call, token))
}

/// Whether what a JWT rests on is still there: its user, its client and, where it is known, its grant. Its signature
/// cannot tell. A token that is stored is revoked or removed with them.
fn stands(call: &Call<'_>, token: &AccessToken) -> bool {
    !token.grant_id.is_empty()
        || call.store.users.get(&token.subject).is_some_and(|user| !user.banned)
            && call.store.oauth_client(&token.client_id).is_some()
            && call.store.grant_of_jwt(&token.id).is_none_or(|grant| !grant.revoked)
}

/// Who asks: a client with a secret, or one that shows an access token of its own.
fn asking(call: &Call<'_>, params: &Params) -> Result<String, OAuthError> {
    if let Some(text) = bearer(call) {
        return live(call, &text).map(|token| token.client_id).ok_or_else(OAuthError::invalid_token);
    }
    let application = client::authenticate(call, params)?;
    if application.public {
        return Err(OAuthError::invalid_client("A public client must show an access token of its own."));
    }
    Ok(application.client_id)
}

/// What there is to say of a token; of one that is not the client's own, or has ended, only that it is not active.
fn introspection(call: &Call<'_>) -> Result<Value, OAuthError> {
    let params = Params::of_body(call)?;
    let client_id = asking(call, &params)?;
    let text = params.required("token")?;
    let iss = &call.shared.url;
    let inactive = json!({ "active": false });
    if let Some(token) = live(call, text) {
        if token.client_id != client_id {
            return Ok(inactive);
        }
        return Ok(json!({
            "active": true,
            "client_id": token.client_id,
            "sub": token.subject,
            "scope": token.scopes.join(" "),
            "token_type": "Bearer",
            "iss": iss,
            "jti": token.id,
            "iat": token.credential.created_at.div_euclid(1000),
            "exp": token.credential.expires_at.map(|end| end.div_euclid(1000)),
        }));
    }
    let refresh = call.store.refresh_tokens.get(text).filter(|refresh| !refresh.used);
    let grant = refresh.and_then(|refresh| call.store.grants.get(&refresh.grant_id));
    match (refresh, grant) {
        (Some(refresh), Some(grant)) if grant.client_id == client_id && !grant.revoked => Ok(json!({
            "active": true,
            "client_id": grant.client_id,
            "sub": grant.subject,
            "scope": grant.scopes.join(" "),
            "iss": iss,
            "iat": refresh.created_at.div_euclid(1000),
        })),
        _ => Ok(inactive),
    }
}

/// Ends the grant of a token. A token that nobody knows is as good as revoked.
fn revocation(call: &mut Call<'_>) -> Result<(), OAuthError> {
    let params = Params::of_body(call)?;
    let application = client::authenticate(call, &params)?;
    let text = params.required("token")?;
    let grant = call.store.grant_of_token(text).map(|grant| (grant.id.clone(), grant.client_id.clone()));
    let Some((grant_id, client_id)) = grant else {
        return match live(call, text) {
            Some(_) => Err(OAuthError::new("unsupported_token_type", "A JWT access token cannot be revoked.")),
            None => Ok(()),
        };
    };
    if client_id != application.client_id {
        return Err(OAuthError::new("unauthorized_client", "The token was given to another client."));
    }
    let now = call.now;
    call.store.revoke_grant(&grant_id, now);
    Ok(())
}
