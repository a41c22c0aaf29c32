//! The command `usher`: the Clerk API on your own machine, tokens, webhooks, any operation of the API, and users by the
//! thousand. The same from `cargo install`, `pip install` and `npm install`; unofficial.
//!
//! [`run`] is the whole of it, for whoever embeds it: it reads the process's standard input, writes its standard output
//! and error, and answers the exit code.

mod api;
mod arguments;
mod client;
mod dev;
mod doctor;
mod failure;
mod input;
mod json;
mod output;
mod progress;
mod redact;
mod runtime;
mod token;
mod users;
mod webhook;

use std::ffi::OsString;

use clap::Parser as _;
use clap::error::ErrorKind;

use arguments::{Cli, Command};
use failure::Outcome;

/// Runs the command: `arguments` are those of the process, its name first. Answers the exit code: 0 done, 1 what was asked
/// about is not so or failed, 2 usage, 3 the API or the way to it failed, 130 interrupted (143: told to end, 141: whoever
/// read the output went away).
///
/// Until it returns, an interrupt ends the command and not the process; then it is what it was for those who ask.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return told(&error),
    };
    let json = cli.json;
    let outcome = match cli.command {
        Command::Completions(completions) => completions.run(),
        command => runtime::drive(perform(command, json)),
    };
    failure::report(outcome, json)
}

async fn perform(command: Command, json: bool) -> Outcome {
    match command {
        Command::Api(api) => api.run(json).await,
        Command::Completions(completions) => completions.run(),
        Command::Dev(dev) => dev.run(json).await,
        Command::Doctor(doctor) => doctor.run(json).await,
        Command::Token(token) => token.run(json).await,
        Command::Users(users) => users.run(json).await,
        Command::Webhook(webhook) => webhook.run(json).await,
    }
}

/// Help and version go to standard output; what is wrong with the arguments goes to standard error.
fn told(error: &clap::Error) -> u8 {
    let text = error.render().to_string();
    let outcome = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => output::print(&text),
        _ => {
            output::note(text.trim_end());
            return failure::USAGE;
        }
    };
    failure::report(outcome, false)
}
