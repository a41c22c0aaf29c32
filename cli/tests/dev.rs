//! `usher dev`.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, clippy::print_stdout)]
#![cfg(unix)]

mod common;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use common::{Folder, run, usher};
use serde_json::Value;

/// A running one, which goes with the test.
struct Running(Child, BufReader<std::process::ChildStdout>);

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut child =
            usher(["dev"]).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a start");
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        Self(child, stdout)
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.1.read_line(&mut line).expect("a line");
        line
    }

    /// The first line that has this.
    fn line_with(&mut self, text: &str) -> String {
        loop {
            let line = self.line();
            assert!(!line.is_empty(), "no line has {text}");
            if line.contains(text) {
                return line.trim_end().to_owned();
            }
        }
    }

    fn signal(mut self, name: &str) -> (Option<i32>, String) {
        let id = self.0.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().expect("kill runs").success());
        let code = self.0.wait().expect("an end").code();
        let stderr = std::io::read_to_string(self.0.stderr.take().expect("a pipe")).expect("text");
        (code, stderr)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn api(url: &str, key: &str, arguments: &[&str]) -> common::Ran {
    run(usher(["api"]).args(arguments).env("CLERK_API_URL", url).env("CLERK_SECRET_KEY", key))
}

#[test]
fn json_is_one_line_with_url_and_keys_and_an_interrupt_ends_it() {
    let mut dev = Running::start(&["--port", "0", "--json"]);
    let told: Value = serde_json::from_str(&dev.line()).expect("JSON");
    let text = |name: &str| told[name].as_str().unwrap_or_else(|| panic!("no {name}: {told}"));
    assert!(text("secret_key").starts_with("sk_test_") && text("publishable_key").starts_with("pk_test_"));
    assert!(text("jwt_key").starts_with("-----BEGIN PUBLIC KEY-----"));
    api(text("url"), text("secret_key"), &["users.count"]).with_code(0);
    let (code, stderr) = dev.signal("INT");
    assert_eq!(code, Some(130));
    assert!(stderr.contains("Not for production"), "{stderr}");
}

#[test]
fn the_only_endpoint_of_the_fixtures_is_told_with_its_secret() {
    let folder = Folder::new();
    let secret = "whsec_plJ3nmyCDGBKInavdOK15jsl";
    let yaml = format!("webhook_endpoints:\n  - {{ url: \"http://localhost:1/hooks\", secret: {secret} }}\n");
    let file = folder.write("place.yaml", &yaml);
    let mut dev = Running::start(&["--port", "0", "--fixtures", file.to_str().expect("a path")]);
    assert!(dev.line_with("webhooks to").contains("http://localhost:1/hooks"));
    assert_eq!(dev.line_with("CLERK_WEBHOOK_SIGNING_SECRET="), format!("CLERK_WEBHOOK_SIGNING_SECRET={secret}"));
}

#[test]
fn people_get_what_to_paste_and_a_log() {
    let mut dev = Running::start(&["--port", "0", "--seed", "7"]);
    dev.line_with("Not for production");
    let value = |line: String| line.split_once('=').expect("a variable").1.to_owned();
    let key = value(dev.line_with("CLERK_SECRET_KEY="));
    let url = value(dev.line_with("CLERK_API_URL="));
    let jwt_key = value(dev.line_with("CLERK_JWT_KEY="));
    assert!(jwt_key.starts_with("\"-----BEGIN PUBLIC KEY-----") && jwt_key.ends_with("-----END PUBLIC KEY-----\""));
    api(&url, &key, &["users.get", "user_none"]).with_code(3);
    let line = dev.line_with("/v1/users/user_none");
    assert!(line.starts_with("GET") && line.contains(" 404 ") && line.contains(" ms "), "{line}");
    // The pasted key verifies the emulator's tokens by itself.
    let user =
        api(&url, &key, &["users.create", "email_address=a@example.com", "skip_password_requirement=true"]).json();
    let mint = ["token", "mint", "--url", &url, "--user", user["id"].as_str().expect("an id")];
    let token = run(usher(mint).env("CLERK_SECRET_KEY", &key)).with_code(0).stdout;
    run(usher(["token", "verify", token.trim()]).env("CLERK_JWT_KEY", jwt_key.trim_matches('"'))).with_code(0);
    assert_eq!(dev.signal("TERM").0, Some(143));
}

#[test]
fn quiet_shows_no_requests() {
    let mut dev = Running::start(&["--port", "0", "--quiet"]);
    let key = dev.line_with("CLERK_SECRET_KEY=").split_once('=').expect("a variable").1.to_owned();
    let url = dev.line_with("CLERK_API_URL=").split_once('=').expect("a variable").1.to_owned();
    api(&url, &key, &["users.count"]).with_code(0);
    let id = dev.0.id().to_string();
    assert!(Command::new("kill").args(["-s", "INT", &id]).status().expect("kill runs").success());
    let rest = std::io::read_to_string(&mut dev.1).expect("text");
    assert!(!rest.contains("/v1/users"), "{rest}");
}

#[test]
fn what_is_in_a_directory_of_data_is_there_the_next_time() {
    let folder = common::Folder::new();
    let data = folder.path("data");
    let arguments = ["--port", "0", "--json", "--data", common::text(&data)];
    let mut counts = Vec::new();
    for number in 0..2 {
        let mut dev = Running::start(&arguments);
        let told: Value = serde_json::from_str(&dev.line()).expect("JSON");
        let text = |name: &str| told[name].as_str().unwrap_or_else(|| panic!("no {name}: {told}")).to_owned();
        let (url, key) = (text("url"), text("secret_key"));
        let email = format!("email_address=u{number}@example.com");
        api(&url, &key, &["users.create", &email, "skip_password_requirement=true"]).with_code(0);
        counts.push((key.clone(), api(&url, &key, &["users.count"]).json()["total_count"].clone()));
        let second = run(usher(["dev"]).args(arguments)).with_code(1);
        assert!(!second.says(&key), "{second:?}");
        assert_eq!(dev.signal("INT").0, Some(130));
    }
    assert_eq!((&counts[0].1, &counts[1].1), (&1.into(), &2.into()));
    assert_eq!(counts[0].0, counts[1].0, "the keys stay too");
}

#[test]
fn the_dashboard_is_not_in_the_log() {
    let mut dev = Running::start(&["--port", "0"]);
    let key = dev.line_with("CLERK_SECRET_KEY=").split_once('=').expect("a variable").1.trim().to_owned();
    let url = dev.line_with("CLERK_API_URL=").split_once('=').expect("a variable").1.trim().to_owned();
    for page in ["/", "/_usher/users"] {
        let answer = get(&format!("{url}{page}"));
        assert!(answer.starts_with("HTTP/1.1 200"), "{page}: {answer}");
    }
    api(&url, &key, &["users.count"]).with_code(0);
    dev.line_with("Requests:");
    let first = dev.line_with("/");
    assert!(first.contains("/v1/users/count"), "{first}");
}

/// The head of an answer, as text.
fn get(url: &str) -> String {
    use std::io::{Read as _, Write as _};
    let (host, path) = url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).expect("a URL");
    let mut stream = std::net::TcpStream::connect(host).expect("a connection");
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn a_port_that_is_taken_is_named() {
    let mut first = Running::start(&["--port", "0", "--json"]);
    let told: Value = serde_json::from_str(&first.line()).expect("JSON");
    let port = told["url"].as_str().and_then(|url| url.rsplit(':').next()).expect("a port").to_owned();
    let ran = run(&mut usher(["dev", "--port", &port])).with_code(1);
    assert!(ran.stderr.contains(&format!("port {port} is taken")), "{ran:?}");
}

#[test]
fn beyond_the_loopback_it_listens_only_when_told_twice() {
    let ran = run(&mut usher(["dev", "--port", "0", "--host", "0.0.0.0"])).with_code(2);
    assert!(ran.says("--listen-beyond-loopback"), "{ran:?}");
    let mut dev = Running::start(&["--port", "0", "--host", "0.0.0.0", "--listen-beyond-loopback", "--json"]);
    let told: Value = serde_json::from_str(&dev.line()).expect("JSON");
    assert!(told["url"].as_str().is_some_and(|url| url.starts_with("http://127.0.0.1:")), "{told}");
    assert!(dev.signal("INT").1.contains("every machine that reaches it"));
}
