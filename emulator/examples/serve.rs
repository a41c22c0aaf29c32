//! Starts an emulator, prints its keys as one line of JSON, and serves until standard input ends. The first argument, if
//! there is one, is its options as a JSON object, such as `{"port": 4000, "data_dir": "data"}`.
//!
//! Each further line on standard input is a control command with its arguments, such as
//! `clock_advance {"by_ms": 1000}`; the answer is printed as one line.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use clerk_usher_emulator::EmulatorBuilder;
use std::io::BufRead;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = std::env::args().nth(1).unwrap_or_else(|| "{}".to_owned());
    let emulator = EmulatorBuilder::from_json(&options)?.start()?;
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
