//! For the packages of other languages: a transport that asks whoever runs the call, and sends nothing by itself.
//!
//! What a host wrote must run on its own thread or task, and calls run on threads that are none of the host's. So a
//! request becomes a [`Question`], which goes to the desk of the call that it is of; the host answers it when it comes by.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::{Answering, Transport, TransportError, TransportRequest, TransportResponse};

/// Where the questions of one call go.
type Desk = Arc<dyn Fn(Question) + Send + Sync>;

tokio::task_local! {
    static DESK: Desk;
}

/// A request that waits for its answer.
#[derive(Debug)]
pub struct Question {
    /// What would be sent.
    pub request: TransportRequest,
    answer: oneshot::Sender<Result<TransportResponse, TransportError>>,
}

impl Question {
    /// Answers it. Where nobody waits any longer, because the call was given up or its time is over, nothing happens.
    pub fn answer(self, answer: Result<TransportResponse, TransportError>) {
        let _ = self.answer.send(answer);
    }
}

/// Asks the desk of the call that is running; see [`asking`]. Two of them are never the same transport.
#[derive(Debug, Default)]
pub struct AskingTransport(());

impl Transport for AskingTransport {
    fn send(&self, request: TransportRequest) -> Answering<'_> {
        let (answer, answered) = oneshot::channel();
        let asked = DESK.try_with(|desk| desk(Question { request, answer }));
        Box::pin(async move {
            if asked.is_err() {
                return Err(TransportError::unreachable("nobody is there to be asked"));
            }
            answered.await.unwrap_or_else(|_| Err(TransportError::lost("the transport gave no answer")))
        })
    }
}

/// Runs a call whose [`AskingTransport`] asks at this desk. Questions come one after the other, from whichever thread the
/// call runs on; one that is dropped is told as a lost answer.
pub async fn asking<F: Future>(desk: impl Fn(Question) + Send + Sync + 'static, call: F) -> F::Output {
    DESK.scope(Arc::new(desk), call).await
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::{AskingTransport, Question, asking};
    use crate::error::ErrorKind;
    use crate::transport::TransportResponse;
    use crate::{CallOptions, Clerk, RawResponse, Result};
    use std::sync::{Arc, Mutex};

    fn clerk() -> Clerk {
        let builder = Clerk::builder().secret_key("sk_test_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa").environment([]);
        builder.max_retries(0_u32).transport(AskingTransport::default()).build().unwrap()
    }

    async fn get(clerk: &Clerk, path: &str) -> Result<RawResponse> {
        clerk.request("GET", path, &[], None, &CallOptions::default()).await
    }

    #[tokio::test]
    async fn each_call_asks_at_its_own_desk() {
        let clerk = clerk();
        let desk = |name: &'static str| {
            move |question: Question| {
                let path = question.request.path().to_owned();
                question.answer(Ok(TransportResponse::json(200, format!("\"{name} {path}\""))));
            }
        };
        let (one, other) =
            tokio::join!(asking(desk("one"), get(&clerk, "/a")), asking(desk("other"), get(&clerk, "/b")));
        assert_eq!(
            (&one.unwrap().body[..], &other.unwrap().body[..]),
            (&b"\"one /v1/a\""[..], &b"\"other /v1/b\""[..])
        );
    }

    #[tokio::test]
    async fn an_answer_may_come_later_from_another_thread() {
        let kept: Arc<Mutex<Vec<Question>>> = Arc::default();
        let desk = kept.clone();
        let clerk = clerk();
        let call = tokio::spawn(asking(move |question| desk.lock().unwrap().push(question), async move {
            get(&clerk, "/a").await
        }));
        let question = loop {
            let question = kept.lock().unwrap().pop();
            match question {
                Some(question) => break question,
                None => tokio::task::yield_now().await,
            }
        };
        std::thread::spawn(move || question.answer(Ok(TransportResponse::json(200, "1")))).join().unwrap();
        assert_eq!(&call.await.unwrap().unwrap().body[..], b"1");
    }

    #[tokio::test]
    async fn without_anybody_to_ask_there_is_no_answer() {
        let clerk = clerk();
        assert_eq!(get(&clerk, "/a").await.unwrap_err().kind(), ErrorKind::Connection);
        let dropped = asking(drop, get(&clerk, "/a")).await.unwrap_err();
        assert!(dropped.to_string().contains("gave no answer"), "{dropped}");
    }
}
