//! `usher webhook send`: a delivery to an endpoint of yours.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};
use url::Url;

use super::{message_id, now_ms, sample, webhook};
use crate::failure::{Failure, NOT_SO, Outcome};
use crate::json::compact;
use crate::{input, output};

const EXAMPLES: &str = "\
Examples:
  usher webhook send user.created http://localhost:3000/api/webhooks
  usher webhook send user.updated http://localhost:3000/api/webhooks --data user.json
  usher webhook send session.created http://localhost:3000/api/webhooks --json | jq .status
  usher webhook send --list

Without --data the event tells of somebody who does not exist, made up afresh each time.
Exit code 0 if the endpoint answered 2xx, 1 if it answered otherwise, 3 if it did not answer.";

/// Send a signed event to an endpoint, and show its answer
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Send {
    /// The type, such as user.created
    #[arg(value_name = "TYPE", required_unless_present = "list")]
    kind: Option<String>,

    /// Where to
    #[arg(required_unless_present = "list")]
    url: Option<String>,

    /// The event's `data`, a JSON object, instead of a made-up one; `-` reads standard input
    #[arg(long, value_name = "FILE|-")]
    data: Option<PathBuf>,

    /// The signing secret (whsec_…), instead of CLERK_WEBHOOK_SIGNING_SECRET
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,

    /// The message's id [default: a fresh one]: send the same twice to see whether it is handled once
    #[arg(long)]
    id: Option<String>,

    /// How long to wait for the answer
    #[arg(long, value_name = "SECONDS", default_value_t = 15)]
    timeout: u64,

    /// List the types
    #[arg(long, conflicts_with_all = ["kind", "url", "data"])]
    list: bool,
}

impl Send {
    pub(crate) async fn run(self, json: bool) -> Outcome {
        if self.list {
            return sample::types().try_for_each(output::line);
        }
        let (kind, url) = (self.kind.unwrap_or_default(), endpoint(&self.url.unwrap_or_default())?);
        let webhook = webhook(self.secret_file.as_deref()).await?;
        let data = match &self.data {
            Some(path) => {
                let text = input::text(path).await?;
                if crate::json::members(&text).is_none() {
                    return Err(Failure::Usage("--data must be a JSON object: the `data` of the event".to_owned()));
                }
                compact(&text)
            }
            None => sample::data(&kind).await?.to_string(),
        };
        let (id, now) = (self.id.unwrap_or_else(message_id), now_ms());
        // As written, for `data` is signed as it was given.
        let body = format!(
            "{{\"data\":{data},\"event_attributes\":{},\"instance_id\":\"ins_sample\",\"object\":\"event\",\"timestamp\":{now},\"type\":{}}}",
            json!({ "http_request": { "client_ip": "203.0.113.7", "user_agent": "usher" } }),
            Value::from(kind.as_str()),
        );
        let headers = webhook.sign(&id, now.div_euclid(1_000), body.as_bytes())?;
        let mut request = client(&url)?
            .post(url.clone())
            .header("content-type", "application/json")
            .timeout(Duration::from_secs(self.timeout))
            .body(body.clone());
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let began = Instant::now();
        let unanswered = |error: reqwest::Error| {
            let what = if error.is_timeout() { "did not answer in time" } else { "could not be reached" };
            Failure::Network(format!("{} {what}: {}", shown(&url), reason(&error)))
        };
        let answer = request.send().await.map_err(unanswered)?;
        let status = answer.status();
        let text = String::from_utf8_lossy(&answer.bytes().await.map_err(unanswered)?).into_owned();
        let ms = began.elapsed().as_millis();
        if json {
            let event: Value = serde_json::from_str(&body).unwrap_or_default();
            output::line(&json!({ "id": id, "status": status.as_u16(), "body": text, "event": event }).to_string())?;
        } else {
            output::line(&format!("{kind}  {id}  answered {status} in {ms} ms"))?;
            if !text.trim().is_empty() {
                output::line(text.trim_end())?;
            }
        }
        if status.is_success() { Ok(()) } else { Err(Failure::Told(NOT_SO)) }
    }
}

fn endpoint(url: &str) -> Outcome<Url> {
    let wrong = || Failure::Usage("the URL must be like http://localhost:3000/api/webhooks".to_owned());
    let parsed = Url::parse(url).map_err(|_| wrong())?;
    if matches!(parsed.scheme(), "http" | "https") && parsed.has_host() { Ok(parsed) } else { Err(wrong()) }
}

/// Without what may be a password.
fn shown(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

/// The innermost reason: what is around it repeats the URL.
fn reason(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

fn client(url: &Url) -> Outcome<reqwest::Client> {
    let tls = clerk_usher::tls_config().map_err(clerk_usher::Error::from)?;
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(concat!("usher/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none());
    let local = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    if local {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| Failure::NotSo(format!("no connection can be set up: {error}")))
}
