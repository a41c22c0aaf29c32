//! The log of requests, so that a test can see what a client sent.

use bytes::Bytes;
use data_encoding::BASE64;
use http::request::Parts;
use serde::Serialize;
use std::collections::VecDeque;

/// The most requests that are kept.
const MOST: usize = 10_000;
/// The most bytes of them that are kept, heads and bodies.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// One request as it arrived, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RequestRecord {
    /// 1 for the first request, and so on.
    pub id: u64,
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

/// A request as it is kept: what is told of it is made when it is asked for.
#[derive(Debug)]
struct Entry {
    method: http::Method,
    /// Path and query as sent.
    target: Box<str>,
    path_length: usize,
    headers: Box<[(http::HeaderName, Box<[u8]>)]>,
    body: Box<[u8]>,
    route: Option<&'static str>,
    status: Option<u16>,
    time_ms: i64,
    connection: u64,
}

impl Entry {
    fn size(&self) -> usize {
        let headers: usize = self.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        size_of::<Entry>() + self.headers.len() * 48 + self.target.len() + headers + self.body.len()
    }

    fn tell(&self, id: u64) -> RequestRecord {
        let (path, query) = self.target.split_at_checked(self.path_length).unwrap_or((&self.target, ""));
        RequestRecord {
            id,
            method: self.method.to_string(),
            path: path.to_owned(),
            query: crate::query::Query::decode(query.strip_prefix('?').unwrap_or_default()),
            headers: self
                .headers
                .iter()
                .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value).into_owned()))
                .collect(),
            body: std::str::from_utf8(&self.body).ok().filter(|text| !text.is_empty()).map(str::to_owned),
            body_base64: BASE64.encode(&self.body),
            route: self.route.map(str::to_owned),
            status: self.status,
            time_ms: self.time_ms,
            connection: self.connection,
        }
    }
}

/// The last requests. Bounded: an emulator can run for days.
#[derive(Debug, Default)]
pub(crate) struct Log {
    /// How many there ever were.
    count: u64,
    bytes: usize,
    entries: VecDeque<Entry>,
}

impl Log {
    /// Keeps a request; the number finds it again.
    pub(crate) fn add(
        &mut self,
        head: &Parts,
        body: &Bytes,
        route: Option<&'static str>,
        time_ms: i64,
        connection: u64,
    ) -> u64 {
        let path = head.uri.path();
        let target = head.uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
        let entry = Entry {
            method: head.method.clone(),
            target: target.into(),
            path_length: path.len(),
            // Copied: what hyper hands out is part of a whole buffer.
            headers: head.headers.iter().map(|(name, value)| (name.clone(), value.as_bytes().into())).collect(),
            body: body.as_ref().into(),
            route,
            status: None,
            time_ms,
            connection,
        };
        self.bytes += entry.size();
        self.entries.push_back(entry);
        self.count += 1;
        // The last one is there, however large.
        while self.entries.len() > MOST || (self.bytes > MOST_BYTES && self.entries.len() > 1) {
            if let Some(entry) = self.entries.pop_front() {
                self.bytes -= entry.size();
            }
        }
        self.count
    }

    /// The number of the first that is kept.
    fn first(&self) -> u64 {
        self.count + 1 - self.entries.len() as u64
    }

    pub(crate) fn set_status(&mut self, number: u64, status: u16) {
        let at = number.checked_sub(self.first()).and_then(|at| usize::try_from(at).ok());
        if let Some(entry) = at.and_then(|at| self.entries.get_mut(at)) {
            entry.status = Some(status);
        }
    }

    /// The requests after `since`, oldest first: the first `limit` of them, or, without `since`, the last.
    pub(crate) fn tell(&self, since: Option<u64>, limit: Option<usize>) -> Vec<RequestRecord> {
        let first = self.first();
        let skipped = since
            .map_or(0, |since| usize::try_from((since.saturating_add(1)).saturating_sub(first)).unwrap_or(usize::MAX));
        let limit = limit.unwrap_or(usize::MAX);
        let skipped = if since.is_some() { skipped } else { self.entries.len().saturating_sub(limit) };
        let entries = self.entries.iter().enumerate().skip(skipped).take(limit);
        entries.map(|(at, entry)| entry.tell(first + at as u64)).collect()
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.bytes = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(log: &mut Log, path: &str, body: usize) -> u64 {
        let request = http::Request::builder().uri(path).header("a", "b").body(()).expect("a request");
        log.add(&request.into_parts().0, &Bytes::from(vec![b'x'; body]), None, 5, 1)
    }

    fn ids(records: &[RequestRecord]) -> Vec<u64> {
        records.iter().map(|record| record.id).collect()
    }

    #[test]
    fn a_record_tells_what_came() {
        let mut log = Log::default();
        let number = add(&mut log, "/v1/users?a=b%20c&d", 3);
        log.set_status(number, 404);
        let record = log.tell(None, None).remove(0);
        assert_eq!((record.id, record.path.as_str(), record.status), (1, "/v1/users", Some(404)));
        assert_eq!(record.query, [("a".to_owned(), "b c".to_owned()), ("d".to_owned(), String::new())]);
        assert_eq!(record.headers, [("a".to_owned(), "b".to_owned())]);
        assert_eq!((record.body.as_deref(), record.body_base64.as_str()), (Some("xxx"), "eHh4"));
    }

    #[test]
    fn the_oldest_go_first() {
        let mut log = Log::default();
        for _ in 0..MOST + 5 {
            add(&mut log, "/", 0);
        }
        let told = ids(&log.tell(None, None));
        assert_eq!((told.len(), told[0], told[MOST - 1]), (MOST, 6, 10_005));
        log.set_status(1, 200);
        log.set_status(6, 201);
        assert_eq!(log.tell(None, None)[0].status, Some(201));
    }

    #[test]
    fn large_bodies_leave_fewer_and_always_the_last() {
        let mut log = Log::default();
        for _ in 0..10 {
            add(&mut log, "/", MOST_BYTES / 4);
        }
        assert_eq!(ids(&log.tell(None, None)), [8, 9, 10]);
        add(&mut log, "/", MOST_BYTES * 2);
        assert_eq!(ids(&log.tell(None, None)), [11]);
        add(&mut log, "/", 1);
        assert_eq!(ids(&log.tell(None, None)), [12]);
    }

    #[test]
    fn a_reader_goes_on_where_it_was() {
        let mut log = Log::default();
        for _ in 0..6 {
            add(&mut log, "/", 0);
        }
        assert_eq!(ids(&log.tell(Some(2), Some(3))), [3, 4, 5]);
        assert_eq!(ids(&log.tell(None, Some(2))), [5, 6], "the last ones");
        assert_eq!(ids(&log.tell(Some(6), None)), [0_u64; 0]);
        assert_eq!(ids(&log.tell(Some(u64::MAX), None)), [0_u64; 0]);
        log.clear();
        assert_eq!(add(&mut log, "/", 0), 7, "an id is not given twice");
        assert_eq!(ids(&log.tell(Some(3), None)), [7]);
    }
}
