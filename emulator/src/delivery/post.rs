//! One attempt to deliver: a signed POST, and what is kept of the answer.

use super::client::Clients;
use super::{Parcel, Secret, Wish};
use crate::store::webhook::WebhookAttempt;
use reqwest::{Response, Url};
use std::error::Error;
use std::time::Instant;

/// How much of an answer's body is kept, in bytes.
const KEPT: usize = 1024;
/// The header by which an endpoint may ask for less.
const WISH: &str = "webhook-delivery";

/// Makes the attempt. `now` is the emulator's time, which the signature tells.
pub(super) async fn post(clients: &Clients, parcel: &Parcel, now: i64) -> (WebhookAttempt, Wish) {
    let began = Instant::now();
    let mut attempt = WebhookAttempt { at: now, duration_ms: 0, status: None, response: String::new(), error: None };
    let mut wish = Wish::Nothing;
    match send(clients, parcel, now.div_euclid(1000)).await {
        Ok(response) => {
            attempt.status = Some(response.status().as_u16());
            wish = match response.headers().get(WISH).map(reqwest::header::HeaderValue::as_bytes) {
                Some(b"abort-message") => Wish::Abort,
                Some(b"disable") => Wish::Disable,
                _ => Wish::Nothing,
            };
            attempt.response = snippet(response).await;
        }
        Err(error) => attempt.error = Some(error),
    }
    attempt.duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    (attempt, wish)
}

async fn send(clients: &Clients, parcel: &Parcel, seconds: i64) -> Result<Response, String> {
    let url = Url::parse(&parcel.url).map_err(|error| error.to_string())?;
    let secret = Secret::parse(&parcel.secret).map_err(|error| error.to_string())?;
    let request = clients
        .of(&url)?
        .post(url)
        .header("content-type", "application/json")
        .header("svix-id", &parcel.event_id)
        .header("svix-timestamp", seconds)
        .header("svix-signature", secret.sign(&parcel.event_id, seconds, &parcel.body))
        .body(parcel.body.clone());
    request.send().await.map_err(|error| chain(&error))
}

/// The beginning of a body. The status has come: whatever happens to the rest changes nothing.
async fn snippet(mut response: Response) -> String {
    let mut bytes = Vec::new();
    while bytes.len() < KEPT
        && let Ok(Some(chunk)) = response.chunk().await
    {
        bytes.extend_from_slice(&chunk);
    }
    bytes.truncate(KEPT);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// An error with all its causes: the first one alone says little.
fn chain(error: &reqwest::Error) -> String {
    let mut text = if error.is_timeout() { "no answer within 15 s".to_owned() } else { error.to_string() };
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
