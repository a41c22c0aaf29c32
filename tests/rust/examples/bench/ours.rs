//! clerk-usher in Rust.

use std::time::{SystemTime, UNIX_EPOCH};

use clerk_usher::Clerk;
use clerk_usher::auth::{AuthenticateOptions, RequestParts};
use clerk_usher::token::{Step, VerifyOptions};
use clerk_usher::webhook::Webhook;

use crate::rounds::{Fixture, Whatever, Work, Works, at_once, in_turn, keep, on_new, on_seen, runtime, threads};

pub(crate) fn works(fixture: &'static Fixture) -> Result<Works, Whatever> {
    let clerk = Clerk::builder()
        .jwt_key(&fixture.pem)
        .secret_key(&fixture.secret_key)
        .publishable_key(&fixture.publishable_key)
        .api_url(&fixture.api_url)
        .authorized_parties([fixture.origin.as_str()])
        .environment([])
        .build()?;
    let clerk: &'static Clerk = keep(clerk);
    let options = AuthenticateOptions::default();
    let verify = keep(move |token: &String| verify(clerk, token));
    let authenticate = keep(move |request: &RequestParts| {
        let state = clerk.try_authenticate_request(request, &options).ok_or("it wants to ask")??;
        match state.to_auth().is_some_and(|auth| auth.user_id.is_some()) {
            true => Ok(()),
            false => Err("nobody".into()),
        }
    });
    let header = |token: &str| request(fixture).with_header("authorization", format!("Bearer {token}"));
    let cookie = |token: &str| {
        request(fixture)
            .with_header("cookie", format!("__client_uat=1700000000; __session={token}"))
            .with_header("sec-fetch-dest", "document")
            .with_header("accept", "text/html")
    };

    let runtime = runtime()?;
    let get = keep(move || async move {
        let user = clerk.users().get(&fixture.user_id).await.map_err(|error| error.to_string())?;
        user.first_name.as_deref().map(drop).ok_or_else(|| "no user".to_owned())
    });
    let one = keep(move || async move { get().await.map_err(Whatever::from) });
    let list = keep(move || async move {
        let page = clerk.users().list().limit(500).await?;
        if page.data.len() == 500 { Ok(()) } else { Err("not all".into()) }
    });
    let names = keep(move || async move {
        let page = clerk.users().list().limit(500).await?;
        let named = page.data.iter().filter(|user| user.first_name.as_deref().is_some()).count();
        if named == 500 { Ok(()) } else { Err("no name".into()) }
    });

    Ok(Works::from([
        ("verify-new", on_new(fixture, str::to_owned, verify)),
        ("verify-seen", on_seen(fixture, str::to_owned, verify)),
        ("header-new", on_new(fixture, header, authenticate)),
        ("header-seen", on_seen(fixture, header, authenticate)),
        ("cookie-new", on_new(fixture, cookie, authenticate)),
        ("cookie-seen", on_seen(fixture, cookie, authenticate)),
        ("threads", threads(fixture, verify)),
        ("webhook", deliveries(fixture)?),
        ("get", in_turn(runtime, one)),
        ("get-64", at_once(runtime, get)),
        ("list", in_turn(runtime, list)),
        ("list-names", in_turn(runtime, names)),
    ]))
}

fn verify(clerk: &Clerk, token: &str) -> Result<(), Whatever> {
    match clerk.try_verify_token(token, &VerifyOptions::default()) {
        Step::Done(claims) if claims.as_ref().is_ok_and(|claims| claims.sub().is_empty()) => Err("no subject".into()),
        Step::Done(claims) => Ok(claims.map(drop)?),
        Step::NeedKeys(_) => Err("it wants keys".into()),
    }
}

fn request(fixture: &Fixture) -> RequestParts<'_> {
    RequestParts::new("GET", format!("{}/orders", fixture.origin))
}

fn deliveries(fixture: &'static Fixture) -> Result<Work, Whatever> {
    let webhook = keep(Webhook::new(fixture.webhook_secret.clone())?);
    let body = fixture.webhook_body.as_bytes();
    Ok(Box::new(move |calls, _| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let headers = webhook.sign("msg_1", i64::try_from(now)?, body)?;
        Ok(Box::new(move || {
            for _ in 0..calls {
                std::hint::black_box(webhook.verify(&headers, body)?);
            }
            Ok(None)
        }))
    }))
}
