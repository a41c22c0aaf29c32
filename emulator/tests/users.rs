//! Users: creating with all the rules, reading, changing, deleting, metadata, bans and locks.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod common;

use common::{Api, NOON, column, id};
use serde_json::{Value, json};

#[tokio::test]
async fn a_new_user_has_every_field() {
    let api = Api::start();
    let user = api
        .post(
            "/users",
            json!({
                "email_address": ["Ann@Example.com", "second@example.com"],
                "phone_number": ["+15550100000"],
                "web3_wallet": ["0xABCDEF0123456789abcdef0123456789ABCDEF01"],
                "username": "AnnLee", "first_name": "Ann", "last_name": "Lee", "external_id": "crm-1", "locale": "en-US",
                "password": "correct horse", "public_metadata": {"plan": "free"}, "private_metadata": {"a": 1},
                "unsafe_metadata": {"b": 2}, "email_address_identification_status": ["verified", "reserved"],
                "created_at": "2012-10-20T07:15:20.902Z", "legal_accepted_at": "2012-10-20T07:15:21Z",
                "totp_secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "backup_codes": ["one", "two"],
                "create_organizations_limit": 3, "delete_self_enabled": false, "bypass_client_trust": true,
            }),
        )
        .await;
    assert!(id(&user).starts_with("user_"));
    assert_eq!(id(&user).len(), 32);
    assert_eq!(user["object"], "user");
    assert_eq!(
        (&user["username"], &user["external_id"], &user["locale"]),
        (&json!("annlee"), &json!("crm-1"), &json!("en-US"))
    );
    assert_eq!(column(&user["email_addresses"], "email_address"), ["ann@example.com", "second@example.com"]);
    assert_eq!(user["primary_email_address_id"], user["email_addresses"][0]["id"]);
    assert_eq!(user["primary_phone_number_id"], user["phone_numbers"][0]["id"]);
    assert_eq!(user["primary_web3_wallet_id"], user["web3_wallets"][0]["id"]);
    assert!(user["email_addresses"][0]["id"].as_str().unwrap().starts_with("idn_"));
    assert_eq!(user["email_addresses"][0]["verification"]["strategy"], "admin");
    assert_eq!(
        (&user["email_addresses"][1]["reserved"], &user["email_addresses"][1]["verification"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!(
        (&user["password_enabled"], &user["totp_enabled"], &user["backup_code_enabled"], &user["two_factor_enabled"]),
        (&json!(true), &json!(true), &json!(true), &json!(true))
    );
    assert_eq!((&user["mfa_enabled_at"], &user["mfa_disabled_at"]), (&json!(NOON), &Value::Null));
    assert_eq!(
        (&user["created_at"], &user["updated_at"], &user["legal_accepted_at"]),
        (&json!(1_350_717_320_902_i64), &json!(NOON), &json!(1_350_717_321_000_i64))
    );
    assert_eq!((&user["banned"], &user["locked"], &user["has_image"]), (&json!(false), &json!(false), &json!(false)));
    assert_eq!(
        (&user["verification_attempts_remaining"], &user["lockout_expires_in_seconds"]),
        (&json!(100), &Value::Null)
    );
    assert_eq!((&user["create_organizations_limit"], &user["delete_self_enabled"]), (&json!(3), &json!(false)));
    assert_eq!((&user["public_metadata"], &user["unsafe_metadata"]), (&json!({"plan": "free"}), &json!({"b": 2})));
    assert_eq!(api.get(&format!("/users/{}", id(&user))).await, user);
}

#[tokio::test]
async fn identifiers_are_unique_until_freed() {
    let api = Api::start();
    let body = json!({
        "email_address": ["ann@example.com"], "phone_number": ["+15550100000"], "username": "annlee",
        "external_id": "crm-1", "web3_wallet": ["0xabcdef0123456789abcdef0123456789abcdef01"],
    });
    let user = id(&api.post("/users", body.clone()).await);
    let (status, mut codes) = api.fails("POST", "/users", Some(body.clone())).await;
    codes.sort();
    assert_eq!(status, 422);
    assert_eq!(
        codes,
        ["email_address", "external_id", "phone_number", "username", "web3_wallet"]
            .map(|name| format!("form_identifier_exists:{name}"))
    );
    api.fails_with(
        "POST",
        "/users",
        Some(json!({"email_address": "ANN@example.com"})),
        422,
        "form_identifier_exists:email_address",
    )
    .await;
    api.fails_with(
        "POST",
        "/users",
        Some(json!({"email_address": ["a@b.de", "a@b.de"]})),
        422,
        "form_identifier_exists:email_address",
    )
    .await;
    let other = api.user("bob@example.com").await;
    api.fails_with(
        "PATCH",
        &format!("/users/{other}"),
        Some(json!({"username": "AnnLee"})),
        422,
        "form_identifier_exists:username",
    )
    .await;
    api.patch(&format!("/users/{user}"), json!({"username": "annlee", "external_id": "crm-1"})).await;
    let deleted = api.delete(&format!("/users/{user}")).await;
    assert_eq!(deleted, json!({"object": "user", "id": user, "deleted": true, "external_id": "crm-1"}));
    api.fails_with("GET", &format!("/users/{user}"), None, 404, "resource_not_found").await;
    api.fails_with("DELETE", &format!("/users/{user}"), None, 404, "resource_not_found").await;
    api.post("/users", body).await;
}

#[tokio::test]
async fn what_cannot_be_created() {
    let api = Api::start();
    for (body, code) in [
        (json!({"first_name": "Ann"}), "form_data_missing"),
        (json!({"email_address": ["nonsense"]}), "form_param_format_invalid:email_address"),
        (json!({"phone_number": ["5550100"]}), "form_param_format_invalid:phone_number"),
        (json!({"web3_wallet": ["0x1"]}), "form_param_format_invalid:web3_wallet"),
        (json!({"username": "a"}), "form_username_invalid_length:username"),
        (json!({"username": 7}), "form_param_type_invalid:username"),
        (json!({"username": "annlee", "shoe_size": 38}), "form_param_unknown:shoe_size"),
        (json!({"username": "annlee", "password": "short"}), "form_password_length_too_short:password"),
        (json!({"username": "annlee", "password": "password123"}), "form_password_pwned:password"),
        (json!({"username": "annlee", "password_digest": "x"}), "form_conditional_param_missing:password_hasher"),
        (
            json!({"username": "annlee", "password_digest": "x", "password_hasher": "rot13"}),
            "form_param_value_invalid:password_hasher",
        ),
        (
            json!({"username": "annlee", "password_digest": "x", "password_hasher": "bcrypt"}),
            "form_password_digest_invalid_code:password_digest",
        ),
        (
            json!({"username": "annlee", "password": "correct horse", "password_digest": "x", "password_hasher": "md5"}),
            "form_conditional_param_disallowed:password_digest",
        ),
        (json!({"username": "annlee", "created_at": "yesterday"}), "form_param_invalid_time:created_at"),
        (json!({"username": "annlee", "public_metadata": []}), "form_param_type_invalid:public_metadata"),
        (
            json!({"username": "annlee", "public_metadata": {"x": "y".repeat(9000)}}),
            "form_param_exceeds_allowed_size:public_metadata",
        ),
        (json!({"username": "annlee", "totp_secret": "1"}), "invalid_totp_secret_code:totp_secret"),
        (
            json!({"email_address": ["a@b.de"], "email_address_identification_status": ["verified", "reserved"]}),
            "form_param_format_invalid:email_address_identification_status",
        ),
        (
            json!({"email_address": ["a@b.de"], "email_address_identification_status": ["maybe"]}),
            "form_param_value_invalid:email_address_identification_status",
        ),
    ] {
        assert_eq!(api.fails("POST", "/users", Some(body.clone())).await, (422, vec![code.to_owned()]), "{body}");
    }
    assert_eq!(api.get("/users/count").await["total_count"], 0);
    api.post("/users", json!({"skip_user_requirement": true})).await;
    let odd = api.post("/users", json!({"username": "short", "password": "pw", "skip_password_checks": true, "banned": true, "locked": true})).await;
    assert_eq!(
        (&odd["banned"], &odd["locked"], &odd["lockout_expires_in_seconds"]),
        (&json!(true), &json!(true), &json!(3600))
    );
}

#[tokio::test]
async fn updates_and_nulls() {
    let api = Api::start();
    let user = api
        .post("/users", json!({"email_address": ["a@x.de", "b@x.de"], "username": "annlee", "first_name": "Ann"}))
        .await;
    let path = format!("/users/{}", id(&user));
    let second = user["email_addresses"][1]["id"].clone();
    let updated = api
        .patch(&path, json!({"first_name": null, "last_name": "Lee", "username": "", "primary_email_address_id": second, "notify_primary_email_address_changed": true}))
        .await;
    assert_eq!(
        (&updated["first_name"], &updated["last_name"], &updated["username"]),
        (&Value::Null, &json!("Lee"), &Value::Null)
    );
    assert_eq!(updated["primary_email_address_id"], second);
    assert_eq!(api.emulator.messages()[0].to, "a@x.de");
    api.fails_with("PATCH", &path, Some(json!({"public_metadata": {}})), 422, "form_param_unknown:public_metadata")
        .await;
    api.fails_with(
        "PATCH",
        &path,
        Some(json!({"primary_email_address_id": "idn_x"})),
        422,
        "form_resource_not_found:primary_email_address_id",
    )
    .await;
    api.fails_with("PATCH", &path, Some(json!({"profile_image_id": "img_x"})), 404, "image_not_found").await;
    api.fails_with("PATCH", "/users/user_x", Some(json!({})), 404, "resource_not_found").await;
    let older = api
        .request("PATCH", &path)
        .header("Clerk-API-Version", "2025-11-10")
        .json(&json!({"public_metadata": {"a": 1}}));
    let older = older.build().map(|mut request| {
        request.headers_mut().insert("Clerk-API-Version", "2025-11-10".parse().unwrap());
        request
    });
    let older: Value = api.client.execute(older.unwrap()).await.unwrap().json().await.unwrap();
    assert_eq!(older["public_metadata"], json!({"a": 1}), "earlier versions of the API took metadata here");
}

#[tokio::test]
async fn a_new_password_can_sign_out() {
    let api = Api::start();
    let user = api.user("a@x.de").await;
    let session = id(&api.post("/sessions", json!({"user_id": user})).await);
    let path = format!("/users/{user}");
    api.patch(&path, json!({"password": "correct horse"})).await;
    assert_eq!(api.get(&format!("/sessions/{session}")).await["status"], "active");
    api.patch(&path, json!({"password": "correct house", "sign_out_of_other_sessions": true})).await;
    assert_eq!(api.get(&format!("/sessions/{session}")).await["status"], "revoked");
}

#[tokio::test]
async fn metadata_is_merged_or_replaced() {
    let api = Api::start();
    let path = format!("/users/{}/metadata", api.user("a@x.de").await);
    let merge = |body: Value| api.patch(&path, body);
    merge(json!({"public_metadata": {"a": {"b": 1, "c": 2}, "d": 3}, "private_metadata": {"p": 1}})).await;
    let user =
        merge(json!({"public_metadata": {"a": {"b": null, "e": [1]}, "d": null}, "unsafe_metadata": {"u": false}}))
            .await;
    assert_eq!(user["public_metadata"], json!({"a": {"c": 2, "e": [1]}}));
    assert_eq!((&user["private_metadata"], &user["unsafe_metadata"]), (&json!({"p": 1}), &json!({"u": false})));
    let user = api.put(&path, json!({"public_metadata": {"only": "this"}})).await;
    assert_eq!((&user["public_metadata"], &user["private_metadata"]), (&json!({"only": "this"}), &json!({"p": 1})));
    api.fails_with("PATCH", &path, Some(json!({"metadata": {}})), 422, "form_param_unknown:metadata").await;
    api.fails_with("PUT", "/users/user_x/metadata", Some(json!({})), 404, "resource_not_found").await;
}

#[tokio::test]
async fn bans_end_sessions_and_keep_new_ones_out() {
    let api = Api::start();
    let (ann, bob) = (api.user("a@x.de").await, api.user("b@x.de").await);
    let session = id(&api.post("/sessions", json!({"user_id": ann})).await);
    assert_eq!(api.ok("POST", &format!("/users/{ann}/ban"), None).await["banned"], true);
    assert_eq!(api.get(&format!("/sessions/{session}")).await["status"], "revoked");
    api.fails_with("POST", &format!("/sessions/{session}/tokens"), None, 401, "authentication_invalid").await;
    api.fails_with("POST", "/sessions", Some(json!({"user_id": ann})), 403, "user_banned").await;
    assert_eq!(column(&api.get("/users?banned=true").await, "id"), [json!(ann)]);
    assert_eq!(api.ok("POST", &format!("/users/{ann}/unban"), None).await["banned"], false);
    api.post("/sessions", json!({"user_id": ann})).await;
    let both = json!({"user_ids": [ann, bob]});
    assert_eq!(column(&api.post("/users/ban", both.clone()).await, "banned"), [json!(true), json!(true)]);
    assert_eq!(column(&api.post("/users/unban", both).await, "banned"), [json!(false), json!(false)]);
    api.fails_with("POST", "/users/ban", Some(json!({"user_ids": [ann, "user_x"]})), 404, "resource_not_found").await;
    assert_eq!(api.get(&format!("/users/{ann}")).await["banned"], false, "all or nobody");
    api.fails_with("POST", "/users/ban", Some(json!({})), 422, "form_param_missing:user_ids").await;
    api.fails_with(
        "POST",
        "/users/ban",
        Some(json!({"user_ids": vec!["x"; 51]})),
        422,
        "form_param_array_size_exceeded:user_ids",
    )
    .await;
}

#[tokio::test]
async fn locks_end_by_themselves() {
    let api = Api::start();
    let user = api.user("a@x.de").await;
    let locked = api.ok("POST", &format!("/users/{user}/lock"), None).await;
    assert_eq!(
        (&locked["locked"], &locked["lockout_expires_in_seconds"], &locked["verification_attempts_remaining"]),
        (&json!(true), &json!(3600), &json!(0))
    );
    api.fails_with("POST", "/sessions", Some(json!({"user_id": user})), 403, "user_locked").await;
    api.emulator.clock().advance(3_599_000);
    assert_eq!(api.get(&format!("/users/{user}")).await["lockout_expires_in_seconds"], 1);
    api.emulator.clock().advance(1_000);
    assert_eq!(api.get(&format!("/users/{user}")).await["locked"], false);
    api.ok("POST", &format!("/users/{user}/lock"), None).await;
    assert_eq!(api.ok("POST", &format!("/users/{user}/unlock"), None).await["locked"], false);
}

#[tokio::test]
async fn deleting_a_user_takes_everything_along() {
    let api = Api::start();
    let user = api.user("a@x.de").await;
    let organization = api.organization("Acme", Some(&user)).await;
    let session = id(&api.post("/sessions", json!({"user_id": user})).await);
    api.delete(&format!("/users/{user}")).await;
    api.fails_with("GET", &format!("/sessions/{session}"), None, 404, "resource_not_found").await;
    assert_eq!(api.get(&format!("/organizations/{organization}/memberships")).await["total_count"], 0);
}

#[tokio::test]
async fn pictures_come_and_go() {
    let api = Api::start();
    let path = format!("/users/{}/profile_image", api.user("a@x.de").await);
    let png = b"\x89PNG\r\n\x1a\nrest".to_vec();
    let send = |bytes: Vec<u8>| {
        let part = reqwest::multipart::Part::bytes(bytes).file_name("me.png").mime_str("image/png").unwrap();
        api.request("POST", &path).multipart(reqwest::multipart::Form::new().part("file", part)).send()
    };
    let user: Value = send(png.clone()).await.unwrap().json().await.unwrap();
    assert_eq!(user["has_image"], true);
    let served = api.client.get(user["image_url"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(served.headers()["content-type"], "image/png");
    assert_eq!(served.bytes().await.unwrap().as_ref(), png);
    assert_eq!(send(b"plain text".to_vec()).await.unwrap().status(), 400);
    assert_eq!(send(Vec::new()).await.unwrap().status(), 400);
    assert_eq!(api.request("POST", &path).json(&json!({})).send().await.unwrap().status(), 415);
    assert_eq!(api.delete(&path).await["has_image"], false);
    api.fails_with("DELETE", &path, None, 404, "image_not_found").await;
}
