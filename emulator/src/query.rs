//! Reading query strings. Every reader records what is wrong and goes on, so that one answer names all of it.

use crate::errors::{ApiError, ErrorItem};

/// The decoded query of a request.
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
    errors: Vec<ErrorItem>,
}

/// The page a listing was asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page {
    pub(crate) limit: usize,
    pub(crate) offset: usize,
}

impl Query {
    pub(crate) fn new(pairs: Vec<(String, String)>) -> Self {
        Query { pairs, errors: Vec::new() }
    }

    /// Splits and decodes the text after the question mark (`+` is a space, as in a form).
    pub(crate) fn decode(text: &str) -> Vec<(String, String)> {
        form_urlencoded::parse(text.as_bytes()).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
    }

    /// The first value of a parameter; an empty one counts as absent.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// The first value of a parameter, even if it is empty.
    pub(crate) fn raw(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All values of a repeated parameter that are not empty.
    pub(crate) fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.pairs
            .iter()
            .filter(move |(key, value)| (key == name || key.strip_suffix("[]") == Some(name)) && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// All values of a repeated parameter, at most 100.
    pub(crate) fn list(&mut self, name: &str) -> Vec<String> {
        let values: Vec<String> = self.values(name).map(str::to_owned).collect();
        if values.len() > 100 {
            self.errors.push(ErrorItem::too_many(name, 100));
        }
        values
    }

    pub(crate) fn boolean(&mut self, name: &str) -> Option<bool> {
        match self.text(name)? {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => {
                self.errors.push(ErrorItem::wrong_type(name, "boolean"));
                None
            }
        }
    }

    pub(crate) fn integer(&mut self, name: &str) -> Option<i64> {
        let text = self.text(name)?;
        match whole(text) {
            Ok(number) => Some(number),
            Err(_) => {
                self.errors.push(ErrorItem::wrong_type(name, "integer"));
                None
            }
        }
    }

    /// One of a closed list of values.
    pub(crate) fn choice(&mut self, name: &str, allowed: &[&'static str]) -> Option<&'static str> {
        let text = self.text(name)?;
        let found = allowed.iter().copied().find(|value| *value == text);
        if found.is_none() {
            let item = ErrorItem::value(name, text);
            self.errors.push(item);
        }
        found
    }

    /// All values of a repeated parameter that has a closed list of values.
    pub(crate) fn choices(&mut self, name: &str, allowed: &[&'static str]) -> Vec<&'static str> {
        let mut found = Vec::new();
        for value in self.list(name) {
            match allowed.iter().copied().find(|known| *known == value) {
                Some(known) => found.push(known),
                None => self.errors.push(ErrorItem::value(name, &value)),
            }
        }
        found
    }

    /// `limit` (1 to 500, default 10) and `offset` (default 0).
    pub(crate) fn page(&mut self) -> Page {
        self.page_up_to(500)
    }

    /// `limit` (1 to `most`, default 10) and `offset` (default 0).
    pub(crate) fn page_up_to(&mut self, most: i64) -> Page {
        let limit = self.integer("limit").unwrap_or(10);
        if limit < 1 {
            self.errors.push(ErrorItem::too_small("limit", 1));
        } else if limit > most {
            self.errors.push(ErrorItem::too_large("limit", most));
        }
        let offset = self.integer("offset").unwrap_or(0);
        if offset < 0 {
            self.errors.push(ErrorItem::too_small("offset", 0));
        }
        Page { limit: usize::try_from(limit).unwrap_or(10), offset: usize::try_from(offset).unwrap_or(0) }
    }

    /// The field and direction of `order_by`; the first value counts.
    pub(crate) fn order(&mut self, allowed: &[&'static str], default: Order) -> Order {
        let Some(text) = self.text("order_by") else { return default };
        let (descending, field) = match text.strip_prefix('-') {
            Some(field) => (true, field),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        match allowed.iter().copied().find(|known| *known == field) {
            Some(field) => Order { field, descending },
            None => {
                let item = ErrorItem::value("order_by", text);
                self.errors.push(item);
                default
            }
        }
    }

    pub(crate) fn fail(&mut self, item: ErrorItem) {
        self.errors.push(item);
    }

    /// Ends the reading: an error if any reader found one.
    pub(crate) fn finish(&mut self) -> Result<(), ApiError> {
        if self.errors.is_empty() {
            return Ok(());
        }
        Err(ApiError { status: 422, errors: std::mem::take(&mut self.errors) })
    }
}

/// A whole number. Some clients write it as they write others: `10.0`.
pub(crate) fn whole(text: &str) -> Result<i64, std::num::ParseIntError> {
    text.strip_suffix(".0").unwrap_or(text).parse()
}

/// How a listing is sorted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Order {
    pub(crate) field: &'static str,
    pub(crate) descending: bool,
}

impl Order {
    /// Newest first.
    pub(crate) const NEWEST: Order = Order { field: "created_at", descending: true };

    /// Sorts by a key, and by `age` (the order of creation) where keys are equal. Direction covers both.
    pub(crate) fn sort<T, K: Ord>(self, items: &mut [T], key: impl Fn(&T) -> K, age: impl Fn(&T) -> u64) {
        items.sort_by(|a, b| {
            let ordering = key(a).cmp(&key(b)).then_with(|| age(a).cmp(&age(b)));
            if self.descending { ordering.reverse() } else { ordering }
        });
    }
}

impl Page {
    /// The items of this page.
    pub(crate) fn cut<T>(self, items: Vec<T>) -> Vec<T> {
        items.into_iter().skip(self.offset).take(self.limit).collect()
    }
}

/// A list of ids of which each may carry `+` (include) or `-` (exclude); no sign includes.
#[derive(Debug, Default)]
pub(crate) struct Signed {
    include: Vec<String>,
    exclude: Vec<String>,
}

impl Signed {
    pub(crate) fn new(values: Vec<String>) -> Self {
        let mut signed = Signed::default();
        for value in values {
            match value.strip_prefix('-') {
                Some(id) => signed.exclude.push(id.to_owned()),
                None => signed.include.push(value.strip_prefix('+').map_or(value.clone(), str::to_owned)),
            }
        }
        signed
    }

    /// Whether something passes, given a test whether it has an id.
    pub(crate) fn admits(&self, has: impl Fn(&str) -> bool) -> bool {
        (self.include.is_empty() || self.include.iter().any(|id| has(id))) && !self.exclude.iter().any(|id| has(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Query {
        Query::new(Query::decode(text))
    }

    #[test]
    fn limits_are_kept() {
        for bad in ["limit=0", "limit=501", "limit=ten", "offset=-1"] {
            let mut query = query(bad);
            query.page();
            assert_eq!(query.finish().expect_err(bad).status, 422, "{bad}");
        }
        let mut good = query("limit=500.0&offset=3");
        let page = good.page();
        assert!(good.finish().is_ok());
        assert_eq!((page.limit, page.offset), (500, 3));
    }

    #[test]
    fn order_reads_its_sign() {
        let order = |text: &str| {
            let mut query = query(text);
            let order = query.order(&["created_at", "username"], Order::NEWEST);
            query.finish().map(|()| order)
        };
        assert_eq!(order("").expect("default"), Order::NEWEST);
        assert_eq!(order("order_by=%2Busername").expect("plus"), Order { field: "username", descending: false });
        assert_eq!(order("order_by=username").expect("bare"), Order { field: "username", descending: false });
        assert_eq!(order("order_by=-username").expect("minus"), Order { field: "username", descending: true });
        assert!(order("order_by=shoe_size").is_err());
        assert!(order("order_by=+username").is_err(), "a bare plus is a space on the wire");
    }

    #[test]
    fn signed_lists_include_and_exclude() {
        let signed = Signed::new(vec!["+a".into(), "b".into(), "-c".into()]);
        assert!(signed.admits(|id| id == "a"));
        assert!(signed.admits(|id| id == "b"));
        assert!(!signed.admits(|id| id == "c"));
        assert!(!signed.admits(|_| false));
        assert!(Signed::new(vec!["-c".into()]).admits(|id| id == "d"));
    }
}
