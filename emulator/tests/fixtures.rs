//! Fixtures from YAML.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use clerk_usher_emulator::Emulator;
use common::Api;
use serde_json::json;

const TEAM: &str = r#"
users:
  - id: user_ann
    emails: [Ann@Example.com]
    first_name: Ann
    password: a long one 5
    public_metadata: { plan: pro, seats: 3 }
  - username: bob_9
    phones: ["+15555550101"]
    external_id: crm-9
roles:
  - { key: "org:editor", name: Editor, permissions: ["org:posts:write"] }
organizations:
  - id: org_acme
    name: Acme
    slug: acme
    private_metadata: { tier: 1 }
    members:
      - { user: ann@example.com, role: "org:admin" }
      - { user: crm-9, role: "org:editor", public_metadata: { desk: 4 } }
invitations:
  - email: carl@example.com
    redirect_url: http://localhost:3000/welcome
jwt_templates:
  - { name: hasura, claims: { plan: "{{user.public_metadata.plan}}" }, lifetime_seconds: 30 }
oauth_applications:
  - { name: Calendar, redirect_uris: ["http://localhost:3000/callback"] }
machines:
  - { name: billing }
  - { name: worker, can_call: [billing] }
api_keys:
  - { name: of Ann, of: ann@example.com, scopes: ["read"] }
  - { name: of Acme, of: acme }
"#;

fn refusal(api: &Api, yaml: &str) -> String {
    let before = api.emulator.export(false).expect("a document");
    let error = api.emulator.load_fixtures(yaml).expect_err("a refusal").to_string();
    let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON")["tables"].clone();
    assert_eq!(parse(&api.emulator.export(false).expect("a document")), parse(&before), "nothing has changed");
    error
}

#[tokio::test]
async fn a_file_fills_an_instance() {
    let api = Api::start();
    let report = api.control("load_fixtures", json!({ "yaml": TEAM }));
    assert_eq!(report["created"].as_array().unwrap().len(), 11, "{report}");
    assert_eq!(report["skipped"], json!([]));
    assert_eq!(report["created"][0], json!({ "entry": "users[0]", "id": "user_ann" }));

    let ann = api.get("/users/user_ann").await;
    assert_eq!(ann["email_addresses"][0]["email_address"], "ann@example.com");
    assert_eq!(ann["public_metadata"], json!({ "plan": "pro", "seats": 3 }));
    let checked = api.post("/users/user_ann/verify_password", json!({ "password": "a long one 5" })).await;
    assert_eq!(checked["verified"], true);
    let members = api.get("/organizations/org_acme/memberships").await;
    assert_eq!(common::column(&members, "role").len(), 2);
    assert!(common::column(&members, "role").contains(&json!("org:editor")), "{members}");
    assert_eq!(api.get("/organizations/acme").await["private_metadata"]["tier"], 1);
    let session = api.post("/sessions", json!({ "user_id": "user_ann" })).await;
    let path = format!("/sessions/{}/tokens/hasura", common::id(&session));
    let token = api.post(&path, json!({})).await;
    assert_eq!(common::token_part(&token["jwt"], 1)["plan"], "pro");
    let secret = report["created"][9]["secret"].clone();
    assert_eq!(api.post("/api_keys/verify", json!({ "secret": secret })).await["subject"], "user_ann");
}

#[tokio::test]
async fn a_second_time_changes_nothing_and_says_so() {
    let api = Api::start();
    api.emulator.load_fixtures(TEAM).expect("fixtures");
    let before = api.emulator.export(false).expect("a document");
    let report = api.emulator.load_fixtures(TEAM).expect("fixtures");
    assert_eq!(api.emulator.export(false).expect("a document"), before);
    assert!(report.created.is_empty());
    assert_eq!(report.skipped.len(), 11);
    assert_eq!(report.skipped[0].reason, "user_ann is user_ann");
    let wider = TEAM.replace("role: \"org:admin\" }", "role: \"org:admin\" }\n      - { user: dora }");
    let wider = wider.replace("roles:\n", "  - { username: dora }\nroles:\n");
    api.emulator.load_fixtures(&wider).expect("fixtures");
    assert_eq!(api.get("/organizations/org_acme/memberships").await["total_count"], 3, "a missing member joins");
}

#[tokio::test]
async fn errors_name_line_entry_and_rule() {
    let api = Api::start();
    for (yaml, wanted) in [
        ("users:\n  - username: ann_1\n  - emails: [nobody]\n", "line 3: users[1]: email_address"),
        ("users:\n  - username: ann_1\n    hair: red\n", "line 2: users[0]: hair is not a valid parameter"),
        ("users:\n  - id: ann\n    username: ann_1\n", "users[0]: id must be user_"),
        (
            "organizations:\n  - name: Acme\n    members: [{ user: eve }]\n",
            "organizations[0]: members[0]: there is no user eve",
        ),
        ("organizations:\n  - { slug: acme }\n", "organizations[0]: name must be included"),
        ("roles:\n  - { key: editor, name: Editor }\n", "roles[0]: key must begin with org:"),
        ("roles:\n  - { key: \"org:editor\" }\n", "roles[0]: name is missing"),
        ("machines:\n  - { name: worker, can_call: [x] }\n", "machines[0]: there is no machine x"),
        ("api_keys:\n  - { name: a key, of: eve }\n", "api_keys[0]: there is no user, organization or machine eve"),
        ("jwt_templates:\n  - { name: t, lifetime_seconds: 0 }\n", "jwt_templates[0]: The value of lifetime must be"),
        ("people: []\n", "line 1: unknown field"),
    ] {
        let text = refusal(&api, yaml);
        assert!(text.contains(wanted), "{yaml}: {text}");
        assert!(text.contains("fixtures line "), "{text}");
    }
}

#[tokio::test]
async fn at_the_start_and_again_with_a_directory() {
    let directory = tempfile::TempDir::new().expect("a directory");
    let file = directory.path().join("team.yaml");
    std::fs::write(&file, TEAM).expect("a file");
    for _ in 0..2 {
        let builder = Emulator::builder().data_dir(directory.path().join("data")).fixtures(&file);
        let api = Api::of(builder.start().expect("a start"));
        assert_eq!(api.get("/users/count").await["total_count"], 2);
    }
    std::fs::write(&file, "users:\n  - emails: [x]\n").expect("a file");
    let error = Emulator::builder().fixtures(&file).start().expect_err("a refusal").to_string();
    assert!(error.contains("team.yaml line 2: users[0]"), "{error}");
    let error = Emulator::builder().fixtures("/nowhere/f.yaml").start().expect_err("a refusal").to_string();
    assert!(error.contains("fixtures /nowhere/f.yaml"), "{error}");
}
