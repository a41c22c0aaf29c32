//! `usher token decode`: what a token says of itself.

use clap::Args;
use clerk_usher::{Error, decode_token};

use crate::failure::Outcome;
use crate::json::{compact, pretty};
use crate::{input, output};

const EXAMPLES: &str = "\
Examples:
  usher token decode \"$TOKEN\"
  usher token decode - < token.txt
  usher token decode \"$TOKEN\" --json | jq .payload.exp

Nothing is verified: anybody can write a token that says anything. To decide who is calling there is `usher token verify`.
The signature is not shown, so what is shown is no token.";

/// Show what a token says, without verifying it
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Decode {
    /// A JWT; `-` reads it from standard input
    #[arg(value_name = "TOKEN|-")]
    token: String,
}

impl Decode {
    pub(crate) async fn run(self, json: bool) -> Outcome {
        let token = input::token(&self.token).await?;
        let token = decode_token(&token).map_err(|error| Error::Token(Box::new(error)))?;
        if json {
            let (header, payload) = (compact(&token.header), compact(&token.payload));
            return output::line(&format!(r#"{{"verified":false,"header":{header},"payload":{payload}}}"#));
        }
        output::line(&format!("header   {}", indented(&token.header)))?;
        output::line(&format!("payload  {}", indented(&token.payload)))?;
        output::note("Not verified: anybody can write this. `usher token verify` tells whether it holds.");
        Ok(())
    }
}

fn indented(json: &str) -> String {
    pretty(json).replace('\n', "\n         ")
}
