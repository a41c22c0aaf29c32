//! Who is let in: the allow list, the block list and the waitlist.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod common;

use common::{Api, NOON, column, id};
use serde_json::{Value, json};

/// The kinds of the messages so far, each with where it went.
fn sent(api: &Api) -> Vec<String> {
    let messages = api.emulator.messages();
    messages.iter().map(|message| format!("{} {}", message.kind, message.to)).collect()
}

#[tokio::test]
async fn allowed_identifiers_come_and_go() {
    let api = Api::start();
    let email = api.post("/allowlist_identifiers", json!({"identifier": "Ann@X.de", "notify": true})).await;
    assert_eq!(
        (&email["object"], &email["identifier"], &email["identifier_type"]),
        (&json!("allowlist_identifier"), &json!("ann@x.de"), &json!("email_address"))
    );
    let invitation = &api.get("/invitations").await[0];
    assert_eq!((&invitation["id"], &invitation["email_address"]), (&email["invitation_id"], &json!("ann@x.de")));
    let phone = api.post("/allowlist_identifiers", json!({"identifier": "+1 555 010 0000", "notify": true})).await;
    assert_eq!((&phone["identifier"], &phone["identifier_type"]), (&json!("+15550100000"), &json!("phone_number")));
    assert_eq!(sent(&api), ["invitation ann@x.de", "invitation +15550100000"]);
    let wallet = format!("0x{}", "aB".repeat(20));
    assert_eq!(
        api.post("/allowlist_identifiers", json!({ "identifier": wallet })).await["identifier_type"],
        "web3_wallet"
    );
    let domain = api.post("/allowlist_identifiers", json!({"identifier": "*@x.de"})).await;
    assert_eq!(domain["identifier"], "*@x.de");
    let page = api.get("/allowlist_identifiers?paginated=true&limit=2").await;
    assert_eq!(page["total_count"], 4);
    assert_eq!(api.get("/allowlist_identifiers").await[0], domain);
    for (body, status, told) in [
        (json!({}), 422, "form_param_missing:identifier"),
        (json!({"identifier": "ann"}), 422, "form_param_format_invalid:identifier"),
        (json!({"identifier": "*@y.de", "notify": true}), 422, "form_param_format_invalid:notify"),
        (json!({"identifier": "ANN@x.de"}), 400, "duplicate_record"),
        (json!({"identifier": "b@x.de", "who": 1}), 422, "form_param_unknown:who"),
    ] {
        api.fails_with("POST", "/allowlist_identifiers", Some(body), status, told).await;
    }
    let path = format!("/allowlist_identifiers/{}", id(&email));
    assert_eq!(api.delete(&path).await, json!({"object": "allowlist_identifier", "id": email["id"], "deleted": true}));
    api.fails_with("DELETE", &path, None, 404, "resource_not_found").await;
    assert_eq!(api.get("/allowlist_identifiers").await.as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn blocked_identifiers_come_and_go() {
    let api = Api::start();
    let entry = api.post("/blocklist_identifiers", json!({"identifier": "*@spam.de"})).await;
    assert_eq!(
        (&entry["object"], &entry["instance_id"]),
        (&json!("blocklist_identifier"), &json!(api.emulator.instance_id()))
    );
    let list = api.get("/blocklist_identifiers").await;
    assert_eq!((&list["total_count"], &list["data"][0]), (&json!(1), &entry));
    api.fails_with("POST", "/blocklist_identifiers", Some(json!({"identifier": "*@SPAM.de"})), 400, "duplicate_record")
        .await;
    let bad = Some(json!({"identifier": "*@"}));
    api.fails_with("POST", "/blocklist_identifiers", bad, 422, "form_param_format_invalid:identifier").await;
    let path = format!("/blocklist_identifiers/{}", id(&entry));
    assert_eq!(api.delete(&path).await["deleted"], true);
    api.fails_with("DELETE", &path, None, 404, "resource_not_found").await;
    assert_eq!(api.get("/blocklist_identifiers").await, json!({"data": [], "total_count": 0}));
}

#[tokio::test]
async fn who_waits_waits_once() {
    let api = Api::start();
    let entry = api.post("/waitlist_entries", json!({"email_address": "Ann@x.de"})).await;
    assert_eq!(
        entry,
        json!({
            "object": "waitlist_entry", "id": entry["id"], "email_address": "ann@x.de", "status": "pending",
            "is_locked": false, "created_at": NOON, "updated_at": NOON,
        })
    );
    assert_eq!(api.post("/waitlist_entries", json!({"email_address": "ann@x.de"})).await, entry);
    let all = api
        .post("/waitlist_entries/bulk", json!([{"email_address": "ann@x.de"}, {"email_address": "ben@x.de", "notify": false}, {"email_address": "cy@x.de"}]))
        .await;
    assert_eq!(all[0], entry);
    assert_eq!(sent(&api), ["waitlist_confirmation ann@x.de", "waitlist_confirmation cy@x.de"]);
    assert_eq!(api.get("/waitlist_entries").await["total_count"], 3);
    for (body, told) in [
        (json!({}), "form_param_missing:email_address"),
        (json!({"email_address": "ann"}), "form_param_format_invalid:email_address"),
    ] {
        api.fails_with("POST", "/waitlist_entries", Some(body), 422, told).await;
    }
    let twice = Some(json!([{"email_address": "dee@x.de"}, {"email_address": "Dee@x.de"}]));
    api.fails_with("POST", "/waitlist_entries/bulk", twice, 422, "form_param_duplicate:email_address").await;
    let many: Vec<Value> = (0..51).map(|n| json!({"email_address": format!("{n}@x.de")})).collect();
    api.fails_with("POST", "/waitlist_entries/bulk", Some(json!(many)), 400, "bulk_size_exceeded").await;
    assert_eq!(api.get("/waitlist_entries").await["total_count"], 3);
}

#[tokio::test]
async fn the_waitlist_is_filtered_and_sorted() {
    let api = Api::start();
    let mut ids = Vec::new();
    for name in ["b", "a", "c"] {
        ids.push(id(&api.post("/waitlist_entries", json!({"email_address": format!("{name}@x.de")})).await));
        api.emulator.clock().advance(1000);
    }
    for at in [2, 0] {
        api.post(&format!("/waitlist_entries/{}/invite", ids[at]), json!({})).await;
        api.emulator.clock().advance(1000);
    }
    for (query, expected) in [
        ("", vec!["c@x.de", "a@x.de", "b@x.de"]),
        ("?order_by=%2Bcreated_at", vec!["b@x.de", "a@x.de", "c@x.de"]),
        ("?order_by=email_address", vec!["a@x.de", "b@x.de", "c@x.de"]),
        ("?order_by=-invited_at", vec!["b@x.de", "c@x.de", "a@x.de"]),
        ("?status=pending", vec!["a@x.de"]),
        ("?status=invited&limit=1&offset=1", vec!["b@x.de"]),
        ("?query=C@x", vec!["c@x.de"]),
    ] {
        assert_eq!(column(&api.get(&format!("/waitlist_entries{query}")).await, "email_address"), expected, "{query}");
    }
    assert_eq!(column(&api.get(&format!("/waitlist_entries?query={}", ids[1])).await, "id"), [json!(ids[1])]);
    api.fails_with("GET", "/waitlist_entries?status=lost", None, 422, "form_param_value_invalid:status").await;
    api.fails_with("GET", "/waitlist_entries?order_by=luck", None, 422, "form_param_value_invalid:order_by").await;
}

#[tokio::test]
async fn an_invited_entry_is_complete_once_its_invitation_is_accepted() {
    let api = Api::start();
    let entry = id(&api.post("/waitlist_entries", json!({"email_address": "a@x.de", "notify": false})).await);
    let invited = api.ok("POST", &format!("/waitlist_entries/{entry}/invite"), None).await;
    assert_eq!((&invited["status"], &invited["invitation"]["status"]), (&json!("invited"), &json!("pending")));
    assert_eq!(sent(&api), ["waitlist_invitation a@x.de"]);
    assert_eq!(column(&api.get("/invitations").await, "id"), [invited["invitation"]["id"].clone()]);
    let told = "waitlist_entry_status_invalid";
    for (method, action) in [("POST", "/invite"), ("POST", "/reject"), ("DELETE", "")] {
        api.fails_with(method, &format!("/waitlist_entries/{entry}{action}"), None, 400, told).await;
    }
    let user = api.control("accept_invitation", json!({"invitation_id": invited["invitation"]["id"]}));
    assert_eq!(column(&api.get("/users?email_address=a@x.de").await, "id"), [user["user_id"].clone()]);
    let done = api.get("/waitlist_entries?status=completed").await["data"][0].clone();
    assert_eq!((&done["id"], &done["invitation"]["status"]), (&json!(entry), &json!("accepted")));
}

#[tokio::test]
async fn rejected_entries_can_be_invited_after_all() {
    let api = Api::start();
    let entry = id(&api.post("/waitlist_entries", json!({"email_address": "a@x.de"})).await);
    assert_eq!(api.ok("POST", &format!("/waitlist_entries/{entry}/reject"), None).await["status"], "rejected");
    assert_eq!(api.post(&format!("/waitlist_entries/{entry}/invite"), json!({})).await["status"], "invited");
    let other = id(&api.post("/waitlist_entries", json!({"email_address": "b@x.de"})).await);
    assert_eq!(api.delete(&format!("/waitlist_entries/{other}")).await["deleted"], true);
    for (method, action) in [("POST", "/invite"), ("POST", "/reject"), ("DELETE", "")] {
        api.fails_with(method, &format!("/waitlist_entries/{other}{action}"), None, 404, "resource_not_found").await;
    }
}

#[tokio::test]
async fn those_who_are_there_are_invited_only_on_purpose() {
    let api = Api::start();
    api.user("a@x.de").await;
    let entry = id(&api.post("/waitlist_entries", json!({"email_address": "a@x.de"})).await);
    let path = format!("/waitlist_entries/{entry}/invite");
    api.fails_with("POST", &path, Some(json!({})), 422, "form_identifier_exists:email_address").await;
    api.post("/invitations", json!({"email_address": "a@x.de", "ignore_existing": true})).await;
    assert_eq!(api.get("/waitlist_entries").await["data"][0]["status"], "pending");
    assert_eq!(api.post(&path, json!({"ignore_existing": true})).await["status"], "invited");
    let events = api.control("webhook_events", json!({}));
    let told: Vec<Value> =
        column(&events, "type").into_iter().filter(|kind| kind.as_str().unwrap().starts_with("waitlist")).collect();
    assert_eq!(told, ["waitlistEntry.created", "waitlistEntry.updated"]);
}
