//! A transport of the host's: what a call sends is asked of the one who awaits the call.

use std::sync::{Mutex, PoisonError};

use clerk_usher::transport::{AskingTransport, Question, TransportError, TransportResponse};
use clerk_usher::{ClerkBuilder, Error};
use napi::Env;
use napi::bindgen_prelude::*;
use napi_derive::napi;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::answer::{Outcome, thrown};
use crate::runtime;

/// What is heard of a call.
#[allow(clippy::large_enum_variant)] // one at a time, moved once
pub(crate) enum News {
    /// It wants to send something, which the host does.
    Asks(Question),
    /// It is over.
    Ends(clerk_usher::Result<Outcome>),
}

/// Options under which a call asks, where the host has a transport.
pub(crate) fn with_transport(builder: ClerkBuilder, asks: bool) -> ClerkBuilder {
    if asks { builder.transport(AskingTransport::default()) } else { builder }
}

/// What would be sent.
#[napi(object, object_from_js = false)]
pub struct NativeTransportRequest {
    /// Such as `GET`.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// Names and values in turn.
    pub headers: Vec<String>,
    /// The body; none where it is empty.
    pub body: Option<Buffer>,
}

/// A request that waits for its answer.
#[napi]
pub struct NativeAsk {
    question: Mutex<Option<Question>>,
    heard: Mutex<Option<UnboundedReceiver<News>>>,
}

#[napi]
impl NativeAsk {
    /// What would be sent.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn request(&self) -> Option<NativeTransportRequest> {
        let question = self.question.lock().unwrap_or_else(PoisonError::into_inner);
        let request = &question.as_ref()?.request;
        Some(NativeTransportRequest {
            method: request.method.clone(),
            url: request.url.clone(),
            headers: request.headers.iter().flat_map(|(name, value)| [name.clone(), value.clone()]).collect(),
            body: (!request.body.is_empty()).then(|| Vec::from(request.body.clone()).into()),
        })
    }

    /// Answers it. `headers` has names and values in turn.
    #[napi(catch_unwind)]
    pub fn answer(&self, status: u16, headers: Vec<String>, body: Uint8Array) {
        let mut response = TransportResponse::new(status, body.to_vec());
        let mut texts = headers.into_iter();
        while let (Some(name), Some(value)) = (texts.next(), texts.next()) {
            response.headers.push((name, value));
        }
        self.end(Ok(response));
    }

    /// Tells that there is no answer.
    #[napi(catch_unwind)]
    pub fn fail(&self, message: String, sent: bool) {
        self.end(Err(TransportError { message, sent }));
    }

    /// What is heard of the call next: another request, or its end.
    #[napi(catch_unwind, ts_return_type = "Promise<Answer>")]
    pub fn next<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner).take();
        let heard = heard.ok_or_else(|| thrown(&Error::Internal("this was asked for before".to_owned())))?;
        runtime::hear(env, heard)
    }
}

impl NativeAsk {
    pub(crate) fn new(question: Question, heard: UnboundedReceiver<News>) -> Self {
        Self { question: Mutex::new(Some(question)), heard: Mutex::new(Some(heard)) }
    }

    fn end(&self, answer: std::result::Result<TransportResponse, TransportError>) {
        let question = self.question.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(question) = question {
            question.answer(answer);
        }
    }
}
