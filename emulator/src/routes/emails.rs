//! Emails with a text of the backend's choice.

use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::form::Form;
use crate::store::Message;
use crate::store::email::Email;
use crate::validate;
use serde_json::json;

pub(super) const ROUTES: &[Route] = &[Route::new("POST", "/v1/email", create)];

/// Who gets it.
struct Recipient {
    address: String,
    user_id: Option<String>,
    email_address_id: Option<String>,
}

/// An object in the body; its own errors count as the body's.
fn read_inner<T>(form: &mut Form, param: &str, read: impl FnOnce(&mut Form) -> Option<T>) -> Option<T> {
    let mut inner = Form::new(form.object(param)?);
    let value = read(&mut inner);
    match inner.finish() {
        Ok(()) => value,
        Err(error) => {
            for mut item in error.errors {
                item.place_in(param);
                form.fail(item);
            }
            None
        }
    }
}

fn read_mailbox(inner: &mut Form) -> Option<String> {
    let address = inner.required_text("address");
    inner.text("name");
    if address.is_empty() {
        return None;
    }
    match validate::email("address", &address) {
        Ok(address) => Some(address),
        Err(item) => {
            inner.fail(item);
            None
        }
    }
}

/// An address, or the id of a user; exactly one.
fn read_recipient(inner: &mut Form) -> Option<Result<String, String>> {
    let address = inner.text("address").value();
    let user_id = inner.text("user_id").value();
    inner.text("name");
    match (address, user_id) {
        (Some(address), None) => match validate::email("address", &address) {
            Ok(address) => Some(Ok(address)),
            Err(item) => {
                inner.fail(item);
                None
            }
        },
        (None, Some(id)) => Some(Err(id)),
        (Some(_), Some(_)) => {
            inner.fail(ErrorItem::excludes("user_id", "address"));
            None
        }
        (None, None) => {
            inner.fail(ErrorItem::missing_one_of("address", &["address", "user_id"]));
            None
        }
    }
}

fn find(call: &Call<'_>, wanted: Result<String, String>) -> Result<Recipient, ApiError> {
    let id = match wanted {
        Ok(address) => return Ok(Recipient { address, user_id: None, email_address_id: None }),
        Err(id) => id,
    };
    let user = call.store.users.get(&id).ok_or_else(|| ErrorItem::missing_resource("user_id"))?;
    let primary = user.emails.iter().find(|email| Some(&email.id) == user.primary_email_id.as_ref());
    let email = primary.ok_or_else(|| ErrorItem::format("user_id", "must be a user with a primary email address."))?;
    Ok(Recipient {
        address: email.value.clone(),
        user_id: Some(user.id.clone()),
        email_address_id: Some(email.id.clone()),
    })
}

fn create(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let now = call.now;
    let mut form = call.form()?;
    for name in ["to", "from"] {
        if !form.has(name) {
            form.fail(ErrorItem::missing(name));
        }
    }
    let to = read_inner(&mut form, "to", read_recipient);
    let from = read_inner(&mut form, "from", read_mailbox);
    let reply_to = read_inner(&mut form, "reply_to", read_mailbox);
    let subject = form.required_text("subject");
    let html = form.text("html").value();
    let text = form.text("text").value();
    if html.is_none() && text.is_none() {
        let long = "at least one of `html` and `text` must be provided";
        form.fail(ErrorItem::coded("form_param_missing", "html", "is missing", long));
    }
    form.finish()?;
    let (Some(to), Some(from)) = (to, from) else { return Err(ApiError::invalid_body()) };
    let to = find(call, to)?;
    let email = Email {
        id: call.store.ids.id("ema_"),
        from_email_name: from.split('@').next().unwrap_or_default().to_owned(),
        to_email_address: to.address,
        user_id: to.user_id,
        email_address_id: to.email_address_id,
        reply_to,
        subject,
        html,
        text,
        created_at: now,
    };
    call.store.send(Message {
        channel: "email".into(),
        to: email.to_email_address.clone(),
        kind: "custom".into(),
        code: None,
        url: None,
        sent_at: now,
    });
    let answer = json!({
        "object": "email",
        "id": email.id,
        "from_email_name": email.from_email_name,
        "email_address_id": email.email_address_id,
        "to_email_address": email.to_email_address,
        "subject": email.subject,
        "body": email.html.as_deref().or(email.text.as_deref()),
        "body_plain": email.text,
        "status": "queued",
        "slug": null,
        "data": null,
        "delivered_by_clerk": true,
        "user_id": email.user_id,
    });
    call.store.emails.insert(email.id.clone(), email);
    Ok(Reply::Json(answer))
}
