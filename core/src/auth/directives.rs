//! What a handshake or a refresh tells the browser to store (§3.13, §3.14): `Set-Cookie` lines, one of them the session.

use super::state::is_header_value;
use serde_json::Value;

/// `Set-Cookie` lines as the API gave them.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Directives(Vec<String>);

impl Directives {
    /// Reads a list; anything else is an empty one. `None` if an entry is none that a header could carry.
    pub(crate) fn read(list: Option<&Value>) -> Option<Self> {
        let Some(Value::Array(items)) = list else {
            return Some(Self::default());
        };
        let line = |item: &Value| item.as_str().map(str::trim).filter(|line| is_header_value(line)).map(str::to_owned);
        items.iter().map(line).collect::<Option<_>>().map(Self)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of the last cookie whose name begins with `__session`; `None` if it is empty.
    pub(crate) fn session_token(&self) -> Option<&str> {
        let session = |line: &String| line.split(';').next().is_some_and(|pair| name(pair).starts_with("__session"));
        let pair = self.0.iter().rev().find(|line| session(line))?.split(';').next()?;
        pair.split('=').nth(1).filter(|value| !value.is_empty())
    }

    /// As headers.
    pub(crate) fn into_headers(self) -> impl Iterator<Item = (String, String)> {
        self.0.into_iter().map(|line| ("set-cookie".to_owned(), line))
    }
}

fn name(pair: &str) -> &str {
    pair.split('=').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Directives;
    use serde_json::{Value, json};

    fn token(list: &Value) -> Option<Option<String>> {
        Directives::read(Some(list)).map(|read| read.session_token().map(str::to_owned))
    }

    #[test]
    fn the_last_session_counts() {
        let some = |text: &str| Some(Some(text.to_owned()));
        assert_eq!(token(&json!(["__session=a; Path=/", "x=1", "__session_abc=b; Path=/", "y=2"])), some("b"));
        assert_eq!(token(&json!(["__session=a=b; Path=/"])), some("a"), "up to the second equals sign");
        assert_eq!(token(&json!(["__session=a", "__session=; Max-Age=0"])), Some(None), "the last one is empty");
        assert_eq!(token(&json!(["a=1; __session=x"])), Some(None), "an attribute is no cookie");
        assert_eq!(token(&json!(["__session"])), Some(None));
        assert_eq!(token(&json!("text")), Some(None));
        assert_eq!(token(&json!([1])), None);
        assert_eq!(token(&json!(["__session=a\r\nx: y"])), None, "no header is smuggled in");
    }
}
