//! `usher dev`: the API on this machine, until it is interrupted.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use clap::Args;
use clerk_usher_emulator::{
    Answered, Emulator, EmulatorBuilder, EmulatorError, RateLimits, WebhookEndpoint, WebhookEndpointOptions,
};
use serde_json::json;
use tokio::sync::mpsc;

use crate::failure::{Failure, Outcome};
use crate::output;
use crate::runtime::aside;

const EXAMPLES: &str = "\
Examples:
  usher dev                                     on port 4010, with a log of the requests
  usher dev --port 0 --json                     any free port; one line of JSON with url and keys, for scripts
  usher dev --data .usher                       what is in it stays, from one run to the next
  usher dev --fixtures people.yaml              with users, organizations, settings and so on from a file
  usher dev --webhook http://localhost:3000/hooks   events are delivered there, signed as Svix signs
  usher dev --seed 7                            the same ids in every run
  CLERK_API_URL=http://127.0.0.1:4010 CLERK_SECRET_KEY=sk_test_… usher api users.list

It is a double for development and tests, not for production: it keeps no secret and checks no abuse.
Ctrl-C ends it.";

const NOT_FOR_PRODUCTION: &str = "Not for production: this is a double of the API for development and tests.";

/// Run the API on this machine: no account, no network
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Dev {
    /// The port to listen on; 0 takes any that is free
    #[arg(long, default_value_t = 4010)]
    port: u16,

    /// The address to listen on; only this machine reaches the default
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,

    /// Allow a --host that other machines can reach: they can then read and change everything in it
    #[arg(long)]
    listen_beyond_loopback: bool,

    /// Make ids the same in every run
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// Keep everything in this directory; without it, it is gone when this ends
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,

    /// Create what this YAML file says: users, organizations, roles, settings, webhook endpoints and so on
    #[arg(long, value_name = "FILE")]
    fixtures: Option<PathBuf>,

    /// Deliver events to this URL; may be given more than once
    #[arg(long, value_name = "URL")]
    webhook: Vec<String>,

    /// Limit requests as the API documents it, with 429 and Retry-After
    #[arg(long)]
    rate_limits: bool,

    /// Do not show the requests
    #[arg(long)]
    quiet: bool,
}

impl Dev {
    pub(crate) async fn run(self, json: bool) -> Outcome {
        let builder = self.builder()?;
        let port = self.port;
        let emulator = aside(move || builder.start().map_err(|error| refused(error, port))).await?;
        let webhooks = endpoints(&emulator, &self.webhook)?;
        let mut log = (!self.quiet && !json).then(|| watch(&emulator));
        // Its key is made beside the start; waiting for it is not for this thread.
        let keyed = emulator.clone();
        let jwt_key = aside(move || keyed.jwt_key().map_err(|error| refused(error, port))).await?;
        if json {
            output::note(NOT_FOR_PRODUCTION);
            output::line(&description(&emulator, &jwt_key, &webhooks))?;
        } else {
            output::print(&greeting(&emulator, &jwt_key, &webhooks))?;
        }
        if !self.host.is_loopback() {
            output::note(&format!(
                "Listening on {}: every machine that reaches it can read and change all that is in it.",
                self.host
            ));
        }
        while let Some(log) = &mut log {
            match log.recv().await {
                Some(answered) => output::line(&shown(&answered))?,
                None => break,
            }
        }
        std::future::pending().await
    }

    fn builder(&self) -> Outcome<EmulatorBuilder> {
        if !self.host.is_loopback() && !self.listen_beyond_loopback {
            return Err(Failure::Usage(format!(
                "--host {}: others could reach it there. If that is meant, say --listen-beyond-loopback too",
                self.host
            )));
        }
        let mut builder =
            Emulator::builder().host(self.host).listen_beyond_loopback(self.listen_beyond_loopback).port(self.port);
        if let Some(directory) = &self.data {
            builder = builder.data_dir(directory);
        }
        if let Some(seed) = self.seed {
            builder = builder.seed(seed);
        }
        if let Some(file) = &self.fixtures {
            builder = builder.fixtures(file);
        }
        if self.rate_limits {
            builder = builder.rate_limits(RateLimits::Documented(true));
        }
        Ok(builder)
    }
}

/// The endpoints of these URLs; without any, those of the fixtures and of an earlier run. One that is there is not added
/// again.
fn endpoints(emulator: &Emulator, urls: &[String]) -> Outcome<Vec<WebhookEndpoint>> {
    let known = emulator.webhook_endpoints();
    if urls.is_empty() {
        return Ok(known.into_iter().filter(|endpoint| !endpoint.disabled).collect());
    }
    urls.iter()
        .map(|url| match known.iter().find(|endpoint| endpoint.url == *url) {
            Some(endpoint) => Ok(endpoint.clone()),
            None => {
                let options = WebhookEndpointOptions { url: url.clone(), ..WebhookEndpointOptions::default() };
                emulator
                    .add_webhook_endpoint(options)
                    .map_err(|error| Failure::Usage(format!("--webhook {url}: {error}")))
            }
        })
        .collect()
}

fn refused(error: EmulatorError, port: u16) -> Failure {
    match error {
        EmulatorError::Io(error) if error.kind() == io::ErrorKind::AddrInUse => Failure::NotSo(format!(
            "port {port} is taken, perhaps by another `usher dev`: name another with --port, or --port 0 for any"
        )),
        other => Failure::NotSo(other.to_string()),
    }
}

/// What an application is told, in the environment of its process.
fn environment(emulator: &Emulator, jwt_key: &str, webhooks: &[WebhookEndpoint]) -> Vec<(&'static str, String)> {
    let mut variables = vec![
        ("CLERK_SECRET_KEY", emulator.secret_key().to_owned()),
        ("CLERK_PUBLISHABLE_KEY", emulator.publishable_key().to_owned()),
        ("CLERK_API_URL", emulator.url().to_owned()),
        // Its lines joined: readers of such files disagree about what breaks a line.
        ("CLERK_JWT_KEY", format!("\"{}\"", jwt_key.lines().collect::<String>())),
    ];
    if let [only] = webhooks {
        variables.push(("CLERK_WEBHOOK_SIGNING_SECRET", only.secret.clone()));
    }
    variables
}

fn greeting(emulator: &Emulator, jwt_key: &str, webhooks: &[WebhookEndpoint]) -> String {
    let variables: Vec<String> =
        environment(emulator, jwt_key, webhooks).into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut endpoints = String::new();
    for WebhookEndpoint { url, secret, .. } in webhooks {
        endpoints.push_str(&format!("  webhooks to         {url}, signed with {secret}\n"));
    }
    format!(
        "usher {version}: the API on this machine.\n{NOT_FOR_PRODUCTION}\n\n  API and dashboard   {url}\n  \
         sign-in page        {url}/sign-in\n  \
         machine secret key  {machine}\n{endpoints}\nFor your application's environment:\n\n{variables}\n\nCtrl-C ends it. Requests:\n\n",
        version = env!("CARGO_PKG_VERSION"),
        url = emulator.url(),
        machine = emulator.machine_secret_key(),
        variables = variables.join("\n"),
    )
}

fn description(emulator: &Emulator, jwt_key: &str, webhooks: &[WebhookEndpoint]) -> String {
    let webhooks: Vec<_> = webhooks.iter().map(|it| json!({ "url": it.url, "secret": it.secret })).collect();
    json!({
        "url": emulator.url(),
        "secret_key": emulator.secret_key(),
        "publishable_key": emulator.publishable_key(),
        "machine_secret_key": emulator.machine_secret_key(),
        "machine_id": emulator.machine_id(),
        "instance_id": emulator.instance_id(),
        "jwt_key": jwt_key,
        "webhooks": webhooks,
    })
    .to_string()
}

fn watch(emulator: &Emulator) -> mpsc::UnboundedReceiver<Answered> {
    let (sender, receiver) = mpsc::unbounded_channel();
    emulator.on_answer(move |answered| {
        // The dashboard asks every second, and is nobody's application.
        if answered.path != "/" && !answered.path.starts_with("/_usher/") {
            let _ = sender.send(answered.clone());
        }
    });
    receiver
}

/// A request as a line of the log.
fn shown(answered: &Answered) -> String {
    let Answered { method, path, status, duration_us, .. } = answered;
    let status = status.map_or_else(|| "cut".to_owned(), |status| status.to_string());
    #[allow(clippy::cast_precision_loss)] // A log, to a tenth of a millisecond.
    let ms = *duration_us as f64 / 1_000.0;
    format!("{method:6} {status:3} {ms:7.1} ms  {path}")
}
