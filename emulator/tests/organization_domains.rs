//! Domains of organizations.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod common;

use common::{Api, NOON, column, id};
use serde_json::{Value, json};

#[tokio::test]
async fn a_domain_is_verified_unless_said_otherwise() {
    let api = Api::start();
    let acme = api.organization("Acme", None).await;
    let path = format!("/organizations/{acme}/domains");
    let domain = api.post(&path, json!({"name": " Acme.com "})).await;
    assert!(id(&domain).starts_with("orgdmn_"));
    assert_eq!(
        (&domain["name"], &domain["enrollment_mode"], &domain["affiliation_verification"]["status"]),
        (&json!("acme.com"), &json!("manual_invitation"), &json!("verified"))
    );
    assert_eq!(
        (&domain["verification"], &domain["ownership_verification"]),
        (&domain["affiliation_verification"], &Value::Null)
    );
    assert_eq!(domain["public_organization_data"]["id"], acme);
    let other =
        api.post(&path, json!({"name": "acme.de", "verified": false, "enrollment_mode": "automatic_invitation"})).await;
    assert_eq!((&other["verification"], &other["enrollment_mode"]), (&Value::Null, &json!("automatic_invitation")));
    let one = format!("{path}/{}", id(&other));
    let changed = api.patch(&one, json!({"verified": true, "enrollment_mode": null})).await;
    assert_eq!(
        (&changed["verification"]["status"], &changed["enrollment_mode"]),
        (&json!("verified"), &json!("automatic_invitation"))
    );
    assert_eq!(api.delete(&one).await, json!({"object": "organization_domain", "id": id(&other), "deleted": true}));
    assert_eq!(column(&api.get(&path).await, "name"), ["acme.com"]);
    api.delete(&format!("/organizations/{acme}")).await;
    assert_eq!(api.get("/organization_domains").await["total_count"], 0, "gone with its organization");
}

#[tokio::test]
async fn ownership_is_verified_once() {
    let api = Api::start();
    let acme = api.organization("Acme", None).await;
    let domain =
        api.post(&format!("/organizations/{acme}/domains"), json!({"name": "acme.com", "verified": false})).await;
    let path = format!("/organizations/{acme}/domains/{}/verify_ownership", id(&domain));
    let owned = api.ok("POST", &path, None).await;
    assert_eq!(
        (
            &owned["ownership_verification"]["status"],
            &owned["ownership_verification"]["strategy"],
            &owned["ownership_verification"]["verified_at"]
        ),
        (&json!("verified"), &json!("manual_override"), &json!(NOON))
    );
    assert_eq!(owned["affiliation_verification"], Value::Null, "another question");
    api.emulator.clock().advance(1000);
    assert_eq!(api.ok("POST", &path, None).await, owned);
}

#[tokio::test]
async fn invitations_to_a_domain_are_counted() {
    let api = Api::start();
    let acme = api.organization("Acme", None).await;
    let path = format!("/organizations/{acme}/domains");
    api.post(&path, json!({"name": "acme.com"})).await;
    for email in ["a@acme.com", "b@acme.com", "c@notacme.com"] {
        api.post(&format!("/organizations/{acme}/invitations"), json!({"email_address": email, "role": "org:member"}))
            .await;
    }
    assert_eq!(column(&api.get(&path).await, "total_pending_invitations"), [2]);
}

#[tokio::test]
async fn domains_are_listed_by_what_they_are() {
    let api = Api::start();
    let (acme, beta) = (api.organization("Acme", None).await, api.organization("Beta", None).await);
    for (organization, body) in [
        (&acme, json!({"name": "b.com"})),
        (&acme, json!({"name": "a.com", "verified": false, "enrollment_mode": "automatic_suggestion"})),
        (&beta, json!({"name": "c.com", "enrollment_mode": "enterprise_sso"})),
    ] {
        api.post(&format!("/organizations/{organization}/domains"), body).await;
    }
    let of_acme = format!("/organizations/{acme}/domains");
    for (path, names) in [
        (format!("{of_acme}?limit=5"), vec!["a.com", "b.com"]),
        (format!("{of_acme}?verified=true"), vec!["b.com"]),
        (format!("{of_acme}?enrollment_mode=-manual_invitation"), vec!["a.com"]),
        ("/organization_domains?order_by=name".to_owned(), vec!["a.com", "b.com", "c.com"]),
        ("/organization_domains?verified=false".to_owned(), vec!["a.com"]),
        (format!("/organization_domains?organization_id={beta}"), vec!["c.com"]),
        (format!("/organization_domains?query={beta}"), vec!["c.com"]),
        ("/organization_domains?query=B.C".to_owned(), vec!["b.com"]),
        ("/organization_domains?domains=a.com&domains=c.com".to_owned(), vec!["c.com", "a.com"]),
        ("/organization_domains?enrollment_mode=enterprise_sso,manual_invitation".to_owned(), vec!["c.com", "b.com"]),
        ("/organization_domains?limit=1&offset=1".to_owned(), vec!["a.com"]),
    ] {
        assert_eq!(column(&api.get(&path).await, "name"), names, "{path}");
    }
    for (query, code) in [
        ("query=%20", "form_param_format_invalid:query"),
        ("verified=maybe", "form_param_value_invalid:verified"),
        ("enrollment_mode=odd", "form_param_value_invalid:enrollment_mode"),
    ] {
        api.fails_with("GET", &format!("/organization_domains?{query}"), None, 422, code).await;
    }
}

#[tokio::test]
async fn a_domain_belongs_to_one_organization() {
    let api = Api::start();
    let (acme, beta) = (api.organization("Acme", None).await, api.organization("Beta", None).await);
    let (of_acme, of_beta) = (format!("/organizations/{acme}/domains"), format!("/organizations/{beta}/domains"));
    api.post(&of_acme, json!({"name": "acme.com"})).await;
    let exists = "organization_domain_already_exists:name";
    for path in [&of_acme, &of_beta] {
        api.fails_with("POST", path, Some(json!({"name": "ACME.com"})), 422, exists).await;
    }
    let claim = api.post(&of_beta, json!({"name": "acme.com", "verified": false})).await;
    let path = format!("{of_beta}/{}", id(&claim));
    api.fails_with("PATCH", &path, Some(json!({"verified": true})), 422, exists).await;
    assert_eq!(column(&api.get(&of_beta).await, "verification"), [Value::Null]);
    for (body, code) in [
        (json!({}), "form_param_missing:name"),
        (json!({"name": "acme"}), "form_param_format_invalid:name"),
        (json!({"name": "a@acme.com"}), "form_param_format_invalid:name"),
        (json!({"name": "gmail.com"}), "organization_domain_common:name"),
        (json!({"name": "x.com", "enrollment_mode": "odd"}), "form_param_value_invalid:enrollment_mode"),
    ] {
        api.fails_with("POST", &of_acme, Some(body), 422, code).await;
    }
    api.fails_with("DELETE", &format!("{of_acme}/{}", id(&claim)), None, 404, "resource_not_found").await;
    api.fails_with("GET", "/organizations/org_x/domains", None, 404, "resource_not_found").await;
}
