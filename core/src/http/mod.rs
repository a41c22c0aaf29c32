//! Requests and answers: one pool of connections, one deadline, and what may be tried again.
//!
//! Knows nothing of tokens, nor of what an operation is.

mod connect;
mod names;
mod network;
mod proxy;
mod retry;
mod timer;
mod tls;
mod transport;
mod uri;

pub(crate) use proxy::Proxy;
pub(crate) use retry::{Backoff, Limits};
pub(crate) use tls::certificates;
pub use tls::tls_config;
pub(crate) use transport::{Outgoing, Pool, PoolOptions};

use std::fmt;

use bytes::Bytes;

use crate::secret::{Length, names};

/// The longest answer that is read, in bytes: 64 MiB. A longer one is a [`crate::Error::Decode`] without its body.
pub const MAX_BODY_BYTES: usize = 64 * 1024 * 1024;
/// The longest key set that is read. That of an instance has a few KiB, and whoever is calling waits for it.
pub(crate) const MAX_KEYS_BODY_BYTES: usize = 1024 * 1024;

/// An answer as it came. `Debug` shows the names of its headers and the length of its body: an answer may be a token.
#[derive(Clone)]
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

impl fmt::Debug for RawResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawResponse")
            .field("status", &self.status)
            .field("headers", &names(&self.headers))
            .field("body", &Length(self.body.len()))
            .finish()
    }
}

#[cfg(test)]
mod tests;
