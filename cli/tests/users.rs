//! `usher users import` and `usher users export`.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, clippy::print_stdout)]

mod common;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use clerk_usher_emulator::{Emulator, Fault};
use common::{Folder, Ran, at, emulator, run, text, usher};
use serde_json::{Value, json};

fn fault(emulator: &Emulator, fault: Value) {
    emulator.add_fault(serde_json::from_value::<Fault>(fault).expect("a fault")).expect("set");
}

fn import(emulator: &Emulator, file: &Path, more: &[&str]) -> Ran {
    run(at(emulator, ["users", "import", "--json", text(file)]).args(more))
}

/// All users, by the command itself.
fn users(emulator: &Emulator) -> Vec<Value> {
    run(&mut at(emulator, ["api", "users.list", "--all", "limit=500"])).with_code(0).lines()
}

/// How many users there are of each address.
fn addresses(emulator: &Emulator) -> BTreeMap<String, u32> {
    let mut found = BTreeMap::new();
    for user in users(emulator) {
        let address = user["email_addresses"][0]["email_address"].as_str().expect("an address").to_owned();
        *found.entry(address).or_default() += 1;
    }
    found
}

/// So many users with addresses of their own, as JSONL.
fn many(count: usize) -> String {
    (0..count)
        .map(|number| format!("{{\"email_address\":[\"u{number}@example.com\"],\"external_id\":\"crm-{number}\"}}\n"))
        .collect()
}

#[test]
fn a_csv_file_becomes_users() {
    let (emulator, folder) = (emulator(), Folder::new());
    let file = folder.write(
        "users.csv",
        "\u{feff}email_address,first_name,external_id,public_metadata,banned\n\
         ann@example.com;a@example.com,Ann,crm-1,\"{\"\"n\"\": 123456789012345678901}\",\n\
         bob@example.com,\"Bob, \"\"B\"\"\",,,TRUE\n",
    );
    let ran = import(
        &emulator,
        &file,
        &["--set", "skip_password_requirement=true", "--set", "locale=en-US", "--concurrency", "1"],
    )
    .with_code(0);
    assert_eq!(ran.json()["created"], 2);
    let found = users(&emulator);
    assert_eq!((&found[0]["first_name"], &found[0]["banned"]), (&json!("Bob, \"B\""), &json!(true)));
    assert_eq!(found[1]["email_addresses"].as_array().map(Vec::len), Some(2));
    assert_eq!((&found[1]["external_id"], &found[1]["locale"]), (&json!("crm-1"), &json!("en-US")));
    let sent = emulator.requests().iter().any(|request| {
        request.body.as_ref().is_some_and(|body| body.contains("123456789012345678901") && body.contains("en-US"))
    });
    assert!(sent, "metadata is sent as it is written");
}

#[test]
fn a_dry_run_checks_every_line_and_asks_nobody() {
    let folder = Folder::new();
    let file = folder.write(
        "users.jsonl",
        "{\"email_address\":[\"a@example.com\"]}\n\n{\"email_address\":\"b@example.com\"}\n{\"frist_name\":\"Cy\"}\nhello\n\
         {\"id\":\"user_1\",\"username\":\"dan\"}\n",
    );
    let report = folder.path("report.jsonl");
    let arguments = ["users", "import", text(&file), "--dry-run", "--report", text(&report), "--json"];
    let ran = run(&mut usher(arguments)).with_code(1);
    assert_eq!((&ran.json()["total"], &ran.json()["invalid"]), (&json!(5), &json!(3)));
    let report = std::fs::read_to_string(&report).expect("a report");
    let told: Vec<Value> = report.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(told.iter().map(|entry| entry["line"].as_u64().expect("a number")).collect::<Vec<_>>(), [3, 4, 5]);
    assert!(told[1]["message"].as_str().is_some_and(|text| text.contains("first_name")), "{report}");
    assert_eq!(folder.names(), ["report.jsonl", "users.jsonl"], "no journal");
    let odd = folder.write("odd.csv", "email_address,shoe_size\na@example.com,42\n");
    let ran = run(&mut usher(["users", "import", text(&odd), "--dry-run"])).with_code(1);
    assert!(ran.says("shoe_size"), "{ran:?}");
    let short = folder.write("short.csv", "email_address,first_name\na@example.com\nb@example.com,Bob\n");
    let ran = run(&mut usher(["users", "import", text(&short), "--dry-run"])).with_code(1);
    assert!(ran.says("line 2: it has 1 cells"), "{ran:?}");
}

#[test]
fn nothing_is_sent_while_a_line_is_invalid_unless_told_so() {
    let (emulator, folder) = (emulator(), Folder::new());
    let file = folder.write("users.jsonl", "{\"email_address\":[\"a@example.com\"]}\n{\"banned\":\"yes\"}\n");
    let ran = import(&emulator, &file, &[]).with_code(1);
    assert!(ran.says("--skip-invalid"), "{ran:?}");
    assert!(emulator.requests().is_empty());
    let ran = import(&emulator, &file, &["--skip-invalid"]).with_code(1);
    assert_eq!((&ran.json()["created"], &ran.json()["invalid"]), (&json!(1), &json!(1)));
}

#[test]
fn a_second_run_creates_nobody_and_a_corrected_line_its_user() {
    let (emulator, folder) = (emulator(), Folder::new());
    let file = folder.write(
        "users.jsonl",
        "{\"email_address\":[\"a@example.com\"],\"password\":\"correct horse battery\"}\n{\"email_address\":[\"no address\"]}\n",
    );
    let report = folder.path("report.jsonl");
    let ran = import(&emulator, &file, &["--report", text(&report)]).with_code(1);
    assert_eq!((&ran.json()["created"], &ran.json()["failed"]), (&json!(1), &json!(1)));
    let told: Value = serde_json::from_str(&std::fs::read_to_string(&report).expect("a report")).expect("JSON");
    assert_eq!((&told["line"], &told["http_status"]), (&json!(2), &json!(422)));
    assert!(told["errors"][0]["meta"]["param_name"] == "email_address" && told["trace_id"].is_string(), "{told}");
    folder.write("users.jsonl", "{\"email_address\":[\"b@example.com\"]}\n{\"email_address\":[\"a@example.com\"]}\n");
    let ran = import(&emulator, &file, &[]).with_code(0);
    assert_eq!((&ran.json()["created"], &ran.json()["done_before"]), (&json!(1), &json!(1)), "{ran:?}");
    let journal = std::fs::read_to_string(folder.path("users.jsonl.usher-journal")).expect("a journal");
    assert!(!journal.contains("correct horse") && !journal.contains("example.com"), "{journal}");
}

#[test]
fn a_journal_belongs_to_one_instance() {
    let (here, there, folder) = (emulator(), emulator(), Folder::new());
    let file = folder.write("users.jsonl", &many(2));
    import(&here, &file, &[]).with_code(0);
    let ran = import(&there, &file, &[]).with_code(2);
    assert!(ran.says("--journal"), "{ran:?}");
    let other = folder.path("other");
    import(&there, &file, &["--journal", text(&other)]).with_code(0);
    assert_eq!(users(&there).len(), 2);
}

#[test]
fn a_limit_of_the_api_is_waited_for() {
    let (emulator, folder) = (emulator(), Folder::new());
    let file = folder.write("users.jsonl", &many(40));
    fault(&emulator, json!({"method": "POST", "route": "/v1/users", "retry_after": 0, "count": 30}));
    fault(&emulator, json!({"method": "POST", "route": "/v1/users", "retry_after": 1, "count": 3}));
    let ran = import(&emulator, &file, &[]).with_code(0);
    assert_eq!(ran.json()["created"], 40);
    assert!(ran.stderr.contains("a pause of 1 s"), "{ran:?}");
    assert_eq!(addresses(&emulator).len(), 40);
}

#[test]
fn an_answer_that_is_lost_creates_nobody_twice() {
    let (emulator, folder) = (emulator(), Folder::new());
    let file = folder.write("users.jsonl", &many(12));
    fault(&emulator, json!({"method": "POST", "route": "/v1/users", "truncate": true, "count": 3}));
    fault(&emulator, json!({"method": "POST", "route": "/v1/users", "status": 502, "count": 2}));
    fault(&emulator, json!({"method": "POST", "route": "/v1/users", "drop": true, "count": 2}));
    let ran = import(&emulator, &file, &["--concurrency", "3"]).with_code(0);
    assert_eq!((&ran.json()["created"], &ran.json()["found"]), (&json!(9), &json!(3)), "{ran:?}");
    assert!(addresses(&emulator).values().all(|count| *count == 1));
    assert_eq!(users(&emulator).len(), 12);
}

#[test]
fn who_cannot_be_looked_up_is_told_and_not_created_again() {
    let (emulator, folder) = (emulator(), Folder::new());
    let file = folder.write("users.jsonl", "{\"first_name\":\"Nobody\",\"skip_user_requirement\":true}\n");
    fault(&emulator, json!({"method": "POST", "route": "/v1/users", "truncate": true, "count": 1}));
    for _ in 0..2 {
        let ran = import(&emulator, &file, &[]).with_code(1);
        assert_eq!(ran.json()["unknown"], 1, "{ran:?}");
    }
    assert_eq!(users(&emulator).len(), 1);
}

#[test]
fn a_key_that_does_not_hold_ends_it_and_the_right_one_goes_on() {
    let (emulator, folder) = (emulator(), Folder::new());
    let file = folder.write("users.jsonl", &many(5));
    let mut wrong = at(&emulator, ["users", "import", text(&file)]);
    let ran = run(wrong.env("CLERK_SECRET_KEY", "sk_test_abcdefghijklmnopqrstuvwxyz")).with_code(3);
    assert!(!ran.says("abcdefghijkl"), "{ran:?}");
    fault(&emulator, json!({"method": "POST", "route": "/v1/users", "status": 403, "count": 1}));
    import(&emulator, &file, &["--concurrency", "1"]).with_code(3);
    let ran = import(&emulator, &file, &[]).with_code(0);
    assert_eq!(ran.json()["created"], 5);
    run(&mut usher(["users", "import", text(&file)])).with_code(2);
    run(&mut usher(["users", "import", "/nowhere/users.csv"])).with_code(2);
}

#[test]
fn killed_at_fifty_moments_it_loses_nobody_and_creates_nobody_twice() {
    const USERS: usize = 1_000;
    let (emulator, folder) = (emulator(), Folder::new());
    let file = folder.write("users.jsonl", &many(USERS));
    let created = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&created);
    emulator.on_answer(move |answered| {
        if answered.method == "POST" && answered.path == "/v1/users" {
            counter.fetch_add(1, Ordering::SeqCst);
        }
    });
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let mut killed = 0;
    while killed < 50 {
        let goal = created.load(Ordering::SeqCst) + random.u64(0..=17);
        let mut child = at(&emulator, ["users", "import", "--quiet", text(&file)])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a start");
        // Somewhere between two users, or before the first, or within the writing of a record.
        while created.load(Ordering::SeqCst) < goal && child.try_wait().expect("a state").is_none() {
            std::thread::yield_now();
        }
        for _ in 0..random.u32(0..20_000) {
            std::hint::spin_loop();
        }
        assert!(child.try_wait().expect("a state").is_none(), "it ended before it was killed; {killed} times so far");
        child.kill().expect("killed");
        child.wait().expect("an end");
        killed += 1;
    }
    let ran = import(&emulator, &file, &[]).with_code(0);
    let told = ran.json();
    assert_eq!(told["total"], USERS);
    assert_eq!((&told["failed"], &told["unknown"]), (&json!(0), &json!(0)));
    assert!(told["done_before"].as_u64() > Some(0) && told["created"].as_u64() > Some(0), "{told}");
    let found = addresses(&emulator);
    assert_eq!(found.len(), USERS, "nobody lost");
    assert!(found.values().all(|count| *count == 1), "nobody twice");
    assert_eq!(users(&emulator).len(), USERS);
    assert_eq!(import(&emulator, &file, &[]).with_code(0).json()["done_before"], USERS);
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_at_once_and_the_next_run_goes_on() {
    let (emulator, folder) = (emulator(), Folder::new());
    let file = folder.write("users.jsonl", &many(30));
    // Its answers never come: it can only end by the interrupt.
    fault(&emulator, json!({"method": "POST", "route": "/v1/users", "latency_ms": 3_600_000}));
    let (sender, began) = std::sync::mpsc::channel();
    emulator.on_answer(move |answered| {
        let _ = sender.send(answered.path.clone());
    });
    let child = at(&emulator, ["users", "import", text(&file)]).stderr(Stdio::null()).spawn().expect("a start");
    assert_eq!(began.recv().expect("a request"), "/v1/jwks");
    let kill = Command::new("kill").args(["-s", "INT", &child.id().to_string()]).status().expect("kill runs");
    let output = child.wait_with_output().expect("an end");
    assert!(kill.success());
    assert_eq!(output.status.code(), Some(130));
    emulator.clear_faults();
    import(&emulator, &file, &[]).with_code(0);
    assert_eq!(addresses(&emulator).len(), 30);
}

/// What an export says, without the ids, which no two instances share.
fn exported(emulator: &Emulator, path: &Path) -> String {
    run(&mut at(emulator, ["users", "export", "--json", text(path)])).with_code(0);
    let text = std::fs::read_to_string(path).expect("an export");
    let lines: Vec<String> = text
        .lines()
        .map(|line| match line.strip_prefix("{\"id\":") {
            Some(rest) => rest.split_once(',').expect("more than the id").1.to_owned(),
            None => line.split_once(',').expect("more than the id").1.to_owned(),
        })
        .collect();
    lines.join("\n")
}

#[test]
fn what_is_exported_can_be_imported_and_is_the_same_again() {
    for ending in ["csv", "jsonl"] {
        let (from, to, folder) = (emulator(), emulator(), Folder::new());
        let source = folder.write(
            "source.jsonl",
            "{\"email_address\":[\"a@example.com\",\"b@example.com\"],\"email_address_identification_status\":[\"verified\",\"reserved\"],\
              \"phone_number\":[\"+15550100001\"],\"first_name\":\"Ann; \\\"A\\\"\\n, Lee\",\"public_metadata\":{\"plan\":\"pro\",\"n\":[1,{\"x\":\"é\"}]},\
              \"private_metadata\":{\"k\":\"v\"},\"unsafe_metadata\":{\"u\":null},\"created_at\":1600000000000,\"create_organizations_limit\":3}\n\
             {\"username\":\"bobby\",\"external_id\":\"crm-2\",\"banned\":true,\"delete_self_enabled\":false,\"locale\":\"de-DE\",\"created_at\":1600000000001}\n",
        );
        import(&from, &source, &[]).with_code(0);
        let file = folder.path(&format!("users.{ending}"));
        let first = exported(&from, &file);
        assert!(first.contains("crm-2") && first.contains("reserved"), "{first}");
        import(&to, &file, &[]).with_code(0);
        assert_eq!(exported(&to, &folder.path(&format!("again.{ending}"))), first, "{ending}");
    }
}

#[test]
fn an_export_walks_all_pages_oldest_first() {
    let (emulator, folder) = (emulator(), Folder::new());
    let file = folder.write("users.jsonl", &many(1_234));
    import(&emulator, &file, &["--concurrency", "1"]).with_code(0);
    emulator.clear_requests();
    let ran = run(&mut at(&emulator, ["users", "export"])).with_code(0);
    let ids: Vec<String> =
        ran.lines().iter().map(|user| user["external_id"].as_str().expect("an id").to_owned()).collect();
    assert_eq!(ids, (0..1_234).map(|number| format!("crm-{number}")).collect::<Vec<_>>());
    assert_eq!(emulator.requests().len(), 3);
    let some = run(&mut at(&emulator, ["users", "export", "--query", "u12@", "--raw"])).with_code(0);
    assert_eq!(some.lines().len(), 1);
    assert_eq!(some.lines()[0]["object"], "user");
    // More often than a single call would try.
    fault(&emulator, json!({"route": "/v1/users", "retry_after": 0, "count": 5}));
    let ran = run(&mut at(&emulator, ["users", "export"])).with_code(0);
    assert_eq!(ran.lines().len(), 1_234);
}

#[test]
fn an_export_that_fails_leaves_the_old_file() {
    let (emulator, folder) = (emulator(), Folder::new());
    let file = folder.write("users.jsonl", "the old one\n");
    fault(&emulator, json!({"route": "/v1/users", "status": 400}));
    run(&mut at(&emulator, ["users", "export", text(&file)])).with_code(3);
    assert_eq!(std::fs::read_to_string(&file).expect("the file"), "the old one\n");
    assert_eq!(folder.names(), ["users.jsonl"]);
    run(&mut at(&emulator, ["users", "export", text(&folder.path("users.txt"))])).with_code(2);
    emulator.clear_faults();
    run(&mut at(&emulator, ["users", "export", text(&file)])).with_code(0);
    assert_eq!(std::fs::read_to_string(&file).expect("the file"), "");
    assert_eq!(folder.names(), ["users.jsonl"]);
}
