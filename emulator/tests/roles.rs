//! Permissions, roles and sets of roles, and what they do to members and tokens.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod common;

use common::{Api, column, id, token_part};
use serde_json::{Value, json};

/// The id of the role, permission or set with a key.
async fn by_key(api: &Api, path: &str, key: &str) -> String {
    let found = api.get(&format!("{path}?query={key}&limit=500")).await;
    let hit = found["data"].as_array().unwrap().iter().find(|item| item["key"] == key).cloned();
    id(&hit.unwrap_or_else(|| panic!("no {key} in {found}")))
}

/// A custom permission; the id.
async fn permission(api: &Api, key: &str) -> String {
    id(&api.post("/organization_permissions", json!({"name": key, "key": key})).await)
}

/// A role in the initial set; the id.
async fn role(api: &Api, key: &str, permissions: &[&str]) -> String {
    let body = json!({"name": key, "key": key, "permissions": permissions, "include_in_initial_role_set": true});
    id(&api.post("/organization_roles", body).await)
}

/// The claims of a new token of a session.
async fn claims(api: &Api, session: &str) -> Value {
    token_part(&api.ok("POST", &format!("/sessions/{session}/tokens"), None).await["jwt"], 1)
}

#[tokio::test]
async fn an_instance_starts_with_two_roles_and_the_permissions_of_the_system() {
    let api = Api::start();
    let roles = api.get("/organization_roles?order_by=key").await;
    assert_eq!(
        (column(&roles, "key"), &roles["total_count"]),
        (vec![json!("org:admin"), json!("org:member")], &json!(2))
    );
    assert_eq!(column(&roles, "is_creator_eligible"), [true, false]);
    assert_eq!(
        column(&json!(roles["data"][1]["permissions"]), "key"),
        ["org:sys_memberships:read", "org:sys_billing:read"]
    );
    let permissions = api.get("/organization_permissions?limit=2&order_by=%2Bcreated_at").await;
    assert_eq!(
        (column(&permissions, "key"), &permissions["total_count"]),
        (vec![json!("org:sys_profile:manage"), json!("org:sys_profile:delete")], &json!(8))
    );
    assert_eq!(permissions["data"][0]["type"], "system");
    let set = api.get("/role_sets/role_set:default").await;
    assert_eq!(
        (&set["type"], &set["default_role"]["key"], &set["creator_role"]["key"], column(&set["roles"], "key")),
        (&json!("initial"), &json!("org:member"), &json!("org:admin"), vec![json!("org:admin"), json!("org:member")])
    );
    assert_eq!(api.get(&format!("/role_sets/{}", id(&set))).await, set);
}

#[tokio::test]
async fn permissions_are_made_changed_and_deleted() {
    let api = Api::start();
    let made = api
        .post(
            "/organization_permissions",
            json!({"name": "Read", "key": "org:invoices:read", "description": "See them"}),
        )
        .await;
    let path = format!("/organization_permissions/{}", id(&made));
    assert!(id(&made).starts_with("perm_"));
    assert_eq!((&made["type"], &made["description"]), (&json!("user"), &json!("See them")));
    assert_eq!(api.get(&path).await, made);
    api.emulator.clock().advance(1000);
    let changed = api.patch(&path, json!({"name": "Look", "key": "org:bills:read"})).await;
    assert_eq!(
        (&changed["name"], &changed["key"], &changed["description"]),
        (&json!("Look"), &json!("org:bills:read"), &json!("See them"))
    );
    assert!(changed["updated_at"].as_i64() > changed["created_at"].as_i64());
    assert_eq!(column(&api.get("/organization_permissions?query=BILLS").await, "id"), [made["id"].clone()]);
    let role = role(&api, "org:clerk", &[&id(&made)]).await;
    assert_eq!(api.delete(&path).await, json!({"object": "permission", "id": id(&made), "deleted": true}));
    assert_eq!(api.get(&format!("/organization_roles/{role}")).await["permissions"], json!([]));
    api.fails_with("GET", &path, None, 404, "resource_not_found").await;
}

#[tokio::test]
async fn permissions_that_cannot_be() {
    let api = Api::start();
    let taken = permission(&api, "org:invoices:read").await;
    let other = permission(&api, "org:invoices:pay").await;
    for (body, code) in [
        (json!({"key": "org:a:b"}), "form_param_missing:name"),
        (json!({"name": "A"}), "form_param_missing:key"),
        (json!({"name": "A", "key": "a:b"}), "form_param_format_invalid:key"),
        (json!({"name": "A", "key": "org:a"}), "form_param_format_invalid:key"),
        (json!({"name": "A", "key": "org:A:b"}), "form_param_format_invalid:key"),
        (json!({"name": "A", "key": "org:a:b:c"}), "form_param_format_invalid:key"),
        (json!({"name": "A", "key": "org:sys_a:b"}), "form_param_format_invalid:key"),
        (json!({"name": "A", "key": "org:invoices:read"}), "form_identifier_exists:key"),
        (json!({"name": 1, "key": "org:a:b"}), "form_param_type_invalid:name"),
    ] {
        api.fails_with("POST", "/organization_permissions", Some(body), 422, code).await;
    }
    let path = format!("/organization_permissions/{other}");
    let key = json!({"key": "org:invoices:read"});
    api.fails_with("PATCH", &path, Some(key.clone()), 422, "form_identifier_exists:key").await;
    assert_eq!(api.patch(&format!("/organization_permissions/{taken}"), key).await["id"], taken);
    let system = format!(
        "/organization_permissions/{}",
        by_key(&api, "/organization_permissions", "org:sys_profile:manage").await
    );
    for (method, body) in [("PATCH", Some(json!({"name": "X"}))), ("DELETE", None)] {
        api.fails_with(method, &system, body, 403, "organization_system_permission_not_modifiable").await;
    }
    api.fails_with("GET", "/organization_permissions?order_by=age", None, 422, "form_param_value_invalid:order_by")
        .await;
}

#[tokio::test]
async fn what_a_role_allows_is_in_the_tokens_made_afterwards() {
    let api = Api::start();
    let (ann, read, pay) = (
        api.user("a@x.de").await,
        permission(&api, "org:invoices:read").await,
        permission(&api, "org:invoices:pay").await,
    );
    let clerk = role(&api, "org:clerk", &[&read]).await;
    let acme = api.organization("Acme", None).await;
    api.post(&format!("/organizations/{acme}/memberships"), json!({"user_id": ann, "role": "org:clerk"})).await;
    let session = id(&api.post("/sessions", json!({"user_id": ann})).await);
    let first = claims(&api, &session).await;
    assert_eq!((&first["o"]["rol"], &first["o"]["per"]), (&json!("clerk"), &json!("read")));
    let link = format!("/organization_roles/{clerk}/permissions/{pay}");
    assert_eq!(column(&api.ok("POST", &link, None).await["permissions"], "id"), [json!(read), json!(pay)]);
    assert_eq!(claims(&api, &session).await["o"]["per"], "read,pay");
    api.fails_with("POST", &link, None, 409, "organization_role_permission_association_exists").await;
    api.delete(&link).await;
    assert_eq!(claims(&api, &session).await["o"]["per"], "read");
    api.fails_with("DELETE", &link, None, 404, "organization_role_permission_association_not_found").await;
    api.fails_with("POST", &format!("/organization_roles/{clerk}/permissions/perm_x"), None, 404, "resource_not_found")
        .await;
    api.patch(&format!("/organization_roles/{clerk}"), json!({"key": "org:keeper", "permissions": [pay]})).await;
    let last = claims(&api, &session).await;
    assert_eq!((&last["o"]["rol"], &last["o"]["per"]), (&json!("keeper"), &json!("pay")));
    assert_eq!(
        column(&api.get(&format!("/organizations/{acme}/memberships")).await, "permissions"),
        [json!(["org:invoices:pay"])]
    );
}

#[tokio::test]
async fn roles_that_cannot_be() {
    let api = Api::start();
    for (body, status, code) in [
        (json!({"key": "org:a"}), 422, "form_param_missing:name"),
        (json!({"name": "A", "key": "a"}), 422, "form_param_format_invalid:key"),
        (json!({"name": "A", "key": "org:a:b"}), 422, "form_param_format_invalid:key"),
        (json!({"name": "A", "key": "org:admin"}), 422, "form_identifier_exists:key"),
        (json!({"name": "A", "key": "org:a", "permissions": ["perm_x"]}), 404, "resource_not_found:permissions"),
        (json!({"name": "A", "key": "org:a", "color": "red"}), 422, "form_param_unknown:color"),
    ] {
        api.fails_with("POST", "/organization_roles", Some(body), status, code).await;
    }
    let admin = format!("/organization_roles/{}", by_key(&api, "/organization_roles", "org:admin").await);
    let missing = "organization_missing_creator_role_permissions";
    api.fails_with("PATCH", &admin, Some(json!({"permissions": []})), 422, missing).await;
    let manage = by_key(&api, "/organization_permissions", "org:sys_memberships:manage").await;
    api.fails_with("DELETE", &format!("{admin}/permissions/{manage}"), None, 422, missing).await;
    for method in ["GET", "DELETE"] {
        api.fails_with(method, "/organization_roles/role_x", None, 404, "resource_not_found").await;
    }
}

#[tokio::test]
async fn a_role_in_use_stays() {
    let api = Api::start();
    let ann = api.user("a@x.de").await;
    let acme = api.organization("Acme", Some(&ann)).await;
    for (key, code) in [
        ("org:admin", "organization_role_default_creator_role"),
        ("org:member", "organization_role_domain_default_role"),
    ] {
        let path = format!("/organization_roles/{}", by_key(&api, "/organization_roles", key).await);
        api.fails_with("DELETE", &path, None, 422, code).await;
    }
    let path = format!("/organization_roles/{}", role(&api, "org:clerk", &[]).await);
    let invitations = format!("/organizations/{acme}/invitations");
    let invitation = api.post(&invitations, json!({"email_address": "b@x.de", "role": "org:clerk"})).await;
    api.fails_with("DELETE", &path, None, 422, "organization_role_exists_in_invitations").await;
    api.ok("POST", &format!("{invitations}/{}/revoke", id(&invitation)), None).await;
    let member = format!("/organizations/{acme}/memberships/{ann}");
    api.patch(&member, json!({"role": "org:clerk"})).await;
    api.fails_with("DELETE", &path, None, 422, "organization_role_assigned_members").await;
    api.patch(&member, json!({"role": "org:admin"})).await;
    assert_eq!(api.delete(&path).await["object"], "role");
    assert_eq!(column(&api.get("/role_sets/role_set:default").await["roles"], "key"), ["org:admin", "org:member"]);
}

#[tokio::test]
async fn members_draw_their_roles_from_the_set_of_their_organization() {
    let api = Api::start();
    let (ann, bob) = (api.user("a@x.de").await, api.user("b@x.de").await);
    api.post("/organization_roles", json!({"name": "Clerk", "key": "org:clerk"})).await;
    let acme = api.organization("Acme", Some(&ann)).await;
    let members = format!("/organizations/{acme}/memberships");
    let bob_as_clerk = json!({"user_id": bob, "role": "org:clerk"});
    api.fails_with("POST", &members, Some(bob_as_clerk.clone()), 422, "form_param_value_invalid:role").await;
    api.fails_with("POST", &members, Some(json!({"user_id": bob, "role": "org:x"})), 404, "resource_not_found:role")
        .await;
    let set = api
        .post("/role_sets/role_set:default/roles", json!({"role_keys": ["org:clerk"], "default_role_key": "org:clerk"}))
        .await;
    assert_eq!(set["default_role"]["key"], "org:clerk");
    api.post(&members, bob_as_clerk).await;
    let set = api.get("/role_sets/role_set:default").await;
    assert_eq!(
        (column(&set["roles"], "members_count"), column(&set["roles"], "has_members")),
        (vec![json!(1), json!(0), json!(1)], vec![json!(true), json!(false), json!(true)])
    );
    let again = Some(json!({"role_keys": ["org:clerk"]}));
    api.fails_with("POST", "/role_sets/role_set:default/roles", again, 422, "form_param_value_invalid:role_keys").await;
    let unknown = Some(json!({"role_keys": ["org:x"]}));
    api.fails_with("POST", "/role_sets/role_set:default/roles", unknown, 404, "resource_not_found:role_keys").await;
}

#[tokio::test]
async fn a_replaced_role_moves_those_who_had_it() {
    let api = Api::start();
    let (ann, bob) = (api.user("a@x.de").await, api.user("b@x.de").await);
    role(&api, "org:clerk", &[]).await;
    let acme = api.organization("Acme", Some(&ann)).await;
    api.post(&format!("/organizations/{acme}/memberships"), json!({"user_id": bob, "role": "org:member"})).await;
    let invitation = api
        .post(&format!("/organizations/{acme}/invitations"), json!({"email_address": "c@x.de", "role": "org:member"}))
        .await;
    let path = "/role_sets/role_set:default/roles/replace";
    let creators = Some(json!({"role_key": "org:admin", "to_role_key": "org:clerk"}));
    api.fails_with("POST", path, creators, 422, "organization_missing_creator_role_permissions").await;
    let set = api.post(path, json!({"role_key": "org:member", "to_role_key": "org:clerk"})).await;
    assert_eq!(
        (column(&set["roles"], "key"), &set["default_role"]["key"]),
        (vec![json!("org:admin"), json!("org:clerk")], &json!("org:clerk"))
    );
    let members = api.get(&format!("/organizations/{acme}/memberships?user_id={bob}")).await;
    assert_eq!(column(&members, "role"), ["org:clerk"]);
    assert_eq!(api.get(&format!("/organizations/{acme}/invitations/{}", id(&invitation))).await["role"], "org:clerk");
    let gone = Some(json!({"role_key": "org:member", "to_role_key": "org:clerk"}));
    api.fails_with("POST", path, gone, 422, "form_param_value_invalid:role_key").await;
}

#[tokio::test]
async fn sets_of_roles_are_made_and_changed() {
    let api = Api::start();
    let ann = api.user("a@x.de").await;
    let admin = by_key(&api, "/organization_roles", "org:admin").await;
    let all = column(&api.get(&format!("/organization_roles/{admin}")).await["permissions"], "id");
    api.post("/organization_roles", json!({"name": "Owner", "key": "org:owner", "permissions": all})).await;
    let body = json!({"name": "Pro Plan", "roles": ["org:owner", "org:member"], "default_role_key": "org:member", "creator_role_key": "org:owner", "type": "initial"});
    let made = api.post("/role_sets", body.clone()).await;
    assert_eq!((&made["key"], &made["type"]), (&json!("role_set:pro_plan"), &json!("initial")));
    assert_ne!(api.post("/role_sets", body).await["key"], made["key"]);
    assert_eq!(column(&api.get("/role_sets?order_by=created_at").await, "type"), ["custom", "custom", "initial"]);
    let acme = api.post("/organizations", json!({"name": "Acme", "created_by": ann})).await;
    assert_eq!(api.get(&format!("/organizations/{}/memberships", id(&acme))).await["data"][0]["role"], "org:owner");
    let path = format!("/role_sets/{}", acme["role_set_key"].as_str().unwrap());
    let changed = api
        .patch(
            &path,
            json!({"key": "role_set:pro", "name": null, "description": "Paid", "default_role_key": "org:owner"}),
        )
        .await;
    assert_eq!(
        (&changed["key"], &changed["name"], &changed["description"], &changed["default_role"]["key"]),
        (&json!("role_set:pro"), &json!("Pro Plan"), &json!("Paid"), &json!("org:owner"))
    );
    assert_eq!(api.get(&format!("/organizations/{}", id(&acme))).await["role_set_key"], "role_set:pro");
    api.patch("/role_sets/role_set:default", json!({"type": "initial"})).await;
    assert_eq!(api.post("/organizations", json!({"name": "Beta"})).await["role_set_key"], "role_set:default");
    let switch = Some(json!({"role_set_key": "role_set:default"}));
    api.fails_with(
        "PATCH",
        &format!("/organizations/{}", id(&acme)),
        switch,
        422,
        "form_param_value_invalid:role_set_key",
    )
    .await;
    let unknown = Some(json!({"role_set_key": "role_set:x"}));
    api.fails_with(
        "PATCH",
        &format!("/organizations/{}", id(&acme)),
        unknown,
        422,
        "form_resource_not_found:role_set_key",
    )
    .await;
}

#[tokio::test]
async fn sets_of_roles_that_cannot_be() {
    let api = Api::start();
    let body = |change: Value| {
        let mut body = json!({"name": "A", "roles": ["org:admin", "org:member"], "default_role_key": "org:member", "creator_role_key": "org:admin"});
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        Some(body)
    };
    for (change, status, code) in [
        (json!({"roles": []}), 422, "form_param_missing:roles"),
        (json!({"roles": ["org:x"]}), 404, "resource_not_found:roles"),
        (json!({"roles": ["org:admin", "org:admin"]}), 422, "form_param_duplicate:roles"),
        (json!({"key": "pro"}), 422, "form_param_format_invalid:key"),
        (json!({"key": "role_set:default"}), 422, "form_identifier_exists:key"),
        (json!({"type": "odd"}), 422, "form_param_value_invalid:type"),
        (json!({"default_role_key": "org:x"}), 422, "form_param_value_invalid:default_role_key"),
        (json!({"creator_role_key": "org:member"}), 422, "organization_missing_creator_role_permissions"),
    ] {
        api.fails_with("POST", "/role_sets", body(change), status, code).await;
    }
    for (method, path, body) in [
        ("GET", "/role_sets/role_set:x", None),
        ("PATCH", "/role_sets/roleset_x", Some(json!({}))),
        ("POST", "/role_sets/role_set:x/replace", Some(json!({"dest_role_set_key": "role_set:default"}))),
        ("POST", "/role_sets/role_set:default/replace", Some(json!({"dest_role_set_key": "role_set:x"}))),
    ] {
        api.fails_with(method, path, body, 404, "resource_not_found").await;
    }
}

#[tokio::test]
async fn a_replaced_set_hands_its_organizations_on() {
    let api = Api::start();
    let (ann, bob) = (api.user("a@x.de").await, api.user("b@x.de").await);
    role(&api, "org:clerk", &[]).await;
    let acme = api.organization("Acme", Some(&ann)).await;
    api.post(&format!("/organizations/{acme}/memberships"), json!({"user_id": bob, "role": "org:clerk"})).await;
    let lean = api
        .post("/role_sets", json!({"name": "Lean", "roles": ["org:admin", "org:member"], "default_role_key": "org:member", "creator_role_key": "org:admin"}))
        .await;
    let path = "/role_sets/role_set:default/replace";
    let plain = json!({"dest_role_set_key": lean["key"]});
    api.fails_with("POST", path, Some(plain.clone()), 422, "form_param_value_invalid:reassignment_mappings").await;
    for mappings in [json!({"org:clerk": "org:x"}), json!({"org:clerk": "org:clerk"})] {
        let body = json!({"dest_role_set_key": lean["key"], "reassignment_mappings": mappings});
        api.fails_with("POST", path, Some(body), 422, "form_param_value_invalid:reassignment_mappings").await;
    }
    // Each takes the other's place: nobody is moved twice.
    let swap = json!({"org:clerk": "org:admin", "org:admin": "org:member"});
    let gone = api.post(path, json!({"dest_role_set_key": lean["key"], "reassignment_mappings": swap})).await;
    assert_eq!((&gone["object"], &gone["deleted"]), (&json!("role_set"), &json!(true)));
    let members = api.get(&format!("/organizations/{acme}/memberships?order_by=created_at")).await;
    assert_eq!(column(&members, "role"), ["org:member", "org:admin"]);
    assert_eq!(api.get(&format!("/organizations/{acme}")).await["role_set_key"], lean["key"]);
    assert_eq!(api.get("/role_sets/role_set:lean").await["type"], "initial", "new organizations need one");
    api.fails_with("GET", "/role_sets/role_set:default", None, 404, "resource_not_found").await;
}

#[tokio::test]
async fn the_control_door_adds_roles_with_their_permissions() {
    let api = Api::start();
    let arguments = json!({"key": "org:billing", "name": "Billing", "permissions": ["org:invoices:read", "org:sys_profile:manage"]});
    api.control("add_role", arguments.clone());
    api.control("add_role", arguments);
    let path = format!("/organization_roles/{}", by_key(&api, "/organization_roles", "org:billing").await);
    let role = api.get(&path).await;
    assert_eq!(column(&role["permissions"], "type"), ["user", "system"]);
    assert_eq!(api.get("/organization_permissions").await["total_count"], 9, "made once");
}

#[tokio::test]
async fn permissions_of_minted_tokens_need_no_prefix() {
    let api = Api::start();
    for version in [1, 2] {
        let org = json!({"id": "org_1", "role": "org:admin", "permissions": ["invoices:read", "org:invoices:pay"]});
        let jwt = api.control("mint_session_token", json!({"version": version, "org": org}))["jwt"].clone();
        let claims = token_part(&jwt, 1);
        if version == 1 {
            assert_eq!(claims["org_permissions"], json!(["org:invoices:read", "org:invoices:pay"]));
        } else {
            assert_eq!(
                (&claims["o"]["per"], &claims["o"]["fpm"], &claims["fea"]),
                (&json!("read,pay"), &json!("3"), &json!("o:invoices"))
            );
        }
    }
}
