//! The templates of emails and text messages.

use crate::api::{Call, Reply, Route};
use crate::errors::{ApiError, ErrorItem};
use crate::form::{Form, Patch};
use crate::ids;
use crate::interpolate;
use crate::store::message_template::{COMMON_VARIABLES, DEFAULTS, Default, MessageTemplate, default_of, unsupported};
use serde_json::{Map, Value, json};

pub(super) const ROUTES: &[Route] = &[
    Route::new("GET", "/v1/templates/{template_type}", list),
    Route::new("GET", "/v1/templates/{template_type}/{slug}", get),
    Route::new("PUT", "/v1/templates/{template_type}/{slug}", upsert),
    Route::new("POST", "/v1/templates/{template_type}/{slug}/preview", preview),
    Route::new("POST", "/v1/templates/{template_type}/{slug}/revert", revert),
    Route::new("POST", "/v1/templates/{template_type}/{slug}/toggle_delivery", toggle),
];

fn variables(default: &Default) -> Vec<&'static str> {
    COMMON_VARIABLES.iter().chain(default.variables).copied().collect()
}

fn body(call: &Call<'_>, default: &Default, template: &MessageTemplate) -> Value {
    let same_kind = DEFAULTS.iter().filter(|known| known.kind == default.kind);
    json!({
        "object": "template",
        "id": ids::derived("tmpl_", &default.key()),
        "instance_id": if template.is_own { json!(call.shared.instance_id) } else { Value::Null },
        "resource_type": if template.is_own { "user" } else { "system" },
        "template_type": default.kind,
        "name": template.name,
        "slug": default.slug,
        "position": same_kind.take_while(|known| known.slug != default.slug).count(),
        "can_revert": template.is_own,
        "can_delete": false,
        "can_edit_body": true,
        "can_toggle": false,
        "subject": template.subject,
        "markup": template.markup,
        "body": template.body,
        "available_variables": variables(default),
        "required_variables": default.required,
        "from_email_name": template.from_email_name,
        "reply_to_email_name": template.reply_to_email_name,
        "delivered_by_clerk": template.delivered_by_clerk,
        "enabled": true,
        "flagged_as_suspicious": false,
        "updated_at": template.updated_at,
        "created_at": template.created_at,
    })
}

/// The template of the path, as it started and as it is.
fn find(call: &Call<'_>) -> Result<(&'static Default, MessageTemplate), ApiError> {
    let default = default_of(&call.param("template_type"), &call.param("slug"))?;
    Ok((default, call.store.message_template(default, call.now)))
}

fn list(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let kind = call.param("template_type");
    let page = call.query.page();
    let paginated = call.query.boolean("paginated").unwrap_or(false);
    call.query.finish()?;
    if !matches!(kind.as_str(), "email" | "sms") {
        return Err(unsupported(&kind));
    }
    let of_kind = DEFAULTS.iter().filter(|default| default.kind == kind);
    let items = of_kind.map(|default| body(call, default, &call.store.message_template(default, call.now))).collect();
    Ok(Reply::page(items, page, paginated))
}

fn get(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (default, template) = find(call)?;
    Ok(Reply::Json(body(call, default, &template)))
}

/// The part of an address before the `@`.
fn read_local_part(form: &mut Form, name: &str) -> Option<String> {
    let text = form.text(name).value()?;
    let fits = |c: char| c.is_ascii_alphanumeric() || "._+-".contains(c);
    if text.len() > 64 || !text.chars().all(fits) {
        form.fail(ErrorItem::format(name, "must be a valid email address local part."));
    }
    Some(text)
}

/// A text that can be filled in.
fn read_text(form: &mut Form, name: &str) -> Option<String> {
    let text = form.text(name).value()?;
    if !interpolate::is_valid(&text) {
        let long = "This template body is invalid and cannot be rendered successfully, please check for syntax errors";
        form.fail(ErrorItem::coded("invalid_template_body", name, "Invalid template body", long));
    }
    Some(text)
}

fn upsert(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (default, mut template) = find(call)?;
    let now = call.now;
    let mut form = call.form()?;
    let name = form.text("name").value().filter(|name| !name.is_empty());
    let subject = read_text(&mut form, "subject");
    let markup = form.text("markup").value();
    let text = read_text(&mut form, "body");
    let delivered = form.boolean("delivered_by_clerk");
    let from = read_local_part(&mut form, "from_email_name");
    let reply_to = read_local_part(&mut form, "reply_to_email_name");
    if let Some(text) = text.as_ref().filter(|text| interpolate::is_valid(text)) {
        for required in default.required.iter().filter(|name| !interpolate::names(text, name)) {
            let long = format!("Body should contain the {{{{{required}}}}} variable");
            form.fail(ErrorItem::coded("required_variable_missing", "body", "Required variable missing", long));
        }
    }
    form.finish()?;
    template.name = name.unwrap_or(template.name);
    template.markup = markup.unwrap_or(template.markup);
    template.body = text.unwrap_or(template.body);
    template.delivered_by_clerk = delivered.unwrap_or(template.delivered_by_clerk);
    if default.kind == "email" {
        template.subject = subject.or(template.subject);
        template.from_email_name = from.unwrap_or(template.from_email_name);
        template.reply_to_email_name = reply_to.unwrap_or(template.reply_to_email_name);
    }
    template.is_own = true;
    template.updated_at = now;
    let answer = body(call, default, &template);
    call.store.message_templates.insert(default.key(), template);
    Ok(Reply::Json(answer))
}

/// Values for the variables, as in a message to somebody.
fn sample(call: &Call<'_>, default: &Default) -> Value {
    let url = &call.shared.url;
    let host = url.split_once("://").map_or("", |(_, host)| host);
    let mut values = Map::new();
    for name in default.variables.iter().filter(|name| !name.contains('.')) {
        let value = match *name {
            "otp_code" => json!("123456"),
            "magic_link" | "action_url" => json!(format!("{url}/v1/tickets/accept?ticket=preview")),
            "ttl_minutes" => json!(10),
            "expires_in_days" => json!(30),
            "requested_at" => json!("12:00 UTC"),
            "requested_from" => json!("a browser"),
            "inviter_name" | "greeting_name" => json!("Ann Lee"),
            _ => json!("ann@example.com"),
        };
        values.insert((*name).to_owned(), value);
    }
    values.insert(
        "app".to_owned(),
        json!({ "name": "Usher", "url": url, "domain_name": host, "logo_image_url": format!("{url}/images/logo") }),
    );
    values.insert("org".to_owned(), json!({ "name": "Acme" }));
    Value::Object(values)
}

fn preview(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (default, template) = find(call)?;
    let mut form = call.form()?;
    let subject = read_text(&mut form, "subject").or(template.subject);
    let text = read_text(&mut form, "body").unwrap_or(template.body);
    let from = read_local_part(&mut form, "from_email_name").unwrap_or(template.from_email_name);
    let reply_to = read_local_part(&mut form, "reply_to_email_name").unwrap_or(template.reply_to_email_name);
    form.finish()?;
    let values = sample(call, default);
    let address = |local: &str| if local.is_empty() { Value::Null } else { json!(format!("{local}@example.com")) };
    let mut answer = json!({ "body": interpolate::fill(&text, &values) });
    if default.kind == "email" {
        answer["subject"] = json!(subject.and_then(|subject| interpolate::fill(&subject, &values)));
        answer["from_email_address"] = address(&from);
        answer["reply_to_email_address"] = address(&reply_to);
    }
    Ok(Reply::Json(answer))
}

fn revert(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (default, _) = find(call)?;
    call.store.message_templates.remove(&default.key());
    get(call)
}

/// Says who delivers; without a word it becomes the other.
fn toggle(call: &mut Call<'_>) -> Result<Reply, ApiError> {
    let (default, mut template) = find(call)?;
    let mut form = call.form()?;
    let delivered = match form.any("delivered_by_clerk") {
        Patch::Value(Value::Bool(delivered)) => delivered,
        Patch::Value(_) => {
            form.fail(ErrorItem::wrong_type("delivered_by_clerk", "boolean"));
            false
        }
        Patch::Absent | Patch::Null => !template.delivered_by_clerk,
    };
    form.finish()?;
    template.delivered_by_clerk = delivered;
    template.updated_at = call.now;
    let answer = body(call, default, &template);
    call.store.message_templates.insert(default.key(), template);
    Ok(Reply::Json(answer))
}
