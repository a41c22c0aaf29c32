//! Requests and answers: one pool of connections, one deadline, and what may be tried again.
//!
//! Knows nothing of tokens, nor of what an operation is.

mod retry;
mod tls;
mod transport;

pub(crate) use retry::{Backoff, Limits};
pub(crate) use tls::certificates;
pub(crate) use transport::{Outgoing, Transport, TransportOptions};

use bytes::Bytes;

/// An answer as it came.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RawResponse {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case, in the order they came.
    pub headers: Vec<(String, String)>,
    /// The body, unparsed.
    pub body: Bytes,
}

impl RawResponse {
    /// The first header of this name, whatever its case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}
