//! Reader, checker and plumbing.
#![allow(clippy::unwrap_used, clippy::panic)]

mod emitters;
mod plumbing;
mod refusals;
