//! The token endpoint: codes and refresh tokens for access tokens.

use super::answer;
use super::claims;
use super::client;
use super::error::OAuthError;
use super::params::Params;
use crate::api::{Call, Reply};
use crate::errors::ApiError;
use crate::mint::{OAuthTokenOptions, id_token, oauth_jwt};
use crate::store::grant::Grant;
use crate::store::oauth::{ACCESS_TOKEN_LIFE, OAuthApplication};
use aws_lc_rs::digest;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

pub(super) fn exchange(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    // An error is an answer like others: what a stolen code or refresh token ended stays ended.
    Ok(tokens(call).map_or_else(OAuthError::reply, |body| answer::json(200, None, &body)))
}

fn tokens(call: &mut Call<'_>) -> Result<Value, OAuthError> {
    let params = Params::of_body(call)?;
    let application = client::authenticate(call, &params)?;
    match params.required("grant_type")? {
        "authorization_code" => by_code(call, &params, &application),
        "refresh_token" => by_refresh_token(call, &params, &application),
        other => {
            let text = format!("grant_type must be authorization_code or refresh_token, not {other}.");
            Err(OAuthError::new("unsupported_grant_type", text))
        }
    }
}

fn by_code(call: &mut Call<'_>, params: &Params, application: &OAuthApplication) -> Result<Value, OAuthError> {
    let text = params.required("code")?;
    let known = call.store.authorization_codes.get(text).filter(|code| code.client_id == application.client_id);
    let code = known.cloned().ok_or_else(|| OAuthError::invalid_grant("The code is not one of this client."))?;
    let now = call.now;
    if let Some(grant_id) = &code.grant_id {
        call.store.revoke_grant(grant_id, now);
        return Err(OAuthError::invalid_grant("The code was used before: its tokens are revoked."));
    }
    if now >= code.expires_at {
        return Err(OAuthError::invalid_grant("The code has expired."));
    }
    match params.one("redirect_uri")? {
        Some(uri) if uri == code.redirect_uri => {}
        None if !code.redirect_uri_given => {}
        _ => return Err(OAuthError::invalid_grant("redirect_uri is not the one of the authorization request.")),
    }
    check_verifier(params.one("code_verifier")?, code.challenge.as_deref())?;
    check_user(call, &code.subject)?;
    let auth_time = Some(code.auth_time);
    let grant = call.store.open_grant(code.client_id, code.subject, code.scopes.clone(), auth_time, now);
    if let Some(stored) = call.store.authorization_codes.get_mut(text) {
        stored.grant_id = Some(grant.id.clone());
    }
    issue(call, &grant, code.scopes, code.nonce.as_deref())
}

fn by_refresh_token(call: &mut Call<'_>, params: &Params, application: &OAuthApplication) -> Result<Value, OAuthError> {
    let text = params.required("refresh_token")?;
    let unknown = || OAuthError::invalid_grant("The refresh token is not one of this client, or was revoked.");
    let refresh = call.store.refresh_tokens.get(text).cloned().ok_or_else(unknown)?;
    let grant = call.store.grants.get(&refresh.grant_id).cloned().ok_or_else(unknown)?;
    if grant.client_id != application.client_id || grant.revoked {
        return Err(unknown());
    }
    if refresh.used {
        let now = call.now;
        call.store.revoke_grant(&grant.id, now);
        return Err(OAuthError::invalid_grant("The refresh token was used before: its grant is revoked."));
    }
    check_user(call, &grant.subject)?;
    let scopes = match params.one("scope")? {
        None => grant.scopes.clone(),
        Some(text) => text.split_ascii_whitespace().map(str::to_owned).collect(),
    };
    if let Some(beyond) = scopes.iter().find(|scope| !grant.scopes.contains(scope)) {
        return Err(OAuthError::new("invalid_scope", format!("The scope {beyond} was not granted.")));
    }
    if let Some(stored) = call.store.refresh_tokens.get_mut(text) {
        stored.used = true;
    }
    issue(call, &grant, scopes, None)
}

/// PKCE: the verifier that the challenge was made of, and none where there was no challenge.
fn check_verifier(verifier: Option<&str>, challenge: Option<&str>) -> Result<(), OAuthError> {
    match (verifier, challenge) {
        (None, None) => Ok(()),
        (Some(_), None) => Err(OAuthError::invalid_grant("The authorization request had no code_challenge.")),
        (None, Some(_)) => Err(OAuthError::invalid_grant("code_verifier is required.")),
        (Some(verifier), Some(challenge)) => {
            let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
            if !(43..=128).contains(&verifier.len()) || !verifier.bytes().all(unreserved) {
                return Err(OAuthError::invalid_grant("code_verifier must be 43 to 128 unreserved characters."));
            }
            if half_hash(verifier, 32) != challenge {
                return Err(OAuthError::invalid_grant("code_verifier is not the one of the code_challenge."));
            }
            Ok(())
        }
    }
}

fn check_user(call: &Call<'_>, id: &str) -> Result<(), OAuthError> {
    match call.store.users.get(id) {
        Some(user) if !user.banned => Ok(()),
        _ => Err(OAuthError::invalid_grant("The user is gone or banned.")),
    }
}

/// The first bytes of a SHA-256 digest, in base64url.
fn half_hash(text: &str, bytes: usize) -> String {
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    BASE64URL_NOPAD.encode(hash.as_ref().get(..bytes).unwrap_or_default())
}

fn issue(call: &mut Call<'_>, grant: &Grant, scopes: Vec<String>, nonce: Option<&str>) -> Result<Value, OAuthError> {
    let (access_token, jwt_id) = access_token(call, grant, &scopes)?;
    let refresh_token = call.store.open_refresh_token(grant.id.clone(), jwt_id, call.now);
    let mut body = json!({
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": ACCESS_TOKEN_LIFE,
        "refresh_token": refresh_token,
        "scope": scopes.join(" "),
    });
    if scopes.iter().any(|scope| scope == "openid") {
        let mut told = claims::of_user(call, &grant.subject, &scopes);
        told.insert("aud".to_owned(), grant.client_id.as_str().into());
        told.insert("sub".to_owned(), grant.subject.as_str().into());
        told.insert("at_hash".to_owned(), half_hash(&access_token, 16).into());
        told.insert("jti".to_owned(), call.store.ids.hex(20).into());
        if let Some(time) = grant.auth_time {
            told.insert("auth_time".to_owned(), time.into());
        }
        if let Some(nonce) = nonce {
            told.insert("nonce".to_owned(), nonce.into());
        }
        let issuer = call.issuer().map_err(|_| OAuthError::server_error())?;
        let token = id_token(&issuer, told, ACCESS_TOKEN_LIFE).map_err(|_| OAuthError::server_error())?;
        body["id_token"] = json!(token);
    }
    Ok(body)
}

/// Opaque and stored, or a JWT and its id, as the instance says.
fn access_token(call: &mut Call<'_>, grant: &Grant, scopes: &[String]) -> Result<(String, Option<String>), OAuthError> {
    if !call.store.oauth_settings().jwt_access_tokens {
        let life = ACCESS_TOKEN_LIFE * 1000;
        let token = call.store.open_access_token(grant, scopes.to_vec(), life, call.now);
        return Ok((token.credential.secret, None));
    }
    let issuer = call.issuer().map_err(|_| OAuthError::server_error())?;
    let id = format!("oat_{}", call.store.ids.hex(32));
    let options = OAuthTokenOptions::default();
    let token = oauth_jwt(&issuer, &id, &grant.client_id, &grant.subject, scopes, ACCESS_TOKEN_LIFE, &options)
        .map_err(|_| OAuthError::server_error())?;
    Ok((token, Some(id)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verifier_of_the_standard() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert_eq!(check_verifier(Some(verifier), Some(challenge)), Ok(()));
        assert_eq!(check_verifier(None, None), Ok(()));
        for (verifier, challenge) in [
            (None, Some(challenge)),
            (Some(verifier), None),
            (Some("short"), Some(challenge)),
            (Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl"), Some(challenge)),
        ] {
            assert_eq!(check_verifier(verifier, challenge).map_err(|error| error.code), Err("invalid_grant"));
        }
    }
}
