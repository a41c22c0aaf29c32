//! The command `usher`.

fn main() {
    std::process::exit(clerk_usher_cli::run(std::env::args_os()).into());
}
