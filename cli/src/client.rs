//! The client of the API, from the environment.

use std::time::Duration;

use clerk_usher::{CallOptions, Clerk, ClerkBuilder};

use crate::failure::Outcome;

/// Why there is no option for a key.
pub(crate) const KEYS_HELP: &str = "The secret key is read from CLERK_SECRET_KEY, the API's address from CLERK_API_URL. A key is no argument on purpose: \
other programs on this machine can read arguments, and shells keep them in their history.";

/// Options from the environment.
pub(crate) fn builder() -> ClerkBuilder {
    Clerk::builder().user_agent_suffix(concat!("usher/", env!("CARGO_PKG_VERSION")))
}

/// For one of many calls in a row: it waits as long as the API asks for, where a single call would give up.
pub(crate) fn patient() -> CallOptions {
    CallOptions::default().max_retries(8).attempt_timeout(Duration::from_secs(30)).timeout(Duration::from_secs(600))
}

/// A client with all its options from the environment.
pub(crate) fn from_environment() -> Outcome<Clerk> {
    Ok(builder().build()?)
}
