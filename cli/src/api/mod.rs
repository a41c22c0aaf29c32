//! `usher api`: any operation of the API, by its name or by method and path.

mod call;
mod list;
mod values;
mod walk;

pub(crate) use values::{Given, typed};

use std::path::PathBuf;

use clap::Args;
use clerk_usher::catalogue::Operation;
use clerk_usher::generated::operations;

use crate::client::KEYS_HELP;
use crate::failure::{Failure, Outcome};

const EXAMPLES: &str = "\
Examples:
  usher api users.list limit=10 query=ann
  usher api users.get user_2abc                            arguments of the path stand by themselves, in order
  usher api users.update_metadata user_2abc public_metadata:='{\"plan\": \"pro\"}'
  usher api users.set_profile_image user_2abc file@face.png
  usher api users.list --all email_address_query=@example.com > users.jsonl
  usher api GET /users limit=10                            whatever the API has, known to usher or not
  usher api POST /users --body user.json
  usher api --list invitation                              operations with this word in their name or path

name=value is a text, a number, true or false, as the argument wants; repeated, it is a list.
name:=JSON is any JSON, sent as it is written. name@FILE is a file to upload.";

/// Call any operation of the API, by its name or by method and path
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{KEYS_HELP}"))]
pub(crate) struct Api {
    /// An operation such as users.list, or a method such as GET
    #[arg(value_name = "OPERATION|METHOD", required_unless_present = "list")]
    target: Option<String>,

    /// The operation's arguments; of a method, first the path
    #[arg(value_name = "ARGUMENT")]
    arguments: Vec<String>,

    /// JSON to send: an operation's arguments as an object, or a method's body; `-` reads standard input
    #[arg(long, value_name = "FILE|-")]
    body: Option<PathBuf>,

    /// Walk all pages of a listing, and print its items one a line
    #[arg(long)]
    all: bool,

    /// List operations, all of them or those with this word
    #[arg(long, value_name = "WORD", num_args = 0..=1, default_missing_value = "", conflicts_with_all = ["target", "body", "all"])]
    list: Option<String>,
}

/// The methods that a request can have.
const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];

impl Api {
    pub(crate) async fn run(self, json: bool) -> Outcome {
        if let Some(word) = &self.list {
            return list::print(word, json);
        }
        let target = self.target.unwrap_or_default();
        let method = target.to_ascii_uppercase();
        if METHODS.contains(&method.as_str()) {
            let mut arguments = self.arguments.into_iter();
            let path = arguments.next().unwrap_or_default();
            let given = arguments.map(|text| Given::read(&text)).collect::<Outcome<Vec<_>>>()?;
            return call::request(&method, &path, given, self.body.as_deref(), self.all, json).await;
        }
        let operation = find(&target)?;
        call::operation(operation, &self.arguments, self.body.as_deref(), self.all, json).await
    }
}

fn find(name: &str) -> Outcome<&'static Operation> {
    // The core names the one that was meant.
    clerk_usher::page::Walk::new(name, clerk_usher::args::Arguments::default())
        .map_err(|error| Failure::Usage(format!("{error} (`usher api --list WORD` tells which there are)")))?;
    operations::find(name).ok_or_else(|| Failure::Usage(format!("`{name}` is not an operation")))
}
