//! Which events there are, and what is in them.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod common;

use common::{Api, NOON, column, id};
use serde_json::{Value, json};

/// The types of all events after the first so many.
fn types_after(api: &Api, count: usize) -> Vec<Value> {
    column(&api.control("webhook_events", json!({})), "type").split_off(count)
}

/// The data of the last event of a type.
fn last(api: &Api, kind: &str) -> Value {
    let events = api.control("webhook_events", json!({"type": kind, "limit": 1}));
    assert_eq!(events[0]["payload"]["type"], kind, "{events}");
    events[0]["payload"]["data"].clone()
}

/// A user as events have it: in the shape of an older version of the API.
fn as_told(mut user: Value) -> Value {
    user.as_object_mut().unwrap().remove("requires_password_reset").expect("a field that came later");
    user
}

#[tokio::test]
async fn a_user_is_created_changed_and_deleted() {
    let api = Api::start();
    let user = id(&api.post("/users", json!({"email_address": ["a@x.de"], "external_id": "ext_1"})).await);
    let path = format!("/users/{user}");
    let changed = api.patch(&path, json!({"first_name": "Ann"})).await;
    assert_eq!(last(&api, "user.updated"), as_told(changed));
    let merged = api.patch(&format!("{path}/metadata"), json!({"private_metadata": {"updated_at": 1}})).await;
    assert_eq!(last(&api, "user.updated"), as_told(merged));
    api.delete(&path).await;
    assert_eq!(
        last(&api, "user.deleted"),
        json!({"object": "user", "id": user, "deleted": true, "external_id": "ext_1"})
    );
    assert_eq!(types_after(&api, 0), ["user.created", "user.updated", "user.updated", "user.deleted"]);
}

#[tokio::test]
async fn a_change_that_nobody_can_see_is_no_event() {
    let api = Api::start();
    let user = id(&api.post("/users", json!({"email_address": ["a@x.de"], "first_name": "Ann"})).await);
    api.emulator.clock().advance(1_000);
    api.patch(&format!("/users/{user}"), json!({"first_name": "Ann"})).await;
    assert_eq!(types_after(&api, 1), Vec::<Value>::new());
    api.post("/sessions", json!({"user_id": user})).await;
    assert_eq!(types_after(&api, 1), ["session.created"], "the time of a sign-in is told by the session");
}

#[tokio::test]
async fn a_failed_request_is_no_event() {
    let api = Api::start();
    api.user("a@x.de").await;
    let body = json!({"email_address": ["a@x.de"], "first_name": "Ann"});
    assert_eq!(api.fails("POST", "/users", Some(body)).await.0, 422);
    assert_eq!(api.fails("DELETE", "/users/user_x", None).await.0, 404);
    assert_eq!(types_after(&api, 1), Vec::<Value>::new());
}

#[tokio::test]
async fn sessions_tell_how_they_began_and_ended() {
    let api = Api::start();
    let user = api.user("a@x.de").await;
    let session = api.post("/sessions", json!({"user_id": user})).await;
    let data = last(&api, "session.created");
    assert_eq!(data["user"], as_told(api.get(&format!("/users/{user}")).await));
    assert_eq!(
        (&data["id"], &data["status"], &data["expire_at"]),
        (&session["id"], &json!("active"), &session["expire_at"])
    );
    api.post(&format!("/sessions/{}/revoke", id(&session)), json!({})).await;
    assert_eq!(last(&api, "session.revoked")["status"], "revoked");
    let answer = api.control("browser_sign_in", json!({"user_id": user}));
    api.control("browser_sign_out", json!({"browser": answer["browser"]}));
    let told = types_after(&api, 1);
    assert_eq!(told[..3], [json!("session.created"), json!("session.revoked"), json!("session.created")]);
    assert_eq!(told.len(), 4, "{told:?}");
    assert_eq!(last(&api, told[3].as_str().unwrap())["id"], answer["session_id"]);
}

#[tokio::test]
async fn an_organization_brings_its_creator() {
    let api = Api::start();
    let user = api.user("a@x.de").await;
    let organization = api.organization("Acme", Some(&user)).await;
    assert_eq!(types_after(&api, 1), ["organization.created", "organizationMembership.created"]);
    let data = last(&api, "organization.created");
    assert_eq!(
        (&data["id"], &data["members_count"], &data["created_by"]),
        (&json!(organization), &json!(1), &json!(user))
    );
    let member = last(&api, "organizationMembership.created");
    assert_eq!(
        (&member["role"], &member["organization"]["id"], &member["public_user_data"]["user_id"]),
        (&json!("org:admin"), &json!(organization), &json!(user))
    );
    api.patch(&format!("/organizations/{organization}"), json!({"name": "Acme Inc"})).await;
    assert_eq!(last(&api, "organization.updated")["name"], "Acme Inc");
    let path = format!("/organizations/{organization}/memberships/{user}");
    api.patch(&path, json!({"role": "org:member"})).await;
    assert_eq!(last(&api, "organizationMembership.updated")["role"], "org:member");
    api.delete(&path).await;
    assert_eq!(last(&api, "organizationMembership.deleted")["organization"]["name"], "Acme Inc");
    assert_eq!(
        types_after(&api, 3),
        ["organization.updated", "organizationMembership.updated", "organizationMembership.deleted"]
    );
}

#[tokio::test]
async fn what_is_deleted_takes_its_memberships_along() {
    let api = Api::start();
    let (ann, bob) = (api.user("a@x.de").await, api.user("b@x.de").await);
    let organization = api.organization("Acme", Some(&ann)).await;
    api.post(&format!("/organizations/{organization}/memberships"), json!({"user_id": bob, "role": "org:member"}))
        .await;
    api.post("/sessions", json!({"user_id": bob})).await;
    let before = types_after(&api, 0).len();
    api.delete(&format!("/users/{bob}")).await;
    assert_eq!(types_after(&api, before), ["organizationMembership.deleted", "user.deleted"]);
    assert_eq!(last(&api, "organizationMembership.deleted")["public_user_data"]["user_id"], bob);
    api.delete(&format!("/organizations/{organization}")).await;
    assert_eq!(types_after(&api, before + 2), ["organizationMembership.deleted", "organization.deleted"]);
    assert_eq!(last(&api, "organizationMembership.deleted")["organization"]["id"], organization);
    assert_eq!(
        last(&api, "organization.deleted"),
        json!({"object": "organization", "id": organization, "slug": "acme", "deleted": true})
    );
}

#[tokio::test]
async fn invitations_are_made_accepted_and_revoked() {
    let api = Api::start();
    let (ann, bob) = (api.user("a@x.de").await, api.user("b@x.de").await);
    let organization = api.organization("Acme", Some(&ann)).await;
    let path = format!("/organizations/{organization}/invitations");
    let invite = |email: &str| json!({"email_address": email, "role": "org:member", "inviter_user_id": ann});
    let before = types_after(&api, 0).len();
    let invitation = api.post(&path, invite("b@x.de")).await;
    let data = last(&api, "organizationInvitation.created");
    assert_eq!((&data["id"], &data["url"]), (&invitation["id"], &invitation["url"]));
    assert_eq!(data["data"]["public_organization_data"]["name"], "Acme");
    assert_eq!(data["public_organization_data"], Value::Null);
    api.control("accept_organization_invitation", json!({"invitation_id": invitation["id"]}));
    assert_eq!(last(&api, "organizationInvitation.accepted")["user_id"], bob);
    let other = api.post(&path, invite("c@x.de")).await;
    api.post(&format!("{path}/{}/revoke", id(&other)), json!({"requesting_user_id": ann})).await;
    assert_eq!(last(&api, "organizationInvitation.revoked")["status"], "revoked");
    assert_eq!(
        types_after(&api, before),
        [
            "organizationInvitation.created",
            "email.created",
            "organizationInvitation.accepted",
            "organizationMembership.created",
            "organizationInvitation.created",
            "email.created",
            "organizationInvitation.revoked",
        ]
    );
}

#[tokio::test]
async fn messages_are_told_with_what_they_say() {
    let api = Api::start();
    api.post("/invitations", json!({"email_address": "new@x.de"})).await;
    let data = last(&api, "email.created");
    assert_eq!(
        (&data["slug"], &data["to_email_address"], &data["user_id"], &data["email_address_id"]),
        (&json!("invitation"), &json!("new@x.de"), &Value::Null, &Value::Null)
    );
    let url = &api.control("messages", json!({}))[0]["url"];
    assert_eq!(&data["data"]["action_url"], url);
    assert!(data["body_plain"].as_str().unwrap().contains(url.as_str().unwrap()));
}

#[tokio::test]
async fn a_text_message_is_told_with_its_code() {
    let api = Api::start();
    let user = id(&api.post("/users", json!({"phone_number": ["+4915112345678"]})).await);
    let phone = api.get(&format!("/users/{user}")).await["phone_numbers"][0]["id"].clone();
    api.post(&format!("/phone_numbers/{}/prepare_verification", phone.as_str().unwrap()), json!({})).await;
    let data = last(&api, "sms.created");
    assert_eq!(
        (&data["to_phone_number"], &data["user_id"], &data["phone_number_id"]),
        (&json!("+4915112345678"), &json!(user), &phone)
    );
    let code = &api.control("messages", json!({}))[0]["code"];
    assert_eq!(&data["data"]["otp_code"], code);
    assert!(data["message"].as_str().unwrap().contains(code.as_str().unwrap()));
}

#[tokio::test]
async fn a_change_outside_any_request_is_told_too() {
    let api = Api::start();
    let user = api.user("a@x.de").await;
    api.control("add_external_account", json!({"user_id": user, "provider": "oauth_google"}));
    let events = api.control("webhook_events", json!({"type": "user.updated"}));
    let payload = &events[0]["payload"];
    assert_eq!(payload["event_attributes"]["http_request"], json!({"client_ip": "", "user_agent": ""}));
    assert_eq!((&payload["timestamp"], &events[0]["created_at"]), (&json!(NOON), &json!(NOON)));
}
