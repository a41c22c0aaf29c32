//! Webhooks.

use clerk_usher::webhook::Webhook;
use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::answer::thrown;
use crate::clock::NativeClock;

/// A delivery that holds. Reading its body is the facade's.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct NativeDelivery {
    /// The message's id.
    pub id: String,
    /// When it was sent, in Unix seconds.
    pub timestamp: f64,
    /// How much of the body, as JavaScript counts, stands before and after the object of its data; nothing where that is none.
    pub before: Option<u32>,
    /// The same.
    pub after: Option<u32>,
}

/// Verifies webhooks.
#[napi]
#[derive(Debug)]
pub struct NativeWebhook(Webhook);

/// The verdict on a delivery. `headers` has names and values in turn.
#[allow(clippy::cast_precision_loss)] // within the tolerance of a clock
pub(crate) fn verify(webhook: &Webhook, headers: &[String], body: &[u8]) -> Result<NativeDelivery> {
    let pairs: Vec<(&String, &String)> = headers.chunks_exact(2).map(|pair| (&pair[0], &pair[1])).collect();
    let delivery = webhook.verify_raw(&pairs, body).map_err(|error| thrown(&error.into()))?;
    let body = delivery.body();
    let units = |part: Option<&str>| part.and_then(|part| u32::try_from(part.encode_utf16().count()).ok());
    let data = delivery.data();
    let before = units(data.as_ref().and_then(|data| body.get(..data.start)));
    let after = units(data.as_ref().and_then(|data| body.get(data.end..)));
    Ok(NativeDelivery { id: delivery.id().to_owned(), timestamp: delivery.timestamp() as f64, before, after })
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

    /// The verdict on a delivery. `headers` has names and values in turn.
    #[napi(catch_unwind)]
    pub fn verify(&self, headers: Vec<String>, body: Uint8Array) -> Result<NativeDelivery> {
        verify(&self.0, &headers, &body)
    }

    /// The headers of a signed delivery, names and values in turn.
    #[napi(catch_unwind)]
    #[allow(clippy::cast_possible_truncation)] // the facade passes whole numbers below 2^53
    pub fn sign(&self, id: String, timestamp: f64, body: Uint8Array) -> Result<Vec<String>> {
        let signed = self.0.sign(&id, timestamp as i64, &body).map_err(|error| thrown(&error))?;
        Ok(signed.into_iter().flat_map(|(name, value)| [name.to_owned(), value]).collect())
    }
}
