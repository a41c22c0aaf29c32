//! Starts an emulator, prints its keys as one line of JSON, and serves until standard input ends.
//!
//! Each further line on standard input is a control command with its arguments, such as
//! `clock_advance {"by_ms": 1000}`; the answer is printed as one line.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use clerk_usher_emulator::Emulator;
use std::io::BufRead;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let emulator = Emulator::start()?;
    println!("{}", emulator.control("info", "{}")?);
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (command, arguments) = line.split_once(' ').unwrap_or((&line, ""));
        match emulator.control(command, arguments) {
            Ok(answer) => println!("{answer}"),
            Err(error) => eprintln!("{error}"),
        }
    }
    Ok(())
}
