//! What one writes by hand: tokens with jsonwebtoken, calls with reqwest and `serde_json`, webhooks with standardwebhooks (what svix
//! verifies with, published on its own). Of a request its token is all that is looked at.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::Value;

use crate::rounds::{Fixture, Whatever, Work, Works, at_once, in_turn, keep, on_new, on_seen, runtime};

pub(crate) fn works(fixture: &'static Fixture) -> Result<Works, Whatever> {
    let key = DecodingKey::from_rsa_pem(fixture.pem.as_bytes())?;
    let validation = Validation::new(Algorithm::RS256);
    let verify = keep(move |token: &String| {
        let claims = jsonwebtoken::decode::<Value>(token, &key, &validation)?.claims;
        claims["sub"].as_str().map(drop).ok_or_else(|| "no subject".into())
    });

    let runtime = runtime()?;
    let client = keep(client()?);
    let user = keep(format!("{}/v1/users/{}", fixture.api_url, fixture.user_id));
    let users = keep(format!("{}/v1/users?limit=500", fixture.api_url));
    let get = keep(move || async move {
        let user = fetch(client, user, &fixture.secret_key).await.map_err(|error| error.to_string())?;
        user["first_name"].as_str().map(drop).ok_or_else(|| "no user".to_owned())
    });
    let one = keep(move || async move { get().await.map_err(Whatever::from) });
    let list = keep(move || async move {
        let users = fetch(client, users, &fixture.secret_key).await?;
        if users.as_array().map(Vec::len) == Some(500) { Ok(()) } else { Err("not all".into()) }
    });
    let names = keep(move || async move {
        let users = fetch(client, users, &fixture.secret_key).await?;
        let named = users.as_array().into_iter().flatten().filter(|user| user["first_name"].is_string()).count();
        if named == 500 { Ok(()) } else { Err("no name".into()) }
    });

    let new = || on_new(fixture, str::to_owned, verify);
    let seen = || on_seen(fixture, str::to_owned, verify);
    Ok(Works::from([
        ("verify-new", new()),
        ("verify-seen", seen()),
        ("header-new", new()),
        ("header-seen", seen()),
        ("cookie-new", new()),
        ("cookie-seen", seen()),
        ("webhook", deliveries(fixture)?),
        ("get", in_turn(runtime, one)),
        ("get-64", at_once(runtime, get)),
        ("list", in_turn(runtime, list)),
        ("list-names", in_turn(runtime, names)),
    ]))
}

fn deliveries(fixture: &'static Fixture) -> Result<Work, Whatever> {
    let webhook = keep(standardwebhooks::Webhook::new(&fixture.webhook_secret)?);
    let body = fixture.webhook_body.as_bytes();
    Ok(Box::new(move |calls, _| {
        let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
        let mut headers = HeaderMap::new();
        headers.insert("webhook-id", HeaderValue::from_static("msg_1"));
        headers.insert("webhook-timestamp", now.into());
        headers.insert("webhook-signature", webhook.sign("msg_1", now, body)?.parse()?);
        Ok(Box::new(move || {
            for _ in 0..calls {
                // It has the verdict only; reading is the user's.
                webhook.verify(body, &headers)?;
                let event: Value = serde_json::from_slice(body)?;
                if event["type"] != "user.created" {
                    return Err("no event".into());
                }
            }
            Ok(None)
        }))
    }))
}

async fn fetch(client: &reqwest::Client, url: &str, secret_key: &str) -> Result<Value, Whatever> {
    let answer = client.get(url).bearer_auth(secret_key).send().await?.error_for_status()?;
    Ok(serde_json::from_slice(&answer.bytes().await?)?)
}

/// With TLS as this workspace has it, though the server speaks none.
fn client() -> Result<reqwest::Client, Whatever> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    Ok(reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy().build()?)
}
