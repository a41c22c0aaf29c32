//! The contenders of `cargo xtask bench` in Rust, each a process of its own: `limit`, `ours`, `library`.
//!
//! They take rounds on command, a line of JSON in and a line of JSON out; `tests/bench` is who commands.

// It answers on its output; that is what it is for.
#![allow(clippy::print_stdout)]

mod library;
mod limit;
mod ours;
mod rounds;

use rounds::{Fixture, Whatever, take_rounds};

fn main() -> Result<(), Whatever> {
    // Read once and needed to the end of the process.
    let fixture: &'static Fixture = Box::leak(Box::new(Fixture::read()?));
    match std::env::args().nth(1).as_deref() {
        Some("limit") => take_rounds(&limit::works(fixture)?),
        Some("ours") => take_rounds(&ours::works(fixture)?),
        Some("library") => take_rounds(&library::works(fixture)?),
        _ => Err("run `cargo xtask bench`: it starts this as `limit`, `ours` and `library`".into()),
    }
}
