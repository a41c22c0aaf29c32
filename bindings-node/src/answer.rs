//! What crosses to JavaScript when a call is over.

use clerk_usher::{Error, RawResponse};
use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::auth::NativeRequestState;
use crate::names::{Ends, Named};
use crate::transport::NativeAsk;

/// What a call came to, before it is on JavaScript's side.
pub(crate) enum Outcome {
    /// An answer of the API.
    Response(RawResponse),
    /// One whose items are in Node's names already.
    Listing(RawResponse, Named),
    /// JSON text.
    Value(String),
    /// A request's state.
    State(Box<clerk_usher::auth::RequestState>),
    /// Nothing to tell.
    Done,
}

/// What a promise resolves to: an answer, a value, a state, or an error's envelope.
#[napi(object, object_from_js = false)]
#[derive(Default)]
pub(crate) struct Answer {
    /// HTTP status.
    pub status: Option<u16>,
    /// Header names and values in turn.
    pub headers: Option<Vec<String>>,
    /// The body as it came.
    pub body: Option<Buffer>,
    /// The items of a listing in Node's names, as JSON arrays one after the other.
    pub items: Option<Vec<Either<Latin1String, String>>>,
    /// How many these are, where that is known before they are read, and the ids of the first and the last.
    pub count: Option<u32>,
    pub first: Option<String>,
    pub last: Option<String>,
    /// JSON text.
    pub value: Option<String>,
    /// The state of a request.
    pub state: Option<NativeRequestState>,
    /// What the call asks of the host's transport: it is not over.
    pub ask: Option<NativeAsk>,
    /// An error's envelope, as JSON text.
    pub error: Option<String>,
}

impl Answer {
    pub(crate) fn of(outcome: clerk_usher::Result<Outcome>) -> Self {
        let mut answer = Self::default();
        match outcome {
            Err(error) => answer.error = Some(error.to_json()),
            Ok(Outcome::Done) => {}
            Ok(Outcome::Value(value)) => answer.value = Some(value),
            Ok(Outcome::State(state)) => answer.state = Some(NativeRequestState::new(*state)),
            Ok(Outcome::Response(response)) => answer.take(response),
            Ok(Outcome::Listing(response, Named { items, beside, ends })) => {
                answer.take(response);
                // V8 copies ASCII without looking for more.
                let text = |part: String| if part.is_ascii() { Either::A(part.into()) } else { Either::B(part) };
                answer.items = Some(items.into_iter().map(text).collect());
                answer.value = Some(beside);
                if let Some(Ends { count, first, last }) = ends {
                    (answer.count, answer.first, answer.last) = (Some(count), first, last);
                }
            }
        }
        answer
    }

    pub(crate) fn asks(ask: NativeAsk) -> Self {
        Self { ask: Some(ask), ..Self::default() }
    }

    fn take(&mut self, response: RawResponse) {
        self.status = Some(response.status);
        self.headers = Some(response.headers.into_iter().flat_map(|(name, value)| [name, value]).collect());
        self.body = Some(Vec::from(response.body).into());
    }
}

/// The exception for an error: its message is the envelope.
pub(crate) fn thrown(error: &Error) -> napi::Error {
    napi::Error::new(Status::GenericFailure, error.to_json())
}
