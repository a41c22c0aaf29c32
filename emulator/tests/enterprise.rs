//! Connections to identity providers, directories, the admin portal, and credentials of Amazon Web Services.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod common;

use common::{Api, NOON, column, id};
use serde_json::{Value, json};

const METADATA: &str = r#"<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.com">
  <IDPSSODescriptor><KeyDescriptor><X509Certificate>TUlJQg==</X509Certificate></KeyDescriptor>
  <SingleSignOnService Location="https://idp.example.com/sso"/></IDPSSODescriptor></EntityDescriptor>"#;

/// A connection over SAML; what it is.
async fn connection(api: &Api, domain: &str) -> Value {
    let body = json!({"name": "Acme", "provider": "saml_okta", "domains": [domain]});
    api.expect(201, "POST", "/enterprise_connections", Some(body)).await
}

#[tokio::test]
async fn a_saml_connection_is_an_enterprise_connection() {
    let api = Api::start();
    let acme = api.organization("Acme", None).await;
    let saml = api
        .post(
            "/saml_connections",
            json!({"name": "Okta", "provider": "saml_microsoft", "domain": "Acme.com", "organization_id": acme, "attribute_mapping": {"first_name": "given"}}),
        )
        .await;
    assert!(id(&saml).starts_with("samlc_"));
    assert_eq!(
        (&saml["domains"], &saml["active"], &saml["organization_id"]),
        (&json!(["acme.com"]), &json!(false), &json!(acme))
    );
    assert_eq!(
        saml["attribute_mapping"],
        json!({"user_id": "", "first_name": "given", "email_address": "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", "last_name": "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname"})
    );
    let url = api.emulator.url();
    assert_eq!(saml["acs_url"], format!("{url}/v1/saml/acs/{}", id(&saml)));
    let path = format!("/enterprise_connections/{}", saml["enterprise_connection_id"].as_str().unwrap());
    let whole = api.get(&path).await;
    assert_eq!(
        (&whole["saml_connection"]["id"], &whole["name"], &whole["oauth_config"]),
        (&saml["id"], &json!("Okta"), &Value::Null)
    );
    api.patch(&path, json!({"name": "Renamed", "saml": {"force_authn": true}})).await;
    let saml_path = format!("/saml_connections/{}", id(&saml));
    let changed = api.get(&saml_path).await;
    assert_eq!((&changed["name"], &changed["force_authn"]), (&json!("Renamed"), &json!(true)));
    assert_eq!(
        column(&api.get(&format!("/saml_connections?query=NAMED&organization_id={acme}")).await, "id"),
        [saml["id"].clone()]
    );
    assert_eq!(api.get(&format!("/saml_connections?organization_id=-{acme}")).await["total_count"], 0);
    assert_eq!(api.delete(&saml_path).await, json!({"object": "saml_connection", "id": id(&saml), "deleted": true}));
    for path in [path, saml_path] {
        api.fails_with("GET", &path, None, 404, "resource_not_found").await;
    }
}

#[tokio::test]
async fn a_saml_connection_is_switched_on_when_it_is_complete() {
    let api = Api::start();
    let acme = api.organization("Acme", None).await;
    let body = json!({"name": "Okta", "provider": "saml_okta", "domains": ["acme.com", "acme.de"]});
    let path = format!("/saml_connections/{}", id(&api.post("/saml_connections", body).await));
    let on = json!({"active": true});
    api.fails_with("PATCH", &path, Some(on.clone()), 422, "saml_connection_cant_be_activated").await;
    api.fails_with("PATCH", &path, Some(json!({"idp_metadata": "no"})), 422, "saml_failed_to_parse_idp_metadata").await;
    let bare = Some(json!({"idp_metadata": "<EntityDescriptor/>"}));
    api.fails_with("PATCH", &path, bare, 422, "saml_metadata_missing_fields").await;
    let read = api.patch(&path, json!({"idp_metadata": METADATA, "idp_entity_id": "other"})).await;
    assert_eq!(
        (&read["idp_entity_id"], &read["idp_sso_url"], &read["idp_certificate"]),
        (&json!("https://idp.example.com"), &json!("https://idp.example.com/sso"), &json!("TUlJQg=="))
    );
    let domain = json!({"name": "acme.de", "enrollment_mode": "automatic_invitation"});
    api.post(&format!("/organizations/{acme}/domains"), domain).await;
    api.fails_with("PATCH", &path, Some(on), 409, "conflict").await;
    let consent = json!({"active": true, "consent_verified_domains_deletion": true});
    assert_eq!(api.patch(&path, consent).await["active"], true);
    assert_eq!(api.get("/organization_domains").await["total_count"], 0);
}

#[tokio::test]
async fn saml_connections_that_cannot_be() {
    let api = Api::start();
    connection(&api, "taken.com").await;
    let body = |change: Value| {
        let mut body = json!({"name": "Okta", "provider": "saml_okta", "domains": ["acme.com"]});
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        Some(body)
    };
    for (change, code) in [
        (json!({"name": null}), "form_param_nil:name"),
        (json!({"provider": "oidc_custom"}), "form_param_value_invalid:provider"),
        (json!({"provider": null}), "form_param_missing:provider"),
        (json!({"domains": []}), "form_param_missing:domains"),
        (json!({"domain": "acme.com"}), "form_conditional_param_disallowed:domain"),
        (json!({"domains": ["acme"]}), "form_param_format_invalid:domains"),
        (json!({"domains": ["taken.com"]}), "form_identifier_exists:domains"),
        (json!({"organization_id": "org_x"}), "form_resource_not_found:organization_id"),
        (json!({"idp_sso_url": "idp"}), "form_param_format_invalid:idp_sso_url"),
        (json!({"login_hint": {"mode": "custom_attribute"}}), "form_conditional_param_missing:source"),
        (json!({"login_hint": {}}), "form_param_missing:mode"),
        (json!({"attribute_mapping": {"shoe_size": "x"}}), "form_param_unknown:shoe_size"),
    ] {
        api.fails_with("POST", "/saml_connections", body(change), 422, code).await;
    }
    for (method, body) in [("GET", None), ("PATCH", Some(json!({}))), ("DELETE", None)] {
        api.fails_with(method, "/saml_connections/samlc_x", body.clone(), 404, "resource_not_found").await;
        api.fails_with(method, "/enterprise_connections/entconn_x", body, 404, "resource_not_found").await;
    }
}

#[tokio::test]
async fn a_connection_over_openid_connect() {
    let api = Api::start();
    let acme = api.organization("Acme", None).await;
    let body = json!({
        "name": "Keycloak", "provider": "oidc_custom", "domains": ["acme.com", "ACME.com"],
        "oidc": {"client_id": "id", "client_secret": "hush", "discovery_url": "https://idp.example.com/.well-known/openid-configuration"},
        "custom_attributes": [{"name": "Team", "key": "team", "scim_path": "team", "multi_valued": true}],
    });
    let made = api.expect(201, "POST", "/enterprise_connections", Some(body)).await;
    assert!(!made.to_string().contains("hush"), "a secret is never shown");
    assert_eq!(
        (&made["domains"], &made["saml_connection"], &made["oauth_config"]["provider_key"]),
        (&json!(["acme.com"]), &Value::Null, &json!("oidc_custom"))
    );
    assert_eq!(
        made["custom_attributes"],
        json!([{"name": "Team", "key": "team", "scim_path": "team", "directory_path": "team", "multi_valued": true}])
    );
    let path = format!("/enterprise_connections/{}", id(&made));
    let changed = api
        .patch(&path, json!({"active": true, "domains": [], "organization_id": acme, "oidc": {"requires_pkce": true}, "custom_attributes": null}))
        .await;
    assert_eq!(
        (
            &changed["active"],
            &changed["domains"],
            &changed["oauth_config"]["requires_pkce"],
            &changed["custom_attributes"]
        ),
        (&json!(true), &made["domains"], &json!(true), &made["custom_attributes"])
    );
    assert_eq!(
        column(&api.get(&format!("/enterprise_connections?organization_id={acme}&active=true")).await, "id"),
        [made["id"].clone()]
    );
    assert_eq!(api.get("/enterprise_connections?active=false").await["total_count"], 0);
    assert_eq!(api.delete(&path).await["object"], "enterprise_connection");
}

#[tokio::test]
async fn enterprise_connections_that_cannot_be() {
    let api = Api::start();
    let body = |change: Value| {
        let mut body = json!({"name": "A", "provider": "oidc_gitlab", "domains": ["acme.com"]});
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        Some(body)
    };
    for (change, code) in [
        (json!({"domains": null}), "form_param_missing:domains"),
        (json!({"provider": "odd"}), "form_param_value_invalid:provider"),
        (json!({"active": true}), "enterprise_connection_cant_be_activated"),
        (json!({"provider": "saml_okta", "active": true}), "saml_connection_cant_be_activated"),
        (json!({"oidc": {"client_id": "x", "requires_pkce": false}}), "form_param_format_invalid:requires_pkce"),
        (json!({"custom_attributes": [{"name": "A", "key": "_a"}]}), "form_param_format_invalid:key"),
        (
            json!({"custom_attributes": [{"name": "A", "key": "ab", "scim_path": "x", "directory_path": "y"}]}),
            "form_param_value_invalid:directory_path",
        ),
        (json!({"custom_attributes": ["a"]}), "form_param_type_invalid:custom_attributes"),
    ] {
        api.fails_with("POST", "/enterprise_connections", body(change), 422, code).await;
    }
    assert_eq!(api.get("/enterprise_connections").await["total_count"], 0);
}

#[tokio::test]
async fn test_runs_are_started_by_their_url() {
    let api = Api::start();
    let made = connection(&api, "acme.com").await;
    let path = format!("/enterprise_connections/{}/test_runs", id(&made));
    let open = |url: String| {
        let client = api.client.clone();
        async move { client.get(url).send().await.unwrap().status().as_u16() }
    };
    let start = || async { api.ok("POST", &path, None).await["url"].as_str().unwrap().to_owned() };
    let url = start().await;
    assert_eq!(column(&api.get(&path).await, "status"), ["pending"]);
    assert_eq!((open(url.clone()).await, open(url).await), (200, 404), "once");
    let failed = api.get(&format!("{path}?status=failed")).await;
    assert_eq!((&failed["total_count"], &failed["data"][0]["logs"][0]["level"]), (&json!(1), &json!("error")));
    api.patch(&format!("/enterprise_connections/{}", id(&made)), json!({"saml": {"idp_metadata": METADATA}})).await;
    assert_eq!(open(start().await).await, 200);
    let runs = api.get(&path).await;
    assert_eq!(column(&runs, "status"), ["success", "failed"]);
    assert_eq!(runs["data"][0]["parsed_user_info"]["email_address"], "test@acme.com");
    let late = start().await;
    api.emulator.clock().advance(10 * 60 * 1000);
    assert_eq!(open(late).await, 404);
    api.fails_with("GET", &format!("{path}?status=odd"), None, 422, "form_param_value_invalid:status").await;
    api.fails_with("POST", "/enterprise_connections/entconn_x/test_runs", None, 404, "resource_not_found").await;
}

#[tokio::test]
async fn directories_go_by_two_names() {
    let api = Api::start();
    let made = connection(&api, "acme.com").await;
    for (path, object) in [("/directories", "directory"), ("/scim_directories", "scim_directory")] {
        let directory = api.post(path, json!({"enterprise_connection_id": made["id"], "provider": "okta"})).await;
        assert_eq!(
            (&directory["object"], &directory["name"], &directory["enabled"]),
            (&json!(object), &json!("Acme"), &json!(true))
        );
        assert!(directory["api_key"].is_string());
        let one = format!("{path}/{}", id(&directory));
        assert!(api.get(&one).await.get("api_key").is_none(), "shown once");
        let changed =
            api.patch(&one, json!({"name": "Staff", "attribute_mapping": {"title": "title", "username": null}})).await;
        assert_eq!((&changed["name"], &changed["attribute_mapping"]["title"]), (&json!("Staff"), &json!("title")));
        assert!(
            changed["attribute_mapping"].get("username").is_none()
                && changed["attribute_mapping"].get("last_name").is_some()
        );
    }
    let all = api.get("/scim_directories").await;
    assert_eq!((&all["total_count"], column(&all, "object")), (&json!(2), vec![json!("scim_directory"); 2]));
    let last = id(&api.get("/directories").await["data"][0]);
    assert!(api.ok("POST", &format!("/scim_directories/{last}/rotate_api_key"), None).await["api_key"].is_string());
    let first = id(&api.get("/directories?offset=1").await["data"][0]);
    assert_eq!(
        api.delete(&format!("/scim_directories/{first}")).await,
        json!({"object": "scim_directory", "id": first, "deleted": true})
    );
    api.fails_with("GET", &format!("/directories/{first}"), None, 404, "resource_not_found").await;
    api.delete(&format!("/enterprise_connections/{}", id(&made))).await;
    assert_eq!(column(&api.get("/directories").await, "enterprise_connection_id"), [Value::Null]);
    assert_eq!(api.delete(&format!("/directories/{last}")).await["object"], "directory");
    for (body, code) in [
        (json!({"provider": "okta"}), "form_param_missing:enterprise_connection_id"),
        (
            json!({"enterprise_connection_id": made["id"], "provider": "okta"}),
            "form_resource_not_found:enterprise_connection_id",
        ),
        (json!({"enterprise_connection_id": "x"}), "form_param_missing:provider"),
    ] {
        api.fails_with("POST", "/directories", Some(body), 422, code).await;
    }
    for (method, path) in [
        ("PATCH", "/directories/dir_x"),
        ("POST", "/directories/dir_x/rotate_api_key"),
        ("DELETE", "/directories/dir_x"),
    ] {
        api.fails_with(method, path, Some(json!({})), 404, "resource_not_found").await;
    }
}

#[tokio::test]
async fn the_key_of_a_directory_opens_its_endpoint() {
    let api = Api::start();
    let made = connection(&api, "acme.com").await;
    let directory = api.post("/directories", json!({"enterprise_connection_id": made["id"], "provider": "okta"})).await;
    let path = format!("/directories/{}", id(&directory));
    let endpoint = format!("{}/ServiceProviderConfig", directory["endpoint_url"].as_str().unwrap());
    let open = |key: Value| {
        let request = api.client.get(&endpoint).bearer_auth(key.as_str().unwrap());
        async move { request.send().await.unwrap().status().as_u16() }
    };
    let old = directory["api_key"].clone();
    assert_eq!((open(old.clone()).await, open(json!(api.emulator.secret_key())).await), (200, 401));
    let new = api.ok("POST", &format!("{path}/rotate_api_key"), None).await["api_key"].clone();
    assert_ne!(new, old);
    assert_eq!((open(old.clone()).await, open(new.clone()).await), (200, 200), "the old one holds a little more");
    api.emulator.clock().advance(60 * 60 * 1000);
    assert_eq!((open(old).await, open(new.clone()).await), (401, 200));
    api.patch(&path, json!({"enabled": false})).await;
    assert_eq!(open(new).await, 401);
}

#[tokio::test]
async fn groups_give_roles_in_an_order() {
    let api = Api::start();
    let made = connection(&api, "acme.com").await;
    let roles = column(&api.get("/organization_roles?order_by=key").await, "id");
    let (admin, member) = (roles[0].clone(), roles[1].clone());
    let directory = api.post("/directories", json!({"enterprise_connection_id": made["id"], "provider": "okta"})).await;
    let path = format!("/directories/{}", id(&directory));
    let mappings = format!("{path}/group_role_mappings");
    let staff = json!({"directory_group_id": "staff", "role_id": member});
    api.fails_with("POST", &mappings, Some(staff.clone()), 400, "feature_not_enabled").await;
    api.patch(&path, json!({"group_role_mapping_enabled": true})).await;
    let first = api.post(&mappings, staff.clone()).await;
    assert_eq!(
        (&first["object"], &first["precedence"], &first["scim_group_id"], &first["role"]["key"]),
        (&json!("directory_group_role_mapping"), &json!(1), &json!("staff"), &json!("org:member"))
    );
    api.post(&mappings, json!({"scim_group_id": "boss", "role_id": admin, "precedence": 1})).await;
    let listed = api.get(&mappings).await;
    assert_eq!(
        (column(&listed, "directory_group_id"), column(&listed, "precedence")),
        (vec![json!("boss"), json!("staff")], vec![json!(1), json!(2)])
    );
    let scim = api.get(&format!("/scim{mappings}").replace("/scim/", "/scim_")).await;
    assert_eq!(column(&scim, "object"), ["scim_group_role_mapping", "scim_group_role_mapping"]);
    for (body, status, code) in [
        (staff.clone(), 422, "form_identifier_exists:directory_group_id"),
        (json!({"directory_group_id": "x", "role_id": "role_x"}), 404, "resource_not_found:role_id"),
        (
            json!({"directory_group_id": "x", "scim_group_id": "y", "role_id": admin}),
            422,
            "form_param_value_invalid:directory_group_id",
        ),
        (json!({"role_id": admin}), 422, "form_param_missing:directory_group_id"),
        (
            json!({"directory_group_id": "x", "role_id": admin, "precedence": 0}),
            422,
            "form_param_value_invalid:precedence",
        ),
    ] {
        api.fails_with("POST", &mappings, Some(body), status, code).await;
    }
    let gone = api.delete(&format!("{mappings}/{}", id(&first))).await;
    assert_eq!(gone, json!({"object": "directory_group_role_mapping", "id": id(&first), "deleted": true}));
    api.fails_with("DELETE", &format!("{mappings}/{}", id(&first)), None, 404, "resource_not_found").await;
}

#[tokio::test]
async fn group_role_mappings_are_replaced_all_or_none() {
    let api = Api::start();
    let made = connection(&api, "acme.com").await;
    let admin = column(&api.get("/organization_roles?order_by=key").await, "id")[0].clone();
    let body = json!({
        "enterprise_connection_id": made["id"], "provider": "okta",
        "group_role_mappings": [{"scim_group_id": "a", "scim_group_display_name": "Group A", "role_id": admin}],
    });
    let directory = api.post("/scim_directories", body).await;
    assert_eq!(directory["group_role_mapping_enabled"], true);
    let path = format!("/scim_directories/{}/group_role_mappings", id(&directory));
    let swapped = api
        .put(
            &path,
            json!({"mappings": [{"scim_group_id": "b", "role_id": admin}, {"scim_group_id": "a", "role_id": admin}]}),
        )
        .await;
    assert_eq!(
        (
            column(&swapped, "scim_group_id"),
            column(&swapped, "precedence"),
            column(&swapped, "scim_group_display_name")
        ),
        (vec![json!("b"), json!("a")], vec![json!(1), json!(2)], vec![json!("b"), json!("Group A")])
    );
    let bad =
        json!({"mappings": [{"scim_group_id": "c", "role_id": admin}, {"scim_group_id": "d", "role_id": "role_x"}]});
    api.fails_with("PUT", &path, Some(bad), 404, "resource_not_found:role_id").await;
    assert_eq!(column(&api.get(&path).await, "scim_group_id"), ["b", "a"]);
    api.fails_with("PUT", &path, Some(json!({})), 422, "form_param_missing:mappings").await;
    assert_eq!(api.put(&path, json!({"mappings": []})).await["total_count"], 0);
    let added = api.post(&path, json!({"scim_group_id": "e", "role_id": admin})).await;
    assert_eq!((&added["object"], &added["precedence"]), (&json!("scim_group_role_mapping"), &json!(1)));
    assert_eq!(api.delete(&format!("{path}/{}", id(&added))).await["object"], "scim_group_role_mapping");
    let newer = path.replace("/scim_directories", "/directories");
    let put = api.put(&newer, json!({"mappings": [{"directory_group_id": "f", "role_id": admin}]})).await;
    assert_eq!(column(&put, "object"), ["directory_group_role_mapping"]);
}

#[tokio::test]
async fn links_to_the_admin_portal() {
    let api = Api::start();
    let acme = api.organization("Acme", None).await;
    let body = json!({"organization_id": acme, "scopes": ["sso"], "seconds_until_expiration": 60});
    let token = api.expect(201, "POST", "/admin_portal_link_tokens", Some(body.clone())).await;
    assert_eq!(
        (&token["expiration"], &token["expired"], &token["scopes"]),
        (&json!(NOON + 60_000), &json!(false), &json!(["sso"]))
    );
    let again = api.expect(201, "POST", "/admin_portal_link_tokens", Some(body)).await;
    assert_eq!(again["admin_portal_link_id"], token["admin_portal_link_id"], "one link for one organization");
    assert_ne!(again["token"], token["token"]);
    let revoke = format!("/admin_portal_link_tokens/{}/revoke", id(&token));
    api.emulator.clock().advance(60_000);
    let revoked = api.post(&revoke, json!({"revocation_reason": "lost"})).await;
    assert_eq!(
        (&revoked["revoked"], &revoked["revocation_reason"], &revoked["expired"]),
        (&json!(true), &json!("lost"), &json!(true))
    );
    assert!(revoked.get("token").is_none(), "shown once");
    for body in [
        json!({"organization_id": "org_x"}),
        json!({"seconds_until_expiration": 86_401}),
        json!({"scopes": [""]}),
        json!({"color": "red"}),
    ] {
        api.fails_with("POST", "/admin_portal_link_tokens", Some(body), 400, "bad_request").await;
    }
    let unknown = format!("/admin_portal_link_tokens/aplt_{}/revoke", "0".repeat(32));
    api.fails_with("POST", &unknown, Some(json!({})), 404, "resource_not_found").await;
}

#[tokio::test]
async fn credentials_of_amazon_web_services() {
    let api = Api::start();
    let arguments = json!({"access_key_id": "AKIA1", "secret_access_key": "hush", "user_pool_ids": ["eu_1"]});
    let path = format!("/aws_credentials/{}", id(&api.control("add_aws_credential", arguments)));
    api.emulator.clock().advance(1000);
    let changed = api.patch(&path, json!({"access_key_id": "AKIA2", "secret_access_key": "quiet"})).await;
    assert_eq!(
        (&changed["access_key_id"], &changed["user_pool_ids"], &changed["updated_at"]),
        (&json!("AKIA2"), &json!(["eu_1"]), &json!(NOON + 1000))
    );
    assert!(changed.get("secret_access_key").is_none());
    assert_eq!(api.patch(&path, json!({})).await["access_key_id"], "AKIA2");
    api.fails_with("PATCH", &path, Some(json!({"user_pool_ids": 1})), 422, "form_param_type_invalid:user_pool_ids")
        .await;
    assert_eq!(api.delete(&path).await["deleted"], true);
    api.fails_with("PATCH", &path, Some(json!({})), 404, "resource_not_found").await;
}
