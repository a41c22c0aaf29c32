//! Email addresses, phone numbers, second factors, passwords, and what else a user is known by.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod common;

use common::{Api, NOON, column, id};
use serde_json::{Value, json};

#[tokio::test]
async fn email_addresses() {
    let api = Api::start();
    let user = id(&api.post("/users", json!({"username": "annlee"})).await);
    let first =
        api.post("/email_addresses", json!({"user_id": user, "email_address": "A@x.de", "verified": true})).await;
    assert_eq!(
        (&first["object"], &first["email_address"], &first["verification"]["status"]),
        (&json!("email_address"), &json!("a@x.de"), &json!("verified"))
    );
    assert_eq!(
        api.get(&format!("/users/{user}")).await["primary_email_address_id"],
        first["id"],
        "the first becomes the primary one"
    );
    let second = api.post("/email_addresses", json!({"user_id": user, "email_address": "b@x.de"})).await;
    assert_eq!(second["verification"], Value::Null);
    let path = format!("/email_addresses/{}", id(&second));
    assert_eq!(api.get(&path).await, second);
    api.fails_with("PATCH", &path, Some(json!({"primary": true})), 422, "form_param_format_invalid:primary").await;
    api.patch(&path, json!({"verified": true, "primary": true, "notify_primary_email_address_changed": true})).await;
    assert_eq!(api.get(&format!("/users/{user}")).await["primary_email_address_id"], second["id"]);
    assert_eq!(api.emulator.messages()[0].kind, "primary_email_address_changed");
    assert_eq!(api.delete(&path).await, json!({"object": "email_address", "id": id(&second), "deleted": true}));
    assert_eq!(api.get(&format!("/users/{user}")).await["primary_email_address_id"], first["id"]);
    for (method, body) in [("GET", None), ("PATCH", Some(json!({}))), ("DELETE", None)] {
        api.fails_with(method, &path, body, 404, "resource_not_found").await;
    }
    let other = api.user("c@x.de").await;
    for (body, code) in [
        (json!({"email_address": "z@x.de"}), "form_param_missing:user_id"),
        (json!({"user_id": other, "email_address": "a@x.de"}), "form_identifier_exists:email_address"),
        (json!({"user_id": other, "email_address": "c@x.de"}), "form_identifier_exists:email_address"),
        (json!({"user_id": other, "email_address": "nonsense"}), "form_param_format_invalid:email_address"),
        (json!({"user_id": other, "email_address": "z@x.de", "primary": "yes"}), "form_param_type_invalid:primary"),
    ] {
        api.fails_with("POST", "/email_addresses", Some(body), 422, code).await;
    }
    api.fails_with(
        "POST",
        "/email_addresses",
        Some(json!({"user_id": "user_x", "email_address": "z@x.de"})),
        404,
        "resource_not_found",
    )
    .await;
}

#[tokio::test]
async fn codes_verify_email_addresses() {
    let api = Api::start();
    let user = id(&api.post("/users", json!({"username": "annlee"})).await);
    let email = id(&api.post("/email_addresses", json!({"user_id": user, "email_address": "a@x.de"})).await);
    let (prepare, attempt) = (
        format!("/email_addresses/{email}/prepare_verification"),
        format!("/email_addresses/{email}/attempt_verification"),
    );
    let sent = api.ok("POST", &prepare, None).await;
    assert_eq!(
        (&sent["status"], &sent["strategy"], &sent["attempts"], &sent["expire_at"]),
        (&json!("unverified"), &json!("email_code"), &json!(0), &json!(NOON + 600_000))
    );
    let code = api.emulator.messages()[0].code.clone().unwrap();
    let with = |code: &str| json!({"verification_id": sent["id"], "code": code});
    let wrong = api.post(&attempt, with("nonsense")).await;
    assert_eq!((&wrong["status"], &wrong["attempts"]), (&json!("unverified"), &json!(1)));
    assert_eq!(api.post(&attempt, with(&code)).await["status"], "verified");
    assert_eq!(api.get(&format!("/email_addresses/{email}")).await["verification"]["strategy"], "email_code");
    api.fails_with("POST", &attempt, Some(with(&code)), 400, "verification_already_verified:verification_id").await;
    api.fails_with("POST", &attempt, Some(json!({"verification_id": "ver_x", "code": "1"})), 404, "resource_not_found")
        .await;
    let late = api.ok("POST", &prepare, None).await;
    api.emulator.clock().advance(600_000);
    assert_eq!(api.post(&attempt, json!({"verification_id": late["id"], "code": "1"})).await["status"], "expired");
    let tired = api.ok("POST", &prepare, None).await;
    for _ in 0..3 {
        api.post(&attempt, json!({"verification_id": tired["id"], "code": "1"})).await;
    }
    let code = api.emulator.messages().last().unwrap().code.clone().unwrap();
    assert_eq!(api.post(&attempt, json!({"verification_id": tired["id"], "code": code})).await["status"], "failed");
}

#[tokio::test]
async fn replacing_all_addresses_and_numbers() {
    let api = Api::start();
    let user =
        id(&api.post("/users", json!({"email_address": ["a@x.de", "b@x.de"], "phone_number": ["+15550100000"]})).await);
    let email = api.put(&format!("/users/{user}/email_address"), json!({"email_address": "c@x.de"})).await;
    assert_eq!(email["verification"]["strategy"], "admin");
    let phone = api
        .put(
            &format!("/users/{user}/phone_number"),
            json!({"phone_number": "+15550100001", "identification_status": "reserved"}),
        )
        .await;
    assert_eq!((&phone["reserved"], &phone["verification"]), (&json!(true), &Value::Null));
    let now = api.get(&format!("/users/{user}")).await;
    assert_eq!(
        (column(&now["email_addresses"], "email_address"), column(&now["phone_numbers"], "phone_number")),
        (vec![json!("c@x.de")], vec![json!("+15550100001")])
    );
    assert_eq!((&now["primary_email_address_id"], &now["primary_phone_number_id"]), (&email["id"], &phone["id"]));
    api.user("a@x.de").await;
    api.fails_with(
        "PUT",
        &format!("/users/{user}/email_address"),
        Some(json!({"email_address": "a@x.de"})),
        422,
        "form_identifier_exists:email_address",
    )
    .await;
    let unverified = api
        .put(
            &format!("/users/{user}/email_address"),
            json!({"email_address": "a@x.de", "identification_status": "unverified"}),
        )
        .await;
    assert_eq!((&unverified["reserved"], &unverified["verification"]), (&json!(false), &Value::Null));
    api.fails_with(
        "PUT",
        &format!("/users/{user}/phone_number"),
        Some(json!({"phone_number": "+1"})),
        422,
        "form_param_format_invalid:phone_number",
    )
    .await;
}

#[tokio::test]
async fn phone_numbers_and_their_second_factor() {
    let api = Api::start();
    let user = id(&api.post("/users", json!({"username": "annlee"})).await);
    let create = |body: Value| api.post("/phone_numbers", body);
    let first = create(
        json!({"user_id": user, "phone_number": "+15550100000", "verified": true, "reserved_for_second_factor": true}),
    )
    .await;
    assert_eq!((&first["reserved_for_second_factor"], &first["default_second_factor"]), (&json!(true), &json!(true)));
    let now = api.get(&format!("/users/{user}")).await;
    assert_eq!((&now["two_factor_enabled"], &now["mfa_enabled_at"]), (&json!(true), &json!(NOON)));
    let second = create(json!({"user_id": user, "phone_number": "+15550100001"})).await;
    let path = format!("/phone_numbers/{}", id(&second));
    assert_eq!(api.get(&path).await, second);
    api.fails_with(
        "PATCH",
        &path,
        Some(json!({"reserved_for_second_factor": true})),
        400,
        "identification_update_second_factor_unverified",
    )
    .await;
    let changed =
        api.patch(&path, json!({"verified": true, "reserved_for_second_factor": true, "primary": true})).await;
    assert_eq!(
        (&changed["reserved_for_second_factor"], &changed["default_second_factor"]),
        (&json!(true), &json!(false))
    );
    api.delete(&format!("/phone_numbers/{}", id(&first))).await;
    assert_eq!(api.get(&path).await["default_second_factor"], true, "the next one takes over");
    let (prepare, attempt) = (format!("{path}/prepare_verification"), format!("{path}/attempt_verification"));
    let sent = api.ok("POST", &prepare, None).await;
    assert_eq!((&sent["strategy"], &sent["channel"]), (&json!("phone_code"), &json!("sms")));
    let code = api.emulator.messages().last().unwrap().code.clone().unwrap();
    assert_eq!(api.post(&attempt, json!({"verification_id": sent["id"], "code": code})).await["status"], "verified");
    assert_eq!(api.get(&path).await["verification"]["strategy"], "admin", "verified before: left as it was");
    assert_eq!(api.delete(&path).await["deleted"], true);
    assert_eq!(api.get(&format!("/users/{user}")).await["mfa_disabled_at"], NOON);
    api.fails_with(
        "POST",
        "/phone_numbers",
        Some(json!({"user_id": user, "phone_number": "+15550100002", "reserved_for_second_factor": true})),
        400,
        "identification_create_second_factor_unverified",
    )
    .await;
    api.fails_with("GET", "/phone_numbers/idn_x", None, 404, "resource_not_found").await;
}

#[tokio::test]
async fn test_addresses_have_a_known_code() {
    let api = Api::start();
    let user = id(&api
        .post("/users", json!({"email_address": ["a+clerk_test@x.de"], "phone_number": ["+12015550100"]}))
        .await);
    let user = api.get(&format!("/users/{user}")).await;
    for (kind, field) in [("email_addresses", "email_addresses"), ("phone_numbers", "phone_numbers")] {
        let contact = user[field][0]["id"].as_str().unwrap();
        let sent = api.ok("POST", &format!("/{kind}/{contact}/prepare_verification"), None).await;
        let done = api
            .post(
                &format!("/{kind}/{contact}/attempt_verification"),
                json!({"verification_id": sent["id"], "code": "424242"}),
            )
            .await;
        assert_eq!(done["status"], "verified", "{kind}");
    }
}

#[tokio::test]
async fn passwords() {
    let api = Api::start();
    let user = id(&api.post("/users", json!({"username": "annlee", "password": "correct horse"})).await);
    let path = format!("/users/{user}");
    let verify = format!("{path}/verify_password");
    assert_eq!(api.post(&verify, json!({"password": "correct horse"})).await, json!({"verified": true}));
    api.fails_with("POST", &verify, Some(json!({"password": "wrong"})), 422, "incorrect_password").await;
    api.fails_with("POST", &verify, Some(json!({})), 422, "form_param_missing:password").await;
    let session = id(&api.post("/sessions", json!({"user_id": user})).await);
    let marked = api.post(&format!("{path}/password/set_compromised"), json!({"revoke_all_sessions": true})).await;
    assert_eq!(marked["requires_password_reset"], true);
    assert_eq!(api.get(&format!("/sessions/{session}")).await["status"], "revoked");
    assert_eq!(
        api.ok("POST", &format!("{path}/password/unset_compromised"), None).await["requires_password_reset"],
        false
    );
    let session = id(&api.post("/sessions", json!({"user_id": user})).await);
    assert_eq!(
        api.post(&format!("{path}/remove_password"), json!({"sign_out_of_other_sessions": true})).await["password_enabled"],
        false
    );
    assert_eq!(api.get(&format!("/sessions/{session}")).await["status"], "revoked");
    assert_eq!(api.ok("POST", &format!("{path}/remove_password"), None).await["password_enabled"], false);
    api.fails_with("POST", &verify, Some(json!({"password": "x"})), 400, "no_password_set").await;
    api.fails_with("POST", &format!("{path}/password/set_compromised"), None, 400, "no_password_set").await;
    let digest = bcrypt::hash("hunter22", 4).unwrap();
    api.patch(&path, json!({"password_digest": digest, "password_hasher": "bcrypt"})).await;
    assert_eq!(api.post(&verify, json!({"password": "hunter22"})).await, json!({"verified": true}));
    api.fails_with("POST", &verify, Some(json!({"password": "hunter23"})), 422, "incorrect_password").await;
}

#[tokio::test]
async fn authenticator_apps_and_backup_codes() {
    let api = Api::start();
    let user = id(&api.post("/users", json!({"username": "annlee"})).await);
    let path = format!("/users/{user}");
    let verify = format!("{path}/verify_totp");
    api.fails_with("POST", &verify, Some(json!({"code": "000000"})), 400, "totp_disabled").await;
    let totp = api.ok("POST", &format!("{path}/totp"), None).await;
    assert_eq!((&totp["object"], &totp["verified"]), (&json!("totp"), &json!(false)));
    assert!(totp["uri"].as_str().unwrap().contains(totp["secret"].as_str().unwrap()));
    assert_eq!(api.get(&path).await["totp_enabled"], false);
    let code = api.control("totp_code", json!({"user_id": user}))["code"].clone();
    assert_eq!(api.post(&verify, json!({"code": code})).await, json!({"verified": true, "code_type": "totp"}));
    assert_eq!(api.get(&path).await["totp_enabled"], true);
    api.emulator.clock().advance(120_000);
    api.fails_with("POST", &verify, Some(json!({"code": code})), 422, "totp_incorrect_code").await;
    api.fails_with("POST", &verify, Some(json!({"code": "1"})), 422, "totp_invalid_length").await;
    api.patch(&path, json!({"backup_codes": ["alpha", "beta"]})).await;
    assert_eq!(
        api.post(&verify, json!({"code": "alpha"})).await,
        json!({"verified": true, "code_type": "backup_code"})
    );
    api.fails_with("POST", &verify, Some(json!({"code": "alpha"})), 422, "totp_incorrect_code").await;
    assert_eq!(api.delete(&format!("{path}/totp")).await, json!({"user_id": user}));
    api.fails_with("DELETE", &format!("{path}/totp"), None, 404, "resource_not_found").await;
    assert_eq!(api.delete(&format!("{path}/backup_code")).await, json!({"user_id": user}));
    api.fails_with("DELETE", &format!("{path}/backup_code"), None, 404, "resource_not_found").await;
    api.patch(&path, json!({"totp_secret": "GEZDGNBVGY3TQOJQ"})).await;
    assert_eq!(api.delete(&format!("{path}/mfa")).await, json!({"user_id": user}));
    let now = api.get(&path).await;
    assert_eq!((&now["two_factor_enabled"], &now["mfa_disabled_at"]), (&json!(false), &json!(NOON + 120_000)));
    api.fails_with("DELETE", "/users/user_x/mfa", None, 404, "resource_not_found").await;
}

#[tokio::test]
async fn accounts_passkeys_wallets_and_devices() {
    let api = Api::start();
    let user = api
        .post("/users", json!({"username": "annlee", "web3_wallet": ["0xabcdef0123456789abcdef0123456789abcdef01"]}))
        .await;
    let path = format!("/users/{}", id(&user));
    let account = api.control("add_external_account", json!({"user_id": id(&user), "provider": "oauth_google", "provider_user_id": "g-1", "token": "ya29", "scopes": ["email"], "expires_at": 5, "email_address": "a@gmail.com"}));
    assert_eq!(column(&api.get("/users?provider=oauth_google&provider_user_id=g-1").await, "id"), [user["id"].clone()]);
    let tokens = api.get(&format!("{path}/oauth_access_tokens/oauth_google")).await;
    assert_eq!(
        (&tokens[0]["token"], &tokens[0]["scopes"], &tokens[0]["external_account_id"]),
        (&json!("ya29"), &json!(["email"]), &account["id"])
    );
    assert_eq!(api.get(&format!("{path}/oauth_access_tokens/oauth_google?paginated=true")).await["total_count"], 1);
    assert_eq!(api.get(&format!("{path}/oauth_access_tokens/oauth_github")).await, json!([]));
    let passkey = api.control("add_passkey", json!({"user_id": id(&user)}));
    let device = api.control("add_trusted_device", json!({"user_id": id(&user), "name": "Ann's"}));
    let now = api.get(&path).await;
    assert_eq!((&now["external_accounts"][0]["id"], &now["passkeys"][0]["id"]), (&account["id"], &passkey["id"]));
    let devices = api.get(&format!("{path}/trusted_devices")).await;
    assert_eq!(
        (&devices["total_count"], &devices["data"][0]["name"], &devices["data"][0]["status"]),
        (&json!(1), &json!("Ann's"), &json!("active"))
    );
    assert_eq!(api.delete(&format!("{path}/trusted_devices/{}", id(&device))).await["status"], "revoked");
    assert_eq!(api.get(&format!("{path}/trusted_devices")).await["total_count"], 0);
    let wallet = id(&user["web3_wallets"][0]);
    for (kind, id) in [("external_accounts", id(&account)), ("passkeys", id(&passkey)), ("web3_wallets", wallet)] {
        let deleted = api.delete(&format!("{path}/{kind}/{id}")).await;
        assert_eq!((&deleted["id"], &deleted["deleted"]), (&json!(id), &json!(true)));
        api.fails_with("DELETE", &format!("{path}/{kind}/{id}"), None, 404, "resource_not_found").await;
    }
    api.fails_with("DELETE", &format!("{path}/trusted_devices/{}", id(&device)), None, 404, "resource_not_found").await;
    assert_eq!(api.get(&path).await["primary_web3_wallet_id"], Value::Null);
}
