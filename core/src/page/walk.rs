//! The way through a listing: what to ask for next, and what will probably be asked for after that.

use crate::args::Arguments;
use crate::catalogue::{self, Pages};
use crate::client::find_operation;
use crate::error::{ArgumentError, DecodeError, Error, Result};

/// How many pages in a row may repeat the one before. New items at the front can shift a page onto itself once; a
/// server that does not look at where it was asked to go on does it for ever.
const REPEATS_ALLOWED: u32 = 1;

/// The most pages that may be on their way at once: enough to hide the time an answer takes, too few to look like an
/// attack or to use up the rate limit in one go.
const CONCURRENCY_AT_MOST: usize = 16;

/// The way through a listing: which page to ask for next, and when there is none. It sends nothing itself.
#[derive(Debug, Clone)]
pub struct Walk {
    pub(super) operation: &'static catalogue::Operation,
    arguments: Arguments,
    offset: i64,
    limit: Option<i64>,
    total: Option<i64>,
    last: Option<Seen>,
    repeats: u32,
    done: bool,
}

/// What a page looked like, to tell it from the next.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    count: usize,
    first: Option<String>,
    last: Option<String>,
}

impl Walk {
    /// A walk that starts where these arguments say.
    ///
    /// # Errors
    /// `Argument`, if there is no such operation.
    pub fn new(operation: &str, arguments: Arguments) -> Result<Self> {
        Ok(Self::of(find_operation(operation)?, arguments))
    }

    pub(crate) fn of(operation: &'static catalogue::Operation, arguments: Arguments) -> Self {
        let number = |name: &str| arguments.get(name).and_then(|text| text.parse::<i64>().ok());
        let (offset, limit) = (number("offset").unwrap_or(0), number("limit"));
        Self { operation, arguments, offset, limit, total: None, last: None, repeats: 0, done: false }
    }

    /// The arguments of the next page to ask for; none when the listing is over.
    #[must_use]
    pub fn arguments(&self) -> Option<&Arguments> {
        (!self.done).then_some(&self.arguments)
    }

    /// Takes note of the page that came: how many items, how many there are in all if the answer said, and the ids of
    /// the first and the last.
    ///
    /// # Errors
    /// `Decode`, if the listing does not advance.
    pub fn advance(&mut self, count: usize, total: Option<i64>, first: Option<&str>, last: Option<&str>) -> Result<()> {
        let seen = Seen { count, first: first.map(str::to_owned), last: last.map(str::to_owned) };
        let repeated = count > 0 && first.is_some() && self.last.as_ref() == Some(&seen);
        self.repeats = if repeated { self.repeats + 1 } else { 0 };
        if self.repeats > REPEATS_ALLOWED {
            self.done = true;
            return Err(stuck(self.operation.name));
        }
        self.last = Some(seen);
        self.total = total;
        let short = self.limit.is_some_and(|limit| i64::try_from(count).is_ok_and(|count| count < limit));
        if count == 0 || short {
            self.done = true;
            return Ok(());
        }
        match self.kind() {
            Pages::None => self.done = true,
            Pages::Offset => {
                self.offset = self.offset.saturating_add(i64::try_from(count).unwrap_or(i64::MAX));
                self.done = total.is_some_and(|total| self.offset >= total);
                self.arguments.set("offset", &self.offset)?;
            }
            Pages::Cursor => match last {
                Some(last) => self.arguments.set("starting_after", last)?,
                None => self.done = true,
            },
        }
        Ok(())
    }

    /// What the next `n` pages will be asked for if each is as long as the last one: [`Walk::arguments`] first. Fewer
    /// where the total is known and nearer. Where nothing can be foretold (before the first page, and where a page is
    /// asked for by the item before it), no more than the one.
    #[must_use]
    pub fn ahead(&self, n: usize) -> Vec<Arguments> {
        let mut pages: Vec<Arguments> = self.arguments().into_iter().take(n).cloned().collect();
        let Some(size) = self.last.as_ref().and_then(|page| i64::try_from(page.count).ok()) else { return pages };
        if pages.is_empty() || self.kind() != Pages::Offset {
            return pages;
        }
        let mut offset = self.offset;
        while pages.len() < n {
            match offset.checked_add(size) {
                Some(next) if self.total.is_none_or(|total| next < total) => offset = next,
                _ => break,
            }
            let mut arguments = self.arguments.clone();
            if arguments.set("offset", &offset).is_err() {
                break;
            }
            pages.push(arguments);
        }
        pages
    }

    /// A walk that began behind an item goes on behind the last one: an offset may not stand beside it.
    fn kind(&self) -> Pages {
        if self.arguments.get("starting_after").is_some() { Pages::Cursor } else { self.operation.pages }
    }
}

fn stuck(operation: &str) -> Error {
    Error::Decode(Box::new(DecodeError {
        message: format!("the listing {operation} does not advance: the API answers the same page again and again"),
        status: 200,
        headers: Vec::new(),
        body: bytes::Bytes::new(),
    }))
}

/// How a listing is walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WalkOptions {
    concurrency: usize,
}

impl Default for WalkOptions {
    fn default() -> Self {
        Self { concurrency: 1 }
    }
}

impl WalkOptions {
    /// How many pages may be on their way at once, 1 to 16. Default: 1, and none is asked for before it is wanted.
    ///
    /// # Errors
    /// If it is out of range.
    pub fn concurrency(mut self, concurrency: usize) -> Result<Self, ArgumentError> {
        if !(1..=CONCURRENCY_AT_MOST).contains(&concurrency) {
            return Err(bad_concurrency());
        }
        self.concurrency = concurrency;
        Ok(self)
    }

    /// Reads options from a JSON object: `concurrency`. Null is unset.
    ///
    /// # Errors
    /// `Argument`, naming the option that is unknown, of a wrong kind or out of range.
    pub fn from_json(text: &str) -> Result<Self, ArgumentError> {
        let values: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text)
            .map_err(|_| ArgumentError::new("options", "the options of a walk must be a JSON object"))?;
        let mut options = Self::default();
        for (name, value) in values.iter().filter(|(_, value)| !value.is_null()) {
            if name != "concurrency" {
                let message = format!("option `{name}` of a walk is not known; there is concurrency");
                return Err(ArgumentError::new(name, message));
            }
            let number = value.as_u64().and_then(|number| usize::try_from(number).ok()).ok_or_else(bad_concurrency)?;
            options = options.concurrency(number)?;
        }
        Ok(options)
    }

    /// How many pages may be on their way at once.
    #[must_use]
    pub fn at_once(&self) -> usize {
        self.concurrency
    }
}

fn bad_concurrency() -> ArgumentError {
    ArgumentError::new("concurrency", format!("`concurrency` must be an integer from 1 to {CONCURRENCY_AT_MOST}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A walk over users with these arguments.
    fn users(arguments: &str) -> Walk {
        Walk::new("users.list", Arguments::from_json(arguments).unwrap()).unwrap()
    }

    /// The same after a page.
    fn after(mut walk: Walk, count: usize, total: Option<i64>) -> Walk {
        let id = format!("user_{}", walk.offset);
        walk.advance(count, total, Some(&id), Some(&id)).unwrap();
        walk
    }

    fn offsets(pages: &[Arguments]) -> Vec<&str> {
        pages.iter().map(|page| page.get("offset").unwrap_or("none")).collect()
    }

    #[test]
    fn the_first_page_is_asked_for_alone() {
        assert_eq!(offsets(&users(r#"{"limit":5}"#).ahead(4)), ["none"]);
        assert_eq!(offsets(&users(r#"{"limit":5,"offset":7}"#).ahead(4)), ["7"]);
        assert!(users("{}").ahead(0).is_empty());
    }

    #[test]
    fn pages_ahead_are_as_long_as_the_last_one() {
        let walk = after(users(r#"{"limit":5,"query":"a"}"#), 5, None);
        let pages = walk.ahead(4);
        assert_eq!(offsets(&pages), ["5", "10", "15", "20"]);
        assert_eq!(pages.first(), walk.arguments());
        assert_eq!(pages[3].to_json(), r#"{"limit":5,"query":"a","offset":20}"#);
        assert_eq!(offsets(&walk.ahead(1)), ["5"]);
        // Without a limit the size is the API's, and may change.
        let walk = after(users(r#"{"offset":3}"#), 10, None);
        assert_eq!(offsets(&walk.ahead(3)), ["13", "23", "33"]);
        assert_eq!(offsets(&after(walk, 8, None).ahead(3)), ["21", "29", "37"]);
    }

    #[test]
    fn none_is_ahead_of_a_known_total() {
        let walk = after(users(r#"{"limit":5}"#), 5, Some(15));
        assert_eq!(offsets(&walk.ahead(16)), ["5", "10"]);
        assert_eq!(offsets(&after(walk.clone(), 5, Some(16)).ahead(16)), ["10", "15"], "the last total counts");
        assert_eq!(offsets(&after(walk.clone(), 5, None).ahead(3)), ["10", "15", "20"]);
        assert!(after(walk, 5, Some(10)).ahead(16).is_empty());
    }

    #[test]
    fn nothing_is_ahead_of_the_end() {
        for (count, total) in [(0, None), (4, None), (5, Some(5))] {
            assert!(after(users(r#"{"limit":5}"#), count, total).ahead(4).is_empty());
        }
        let far = after(users(&format!(r#"{{"offset":{}}}"#, i64::MAX - 12)), 5, None);
        assert_eq!(far.ahead(4).len(), 2, "there is no offset beyond the largest");
    }

    #[test]
    fn behind_an_item_pages_come_one_by_one() {
        let walk = after(users(r#"{"limit":5,"starting_after":"user_x"}"#), 5, None);
        let pages = walk.ahead(4);
        assert_eq!((pages.len(), pages[0].get("starting_after")), (1, Some("\"user_0\"")));
    }

    #[test]
    fn options_are_read_and_checked() {
        let read = |text: &str| WalkOptions::from_json(text).map(|options| options.at_once());
        for (text, at_once) in [("{}", 1), (r#"{"concurrency":null}"#, 1), (r#"{"concurrency":16}"#, 16)] {
            assert_eq!(read(text), Ok(at_once));
        }
        for value in ["0", "17", "-1", "1.5", "99999999999999999999", "\"4\"", "true", "[]"] {
            let error = read(&format!(r#"{{"concurrency":{value}}}"#)).unwrap_err();
            assert_eq!(error.argument, "concurrency", "{value}");
            assert!(error.message.contains("1 to 16"), "{error}");
        }
        assert_eq!(read(r#"{"concurency":4}"#).unwrap_err().argument, "concurency");
        assert_eq!(read("[]").unwrap_err().argument, "options");
    }
}
