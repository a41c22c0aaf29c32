//! Tokens for tests, from arguments as JSON.

use serde_json::{Map, Value};

use super::{Given, wrong};
use crate::error::Result;
use crate::testing::{self, SessionTokenOptions, TokenOrganization};

/// `sign_jwt`
pub(super) fn signed(given: &mut Given) -> Result<Value> {
    let payload = given.object("payload")?.ok_or_else(|| wrong("payload", "an object of claims"))?;
    let key = match given.any("key") {
        Value::String(key) => key,
        Value::Object(jwk) => Value::Object(jwk).to_string(),
        _ => return Err(wrong("key", "a PEM text or a JWK").into()),
    };
    let algorithm = testing::algorithm(given.optional("algorithm")?.as_deref().unwrap_or("RS256"))?;
    let header = given.object("header")?;
    let now_ms = given.now_ms()?;
    Ok(testing::sign_jwt(&payload, &key, algorithm, header.as_ref(), now_ms)?.into())
}

/// `mint_session_token`
pub(super) fn minted(given: &mut Given) -> Result<Value> {
    let options = SessionTokenOptions {
        user_id: given.optional("user_id")?,
        session_id: given.optional("session_id")?,
        org: organization(given.any("org"))?,
        claims: given.object("claims")?.unwrap_or_default(),
        header: given.object("header")?.unwrap_or_default(),
        expires_in_seconds: given.integer("expires_in_seconds")?,
        issued_at: given.integer("issued_at")?,
        issuer: given.optional("issuer")?,
        azp: given.optional("azp")?,
    };
    let now_ms = given.now_ms()?;
    // An argument that is none is told before a key is made for it.
    given.nothing_left()?;
    Ok(testing::mint_session_token(&options, now_ms)?.into())
}

/// An organization: an object, or its id alone.
fn organization(value: Value) -> Result<Option<TokenOrganization>> {
    let fields: Map<String, Value> = match value {
        Value::Null => return Ok(None),
        Value::String(id) => return Ok(Some(TokenOrganization::new(id))),
        Value::Object(fields) => fields,
        _ => return Err(wrong("org", "the id of an organization, or an object with its `id`").into()),
    };
    let mut given = Given(fields);
    let organization = TokenOrganization {
        id: given.text_or_empty("id")?,
        slug: given.optional("slug")?,
        role: given.optional("role")?,
        permissions: given.texts("permissions")?,
        features: given.texts("features")?,
    };
    given.nothing_left()?;
    Ok(Some(organization))
}
