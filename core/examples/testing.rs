//! How an application's tests can look: `cargo run --example testing --features testing`.

// It prints what it saw; that is what an example is for.
#![allow(clippy::print_stdout)]

use clerk_usher::Clerk;
use clerk_usher::auth::{AuthenticateOptions, RequestParts};
use clerk_usher::clock::{Clock as _, SystemClock};
use clerk_usher::testing::emulated::MintOptions;
use clerk_usher::testing::{Emulator, EmulatorExt as _, SessionTokenOptions, jwt_key, mint_session_token};

/// What is tested: who may see an order.
async fn greeting(clerk: &Clerk, token: &str) -> String {
    let request = RequestParts::new("GET", "https://app.example.com/orders")
        .with_header("authorization", format!("Bearer {token}"));
    match clerk.authenticate_request(&request, &AuthenticateOptions::default()).await {
        Ok(state) if state.is_authenticated() => "welcome".to_owned(),
        Ok(state) => format!("no: {}", state.reason().map_or("unknown", |reason| reason.as_str())),
        Err(error) => format!("no: {error}"),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // With an emulator: users, sessions and organizations are really there.
    let emulator = Emulator::start()?;
    let clerk = emulator.clerk()?;
    let user = clerk.users().create().email_address(["ann@example.com"]).await?;
    let options = MintOptions { user_id: user.id.map(String::from), ..MintOptions::default() };
    println!("emulator: {}", greeting(&clerk, &emulator.mint_session_token(&options)?).await);

    // Without any server: a token that is only signed.
    let clerk = Clerk::builder()
        .jwt_key(jwt_key()?)
        .secret_key(emulator.secret_key())
        .publishable_key(emulator.publishable_key())
        .environment([])
        .build()?;
    let options = SessionTokenOptions { user_id: Some("user_ann".to_owned()), ..Default::default() };
    println!("no server: {}", greeting(&clerk, &mint_session_token(&options, SystemClock.now_ms())?).await);
    let expired = SessionTokenOptions { expires_in_seconds: Some(-60), ..Default::default() };
    println!("expired: {}", greeting(&clerk, &mint_session_token(&expired, SystemClock.now_ms())?).await);
    Ok(())
}
