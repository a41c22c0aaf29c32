//! The story of `cargo xtask demo`, in Rust: who is calling, answered on an emulator.

// It prints what it saw, one JSON object a line; that is what it is for.
#![allow(clippy::print_stdout)]

use clerk_usher::auth::{AuthReason, AuthStatus, AuthenticateOptions, RequestParts, RequestState};
use clerk_usher::{Clerk, Error};
use clerk_usher_emulator::{Emulator, Fault};

type Whatever = Box<dyn std::error::Error>;

fn tell(step: &str, ok: bool, saw: &str) -> Result<(), Whatever> {
    println!("{}", serde_json::json!({ "step": step, "ok": ok, "saw": saw }));
    if ok { Ok(()) } else { Err(format!("{step}: {saw}").into()) }
}

fn client(emulator: &Emulator) -> Result<Clerk, Error> {
    Clerk::builder()
        .secret_key(emulator.secret_key())
        .publishable_key(emulator.publishable_key())
        .api_url(emulator.url())
        .build()
}

fn bearer(token: &str) -> RequestParts<'_> {
    RequestParts::new("GET", "https://app.example.com/orders").with_header("authorization", format!("Bearer {token}"))
}

fn verdict(state: &RequestState) -> String {
    format!("{}: {}", state.status().as_str(), state.reason().map(AuthReason::as_str).unwrap_or_default())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Whatever> {
    let emulator = Emulator::builder().seed(7).start()?;
    let clerk = client(&emulator)?;
    tell("start the emulator", emulator.url().starts_with("http://127.0.0.1:"), "listening on 127.0.0.1")?;

    let ann = clerk
        .users()
        .create()
        .first_name("Ann")
        .email_address(["ann@example.com"])
        .password("a long enough secret")
        .await?;
    let id = ann.id.clone().ok_or("a user without an id")?;
    tell("create a user", id.starts_with("user_"), ann.first_name.as_deref().unwrap_or_default())?;

    let session = clerk.sessions().create(&id).await?;
    let session_id = session.id.clone().ok_or("a session without an id")?;
    let status = session.status.as_ref().map(|status| status.as_str().to_owned()).unwrap_or_default();
    tell("open a session", session_id.starts_with("sess_"), &status)?;

    let token = clerk.sessions().create_token(&session_id).await?.jwt.ok_or("no token")?;
    tell("get its token", token.split('.').count() == 3, "three segments")?;

    let options = AuthenticateOptions::default();
    let state = clerk.authenticate_request(&bearer(&token), &options).await?;
    let caller = state.to_auth().and_then(|auth| auth.user_id.clone());
    let right = state.status() == AuthStatus::SignedIn && caller.as_deref() == Some(id.as_ref());
    tell("authenticate a request with it", right, state.status().as_str())?;

    let mut tampered = token.clone();
    tampered.replace_range(token.len() - 8..token.len() - 4, if token.contains("AAAA") { "BBBB" } else { "AAAA" });
    let state = clerk.authenticate_request(&bearer(&tampered), &options).await?;
    let saw = verdict(&state);
    tell("… and with a tampered one", saw == "signed-out: token-invalid-signature", &saw)?;

    emulator.add_fault(Fault { route: Some("/v1/jwks".to_owned()), status: Some(503), ..Fault::default() })?;
    let stranger = client(&emulator)?; // has not seen the keys yet
    let state = stranger.authenticate_request(&bearer(&token), &options).await?;
    let saw = verdict(&state);
    tell("… and while the key endpoint is down", saw == "unavailable: jwk-remote-failed-to-load", &saw)?;
    emulator.clear_faults();

    for number in 1..=6 {
        clerk.users().create().email_address([format!("user{number}@example.com")]).await?;
    }
    emulator.clear_requests();
    let mut users = clerk.users().list().limit(3).items();
    let mut count = 0;
    while let Some(user) = users.next().await {
        user?;
        count += 1;
    }
    let pages = emulator.requests().len();
    tell("list users over three pages", (count, pages) == (7, 3), &format!("{count} users in {pages} pages"))?;

    let banned = clerk.users().ban(&id).await?;
    let session = clerk.sessions().get(&session_id).await?;
    let status = session.status.as_ref().map(|status| status.as_str().to_owned()).unwrap_or_default();
    tell("ban the user", banned.banned == Some(true), &format!("banned; the session is {status}"))?;

    let error = match clerk.users().get("user_nobody").await {
        Err(Error::Api(error)) => error,
        other => return Err(format!("expected an API error, not {other:?}").into()),
    };
    let code = error.errors.first().map(|item| item.code.clone()).unwrap_or_default();
    let saw = format!("{} {} {code}", error.kind().as_str(), error.status);
    tell("meet an API error", saw == "not_found 404 resource_not_found", &saw)?;

    emulator.stop();
    Ok(())
}
