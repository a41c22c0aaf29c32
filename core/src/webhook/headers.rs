//! The three headers of a delivery, wherever they stand.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;

use super::error::{WebhookError, WebhookErrorReason};
use crate::auth::RequestParts;

/// The names under which they come: Svix's, and those of Standard Webhooks (D-14). One set holds, never a mixture.
const SETS: [[&str; 3]; 2] =
    [["svix-id", "svix-timestamp", "svix-signature"], ["webhook-id", "webhook-timestamp", "webhook-signature"]];

/// All of these, for hosts that hand over what is looked at and nothing else.
#[doc(hidden)]
pub const LOOKED_AT: [&str; 6] = {
    let [[a, b, c], [d, e, f]] = SETS;
    [a, b, c, d, e, f]
};

/// What headers can be looked up in.
pub trait WebhookHeaders {
    /// The header of this name (lower case), whichever case it came in; several of one name joined by `, `.
    fn header(&self, name: &str) -> Option<Cow<'_, str>>;
}

/// The values of one name, as HTTP joins them.
fn joined<'a>(mut values: impl Iterator<Item = Cow<'a, str>>) -> Option<Cow<'a, str>> {
    let mut joined = values.next()?;
    for value in values {
        let text = joined.to_mut();
        text.push_str(", ");
        text.push_str(&value);
    }
    Some(joined)
}

fn among<'a, K, V>(pairs: impl Iterator<Item = (&'a K, &'a V)>, name: &str) -> Option<Cow<'a, str>>
where
    K: AsRef<str> + 'a + ?Sized,
    V: AsRef<str> + 'a + ?Sized,
{
    let named = pairs.filter(|(key, _)| key.as_ref().eq_ignore_ascii_case(name));
    joined(named.map(|(_, value)| Cow::Borrowed(value.as_ref())))
}

impl<K: AsRef<str>, V: AsRef<str>> WebhookHeaders for [(K, V)] {
    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        among(self.iter().map(|(key, value)| (key, value)), name)
    }
}

impl<K: AsRef<str>, V: AsRef<str>, const N: usize> WebhookHeaders for [(K, V); N] {
    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        self.as_slice().header(name)
    }
}

impl<K: AsRef<str>, V: AsRef<str>> WebhookHeaders for Vec<(K, V)> {
    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        self.as_slice().header(name)
    }
}

impl<K: AsRef<str>, V: AsRef<str>, S: BuildHasher> WebhookHeaders for HashMap<K, V, S> {
    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        among(self.iter(), name)
    }
}

impl<K: AsRef<str>, V: AsRef<str>> WebhookHeaders for BTreeMap<K, V> {
    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        among(self.iter(), name)
    }
}

/// Bytes beyond ASCII are read as Latin-1.
impl WebhookHeaders for http::HeaderMap {
    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        let text = |value: &'_ http::HeaderValue| match value.to_str() {
            Ok(_) => None,
            Err(_) => Some(value.as_bytes().iter().map(|byte| char::from(*byte)).collect::<String>()),
        };
        joined(self.get_all(name).iter().map(|value| match (value.to_str(), text(value)) {
            (Ok(text), _) => Cow::Borrowed(text),
            (Err(_), latin) => Cow::Owned(latin.unwrap_or_default()),
        }))
    }
}

impl<B> WebhookHeaders for http::Request<B> {
    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        WebhookHeaders::header(self.headers(), name)
    }
}

impl WebhookHeaders for RequestParts<'_> {
    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        self.any_header(name)
    }
}

/// Id, timestamp and signature of a delivery, each without white space around it and none empty.
pub(super) struct Given<'a>(pub(super) [Cow<'a, str>; 3]);

impl<'a> Given<'a> {
    pub(super) fn of<H: WebhookHeaders + ?Sized>(headers: &'a H) -> Result<Self, WebhookError> {
        let mut missing: Option<Vec<&str>> = None;
        for names in SETS {
            let [id, timestamp, signature] = names.map(|name| headers.header(name).and_then(trimmed));
            if let (Some(id), Some(timestamp), Some(signature)) = (&id, &timestamp, &signature) {
                return Ok(Self([id.clone(), timestamp.clone(), signature.clone()]));
            }
            let there = [id.is_some(), timestamp.is_some(), signature.is_some()];
            // What is said to be missing is of the set that something came of, and of Svix's if nothing did.
            if missing.is_none() || (there.contains(&true) && missing.as_ref().is_some_and(|names| names.len() == 3)) {
                let absent = names.into_iter().zip(there).filter(|(_, there)| !there).map(|(name, _)| name);
                missing = Some(absent.collect());
            }
        }
        let names = missing.unwrap_or_default().join(", ");
        let message = format!("headers of a webhook are missing: {names}");
        Err(WebhookError::new(WebhookErrorReason::HeadersMissing, message))
    }
}

fn trimmed(value: Cow<'_, str>) -> Option<Cow<'_, str>> {
    let value = match value {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    };
    (!value.is_empty()).then_some(value)
}
