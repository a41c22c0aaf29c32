//! A delivery that holds.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::Deserialize;

use super::error::{WebhookError, WebhookErrorReason};
use super::payload;
use crate::generated::models::WebhookEvent;
use crate::json::has_long_number;
use crate::model::{Union, read_all};
use crate::secret::Length;

/// A delivery that holds, before anybody looks what is in it. It borrows the body.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookDelivery<'b> {
    pub(super) id: String,
    pub(super) timestamp: i64,
    pub(super) body: &'b str,
    pub(super) data: payload::Data,
}

impl<'b> WebhookDelivery<'b> {
    /// The id of the message: the same for every attempt to deliver it, so it tells what was handled already.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// When this attempt was sent, in Unix seconds.
    #[must_use]
    pub fn timestamp(&self) -> i64 {
        self.timestamp
    }

    /// The body as it came.
    #[must_use]
    pub fn body(&self) -> &'b str {
        self.body
    }

    /// Reads the event. One of an unknown type, and one whose fields are odd or missing, is an event all the same.
    ///
    /// # Errors
    /// `webhook-payload-invalid`, which the body of a delivery never is.
    pub fn event(&self) -> Result<WebhookEvent, WebhookError> {
        read(self.body)
    }

    /// For hosts that read late (see [`crate::json`]): the body's object, and the place of its type in it where that is plain to
    /// see. `None` where the whole has to be read at once.
    #[must_use]
    pub fn late(&self) -> Option<(&'b str, Option<Range<usize>>)> {
        if self.data == payload::Data::Unseen || has_long_number(self.body.as_bytes()) {
            return None;
        }
        let object = self.body.trim_ascii();
        // Before the last quote and brace.
        let place = last_type(object).and_then(|kind| {
            let end = object.len().checked_sub(2)?;
            Some(end.checked_sub(kind.len())?..end)
        });
        Some((object, place))
    }

    /// The same for hosts that read all but its data at once: where the object stands in the body that its data is. `None`
    /// where that is none.
    #[must_use]
    pub fn data(&self) -> Option<Range<usize>> {
        let place = self.data.of(self.body)?;
        self.body.get(place.clone())?.starts_with('{').then_some(place)
    }
}

/// The event of a body that nobody has looked at. Reading it looks at all that checking it would; so it is checked only to
/// say what is wrong with it.
pub(super) fn event(body: &[u8]) -> Result<WebhookEvent, WebhookError> {
    // An event is large: it goes through as few hands as can be.
    match std::str::from_utf8(body).map(read) {
        Ok(Ok(event)) => Ok(event),
        _ => read(payload::text(body)?.0),
    }
}

fn read(body: &str) -> Result<WebhookEvent, WebhookError> {
    let member = last_member(body).or_else(|| member(body));
    if let Some(event) = member.and_then(|index| read_all(body, |reader| WebhookEvent::text_member(index, reader))) {
        return Ok(event);
    }
    let mut reader = serde_json::Deserializer::from_str(body);
    let event = match member {
        Some(index) => WebhookEvent::member(index, &mut reader),
        None => WebhookEvent::deserialize(&mut reader),
    };
    match event {
        Ok(event) if reader.end().is_ok() => Ok(event),
        _ => Err(WebhookError::new(
            WebhookErrorReason::PayloadInvalid,
            "the body of the webhook cannot be read as an event",
        )),
    }
}

/// The member that an event is whose type is its very last field, as Clerk writes it: what stands before the last brace of
/// an object without white space and escapes is a field of it, and the last of one name holds.
fn last_member(body: &str) -> Option<usize> {
    last_type(body.trim_ascii_end()).and_then(index_of)
}

/// The type of such an event.
fn last_type(body: &str) -> Option<&str> {
    let (rest, kind) = body.strip_suffix("\"}")?.rsplit_once('"')?;
    rest.strip_suffix("\"type\":").filter(|before| before.ends_with([',', '{']))?;
    Some(kind).filter(|kind| !kind.contains('\\'))
}

fn index_of(kind: &str) -> Option<usize> {
    WebhookEvent::MEMBERS.iter().position(|(name, _)| *name == kind)
}

/// The member that an event of this type is, where that is plain to see: it is then read without a detour.
fn member(body: &str) -> Option<usize> {
    // The first of its fields is seen on the way.
    if body.trim_ascii_start().starts_with("{\"type\":") {
        return None;
    }
    #[derive(Deserialize)]
    struct Tagged<'b> {
        #[serde(borrow, rename = "type")]
        kind: Cow<'b, str>,
    }
    let Tagged { kind } = serde_json::from_str(body).ok()?;
    index_of(&kind)
}

/// Not what is in it: bodies are nothing for logs.
impl fmt::Debug for WebhookDelivery<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookDelivery")
            .field("id", &self.id)
            .field("timestamp", &self.timestamp)
            .field("body", &Length(self.body.len()))
            .finish()
    }
}
