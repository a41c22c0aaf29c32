//! `usher api` and `usher doctor`.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, clippy::print_stdout)]

mod common;

use common::{Folder, at, create_user, emulator, run, run_with, text, usher};
use serde_json::json;

#[test]
fn an_operation_takes_its_arguments_by_name_and_by_place() {
    let emulator = emulator();
    let user = create_user(&emulator, "ann@example.com");
    let got = run(&mut at(&emulator, ["api", "users.get", &user])).with_code(0);
    assert!(got.stdout.starts_with("{\n  \""), "laid out for people: {}", got.stdout);
    let named = run(&mut at(&emulator, ["api", "users.get", &format!("user_id={user}"), "--json"])).with_code(0);
    assert_eq!(named.stdout.lines().count(), 1);
    assert_eq!(named.json(), got.json());
    let listed = run(&mut at(&emulator, ["api", "users.list", "limit=10", "query=ann", "--json"])).with_code(0);
    assert_eq!(listed.json()[0]["id"], user.as_str());
    let sent = emulator.requests().pop().expect("a request").query;
    assert_eq!(sent, [("query".into(), "ann".into()), ("limit".into(), "10".into())]);
}

#[test]
fn a_repeated_argument_is_a_list_and_json_is_sent_as_written() {
    let emulator = emulator();
    let arguments = [
        "api",
        "users.create",
        "email_address=a@example.com",
        "email_address=b@example.com",
        "skip_password_requirement=true",
        "public_metadata:={\"n\":123456789012345678901234567890}",
    ];
    run(&mut at(&emulator, arguments)).with_code(0);
    let body = emulator.requests().pop().expect("a request").body.expect("a body");
    assert!(body.contains("123456789012345678901234567890"), "{body}");
    assert!(body.contains(r#""email_address":["a@example.com","b@example.com"]"#), "{body}");
}

#[test]
fn a_body_comes_from_a_file_or_standard_input() {
    let (emulator, folder) = (emulator(), Folder::new());
    let fields = r#"{"email_address": ["c@example.com"], "skip_password_requirement": true}"#;
    let file = folder.write("user.json", fields);
    let created = run(&mut at(&emulator, ["api", "users.create", "first_name=Cy", "--body", text(&file)])).with_code(0);
    assert_eq!(created.json()["first_name"], "Cy");
    let fields = fields.replace("c@", "d@");
    let created = run_with(&mut at(&emulator, ["api", "post", "/users", "--body", "-"]), &fields).with_code(0);
    assert_eq!(created.json()["email_addresses"][0]["email_address"], "d@example.com");
}

#[test]
fn any_method_and_path_can_be_asked() {
    let emulator = emulator();
    create_user(&emulator, "ann@example.com");
    let listed = run(&mut at(&emulator, ["api", "GET", "/v1/users", "limit=1", "--json"])).with_code(0);
    assert_eq!(listed.json().as_array().map(Vec::len), Some(1));
    run(&mut at(&emulator, ["api", "GET", "/nothing/here"])).with_code(3);
    let ran = run(&mut at(&emulator, ["api", "GET", "/users/../x"])).with_code(2);
    assert!(ran.says("path"), "{ran:?}");
    run(&mut at(&emulator, ["api", "GET", "users"])).with_code(2);
}

#[test]
fn all_walks_every_page_an_item_a_line() {
    let emulator = emulator();
    let ids: Vec<String> = (0..5).map(|number| create_user(&emulator, &format!("u{number}@example.com"))).collect();
    emulator.clear_requests();
    for target in [&["users.list"][..], &["GET", "/users"]] {
        let arguments = ["api"].iter().chain(target).chain(&["limit=2", "order_by=+created_at", "--all"]).copied();
        let items = run(&mut at(&emulator, arguments)).with_code(0).lines();
        let found: Vec<&str> = items.iter().filter_map(|item| item["id"].as_str()).collect();
        assert_eq!(found, ids);
        assert_eq!(emulator.requests().len(), 3);
        emulator.clear_requests();
    }
    run(&mut at(&emulator, ["api", "users.get", "user_1", "--all"])).with_code(2);
}

#[test]
fn errors_of_the_api_tell_code_parameter_and_trace() {
    let emulator = emulator();
    let arguments = ["api", "users.create", "email_address=no address", "skip_password_requirement=true"];
    let ran = run(&mut at(&emulator, arguments)).with_code(3);
    assert!(ran.stderr.contains("email_address") && ran.stderr.contains("trace id"), "{ran:?}");
    assert!(ran.stdout.is_empty());
    let ran = run(at(&emulator, arguments).arg("--json")).with_code(3);
    let error = &ran.json()["error"];
    assert_eq!((&error["status"], &error["errors"][0]["meta"]["param_name"]), (&json!(422), &json!("email_address")));
    assert!(error["trace_id"].is_string() && ran.stderr.is_empty(), "{ran:?}");
}

#[test]
fn what_cannot_be_is_refused_before_anything_is_sent() {
    let emulator = emulator();
    for (arguments, told) in [
        (&["users.lst"][..], "users.list"),
        (&["users.list", "limit=ten"], "limit"),
        (&["users.list", "limit=0"], "limit"),
        (&["users.list", "lmit=1"], "limit"),
        (&["users.list", "limit:={"], "limit"),
        (&["users.get"], "user_id"),
        (&["users.get", "user_1", "user_2"], "without a name"),
        (&["users.create", "public_metadata={}"], "public_metadata:="),
        (&["GET"], "path"),
        (&[], "OPERATION"),
    ] {
        let ran = run(at(&emulator, ["api"]).args(arguments)).with_code(2);
        assert!(ran.stderr.contains(told), "{arguments:?}: {ran:?}");
    }
    assert!(emulator.requests().is_empty());
}

#[test]
fn keys_are_no_arguments_and_never_shown() {
    let ran = run(&mut usher(["api", "users.list", "--secret-key", "sk_test_abcdefghijkl"])).with_code(2);
    assert!(!ran.says("abcdefghijkl"), "{ran:?}");
    let ran = run(&mut usher(["api", "sk_test_abcdefghijkl"])).with_code(2);
    assert!(!ran.says("abcdefghijkl"), "{ran:?}");
    let ran = run(usher(["api", "users.list"]).env("CLERK_SECRET_KEY", "pk_test_abcdefghijkl")).with_code(2);
    assert!(ran.says("publishable key") && !ran.says("abcdefghijkl"), "{ran:?}");
    assert!(run(&mut usher(["api", "--help"])).with_code(0).says("A key is no argument on purpose"));
}

#[test]
fn operations_are_listed() {
    let all = run(&mut usher(["api", "--list"])).with_code(0);
    assert_eq!(all.stdout.lines().count(), clerk_usher::generated::operations::OPERATIONS.len());
    let some = run(&mut usher(["api", "--list", "passkey"])).with_code(0);
    assert!(some.stdout.lines().all(|line| line.contains("passkey")) && !some.stdout.is_empty());
    let lines = run(&mut usher(["api", "--list", "users.list", "--json"])).with_code(0).lines();
    assert_eq!((&lines[0]["method"], &lines[0]["pages"]), (&json!("GET"), &json!(true)));
    run(&mut usher(["api", "--list", "nothing like it"])).with_code(1);
}

#[test]
fn an_api_that_is_not_there_is_a_failure_of_the_network() {
    let emulator = emulator();
    emulator.stop();
    run(&mut at(&emulator, ["api", "users.count"])).with_code(3);
}

#[test]
fn the_doctor_finds_problems_and_none() {
    let emulator = emulator();
    let with_keys =
        |command: &mut std::process::Command| run(command.env("CLERK_PUBLISHABLE_KEY", emulator.publishable_key()));
    let ran = with_keys(&mut at(&emulator, ["doctor", "--json"])).with_code(0);
    assert_eq!(ran.json()["ok"], true);
    let ran = with_keys(at(&emulator, ["doctor"]).env("CLERK_SECRET_KEY", "sk_test_abcdefghijklmnop")).with_code(1);
    assert!(ran.says("problem") && !ran.says("abcdefghijkl"), "{ran:?}");
    run(&mut usher(["doctor"])).with_code(1);
}

#[test]
fn help_and_completions_are_printed() {
    for command in [&[][..], &["api"], &["dev"], &["doctor"], &["token"], &["token", "mint"], &["completions"]] {
        let ran = run(usher(command).arg("--help")).with_code(0);
        assert!(ran.stdout.contains("Examples:"), "{command:?}: {ran:?}");
    }
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let ran = run(&mut usher(["completions", shell])).with_code(0);
        assert!(ran.stdout.contains("decode"), "{shell}");
    }
    run(&mut usher(["completions", "tcsh"])).with_code(2);
    assert_eq!(run(&mut usher(["--version"])).with_code(0).stdout, format!("usher {}\n", env!("CARGO_PKG_VERSION")));
}
