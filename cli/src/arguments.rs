//! What can be asked for.

use clap::{Args, CommandFactory as _, Parser, Subcommand};
use clap_complete::Shell;

use crate::api::Api;
use crate::dev::Dev;
use crate::doctor::Doctor;
use crate::failure::{Failure, Outcome};
use crate::output;
use crate::token::Token;
use crate::users::Users;
use crate::webhook::Webhooks;

const MORE: &str = "\
Examples:
  usher dev                              the API on this machine, for development and tests
  usher token decode \"$TOKEN\"            what a token says
  usher api users.list limit=10          any operation, with CLERK_SECRET_KEY of the environment
  usher users import users.csv           users by the thousand, to be interrupted at will

Environment:
  CLERK_SECRET_KEY, CLERK_API_URL, CLERK_JWT_KEY, CLERK_PUBLISHABLE_KEY, CLERK_WEBHOOK_SIGNING_SECRET
  Keys come from the environment alone: other programs can read arguments, and shells keep them.

Exit codes:
  0 done   1 what was asked about is not so, or failed   2 usage   3 API or network   130 interrupted

Unofficial: made by people who use Clerk, not by Clerk.";

/// The Clerk API from your terminal: on your own machine, and the real one
#[derive(Debug, Parser)]
#[command(name = "usher", version, after_help = MORE, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// Print JSON for programs: results and errors on standard output
    #[arg(long, global = true)]
    pub(crate) json: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Api(Api),
    Completions(Completions),
    Dev(Dev),
    Doctor(Doctor),
    #[command(subcommand, after_help = crate::token::EXAMPLES)]
    Token(Token),
    #[command(subcommand, after_help = crate::users::EXAMPLES)]
    Users(Users),
    #[command(subcommand, after_help = crate::webhook::EXAMPLES)]
    Webhook(Webhooks),
}

/// Print the completions for a shell
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  usher completions bash > ~/.local/share/bash-completion/completions/usher
  usher completions zsh > ~/.zfunc/_usher
  usher completions fish > ~/.config/fish/completions/usher.fish")]
pub(crate) struct Completions {
    /// bash, zsh, fish, powershell or elvish
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self) -> Outcome {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "usher", &mut script);
        let script =
            String::from_utf8(script).map_err(|_| Failure::NotSo("the completions are not text".to_owned()))?;
        output::print(&script)
    }
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory as _;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }
}
