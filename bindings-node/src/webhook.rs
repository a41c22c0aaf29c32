//! Webhooks.

use clerk_usher::webhook::Webhook;
use napi::Env;
use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::answer::thrown;
use crate::at_once;
use crate::clock::NativeClock;

/// Verifies webhooks.
#[napi]
#[derive(Debug)]
pub struct NativeWebhook(Webhook);

impl NativeWebhook {
    pub(crate) fn of(webhook: Webhook) -> Self {
        Self(webhook)
    }
}

/// The verdict on a delivery: how much of the body, as JavaScript counts, stands before and after the object of its data, -1 where
/// that is none; when it was sent, in Unix seconds; and its id. With a blank behind each of the first three.
pub(crate) fn verified(webhook: &Webhook, headers: &[(&str, &str)], body: &[u8]) -> Result<String> {
    let delivery = webhook.verify_raw(headers, body).map_err(|error| thrown(&error.into()))?;
    let body = delivery.body();
    let units =
        |part: Option<&str>| part.and_then(|part| i64::try_from(part.encode_utf16().count()).ok()).unwrap_or(-1);
    let data = delivery.data();
    let before = units(data.as_ref().and_then(|data| body.get(..data.start)));
    let after = units(data.as_ref().and_then(|data| body.get(data.end..)));
    Ok(format!("{before} {after} {} {}", delivery.timestamp(), delivery.id()))
}

#[napi]
impl NativeWebhook {
    /// From its options, as JSON text.
    #[napi(factory, catch_unwind)]
    pub fn create(options_json: String, clock: Option<&NativeClock>) -> Result<Self> {
        let webhook = Webhook::from_json(&options_json).map_err(|error| thrown(&error))?;
        Ok(Self(match clock {
            Some(clock) => webhook.shared_clock(clock.shared()),
            None => webhook,
        }))
    }

    /// The function that verifies a delivery whose headers came once each: as `verify`, without a class around it.
    #[napi(catch_unwind)]
    pub fn at_once<'env>(&self, env: &'env Env) -> Result<Function<'env>> {
        at_once::webhook(env, &self.0)
    }

    /// The verdict on a delivery, as one text. `headers` has names and values in turn.
    #[napi(catch_unwind)]
    pub fn verify(&self, headers: Vec<String>, body: Uint8Array) -> Result<String> {
        let pairs: Vec<(&str, &str)> = headers.chunks_exact(2).map(|pair| (&*pair[0], &*pair[1])).collect();
        verified(&self.0, &pairs, &body)
    }

    /// The headers of a signed delivery, names and values in turn.
    #[napi(catch_unwind)]
    #[allow(clippy::cast_possible_truncation)] // the facade passes whole numbers below 2^53
    pub fn sign(&self, id: String, timestamp: f64, body: Uint8Array) -> Result<Vec<String>> {
        let signed = self.0.sign(&id, timestamp as i64, &body).map_err(|error| thrown(&error))?;
        Ok(signed.into_iter().flat_map(|(name, value)| [name.to_owned(), value]).collect())
    }
}
