//! What an application is told of a user, by the scopes it was given.

use crate::api::Call;
use serde_json::{Map, Value, json};

/// The claims behind some scopes; those that the user has no value for are left out.
pub(super) fn of_user(call: &Call<'_>, user_id: &str, scopes: &[String]) -> Map<String, Value> {
    let mut claims = Map::new();
    let Some(user) = call.store.users.get(user_id) else { return claims };
    let has = |scope: &str| scopes.iter().any(|known| known == scope);
    let mut tell = |name: &str, value: Value| {
        if !value.is_null() {
            claims.insert(name.to_owned(), value);
        }
    };
    if has("profile") {
        tell("name", json!(user.full_name()));
        tell("given_name", json!(user.first_name));
        tell("family_name", json!(user.last_name));
        tell("preferred_username", json!(user.username));
        tell("picture", json!(call.render().user_image(user)));
    }
    if has("email")
        && let Some(email) = user.emails.iter().find(|email| Some(&email.id) == user.primary_email_id.as_ref())
    {
        tell("email", json!(email.value));
        tell("email_verified", json!(email.is_verified()));
    }
    if has("public_metadata") {
        tell("public_metadata", json!(user.metadata.public));
        tell("unsafe_metadata", json!(user.metadata.r#unsafe));
    }
    if has("private_metadata") {
        tell("private_metadata", json!(user.metadata.private));
    }
    claims
}
