//! The instance, what can be set about it, its domains and redirect URLs.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod common;

use clerk_usher_emulator::Emulator;
use common::{Api, NOON, column, id};
use serde_json::{Value, json};

/// An emulator of a production instance.
fn production() -> Api {
    let mut api = Api::start();
    api.emulator = Emulator::builder().seed(7).clock_ms(NOON).production(true).start().expect("a start");
    api
}

/// Sends what is answered without a body.
async fn silent(api: &Api, method: &str, path: &str, body: Value) -> u16 {
    let response = api.request(method, path).json(&body).send().await.expect("an answer");
    let status = response.status().as_u16();
    assert_eq!(response.text().await.expect("a text"), "");
    status
}

#[tokio::test]
async fn the_instance_tells_what_was_set() {
    let api = Api::start();
    let before = api.get("/instance").await;
    assert_eq!(
        before,
        json!({
            "object": "instance", "id": api.emulator.instance_id(), "environment_type": "development",
            "allowed_origins": null, "workspace_id": null,
        })
    );
    let body = json!({"allowed_origins": ["capacitor://localhost", "http://localhost:3000"], "test_mode": true});
    assert_eq!(silent(&api, "PATCH", "/instance", body).await, 204);
    let origins = json!(["capacitor://localhost", "http://localhost:3000"]);
    assert_eq!(api.get("/instance").await["allowed_origins"], origins);
    assert_eq!(silent(&api, "PATCH", "/instance", json!({"hibp": null})).await, 204);
    assert_eq!(api.get("/instance").await["allowed_origins"], origins, "what is left out stays");
    for (body, told) in [
        (json!({"allowed_origins": ["localhost"]}), "form_invalid_origin:allowed_origins"),
        (json!({"support_email": "nobody"}), "form_param_format_invalid:support_email"),
        (
            json!({"preferred_sign_in_strategy_when_password_required": "luck"}),
            "form_param_value_invalid:preferred_sign_in_strategy_when_password_required",
        ),
        (json!({"test_mode": "yes"}), "form_param_type_invalid:test_mode"),
    ] {
        api.fails_with("PATCH", "/instance", Some(body), 422, told).await;
    }
    api.control("reset", json!({}));
    assert_eq!(api.get("/instance").await, before);
    assert_eq!(production().get("/instance").await["environment_type"], "production");
}

#[tokio::test]
async fn restrictions_are_set_one_by_one() {
    let api = Api::start();
    let first = api.patch("/instance/restrictions", json!({"allowlist": true})).await;
    assert_eq!((&first["object"], &first["allowlist"]), (&json!("instance_restrictions"), &json!(true)));
    let second = api.patch("/instance/restrictions", json!({"block_email_subaddresses": true})).await;
    assert_eq!((&second["allowlist"], &second["block_email_subaddresses"]), (&json!(true), &json!(true)));
    let beta = api.patch("/beta_features/instance_settings", json!({"from_email_address": "hello"})).await;
    assert_eq!((&beta["restricted_to_allowlist"], &beta["from_email_address"]), (&json!(true), &json!("hello")));
    api.patch("/beta_features/instance_settings", json!({"restricted_to_allowlist": false})).await;
    assert_eq!(api.patch("/instance/restrictions", json!({})).await["allowlist"], false);
    let bad = Some(json!({"from_email_address": "hello@x.de"}));
    let told = "form_param_format_invalid:from_email_address";
    api.fails_with("PATCH", "/beta_features/instance_settings", bad, 422, told).await;
}

#[tokio::test]
async fn protection_communication_and_oauth_settings() {
    let api = Api::start();
    assert_eq!(api.patch("/instance/protect", json!({"rules_enabled": true})).await["rules_enabled"], true);
    assert_eq!(api.get("/instance/protect").await["rules_enabled"], true);
    api.patch("/instance/communication", json!({"blocked_country_codes": ["DE", "QQ", "FR"]})).await;
    let told = api.patch("/instance/communication", json!({})).await;
    assert_eq!(told["blocked_country_codes"], json!(["DE", "FR"]), "unknown countries are left out");
    assert_eq!(api.get("/instance/communication").await, told);
    for (codes, code) in [
        (json!(["de"]), "form_param_format_invalid:blocked_country_codes"),
        (json!(["DE", "DE"]), "duplicate_list_items_not_allowed:blocked_country_codes"),
    ] {
        let body = Some(json!({ "blocked_country_codes": codes }));
        api.fails_with("PATCH", "/instance/communication", body, 422, code).await;
    }
    let path = "/instance/oauth_application_settings";
    let set = api.patch(path, json!({"oauth_jwt_access_tokens": true, "default_scopes": ["email"]})).await;
    assert_eq!((&set["oauth_jwt_access_tokens"], &set["default_scopes"]), (&json!(true), &json!(["email"])));
    assert_eq!(api.get(path).await, set);
    let cleared = api.patch(path, json!({"default_scopes": null})).await;
    assert_eq!((&cleared["oauth_jwt_access_tokens"], &cleared["default_scopes"]), (&json!(true), &Value::Null));
}

#[tokio::test]
async fn organization_settings_take_effect() {
    let api = Api::start();
    let path = "/instance/organization_settings";
    let user = api.user("a@x.de").await;
    let defaults = api.get(path).await;
    assert_eq!((&defaults["max_allowed_memberships"], &defaults["creator_role"]), (&json!(5), &json!("org:admin")));
    let needed = ["org:sys_profile:delete", "org:sys_memberships:read", "org:sys_memberships:manage"];
    api.control("add_role", json!({"key": "org:boss", "name": "Boss", "permissions": needed}));
    let body = json!({"max_allowed_memberships": 9, "creator_role_id": "org:boss", "admin_delete_enabled": false});
    let set = api.patch(path, body).await;
    assert_eq!(api.get(path).await, set);
    let made = api.post("/organizations", json!({"name": "Acme", "created_by": user})).await;
    assert_eq!((&made["max_allowed_memberships"], &made["admin_delete_enabled"]), (&json!(9), &json!(false)));
    let members = api.get(&format!("/organizations/{}/memberships", id(&made))).await;
    assert_eq!(column(&members, "role"), ["org:boss"]);
    for (body, status, told) in [
        (json!({"creator_role_id": "org:x"}), 404, "resource_not_found:creator_role_id"),
        (json!({"creator_role_id": "org:member"}), 422, "organization_missing_creator_role_permissions"),
        (json!({"domains_enrollment_modes": ["magic"]}), 422, "form_param_value_invalid:domains_enrollment_modes"),
        (json!({"max_allowed_memberships": -1}), 422, "form_param_value_invalid:max_allowed_memberships"),
    ] {
        api.fails_with("PATCH", path, Some(body), status, told).await;
    }
    api.patch(path, json!({"enabled": false})).await;
    let code = "organization_not_enabled_in_instance";
    api.fails_with("POST", "/organizations", Some(json!({"name": "B"})), 403, code).await;
    api.fails_with("GET", "/organization_memberships", None, 403, code).await;
    api.patch(path, json!({"enabled": true})).await;
    assert_eq!(api.get("/organizations").await["total_count"], 1);
}

#[tokio::test]
async fn domains_are_one_primary_and_satellites() {
    let api = Api::start();
    let primary = api.get("/domains").await["data"][0].clone();
    assert_eq!((&primary["is_satellite"], &primary["frontend_api_url"]), (&json!(false), &json!(api.emulator.url())));
    let made = api.post("/domains", json!({"name": "Other.example.com:3000", "is_satellite": true})).await;
    assert_eq!((&made["name"], &made["accounts_portal_url"]), (&json!("other.example.com:3000"), &Value::Null));
    assert_eq!(api.get("/domains").await["total_count"], 2);
    let path = format!("/domains/{}", id(&made));
    assert_eq!(api.patch(&path, json!({"name": "third.example.com"})).await["name"], "third.example.com");
    for (body, status, told) in [
        (json!({"is_satellite": true}), 422, "form_param_missing:name"),
        (json!({"name": "x.de"}), 422, "form_param_missing:is_satellite"),
        (json!({"name": "x.de", "is_satellite": false}), 422, "primary_domain_already_exists:is_satellite"),
        (json!({"name": "https://x.de", "is_satellite": true}), 422, "form_param_format_invalid:name"),
        (json!({"name": "third.example.com", "is_satellite": true}), 422, "form_identifier_exists:name"),
        (
            json!({"name": "x.de", "is_satellite": true, "proxy_url": "https://x.de/p"}),
            400,
            "request_invalid_for_environment",
        ),
    ] {
        api.fails_with("POST", "/domains", Some(body), status, told).await;
    }
    api.fails_with(
        "DELETE",
        &format!("/domains/{}", id(&primary)),
        None,
        403,
        "operation_not_allowed_on_primary_domain",
    )
    .await;
    assert_eq!(api.delete(&path).await["deleted"], true);
    api.fails_with("DELETE", &path, None, 404, "resource_not_found").await;
    api.fails_with("PATCH", &path, Some(json!({})), 404, "resource_not_found").await;
    assert_eq!(column(&api.get("/domains").await, "id"), [primary["id"].clone()]);
}

#[tokio::test]
async fn production_domains_have_proxies_and_can_move() {
    let api = production();
    let primary = api.get("/domains").await["data"][0].clone();
    let proxy = "https://x.de/__clerk";
    let check = api.post("/proxy_checks", json!({"domain_id": id(&primary), "proxy_url": proxy})).await;
    assert_eq!((&check["successful"], &check["last_run_at"]), (&json!(true), &json!(NOON)));
    let again = api.post("/proxy_checks", json!({"domain_id": id(&primary), "proxy_url": proxy})).await;
    assert_eq!(id(&again), id(&check), "one check a domain and proxy");
    for (body, told) in [
        (json!({"proxy_url": proxy}), "form_param_missing:domain_id"),
        (json!({"domain_id": "dmn_x", "proxy_url": proxy}), "form_resource_not_found:domain_id"),
        (
            json!({"domain_id": id(&primary), "proxy_url": "https://x.invalid/p"}),
            "invalid_proxy_configuration:proxy_url",
        ),
        (json!({"domain_id": id(&primary), "proxy_url": "x.de"}), "form_param_format_invalid:proxy_url"),
    ] {
        api.fails_with("POST", "/proxy_checks", Some(body), 422, told).await;
    }
    let path = format!("/domains/{}", id(&primary));
    let set = api.patch(&path, json!({ "proxy_url": proxy })).await;
    assert_eq!(
        (&set["proxy_url"], &set["frontend_api_url"], &set["cname_targets"]),
        (&json!(proxy), &json!(proxy), &json!([]))
    );
    let user = api.user("a@x.de").await;
    let session = id(&api.post("/sessions", json!({ "user_id": user })).await);
    let body = json!({"home_url": "https://www.example.com"});
    assert_eq!(silent(&api, "POST", "/instance/change_domain", body).await, 202);
    assert_eq!(api.get("/domains").await["data"][0]["name"], "www.example.com");
    assert_eq!(api.get(&format!("/sessions/{session}")).await["status"], "ended");
    assert_eq!(silent(&api, "PUT", "/beta_features/domain", json!({"home_url": "https://y.de"})).await, 202);
    assert_eq!(api.get("/domains").await["data"][0]["name"], "y.de");
    for (body, told) in
        [(json!({}), "form_param_missing:home_url"), (json!({"home_url": "y"}), "form_param_format_invalid:home_url")]
    {
        api.fails_with("POST", "/instance/change_domain", Some(body), 422, told).await;
    }
    let body = Some(json!({"home_url": "https://y.de"}));
    Api::start().fails_with("POST", "/instance/change_domain", body, 400, "domain_update_forbidden").await;
}

#[tokio::test]
async fn redirect_urls_come_and_go() {
    let api = Api::start();
    let first = api.post("/redirect_urls", json!({"url": "my-app://callback"})).await;
    let second = api.post("/redirect_urls", json!({"url": "https://x.de/callback"})).await;
    assert!(id(&first).starts_with("ru_"));
    assert_eq!(column(&api.get("/redirect_urls").await, "id"), [second["id"].clone(), first["id"].clone()]);
    let page = api.get("/redirect_urls?paginated=true&limit=1&offset=1").await;
    assert_eq!((&page["total_count"], column(&page, "id")), (&json!(2), vec![first["id"].clone()]));
    let path = format!("/redirect_urls/{}", id(&first));
    assert_eq!(api.get(&path).await, first);
    for (body, told) in [
        (json!({}), "form_param_missing:url"),
        (json!({"url": "callback"}), "form_param_format_invalid:url"),
        (json!({"url": "my-app://callback"}), "form_identifier_exists:url"),
    ] {
        api.fails_with("POST", "/redirect_urls", Some(body), 422, told).await;
    }
    assert_eq!(api.delete(&path).await["deleted"], true);
    api.fails_with("GET", &path, None, 404, "resource_not_found").await;
    api.fails_with("DELETE", &path, None, 404, "resource_not_found").await;
}
