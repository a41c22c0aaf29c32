//! Reader, checker and plumbing.
#![allow(clippy::unwrap_used, clippy::panic)]

mod plumbing;
mod refusals;
