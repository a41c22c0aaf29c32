//! The way through a listing.

use clerk_usher::args::Arguments;
use clerk_usher::page::Walk;
use napi_derive::napi;

use crate::answer::thrown;

/// Which page to ask for next. It does not change: a step gives another.
#[napi]
#[derive(Debug)]
pub struct NativeWalk(Walk);

#[napi]
impl NativeWalk {
    /// Starts where these arguments say.
    #[napi(factory, catch_unwind)]
    pub fn start(operation: String, arguments_json: String) -> napi::Result<Self> {
        let arguments = Arguments::from_json(&arguments_json).map_err(|error| thrown(&error.into()))?;
        Walk::new(&operation, arguments).map(Self).map_err(|error| thrown(&error))
    }

    /// The arguments of the next page to ask for, as JSON text; null when the listing is over.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn arguments(&self) -> Option<String> {
        self.0.arguments().map(Arguments::to_json)
    }

    /// Takes note of the page that came.
    #[napi(catch_unwind)]
    pub fn advance(
        &self,
        count: u32,
        total: Option<i64>,
        first: Option<String>,
        last: Option<String>,
    ) -> napi::Result<Self> {
        let mut walk = self.0.clone();
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        walk.advance(count, total, first.as_deref(), last.as_deref()).map_err(|error| thrown(&error))?;
        Ok(Self(walk))
    }
}
