//! The control door over HTTP, for other processes: `POST /_usher/control/{command}`.

use crate::control::{self, COMMANDS};
use crate::emulator::Emulator;
use crate::errors::EmulatorError;
use crate::page::is_own;
use crate::state::Shared;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderName, Method, header};
use serde_json::json;
use std::net::IpAddr;
use std::thread;
use std::time::Duration;
use tokio::sync::oneshot;

/// What the paths begin with.
pub(crate) const PREFIX: &str = "/_usher/control/";
/// How long the answer to `stop` has to get out before the connections are cut.
const LAST_WORD: Duration = Duration::from_millis(50);

/// Status and body.
type Answer = (u16, String);

fn refuse(status: u16, text: impl Into<String>) -> Answer {
    (status, json!({ "error": text.into() }).to_string())
}

/// Runs a command on a thread of its own: some wait, and the server must go on meanwhile.
pub(crate) async fn answer(shared: &Shared, head: &Parts, body: Bytes) -> Answer {
    if let Err(answer) = check(shared, head) {
        return answer;
    }
    let command = head.uri.path().strip_prefix(PREFIX).unwrap_or_default().to_owned();
    let Ok(arguments) = String::from_utf8(body.to_vec()) else {
        return refuse(400, "the body must be a JSON object");
    };
    let handle = shared.handle.clone();
    let (done, answer) = oneshot::channel();
    let run = move || {
        // Taken here: if it is the last one, dropping it waits for the server's thread.
        let Some(emulator) = handle.get().and_then(Emulator::from_weak) else { return };
        let stop = command == "stop";
        let result = control::run(&emulator, if stop { "clock_get" } else { &command }, &arguments);
        let _ = done.send(match result {
            Ok(_) if stop => (200, json!({}).to_string()),
            Ok(answer) => (200, answer),
            Err(error) => tell(&command, &error),
        });
        if stop {
            thread::sleep(LAST_WORD);
            emulator.stop();
        }
    };
    if thread::Builder::new().name("clerk-usher-control".to_owned()).spawn(run).is_err() {
        return refuse(503, "no thread can be had for the command");
    }
    answer.await.unwrap_or_else(|_| refuse(503, "the emulator is stopping"))
}

fn tell(command: &str, error: &EmulatorError) -> Answer {
    if error.to_string() == control::unknown(command).to_string() {
        let body = json!({ "error": format!("there is no command {command}"), "commands": COMMANDS });
        return (404, body.to_string());
    }
    match error {
        EmulatorError::Argument(text) => refuse(400, text),
        other => refuse(500, other.to_string()),
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("?"))
}

/// Who may: whoever has the secret key, and no page of another site. Its browser could be led here by a name that points
/// at this machine.
fn check(shared: &Shared, head: &Parts) -> Result<(), Answer> {
    let own = |authority: &str| is_own(authority, &shared.url) || (shared.is_remote && is_address(authority));
    let host = text(&head.headers, header::HOST).unwrap_or_default();
    if !own(host) {
        return Err(refuse(403, format!("the Host must be that of {} or this machine's loopback", shared.url)));
    }
    if let Some(origin) = text(&head.headers, header::ORIGIN)
        && !origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host))
    {
        return Err(refuse(403, "pages of other origins have no control"));
    }
    if head.method != Method::POST {
        return Err(refuse(405, "commands are sent with POST"));
    }
    let key = text(&head.headers, header::AUTHORIZATION).and_then(|value| value.split_once(' '));
    match key {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") && key.trim() == shared.secret_key => Ok(()),
        _ => Err(refuse(401, "the Authorization must be 'Bearer ' and the instance's secret key")),
    }
}

/// Whether a host is an address and no name: nobody else can point it here.
fn is_address(authority: &str) -> bool {
    let host = authority.parse::<http::uri::Authority>().map(|authority| authority.host().to_owned());
    host.is_ok_and(|host| host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok())
}

/// Reads an argument that can be given as it is or in a file of the emulator's machine.
pub(crate) fn given_or_file(
    names: (&str, &str),
    given: Option<String>,
    path: Option<String>,
) -> Result<String, EmulatorError> {
    match (given, path) {
        (Some(text), None) => Ok(text),
        (None, Some(path)) => std::fs::read_to_string(&path)
            .map_err(|error| EmulatorError::Argument(format!("{} {path}: {error}", names.1))),
        _ => Err(EmulatorError::Argument(format!("give either {} or {}", names.0, names.1))),
    }
}
