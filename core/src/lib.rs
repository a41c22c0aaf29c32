//! Backend SDK for the Clerk API: decide who is calling, manage what is there, verify what you are told.
//!
//! Unofficial: made by people who use Clerk, not by Clerk.
//!
//! ```no_run
//! # async fn example() -> clerk_usher::Result<()> {
//! use clerk_usher::Clerk;
//!
//! let clerk = Clerk::from_env()?; // CLERK_SECRET_KEY and friends
//! let user = clerk.users().get("user_2abc").await?;
//! println!("{:?}", user.first_name);
//! # Ok(())
//! # }
//! ```

pub mod args;
pub mod auth;
pub mod call;
#[doc(hidden)]
pub mod catalogue;
mod client;
pub mod clock;
mod decode;
pub mod doctor;
pub mod error;
mod file;
pub mod frontend_api_proxy;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
pub mod generated;
#[doc(hidden)]
pub mod helper;
pub mod hooks;
#[doc(hidden)]
pub mod host;
mod http;
#[doc(hidden)]
pub mod json;
pub mod key;
pub mod model;
pub mod options;
pub mod page;
pub mod redirect;
mod reverification;
mod scan;
mod secret;
pub mod testing;
pub mod token;
pub mod transport;
mod verification;
pub mod webhook;

pub use call::CallOptions;
pub use client::{Clerk, PreparedCall};
pub use decode::{UnverifiedToken, decode_token};
pub use error::{Error, ErrorKind, Result};
pub use file::File;
pub use generated::{models, resources};
pub use hooks::CallEvent;
#[doc(hidden)]
pub use http::tls_config;
pub use http::{MAX_BODY_BYTES, RawResponse};
pub use model::FreeForm;
pub use options::ClerkBuilder;
pub use reverification::{ReverificationError, reverification_error};
pub use secret::Secret;
pub use webhook::Webhook;
