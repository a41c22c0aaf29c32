//! `usher doctor`: what could be wrong with the keys and the API behind them.

use clap::Args;

use crate::failure::{Failure, NOT_SO, Outcome};
use crate::{client, input, output};

const EXAMPLES: &str = "\
Examples:
  usher doctor                           check CLERK_SECRET_KEY and friends, and the API
  usher doctor --token \"$TOKEN\"          and why this token is refused here
  usher doctor --token - --json < token.txt

It sends up to three requests, and shows no key and no token.
Exit code 0 if there is no problem, 1 if there is one.";

/// Look for what could be wrong with your keys, your settings and the API behind them
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Doctor {
    /// A session token that should be accepted here; `-` reads it from standard input
    #[arg(long, value_name = "TOKEN|-")]
    token: Option<String>,
}

impl Doctor {
    pub(crate) async fn run(self, json: bool) -> Outcome {
        let token = match &self.token {
            Some(token) => Some(input::token(token).await?),
            None => None,
        };
        let report = client::builder().diagnose(token.as_deref()).await;
        output::line(&if json { report.to_json() } else { report.to_text() })?;
        if report.is_ok() { Ok(()) } else { Err(Failure::Told(NOT_SO)) }
    }
}
