//! What a command is given to read: an argument, a file, or standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::failure::{Failure, Outcome};
use crate::runtime::aside;

/// The most bytes that are read of what has to be held whole: a token, a key, a body.
const AT_MOST: u64 = 64 * 1024 * 1024;

/// A file's bytes; `-` is standard input.
pub(crate) async fn bytes(path: &Path) -> Outcome<Vec<u8>> {
    let path = path.to_owned();
    aside(move || {
        let (shown, read) = if path.as_os_str() == "-" {
            ("standard input".to_owned(), read_whole(io::stdin().lock()))
        } else {
            (path.display().to_string(), File::open(&path).and_then(read_whole))
        };
        let bytes = read.map_err(|error| Failure::Usage(format!("{shown} cannot be read: {error}")))?;
        if bytes.len() as u64 > AT_MOST {
            return Err(Failure::Usage(format!("{shown} is longer than {AT_MOST} bytes")));
        }
        Ok(bytes)
    })
    .await
}

fn read_whole(from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(AT_MOST + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A file's text; `-` is standard input.
pub(crate) async fn text(path: &Path) -> Outcome<String> {
    let shown = if path.as_os_str() == "-" { "standard input".to_owned() } else { path.display().to_string() };
    String::from_utf8(bytes(path).await?).map_err(|_| Failure::Usage(format!("{shown} is not UTF-8 text")))
}

/// A token: the argument itself, or what comes on standard input if it is `-`. White space around it is none of its.
pub(crate) async fn token(argument: &str) -> Outcome<String> {
    let token = if argument == "-" { text(Path::new("-")).await? } else { argument.to_owned() };
    match token.trim() {
        "" => Err(Failure::Usage("the token is empty".to_owned())),
        token => Ok(token.to_owned()),
    }
}
