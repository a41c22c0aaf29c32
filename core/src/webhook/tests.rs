//! What only Rust has of webhooks: where headers stand, properties, and what is not printed. The verdicts themselves are
//! in `tests/conformance/webhooks.json`.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::{Webhook, WebhookErrorReason, WebhookEvent, WebhookHeaders};
use crate::auth::RequestParts;
use crate::clock::ManualClock;
use crate::error::Error;

const NOW: i64 = 1_700_000_000;
const BODY: &[u8] = br#"{"type":"user.created","data":{"id":"user_1"},"timestamp":1700000000,"instance_id":"ins_1"}"#;

fn secret(text: &str) -> String {
    format!("whsec_{}", STANDARD.encode(text))
}

fn webhook() -> Webhook {
    Webhook::new(secret("the first")).unwrap().clock(ManualClock::new(NOW * 1_000))
}

#[test]
fn headers_wherever_they_stand() {
    let webhook = webhook();
    let signed = webhook.sign("msg_1", NOW, BODY).unwrap();
    let owned: Vec<(String, String)> =
        signed.iter().map(|(name, value)| (name.to_uppercase(), value.clone())).collect();
    let map: http::HeaderMap =
        (&HashMap::from(signed.clone().map(|(name, value)| (name.to_owned(), value)))).try_into().unwrap();
    let mut request = http::Request::new(());
    *request.headers_mut() = map.clone();
    let parts = RequestParts::of(&request);
    webhook.verify(&signed, BODY).unwrap();
    webhook.verify(signed.as_slice(), BODY).unwrap();
    webhook.verify(&owned, BODY).unwrap();
    webhook.verify(&owned.iter().cloned().collect::<HashMap<_, _>>(), BODY).unwrap();
    webhook.verify(&owned.iter().cloned().collect::<BTreeMap<_, _>>(), BODY).unwrap();
    webhook.verify(&map, BODY).unwrap();
    webhook.verify(&request, BODY).unwrap();
    webhook.verify(&parts, BODY).unwrap();
    let error = webhook.verify(&http::HeaderMap::new(), BODY).unwrap_err();
    assert_eq!(error.reason, WebhookErrorReason::HeadersMissing);
}

#[test]
fn bytes_beyond_ascii_are_latin_1() {
    let mut map = http::HeaderMap::new();
    map.insert("svix-id", http::HeaderValue::from_bytes(b"m\xe9").unwrap());
    map.append("svix-id", http::HeaderValue::from_static("more"));
    assert_eq!(WebhookHeaders::header(&map, "svix-id").unwrap(), "mé, more");
}

#[test]
fn what_is_read_of_a_delivery() {
    let webhook = webhook();
    let signed = webhook.sign("msg_1", NOW, BODY).unwrap();
    let delivery = webhook.verify_raw(&signed, BODY).unwrap();
    assert_eq!((delivery.id(), delivery.timestamp(), delivery.body().as_bytes()), ("msg_1", NOW, BODY));
    let event = delivery.event().unwrap();
    assert_eq!(event.event_type(), Some("user.created"));
    assert_eq!(event.timestamp(), Some(NOW));
    assert_eq!(event.instance_id(), Some("ins_1"));
    let WebhookEvent::UserCreated(event) = event else { panic!("{event:?}") };
    assert_eq!(event.data.unwrap().id.unwrap().as_str(), "user_1");
}

#[test]
fn an_unknown_event_is_a_model_too() {
    let webhook = webhook();
    let body = br#"{"type":"comet.seen","data":[1],"instance_id":"ins_1","more":2}"#;
    let event = webhook.verify(&webhook.sign("msg_1", NOW, body).unwrap(), body).unwrap();
    assert_eq!(event.event_type(), Some("comet.seen"));
    let WebhookEvent::Unknown(event) = event else { panic!("{event:?}") };
    assert_eq!(event.data, Some(serde_json::json!([1])));
    assert_eq!(event.other.get("more"), Some(&serde_json::json!(2)));
}

#[test]
fn several_secrets_sign_as_many_times() {
    let both = Webhook::new([secret("the first"), secret("the second")]).unwrap().clock(ManualClock::new(NOW * 1_000));
    let signed = both.sign("msg_1", NOW, BODY).unwrap();
    assert_eq!(signed[2].1.split(' ').count(), 2);
    let second = Webhook::new(secret("the second")).unwrap().clock(ManualClock::new(NOW * 1_000));
    second.verify(&signed, BODY).unwrap();
    both.verify(&second.sign("msg_1", NOW, BODY).unwrap(), BODY).unwrap();
    let alone = webhook().sign("msg_1", NOW, BODY).unwrap();
    assert_eq!(second.verify(&alone, BODY).unwrap_err().reason, WebhookErrorReason::SignatureInvalid);
}

#[test]
fn what_cannot_be_signed() {
    for id in ["", " msg_1", "msg_1 ", "msg\n1", "\0"] {
        let Err(Error::Argument(error)) = webhook().sign(id, NOW, BODY) else { panic!("{id:?}") };
        assert_eq!(error.argument, "id");
    }
}

#[test]
fn secrets_and_bodies_are_not_printed() {
    let webhook = webhook();
    let printed = format!("{webhook:?}");
    assert!(printed.contains("secrets: 1") && printed.contains("300s"), "{printed}");
    let signed = webhook.sign("msg_1", NOW, BODY).unwrap();
    assert!(!format!("{:?}", webhook.verify_raw(&signed, BODY).unwrap()).contains("user_1"));
    for text in ["whsec_bad secret!", "bad secret!", "whsec_"] {
        let error = Webhook::new([secret("the first"), text.to_owned()]).unwrap_err();
        assert_eq!(error.reason, WebhookErrorReason::SecretInvalid);
        assert!(error.message.contains("`secret[1]`"), "{error}");
        assert!(!error.to_string().contains("bad secret"), "{error}");
        let options =
            serde_json::json!({ "secret_key": "sk_test_1", "webhook_signing_secret": text, "environment": {} });
        let options = options.to_string();
        let error = crate::ClerkBuilder::from_json(&options).and_then(crate::ClerkBuilder::build).unwrap_err();
        assert!(error.to_string().contains("`webhook_signing_secret`"), "{error}");
        assert!(!error.to_string().contains("bad secret"), "{error}");
        assert!(!format!("{error:?}").contains("bad secret"), "{error:?}");
    }
    let builder = crate::Clerk::builder().webhook_signing_secret(secret("the first"));
    assert!(!format!("{builder:?}").contains(&STANDARD.encode("the first")));
}

#[test]
fn options_as_json() {
    let argument = |text: &str| match Webhook::from_json(text) {
        Err(Error::Argument(error)) => error.argument,
        other => panic!("{other:?}"),
    };
    assert_eq!(argument("[]"), "options");
    assert_eq!(argument(r#"{"secret": 5}"#), "secret");
    assert_eq!(argument(r#"{"secret": "whsec_AAAA", "tolerance_ms": -1}"#), "tolerance_ms");
    assert_eq!(argument(r#"{"secret": "whsec_AAAA", "tolerance_ms": "5"}"#), "tolerance_ms");
    assert_eq!(argument(r#"{"secret": "whsec_AAAA", "tolerence_ms": 5}"#), "tolerence_ms");
    assert!(matches!(Webhook::from_json("{}"), Err(Error::Webhook(_))));
    Webhook::from_json(r#"{"secret": ["whsec_AAAA"], "tolerance_ms": 0.5}"#).unwrap();
}

#[test]
fn a_copy_of_a_client_keeps_the_secret_and_may_have_another() {
    let clerk = crate::Clerk::builder()
        .environment([])
        .secret_key("sk_test_1")
        .webhook_signing_secret(secret("the first"))
        .clock(ManualClock::new(NOW * 1_000))
        .build()
        .unwrap();
    let signed = webhook().sign("msg_1", NOW, BODY).unwrap();
    clerk.verify_webhook(&signed, BODY).unwrap();
    let copy = clerk.with_options(|builder| Ok(builder.timeout(Duration::from_secs(1)))).unwrap();
    copy.verify_webhook(&signed, BODY).unwrap();
    let other = clerk.with_options(|builder| Ok(builder.webhook_signing_secret(secret("the second")))).unwrap();
    let Err(Error::Webhook(error)) = other.verify_webhook(&signed, BODY) else { panic!() };
    assert_eq!(error.reason, WebhookErrorReason::SignatureInvalid);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    /// What is signed holds, whatever the bytes: then the only thing that can be wrong is that they are no JSON object.
    #[test]
    fn what_is_signed_holds(id in "[!-~é]{1,40}", away in -300_i64..=300, body in prop::collection::vec(any::<u8>(), 0..200)) {
        let webhook = webhook();
        let signed = webhook.sign(&id, NOW + away, &body).unwrap();
        match webhook.verify_raw(&signed, &body) {
            Ok(delivery) => prop_assert_eq!(delivery.id(), id),
            Err(error) => prop_assert_eq!(error.reason, WebhookErrorReason::PayloadInvalid),
        }
    }

    /// One bit of the body, and it holds no longer.
    #[test]
    fn one_bit_is_enough(at in 0..BODY.len() * 8) {
        let webhook = webhook();
        let signed = webhook.sign("msg_1", NOW, BODY).unwrap();
        let mut body = BODY.to_vec();
        body[at / 8] ^= 1 << (at % 8);
        prop_assert_eq!(webhook.verify(&signed, &body).unwrap_err().reason, WebhookErrorReason::SignatureInvalid);
    }

    /// No headers and no body make it panic, and nothing holds that was not signed.
    #[test]
    fn it_is_total(
        names in prop::collection::vec("(?i)(svix|webhook)-(id|timestamp|signature)|.{0,12}", 0..8),
        values in prop::collection::vec("(v1,)?[A-Za-z0-9+/=, ]{0,60}|[-+]?[0-9]{0,25}.{0,3}|17000000[0-9]{2}|.{0,20}", 8),
        body in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        let pairs: Vec<(String, String)> = names.into_iter().zip(values).collect();
        let error = webhook().verify(&pairs, &body).unwrap_err();
        prop_assert!(error.reason.as_str().starts_with("webhook-"));
    }

    /// The signature alone, with all else in order.
    #[test]
    fn signatures_are_read_to_the_end(signature in "(v1,|v1a,|,| |v1,[A-Za-z0-9+/]{43}=|é|=){0,12}") {
        let pairs = [("svix-id", "msg_1".to_owned()), ("svix-timestamp", NOW.to_string()), ("svix-signature", signature)];
        prop_assert!(webhook().verify(&pairs, BODY).is_err());
    }

    /// Whatever JSON is signed, it is an event or it is no object.
    #[test]
    fn an_event_is_always_read(kind in "user\\.created|session\\.ended|subscription\\.active|.{0,10}", data in "null|5|\"x\"|\\[\\]|\\{\"id\":[0-9]\\}|\\{\"user\":\\[\\]\\}") {
        let body = format!(r#"{{"type":{},"data":{data}}}"#, serde_json::Value::from(kind));
        let webhook = webhook();
        let signed = webhook.sign("msg_1", NOW, body.as_bytes()).unwrap();
        let event = webhook.verify(&signed, body.as_bytes()).unwrap();
        let back: serde_json::Value = serde_json::to_value(&event).unwrap();
        let sent: serde_json::Value = serde_json::from_str(&body).unwrap();
        prop_assert_eq!(back, sent);
    }

    /// What is told of a body that is read late is what is in it.
    #[test]
    fn a_late_body_has_its_type_where_it_says(
        kind in "user\\.created|[a-z\\\\\"]{0,6}",
        fields in prop::collection::vec("\"type\":\"x\"|\"a\":\"(,|\\\\\")\"|\"data\":\\{\"type\":\"y\"\\}", 0..3),
        end in "\\}|\\}\n| \\}",
    ) {
        let mut fields = fields;
        fields.push(format!("\"type\":{}", serde_json::to_string(&kind).unwrap()));
        let body = format!("{{{}{end}", fields.join(","));
        let webhook = webhook();
        let signed = webhook.sign("msg_1", NOW, body.as_bytes()).unwrap();
        let (object, place) = webhook.verify_raw(&signed, body.as_bytes()).unwrap().late().unwrap();
        prop_assert_eq!(object, body.trim());
        prop_assert_eq!(place.is_some(), !kind.contains(['\\', '"']) && end != " }");
        prop_assert!(place.is_none_or(|place| object[place] == kind));
    }

    /// Read at once or checked first, wherever its type stands, and however often: it is the same event, or the same error.
    #[test]
    fn reading_is_checking(
        fields in prop::collection::vec(
            "\"type\":\"(user\\.created|session\\.ended|x|\\\\\",\\\\\"type\\\\\":\\\\\"user\\.created)\"|\"type\":(1|null)|\"data\":(\\{\"id\":[0-9]\\}|\\{\"type\":\"user\\.created\"\\}|1e999|\"\\\\ud800\"|\\[)|\"more\":\"a\"",
            0..5,
        ),
        end in "\\}| \\}\n|\\}x|",
    ) {
        let body = format!("{{{}{end}", fields.join(","));
        let webhook = webhook();
        let signed = webhook.sign("msg_1", NOW, body.as_bytes()).unwrap();
        let checked = super::payload::text(body.as_bytes());
        let long: Result<WebhookEvent, _> = checked.map(|(text, _)| serde_json::from_str(text).unwrap());
        let of = |event: WebhookEvent| (format!("{event:?}"), serde_json::to_value(event).unwrap());
        let told = |error: super::WebhookError| (error.reason, error.to_string());
        let short = webhook.verify(&signed, body.as_bytes());
        prop_assert_eq!(short.map(of).map_err(told), long.map(of).map_err(told), "{}", body);
    }
}
