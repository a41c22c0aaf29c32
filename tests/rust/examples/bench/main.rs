//! The contenders of `cargo xtask bench` in Rust, each a process of its own: `limit`, `ours`, `library`.
//!
//! They take rounds on command, a line of JSON in and a line of JSON out; `tests/bench` is who commands. As `once WORK CALLS` it
//! does so many calls and ends, for who counts its instructions.

// It answers on its output; that is what it is for.
#![allow(clippy::print_stdout)]

mod library;
mod limit;
mod ours;
mod rounds;

use rounds::{Fixture, Whatever, Works, take_rounds};

fn main() -> Result<(), Whatever> {
    // Read once and needed to the end of the process.
    let fixture: &'static Fixture = Box::leak(Box::new(Fixture::read()?));
    match std::env::args().nth(1).as_deref() {
        Some("limit") => take_rounds(&limit::works(fixture)?),
        Some("ours") => take_rounds(&ours::works(fixture)?),
        Some("once") => once(&ours::works(fixture)?),
        Some("library") => take_rounds(&library::works(fixture)?),
        _ => Err("run `cargo xtask bench`: it starts this as `limit`, `ours` and `library`".into()),
    }
}

fn once(works: &Works) -> Result<(), Whatever> {
    let mut arguments = std::env::args().skip(2);
    let (Some(work), Some(calls)) = (arguments.next(), arguments.next()) else {
        return Err("`once` takes the name of a work and a number of calls".into());
    };
    works.get(work.as_str()).ok_or("no such work")?(calls.parse()?, 0)?()?;
    Ok(())
}
