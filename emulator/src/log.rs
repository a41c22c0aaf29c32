//! The log of requests, so that a test can see what a client sent.

use data_encoding::BASE64;
use serde::Serialize;

/// One request as it arrived, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RequestRecord {
    /// `GET`, …
    pub method: String,
    /// The path as sent, without the query.
    pub path: String,
    /// The decoded query, in order.
    pub query: Vec<(String, String)>,
    /// The headers in order, names in lower case. Values that are not text are shown with replacement characters.
    pub headers: Vec<(String, String)>,
    /// The body if it is UTF-8; none if it is empty or not.
    pub body: Option<String>,
    /// The body in base 64, always.
    pub body_base64: String,
    /// The template the path belongs to, such as `/v1/users/{user_id}`; none for an unknown path.
    pub route: Option<String>,
    /// The status of the answer; none while there is none, and after a dropped connection.
    pub status: Option<u16>,
    /// When it arrived, by the emulator's clock, in Unix milliseconds.
    pub time_ms: i64,
    /// The connection it came over: 1 for the first one, and so on.
    pub connection: u64,
}

impl RequestRecord {
    pub(crate) fn set_body(&mut self, bytes: &[u8]) {
        self.body_base64 = BASE64.encode(bytes);
        self.body = std::str::from_utf8(bytes).ok().filter(|text| !text.is_empty()).map(str::to_owned);
    }
}

/// The records and the number of the next one.
#[derive(Debug, Default)]
pub(crate) struct Log {
    next: u64,
    records: Vec<(u64, RequestRecord)>,
}

impl Log {
    /// Keeps a record; the number finds it again.
    pub(crate) fn add(&mut self, record: RequestRecord) -> u64 {
        self.next += 1;
        self.records.push((self.next, record));
        self.next
    }

    pub(crate) fn set_status(&mut self, number: u64, status: u16) {
        if let Some((_, record)) = self.records.iter_mut().rev().find(|(known, _)| *known == number) {
            record.status = Some(status);
        }
    }

    pub(crate) fn all(&self) -> Vec<RequestRecord> {
        self.records.iter().map(|(_, record)| record.clone()).collect()
    }

    pub(crate) fn clear(&mut self) {
        self.records.clear();
    }
}
