//! A file to upload.

use std::io::{self, Read};
use std::path::Path;

use bytes::Bytes;

/// A file for an operation that takes one, such as a profile image.
#[derive(Debug, Clone)]
pub struct File {
    /// The name the API is told.
    pub filename: String,
    /// Its media type.
    pub content_type: String,
    /// What is in it; at most [`File::MAX_BYTES`].
    pub bytes: Bytes,
}

impl File {
    /// The largest file the API takes, in bytes: 10 MiB.
    pub const MAX_BYTES: usize = 10 * 1024 * 1024;

    /// A file from bytes. The media type follows from the name's ending where that is an image's, and is
    /// `application/octet-stream` otherwise; [`File::content_type`] sets another.
    #[must_use]
    pub fn new(filename: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        let filename = filename.into();
        let content_type = media_type(&filename).to_owned();
        Self { filename, content_type, bytes: bytes.into() }
    }

    /// A file from disk, read at once; its name is the last part of the path. Of one that is too large no more is
    /// read than it takes to know, and the call it is given to refuses it.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Self::from_reader(name, std::fs::File::open(path)?)
    }

    /// A file from whatever can be read, to its end; of too much of it no more than [`File::open`] would.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn from_reader(filename: impl Into<String>, reader: impl Read) -> io::Result<Self> {
        let mut bytes = Vec::new();
        reader.take(Self::MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        Ok(Self::new(filename, bytes))
    }

    /// Sets the file name. The media type stays what it is.
    #[must_use]
    pub fn filename(mut self, filename: impl Into<String>) -> Self {
        self.filename = filename.into();
        self
    }

    /// Sets the media type.
    #[must_use]
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = content_type.into();
        self
    }
}

/// The media type for a file name.
fn media_type(filename: &str) -> &'static str {
    let ending = filename.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    match ending.as_deref() {
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("gif") => "image/gif",
        Some("webp") => "image/webp",
        Some("svg") => "image/svg+xml",
        Some("ico") => "image/x-icon",
        _ => "application/octet-stream",
    }
}
