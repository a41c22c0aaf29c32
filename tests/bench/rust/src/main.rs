//! Today's SDK: clerk-rs.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use clerk_rs::apis::users_api;
use clerk_rs::models::User;
use clerk_rs::validators::authorizer::{ClerkAuthorizer, ClerkError, ClerkRequest, validate_jwt};
use clerk_rs::validators::jwks::{JwksKey, JwksProvider};
use clerk_rs::{Clerk, ClerkConfiguration};
use serde::Deserialize;

#[allow(dead_code)] // It has no webhooks, and looks at no origin.
#[path = "../../../rust/examples/bench/rounds.rs"]
mod rounds;

use rounds::{Fixture, Whatever, Works, at_once, in_turn, keep, on_new, on_seen, runtime, take_rounds};

fn main() -> Result<(), Whatever> {
    // Read once and needed to the end of the process.
    take_rounds(&works(keep(Fixture::read()?))?)
}

fn works(fixture: &'static Fixture) -> Result<Works, Whatever> {
    let authorizer: &'static _ = keep(ClerkAuthorizer::new(OneKey::read()?, true));
    let verify =
        keep(|token: &String| somebody(&at_hand(validate_jwt(token, authorizer.jwks_provider().clone()))?.sub));
    let authenticate = keep(|request: &Request| somebody(&at_hand(authorizer.authorize(request))?.sub));
    let header = |token: &str| Request { authorization: Some(format!("Bearer {token}")), session: None };
    let cookie = |token: &str| Request { authorization: None, session: Some(token.to_owned()) };

    let runtime = runtime()?;
    let clerk: &'static Clerk = keep(Clerk::new(ClerkConfiguration {
        // As ours does for an API on this machine.
        client: reqwest::Client::builder().no_proxy().build()?,
        ..ClerkConfiguration::new(&fixture.secret_key).with_base_path(format!("{}/v1", fixture.api_url))
    }));
    let get = keep(move || async move {
        let user = users_api::get_user(&clerk.config, &fixture.user_id).await.map_err(|error| error.to_string())?;
        user.first_name.as_deref().map(drop).ok_or_else(|| "no user".to_owned())
    });
    let one = keep(move || async move { get().await.map_err(Whatever::from) });
    let list =
        keep(move || async move { if page(clerk).await?.len() == 500 { Ok(()) } else { Err("not all".into()) } });
    let names = keep(move || async move {
        let named = page(clerk).await?.iter().filter(|user| user.first_name.is_some()).count();
        if named == 500 { Ok(()) } else { Err("no name".into()) }
    });

    Ok(Works::from([
        ("verify-new", on_new(fixture, str::to_owned, verify)),
        ("verify-seen", on_seen(fixture, str::to_owned, verify)),
        ("header-new", on_new(fixture, header, authenticate)),
        ("header-seen", on_seen(fixture, header, authenticate)),
        ("cookie-new", on_new(fixture, cookie, authenticate)),
        ("cookie-seen", on_seen(fixture, cookie, authenticate)),
        ("get", in_turn(runtime, one)),
        ("get-64", at_once(runtime, get)),
        ("list", in_turn(runtime, list)),
        ("list-names", in_turn(runtime, names)),
    ]))
}

/// The first page of 500; of its many filters none.
#[rustfmt::skip]
async fn page(clerk: &Clerk) -> Result<Vec<User>, Whatever> {
    Ok(users_api::get_user_list(
        &clerk.config,
        None, None, None, None, None, None, None, None, None, None, None, None, None,
        None, None, None, None, None, None, None, None, None, Some(500), None, None, None,
    )
    .await?)
}

/// A request whose token lies ready: its parsing is not counted.
struct Request {
    authorization: Option<String>,
    session: Option<String>,
}

impl ClerkRequest for Request {
    fn get_header(&self, key: &str) -> Option<String> {
        (key == "Authorization").then(|| self.authorization.clone()).flatten()
    }

    fn get_cookie(&self, key: &str) -> Option<String> {
        (key == "__session").then(|| self.session.clone()).flatten()
    }
}

/// The instance's key, at hand as in a cache.
#[derive(Deserialize)]
struct OneKey {
    jwk: JwksKey,
}

impl OneKey {
    fn read() -> Result<Self, Whatever> {
        Ok(serde_json::from_str(&std::fs::read_to_string(std::env::var("BENCH_FIXTURE")?)?)?)
    }
}

#[async_trait]
impl JwksProvider for OneKey {
    type Error = ClerkError;

    async fn get_key(&self, _: &str) -> Result<JwksKey, ClerkError> {
        Ok(self.jwk.clone())
    }
}

/// What needs no waiting, without a runtime.
fn at_hand<T>(call: impl Future<Output = Result<T, ClerkError>>) -> Result<T, Whatever> {
    match pin!(call).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => Ok(answer?),
        Poll::Pending => Err("it waits".into()),
    }
}

fn somebody(id: &str) -> Result<(), Whatever> {
    if id.is_empty() { Err("nobody".into()) } else { Ok(()) }
}
