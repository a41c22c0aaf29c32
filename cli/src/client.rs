//! The client of the API, from the environment.

use clerk_usher::{Clerk, ClerkBuilder};

use crate::failure::Outcome;

/// Why there is no option for a key.
pub(crate) const KEYS_HELP: &str = "The secret key is read from CLERK_SECRET_KEY, the API's address from CLERK_API_URL. A key is no argument on purpose: \
other programs on this machine can read arguments, and shells keep them in their history.";

/// Options from the environment.
pub(crate) fn builder() -> ClerkBuilder {
    Clerk::builder().user_agent_suffix(concat!("usher/", env!("CARGO_PKG_VERSION")))
}

/// A client with all its options from the environment.
pub(crate) fn from_environment() -> Outcome<Clerk> {
    Ok(builder().build()?)
}
