//! `usher webhook listen`: an endpoint that shows what it is sent.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use clap::Args;
use clerk_usher::Webhook;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::webhook;
use crate::failure::{Failure, NOT_SO, Outcome};
use crate::json::{compact, pretty};
use crate::output;

const EXAMPLES: &str = "\
Examples:
  usher webhook listen                                   on http://127.0.0.1:4011, any path
  usher webhook listen --port 0 --count 1 --json         one delivery, for a script
  usher webhook listen --secret-file secret.txt

What holds is answered 204, all else 400, as an endpoint of yours should.
With --count it ends after so many: exit code 0 if all of them held, 1 if one did not.";

/// Receive webhooks on this machine: verify them and show what they tell
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Listen {
    /// The port on this machine's loopback; 0 takes any that is free
    #[arg(long, default_value_t = 4011)]
    port: u16,

    /// End after so many deliveries
    #[arg(long, value_name = "N")]
    count: Option<u64>,

    /// The signing secret (whsec_…), instead of CLERK_WEBHOOK_SIGNING_SECRET
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
}

/// The most bytes of a delivery.
const AT_MOST: usize = 16 * 1024 * 1024;

/// A delivery that came.
struct Came {
    id: Option<String>,
    path: String,
    body: Bytes,
    /// The reason and the message of one that does not hold.
    refused: Option<(&'static str, String)>,
}

impl Listen {
    pub(crate) async fn run(self, json: bool) -> Outcome {
        let webhook = Arc::new(webhook(self.secret_file.as_deref()).await?);
        let fail = |error: std::io::Error| Failure::NotSo(format!("port {} cannot be listened on: {error}", self.port));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).await.map_err(fail)?;
        let url = format!("http://{}", listener.local_addr().map_err(fail)?);
        if json {
            output::line(&json!({ "listening": url }).to_string())?;
        } else {
            output::note(&format!("Listening on {url}, any path. Ctrl-C ends it."));
        }
        let (sender, mut deliveries) = mpsc::channel(16);
        let server = tokio::spawn(serve(listener, webhook, sender));
        let (mut number, mut all_held) = (0, true);
        while self.count.is_none_or(|count| number < count) {
            let Some(came) = deliveries.recv().await else { break };
            number += 1;
            all_held &= came.refused.is_none();
            output::line(&if json { came.to_json() } else { came.to_text() })?;
        }
        server.abort();
        if all_held { Ok(()) } else { Err(Failure::Told(NOT_SO)) }
    }
}

async fn serve(listener: TcpListener, webhook: Arc<Webhook>, sender: mpsc::Sender<Came>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (webhook, sender) = (Arc::clone(&webhook), sender.clone());
        tokio::spawn(async move {
            let service = service_fn(|request| answer(request, Arc::clone(&webhook), sender.clone()));
            // An error here is a sender that went away.
            let _ =
                http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    webhook: Arc<Webhook>,
    sender: mpsc::Sender<Came>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let respond = |status: StatusCode, text: &str| {
        let mut response = Response::new(Full::new(Bytes::copy_from_slice(text.as_bytes())));
        *response.status_mut() = status;
        Ok(response)
    };
    let (head, body) = request.into_parts();
    if head.method != http::Method::POST {
        return respond(StatusCode::METHOD_NOT_ALLOWED, "webhooks are sent with POST\n");
    }
    let Ok(body) = Limited::new(body, AT_MOST).collect().await else {
        return respond(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large, or was cut off\n");
    };
    let body = body.to_bytes();
    let id = |name| head.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let refused = webhook.verify_raw(&head.headers, &body).err();
    let (status, text) = match &refused {
        None => (StatusCode::NO_CONTENT, String::new()),
        Some(error) => (StatusCode::BAD_REQUEST, format!("{error}\n")),
    };
    let came = Came {
        id: id("svix-id").or_else(|| id("webhook-id")),
        path: head.uri.path().to_owned(),
        refused: refused.map(|error| (error.reason.as_str(), error.message.into_owned())),
        body,
    };
    // The answer goes out whether or not it is shown any more.
    let _ = sender.send(came).await;
    respond(status, &text)
}

impl Came {
    fn kind(&self) -> String {
        let event: Option<Value> = serde_json::from_slice(&self.body).ok();
        let kind = event.as_ref().and_then(|event| event.get("type")).and_then(Value::as_str);
        kind.unwrap_or("no type").to_owned()
    }

    /// What does not hold is nobody's word: it is shown as text and not as an event.
    fn to_json(&self) -> String {
        let (id, path) = (json!(self.id), json!(self.path));
        let text = String::from_utf8_lossy(&self.body);
        match &self.refused {
            None => {
                format!(r#"{{"verified":true,"id":{id},"path":{path},"event":{}}}"#, compact(&text))
            }
            Some((reason, message)) => {
                json!({ "verified": false, "id": self.id, "path": self.path, "reason": reason, "message": message, "body": text })
                    .to_string()
            }
        }
    }

    fn to_text(&self) -> String {
        let id = self.id.as_deref().unwrap_or("no id");
        match &self.refused {
            None => format!("{}  {id}  {}\n{}\n", self.kind(), self.path, pretty(&String::from_utf8_lossy(&self.body))),
            Some((reason, message)) => format!("REFUSED ({reason})  {id}  {}\n{message}\n", self.path),
        }
    }
}
