//! Organizations, memberships, invitations of both kinds, and billing.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod common;

use common::{Api, NOON, column, id};
use serde_json::{Value, json};

const DAY: i64 = 24 * 60 * 60 * 1000;

#[tokio::test]
async fn organizations_from_birth_to_end() {
    let api = Api::start();
    let ann = api.user("a@x.de").await;
    let acme = api
        .post("/organizations", json!({"name": "Acme & Söhne, Inc.", "created_by": ann, "public_metadata": {"a": 1}}))
        .await;
    let path = format!("/organizations/{}", id(&acme));
    assert!(id(&acme).starts_with("org_"));
    assert_eq!(
        (&acme["slug"], &acme["created_by"], &acme["members_count"]),
        (&json!("acme-s-hne-inc"), &json!(ann), &json!(1))
    );
    assert_eq!(
        (&acme["max_allowed_memberships"], &acme["admin_delete_enabled"], &acme["has_image"]),
        (&json!(5), &json!(true), &json!(false))
    );
    let again = api.post("/organizations", json!({"name": "Acme & Söhne, Inc."})).await;
    assert!(again["slug"].as_str().unwrap().starts_with("acme-s-hne-inc-"));
    api.fails_with(
        "POST",
        "/organizations",
        Some(json!({"name": "X", "slug": "acme-s-hne-inc"})),
        422,
        "form_identifier_exists:slug",
    )
    .await;
    let found = api.get("/organizations/acme-s-hne-inc?include_members_count=true&include_missing_member_with_elevated_permissions=true").await;
    assert_eq!(
        (&found["id"], &found["members_count"], &found["missing_member_with_elevated_permissions"]),
        (&acme["id"], &json!(1), &json!(false))
    );
    assert!(api.get(&path).await.get("members_count").is_none());
    let changed = api
        .patch(
            &path,
            json!({"name": "Acme", "slug": "acme", "max_allowed_memberships": 0, "admin_delete_enabled": false}),
        )
        .await;
    assert_eq!(
        (&changed["name"], &changed["slug"], &changed["max_allowed_memberships"], &changed["admin_delete_enabled"]),
        (&json!("Acme"), &json!("acme"), &json!(0), &json!(false))
    );
    api.fails_with("PATCH", &path, Some(json!({"public_metadata": {}})), 422, "form_param_unknown:public_metadata")
        .await;
    let merged = api.patch(&format!("{path}/metadata"), json!({"public_metadata": {"a": null, "b": {"c": 1}}})).await;
    assert_eq!(merged["public_metadata"], json!({"b": {"c": 1}}));
    assert_eq!(
        api.put(&format!("{path}/metadata"), json!({"public_metadata": {"z": 1}})).await["public_metadata"],
        json!({"z": 1})
    );
    let session = id(&api.post("/sessions", json!({"user_id": ann})).await);
    assert_eq!(api.get(&format!("/sessions/{session}")).await["last_active_organization_id"], acme["id"]);
    assert_eq!(api.delete(&path).await, json!({"object": "organization", "id": id(&acme), "deleted": true}));
    assert_eq!(api.get(&format!("/sessions/{session}")).await["last_active_organization_id"], Value::Null);
    assert_eq!(api.get(&format!("/users/{ann}/organization_memberships")).await["total_count"], 0);
    for (method, body) in [("GET", None), ("PATCH", Some(json!({}))), ("DELETE", None)] {
        api.fails_with(method, &path, body, 404, "resource_not_found").await;
    }
    for (body, status, code) in [
        (json!({}), 422, "form_param_missing:name"),
        (json!({"name": "<b>"}), 422, "form_param_value_invalid:name"),
        (json!({"name": "X", "slug": "No Slug"}), 422, "form_param_format_invalid:slug"),
        (json!({"name": "X", "max_allowed_memberships": -1}), 422, "form_param_value_invalid:max_allowed_memberships"),
        (json!({"name": "X", "created_by": "user_x"}), 400, "organization_creator_not_found"),
    ] {
        api.fails_with("POST", "/organizations", Some(body), status, code).await;
    }
}

#[tokio::test]
async fn listing_organizations() {
    let api = Api::start();
    let ann = api.user("a@x.de").await;
    let mut ids = Vec::new();
    for name in ["Beta", "Alpha", "Gamma"] {
        ids.push(json!(api.organization(name, (name == "Alpha").then_some(&ann)).await));
    }
    let list = |query: String| {
        let api = &api;
        async move { api.get(&format!("/organizations?{query}")).await }
    };
    let newest = list(String::new()).await;
    assert_eq!(
        (&newest["total_count"], column(&newest, "name")),
        (&json!(3), vec![json!("Gamma"), json!("Alpha"), json!("Beta")])
    );
    assert_eq!(column(&list("order_by=name&limit=2".into()).await, "name"), ["Alpha", "Beta"]);
    assert_eq!(column(&list("order_by=-members_count&limit=1".into()).await, "name"), ["Alpha"]);
    assert_eq!(column(&list(format!("user_id={ann}")).await, "name"), ["Alpha"]);
    assert_eq!(column(&list("query=AMM".into()).await, "name"), ["Gamma"]);
    assert_eq!(list(format!("organization_id=-{}", ids[0].as_str().unwrap())).await["total_count"], 2);
    assert_eq!(column(&list("include_members_count=true&order_by=name".into()).await, "members_count"), [1, 0, 0]);
}

#[tokio::test]
async fn logos() {
    let api = Api::start();
    let path = format!("/organizations/{}/logo", api.organization("Acme", None).await);
    let send = |bytes: &'static [u8], uploader: &'static str| {
        let part = reqwest::multipart::Part::bytes(bytes).file_name("logo.gif");
        let form = reqwest::multipart::Form::new().part("file", part).text("uploader_user_id", uploader);
        api.request("PUT", &path).multipart(form).send()
    };
    assert_eq!(send(b"GIF89a...", "user_x").await.unwrap().status(), 404);
    let ann = Box::leak(api.user("a@x.de").await.into_boxed_str());
    let with_logo: Value = send(b"GIF89a...", ann).await.unwrap().json().await.unwrap();
    assert_eq!((&with_logo["has_image"], &with_logo["logo_url"]), (&json!(true), &with_logo["image_url"]));
    assert_eq!(send(b"<svg/>", ann).await.unwrap().status(), 400);
    assert_eq!(api.delete(&path).await["has_image"], false);
    api.fails_with("DELETE", &path, None, 404, "image_not_found").await;
}

#[tokio::test]
async fn memberships() {
    let api = Api::start();
    let (ann, bob, cid) = (api.user("a@x.de").await, api.user("b@x.de").await, api.user("c@x.de").await);
    let acme = api.organization("Acme", Some(&ann)).await;
    let path = format!("/organizations/{acme}/memberships");
    let membership = api.post(&path, json!({"user_id": bob, "role": "org:member", "public_metadata": {"a": 1}})).await;
    assert!(id(&membership).starts_with("orgmem_"));
    assert_eq!(
        (&membership["role"], &membership["role_name"], &membership["permissions"]),
        (&json!("org:member"), &json!("Member"), &json!(["org:sys_memberships:read", "org:sys_billing:read"]))
    );
    assert_eq!(
        (&membership["organization"]["id"], &membership["organization"]["members_count"]),
        (&json!(acme), &json!(2))
    );
    assert_eq!(
        (&membership["public_user_data"]["user_id"], &membership["public_user_data"]["identifier"]),
        (&json!(bob), &json!("b@x.de"))
    );
    api.fails_with(
        "POST",
        &path,
        Some(json!({"user_id": bob, "role": "org:member"})),
        400,
        "already_a_member_in_organization",
    )
    .await;
    api.fails_with("POST", &path, Some(json!({"user_id": cid, "role": "org:king"})), 404, "resource_not_found:role")
        .await;
    api.fails_with("POST", &path, Some(json!({"user_id": cid})), 422, "form_param_missing:role").await;
    let users = |body: &Value| -> Vec<Value> {
        column(body, "public_user_data").iter().map(|user| user["user_id"].clone()).collect()
    };
    assert_eq!(users(&api.get(&path).await), [json!(bob), json!(ann)]);
    assert_eq!(users(&api.get(&format!("{path}?order_by=email_address")).await), [json!(ann), json!(bob)]);
    assert_eq!(users(&api.get(&format!("{path}?role=org:admin")).await), [json!(ann)]);
    assert_eq!(users(&api.get(&format!("{path}?user_id=-{ann}")).await), [json!(bob)]);
    assert_eq!(users(&api.get(&format!("{path}?query=B@x")).await), [json!(bob)]);
    let of_bob = format!("{path}/{bob}");
    assert_eq!(api.patch(&of_bob, json!({"role": "org:admin"})).await["role_name"], "Admin");
    assert_eq!(
        api.patch(&format!("{of_bob}/metadata"), json!({"public_metadata": {"a": null, "b": 2}})).await["public_metadata"],
        json!({"b": 2})
    );
    api.organization("Other", Some(&bob)).await;
    assert_eq!(api.get("/organization_memberships?order_by=email_address").await["total_count"], 3);
    assert_eq!(api.get(&format!("/users/{bob}/organization_memberships?limit=1")).await["total_count"], 2);
    let session = id(&api.post("/sessions", json!({"user_id": bob, "active_organization_id": acme})).await);
    assert_eq!(api.delete(&of_bob).await["id"], membership["id"]);
    assert_eq!(api.get(&format!("/sessions/{session}")).await["last_active_organization_id"], Value::Null);
    for (method, path, body) in [
        ("PATCH", &of_bob, Some(json!({"role": "org:admin"}))),
        ("DELETE", &of_bob, None),
        ("PATCH", &format!("{of_bob}/metadata"), Some(json!({}))),
    ] {
        api.fails_with(method, path, body, 404, "resource_not_found").await;
    }
    api.patch(&format!("/organizations/{acme}"), json!({"max_allowed_memberships": 1})).await;
    api.fails_with(
        "POST",
        &path,
        Some(json!({"user_id": cid, "role": "org:member"})),
        403,
        "organization_membership_quota_exceeded",
    )
    .await;
}

#[tokio::test]
async fn organization_invitations() {
    let api = Api::start();
    let (ann, bob) = (api.user("a@x.de").await, api.user("b@x.de").await);
    let acme = api.organization("Acme", Some(&ann)).await;
    let path = format!("/organizations/{acme}/invitations");
    let body = |email: &str| json!({"email_address": email, "role": "org:member", "inviter_user_id": ann, "private_metadata": {"p": 1}, "expires_in_days": 2, "redirect_url": "https://x.de/in"});
    let invitation = api.post(&path, body("b@x.de")).await;
    assert!(id(&invitation).starts_with("orginv_"));
    assert_eq!(
        (&invitation["status"], &invitation["expires_at"], &invitation["public_inviter_data"]["user_id"]),
        (&json!("pending"), &json!(NOON + 2 * DAY), &json!(ann))
    );
    assert_eq!(api.emulator.messages()[0].to, "b@x.de");
    assert_eq!(api.get(&format!("{path}/{}", id(&invitation))).await, invitation);
    api.fails_with("POST", &path, Some(body("b@x.de")), 400, "organization_invitation_not_unique").await;
    api.fails_with("POST", &path, Some(body("a@x.de")), 400, "already_a_member_in_organization").await;
    api.fails_with(
        "POST",
        &path,
        Some(json!({"email_address": "c@x.de", "role": "org:member", "inviter_user_id": bob})),
        403,
        "not_a_member_in_organization",
    )
    .await;
    let (status, codes) =
        api.fails("POST", &path, Some(json!({"email_address": "nonsense", "expires_in_days": 366}))).await;
    assert_eq!(
        (status, codes),
        (
            422,
            vec![
                "form_param_format_invalid:email_address".into(),
                "form_param_missing:role".into(),
                "form_param_value_too_large:expires_in_days".into()
            ]
        )
    );
    let bulk = api.ok("POST", &format!("{path}/bulk"), Some(json!([body("d@x.de"), body("e@x.de")]))).await;
    assert_eq!(
        (&bulk["total_count"], column(&bulk, "email_address")),
        (&json!(2), vec![json!("d@x.de"), json!("e@x.de")])
    );
    api.fails_with("POST", &format!("{path}/bulk"), Some(json!(vec![body("z@x.de"); 11])), 400, "bulk_size_exceeded")
        .await;
    api.fails_with(
        "POST",
        &format!("{path}/bulk"),
        Some(json!([body("f@x.de"), body("d@x.de")])),
        400,
        "organization_invitation_not_unique",
    )
    .await;
    assert_eq!(api.get(&path).await["total_count"], 3, "all or none");
    let membership = api.control("accept_organization_invitation", json!({"invitation_id": invitation["id"]}));
    assert!(membership["membership_id"].as_str().unwrap().starts_with("orgmem_"));
    assert_eq!(
        api.get(&format!("/organizations/{acme}/memberships?user_id={bob}")).await["data"][0]["private_metadata"],
        json!({"p": 1})
    );
    let revoke = format!("{path}/{}/revoke", id(&bulk["data"][0]));
    api.fails_with("POST", &revoke, Some(json!({"requesting_user_id": bob})), 403, "missing_organization_permission")
        .await;
    assert_eq!(api.post(&revoke, json!({"requesting_user_id": ann})).await["status"], "revoked");
    api.fails_with("POST", &revoke, None, 400, "organization_invitation_not_pending:invitation_id").await;
    assert_eq!(column(&api.get(&format!("{path}/pending")).await, "email_address"), ["e@x.de"]);
    assert_eq!(api.get(&format!("{path}?status=accepted&status=revoked")).await["total_count"], 2);
    assert_eq!(api.get(&format!("{path}?email_address=E@x.de")).await["total_count"], 1);
    api.emulator.clock().advance(2 * DAY);
    let all = api.get("/organization_invitations?status=expired&order_by=email_address").await;
    assert_eq!(
        (column(&all, "email_address"), &all["data"][0]["public_organization_data"]["slug"]),
        (vec![json!("e@x.de")], &json!("acme"))
    );
    assert_eq!(api.get("/organization_invitations?query=b@").await["total_count"], 1);
    let of_bob = api.get(&format!("/users/{bob}/organization_invitations?status=accepted")).await;
    assert_eq!(column(&of_bob, "id"), [invitation["id"].clone()]);
    api.fails_with("GET", &format!("{path}?status=lost"), None, 422, "form_param_value_invalid:status").await;
    api.fails_with("GET", &format!("{path}/orginv_x"), None, 404, "resource_not_found").await;
}

#[tokio::test]
async fn invitations_to_the_application() {
    let api = Api::start();
    api.user("a@x.de").await;
    let invitation =
        api.post("/invitations", json!({"email_address": "B@x.de", "public_metadata": {"plan": "pro"}})).await;
    assert!(id(&invitation).starts_with("inv_"));
    assert_eq!(
        (&invitation["status"], &invitation["email_address"], &invitation["expires_at"]),
        (&json!("pending"), &json!("b@x.de"), &json!(NOON + 30 * DAY))
    );
    api.fails_with(
        "POST",
        "/invitations",
        Some(json!({"email_address": "a@x.de"})),
        422,
        "form_identifier_exists:email_address",
    )
    .await;
    api.fails_with("POST", "/invitations", Some(json!({"email_address": "b@x.de"})), 400, "duplicate_record").await;
    api.post("/invitations", json!({"email_address": "b@x.de", "ignore_existing": true, "notify": false})).await;
    assert_eq!(api.emulator.messages().len(), 1);
    let bulk = api
        .ok(
            "POST",
            "/invitations/bulk",
            Some(json!([{"email_address": "c@x.de"}, {"email_address": "d@x.de", "expires_in_days": 1}])),
        )
        .await;
    assert_eq!(column(&bulk, "email_address"), ["c@x.de", "d@x.de"]);
    api.fails_with(
        "POST",
        "/invitations/bulk",
        Some(json!([{"email_address": "a@x.de", "ignore_existing": true}])),
        422,
        "form_identifier_exists:email_address",
    )
    .await;
    api.fails_with("POST", "/invitations/bulk", Some(json!({"email_address": "e@x.de"})), 400, "request_body_invalid")
        .await;
    api.fails_with(
        "POST",
        "/invitations",
        Some(json!({"email_address": "e@x.de", "expires_in_days": 0})),
        422,
        "form_param_value_invalid:expires_in_days",
    )
    .await;
}

#[tokio::test]
async fn listing_accepting_and_revoking_invitations() {
    let api = Api::start();
    let mut ids = Vec::new();
    for email in ["b@x.de", "a@x.de", "c@x.de"] {
        ids.push(id(&api
            .post("/invitations", json!({"email_address": email, "public_metadata": {"from": email}}))
            .await));
    }
    assert_eq!(column(&api.get("/invitations").await, "email_address"), ["c@x.de", "a@x.de", "b@x.de"]);
    assert_eq!(
        column(&api.get("/invitations?order_by=email_address&limit=2").await, "email_address"),
        ["a@x.de", "b@x.de"]
    );
    assert_eq!(api.get("/invitations?paginated=true&limit=1").await["total_count"], 3);
    let revoke = format!("/invitations/{}/revoke", ids[0]);
    let revoked = api.ok("POST", &revoke, None).await;
    assert_eq!((&revoked["status"], &revoked["revoked"]), (&json!("revoked"), &json!(true)));
    api.fails_with("POST", &revoke, None, 400, "invitation_already_revoked:invitation_id").await;
    assert_eq!(api.get("/invitations").await.as_array().unwrap().len(), 2, "revoked ones are not shown unasked");
    assert_eq!(column(&api.get("/invitations?status=revoked").await, "id"), [json!(ids[0])]);
    assert_eq!(column(&api.get("/invitations?query=C@").await, "id"), [json!(ids[2])]);
    let user = api.control("accept_invitation", json!({"invitation_id": ids[1]}))["user_id"].clone();
    assert_eq!(
        api.get(&format!("/users/{}", user.as_str().unwrap())).await["public_metadata"],
        json!({"from": "a@x.de"})
    );
    api.fails_with(
        "POST",
        &format!("/invitations/{}/revoke", ids[1]),
        None,
        400,
        "invitation_already_accepted:invitation_id",
    )
    .await;
    api.emulator.clock().advance(30 * DAY);
    assert_eq!(column(&api.get("/invitations?status=expired").await, "id"), [json!(ids[2])]);
    api.fails_with("POST", "/invitations/inv_x/revoke", None, 404, "resource_not_found").await;
}

#[tokio::test]
async fn credits_are_a_ledger() {
    let api = Api::start();
    let ann = api.user("a@x.de").await;
    let acme = api.organization("Acme", None).await;
    for owner in [format!("/users/{ann}"), format!("/organizations/{acme}")] {
        let path = format!("{owner}/billing/credits");
        assert_eq!(api.get(&path).await, json!({"object": "commerce_credit_balance", "balance": null}));
        let up = json!({"amount": 4999, "action": "increase", "idempotency_key": "k1", "note": "welcome"});
        let entry = api.post(&path, up.clone()).await;
        assert_eq!(
            entry["amount"],
            json!({"amount": 4999, "amount_formatted": "$49.99", "currency": "USD", "currency_symbol": "$"})
        );
        assert_eq!((&entry["note"], &entry["source_type"]), (&json!("welcome"), &json!("grant")));
        assert_eq!(api.post(&path, up).await, entry, "the same key gives the same entry");
        api.post(&path, json!({"amount": 999, "action": "decrease", "idempotency_key": "k2"})).await;
        assert_eq!(api.get(&path).await["balance"]["amount"], 4000);
        api.fails_with(
            "POST",
            &path,
            Some(json!({"amount": 1, "action": "increase", "idempotency_key": "k1"})),
            409,
            "idempotency_key_conflict:idempotency_key",
        )
        .await;
        for (body, code) in [
            (json!({"amount": 0, "action": "increase", "idempotency_key": "k"}), "form_param_value_invalid:amount"),
            (
                json!({"amount": 4001, "action": "decrease", "idempotency_key": "k"}),
                "insufficient_credit_balance:amount",
            ),
            (json!({"amount": 1, "action": "burn", "idempotency_key": "k"}), "form_param_value_invalid:action"),
            (json!({"amount": 1, "action": "increase"}), "form_param_missing:idempotency_key"),
            (json!({"action": "increase", "idempotency_key": "k"}), "form_param_missing:amount"),
            (
                json!({"amount": 1, "action": "increase", "idempotency_key": "k", "currency": "EUR"}),
                "form_param_value_invalid:currency",
            ),
        ] {
            api.fails_with("POST", &path, Some(body), 422, code).await;
        }
        let subscription = api.get(&format!("{owner}/billing/subscription")).await;
        assert_eq!(
            (&subscription["object"], &subscription["status"], &subscription["payer_id"]),
            (&json!("commerce_subscription"), &json!("active"), &entry["payer_id"])
        );
        assert_eq!(subscription, api.get(&format!("{owner}/billing/subscription")).await);
    }
    api.fails_with("GET", "/users/user_x/billing/credits", None, 404, "resource_not_found").await;
    api.fails_with("GET", "/organizations/org_x/billing/subscription", None, 404, "resource_not_found").await;
}
