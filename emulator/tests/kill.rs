//! A real process that is killed, or runs out of disk, while clients change what it keeps.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

mod common;

use clerk_usher_emulator::EmulatorBuilder;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

const OPTIONS: &str = "CLERK_USHER_EMULATOR_OPTIONS";
const READY: &str = "READY ";

/// The process that the other tests start: this binary with this test alone.
#[test]
#[ignore = "a process of the other tests"]
fn server() {
    let Ok(options) = std::env::var(OPTIONS) else { return };
    let emulator = EmulatorBuilder::from_json(&options).and_then(EmulatorBuilder::start).expect("a start");
    // On a line of its own, whatever the test harness has printed.
    println!("\n{READY}{}", emulator.control("info", "").expect("an answer"));
    for _ in std::io::stdin().lock().lines() {}
}

/// A server in a process of its own.
struct Server {
    child: Child,
    url: String,
    key: String,
}

impl Server {
    fn start(directory: &Path, launcher: &[&str]) -> Server {
        let test = std::env::current_exe().expect("a path");
        let mut words = launcher.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        words.push(test.display().to_string());
        let mut child = Command::new(&words[0])
            .args(&words[1..])
            .args(["--exact", "server", "--ignored", "--nocapture"])
            .env(OPTIONS, json!({ "data_dir": directory }).to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        let line = output.lines().map_while(Result::ok).find_map(|line| Some(line.strip_prefix(READY)?.to_owned()));
        let info: Value = serde_json::from_str(&line.expect("a server that is ready")).expect("JSON");
        Server {
            child,
            url: info["url"].as_str().unwrap().to_owned(),
            key: info["secret_key"].as_str().unwrap().to_owned(),
        }
    }

    /// SIGKILL: the process has no chance to do anything.
    fn kill(mut self) {
        self.child.kill().expect("a kill");
        self.child.wait().expect("an end");
    }
}

fn client() -> Client {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    Client::builder().no_proxy().build().expect("a client")
}

/// Status and JSON; none if the server went away meanwhile.
async fn send(client: &Client, to: &Door, method: Method, path: &str, body: Value) -> Option<(StatusCode, Value)> {
    let request = client.request(method, format!("{}/v1{path}", to.url)).bearer_auth(&to.key);
    let response = request.header("Clerk-API-Version", "2026-05-12").json(&body).send().await.ok()?;
    let status = response.status();
    Some((status, response.json().await.ok()?))
}

#[derive(Clone)]
struct Door {
    url: String,
    key: String,
}

/// What one client knows: its users by external id.
#[derive(Default)]
struct Known {
    number: usize,
    /// Id and first name, as acknowledged.
    users: BTreeMap<String, (String, String)>,
    deleted: HashSet<String>,
    /// What was under way when the server went away, and is done or not.
    open: Option<Open>,
}

enum Open {
    Create(String, String),
    Update(String, String),
    Delete(String),
}

/// Creates, changes and deletes until the server is gone.
async fn work(client: Client, door: Door, mut known: Known, name: &'static str) -> Known {
    loop {
        known.number += 1;
        let external = format!("{name}-{}", known.number);
        let body = json!({ "external_id": external, "first_name": "new", "skip_user_requirement": true });
        known.open = Some(Open::Create(external.clone(), "new".to_owned()));
        let Some((status, user)) = send(&client, &door, Method::POST, "/users", body).await else { return known };
        assert_eq!(status, 200, "{user}");
        let id = user["id"].as_str().unwrap().to_owned();
        known.users.insert(external.clone(), (id, "new".to_owned()));

        let (target, (id, _)) = known.users.iter().nth(known.number * 7 % known.users.len()).unwrap();
        let (target, id) = (target.clone(), id.clone());
        let first_name = format!("changed {}", known.number);
        known.open = Some(Open::Update(target.clone(), first_name.clone()));
        let body = json!({ "first_name": first_name });
        let Some((status, user)) = send(&client, &door, Method::PATCH, &format!("/users/{id}"), body).await else {
            return known;
        };
        assert_eq!(status, 200, "{user}");
        known.users.insert(target, (id, first_name));

        if known.users.len() > 12 {
            let (target, (id, _)) = known.users.iter().nth(known.number * 5 % known.users.len()).unwrap();
            let (target, id) = (target.clone(), id.clone());
            known.open = Some(Open::Delete(target.clone()));
            let path = format!("/users/{id}");
            let Some((status, answer)) = send(&client, &door, Method::DELETE, &path, json!({})).await else {
                return known;
            };
            assert_eq!(status, 200, "{answer}");
            known.users.remove(&target);
            known.deleted.insert(target);
        }
        known.open = None;
    }
}

/// Compares what a client knows with what the server has. What was under way is settled by what is there.
fn check(known: &mut Known, found: &BTreeMap<String, (String, String)>, name: &str) {
    match known.open.take() {
        Some(Open::Create(external, first_name)) => {
            if let Some((id, found_name)) = found.get(&external) {
                assert_eq!(*found_name, first_name);
                known.users.insert(external, (id.clone(), first_name));
            }
        }
        Some(Open::Update(external, first_name)) => {
            if found.get(&external).is_some_and(|(_, found_name)| *found_name == first_name)
                && let Some((_, known_name)) = known.users.get_mut(&external)
            {
                *known_name = first_name;
            }
        }
        Some(Open::Delete(external)) if !found.contains_key(&external) => {
            known.users.remove(&external);
            known.deleted.insert(external);
        }
        Some(Open::Delete(_)) | None => {}
    }
    let own: BTreeMap<_, _> = found
        .iter()
        .filter(|(external, _)| external.split('-').next() == Some(name))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    assert!(!own.keys().any(|external| known.deleted.contains(external)), "something deleted came back");
    assert_eq!(own, known.users, "what was acknowledged is what is there");
}

async fn all_users(client: &Client, door: &Door) -> BTreeMap<String, (String, String)> {
    let (_, list) = send(client, door, Method::GET, "/users?limit=500", json!({})).await.expect("an answer");
    let list = list.as_array().expect("a list").clone();
    let text = |user: &Value, name: &str| user[name].as_str().unwrap_or_default().to_owned();
    let found: BTreeMap<_, _> =
        list.iter().map(|user| (text(user, "external_id"), (text(user, "id"), text(user, "first_name")))).collect();
    assert_eq!(found.len(), list.len(), "nobody is there twice");
    let ids: HashSet<_> = found.values().map(|(id, _)| id).collect();
    assert_eq!(ids.len(), list.len());
    found
}

#[tokio::test]
async fn fifty_kills_lose_nothing_that_was_acknowledged() {
    const NAMES: [&str; 3] = ["a", "b", "c"];
    let directory = TempDir::new().expect("a directory");
    let client = client();
    let mut all: Vec<Known> = NAMES.iter().map(|_| Known::default()).collect();
    for round in 0..50_u64 {
        let server = Server::start(directory.path(), &["nice"]);
        let door = Door { url: server.url.clone(), key: server.key.clone() };
        let found = all_users(&client, &door).await;
        for (known, name) in all.iter_mut().zip(NAMES) {
            check(known, &found, name);
        }
        let work: Vec<_> = all
            .drain(..)
            .zip(NAMES)
            .map(|(known, name)| tokio::spawn(work(client.clone(), door.clone(), known, name)))
            .collect();
        // Microseconds: somewhere within a request, each time elsewhere.
        tokio::time::sleep(Duration::from_micros(fastrand::Rng::with_seed(round).u64(2_000..120_000))).await;
        server.kill();
        for task in work {
            all.push(task.await.expect("a client that was answered as it should be"));
        }
    }
    let server = Server::start(directory.path(), &["nice"]);
    let door = Door { url: server.url.clone(), key: server.key.clone() };
    let found = all_users(&client, &door).await;
    for (known, name) in all.iter_mut().zip(NAMES) {
        check(known, &found, name);
    }
    server.kill();
    let created: usize = all.iter().map(|known| known.number).sum();
    let deleted: usize = all.iter().map(|known| known.deleted.len()).sum();
    println!("{created} created, {deleted} deleted, {} left", found.len());
    assert!(created > 100 && deleted > 10, "too little happened: {created} created, {deleted} deleted");
}

#[tokio::test]
async fn a_full_disk_is_told_and_undone() {
    let directory = TempDir::new().expect("a directory");
    // No file over 3 MiB; a write beyond is an error and no signal.
    let limited = ["sh", "-c", "trap '' XFSZ; ulimit -f 6144; exec \"$0\" \"$@\""];
    let server = Server::start(directory.path(), &limited);
    let (client, door) = (client(), Door { url: server.url.clone(), key: server.key.clone() });
    let mut ids = HashSet::new();
    let big = "x".repeat(7_000);
    let error = loop {
        let body = json!({ "skip_user_requirement": true, "private_metadata": { "big": big } });
        let (status, answer) = send(&client, &door, Method::POST, "/users", body).await.expect("an answer");
        if status != 200 {
            assert_eq!(status, 500, "{answer}");
            break answer;
        }
        ids.insert(answer["id"].as_str().unwrap().to_owned());
        assert!(ids.len() < 5_000, "the limit does not hold");
    };
    assert_eq!(error["errors"][0]["code"], "storage_failed", "{error}");
    let (_, count) = send(&client, &door, Method::GET, "/users/count", json!({})).await.expect("an answer");
    assert_eq!(count["total_count"], ids.len(), "what could not be kept is not there");
    server.kill();

    let server = Server::start(directory.path(), &["nice"]);
    let door = Door { url: server.url.clone(), key: server.key.clone() };
    let (_, count) = send(&client, &door, Method::GET, "/users/count", json!({})).await.expect("an answer");
    assert_eq!(count["total_count"], ids.len());
    for id in &ids {
        let (status, _) =
            send(&client, &door, Method::GET, &format!("/users/{id}"), json!({})).await.expect("an answer");
        assert_eq!(status, 200);
    }
    server.kill();
}
