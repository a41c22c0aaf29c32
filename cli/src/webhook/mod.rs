//! `usher webhook`: signing, sending and receiving deliveries.

mod billing;
mod id;
mod listen;
mod sample;
mod send;
mod sign;

use std::path::Path;

use clap::Subcommand;
use clerk_usher::Webhook;

use crate::failure::{Failure, Outcome};
use crate::input;

/// What the three are for.
pub(crate) const EXAMPLES: &str = "\
Examples:
  export CLERK_WEBHOOK_SIGNING_SECRET=whsec_…
  usher webhook listen --port 4011
  usher webhook send user.created http://localhost:3000/api/webhooks
  usher webhook sign body.json

The secret comes from CLERK_WEBHOOK_SIGNING_SECRET or a file, never from an argument.";

/// Sign, send and receive webhooks, as Clerk delivers them
#[derive(Debug, Subcommand)]
pub(crate) enum Webhooks {
    Listen(listen::Listen),
    Send(send::Send),
    Sign(sign::Sign),
}

impl Webhooks {
    pub(crate) async fn run(self, json: bool) -> Outcome {
        match self {
            Self::Listen(listen) => listen.run(json).await,
            Self::Send(send) => send.run(json).await,
            Self::Sign(sign) => sign.run(json).await,
        }
    }
}

/// What signs and verifies, with the secret of a file, else of the environment.
async fn webhook(file: Option<&Path>) -> Outcome<Webhook> {
    let secret = match file {
        Some(path) => input::text(path).await?,
        None => std::env::var("CLERK_WEBHOOK_SIGNING_SECRET").unwrap_or_default(),
    };
    let secret = secret.trim();
    if secret.is_empty() {
        let message =
            "there is no signing secret: set CLERK_WEBHOOK_SIGNING_SECRET (whsec_…), or name a file with --secret-file";
        return Err(Failure::Usage(message.to_owned()));
    }
    Webhook::new(secret).map_err(|error| Failure::Usage(error.to_string()))
}

/// The time, in Unix milliseconds.
fn now_ms() -> i64 {
    clerk_usher::clock::Clock::now_ms(&clerk_usher::clock::SystemClock)
}

/// An id of a delivery.
fn message_id() -> String {
    id::random_id("msg_")
}
