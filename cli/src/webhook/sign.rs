//! `usher webhook sign`: the headers of a delivery.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Map, Value};

use super::{message_id, now_ms, webhook};
use crate::failure::Outcome;
use crate::{input, output};

const EXAMPLES: &str = "\
Examples:
  usher webhook sign body.json
  usher webhook sign - --json < body.json
  curl --data-binary @body.json $(usher webhook sign body.json | sed 's/: /:/; s/^/-H /') http://localhost:3000/api/webhooks

The body is signed as the bytes it is: send it unchanged.";

/// Print the headers that a body would be delivered with
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Sign {
    /// The body; `-` reads it from standard input
    #[arg(value_name = "FILE|-")]
    body: PathBuf,

    /// The signing secret (whsec_…), instead of CLERK_WEBHOOK_SIGNING_SECRET
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,

    /// The message's id [default: a fresh one]
    #[arg(long)]
    id: Option<String>,

    /// When it is sent, in Unix seconds [default: now]
    #[arg(long, value_name = "SECONDS")]
    timestamp: Option<i64>,
}

impl Sign {
    pub(crate) async fn run(self, json: bool) -> Outcome {
        let webhook = webhook(self.secret_file.as_deref()).await?;
        let body = input::bytes(&self.body).await?;
        let id = self.id.unwrap_or_else(message_id);
        let timestamp = self.timestamp.unwrap_or_else(|| now_ms().div_euclid(1_000));
        let headers = webhook.sign(&id, timestamp, &body)?;
        if json {
            let headers: Map<String, Value> =
                headers.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
            return output::line(&Value::Object(headers).to_string());
        }
        headers.iter().try_for_each(|(name, value)| output::line(&format!("{name}: {value}")))
    }
}
