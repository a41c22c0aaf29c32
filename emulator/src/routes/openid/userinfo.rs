//! Who the user of an access token is.

use super::answer;
use super::claims;
use super::error::OAuthError;
use super::params::Params;
use super::token_info::live;
use crate::api::{Call, Reply};
use crate::errors::ApiError;
use http::header;
use serde_json::{Value, json};

pub(super) fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    Ok(reply(userinfo(call, None)))
}

pub(super) fn post(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    // The token may be in a form; any other body says nothing.
    let body = Params::of_body(call).unwrap_or_default();
    let token = body.one("access_token").map(|token| token.map(str::to_owned));
    Ok(reply(token.and_then(|token| userinfo(call, token))))
}

fn reply(told: Result<Value, OAuthError>) -> Reply {
    told.map_or_else(OAuthError::reply, |body| answer::json(200, None, &body))
}

/// The token of an `Authorization: Bearer` header.
pub(super) fn bearer(call: &Call<'_>) -> Option<String> {
    let (scheme, token) = call.header(&header::AUTHORIZATION).split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

fn userinfo(call: &Call<'_>, in_body: Option<String>) -> Result<Value, OAuthError> {
    let text = match (bearer(call), in_body) {
        (Some(_), Some(_)) => {
            return Err(OAuthError::invalid_request("The access token goes in the header or in the body, not both."));
        }
        (Some(text), None) | (None, Some(text)) => text,
        (None, None) => return Err(OAuthError::no_token()),
    };
    let token = live(call, &text).ok_or_else(OAuthError::invalid_token)?;
    let known = call.store.users.get(&token.subject).is_some_and(|user| !user.banned);
    if !known || call.store.oauth_client(&token.client_id).is_none() {
        return Err(OAuthError::invalid_token());
    }
    let mut told = claims::of_user(call, &token.subject, &token.scopes);
    told.insert("object".to_owned(), "oauth_user_info".into());
    told.insert("instance_id".to_owned(), call.shared.instance_id.as_str().into());
    told.insert("user_id".to_owned(), token.subject.as_str().into());
    told.insert("sub".to_owned(), token.subject.as_str().into());
    if let Some(username) = told.get("preferred_username").cloned() {
        told.insert("username".to_owned(), username);
    }
    Ok(json!(told))
}
