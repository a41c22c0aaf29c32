//! Emails and text messages as their events have them.

use super::Event;
use crate::render::Render;
use crate::store::Message;
use crate::store::email::Email;
use crate::store::identification::Contact;
use crate::store::user::User;
use serde_json::{Map, Value, json};

/// What the emulated application calls itself in messages.
const APP: &str = "Emulator";

/// A message that was sent just now.
pub(super) fn event(render: &Render<'_>, id: &str, message: &Message) -> Event {
    let is_sms = message.channel == "sms";
    let to = owner(render, message, is_sms);
    let (contact_id, user) = (to.map(|(contact, _)| &contact.id), to.map(|(_, user)| user));
    let text = text(message);
    let data = data(render, message, user);
    let delivered = delivered_by_clerk(render, message);
    // The same letters in each of its names, so that a message and its event can be matched.
    let tail = id.strip_prefix("msg_").unwrap_or(id);
    if is_sms {
        let body = json!({
            "object": "sms_message",
            "id": format!("sms_{tail}"),
            "slug": message.kind,
            "from_phone_number": "+15555550100",
            "to_phone_number": message.to,
            "phone_number_id": contact_id,
            "user_id": user.map(|user| &user.id),
            "message": text,
            "status": "queued",
            "data": data,
            "delivered_by_clerk": delivered,
            "created_at_ms": message.sent_at,
        });
        return Event { kind: "sms.created".into(), data: body };
    }
    let mut body = json!({
        "object": "email",
        "id": format!("ema_{tail}"),
        "slug": message.kind,
        "from_email_name": "notifications",
        "reply_to_email_name": null,
        "to_email_address": message.to,
        "email_address_id": contact_id,
        "user_id": user.map(|user| &user.id),
        "subject": subject(message),
        "body": format!("<!DOCTYPE html>\n<html><body><p>{}</p></body></html>\n", escape(&text)),
        "body_plain": text,
        "status": "queued",
        "data": data,
        "delivered_by_clerk": delivered,
    });
    if let Some(email) = written(render, message) {
        body["id"] = json!(email.id);
        body["slug"] = Value::Null;
        body["from_email_name"] = json!(email.from_email_name);
        body["subject"] = json!(email.subject);
        body["body"] = json!(email.html.as_deref().or(email.text.as_deref()));
        body["body_plain"] = json!(email.text);
    }
    Event { kind: "email.created".into(), data: body }
}

/// The email with a text of the backend's choice that this message is.
fn written<'a>(render: &Render<'a>, message: &Message) -> Option<&'a Email> {
    let mut latest = render.store.emails.values().rev();
    let is_it = |email: &&Email| email.to_email_address == message.to && email.created_at == message.sent_at;
    if message.kind == "custom" { latest.find(is_it) } else { None }
}

/// Whether the API delivers messages of this template itself, as the template says.
fn delivered_by_clerk(render: &Render<'_>, message: &Message) -> bool {
    let key = format!("{}/{}", message.channel, message.kind);
    render.store.message_templates.get(&key).is_none_or(|template| template.delivered_by_clerk)
}

/// The contact it goes to, and whose it is. One that is verified comes before one that only says so.
fn owner<'a>(render: &Render<'a>, message: &Message, is_sms: bool) -> Option<(&'a Contact, &'a User)> {
    let store = render.store;
    let contacts = || {
        let all = store.users.values().flat_map(move |user| {
            let contacts = if is_sms { &user.phones } else { &user.emails };
            contacts.iter().map(move |contact| (contact, user))
        });
        all.filter(|(contact, _)| contact.value == message.to)
    };
    contacts().find(|(contact, _)| contact.is_verified()).or_else(|| contacts().next())
}

fn subject(message: &Message) -> String {
    match (message.kind.as_ref(), &message.code) {
        (_, Some(code)) => format!("{code} is your verification code"),
        ("invitation", _) => format!("You are invited to {APP}"),
        ("organization_invitation", _) => format!("You are invited to join an organization of {APP}"),
        ("primary_email_address_changed", _) => "Your primary email address was changed".to_owned(),
        (kind, _) => {
            let words = kind.replace('_', " ");
            let mut letters = words.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        }
    }
}

fn text(message: &Message) -> String {
    match (&message.code, &message.url) {
        (Some(code), _) => format!("{code} is your verification code for {APP}."),
        (None, Some(url)) => format!("{}: {url}", subject(message)),
        (None, None) => format!("{}.", subject(message)),
    }
}

/// What was filled into the template.
fn data(render: &Render<'_>, message: &Message, user: Option<&User>) -> Value {
    let mut data = Map::new();
    data.insert("app".to_owned(), json!({ "name": APP, "url": render.url, "logo_image_url": null, "logo_url": null }));
    if let Some(code) = &message.code {
        data.insert("otp_code".to_owned(), json!(code));
    }
    if let Some(url) = &message.url {
        data.insert("action_url".to_owned(), json!(url));
    }
    if let Some(user) = user {
        data.insert("user".to_owned(), json!({ "public_metadata": user.metadata.public }));
    }
    Value::Object(data)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
