//! A file to upload.

use bytes::Bytes;

/// The largest file the API takes, in bytes.
pub(crate) const MAX_FILE_BYTES: usize = 10 * 1024 * 1024;

/// A file for an operation that takes one, such as a profile image.
#[derive(Debug, Clone)]
pub struct File {
    /// The name the API is told.
    pub filename: String,
    /// Its media type.
    pub content_type: String,
    /// What is in it; at most [`MAX_FILE_BYTES`].
    pub bytes: Bytes,
}

impl File {
    /// A file from bytes. The media type follows from the name's ending where that is an image's, and is
    /// `application/octet-stream` otherwise; [`File::content_type`] sets another.
    #[must_use]
    pub fn new(filename: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        let filename = filename.into();
        let content_type = media_type(&filename).to_owned();
        Self { filename, content_type, bytes: bytes.into() }
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
