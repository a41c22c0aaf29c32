//! Actor tokens.

use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::form::{Form, Patch};
use crate::store::actor_token::{ActorToken, Ticket};
use serde_json::{Value, json};

pub(super) const ROUTES: &[Route] = &[
    Route::new("POST", "/v1/actor_tokens", create),
    Route::new("POST", "/v1/actor_tokens/{actor_token_id}/revoke", revoke),
];

/// How long a token is good for, in seconds, unless told otherwise.
const DEFAULT_LIFE: i64 = 3600;
/// How long its session lives, in seconds, unless told otherwise.
pub(super) const DEFAULT_SESSION_LIFE: i64 = 1800;
/// More than any clock can tell.
pub(super) const LONGEST_LIFE: i64 = 315_360_000;

fn body(token: &ActorToken, url: &str) -> Value {
    json!({
        "object": "actor_token",
        "id": token.id,
        "status": token.ticket.status,
        "user_id": token.user_id,
        "actor": token.actor,
        "token": token.ticket.token,
        "url": ticket_url(url, &token.ticket.token),
        "created_at": token.created_at,
        "updated_at": token.updated_at,
    })
}

/// Where a browser trades a ticket for a session.
pub(super) fn ticket_url(url: &str, ticket: &str) -> String {
    format!("{url}/v1/tickets/accept?ticket={ticket}")
}

/// A number of seconds, in milliseconds.
pub(super) fn read_life(form: &mut Form, name: &str, default: i64) -> i64 {
    match form.integer(name, 1, LONGEST_LIFE) {
        Patch::Value(seconds) => seconds.saturating_mul(1000),
        _ => default * 1000,
    }
}

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let user_id = form.required_text("user_id");
    if !form.has("actor") {
        form.fail(ErrorItem::missing("actor"));
    }
    let actor = form.object("actor");
    let life = read_life(&mut form, "expires_in_seconds", DEFAULT_LIFE);
    let session_life = read_life(&mut form, "session_max_duration_in_seconds", DEFAULT_SESSION_LIFE);
    match actor.as_ref().map(|actor| actor.get("sub")) {
        Some(Some(Value::String(sub))) if !sub.is_empty() => {}
        Some(Some(Value::String(_)) | None) => form.fail(ErrorItem::missing("actor.sub")),
        Some(Some(_)) => form.fail(ErrorItem::wrong_type("actor.sub", "string")),
        None => {}
    }
    form.finish()?;
    if !call.store.users.contains_key(&user_id) {
        return Err(ErrorItem::missing_resource("user_id").into());
    }
    let token = ActorToken {
        id: call.store.ids.id("act_"),
        user_id,
        actor: actor.unwrap_or_default(),
        ticket: Ticket {
            token: call.store.ids.text(64),
            status: "pending".into(),
            expires_at: now.saturating_add(life),
            session_life,
        },
        created_at: now,
        updated_at: now,
    };
    let answer = body(&token, &call.shared.url);
    call.store.actor_tokens.insert(token.id.clone(), token);
    Ok(Reply::Json(answer))
}

fn revoke(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (id, now) = (call.param("actor_token_id"), call.now);
    let token = call.store.actor_tokens.get_mut(&id).ok_or_else(|| ApiError::not_found("actor token", &id))?;
    if token.ticket.status != "pending" {
        return Err(ApiError::new(
            400,
            "actor_token_cannot_be_revoked_code",
            "cannot revoke",
            format!(
                "Actor token cannot be revoked because its status is {}. Only pending tokens can be revoked.",
                token.ticket.status
            ),
        ));
    }
    token.ticket.status = "revoked".into();
    token.updated_at = now;
    Ok(Reply::Json(body(token, &call.shared.url)))
}
