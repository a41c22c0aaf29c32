//! Files to upload: from a path, from bytes, from a reader; byte for byte, and never more of them than the API takes.

// Helpers of a test say what they expect by failing.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::{self, Cursor, Read, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clerk_usher::{Clerk, Error, File};
use clerk_usher_emulator::Emulator;
use clerk_usher_tests::{call, compare};
use serde_json::json;

fn content() -> Vec<u8> {
    (0..=255).cycle().take(1280).chain(*b"\r\n--not a boundary\r\n").collect()
}

/// Sends a file; the call's outcome, and what reached the emulator.
async fn send(file: File) -> (Result<(), Error>, Vec<serde_json::Value>) {
    let emulator = Emulator::builder().start().unwrap();
    call::control(&emulator, "add_fault", &json!({"status": 200, "body": {"object": "user"}, "count": 1})).unwrap();
    let clerk =
        Clerk::builder().secret_key(emulator.secret_key()).api_url(emulator.url()).environment([]).build().unwrap();
    let outcome = clerk.users().set_profile_image("user_nobody", file).await.map(drop);
    let sent = call::control(&emulator, "requests", &json!({})).unwrap();
    (outcome, sent.as_array().unwrap().clone())
}

async fn arrives(file: File, filename: &str, content_type: &str, content: &[u8]) {
    let (outcome, sent) = send(file).await;
    outcome.unwrap();
    let part = json!({
        "name": "file", "filename": filename, "content_type": content_type, "base64": STANDARD.encode(content),
    });
    let expected = json!({"method": "POST", "path": "/v1/users/user_nobody/profile_image", "multipart": [part]});
    compare::requests(&[expected], &sent, "").unwrap();
}

async fn is_refused(file: File) {
    let (outcome, sent) = send(file).await;
    match outcome.unwrap_err() {
        Error::Argument(error) => {
            assert_eq!(error.argument, "file");
            assert!(error.message.contains("10 MiB"), "{}", error.message);
        }
        other => panic!("not an argument error: {other:?}"),
    }
    assert!(sent.is_empty());
}

fn folder() -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("usher-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A source without end that gives a little at a time, and counts what it gave.
struct Drip {
    left: u64,
    given: u64,
}

impl Read for Drip {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = (buffer.len() as u64).min(self.left).min(65_536);
        let taken = usize::try_from(count).unwrap();
        buffer[..taken].fill(b'x');
        self.left -= count;
        self.given += count;
        Ok(taken)
    }
}

#[tokio::test]
async fn bytes() {
    arrives(File::new("a.webp", content()), "a.webp", "image/webp", &content()).await;
    arrives(File::new("file", content()), "file", "application/octet-stream", &content()).await;
    arrives(File::new("x", content()).content_type("image/x-own"), "x", "image/x-own", &content()).await;
}

#[tokio::test]
async fn a_path() {
    let path = folder().join("mé.png");
    std::fs::File::create(&path).unwrap().write_all(&content()).unwrap();
    arrives(File::open(&path).unwrap(), "mé.png", "image/png", &content()).await;
    arrives(File::open(&path).unwrap().filename("b.gif"), "b.gif", "image/png", &content()).await;
    assert!(File::open(folder().join("none.png")).is_err());
    assert!(File::open(folder()).is_err());
}

#[tokio::test]
async fn a_reader() {
    let mut reader = Cursor::new([b"read before".to_vec(), content()].concat());
    reader.set_position(11);
    arrives(File::from_reader("c.jpg", reader).unwrap(), "c.jpg", "image/jpeg", &content()).await;
    let drip = Drip { left: 3 << 20, given: 0 };
    let file = File::from_reader("file", drip).unwrap();
    arrives(file, "file", "application/octet-stream", &vec![b'x'; 3 << 20]).await;
    let (outcome, _) = send(File::from_reader("file", Drip { left: 10 << 20, given: 0 }).unwrap()).await;
    outcome.unwrap();
}

#[tokio::test]
async fn too_large_is_refused_and_not_read_to_its_end() {
    let mut huge = Drip { left: 1 << 40, given: 0 };
    is_refused(File::from_reader("file", &mut huge).unwrap()).await;
    assert_eq!(huge.given, File::MAX_BYTES as u64 + 1);
    let path = folder().join("huge.png");
    std::fs::File::create(&path).unwrap().set_len(1 << 36).unwrap(); // Of which nothing is on the disk.
    let file = File::open(&path).unwrap();
    assert_eq!(file.bytes.len(), File::MAX_BYTES + 1);
    is_refused(file).await;
    is_refused(File::new("a.png", vec![0; File::MAX_BYTES + 1])).await;
    std::fs::remove_file(path).unwrap();
}
