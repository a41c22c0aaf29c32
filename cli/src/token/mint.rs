//! `usher token mint`: a session token for tests.

use std::path::PathBuf;

use clap::Args;
use clerk_usher::CallOptions;
use clerk_usher::args::Arguments;
use clerk_usher::error::Error;
use clerk_usher::testing::{SessionTokenOptions, TestKeys, TokenOrganization};
use serde_json::{Map, Value, json};

use crate::failure::{Failure, Outcome};
use crate::{client, input, output};

const EXAMPLES: &str = "\
Examples:
  openssl genrsa -out key.pem 2048
  usher token mint --key key.pem --user user_1 --expires 3600
  usher token mint --key key.pem --user user_1 --org org_1 --role org:admin --permission org:invoices:read
  usher token mint --key key.pem --user user_1 --claims '{\"plan\": \"pro\"}'
  CLERK_SECRET_KEY=sk_test_… usher token mint --url http://127.0.0.1:4010 --user user_2abc

With --key it asks nobody: whoever verifies with the public half of the key (CLERK_JWT_KEY) accepts the token.
With --url the emulator there opens a session for a user it has, and makes the token.
Tokens of real instances cannot be minted: their keys never leave Clerk.";

/// Make a session token for tests, without any server or from a running emulator
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Mint {
    /// Sign with this RSA private key, PEM or JWK
    #[arg(long, value_name = "FILE", required_unless_present = "url")]
    key: Option<PathBuf>,

    /// Have this emulator make it, with CLERK_SECRET_KEY
    #[arg(long, conflicts_with_all = ["key", "role", "permission", "claims", "session", "kid", "issuer", "authorized_party", "slug"])]
    url: Option<String>,

    /// `sub` [default: a fresh id]
    #[arg(long, value_name = "ID")]
    user: Option<String>,

    /// `sid` [default: a fresh id]
    #[arg(long, value_name = "ID")]
    session: Option<String>,

    /// The active organization
    #[arg(long, value_name = "ID")]
    org: Option<String>,

    /// The role in it [default: org:member]
    #[arg(long, value_name = "ROLE", requires = "org")]
    role: Option<String>,

    /// Its slug
    #[arg(long, value_name = "SLUG", requires = "org")]
    slug: Option<String>,

    /// A permission in it, such as org:invoices:read; may be repeated. Real tokens have none of the system (org:sys_…)
    #[arg(long, value_name = "PERMISSION", requires = "org")]
    permission: Vec<String>,

    /// More claims, or other values of these: a JSON object; null takes a claim away
    #[arg(long, value_name = "JSON")]
    claims: Option<String>,

    /// For how long it holds; below 0 it has expired already
    #[arg(long, value_name = "SECONDS", default_value_t = 60, allow_negative_numbers = true)]
    expires: i64,

    /// `iss`
    #[arg(long, value_name = "URL", default_value = "https://clerk.test.invalid")]
    issuer: String,

    /// `azp`
    #[arg(long, value_name = "ORIGIN")]
    authorized_party: Option<String>,

    /// The key's id in the header
    #[arg(long, value_name = "ID", default_value = "ins_test")]
    kid: String,
}

impl Mint {
    pub(crate) async fn run(self, json: bool) -> Outcome {
        let token = match (&self.url, &self.key) {
            (Some(url), _) => self.at(url).await?,
            (None, Some(path)) => self.sign(&input::text(path).await?)?,
            (None, None) => return Err(Failure::Usage("give a key with --key, or an emulator with --url".to_owned())),
        };
        output::line(&if json { json!({ "jwt": token }).to_string() } else { token })
    }

    fn sign(&self, key: &str) -> Outcome<String> {
        let keys =
            TestKeys::from_key(key).map_err(|error| Failure::Usage(error.to_string().replace("`key`", "--key")))?;
        let options = SessionTokenOptions {
            user_id: self.user.clone(),
            session_id: self.session.clone(),
            org: self.organization(),
            claims: self.over()?,
            header: Map::from_iter([("kid".to_owned(), self.kid.as_str().into())]),
            expires_in_seconds: Some(self.expires),
            issuer: Some(self.issuer.clone()),
            azp: self.authorized_party.clone(),
            ..SessionTokenOptions::default()
        };
        let now = clerk_usher::clock::Clock::now_ms(&clerk_usher::clock::SystemClock);
        keys.mint_session_token(&options, now).map_err(|error| match error {
            Error::Argument(error) => Failure::Usage(
                error.to_string().replace("a permission of `org`", "each --permission").replace("`org`", "--org"),
            ),
            error => error.into(),
        })
    }

    fn organization(&self) -> Option<TokenOrganization> {
        self.org.as_ref().map(|id| TokenOrganization {
            slug: self.slug.clone(),
            role: self.role.clone(),
            permissions: self.permission.clone(),
            ..TokenOrganization::new(id)
        })
    }

    fn over(&self) -> Outcome<Map<String, Value>> {
        let Some(text) = &self.claims else { return Ok(Map::new()) };
        serde_json::from_str(text).map_err(|error| Failure::Usage(format!("--claims must be a JSON object: {error}")))
    }

    /// A session of that user at a running emulator, and a token of it.
    async fn at(&self, url: &str) -> Outcome<String> {
        let Some(user) = &self.user else {
            return Err(Failure::Usage("--url needs --user: the id of a user the emulator has".to_owned()));
        };
        let clerk = client::builder().api_url(url).build()?;
        let mut arguments = Arguments::default();
        arguments.set("user_id", user)?;
        if let Some(organization) = &self.org {
            arguments.set("active_organization_id", organization)?;
        }
        let text = |body: &[u8], name: &str| {
            let value: Option<Value> = serde_json::from_slice(body).ok();
            let text = value.as_ref().and_then(|value| value.get(name)).and_then(Value::as_str).map(str::to_owned);
            text.ok_or_else(|| Failure::NotSo(format!("the emulator's answer has no `{name}`")))
        };
        let options = CallOptions::default();
        let session = clerk.call("sessions.create", &arguments, &[], &options).await?;
        let mut arguments = Arguments::default();
        arguments.set("session_id", &text(&session.body, "id")?)?;
        arguments.set("expires_in_seconds", &self.expires)?;
        let token = clerk.call("sessions.create_token", &arguments, &[], &options).await?;
        text(&token.body, "jwt")
    }
}
