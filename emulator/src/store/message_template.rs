//! The templates of emails and text messages: those that every instance starts with, and what was changed about them.

use super::Store;
use crate::errors::ApiError;
use serde::{Deserialize, Serialize};

/// A template that every instance starts with.
#[derive(Debug)]
pub(crate) struct Default {
    /// `email` or `sms`.
    pub(crate) kind: &'static str,
    pub(crate) slug: &'static str,
    pub(crate) name: &'static str,
    /// Emails only.
    pub(crate) subject: Option<&'static str>,
    pub(crate) body: &'static str,
    /// Besides those that all have.
    pub(crate) variables: &'static [&'static str],
    /// Those that the body cannot do without.
    pub(crate) required: &'static [&'static str],
}

/// What all templates can name.
pub(crate) const COMMON_VARIABLES: &[&str] = &["app.name", "app.url", "app.domain_name", "app.logo_image_url"];

const fn email(
    slug: &'static str,
    name: &'static str,
    subject: &'static str,
    body: &'static str,
    variables: &'static [&'static str],
    required: &'static [&'static str],
) -> Default {
    Default { kind: "email", slug, name, subject: Some(subject), body, variables, required }
}

const fn sms(
    slug: &'static str,
    name: &'static str,
    body: &'static str,
    variables: &'static [&'static str],
    required: &'static [&'static str],
) -> Default {
    Default { kind: "sms", slug, name, subject: None, body, variables, required }
}

const CODE: &[&str] = &["otp_code"];
const LINK: &[&str] = &["magic_link"];
const ACTION: &[&str] = &["action_url"];

/// In the order in which they are listed.
pub(crate) const DEFAULTS: &[Default] = &[
    email(
        "verification_code",
        "Verification code",
        "{{otp_code}} is your verification code",
        "<p>Your code for {{app.name}} is <b>{{otp_code}}</b>.</p>",
        &["otp_code", "requested_from", "requested_at"],
        CODE,
    ),
    email(
        "reset_password_code",
        "Reset password code",
        "{{otp_code}} is your {{app.name}} reset password code",
        "<p>The code to reset your password at {{app.name}} is <b>{{otp_code}}</b>.</p>",
        &["otp_code", "requested_from", "requested_at"],
        CODE,
    ),
    email(
        "magic_link_sign_in",
        "Sign-in link",
        "Sign in to {{app.name}}",
        "<p><a href=\"{{magic_link}}\">Sign in to {{app.name}}</a></p>",
        &["magic_link", "ttl_minutes"],
        LINK,
    ),
    email(
        "magic_link_sign_up",
        "Sign-up link",
        "Sign up for {{app.name}}",
        "<p><a href=\"{{magic_link}}\">Sign up for {{app.name}}</a></p>",
        &["magic_link", "ttl_minutes"],
        LINK,
    ),
    email(
        "invitation",
        "Invitation",
        "You have been invited to {{app.name}}",
        "<p><a href=\"{{action_url}}\">Accept the invitation to {{app.name}}</a></p>",
        &["action_url", "inviter_name", "expires_in_days"],
        ACTION,
    ),
    email(
        "organization_invitation",
        "Organization invitation",
        "You have been invited to {{org.name}}",
        "<p><a href=\"{{action_url}}\">Join {{org.name}} on {{app.name}}</a></p>",
        &["action_url", "inviter_name", "org.name", "expires_in_days"],
        ACTION,
    ),
    email(
        "waitlist_confirmation",
        "Waitlist confirmation",
        "You are on the waitlist of {{app.name}}",
        "<p>You are on the waitlist of {{app.name}}.</p>",
        &[],
        &[],
    ),
    email(
        "waitlist_invitation",
        "Waitlist invitation",
        "Your invitation to {{app.name}} is here",
        "<p><a href=\"{{action_url}}\">Join {{app.name}}</a></p>",
        &["action_url", "expires_in_days"],
        ACTION,
    ),
    email(
        "primary_email_address_changed",
        "Primary email address changed",
        "Your {{app.name}} email address has been changed",
        "<p>Your primary email address at {{app.name}} is now {{new_email_address}}.</p>",
        &["new_email_address"],
        &[],
    ),
    email(
        "password_changed",
        "Password changed",
        "Your {{app.name}} password has been changed",
        "<p>The password of {{primary_email_address}} at {{app.name}} was changed.</p>",
        &["primary_email_address", "greeting_name"],
        &[],
    ),
    email(
        "password_removed",
        "Password removed",
        "Your {{app.name}} password has been removed",
        "<p>The password of {{primary_email_address}} at {{app.name}} was removed.</p>",
        &["primary_email_address", "greeting_name"],
        &[],
    ),
    sms("verification_code", "Verification code", "{{otp_code}} is your {{app.name}} verification code.", CODE, CODE),
    sms(
        "reset_password_code",
        "Reset password code",
        "{{otp_code}} is your {{app.name}} reset password code.",
        CODE,
        CODE,
    ),
    sms("invitation", "Invitation", "You have been invited to {{app.name}}: {{action_url}}", ACTION, ACTION),
    sms("password_changed", "Password changed", "Your {{app.name}} password has been changed.", &[], &[]),
];

/// What was changed about a template.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct MessageTemplate {
    pub(crate) name: String,
    pub(crate) subject: Option<String>,
    pub(crate) markup: String,
    pub(crate) body: String,
    pub(crate) from_email_name: String,
    pub(crate) reply_to_email_name: String,
    pub(crate) delivered_by_clerk: bool,
    /// Whether the text is the instance's own, and not only who delivers it.
    pub(crate) is_own: bool,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

impl Default {
    /// The key of what was changed about it.
    pub(crate) fn key(&self) -> String {
        format!("{}/{}", self.kind, self.slug)
    }

    /// The template as it is before anyone changed it.
    pub(crate) fn row(&self, now: i64) -> MessageTemplate {
        MessageTemplate {
            name: self.name.to_owned(),
            subject: self.subject.map(str::to_owned),
            markup: String::new(),
            body: self.body.to_owned(),
            from_email_name: if self.kind == "email" { "noreply".to_owned() } else { String::new() },
            reply_to_email_name: String::new(),
            delivered_by_clerk: true,
            is_own: false,
            created_at: now,
            updated_at: now,
        }
    }
}

/// The default of a type and a slug.
pub(crate) fn default_of(kind: &str, slug: &str) -> Result<&'static Default, ApiError> {
    if !matches!(kind, "email" | "sms") {
        return Err(unsupported(kind));
    }
    DEFAULTS.iter().find(|known| known.kind == kind && known.slug == slug).ok_or_else(|| {
        ApiError::new(
            404,
            "resource_not_found",
            "Template not found",
            format!("No template was found with slug {slug}"),
        )
    })
}

/// 400 for a type other than `email` and `sms`.
pub(crate) fn unsupported(kind: &str) -> ApiError {
    ApiError::new(
        400,
        "template_type_unsupported",
        "Template type not supported",
        format!("Template type {kind} is not supported"),
    )
}

impl Store {
    /// A template as it is now.
    pub(crate) fn message_template(&self, default: &Default, now: i64) -> MessageTemplate {
        self.message_templates.get(&default.key()).cloned().unwrap_or_else(|| default.row(now))
    }
}
