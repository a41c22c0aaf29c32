//! Export and import.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use clerk_usher_emulator::{Emulator, EmulatorError, ImportMode};
use common::{Api, id};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::HashSet;

fn export(emulator: &Emulator) -> Value {
    serde_json::from_str(&emulator.export(false).expect("a document")).expect("JSON")
}

fn refusal(emulator: &Emulator, document: &Value) -> String {
    let before = export(emulator);
    let error = emulator.import(&document.to_string(), ImportMode::Replace).expect_err("a refusal");
    assert_eq!(export(emulator)["tables"], before["tables"], "nothing has changed");
    assert!(matches!(error, EmulatorError::Argument(_)), "{error}");
    error.to_string()
}

async fn filled() -> Api {
    let api = Api::start();
    let ann = api.user("ann@example.com").await;
    let org = api.organization("Acme", Some(&ann)).await;
    let bob = api.user("bob@example.com").await;
    api.post(&format!("/organizations/{org}/memberships"), json!({ "user_id": bob, "role": "org:member" })).await;
    api.post("/sessions", json!({ "user_id": bob })).await;
    api
}

#[tokio::test]
async fn a_document_fills_another_emulator() {
    let api = filled().await;
    let other = Api::start();
    let answer = other.control("import", json!({ "document": export(&api.emulator) }));
    assert!(answer["rows"].as_u64().unwrap() > 7, "{answer}");
    for table in ["users", "organizations", "memberships", "sessions"] {
        assert_eq!(export(&other.emulator)["tables"][table], export(&api.emulator)["tables"][table], "{table}");
    }
    let own = format!("{}/v1/m2m_tokens", other.emulator.url());
    let asked = other.client.post(own).bearer_auth(other.emulator.machine_secret_key()).json(&json!({}));
    assert_ne!(asked.send().await.expect("an answer").status(), 401, "its own machine key goes on to hold");
}

#[tokio::test]
async fn ids_do_not_come_again_after_an_import() {
    let (api, other) = (filled().await, Api::start());
    // Both have the same seed.
    other.control("import", json!({ "document": export(&api.emulator) }));
    let before = other.get("/users/count").await["total_count"].as_u64().unwrap();
    other.users(5).await;
    assert_eq!(other.get("/users/count").await["total_count"], before + 5);
    let third = Api::start();
    third.users(3).await;
    third.control("import", json!({ "document": export(&api.emulator), "mode": "merge" }));
    let before = third.get("/users/count").await["total_count"].as_u64().unwrap();
    third.users(5).await;
    assert_eq!(third.get("/users/count").await["total_count"], before + 5);
}

#[tokio::test]
async fn replace_removes_and_merge_leaves() {
    let (api, other) = (filled().await, Api::start());
    let carl = other.users(9).await.remove(8);
    let document = export(&api.emulator);
    other.control("import", json!({ "document": document, "mode": "merge" }));
    assert_eq!(other.send("GET", &format!("/users/{carl}"), None).await.0, 200);
    other.control("import", json!({ "document": document }));
    assert_eq!(other.send("GET", &format!("/users/{carl}"), None).await.0, 404);
    assert_eq!(other.get("/users/count").await["total_count"], 2);
}

#[tokio::test]
async fn keys_are_in_it_only_on_request() {
    let api = filled().await;
    let plain = api.emulator.export(false).expect("a document");
    assert!(!plain.contains(api.emulator.secret_key()) && !plain.contains("signing_key"));
    let full = api.control("export", json!({ "with_keys": true }));
    assert_eq!(full["instance"]["secret_key"], api.emulator.secret_key());
    assert!(full["instance"]["signing_key"].is_string());
}

#[tokio::test]
async fn a_document_from_a_file() {
    let (api, other) = (filled().await, Api::start());
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), api.emulator.export(false).expect("a document")).expect("a file");
    other.control("import", json!({ "path": file.path() }));
    assert_eq!(other.get("/users/count").await["total_count"], 2);
    let error = other.emulator.control("import", r#"{"path": "/nowhere/x.json"}"#).expect_err("a refusal");
    assert!(error.to_string().contains("path /nowhere/x.json"), "{error}");
    let error = other.emulator.control("import", "{}").expect_err("a refusal");
    assert!(error.to_string().contains("either document or path"), "{error}");
}

#[tokio::test]
async fn what_is_wrong_is_named_by_table_id_and_field() {
    let api = filled().await;
    let whole = export(&api.emulator);
    let broken = |change: &dyn Fn(&mut Value)| {
        let mut document = whole.clone();
        change(&mut document);
        refusal(&api.emulator, &document)
    };
    let first = whole["tables"]["users"][0]["id"].as_str().unwrap();
    let text = broken(&|document| document["tables"]["users"][0]["row"]["emails"][0]["value"] = json!(7));
    assert!(text.contains(&format!("users {first}: emails[0].value: must be a string")), "{text}");
    let text = broken(&|document| document["format"] = json!(99));
    assert!(text.contains("format 99 is of a newer version"), "{text}");
    let text = broken(&|document| document["tables"]["cats"] = json!([{ "id": "cat_1", "row": {} }]));
    assert!(text.contains("cats cat_1: there is no such table"), "{text}");
    let text = broken(&|document| {
        let again = document["tables"]["users"][0].clone();
        document["tables"]["users"].as_array_mut().unwrap().push(again);
    });
    assert!(text.contains(&format!("users {first}: is there twice")), "{text}");
    let text = broken(&|document| {
        let email = document["tables"]["users"][0]["row"]["emails"].clone();
        document["tables"]["users"][1]["row"]["emails"] = email;
    });
    assert!(text.contains("emails: another user has the same"), "{text}");
    let text = broken(&|document| document["tables"]["memberships"][0]["row"]["user_id"] = json!("user_gone"));
    assert!(text.contains("user_id: there is no user user_gone"), "{text}");
    let text = broken(&|document| document["tables"]["users"][0]["id"] = json!("user_x"));
    assert!(text.contains("users user_x: id must be user_x"), "{text}");
    let text = broken(&|document| document["tables"] = json!([]));
    assert!(text.contains("document:"), "{text}");
}

/// One call of the API, by what exists so far.
#[derive(Clone, Debug)]
enum Step {
    User { email: u8, name: String, metadata: f64 },
    Rename { user: usize, name: String },
    Delete { user: usize },
    Organization { by: usize, name: String },
    Session { user: usize },
    ApiKey { user: usize },
    Credit { user: usize, amount: i16, key: String },
    Invite { email: u8 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (any::<u8>(), "[a-zäöü🦀\"\\\\]{1,8}", any::<f64>().prop_filter("JSON", |number| number.is_finite()))
            .prop_map(|(email, name, metadata)| Step::User { email, name, metadata }),
        1 => (any::<usize>(), ".{0,6}").prop_map(|(user, name)| Step::Rename { user, name }),
        1 => any::<usize>().prop_map(|user| Step::Delete { user }),
        1 => (any::<usize>(), "[A-Za-z]{3,8}").prop_map(|(by, name)| Step::Organization { by, name }),
        1 => any::<usize>().prop_map(|user| Step::Session { user }),
        1 => any::<usize>().prop_map(|user| Step::ApiKey { user }),
        1 => (any::<usize>(), any::<i16>(), "[a-z]{1,6}")
            .prop_map(|(user, amount, key)| Step::Credit { user, amount, key }),
        1 => any::<u8>().prop_map(|email| Step::Invite { email }),
    ]
}

/// Whether the API takes it or not: both are stores that it makes.
async fn take(api: &Api, users: &mut Vec<String>, step: Step) {
    let nobody = "user_nobody".to_owned();
    let pick = |at: usize| users.get(at % users.len().max(1)).unwrap_or(&nobody).clone();
    match step {
        Step::User { email, name, metadata } => {
            let body = json!({
                "email_address": [format!("p{email}@example.com")], "first_name": name,
                "public_metadata": { "z": metadata, "a": { "b": [name] } },
            });
            let (status, user) = api.send("POST", "/users", Some(body)).await;
            if status == 200 {
                users.push(id(&user));
            }
        }
        Step::Rename { user, name } => {
            api.send("PATCH", &format!("/users/{}", pick(user)), Some(json!({ "last_name": name }))).await;
        }
        Step::Delete { user } => {
            api.send("DELETE", &format!("/users/{}", pick(user)), None).await;
        }
        Step::Organization { by, name } => {
            api.send("POST", "/organizations", Some(json!({ "name": name, "created_by": pick(by) }))).await;
        }
        Step::Session { user } => {
            api.send("POST", "/sessions", Some(json!({ "user_id": pick(user) }))).await;
        }
        Step::ApiKey { user } => {
            api.send("POST", "/api_keys", Some(json!({ "name": "a key", "subject": pick(user) }))).await;
        }
        Step::Credit { user, amount, key } => {
            let body = json!({ "amount": amount, "currency": "usd", "idempotency_key": key, "note": "n" });
            api.send("POST", &format!("/users/{}/billing/credits", pick(user)), Some(body)).await;
        }
        Step::Invite { email } => {
            let body = json!({ "email_address": format!("i{email}@example.com") });
            api.send("POST", "/invitations", Some(body)).await;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_exported_is_what_is_imported(
        steps in prop::collection::vec(step(), 1..20),
        others in prop::collection::vec(step(), 0..6),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let api = Api::start();
            let mut users = Vec::new();
            for step in steps {
                take(&api, &mut users, step).await;
            }
            let before = api.emulator.export(false).expect("a document");
            for step in others {
                take(&api, &mut users, step).await;
            }
            api.emulator.import(&before, ImportMode::Replace).expect("an import");
            assert_eq!(api.emulator.export(false).expect("a document"), before);
            // Onto itself, merging changes nothing either, but for the ids to come.
            api.emulator.import(&before, ImportMode::Merge).expect("an import");
            assert_eq!(export(&api.emulator)["tables"], serde_json::from_str::<Value>(&before).unwrap()["tables"]);
            let ids: HashSet<_> = users.iter().collect();
            assert_eq!(ids.len(), users.len());
        });
    }
}
