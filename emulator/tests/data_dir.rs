//! State that stays in a directory.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use clerk_usher_emulator::{Emulator, EmulatorError};
use common::{Api, NOON};
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;

fn open(directory: &Path) -> Api {
    Api::of(Emulator::builder().seed(7).clock_ms(NOON).data_dir(directory).start().expect("a start"))
}

fn refusal(directory: &Path) -> String {
    match Emulator::builder().data_dir(directory).start() {
        Err(error @ EmulatorError::Data(_)) => error.to_string(),
        other => panic!("not a refusal: {other:?}"),
    }
}

fn info(api: &Api) -> Value {
    serde_json::from_str(&api.emulator.control("info", "").expect("an answer")).expect("JSON")
}

#[tokio::test]
async fn resources_are_there_after_a_restart() {
    let directory = TempDir::new().expect("a directory");
    let api = open(directory.path());
    let ann = api.post("/users", json!({ "email_address": ["ann@example.com"], "password": "a long one 5" })).await;
    let bob = api.post("/users", json!({ "username": "bob_9", "public_metadata": { "z": 1, "a": [1.5] } })).await;
    let (ann_id, bob_id) = (ann["id"].as_str().unwrap(), bob["id"].as_str().unwrap());
    let org = api.post("/organizations", json!({ "name": "Acme", "created_by": ann_id })).await;
    let session = api.post("/sessions", json!({ "user_id": ann_id })).await;
    let listed = api.get("/users").await;
    drop(api);

    let api = open(directory.path());
    assert_eq!(api.get("/users").await, listed, "the same, in the same order");
    assert_eq!(api.get(&format!("/users/{bob_id}")).await["public_metadata"], bob["public_metadata"]);
    assert_eq!(api.get(&format!("/organizations/{}", org["id"].as_str().unwrap())).await["name"], "Acme");
    assert_eq!(api.get(&format!("/sessions/{}", session["id"].as_str().unwrap())).await["status"], "active");
    let verified = api.post(&format!("/users/{ann_id}/verify_password"), json!({ "password": "a long one 5" })).await;
    assert_eq!(verified["verified"], true);
}

#[tokio::test]
async fn changes_and_removals_stay_too() {
    let directory = TempDir::new().expect("a directory");
    let api = open(directory.path());
    let ids = api.users(3).await;
    api.patch(&format!("/users/{}", ids[0]), json!({ "first_name": "Zoë" })).await;
    api.delete(&format!("/users/{}", ids[1])).await;
    drop(api);
    let api = open(directory.path());
    assert_eq!(api.get(&format!("/users/{}", ids[0])).await["first_name"], "Zoë");
    assert_eq!(api.send("GET", &format!("/users/{}", ids[1]), None).await.0, 404);
    assert_eq!(api.get("/users/count").await["total_count"], 2);
}

#[tokio::test]
async fn a_reset_stays() {
    let directory = TempDir::new().expect("a directory");
    let api = open(directory.path());
    api.users(2).await;
    api.emulator.reset().expect("a reset");
    drop(api);
    let api = open(directory.path());
    assert_eq!(api.get("/users/count").await["total_count"], 0);
    assert_eq!(api.get("/machines").await["total_count"], 1, "what is there from the start is there");
}

#[tokio::test]
async fn a_failed_request_leaves_nothing_behind() {
    let directory = TempDir::new().expect("a directory");
    let api = open(directory.path());
    api.post("/users", json!({ "username": "taken_1" })).await;
    assert_eq!(api.send("POST", "/users", Some(json!({ "username": "taken_1" }))).await.0, 422);
    drop(api);
    let api = open(directory.path());
    assert_eq!(api.get("/users/count").await["total_count"], 1);
}

#[tokio::test]
async fn it_is_the_same_instance_after_a_restart() {
    let directory = TempDir::new().expect("a directory");
    let api = open(directory.path());
    let before = info(&api);
    let ann = api.users(1).await.remove(0);
    let session = api.post("/sessions", json!({ "user_id": ann })).await;
    let key = api.post("/api_keys", json!({ "name": "a key", "subject": ann })).await;
    drop(api);
    let api = open(directory.path());
    let after = info(&api);
    for name in ["secret_key", "machine_secret_key", "machine_id", "instance_id", "jwt_key"] {
        assert_eq!(after[name], before[name], "{name}");
    }
    let secret = api.post("/api_keys/verify", json!({ "secret": key["secret"] })).await;
    assert_eq!(secret["id"], key["id"]);
    let token = api.post(&format!("/sessions/{}/tokens", session["id"].as_str().unwrap()), json!({})).await;
    assert!(token["jwt"].is_string());
}

#[tokio::test]
async fn a_token_from_before_verifies_after() {
    let directory = TempDir::new().expect("a directory");
    let api = open(directory.path());
    let minted = api.emulator.control("mint_session_token", r#"{"user_id": "user_1"}"#).expect("a token");
    let jwt = serde_json::from_str::<Value>(&minted).expect("JSON")["jwt"].as_str().unwrap().to_owned();
    drop(api);
    let api = open(directory.path());
    let (message, signature) = jwt.rsplit_once('.').unwrap();
    let signature = data_encoding::BASE64URL_NOPAD.decode(signature.as_bytes()).expect("base64url");
    let jwks = api.get("/jwks").await;
    let decode = |name: &str| {
        data_encoding::BASE64URL_NOPAD.decode(jwks["keys"][0][name].as_str().unwrap().as_bytes()).expect("base64url")
    };
    let public = aws_lc_rs::signature::RsaPublicKeyComponents { n: decode("n"), e: decode("e") };
    let algorithm = &aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256;
    public.verify(algorithm, message.as_bytes(), &signature).expect("a valid signature");
}

#[tokio::test]
async fn ids_of_a_seed_do_not_come_again() {
    let directory = TempDir::new().expect("a directory");
    let mut ids = Vec::new();
    for _ in 0..4 {
        let api = open(directory.path());
        ids.extend(api.users(3).await);
        // Takes from the ids and changes nothing that is kept.
        ids.push(api.emulator.control("mint_session_token", "{}").expect("a token"));
    }
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all);
}

#[tokio::test]
async fn a_moved_clock_stays_moved() {
    let directory = TempDir::new().expect("a directory");
    let emulator = Emulator::builder().data_dir(directory.path()).start().expect("a start");
    emulator.clock().set(NOON);
    emulator.clock().advance(5);
    drop(emulator);
    let emulator = Emulator::builder().data_dir(directory.path()).start().expect("a start");
    assert!(emulator.clock().is_frozen());
    assert_eq!(emulator.clock().now_ms(), NOON + 5);
    drop(emulator);
    let emulator = Emulator::builder().data_dir(directory.path()).clock_ms(NOON).start().expect("a start");
    assert_eq!(emulator.clock().now_ms(), NOON, "what is asked for at the start holds");
}

#[test]
fn given_keys_hold_from_then_on() {
    let directory = TempDir::new().expect("a directory");
    drop(Emulator::builder().data_dir(directory.path()).start().expect("a start"));
    let given = Emulator::builder().data_dir(directory.path()).secret_key("sk_test_given").start().expect("a start");
    assert_eq!(given.secret_key(), "sk_test_given");
    drop(given);
    let later = Emulator::builder().data_dir(directory.path()).start().expect("a start");
    assert_eq!(later.secret_key(), "sk_test_given");
}

#[test]
fn what_makes_the_instance_cannot_be_given_anew() {
    let directory = TempDir::new().expect("a directory");
    drop(Emulator::builder().data_dir(directory.path()).start().expect("a start"));
    for builder in [
        Emulator::builder().instance_id("ins_other"),
        Emulator::builder().machine_secret_key("ak_other"),
        Emulator::builder().production(true),
    ] {
        let error = builder.data_dir(directory.path()).start().expect_err("a refusal");
        assert!(error.to_string().contains("of the instance in data_dir"), "{error}");
    }
}

#[test]
fn a_second_emulator_is_told_of_the_first() {
    let directory = TempDir::new().expect("a directory");
    let first = Emulator::builder().data_dir(directory.path()).start().expect("a start");
    assert!(refusal(directory.path()).contains("is used by another emulator"));
    first.stop();
    assert!(Emulator::builder().data_dir(directory.path()).start().is_ok(), "after a stop it can be used");
    let error = first.reset().expect_err("a refusal");
    assert!(error.to_string().contains("has stopped"), "{error}");
}

#[test]
fn a_directory_of_others_is_left_alone() {
    let directory = TempDir::new().expect("a directory");
    std::fs::write(directory.path().join("thesis.txt"), "chapter 1").expect("a file");
    assert!(refusal(directory.path()).contains("holds other things (thesis.txt)"));
    let names: Vec<_> = std::fs::read_dir(directory.path()).expect("a listing").collect();
    assert_eq!(names.len(), 1, "nothing was added");
    let file = directory.path().join("thesis.txt");
    assert!(refusal(&file).contains("is not a directory"));
}

#[test]
fn a_file_that_is_no_database_is_told() {
    for content in ["", "chapter 1", "redb but no more"] {
        let directory = TempDir::new().expect("a directory");
        std::fs::write(directory.path().join("emulator.redb"), content).expect("a file");
        let text = refusal(directory.path());
        assert!(text.contains("emulator.redb is not an emulator's") || text.contains("damaged"), "{content}: {text}");
    }
}

/// Writes into the database of a stopped emulator.
fn tamper(directory: &Path, change: impl FnOnce(&redb::WriteTransaction)) {
    let database = redb::Database::open(directory.join("emulator.redb")).expect("a database");
    let transaction = database.begin_write().expect("a transaction");
    change(&transaction);
    transaction.commit().expect("a commit");
}

const META: redb::TableDefinition<&str, &[u8]> = redb::TableDefinition::new("meta");
const ROWS: redb::TableDefinition<(&str, &str), (u64, &[u8])> = redb::TableDefinition::new("rows");

#[test]
fn a_newer_format_is_refused() {
    let directory = TempDir::new().expect("a directory");
    drop(Emulator::builder().data_dir(directory.path()).start().expect("a start"));
    tamper(directory.path(), |transaction| {
        transaction.open_table(META).unwrap().insert("format", b"9".as_slice()).unwrap();
    });
    assert!(refusal(directory.path()).contains("newer version of the emulator (format 9; this one reads 1)"));
}

#[test]
fn the_database_of_another_program_is_refused() {
    let directory = TempDir::new().expect("a directory");
    let database = redb::Database::create(directory.path().join("emulator.redb")).expect("a database");
    let transaction = database.begin_write().expect("a transaction");
    transaction.open_table(redb::TableDefinition::<u64, u64>::new("theirs")).unwrap().insert(1, 1).unwrap();
    transaction.commit().expect("a commit");
    drop(database);
    assert!(refusal(directory.path()).contains("another program's"));
}

#[tokio::test]
async fn a_row_that_cannot_be_read_loses_no_other() {
    let directory = TempDir::new().expect("a directory");
    let api = open(directory.path());
    let ids = api.users(3).await;
    drop(api);
    tamper(directory.path(), |transaction| {
        let mut rows = transaction.open_table(ROWS).unwrap();
        rows.insert(("users", ids[1].as_str()), (2, br#"{"id": 5}"#.as_slice())).unwrap();
        rows.insert(("from_the_future", "x_1"), (1, b"{}".as_slice())).unwrap();
    });
    for left in [2, 1] {
        let api = open(directory.path());
        assert_eq!(api.get("/users/count").await["total_count"], left);
        let told = info(&api)["unreadable"].clone();
        assert_eq!(told[0]["table"], "from_the_future");
        assert_eq!(told[1], json!({ "table": "users", "id": ids[1], "reason": "id: must be a string" }));
        // It stays as it is, whatever else changes.
        api.delete(&format!("/users/{}", ids[if left == 2 { 0 } else { 2 }])).await;
    }
}

#[test]
fn damage_is_told_and_never_a_panic() {
    let directory = TempDir::new().expect("a directory");
    let emulator = Emulator::builder().data_dir(directory.path()).start().expect("a start");
    emulator.jwt_key().expect("a key");
    drop(emulator);
    let file = directory.path().join("emulator.redb");
    let whole = std::fs::read(&file).expect("a file");
    std::fs::write(&file, &whole[..whole.len() / 2]).expect("a file");
    assert!(refusal(directory.path()).contains("is damaged"));
    let mut changed = 0;
    let mut told = 0;
    for at in (0..whole.len()).step_by(509) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        std::fs::write(&file, &bytes).expect("a file");
        changed += 1;
        match Emulator::builder().data_dir(directory.path()).start() {
            // Bytes that no page uses.
            Ok(_) => {}
            Err(EmulatorError::Data(text)) => {
                told += 1;
                assert!(text.contains("emulator.redb"), "{text}");
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert!(told > 0, "{changed} changes, none noticed");
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let outer = TempDir::new().expect("a directory");
    let directory = outer.path().join("data");
    drop(Emulator::builder().data_dir(&directory).start().expect("a start"));
    let mode = |path: &Path| std::fs::metadata(path).expect("a file").permissions().mode() & 0o777;
    assert_eq!(mode(&directory), 0o700);
    assert_eq!(mode(&directory.join("emulator.redb")), 0o600);
    assert_eq!(mode(&directory.join("lock")), 0o600);
}

#[test]
fn a_start_that_was_killed_halfway_is_made_good() {
    let directory = TempDir::new().expect("a directory");
    std::fs::write(directory.path().join("emulator.redb.new"), "half a database").expect("a file");
    assert!(Emulator::builder().data_dir(directory.path()).start().is_ok());
    assert!(!directory.path().join("emulator.redb.new").exists());
}
