//! Writing: results to standard output, notes to standard error.

use std::io::{self, ErrorKind, IsTerminal as _, Write};
use std::thread;
use std::time::Duration;

use crate::failure::{Failure, Outcome};
use crate::redact::redact;

/// Writes to standard output, as it is.
pub(crate) fn print(text: &str) -> Outcome {
    write_all(&mut io::stdout().lock(), text.as_bytes()).map_err(|error| Failure::io("standard output", &error))
}

/// Writes a line to standard output.
pub(crate) fn line(text: &str) -> Outcome {
    print(&format!("{text}\n"))
}

/// What was written is on its way.
pub(crate) fn flush() -> Outcome {
    patiently(|| io::stdout().flush()).map_err(|error| Failure::io("standard output", &error))
}

/// Says something on standard error, a line of its own, without any secret. That nobody listens is no failure.
pub(crate) fn note(text: &str) {
    note_verbatim(&format!("{}\n", redact(text)));
}

/// The same without a line's end: for what is drawn.
pub(crate) fn note_verbatim(text: &str) {
    let _ = write_all(&mut io::stderr().lock(), text.as_bytes());
}

/// Whether somebody looks at standard error.
pub(crate) fn is_watched() -> bool {
    io::stderr().is_terminal()
}

/// Standard output for much, in one piece after the other.
pub(crate) struct Stdout;

impl Write for Stdout {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        write_all(&mut io::stdout().lock(), buffer)?;
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        patiently(|| io::stdout().flush())
    }
}

/// Writes all of it, also where the other end was left non-blocking by whoever shares it, as Node does.
fn write_all(to: &mut impl Write, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        let written = patiently(|| to.write(bytes))?;
        if written == 0 {
            return Err(ErrorKind::WriteZero.into());
        }
        bytes = bytes.get(written..).unwrap_or_default();
    }
    patiently(|| to.flush())
}

fn patiently<T>(mut attempt: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match attempt() {
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(Duration::from_millis(2)),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}
