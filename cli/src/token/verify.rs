//! `usher token verify`: whether a token holds.

use std::path::PathBuf;

use clap::Args;
use clerk_usher::auth::AuthenticateOptions;
use clerk_usher::token::VerifyOptions;

use crate::failure::Outcome;
use crate::json::{compact, pretty};
use crate::{client, input, output};

const EXAMPLES: &str = "\
Examples:
  usher token verify \"$TOKEN\" --authorized-party https://app.example.com
  usher token verify - --jwt-key public.pem < token.txt       no network at all
  usher token verify \"$TOKEN\" --json | jq .claims.sub

Without --jwt-key it verifies with CLERK_JWT_KEY, else with the keys that CLERK_SECRET_KEY may fetch.
Exit code 0 if it holds, 1 with the reason if not, 3 if the keys could not be had: that says nothing of the token.";

/// Verify a token: its claims, or the reason why it does not hold
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Verify {
    /// A session token or a machine's (ak_…, mt_…, oat_…); `-` reads it from standard input
    #[arg(value_name = "TOKEN|-")]
    token: String,

    /// The instance's public key, as PEM or JWK: nothing is fetched then
    #[arg(long, value_name = "FILE")]
    jwt_key: Option<PathBuf>,

    /// Whom the token may be for (`aud`); may be repeated
    #[arg(long, value_name = "AUDIENCE")]
    audience: Vec<String>,

    /// Which origin may have asked for it (`azp`), such as https://app.example.com; may be repeated
    #[arg(long, value_name = "ORIGIN")]
    authorized_party: Vec<String>,

    /// Who may have issued it (`iss`); may be repeated
    #[arg(long, value_name = "ISSUER")]
    issuer: Vec<String>,

    /// How far clocks may be apart, in seconds [default: 5]
    #[arg(long, value_name = "SECONDS")]
    clock_skew: Option<u32>,
}

impl Verify {
    pub(crate) async fn run(self, json: bool) -> Outcome {
        let token = input::token(&self.token).await?;
        let options = self.options();
        let clerk = match &self.jwt_key {
            Some(path) => client::builder().jwt_key(input::text(path).await?).build()?,
            None => client::from_environment()?,
        };
        if is_opaque(&token) {
            let mut of_machine = AuthenticateOptions::default();
            of_machine.verify = options;
            let machine = clerk.verify_machine_token(&token, &of_machine).await?.to_json();
            return output::line(&if json {
                format!(r#"{{"verified":true,"machine":{}}}"#, compact(&machine))
            } else {
                pretty(&machine)
            });
        }
        match clerk.verify_token(&token, &options).await {
            Ok(claims) if json => output::line(&format!(r#"{{"verified":true,"claims":{}}}"#, compact(claims.json()))),
            Ok(claims) => output::line(&pretty(claims.json())),
            Err(error) => Err(error.into()),
        }
    }

    fn options(&self) -> VerifyOptions {
        let mut options = VerifyOptions::default();
        options.audience.clone_from(&self.audience);
        options.authorized_parties.clone_from(&self.authorized_party);
        options.issuer.clone_from(&self.issuer);
        options.clock_skew_ms = self.clock_skew.map(|seconds| i64::from(seconds) * 1_000);
        options
    }
}

/// Whether only the API can tell what a token is.
fn is_opaque(token: &str) -> bool {
    ["ak_", "mt_", "oat_"].iter().any(|prefix| token.starts_with(prefix))
}
