//! `usher token`: looking into tokens, verifying and making them.

mod decode;
mod mint;
mod verify;

use clap::Subcommand;

use crate::failure::Outcome;

/// What the three are for.
pub(crate) const EXAMPLES: &str = "\
Examples:
  usher token decode \"$TOKEN\"
  usher token verify \"$TOKEN\" --authorized-party https://app.example.com
  usher token mint --key key.pem --user user_1";

/// Look into tokens, verify them, make them
#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    Decode(decode::Decode),
    Mint(mint::Mint),
    Verify(verify::Verify),
}

impl Token {
    pub(crate) async fn run(self, json: bool) -> Outcome {
        match self {
            Self::Decode(decode) => decode.run(json).await,
            Self::Mint(mint) => mint.run(json).await,
            Self::Verify(verify) => verify.run(json).await,
        }
    }
}
