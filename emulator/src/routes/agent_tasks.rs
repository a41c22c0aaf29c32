//! Tasks of agents.

use super::actor_tokens::{DEFAULT_SESSION_LIFE, read_life, ticket_url};
use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::form::{Form, Patch};
use crate::ids;
use crate::store::actor_token::{AgentTask, Ticket};
use serde_json::{Value, json};

pub(super) const ROUTES: &[Route] = &[
    Route::new("POST", "/v1/agents/tasks", create),
    Route::new("POST", "/v1/agents/tasks/{agent_task_id}/revoke", revoke),
];

/// How long a task can be started, in milliseconds.
const LIFE: i64 = 60 * 60 * 1000;

fn body(task: &AgentTask) -> Value {
    json!({ "object": "agent_task", "agent_id": task.agent_id, "agent_task_id": task.id, "task_id": task.id })
}

/// Who the task is for: exactly one of an id and an identifier.
enum OnBehalfOf {
    UserId(String),
    Identifier(String),
}

fn read_user(form: &mut Form) -> Option<OnBehalfOf> {
    const PARAM: &str = "on_behalf_of";
    if !form.has(PARAM) {
        form.fail(ErrorItem::missing(PARAM));
    }
    let mut inner = Form::new(form.object(PARAM)?);
    let (id, identifier) = (inner.text("user_id"), inner.text("identifier"));
    if let Err(error) = inner.finish_lenient() {
        for mut item in error.errors {
            item.place_in(PARAM);
            form.fail(item);
        }
        return None;
    }
    match (id, identifier) {
        (Patch::Value(id), Patch::Absent | Patch::Null) => Some(OnBehalfOf::UserId(id)),
        (Patch::Absent | Patch::Null, Patch::Value(identifier)) => Some(OnBehalfOf::Identifier(identifier)),
        (Patch::Value(_), Patch::Value(_)) => {
            let mut item = ErrorItem::excludes("identifier", "user_id");
            item.place_in(PARAM);
            form.fail(item);
            None
        }
        _ => {
            let mut item = ErrorItem::missing_one_of("user_id", &["user_id", "identifier"]);
            item.place_in(PARAM);
            form.fail(item);
            None
        }
    }
}

fn find_user(call: &Call<'_>, wanted: &OnBehalfOf) -> Result<String, ApiError> {
    match wanted {
        OnBehalfOf::UserId(id) => call.store.user(id).map(|user| user.id.clone()),
        OnBehalfOf::Identifier(text) => {
            let text = text.trim().to_lowercase();
            let mut users = call.store.users.values();
            let found = users.find(|user| {
                let mut contacts = user.emails.iter().chain(&user.phones);
                contacts.any(|contact| contact.is_verified() && contact.value == text)
                    || user.username.as_deref() == Some(&text)
                    || user.wallets.iter().any(|wallet| wallet.address == text)
            });
            found.map(|user| user.id.clone()).ok_or_else(|| ApiError::not_found("user", &text))
        }
    }
}

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    let user = read_user(&mut form);
    let permissions = form.required_text("permissions");
    let agent_name = form.required_text("agent_name");
    let description = form.required_text("task_description");
    let redirect_url = form.required_text("redirect_url");
    let session_life = read_life(&mut form, "session_max_duration_in_seconds", DEFAULT_SESSION_LIFE);
    if !permissions.is_empty() && permissions != "*" {
        form.fail(ErrorItem::value("permissions", &permissions));
    }
    let secure = redirect_url.starts_with("https://") || !call.shared.is_production();
    if !redirect_url.is_empty() && (super::domains::host_of(&redirect_url).is_none() || !secure) {
        form.fail(ErrorItem::format("redirect_url", "must be an absolute url; of a production instance, with https."));
    }
    form.finish()?;
    let user = user.ok_or_else(|| ErrorItem::missing("on_behalf_of"))?;
    let task = AgentTask {
        user_id: find_user(call, &user)?,
        id: call.store.ids.id("agent_task_"),
        // One for each name within an instance.
        agent_id: ids::derived("agent_", &format!("{}\n{agent_name}", call.shared.instance_id)),
        agent_name,
        description,
        redirect_url,
        ticket: Ticket {
            token: call.store.ids.text(64),
            status: "pending".into(),
            expires_at: now.saturating_add(LIFE),
            session_life,
        },
        created_at: now,
    };
    let mut answer = body(&task);
    answer["url"] = json!(ticket_url(&call.shared.url, &task.ticket.token));
    call.store.agent_tasks.insert(task.id.clone(), task);
    Ok(Reply::Json(answer))
}

fn revoke(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let id = call.param("agent_task_id");
    let task = call.store.agent_tasks.get_mut(&id).ok_or_else(|| ApiError::not_found("agent task", &id))?;
    if task.ticket.status != "pending" {
        return Err(ApiError::new(
            400,
            "agent_task_cannot_be_revoked_code",
            "cannot revoke",
            format!(
                "Agent task cannot be revoked because its status is {}. Only pending tasks can be revoked.",
                task.ticket.status
            ),
        ));
    }
    task.ticket.status = "revoked".into();
    Ok(Reply::Json(body(task)))
}
