//! What an event could tell: made up, and of the shape of the real ones.
//!
//! Users, organizations and what hangs from them come from an emulator of this process, which ends with it.

use clerk_usher::CallOptions;
use clerk_usher::Clerk;
use clerk_usher::args::Arguments;
use clerk_usher::model::Union;
use clerk_usher::models::WebhookEvent;
use clerk_usher_emulator::Emulator;
use serde_json::{Value, json};

use super::id::random_id;
use super::{billing, now_ms};
use crate::failure::{Failure, Outcome};
use crate::runtime::aside;

/// The types there are.
pub(super) fn types() -> impl Iterator<Item = &'static str> {
    <WebhookEvent as Union>::MEMBERS.iter().map(|(name, _)| *name)
}

/// The `data` of an event of this type.
pub(super) async fn data(kind: &str) -> Outcome<Value> {
    if !types().any(|known| known == kind) {
        let meant = types().filter(|known| known.split('.').next() == kind.split('.').next());
        let meant: Vec<&str> = meant.collect();
        let hint = if meant.is_empty() { String::new() } else { format!("; there are {}", meant.join(", ")) };
        return Err(Failure::Usage(format!(
            "`{kind}` is no type of event that usher knows{hint}. `usher webhook send --list` has all; with --data any can be sent"
        )));
    }
    let (subject, action) = kind.split_once('.').unwrap_or((kind, ""));
    let now = now_ms();
    if action == "deleted" && subject != "organizationMembership" {
        return Ok(deleted(subject));
    }
    Ok(match subject {
        "email" => email(),
        "sms" => sms(now),
        "permission" => permission(now),
        "role" => role(now),
        "waitlistEntry" => waitlist_entry(now),
        "organizationDomain" => organization_domain(now),
        "paymentAttempt" => billing::payment_attempt(action, now),
        "subscription" => billing::subscription(action, now),
        "subscriptionItem" => billing::subscription_item(action, now),
        _ => World::new().await?.data(subject, action).await?,
    })
}

fn deleted(subject: &str) -> Value {
    let (object, prefix) = match subject {
        "organization" => ("organization", "org_"),
        "organizationDomain" => ("organization_domain", "orgdmn_"),
        "permission" => ("permission", "perm_"),
        "role" => ("role", "role_"),
        _ => ("user", "user_"),
    };
    json!({ "object": object, "id": random_id(prefix), "deleted": true })
}

fn email() -> Value {
    json!({
        "object": "email", "id": random_id("ema_"), "slug": "verification_code", "from_email_name": "notifications",
        "reply_to_email_name": null, "to_email_address": "ann@example.com", "email_address_id": random_id("idn_"),
        "user_id": random_id("user_"), "subject": "424242 is your verification code",
        "body": "<p>Your verification code is <b>424242</b>.</p>", "body_plain": "Your verification code is 424242.",
        "status": "queued", "data": { "otp_code": "424242" }, "delivered_by_clerk": false,
    })
}

fn sms(now: i64) -> Value {
    json!({
        "object": "sms_message", "id": random_id("sms_"), "slug": "verification_code", "from_phone_number": "+15550100000",
        "to_phone_number": "+15550100001", "phone_number_id": random_id("idn_"), "user_id": random_id("user_"),
        "message": "Your verification code is 424242.", "status": "queued", "data": { "otp_code": "424242" },
        "delivered_by_clerk": false, "created_at_ms": now,
    })
}

fn permission(now: i64) -> Value {
    json!({
        "object": "permission", "id": random_id("perm_"), "name": "Read invoices", "key": "org:invoices:read",
        "description": "See the invoices of the organization.", "type": "user", "created_at": now, "updated_at": now,
    })
}

fn role(now: i64) -> Value {
    json!({
        "object": "role", "id": random_id("role_"), "name": "Accountant", "key": "org:accountant",
        "description": "Does the books.", "is_creator_eligible": false, "permissions": [permission(now)],
        "created_at": now, "updated_at": now,
    })
}

fn waitlist_entry(now: i64) -> Value {
    json!({
        "object": "waitlist_entry", "id": random_id("wle_"), "email_address": "ann@example.com", "status": "pending",
        "is_locked": false, "created_at": now, "updated_at": now, "invitation": null,
    })
}

fn organization_domain(now: i64) -> Value {
    let verification = json!({ "status": "verified", "strategy": "affiliation_email_code", "attempts": 1, "expire_at": now + 600_000 });
    json!({
        "object": "organization_domain", "id": random_id("orgdmn_"), "organization_id": random_id("org_"),
        "name": "example.com", "enrollment_mode": "automatic_invitation",
        "affiliation_email_address": "ann@example.com", "affiliation_verification": verification,
        "ownership_verification": null, "verification": verification, "total_pending_invitations": 0,
        "total_pending_suggestions": 0, "created_at": now, "updated_at": now,
    })
}

/// An emulator with somebody in it.
struct World {
    clerk: Clerk,
    user: Value,
    // Runs as long as this is there.
    _emulator: Emulator,
}

impl World {
    async fn new() -> Outcome<Self> {
        let start = || Emulator::start().map_err(|error| Failure::NotSo(error.to_string()));
        let emulator = aside(start).await?;
        let clerk =
            Clerk::builder().environment([]).api_url(emulator.url()).secret_key(emulator.secret_key()).build()?;
        let mut world = Self { clerk, user: Value::Null, _emulator: emulator };
        let user = json!({
            "email_address": ["ann@example.com"], "first_name": "Ann", "last_name": "Example", "username": "ann_example",
            "phone_number": ["+15550100001"], "skip_password_requirement": true, "public_metadata": { "plan": "pro" },
        });
        world.user = world.call("users.create", &user).await?;
        Ok(world)
    }

    async fn call(&self, operation: &str, arguments: &Value) -> Outcome<Value> {
        let arguments = Arguments::from_json(&arguments.to_string())?;
        let answer = self.clerk.call(operation, &arguments, &[], &CallOptions::default()).await?;
        serde_json::from_slice(&answer.body).map_err(|error| Failure::NotSo(format!("the emulator's answer: {error}")))
    }

    async fn organization(&self) -> Outcome<Value> {
        self.call("organizations.create", &json!({ "name": "Acme", "slug": "acme", "created_by": self.user["id"] }))
            .await
    }

    async fn data(&self, subject: &str, action: &str) -> Outcome<Value> {
        match subject {
            "session" => self.session(action).await,
            "organization" => self.organization().await,
            "organizationMembership" => {
                let id = self.organization().await?["id"].clone();
                let members = self.call("organization_memberships.list", &json!({ "organization_id": id })).await?;
                Ok(members["data"][0].clone())
            }
            "organizationInvitation" => self.invitation(action).await,
            _ => Ok(self.user.clone()),
        }
    }

    async fn session(&self, action: &str) -> Outcome<Value> {
        let mut session = self.call("sessions.create", &json!({ "user_id": self.user["id"] })).await?;
        session["user"] = self.user.clone();
        session["status"] = if action == "created" { "active" } else { action }.into();
        if action == "pending" {
            session["tasks"] = json!([{ "key": "choose-organization" }]);
        }
        Ok(session)
    }

    async fn invitation(&self, action: &str) -> Outcome<Value> {
        let organization = self.organization().await?;
        let invited = json!({
            "organization_id": organization["id"], "email_address": "bob@example.com", "role": "org:member",
            "inviter_user_id": self.user["id"],
        });
        let mut invitation = self.call("organization_invitations.create", &invited).await?;
        invitation["status"] = if action == "created" { "pending" } else { action }.into();
        if action == "accepted" {
            invitation["user_id"] = random_id("user_").into();
        }
        let shown = |name: &str| organization[name].clone();
        invitation["data"] = json!({ "public_organization_data": {
            "id": shown("id"), "name": shown("name"), "slug": shown("slug"), "image_url": shown("image_url"),
            "has_image": shown("has_image"),
        }});
        Ok(invitation)
    }
}
